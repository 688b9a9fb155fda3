#include "mock/state/journal.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/state/journal_entry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MOST 10000

struct journal {
    pthread_mutex_t lock;
    struct entry *ring; // grows to ENTRIES_MOST, then the oldest is written over
    size_t room;
    int64_t last;  // number of the newest entry; numbers begin with 1
    int64_t first; // number of the oldest entry that is kept
    int64_t dropped;
    char **watched;
    size_t watched_count;
};

struct journal *journal_new(void)
{
    struct journal *j = xcalloc(1, sizeof *j);

    pthread_mutex_init(&j->lock, NULL);
    j->first = 1;
    return j;
}

static void forget_watched(struct journal *j)
{
    for (size_t i = 0; i < j->watched_count; i++)
        free(j->watched[i]);
    free(j->watched);
    j->watched = NULL;
    j->watched_count = 0;
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    for (size_t i = 0; i < j->room; i++)
        free(j->ring[i].texts);
    free(j->ring);
    forget_watched(j);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

static bool stands_in(const struct journal *j, const char *text)
{
    for (size_t i = 0; text && i < j->watched_count; i++)
        if (strstr(text, j->watched[i]))
            return true;
    return false;
}

/* Where a watched string stood, as "url\0header:X-Foo\0body\0" in `places`. The lock is held. */
static void find_watched(const struct journal *j, const struct call *c, struct buf *places)
{
    if (stands_in(j, c->in.path) || stands_in(j, c->in.query))
        buf_add(places, "url", 4);
    for (size_t i = 0; i < c->in.header_count; i++) {
        const struct call_header *h = &c->in.header[i];

        if (!text_same_nocase(h->name, "Authorization") && stands_in(j, h->value)) {
            buf_printf(places, "header:%s", h->name);
            buf_char(places, '\0');
        }
    }
    if (stands_in(j, c->body))
        buf_add(places, "body", 5);
}

static struct entry *slot_of(struct journal *j, int64_t number)
{
    return &j->ring[(size_t)((number - 1) % ENTRIES_MOST)];
}

/* A slot for one more entry; the lock is held. */
static struct entry *take_slot(struct journal *j)
{
    if (j->last - j->first + 1 >= ENTRIES_MOST) {
        j->first++;
        j->dropped++;
    }
    if ((size_t)(j->last % ENTRIES_MOST) >= j->room) {
        size_t room = j->room ? j->room * 2 : 64;

        room = room > ENTRIES_MOST ? ENTRIES_MOST : room;
        j->ring = xrealloc(j->ring, room * sizeof *j->ring);
        memset(j->ring + j->room, 0, (room - j->room) * sizeof *j->ring);
        j->room = room;
    }
    return slot_of(j, ++j->last);
}

void journal_add(struct journal *j, struct call *c)
{
    struct entry fresh;
    struct buf texts, places;
    struct entry *slot;

    buf_init(&texts);
    buf_init(&places);
    buf_reserve(&texts, 1000);
    entry_take(&fresh, &texts, c);
    pthread_mutex_lock(&j->lock);
    if (j->watched_count)
        find_watched(j, c, &places);
    if (places.len)
        entry_add_watched(&fresh, &texts, &places);
    slot = take_slot(j);
    fresh.number = j->last;
    fresh.texts = slot->texts;
    fresh.texts_room = slot->texts_room;
    if (fresh.texts_room < texts.len) {
        fresh.texts_room = texts.len;
        fresh.texts = xrealloc(fresh.texts, texts.len);
    }
    memcpy(fresh.texts, texts.at, texts.len);
    *slot = fresh;
    pthread_mutex_unlock(&j->lock);
    buf_release(&texts);
    buf_release(&places);
}

static bool passes(const struct entry *e, const struct journal_filter *f)
{
    char name[256];

    if (f->method && strcmp(e->method, f->method) != 0)
        return false;
    if (f->status && e->status != f->status)
        return false;
    if (f->token && strcmp(entry_text(e, e->token), f->token) != 0)
        return false;
    if (f->path_glob && !text_glob(f->path_glob, entry_text(e, e->path)))
        return false;
    if (f->operation) {
        op_name(e->op, name, sizeof name);
        return strcmp(name, f->operation) == 0;
    }
    return true;
}

/* Calls visit for each entry that passes, oldest first; the lock is held meanwhile. */
static void walk(struct journal *j, const struct journal_filter *f,
                 void (*visit)(void *to, const struct entry *e), void *to)
{
    int64_t from = f->after + 1 > j->first ? f->after + 1 : j->first, seen = 0;

    for (int64_t n = from; n <= j->last && (!f->limit || seen < f->limit); n++) {
        const struct entry *e = slot_of(j, n);

        if (passes(e, f)) {
            visit(to, e);
            seen++;
        }
    }
}

static void visit_list(void *to, const struct entry *e)
{
    cJSON_AddItemToArray(to, entry_json(e));
}

static void visit_count(void *to, const struct entry *e)
{
    (void)e;
    ++*(int64_t *)to;
}

cJSON *journal_list(struct journal *j, const struct journal_filter *f)
{
    cJSON *list = cJSON_CreateArray();

    pthread_mutex_lock(&j->lock);
    walk(j, f, visit_list, list);
    pthread_mutex_unlock(&j->lock);
    return list;
}

int64_t journal_count(struct journal *j, const struct journal_filter *f)
{
    int64_t count = 0;

    pthread_mutex_lock(&j->lock);
    walk(j, f, visit_count, &count);
    pthread_mutex_unlock(&j->lock);
    return count;
}

int64_t journal_dropped(struct journal *j)
{
    int64_t dropped;

    pthread_mutex_lock(&j->lock);
    dropped = j->dropped;
    pthread_mutex_unlock(&j->lock);
    return dropped;
}

int64_t journal_last(struct journal *j)
{
    int64_t last;

    pthread_mutex_lock(&j->lock);
    last = j->last;
    pthread_mutex_unlock(&j->lock);
    return last;
}

void journal_clear(struct journal *j)
{
    pthread_mutex_lock(&j->lock);
    j->first = j->last + 1;
    j->dropped = 0;
    pthread_mutex_unlock(&j->lock);
}

void journal_watch(struct journal *j, const char *const *strings, size_t count)
{
    pthread_mutex_lock(&j->lock);
    forget_watched(j);
    j->watched = xcalloc(count, sizeof *j->watched);
    for (size_t i = 0; i < count; i++)
        j->watched[i] = xstrdup(strings[i]);
    j->watched_count = count;
    pthread_mutex_unlock(&j->lock);
}
