#include "mock/store/store.h"

#include "common/mem.h"
#include "mock/store/index.h"
#include "mock/store/orders.h"
#include "mock/store/shelf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ORDERS_MOST 2

struct owned {
    char *owner;
    struct shelf orders[ORDERS_MOST];
    size_t orders_count;
    struct index by_id;
};

/* All docs of one kind, by owner; those of identity also under their ids alone. */
struct shelves {
    struct index by_owner; // owner -> struct owned
    struct owned **owners; // in the order of their making
    size_t owners_count, owners_room;
    struct shelf all;
    struct index by_id, by_key;
};

struct view {
    struct store *store;
};

struct store {
    pthread_rwlock_t lock;
    struct view view; // one serves all readers: it only says that the lock is held
    uint64_t sequence;
    struct keeper *keeper; // NULL: none
    struct shelves *kinds[KIND_COUNT]; // made when the first doc of the kind comes
};

struct txn {
    struct view view;
    struct change *changes; // what was done, newest last: undone backwards
    size_t count, room;
};

static int by_creation(const struct doc *a, const struct doc *b)
{
    return (doc_sequence(a) > doc_sequence(b)) - (doc_sequence(a) < doc_sequence(b));
}

/* The kinds whose ids are unique across owners and that are looked up by them alone. */
static bool is_identity(enum kind kind)
{
    return kind == KIND_ACCOUNT || kind == KIND_USER || kind == KIND_MEMBERSHIP || kind == KIND_TOKEN ||
           kind == KIND_ZONE;
}

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

static void owned_free(struct owned *o)
{
    for (size_t i = 0; i < o->orders_count; i++)
        shelf_release(&o->orders[i]);
    index_release(&o->by_id);
    free(o->owner);
    free(o);
}

static void shelves_free(struct shelves *sh)
{
    struct doc *d;

    if (!sh)
        return;
    for (size_t o = 0; o < sh->owners_count; o++) {
        for (size_t i = 0; (d = shelf_nth(&sh->owners[o]->orders[0], i)) != NULL; i++)
            doc_unref(d);
        owned_free(sh->owners[o]);
    }
    shelf_release(&sh->all);
    index_release(&sh->by_owner);
    index_release(&sh->by_id);
    index_release(&sh->by_key);
    free(sh->owners);
    free(sh);
}

void store_free(struct store *s)
{
    if (!s)
        return;
    for (size_t k = 0; k < KIND_COUNT; k++)
        shelves_free(s->kinds[k]);
    pthread_rwlock_destroy(&s->lock);
    free(s);
}

static struct shelves *shelves_of(struct store *s, enum kind kind)
{
    if (!s->kinds[kind]) {
        s->kinds[kind] = xcalloc(1, sizeof *s->kinds[kind]);
        shelf_init(&s->kinds[kind]->all, by_creation);
    }
    return s->kinds[kind];
}

static struct owned *owned_of(struct shelves *sh, enum kind kind, const char *owner)
{
    struct owned *o = index_get(&sh->by_owner, owner);

    if (o)
        return o;
    o = xcalloc(1, sizeof *o);
    o->owner = xstrdup(owner);
    for (size_t i = 0; i < ORDERS_MOST; i++) {
        doc_order *order = kind_order(kind, i);

        if (order || i == 0)
            shelf_init(&o->orders[o->orders_count++], order ? order : by_creation);
    }
    index_put(&sh->by_owner, o->owner, o);
    if (sh->owners_count == sh->owners_room) {
        sh->owners_room = sh->owners_room ? sh->owners_room * 2 : 4;
        sh->owners = xrealloc(sh->owners, sh->owners_room * sizeof *sh->owners);
    }
    sh->owners[sh->owners_count++] = o;
    return o;
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

static struct owned *owned_seen(struct view *v, enum kind kind, const char *owner)
{
    struct shelves *sh = v->store->kinds[kind];

    return sh ? index_get(&sh->by_owner, owner) : NULL;
}

struct doc *view_get(struct view *v, enum kind kind, const char *owner, const char *id)
{
    const struct shelves *sh = v->store->kinds[kind];
    const struct owned *o;
    struct doc *d;

    if (!sh)
        return NULL;
    if (is_identity(kind)) {
        d = index_get(&sh->by_id, id);
        return d && (!owner || strcmp(doc_owner(d), owner) == 0) ? d : NULL;
    }
    o = owned_seen(v, kind, owner);
    return o ? index_get(&o->by_id, id) : NULL;
}

struct doc *view_by_key(struct view *v, enum kind kind, const char *key)
{
    const struct shelves *sh = v->store->kinds[kind];

    return sh ? index_get(&sh->by_key, key) : NULL;
}

static const struct shelf *shelf_seen(struct view *v, enum kind kind, const char *owner, size_t order)
{
    struct shelves *sh = v->store->kinds[kind];
    struct owned *o;

    if (!owner)
        return sh ? &sh->all : NULL;
    o = owned_seen(v, kind, owner);
    return o && order < o->orders_count ? &o->orders[order] : NULL;
}

size_t view_count(struct view *v, enum kind kind, const char *owner)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner, 0);

    return shelf ? shelf->count : 0;
}

struct doc *view_nth(struct view *v, enum kind kind, const char *owner, size_t i)
{
    return view_nth_in(v, kind, owner, 0, i);
}

struct doc *view_nth_in(struct view *v, enum kind kind, const char *owner, size_t order, size_t i)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner, order);

    return shelf ? shelf_nth(shelf, i) : NULL;
}

size_t view_slice(struct view *v, enum kind kind, const char *owner, size_t order, size_t i,
                  struct doc **out, size_t count)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner, order);

    return shelf ? shelf_slice(shelf, i, out, count) : 0;
}

size_t view_first_not(struct view *v, enum kind kind, const char *owner, size_t order,
                      bool (*below)(const struct doc *d, const void *of), const void *of)
{
    const struct shelf *shelf = shelf_seen(v, kind, owner, order);

    return shelf ? shelf_first_not(shelf, below, of) : 0;
}

void view_walk(struct view *v, enum kind kind, void (*visit)(void *to, struct doc *d), void *to)
{
    const struct shelves *sh = v->store->kinds[kind];
    struct doc *d;

    for (size_t o = 0; sh && o < sh->owners_count; o++)
        for (size_t i = 0; (d = shelf_nth(&sh->owners[o]->orders[0], i)) != NULL; i++)
            visit(to, d);
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

static void take_off(struct store *s, struct doc *d)
{
    struct shelves *sh = shelves_of(s, doc_kind(d));
    struct owned *o = owned_of(sh, doc_kind(d), doc_owner(d));

    for (size_t i = 0; i < o->orders_count; i++)
        shelf_remove(&o->orders[i], d);
    if (is_identity(doc_kind(d))) {
        shelf_remove(&sh->all, d);
        index_remove(&sh->by_id, doc_id(d));
    } else {
        index_remove(&o->by_id, doc_id(d));
    }
    if (*doc_key(d) && index_get(&sh->by_key, doc_key(d)) == d)
        index_remove(&sh->by_key, doc_key(d));
}

static void put_on(struct store *s, struct doc *d)
{
    struct shelves *sh = shelves_of(s, doc_kind(d));
    struct owned *o = owned_of(sh, doc_kind(d), doc_owner(d));

    for (size_t i = 0; i < o->orders_count; i++)
        shelf_add(&o->orders[i], d);
    if (is_identity(doc_kind(d))) {
        shelf_add(&sh->all, d);
        index_put(&sh->by_id, doc_id(d), d);
    } else {
        index_put(&o->by_id, doc_id(d), d);
    }
    if (*doc_key(d))
        index_put(&sh->by_key, doc_key(d), d);
}

/* Puts `after` in the place of `before`; either may be NULL. References stay as they are. */
static void exchange(struct store *s, struct doc *before, struct doc *after)
{
    if (before)
        take_off(s, before);
    if (after)
        put_on(s, after);
}

static void note(struct txn *t, struct doc *before, struct doc *after)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 8;
        t->changes = xrealloc(t->changes, t->room * sizeof *t->changes);
    }
    t->changes[t->count++] = (struct change){ before, after };
}

static struct doc *now_there(struct txn *t, enum kind kind, const char *owner, const char *id)
{
    return view_get(&t->view, kind, is_identity(kind) ? NULL : owner, id);
}

void txn_put_take(struct txn *t, struct doc *d)
{
    struct store *s = t->view.store;
    struct doc *before = now_there(t, doc_kind(d), doc_owner(d), doc_id(d));

    doc_set_sequence(d, before ? doc_sequence(before) : ++s->sequence);
    exchange(s, before, d);
    note(t, before, d);
}

static bool remove_doc(struct txn *t, struct doc *before)
{
    if (!before)
        return false;
    exchange(t->view.store, before, NULL);
    note(t, before, NULL);
    return true;
}

bool txn_remove(struct txn *t, enum kind kind, const char *id)
{
    return remove_doc(t, view_get(&t->view, kind, NULL, id));
}

bool txn_remove_of(struct txn *t, enum kind kind, const char *owner, const char *id)
{
    return remove_doc(t, now_there(t, kind, owner, id));
}

size_t txn_clear(struct txn *t, enum kind kind, const char *owner)
{
    size_t count = view_count(&t->view, kind, owner);

    for (size_t i = count; i > 0; i--)
        remove_doc(t, view_nth(&t->view, kind, owner, i - 1));
    return count;
}

static bool lies_below(const char *owner, const char *path)
{
    size_t len = strlen(path);

    return !strncmp(owner, path, len) && owner[len] == '/';
}

void txn_clear_below(struct txn *t, enum kind kind, const char *path)
{
    const struct shelves *sh = t->view.store->kinds[kind];

    for (size_t i = 0; sh && i < sh->owners_count; i++)
        if (lies_below(sh->owners[i]->owner, path))
            txn_clear(t, kind, sh->owners[i]->owner);
}

static _Thread_local bool undone_here;

bool txn_was_undone(void)
{
    bool was = undone_here;

    undone_here = false;
    return was;
}

void store_keep(struct store *s, struct keeper *k)
{
    s->keeper = k;
}

struct keeper *store_keeper(struct store *s)
{
    return s->keeper;
}

/* Lets the lock go, then the docs that the store no longer holds. */
static void txn_end(struct txn *t, bool undone)
{
    pthread_rwlock_unlock(&t->view.store->lock);
    for (size_t i = 0; i < t->count; i++)
        doc_unref(undone ? t->changes[i].after : t->changes[i].before);
    free(t->changes);
    free(t);
}

/* The references to what stood there pass to the keeper; those to what stands there now are counted. */
static void commit_kept(struct txn *t, struct keeper *k)
{
    void *taken;

    for (size_t i = 0; i < t->count; i++)
        if (t->changes[i].after)
            doc_ref(t->changes[i].after);
    taken = k->take(k, t->changes, t->count);
    pthread_rwlock_unlock(&t->view.store->lock);
    free(t);
    if (!k->wait(k, taken))
        undone_here = true;
}

void txn_commit(struct txn *t)
{
    struct keeper *k = t->view.store->keeper;

    if (k && t->count)
        commit_kept(t, k);
    else
        txn_end(t, false);
}

void txn_rollback(struct txn *t)
{
    for (size_t i = t->count; i > 0; i--)
        exchange(t->view.store, t->changes[i - 1].after, t->changes[i - 1].before);
    txn_end(t, true);
}

void txn_undo(struct txn *t, const struct change *changes, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        exchange(t->view.store, changes[i - 1].after, changes[i - 1].before);
        if (changes[i - 1].before)
            doc_ref(changes[i - 1].before);
        doc_unref(changes[i - 1].after); // the store's own reference
    }
}

void txn_restore_take(struct txn *t, struct doc *d, uint64_t sequence)
{
    struct store *s = t->view.store;

    doc_set_sequence(d, sequence);
    if (s->sequence < sequence)
        s->sequence = sequence;
    exchange(s, NULL, d);
}
