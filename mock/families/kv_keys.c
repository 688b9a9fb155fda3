/* Workers KV: the list of keys, by cursor, in the byte order of their names. */
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/kv.h"
#include "mock/families/listing.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_LEAST 10
#define PAGE_MOST 1000
#define SLICE 128 // docs taken from the shelf at a time

/* Which keys a page shows: those that begin with the prefix and stand behind the last one shown. */
struct range {
    const char *prefix; // "" if none
    const char *after;  // NULL: from the start
    int64_t most;
};

static bool below(const struct doc *d, const void *of)
{
    const struct range *r = of;

    return strcmp(doc_id(d), r->prefix) < 0 || (r->after && strcmp(doc_id(d), r->after) <= 0);
}

static void range_drop(void *name)
{
    free(name);
}

static enum step range_read(struct call *c, struct range *r)
{
    const char *prefix = call_query(c, "prefix"), *cursor = call_query(c, "cursor");
    int64_t most = call_query_whole(c, "limit", PAGE_MOST);
    char *after = NULL;

    // A limit outside of 10..1000 is moved to the nearer end (INF).
    *r = (struct range){ prefix ? prefix : "", NULL,
                         most < PAGE_LEAST  ? PAGE_LEAST
                         : most > PAGE_MOST ? PAGE_MOST
                                            : most };
    if (!cursor || !*cursor)
        return GO_ON;
    after = kv_cursor_name_dup(cursor);
    if (!after)
        return refuse(c, ERR_KV_CURSOR);
    arena_on_free(c->arena, range_drop, after);
    r->after = after;
    return GO_ON;
}

/* One page, and the expired keys that stood in its way. True: there is more behind it. */
static bool page_collect(struct call *c, struct view *v, const struct kv_space *s,
                         const struct range *r, struct doc_list *page, struct doc_list *expired)
{
    size_t at = view_first_not(v, KIND_KV_KEY, s->keys, 0, below, r), n = SLICE;
    int64_t now = kv_now(c);
    struct doc *slice[SLICE];

    for (; n == SLICE; at += n) {
        n = view_slice(v, KIND_KV_KEY, s->keys, 0, at, slice, SLICE);
        for (size_t i = 0; i < n; i++) {
            if (!text_starts(doc_id(slice[i]), r->prefix))
                return false;
            if (kv_is_live(slice[i], now) && page->count == (size_t)r->most)
                return true;
            doc_list_add(c, kv_is_live(slice[i], now) ? page : expired, slice[i]);
        }
    }
    return false;
}

/* Expired keys go when a list meets them, so that no later page has to walk over them. */
static void expired_drop(struct call *c, const struct kv_space *s, const struct doc_list *expired)
{
    struct txn *t;

    if (!expired->count)
        return;
    t = txn_begin(world_store(c->world));
    for (size_t i = 0; i < expired->count; i++)
        if (view_get(txn_view(t), KIND_KV_KEY, s->keys, doc_id(expired->at[i])) == expired->at[i])
            txn_remove_of(t, KIND_KV_KEY, s->keys, doc_id(expired->at[i]));
    txn_commit(t);
}

static enum step page_answer(struct call *c, const struct doc_list *page, bool more)
{
    cJSON *lines = cJSON_CreateArray();
    char *cursor = more ? kv_cursor_dup(doc_id(page->at[page->count - 1])) : NULL;
    enum step step;

    for (size_t i = 0; i < page->count; i++)
        cJSON_AddItemToArray(lines, cJSON_CreateRaw(doc_text(page->at[i], NULL)));
    step = answer_list(c, lines,
                       json_object(J_WHOLE("count", (int64_t)page->count),
                                   J_TEXT("cursor", cursor ? cursor : "")));
    free(cursor);
    return step;
}

enum step kv_keys_list(struct call *c)
{
    struct doc_list page = { 0 }, expired = { 0 };
    struct kv_space s;
    struct range r;
    struct view *v;
    bool there, more = false;

    if (kv_space_read(c, "list keys", &s) == ANSWERED || range_read(c, &r) == ANSWERED)
        return ANSWERED;
    v = view_begin(world_store(c->world));
    there = kv_space_is(v, &s);
    if (there)
        more = page_collect(c, v, &s, &r, &page, &expired);
    view_end(v);
    if (!there)
        return kv_space_missing(c, &s);
    expired_drop(c, &s, &expired);
    return page_answer(c, &page, more);
}
