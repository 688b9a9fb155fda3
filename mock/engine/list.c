/* Lists: a page of a shelf. In the shelf's own order a page costs the page; a filter or another
 * order costs the shelf. */
#include "mock/engine/filter.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"
#include "mock/store/shelf.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Docs with a reference each, for the length of the request. */
struct held {
    struct doc **at;
    size_t count;
};

/* The part of a list that is asked for. */
struct window {
    size_t first, most; // most: SIZE_MAX for all
    size_t page, per_page;
    const char *after; // id that a cursor names, or NULL
};

static void held_drop(void *held)
{
    struct held *h = held;

    for (size_t i = 0; i < h->count; i++)
        doc_unref(h->at[i]);
    free(h->at);
}

static struct held *held_new(struct call *c, size_t room)
{
    struct held *h = arena_alloc(c->arena, sizeof *h);

    h->at = xmalloc((room + 1) * sizeof *h->at);
    arena_on_free(c->arena, held_drop, h);
    return h;
}

/* The first of the names that the query has; a number that is none counts as absent. */
static int64_t asked(struct call *c, const char *const *names, int64_t fallback)
{
    int64_t n = fallback;

    for (size_t i = 0; n == fallback && names[i]; i++)
        n = call_query_whole(c, names[i], fallback);
    return n;
}

static size_t clamp(int64_t n, size_t least, size_t most)
{
    return n < (int64_t)least ? least : n > (int64_t)most ? most : (size_t)n;
}

static const char *asked_cursor(struct call *c)
{
    static const char *const names[] = { "cursor", "continuation_token", "page_token" };
    const char *text = NULL;

    for (size_t i = 0; !text && i < ARRAY_LEN(names); i++)
        text = call_query(c, names[i]);
    return text && *text ? text : NULL;
}

/* A cursor is the place and the id of the last item shown; one that is none starts anew. */
static void read_cursor(struct call *c, struct window *w)
{
    const char *text = asked_cursor(c);
    size_t len = 0;
    unsigned char *plain = text ? text_unbase64_dup(text, strlen(text), &len) : NULL;
    char *copy = plain ? arena_strndup(c->arena, (const char *)plain, len) : NULL, *colon;

    free(plain);
    colon = copy ? strchr(copy, ':') : NULL;
    if (!colon)
        return;
    w->first = strtoull(copy, NULL, 10);
    w->after = colon + 1;
}

static struct window window_of(struct call *c, const struct resource *r)
{
    static const char *const sizes[] = { "per_page", "limit", "page_size", "pageSize", NULL };
    static const char *const pages[] = { "page", NULL }, *const offsets[] = { "offset", NULL };
    struct window w = { .most = SIZE_MAX, .page = 1 };
    int64_t offset;

    if (r->page_style == PAGE_NONE)
        return w;
    w.per_page = clamp(asked(c, sizes, r->per_page), r->per_page_least, r->per_page_most);
    w.most = w.per_page;
    if (r->page_style == PAGE_CURSOR) {
        read_cursor(c, &w);
        return w;
    }
    w.page = clamp(asked(c, pages, 1), 1, SIZE_MAX / 2 / (w.per_page + 1));
    offset = asked(c, offsets, 0);
    w.first = offset > 0 ? (size_t)offset : (w.page - 1) * w.per_page;
    return w;
}

static char *cursor_dup(size_t next, const char *id)
{
    char *plain = text_printf("%zu:%s", next, id), *text = text_base64_dup(plain, strlen(plain));

    free(plain);
    return text;
}

/* result_info in the form that the operation's schema has for it. */
static cJSON *info_of(struct call *c, const struct resource *r, const struct window *w,
                      size_t count, size_t total, const char *cursor)
{
    size_t per_page = w->per_page ? w->per_page : count ? count : 1;
    struct fit f = { .op = NULL };
    cJSON *all, *fitted;

    if (r->page_style == PAGE_NONE && !c->op->info)
        return NULL;
    if (r->page_style == PAGE_CURSOR && !c->op->info)
        return json_object(J_WHOLE("count", (int64_t)count), J_TEXT("cursor", cursor));
    all = json_object(J_WHOLE("page", (int64_t)w->page), J_WHOLE("per_page", (int64_t)per_page),
                      J_WHOLE("total_pages", (int64_t)((total + per_page - 1) / per_page)),
                      J_WHOLE("count", (int64_t)count), J_WHOLE("total_count", (int64_t)total));
    if (!c->op->info || (r->named && r->page_style == PAGE_NUMBER))
        return all;
    cJSON_AddStringToObject(all, "cursor", cursor);
    cJSON_AddItemToObject(all, "cursors",
                          *cursor ? json_object(J_TEXT("after", cursor)) : cJSON_CreateObject());
    fitted = fit_dup(&f, c->op->info, all, "result_info");
    cJSON_Delete(all);
    return fitted;
}

/* The schema node of one item of the list that the operation answers; 0: not known. */
static uint32_t item_node(const struct op *op)
{
    uint32_t list = op->result;
    struct schema s;

    if (list && *spec_text(op->within))
        fit_member(list, NULL, spec_text(op->within), &list);
    if (!list)
        return 0;
    schema_open(list, &s);
    return s.items;
}

static bool copies_text(const struct call *c, const struct resource *r, enum kind kind)
{
    const char *type = spec_text(c->op->content_type);

    if (!c->op->plain || *spec_text(c->op->within) || spec_kind_hooks[kind].view ||
        (*type && !strstr(type, "application/json")))
        return false;
    return r->named || item_node(c->op) == r->shown;
}

static enum step answer_texts(struct call *c, struct doc *const *docs, size_t count, cJSON *info)
{
    size_t room = 2;
    struct buf list;
    enum step step;

    for (size_t i = 0; i < count; i++) {
        size_t len;

        doc_text(docs[i], &len);
        room += len + 1;
    }
    buf_init(&list);
    buf_reserve(&list, room);
    buf_char(&list, '[');
    for (size_t i = 0; i < count; i++) {
        size_t len;
        const char *text = doc_text(docs[i], &len);

        if (i)
            buf_char(&list, ',');
        buf_add(&list, text, len);
    }
    buf_char(&list, ']');
    step = answer_text_list(c, list.at, list.len, info);
    buf_release(&list);
    return step;
}

/* Items in the form that the list's own schema has for them. */
static cJSON *items_shown(struct call *c, const struct resource *r, struct doc *const *docs,
                          size_t count)
{
    uint32_t node = item_node(c->op);
    struct fit f = { .op = NULL, .seed = 1, .how = FIT_LOOSE };
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < count; i++) {
        cJSON *shown = engine_shown(c, docs[i]);

        if (node && !r->named) {
            cJSON *fitted = fit_dup(&f, node, shown, "");

            cJSON_Delete(shown);
            shown = fitted;
        }
        cJSON_AddItemToArray(list, shown);
    }
    return list;
}

static enum step answer_items(struct call *c, const struct resource *r, cJSON *list, cJSON *info)
{
    const char *member = spec_text(c->op->within), *carrier = spec_text(c->op->result_member),
               *type = spec_text(c->op->content_type);
    struct fit f = call_fit(c, 0);
    cJSON *result = *member ? json_object(J_TREE(member, list)) : list, *whole, *body;
    enum step step;
    char *text;

    if (!r->named && c->op->plain)
        result = in_form_take(c, result);
    if (c->op->plain)
        return info ? answer_list(c, result, info) : answer(c, result);
    whole = *carrier ? json_object(J_FLAG("success", true), J_TREE("errors", cJSON_CreateArray()),
                                   J_TREE("messages", cJSON_CreateArray()), J_TREE(carrier, result),
                                   J_TREE("result_info", info))
                     : result;
    if (!*carrier)
        cJSON_Delete(info);
    body = fit_dup(&f, c->op->response, whole, "");
    text = json_print_dup(body);
    step = answer_raw(c, c->op->ok, *type ? type : NULL, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(body);
    cJSON_Delete(whole);
    return step;
}

static enum step answer_window(struct call *c, enum kind kind, struct doc *const *docs,
                               size_t count, const struct window *w, size_t total)
{
    const struct resource *r = resource_of(kind);
    bool more = count && w->first + count < total;
    char *cursor = more ? cursor_dup(w->first + count, doc_id(docs[count - 1])) : xstrdup("");
    cJSON *info = info_of(c, r, w, count, total, cursor);

    free(cursor);
    if (copies_text(c, r, kind))
        return answer_texts(c, docs, count, info);
    return answer_items(c, r, items_shown(c, r, docs, count), info);
}

enum step engine_answer_docs(struct call *c, enum kind kind, struct doc *const *docs, size_t count)
{
    struct window w = window_of(c, resource_of(kind));
    size_t left;

    for (size_t i = 0; w.after && i < count; i++)
        if (!strcmp(doc_id(docs[i]), w.after))
            w.first = i + 1;
    w.first = w.first < count ? w.first : count;
    left = count - w.first;
    return answer_window(c, kind, docs + w.first, left < w.most ? left : w.most, &w, count);
}

static int in_shelf_order(const struct doc *a, const struct doc *b)
{
    doc_order *order = spec_kind_hooks[doc_kind(a)].order[0];

    if (order)
        return order(a, b);
    return (doc_sequence(a) > doc_sequence(b)) - (doc_sequence(a) < doc_sequence(b));
}

static bool not_behind(const struct doc *d, const void *of)
{
    return in_shelf_order(d, of) <= 0;
}

/* Holds the window's docs; descending counts from the end. */
static struct held *hold_window(struct call *c, struct view *v, enum kind kind, struct window *w,
                                bool descending, size_t *total)
{
    const char *owner = call_owner(c);
    const struct doc *last = w->after ? view_get(v, kind, owner, w->after) : NULL;
    struct held *h;
    size_t left, n;

    *total = view_count(v, kind, owner);
    if (last && !descending)
        w->first = view_first_not(v, kind, owner, 0, not_behind, last);
    w->first = w->first < *total ? w->first : *total;
    left = *total - w->first;
    n = left < w->most ? left : w->most;
    h = held_new(c, n);
    h->count = view_slice(v, kind, owner, 0, descending ? left - n : w->first, h->at, n);
    for (size_t i = 0; i < h->count; i++)
        doc_ref(h->at[i]);
    for (size_t i = 0; descending && i < h->count / 2; i++) {
        struct doc *d = h->at[i];

        h->at[i] = h->at[h->count - 1 - i];
        h->at[h->count - 1 - i] = d;
    }
    return h;
}

static struct held *hold_all(struct call *c, struct view *v, enum kind kind)
{
    const char *owner = call_owner(c);
    size_t count = view_count(v, kind, owner);
    struct held *h = held_new(c, count);

    h->count = view_slice(v, kind, owner, 0, 0, h->at, count);
    for (size_t i = 0; i < h->count; i++)
        doc_ref(h->at[i]);
    return h;
}

/* Filtered and sorted. */
static enum step answer_chosen(struct call *c, enum kind kind, const struct wanted *wanted,
                               const struct held *all)
{
    struct doc **chosen = arena_alloc(c->arena, (all->count + 1) * sizeof(struct doc *));
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (!wanted->count || wanted_fits(wanted, all->at[i]))
            chosen[count++] = all->at[i];
    wanted_sort(wanted, chosen, count);
    for (size_t i = 0; wanted->descending && i < count / 2; i++) {
        struct doc *d = chosen[i];

        chosen[i] = chosen[count - 1 - i];
        chosen[count - 1 - i] = d;
    }
    return engine_answer_docs(c, kind, chosen, count);
}

enum step engine_list(struct call *c)
{
    enum kind kind = c->op->kind;
    const struct resource *r = resource_of(kind);
    struct window w = window_of(c, r);
    struct wanted wanted;
    struct held *held = NULL;
    size_t total = 0;
    struct view *v;
    bool plain;

    wanted_read(c, r, &wanted);
    plain = !wanted.count && !wanted.order;
    v = view_begin(world_store(c->world));
    if (parent_there(c, v, kind))
        held =
            plain ? hold_window(c, v, kind, &w, wanted.descending, &total) : hold_all(c, v, kind);
    view_end(v);
    if (!held)
        return engine_missing(c, r->parent);
    if (plain)
        return answer_window(c, kind, held->at, held->count, &w, total);
    return answer_chosen(c, kind, &wanted, held);
}
