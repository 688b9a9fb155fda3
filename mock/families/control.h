/* control: what the hooks of the mock's own API share. Answers are plain JSON without an envelope. */
#ifndef MF_CONTROL_H
#define MF_CONTROL_H

#include "mock/call.h"

enum step control_answer(struct call *c, int status, cJSON *json); // json is moved in
/* {"error": why}; `why` is freed. */
enum step control_refuse_take(struct call *c, int status, char *why);

#endif
