/* verify: what the answer of a verify endpoint says about the token. Pure, any thread. */
#ifndef MF_VERIFY_H
#define MF_VERIFY_H

#include "linker/answer.h"
#include "linker/verdict.h"

#define VERIFY_SKEW_S 90 // clocks differ by so much

/* HTTP 200, success, status "active" and the time window, all of them, make REASON_OK. Only for
 * kinds GOOD and REFUSED. */
enum reason verify_judge(const struct answer *a, int64_t now);
/* 401 with code 1000: unknown, or owned by the other kind. */
bool verify_knows_not(const struct answer *a);

#endif
