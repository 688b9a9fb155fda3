/* faults_parts: what the files of faults share among themselves. */
#ifndef MF_FAULTS_PARTS_H
#define MF_FAULTS_PARTS_H

#include "mock/state/faults.h"

struct op;

#define FAULTS_DELAY_MOST_MS 600000 // ten minutes

extern const struct shape_row fault_rows[]; // from one fault on

/* The operation that "GET /zones/{any}" names, whatever its placeholders are called; NULL: none. */
const struct op *fault_operation(const char *text);
/* Is this a name that `do.error` may have: one of ours, or of a family's catalogue? */
bool fault_is_error(const char *name);
/* Fills c->out with what the `do` answers; false: it answers nothing. */
bool fault_answer(struct call *c, const cJSON *what);
/* A copy of an object without one member; the caller's. */
cJSON *fault_without(const cJSON *object, const char *name);

#endif
