/* fit: makes a JSON value fit a schema: the members that the schema knows, in its order, in the
 * alternative that suits what is given; what must be there and is not, is invented. Any thread. */
#ifndef MF_FIT_H
#define MF_FIT_H

#include "common/json.h"
#include "mock/spec/optable.h"

enum {
    FIT_INPUT = 1,    // read-only members are dropped, nothing is invented
    FIT_DEFAULTS = 2, // the schema's defaults stand in for what is absent
    FIT_LOOSE = 4,    // members that the schema does not know but allows stay, behind the others
};

struct fit {
    const struct op *op; // members called like its path parameters show them; NULL: none
    const char *const *ids;
    size_t ids_count;
    uint64_t seed; // of invented values
    unsigned how;
};

/* The caller's tree; `given` stays as it is and may be NULL (all is invented then). Node 0: a copy.
 */
cJSON *fit_dup(const struct fit *f, uint32_t node, const cJSON *given, const char *name);
/* The members that the alternative which suits `given` (may be NULL) knows, to be asked many times.
 */
struct fit_members;
struct fit_members *fit_members_new(uint32_t node, const cJSON *given);
bool fit_members_find(const struct fit_members *m, const char *name,
                      uint32_t *out); // as fit_member
void fit_members_free(struct fit_members *m);
/* False: the alternative that suits `given` (may be NULL) does not know the member. *out is its
 * node. */
bool fit_member(uint32_t node, const cJSON *given, const char *name, uint32_t *out);
bool fit_allows_null(uint32_t node);

#endif
