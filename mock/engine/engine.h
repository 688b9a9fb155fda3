/* engine: what collections and singletons have in common: made, listed, read, replaced, merged, deleted
 * by their row in spec_resources. Behaviour that a row can't say are hooks, named in the descriptor.
 *
 * Hooks (prototypes are generated into gen/hooks.h):
 *   shape     no lock     normalise and check the new body; refuse() ends the call
 *   conflict  write lock  look at other resources, refuse
 *   after     write lock  create or drop dependents of what was made or changed
 *   removed   write lock  refuse, or drop dependents, before a delete
 *   view      no lock     add computed members to what is shown
 *   extra     no lock     the compiled form kept with the doc (doc_extra)
 *   order     any         compare two docs (store/shelf.h)
 *   action    no lock     the whole operation, opening its own view or txn
 */
#ifndef MF_ENGINE_H
#define MF_ENGINE_H

#include "mock/call.h"
#include "mock/spec/resources.h"
#include "mock/store/store.h"

typedef enum step shape_hook(struct call *c, const struct doc *old, cJSON *fresh);
typedef enum step conflict_hook(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh);
typedef enum step after_hook(struct call *c, struct txn *t, const struct doc *made);
typedef enum step removed_hook(struct call *c, struct txn *t, const struct doc *old);
typedef void view_hook(const struct call *c, cJSON *shown);
typedef void *extra_hook(const cJSON *shown, void (**done)(void *extra));

struct kind_hooks { // generated: spec_kind_hooks[KIND_COUNT]
    shape_hook *shape;
    conflict_hook *conflict;
    after_hook *after;
    removed_hook *removed;
    view_hook *view;
    extra_hook *extra;
    int (*order[2])(const struct doc *a, const struct doc *b);
};
extern const struct kind_hooks spec_kind_hooks[KIND_COUNT];

/* The operation by its verb; GO_ON if the op has none (then the schema answers). */
enum step engine_serve(struct call *c);

/* The owner of the call's resource: the concrete path of its collection, ids in lower case (arena). */
const char *call_owner(struct call *c);
/* The owner of another kind below the same account, zone or parents: parameters are filled by name from
 * the call's path; NULL if one is not there. */
const char *call_owner_of(struct call *c, enum kind kind);

/* The pieces, for hooks and actions that do more than one thing (batch, import, bulk). All give answers
 * through refuse(); `fresh` is the caller's tree and is changed in place. */
enum step engine_compose(struct call *c, enum kind kind, const struct doc *old, cJSON *fresh, bool merge);
/* Ids and stamps are set, conflicts looked for, the doc put; *made is borrowed from the txn. */
enum step engine_put(struct call *c, struct txn *t, enum kind kind, const char *owner,
                     const struct doc *old, cJSON *fresh, struct doc **made);
enum step engine_remove(struct call *c, struct txn *t, struct doc *old); // with all that lies below it
cJSON *engine_shown(struct call *c, const struct doc *d);               // with computed members
enum step engine_missing(struct call *c, enum kind kind);

#endif
