/* Which paths are kept resources, and why others are not: by paths, methods and schemas alone. */
#include "mock/spec/compile_resources.h"

#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static struct row **by_shape;

static int shape_order(const void *a, const void *b)
{
    const struct row *left = *(struct row *const *)a, *right = *(struct row *const *)b;
    int order = strcmp(left->shape, right->shape);

    return order ? order : left->op.method - right->op.method;
}

struct row *row_at(const char *shape, enum method method)
{
    size_t low = 0, high = rows.count;

    if (!by_shape) {
        by_shape = xcalloc(rows.count, sizeof(struct row *));
        for (size_t i = 0; i < rows.count; i++)
            by_shape[i] = &rows.at[i];
        qsort(by_shape, rows.count, sizeof(struct row *), shape_order);
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(by_shape[middle]->shape, shape);

        if (!order)
            order = (int)by_shape[middle]->op.method - (int)method;
        if (!order)
            return by_shape[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_json(const struct row *row)
{
    const char *type = text_at(row->op.content_type);

    return !*type || strstr(type, "json");
}

bool row_asks(const struct row *row)
{
    static const char *const pages[] = {
        "page",      "per_page",           "page_size",  "pageSize", "cursor",
        "limit",     "continuation_token", "page_token", "offset",   "after",
        "order",     "direction",          "sort",       "order_by", "sort_by",
        "sort_order"
    };
    const char *at = *row->cell_query == '-' ? "" : row->cell_query;

    for (; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        size_t len = strcspn(at, ":");

        if (*at == '!')
            return true;
        for (size_t i = 0; i < ARRAY_LEN(pages); i++)
            if (strlen(pages[i]) == len && !strncmp(pages[i], at, len))
                return true;
    }
    return false;
}

/* Last segments that name something done, measured or made up on the spot, and products that are
 * all reports: nothing there is kept. */
static bool is_computed(const char *path)
{
    static const char *const words[] = { "verify", "search",  "preview", "download", "export",
                                         "trace",  "analyze", "inspect", "validate", "lookup",
                                         "query",  "stats",   "usage",   "metrics",  "summary",
                                         "top",    "report",  "health",  "count",    "diff",
                                         "check",  "ping",    "logs",    "evaluate", "loa" };
    const char *last = strrchr(path, '/') + 1;

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strcmp(words[i], last))
            return true;
    return text_starts(path, "/radar/") || strstr(path, "/analytics/") || strstr(path, "/intel/") ||
           strstr(path, "/dex/");
}

static const char *judge_answer(const struct candidate *c)
{
    if (!is_json(c->op[VERB_READ]))
        return "its content is bytes";
    return c->shown.result ? NULL : "the document has no schema of what it reads";
}

static const char *judge_item(struct candidate *c)
{
    const struct row *creates =
        c->op[VERB_CREATE] || c->searched ? c->op[VERB_CREATE] : c->op[VERB_REPLACE];
    const char *reason;

    if (!c->op[VERB_READ])
        return c->op[VERB_REPLACE] || c->op[VERB_MERGE] ? "it is written and never read"
                                                        : "no operation reads it";
    if (!creates)
        return "nothing creates it";
    if (creates->op.request_kind > 1)
        return "it is created from bytes, not from JSON";
    if (!schema_json(creates->cell_request) && !schema_json(creates->cell_response))
        return "the document has no schema of what creates it";
    if ((reason = judge_answer(c)))
        return reason;
    if (shape_type(c->shown.result) != TYPE_OBJECT)
        return "reading it gives no object";
    return *c->id_member || !c->op[VERB_CREATE] ? NULL : "what is made tells no id";
}

/* POST on a document sets it if it answers with the same; else it does something. */
static bool sets(const struct candidate *c)
{
    struct body_shape made;

    if (!c->op[VERB_CREATE])
        return false;
    body_shape(c->op[VERB_CREATE]->cell_response, &made);
    return made.result && shape_type(made.result) == TYPE_OBJECT &&
           schema_node(made.result) == schema_node(c->shown.result);
}

static const char *judge_single(struct candidate *c)
{
    const char *reason;

    if (!c->op[VERB_READ])
        return "an action: no operation reads it";
    if ((reason = judge_answer(c)))
        return reason;
    if (shape_type(c->shown.result) == TYPE_ARRAY &&
        (row_asks(c->op[VERB_READ]) || (c->op[VERB_MERGE] && !c->op[VERB_REPLACE])))
        return "a list whose entries have no path of their own";
    if (c->op[VERB_REPLACE] || c->op[VERB_MERGE] || sets(c))
        return NULL;
    if (is_computed(c->path))
        return "computed when it is asked for";
    if (!row_asks(c->op[VERB_READ]))
        return NULL;
    return "a report, made for its query";
}

/* PUT on a collection makes one where it takes one and answers with it (workers/domains). */
static bool makes_one(const struct row *put)
{
    struct body_shape made;

    if (!put || put->op.request_kind != 1)
        return false;
    body_shape(put->cell_response, &made);
    return shape_type(made.result) == TYPE_OBJECT &&
           shape_type(schema_json(put->cell_request)) == TYPE_OBJECT;
}

/* POST that takes one thing and answers with a list looks for things. */
static bool makes(const struct row *post)
{
    struct body_shape made;

    if (!post)
        return false;
    body_shape(post->cell_response, &made);
    return shape_type(made.result) != TYPE_ARRAY ||
           shape_type(schema_json(post->cell_request)) == TYPE_ARRAY;
}

/* What makes an item: POST on the collection or on one of its words for that, or a PUT there. */
static struct row *creator(const char *collection)
{
    static const char *const words[] = { "", "/new", "/create", "/order" };
    struct row *put = row_at(collection, M_PUT);

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        char *path = text_printf("%s%s", collection, words[i]);
        struct row *post = row_at(path, M_POST);

        free(path);
        if (makes(post))
            return post;
    }
    return makes_one(put) ? put : NULL;
}

static char *parent_of(const char *shape)
{
    return xstrndup(shape, (size_t)(strrchr(shape, '/') - shape));
}

/* Which member of what CREATE answers has the id; a string is the id itself
 * (browser-rendering/crawl). */
static const char *id_of_made(struct candidate *c, const char *param)
{
    struct body_shape made;
    const char *within;

    if (!c->op[VERB_CREATE])
        return "";
    body_shape(c->op[VERB_CREATE]->cell_response, &made);
    c->made = kept_of(param, made.result, &within);
    return shape_type(made.result) == TYPE_STRING ? "id" : id_member_of(param, c->made);
}

/* Is it a list of what is kept, or something else at the collection's path? */
static bool lists(const struct row *get, const char *id_member)
{
    struct body_shape b;

    if (!get)
        return false;
    body_shape(get->cell_response, &b);
    return !b.whole || !b.result || shape_type(b.result) == TYPE_ARRAY ||
           (b.items && (row_asks(get) || (*id_member && shape_member(b.items, id_member))));
}

static bool has_items(const char *shape)
{
    char *below = text_printf("%s/{}", shape);
    bool yes = row_at(below, M_GET) != NULL;

    free(below);
    return yes;
}

static void judge_place(struct candidate *c)
{
    char *param = last_param_dup(c->path);
    const char *made = id_of_made(c, param);

    c->kept = kept_of(param, c->shown.result, &c->within);
    c->id_member = id_member_of(param, c->kept);
    if (!*c->id_member)
        c->id_member = made;
    if (!lists(c->op[VERB_LIST], c->id_member))
        c->op[VERB_LIST] = NULL;
    free(param);
}

void candidate_judge(const char *path, struct candidate *out)
{
    char *shape = shape_dup(path);
    bool item = text_ends(shape, "/{}");
    char *above = item ? parent_of(shape) : shape;

    *out = (struct candidate){ .path = path, .shape = shape };
    out->op[VERB_READ] = row_at(shape, M_GET);
    out->op[VERB_REPLACE] = row_at(shape, M_PUT);
    out->op[VERB_MERGE] = row_at(shape, M_PATCH);
    out->op[VERB_DELETE] = row_at(shape, M_DELETE);
    out->op[VERB_CREATE] = item ? creator(above) : row_at(above, M_POST);
    out->searched = item && !out->op[VERB_CREATE] && row_at(above, M_POST);
    out->op[VERB_LIST] = item ? row_at(above, M_GET) : NULL;
    if (out->op[VERB_READ])
        body_shape(out->op[VERB_READ]->cell_response, &out->shown);
    if (!item && (!sets(out) || has_items(shape))) // POST beside items makes one of them
        out->op[VERB_CREATE] = NULL;
    out->kept = out->shown.result;
    out->id_member = out->within = "";
    if (item)
        judge_place(out);
    out->reason = item ? judge_item(out) : judge_single(out);
    if (!out->reason)
        out->form = item ? RESOURCE_COLLECTION : RESOURCE_SINGLETON;
}

void candidate_drop_bytes(struct candidate *c)
{
    for (size_t v = VERB_CREATE; v < VERB_COUNT; v++)
        if (c->op[v] && c->op[v]->op.request_kind > 1)
            c->op[v] = NULL;
}

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
static const char *const verbs[] = { "", "list", "create", "read", "replace", "merge", "delete" };

/* Is the path the collection of items? Then it is judged with them. */
static bool judge_collection(const char *shape, struct candidate *item)
{
    char *below = text_printf("%s/{}", shape);
    bool any = false;

    for (size_t m = 0; m < M_COUNT; m++)
        any = any || row_at(below, (enum method)m);
    if (any)
        candidate_judge(below, item);
    free(below);
    return any;
}

static void write_lacks(struct buf *out, struct candidate *c)
{
    bool any = false;

    candidate_drop_bytes(c);
    for (size_t v = VERB_LIST; v < VERB_COUNT; v++) {
        if (c->op[v] || (c->form == RESOURCE_SINGLETON && (v == VERB_LIST || v == VERB_CREATE)))
            continue;
        buf_printf(out, any ? " %s" : "kept; the API lacks, in JSON: %s", verbs[v]);
        any = true;
    }
    if (any)
        buf_char(out, '\n');
}

static void write_path(struct buf *out, const struct row *first)
{
    struct candidate c, item = { 0 };
    size_t start = out->len, before;
    bool collection;

    candidate_judge(first->path, &c);
    collection = !text_ends(c.shape, "/{}") && judge_collection(c.shape, &item);
    if (collection && item.form) // listed with its items
        return;
    buf_printf(out, "%s\t", first->path);
    before = out->len;
    for (size_t m = 0; m < M_COUNT; m++)
        if (row_at(first->shape, (enum method)m))
            buf_printf(out, "%s%s", out->len > before ? " " : "", methods[m]);
    buf_char(out, '\t');
    before = out->len;
    if (c.form)
        write_lacks(out, &c);
    else
        buf_printf(out, "%s\n",
                   collection && c.op[VERB_READ] ? "a list of what is not kept" : c.reason);
    if (out->len == before) // kept, with all its verbs
        out->len = start;
}

/* Rows are sorted by path, so those of a path stand together. */
void not_derived_write(struct buf *out)
{
    buf_text(out, "path\tmethods\twhy\n");
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i].op.in_document &&
            (!i || strcmp(rows.at[i - 1].shape, rows.at[i].shape) != 0))
            write_path(out, &rows.at[i]);
}
