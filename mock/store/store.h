/* store: the resources of one sandbox. A shelf for each kind and owner: by id, and in listing order
 * (the order of creation). One read-write lock; `struct view` and `struct txn` are the proof that it is
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
/* owner NULL: whichever owner (ids are unique per kind in practice). */
struct doc *view_get(struct view *v, enum kind kind, const char *owner, const char *id);
struct doc *view_by_key(struct view *v, enum kind kind, const char *key);
size_t view_count(struct view *v, enum kind kind, const char *owner);
/* The i-th doc of the shelf in listing order; owner NULL: of all owners of the kind. */
struct doc *view_nth(struct view *v, enum kind kind, const char *owner, size_t i);
#define view_each(v, d, kind, owner)                                                               \
    for (size_t d##_i = 0; d##_i < view_count(v, kind, owner); d##_i++)                            \
        for (struct doc *d = view_nth(v, kind, owner, d##_i), *d##_once = d; d##_once; d##_once = NULL)

struct txn *txn_begin(struct store *s);
void txn_commit(struct txn *t);
void txn_rollback(struct txn *t); // undoes everything since txn_begin
struct view *txn_view(struct txn *t); // to read with the view functions; do not view_end it
/* Adds, or replaces the doc of that kind and id (keeping its place). Takes the reference. */
void txn_put_take(struct txn *t, struct doc *d);
bool txn_remove(struct txn *t, enum kind kind, const char *id); // false: there was none

#endif
