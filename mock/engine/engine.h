/* engine: what collections and singletons have in common: made, listed, read, replaced, merged,
 * deleted by their row in spec_resources. Behaviour that a row can't say are hooks, named in the
 * descriptor.
 *
 * Hooks (prototypes are generated into gen/hooks.h):
 *   shape     no lock     normalise and check the new body; refuse() ends the call
 *   conflict  write lock  look at other resources, refuse
 *   after     write lock  create or drop dependents of what was made or changed
 *   removed   write lock  refuse, or drop dependents, before a delete
 *   view      no lock     add computed members to what is shown
 *   extra     write lock  the compiled form kept with the doc (doc_extra)
 *   order     any         compare two docs (store/shelf.h): `order`, and `order_2` for range
 * look-ups action    no lock     the whole operation, opening its own view or txn
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

struct kind_hooks { // generated: by enum kind
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

/* The owner of the call's resource: the concrete path of its collection (of a singleton: its own),
 * ids in lower case (arena). Only for operations with a kind. */
const char *call_owner(struct call *c);
/* The owner of another kind below the same account, zone or parents: parameters are filled by
 * place, else by name, from the call's path; NULL if one is not there. */
const char *call_owner_of(struct call *c, enum kind kind);
/* The id at the end of the path, as the store has it: decoded, hex and UUIDs in lower case. */
const char *call_id(struct call *c);

/* The pieces, for hooks and actions that do more than one thing (batch, import, bulk). All give
 * answers through refuse(); `fresh` is the caller's tree and is changed in place. `old` NULL: it is
 * new. */
/* No lock: what was sent becomes the whole resource: known members, defaults, the shape hook, id,
 * stamps, what the schema requires. With `merge`, what was sent is laid over `old`; else `old`
 * gives the members that only the server sets. */
enum step engine_compose(struct call *c, enum kind kind, const struct doc *old, cJSON *fresh,
                         bool merge);
/* Unique names, references and the limit are checked, the conflict hook asked, the doc put, the
 * after hook called; *made is borrowed from the txn. */
enum step engine_put(struct call *c, struct txn *t, enum kind kind, const char *owner,
                     const struct doc *old, cJSON *fresh, struct doc **made);
/* Asks the removed hook, then removes it with all that lies below it. */
enum step engine_remove(struct call *c, struct txn *t, struct doc *old);
/* Removes what lies below `path`, the concrete path of an item of that kind ("/zones/<id>"). */
void engine_clear_below(struct txn *t, enum kind kind, const char *path);

cJSON *engine_shown(struct call *c, const struct doc *d); // with computed members; the caller's
/* Answers in the form of c->op: one resource; what is left of a deleted one. */
enum step engine_answer(struct call *c, const struct doc *d);
enum step engine_answer_deleted(struct call *c, const struct doc *d);
/* Answers one page of `docs`: what matches, in the order to show; references stay the caller's. */
enum step engine_answer_docs(struct call *c, enum kind kind, struct doc *const *docs, size_t count);
enum step engine_missing(struct call *c, enum kind kind);

/* The stored doc of a singleton, or NULL while it is as it began (a reference, held by the arena).
 */
struct doc *engine_single(struct call *c, enum kind kind);
/* What a singleton shows, stored or as it began; the caller's. */
cJSON *engine_single_shown(struct call *c, enum kind kind);

#endif
