/* store: the resources of one sandbox. A shelf for each kind and owner: by id, and in one or two orders
 * (that of creation, unless the kind names others). An owner is the id of an account, zone or user for
 * the kinds of identity, else the path of the collection. One read-write lock; `struct view` and `struct txn` are the proof that it is
 * held, so what needs the lock takes one of them. Never take two at once in one thread. Under the lock:
 * look up, compare, swap. Not under it: parse, render, sleep, log. */
#ifndef MF_STORE_H
#define MF_STORE_H

#include "mock/store/doc.h"

#include <stdbool.h>
#include <stddef.h>

struct store;
struct view;
struct txn;

struct store *store_new(void);
void store_free(struct store *s);

struct view *view_begin(struct store *s);
void view_end(struct view *v); // docs borrowed from the view die here unless doc_ref'ed
/* owner NULL: whichever owner; for the kinds of identity alone (accounts, users, members, tokens, zones),
 * whose ids are unique across owners. */
struct doc *view_get(struct view *v, enum kind kind, const char *owner, const char *id);
struct doc *view_by_key(struct view *v, enum kind kind, const char *key);
size_t view_count(struct view *v, enum kind kind, const char *owner);
/* The i-th doc of the shelf in listing order; owner NULL: of all owners of a kind of identity. */
struct doc *view_nth(struct view *v, enum kind kind, const char *owner, size_t i);
/* The same in the kind's order number `order`, and the place of the first doc there that is not below
 * `of` (below must hold for a head of that order): ranges such as "this name" cost no scan. */
struct doc *view_nth_in(struct view *v, enum kind kind, const char *owner, size_t order, size_t i);
size_t view_first_not(struct view *v, enum kind kind, const char *owner, size_t order,
                      bool (*below)(const struct doc *d, const void *of), const void *of);
/* Up to `count` docs from the i-th on, in order number `order`; returns how many there were. */
size_t view_slice(struct view *v, enum kind kind, const char *owner, size_t order, size_t i,
                  struct doc **out, size_t count);
/* Calls visit for every doc of the kind, owner by owner in the order of their making, in listing order. */
void view_walk(struct view *v, enum kind kind, void (*visit)(void *to, struct doc *d), void *to);
#define view_each(v, d, kind, owner)                                                               \
    for (size_t d##_i = 0; d##_i < view_count(v, kind, owner); d##_i++)                            \
        for (struct doc *d = view_nth(v, kind, owner, d##_i), *d##_once = d; d##_once; d##_once = NULL)

struct txn *txn_begin(struct store *s);
/* With a keeper it returns when the keeper has the changes, or has undone them (txn_was_undone). */
void txn_commit(struct txn *t);
void txn_rollback(struct txn *t); // undoes everything since txn_begin
struct view *txn_view(struct txn *t); // to read with the view functions; do not view_end it
/* Adds, or replaces the doc of that kind, owner and id (of identity: kind and id), which keeps its place
 * in the order of creation. Takes the reference. */
void txn_put_take(struct txn *t, struct doc *d);
bool txn_remove(struct txn *t, enum kind kind, const char *id); // of identity; false: there was none
bool txn_remove_of(struct txn *t, enum kind kind, const char *owner, const char *id);
/* Removes the shelves of all owners that lie below `path` ("/zones/<id>"). */
void txn_clear_below(struct txn *t, enum kind kind, const char *path);
/* Removes a whole shelf; returns how many docs stood there. */
size_t txn_clear(struct txn *t, enum kind kind, const char *owner);

/* One change of a commit: what stood there before, what stands there now. Either may be NULL. */
struct change {
    struct doc *before, *after;
};

/* keeper: whoever keeps a store elsewhere, too (a state file). It hears of all commits in their order. */
struct keeper {
    /* Under the write lock. The array and a reference to each doc in it become the keeper's. */
    void *(*take)(struct keeper *k, struct change *changes, size_t count);
    /* With no lock held: waits until the keeper is done with what it took. False: it could not keep it
     * and has undone it. */
    bool (*wait)(struct keeper *k, void *taken);
};
/* From now on; before anybody else sees the store. `k` must outlive the last txn_commit; NULL: none. */
void store_keep(struct store *s, struct keeper *k);
struct keeper *store_keeper(struct store *s);
/* For a keeper that failed: puts back what stood there before these changes, the newest first. They must
 * be the last ones of the store. Its references stay the keeper's. */
void txn_undo(struct txn *t, const struct change *changes, size_t count);
/* True if a commit of this thread was undone since it was last asked: what it answers is an error. */
bool txn_was_undone(void);
/* Takes a doc back with the place in the order of creation that it had; nothing of that kind, owner and
 * id may be there. Not told to a keeper. Takes the reference. */
void txn_restore_take(struct txn *t, struct doc *d, uint64_t sequence);

#endif
