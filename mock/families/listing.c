#include "mock/families/listing.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

struct window window_read(struct call *c, int64_t fallback, int64_t min, int64_t max)
{
    const char *direction = call_query(c, "direction");
    struct window w = { call_query_whole(c, "page", 1), call_query_whole(c, "per_page", fallback),
                        direction && text_same_nocase(direction, "desc") };

    w.page = w.page < 1 ? 1 : w.page;
    w.per_page = w.per_page < min ? min : w.per_page > max ? max : w.per_page;
    return w;
}

void doc_list_add(struct call *c, struct doc_list *list, struct doc *d)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        struct doc **at = arena_alloc(c->arena, room * sizeof(struct doc *));

        if (list->count)
            memcpy(at, list->at, list->count * sizeof(struct doc *));
        list->at = at;
        list->room = room;
    }
    list->at[list->count++] = doc_ref(d);
    arena_on_free(c->arena, doc_unref_any, d);
}

void doc_list_reverse(struct doc_list *list)
{
    for (size_t i = 0; i < list->count / 2; i++) {
        struct doc *d = list->at[i];

        list->at[i] = list->at[list->count - 1 - i];
        list->at[list->count - 1 - i] = d;
    }
}

/* Index of the window's first item; behind the last one for pages beyond the end. */
static int64_t window_first(const struct window *w, int64_t total)
{
    bool beyond = w->page - 1 > total / w->per_page; // also keeps the product in range

    return beyond ? total : (w->page - 1) * w->per_page;
}

enum step window_answer(struct call *c, const struct window *w, const struct doc_list *list,
                        cJSON *(*show)(struct call *c, struct doc *d))
{
    cJSON *page = cJSON_CreateArray();
    int64_t total = (int64_t)list->count, first = window_first(w, total);

    for (int64_t i = first; i < total && i < first + w->per_page; i++)
        cJSON_AddItemToArray(page, show(c, list->at[i]));
    return answer_page(c, page, w->page, w->per_page, total);
}

enum step window_answer_table(struct call *c, const struct window *w, const cJSON *table)
{
    cJSON *page = cJSON_CreateArray();
    int64_t total = cJSON_GetArraySize(table), first = window_first(w, total), i = 0;
    const cJSON *item;

    cJSON_ArrayForEach (item, table) {
        if (i >= first && i < first + w->per_page)
            cJSON_AddItemToArray(page, cJSON_Duplicate(item, true));
        i++;
    }
    return answer_page(c, page, w->page, w->per_page, total);
}

cJSON *doc_json(struct call *c, const struct doc *d)
{
    size_t len;
    const char *text = doc_text(d, &len);

    return json_parse(c->arena, text, len);
}

cJSON *doc_filled_take(struct call *c, const struct doc *d, const char *name, cJSON *value)
{
    char *hole = arena_printf(c->arena, "\"%s\":[]", name);
    const char *text = doc_text(d, NULL), *at = strstr(text, hole);
    struct buf filled;
    cJSON *raw;

    if (!at) {
        cJSON_Delete(value);
        return cJSON_CreateRaw(text);
    }
    buf_init(&filled);
    buf_add(&filled, text, (size_t)(at - text) + strlen(hole) - 2);
    json_write(&filled, value);
    buf_text(&filled, at + strlen(hole));
    cJSON_Delete(value);
    raw = cJSON_CreateRaw(filled.at);
    buf_release(&filled);
    return raw;
}

struct doc *doc_held(struct call *c, enum kind kind, const char *owner, const char *id)
{
    struct view *v = view_begin(world_store(c->world));
    struct doc *d = id ? view_get(v, kind, owner, id) : NULL;

    if (d)
        arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    view_end(v);
    return d;
}

bool filter_contains(const char *part, const char *value)
{
    return strcasestr(value, part) != NULL;
}

enum filter_op { OP_EQUAL, OP_NOT, OP_STARTS, OP_ENDS, OP_CONTAINS };

static bool op_fits(enum filter_op op, const char *word, const char *value)
{
    switch (op) {
    case OP_EQUAL:
        return strcmp(value, word) == 0;
    case OP_NOT:
        return strcmp(value, word) != 0;
    case OP_STARTS:
        return text_starts(value, word);
    case OP_ENDS:
        return text_ends(value, word);
    case OP_CONTAINS:
        return strstr(value, word) != NULL;
    }
    return false;
}

/* Cuts "starts_with:" or "starts_with_case_sensitive:" off the filter; equality stays if there is
 * none. */
static enum filter_op op_read(const char **filter, bool *case_matters)
{
    static const char *const names[] = { "equal", "not", "starts_with", "ends_with", "contains" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *rest = *filter + strlen(names[i]);

        if (!text_starts(*filter, names[i]))
            continue;
        *case_matters = text_starts(rest, "_case_sensitive:");
        if (*case_matters || *rest == ':') {
            *filter = strchr(rest, ':') + 1;
            return (enum filter_op)i;
        }
    }
    return OP_EQUAL;
}

bool filter_fits(const char *filter, const char *value, bool operators)
{
    bool case_matters = false, fits;
    enum filter_op op = operators ? op_read(&filter, &case_matters) : OP_EQUAL;
    char *word = xstrdup(filter), *folded = xstrdup(value);

    if (!case_matters) {
        text_lower(word);
        text_lower(folded);
    }
    fits = op_fits(op, word, folded);
    free(word);
    free(folded);
    return fits;
}
