/* rates: how many requests each principal has made in its window of 300 seconds (DOC: 1,200 requests
 * per user or account-owned token, then 429 for five minutes). Any thread, own mutex. */
#ifndef MF_RATES_H
#define MF_RATES_H

#include <stdint.h>

#define RATE_WINDOW_S 300
#define RATE_MOST 1200

struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *r);
/* Counts one request of `who` (a user's or an account-owned token's id). Returns how many are left in the
 * window, or minus the seconds to wait if the limit is reached. */
int64_t rates_count(struct rates *r, const char *who, int64_t now);

#endif
