/* intake_check: does the body fit the schema of its operation? The second half of room 6. */
#ifndef MF_INTAKE_CHECK_H
#define MF_INTAKE_CHECK_H

#include "mock/call.h"

/* Refuses a body that does not fit, in the words of the family or the dialect. */
enum step intake_check(struct call *c);

#endif
