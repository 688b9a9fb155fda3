/* policies: what the token's own policies let it do, in the API's form: allow and deny, and every
 * form of `resources`. Deny wins; what is not allowed is not held. Pure, any thread. */
#ifndef MF_POLICIES_H
#define MF_POLICIES_H

#include "linker/verdict.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* Where a group must hold. */
struct policies_place {
    const char *account;
    const char *const *zones; // ids of the account's zones that the token sees
    size_t zones_count;
};

/* Is a group held there: user groups on oneself, account groups on the account, bucket groups on
 * any bucket of it, zone groups on at least one of the zones? Without any zone to look at, a zone
 * group is held if the policies cover all zones of the account. A "… Write" group counts for "…
 * Read". */
bool policies_hold(const cJSON *policies, const struct group *g, const struct policies_place *p);

#endif
