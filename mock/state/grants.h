/* grants: what a scenario says of a token's rights ("permissions", "accounts", "zones") as policies
 * in the API's own form. Any thread. */
#ifndef MF_GRANTS_H
#define MF_GRANTS_H

#include "mock/state/identity.h"
#include "mock/state/shape.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

/* A list of ids; `all` stands for "*". */
struct reach {
    bool all;
    const char **ids;
    size_t count;
};

struct grants {
    enum token_kind kind;
    const char *owner;        // user id or account id
    const cJSON *permissions; // "all", "read", or a list of names; NULL: none
    struct reach accounts, zones;
};

/* Complains of names that are no permission group, or one that such a token cannot hold. True:
 * none. */
bool grants_check(const cJSON *permissions, enum token_kind kind, const char *path,
                  const struct complaints *c);
/* One policy for each kind of resource that the groups ask for. Ids come from `seed`. The caller's.
 */
cJSON *grants_policies(const struct grants *g, uint64_t seed);
/* Complains of policies in the API's form: resources and groups that do not exist. True: none. */
bool grants_check_policies(const cJSON *policies, enum token_kind kind, const char *path,
                           const struct complaints *c);
/* A copy in which each group has its id, and each policy an id and an effect. The caller's. */
cJSON *grants_complete(const cJSON *policies, uint64_t seed);

#endif
