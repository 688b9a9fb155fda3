#include "mock/store/store.h"

#include "common/mem.h"
#include "mock/store/index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A shelf holds the docs of one kind and owner (and one more shelf per kind holds those of all owners)
 * in listing order. */
struct shelf {
    char *owner;
    struct doc **docs;
    size_t count, room;
};

struct shelves {
    struct index by_owner; // owner -> struct shelf
    struct shelf all;
    struct index by_id, by_key;
};

struct view {
    struct store *store;
};

struct store {
    pthread_rwlock_t lock;
    struct view view; // one serves all readers: it only says that the lock is held
    struct shelves kinds[KIND_COUNT];
};

/* What a txn did, newest last: undone backwards. */
struct change {
    struct doc *before, *after; // either may be NULL
    size_t place;               // where `before` stood on its owner's shelf and on the shelf of all
    size_t place_all;
};

struct txn {
    struct view view;
    struct change *changes;
    size_t count, room;
};

struct store *store_new(void)
{
    struct store *s = xcalloc(1, sizeof *s);
    pthread_rwlockattr_t attr;

    s->view.store = s;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    return s;
}

static void shelf_free(struct shelf *shelf)
{
    free(shelf->owner);
    free(shelf->docs);
    free(shelf);
}

void store_free(struct store *s)
{
    if (!s)
        return;
    for (size_t k = 0; k < KIND_COUNT; k++) {
        struct shelves *sh = &s->kinds[k];

        for (size_t i = 0; i < sh->all.count; i++)
            doc_unref(sh->all.docs[i]);
        free(sh->all.docs);
        for (size_t i = 0; i < sh->by_owner.room; i++)
            if (sh->by_owner.slots[i].key)
                shelf_free(sh->by_owner.slots[i].value);
        index_release(&sh->by_owner);
        index_release(&sh->by_id);
        index_release(&sh->by_key);
    }
    pthread_rwlock_destroy(&s->lock);
    free(s);
}

static void shelf_insert(struct shelf *shelf, size_t place, struct doc *d)
{
    if (shelf->count == shelf->room) {
        shelf->room = shelf->room ? shelf->room * 2 : 4;
        shelf->docs = xrealloc(shelf->docs, shelf->room * sizeof *shelf->docs);
    }
    memmove(shelf->docs + place + 1, shelf->docs + place,
            (shelf->count - place) * sizeof *shelf->docs);
    shelf->docs[place] = d;
    shelf->count++;
}

static size_t shelf_place(const struct shelf *shelf, const struct doc *d)
{
    size_t i = shelf->count;

    while (i > 0 && shelf->docs[i - 1] != d)
        i--;
    return i - 1;
}

static void shelf_remove(struct shelf *shelf, size_t place)
{
    shelf->count--;
    memmove(shelf->docs + place, shelf->docs + place + 1,
            (shelf->count - place) * sizeof *shelf->docs);
}

static struct shelf *shelf_of(struct shelves *sh, const char *owner)
{
    struct shelf *shelf = index_get(&sh->by_owner, owner);

    if (!shelf) {
        shelf = xcalloc(1, sizeof *shelf);
        shelf->owner = xstrdup(owner);
        index_put(&sh->by_owner, shelf->owner, shelf);
    }
    return shelf;
}

struct view *view_begin(struct store *s)
{
    pthread_rwlock_rdlock(&s->lock);
    return &s->view;
}

void view_end(struct view *v)
{
    pthread_rwlock_unlock(&v->store->lock);
}

struct doc *view_get(struct view *v, enum kind kind, const char *owner, const char *id)
{
    struct doc *d = index_get(&v->store->kinds[kind].by_id, id);

    return d && (!owner || strcmp(doc_owner(d), owner) == 0) ? d : NULL;
}

struct doc *view_by_key(struct view *v, enum kind kind, const char *key)
{
    return index_get(&v->store->kinds[kind].by_key, key);
}

static const struct shelf *shelf_seen(struct view *v, enum kind kind, const char *owner)
{
    struct shelves *sh = &v->store->kinds[kind];

    return owner ? index_get(&sh->by_owner, owner) : &sh->all;
}

size_t view_count(struct view *v, enum kind kind, const char *owner)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner);

    return shelf ? shelf->count : 0;
}

struct doc *view_nth(struct view *v, enum kind kind, const char *owner, size_t i)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner);

    return shelf && i < shelf->count ? shelf->docs[i] : NULL;
}

struct txn *txn_begin(struct store *s)
{
    struct txn *t = xcalloc(1, sizeof *t);

    pthread_rwlock_wrlock(&s->lock);
    t->view.store = s;
    return t;
}

struct view *txn_view(struct txn *t)
{
    return &t->view;
}

static void index_doc(struct shelves *sh, struct doc *d)
{
    index_put(&sh->by_id, doc_id(d), d);
    if (*doc_key(d))
        index_put(&sh->by_key, doc_key(d), d);
}

static void unindex_doc(struct shelves *sh, struct doc *d)
{
    index_remove(&sh->by_id, doc_id(d));
    if (*doc_key(d) && index_get(&sh->by_key, doc_key(d)) == d)
        index_remove(&sh->by_key, doc_key(d));
}

/* Puts `after` where `before` stands; either may be NULL. The references stay as they are. */
static void swap_docs(struct store *s, struct change *c, struct doc *before, struct doc *after)
{
    struct shelves *sh = &s->kinds[doc_kind(before ? before : after)];
    bool same_shelf = before && after && strcmp(doc_owner(before), doc_owner(after)) == 0;

    if (before) {
        struct shelf *own = shelf_of(sh, doc_owner(before));

        c->place = shelf_place(own, before);
        c->place_all = shelf_place(&sh->all, before);
        unindex_doc(sh, before);
        if (same_shelf) {
            own->docs[c->place] = after;
        } else {
            shelf_remove(own, c->place);
        }
        if (after)
            sh->all.docs[c->place_all] = after;
        else
            shelf_remove(&sh->all, c->place_all);
    }
    if (after) {
        struct shelf *own = shelf_of(sh, doc_owner(after));

        if (!same_shelf)
            shelf_insert(own, before || c->place > own->count ? own->count : c->place, after);
        if (!before)
            shelf_insert(&sh->all, c->place_all > sh->all.count ? sh->all.count : c->place_all, after);
        index_doc(sh, after);
    }
}

static void note(struct txn *t, struct change c)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 8;
        t->changes = xrealloc(t->changes, t->room * sizeof *t->changes);
    }
    t->changes[t->count++] = c;
}

void txn_put_take(struct txn *t, struct doc *d)
{
    struct change c = { view_get(&t->view, doc_kind(d), NULL, doc_id(d)), d, (size_t)-1, (size_t)-1 };

    swap_docs(t->view.store, &c, c.before, d);
    note(t, c);
}

bool txn_remove(struct txn *t, enum kind kind, const char *id)
{
    struct change c = { view_get(&t->view, kind, NULL, id), NULL, 0, 0 };

    if (!c.before)
        return false;
    swap_docs(t->view.store, &c, c.before, NULL);
    note(t, c);
    return true;
}

static void txn_end(struct txn *t)
{
    pthread_rwlock_unlock(&t->view.store->lock);
    free(t->changes);
    free(t);
}

/* Releases the side of each change that the store no longer holds; outside the lock. */
static void release_side(struct change *changes, size_t count, bool before)
{
    for (size_t i = 0; i < count; i++)
        doc_unref(before ? changes[i].before : changes[i].after);
    free(changes);
}

void txn_commit(struct txn *t)
{
    struct change *changes = t->changes;
    size_t count = t->count;

    t->changes = NULL;
    txn_end(t);
    release_side(changes, count, true);
}

void txn_rollback(struct txn *t)
{
    struct change *changes = t->changes;
    size_t count = t->count;

    for (size_t i = count; i > 0; i--) {
        struct change back = changes[i - 1];

        swap_docs(t->view.store, &back, changes[i - 1].after, changes[i - 1].before);
    }
    t->changes = NULL;
    txn_end(t);
    release_side(changes, count, false);
}
