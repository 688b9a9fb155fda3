/* Kinds from paths and schemas, and what no descriptor says of the named ones. */
#include "mock/spec/compile_resources.h"

#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PER_PAGE 20        // where the document names none (INF)
#define PER_PAGE_MOST 1000 // where it names no most (INF)

static const char *const verb_names[] = { "none",    "list",  "create", "read",
                                          "replace", "merge", "delete", NULL };

static bool named_by_client(const struct kind_row *k, const char *member)
{
    static const char *const endings[] = { "name",   "slug", "key",   "hostname",
                                           "domain", "type", "email", "prefix" };
    const struct row *create = k->op[VERB_CREATE];
    const cJSON *sent = create ? schema_json(create->cell_request) : NULL, *own;
    char *param = last_param_dup(k->at);
    bool yes = !create;

    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        yes = yes || text_ends(param, endings[i]);
    own = *member && sent ? shape_member(sent, member) : NULL;
    yes = yes || (own && shape_requires(sent, member) && !shape_flag(own, "readOnly"));
    free(param);
    return yes;
}

static bool is_uuid(const cJSON *schema)
{
    int64_t least = shape_number(schema, "minLength"), most = shape_number(schema, "maxLength");
    const char *format = shape_text(schema, "format");

    return (format && !strcmp(format, "uuid")) || least == 36 || (most == 36 && least != 32);
}

static void fill_id(struct kind_row *k, const cJSON *shown, const cJSON *made,
                    const char *id_member)
{
    const char *member = k->r.id_member ? text_at(k->r.id_member) : id_member;
    const cJSON *own = *member ? shape_member(shown, member) : NULL;
    const cJSON *first = *member && made ? shape_member(made, member) : NULL;
    int64_t least = own ? shape_number(own, "minLength") : -1,
            most = own ? shape_number(own, "maxLength") : -1;

    k->r.id_member = text_add(member);
    k->r.id_digits = most > 0 && most < 32                      ? (uint8_t)most
                     : least > 32 && least < 200 && least != 36 ? (uint8_t)least
                                                                : 32;
    if (k->json && json_get(k->json, "id"))
        return;
    if (own && shape_type(own) == TYPE_NUMBER)
        k->r.id_style = ID_NUMBER;
    else if (named_by_client(k, member))
        k->r.id_style = ID_NAME;
    else if ((own && is_uuid(own)) || (first && is_uuid(first)) || !strcmp(member, "uuid"))
        k->r.id_style = ID_UUID;
    else
        k->r.id_style = ID_HEX32;
}

static uint32_t stamp_of(const cJSON *shown, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *member = shape_member(shown, names[i]);

        if (member && shape_type(member) == TYPE_STRING)
            return text_add(names[i]);
    }
    return 0;
}

static void fill_stamps(struct kind_row *k, const cJSON *shown)
{
    static const char *const made[] = { "created_on", "created_at", "createdAt", "created" };
    static const char *const changed[] = { "modified_on",  "modified_at",  "updated_at",
                                           "updatedAt",    "updated_on",   "modified",
                                           "last_updated", "last_modified" };

    if (k->json && json_get(k->json, "stamps"))
        return;
    k->r.created = stamp_of(shown, made, ARRAY_LEN(made));
    k->r.modified = stamp_of(shown, changed, ARRAY_LEN(changed));
}

static bool is_one_of(const char *name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (!strcmp(words[i], name))
            return true;
    return false;
}

static const char *const numbers[] = { "page",      "per_page", "offset", "limit",
                                       "page_size", "pageSize", NULL };
static const char *const cursors[] = { "cursor", "continuation_token", "page_token", NULL };
static const char *const sizes[] = { "per_page", "limit", "page_size", "pageSize", NULL };
static const char *const orders[] = { "order",   "direction",  "sort",  "order_by",
                                      "sort_by", "sort_order", "match", NULL };

/* "per_page:number(5..50)": the bounds, where there are some. */
static void fill_bounds(struct kind_row *k, const char *type)
{
    const char *open = strchr(type, '('), *to = open ? strstr(open, "..") : NULL;
    bool named = k->json && json_at(k->json, "list.per_page") != NULL;

    if (!to || named)
        return;
    if (isdigit((unsigned char)open[1]) && atol(open + 1) > 0)
        k->r.per_page_least = (uint32_t)atol(open + 1);
    if (isdigit((unsigned char)to[2]))
        k->r.per_page_most = (uint32_t)atol(to + 2);
}

static bool has_filter(const struct kind_row *k, const char *name)
{
    const cJSON *filter = k->json ? json_at(k->json, "list.filter") : NULL;

    return json_get(filter, name) != NULL;
}

/* A parameter called like a plain member filters on it. */
static void fill_filter(struct kind_row *k, const cJSON *shown, const char *name)
{
    const cJSON *member = shape_member(shown, name);
    enum shape_type type = shape_type(member);

    if (has_filter(k, name) || is_one_of(name, numbers) || is_one_of(name, cursors) ||
        is_one_of(name, orders))
        return;
    if (member && type != TYPE_OBJECT && type != TYPE_ARRAY && type != TYPE_UNKNOWN)
        filter_add(k, name, name, FILTER_EQUAL);
}

struct query {
    char *name, *type;
};

/* Cuts the next "!name:type(1..2)" off *at. */
static bool next_query(char **at, struct query *q)
{
    char *one = strsep(at, " "), *colon;

    if (!one || !*one || *one == '-')
        return false;
    q->name = one + (*one == '!');
    colon = strchr(q->name, ':');
    q->type = colon ? colon + 1 : "";
    if (colon)
        *colon = '\0';
    return true;
}

static void fill_list(struct kind_row *k, const cJSON *shown)
{
    char *cell = k->op[VERB_LIST] ? xstrdup(k->op[VERB_LIST]->cell_query) : xstrdup("-"),
         *at = cell;
    bool named = k->json && json_at(k->json, "list.page");
    enum page_style style = PAGE_NONE;
    struct query q;
    struct buf names;

    buf_init(&names);
    while (next_query(&at, &q)) {
        buf_printf(&names, "%s%s", names.len ? " " : "", q.name);
        if (is_one_of(q.name, cursors))
            style = PAGE_CURSOR;
        else if (is_one_of(q.name, numbers) && style == PAGE_NONE)
            style = PAGE_NUMBER;
        if (is_one_of(q.name, sizes))
            fill_bounds(k, q.type);
        fill_filter(k, shown, q.name);
    }
    if (!named)
        k->r.page_style = (uint8_t)style;
    if (!k->r.per_page_most)
        k->r.per_page_most = PER_PAGE_MOST;
    if (!k->r.per_page_least)
        k->r.per_page_least = 1;
    if (!k->r.per_page)
        k->r.per_page = PER_PAGE;
    if (k->r.per_page < k->r.per_page_least)
        k->r.per_page = k->r.per_page_least;
    if (k->r.per_page > k->r.per_page_most)
        k->r.per_page = k->r.per_page_most;
    k->r.queries = text_add(names.at);
    buf_release(&names);
    free(cell);
}

/* Is the body the usual envelope, so that words and order are the dialect's? */
static bool is_plain(const struct body_shape *b, enum verb verb)
{
    static const char *const usual[] = { "result",   "success",     "errors",
                                         "messages", "result_info", NULL };

    if (!b->whole)
        return true;
    if (shape_requires_other(b->whole, usual) ||
        (verb != VERB_LIST && shape_requires(b->whole, "result_info")))
        return false;
    return !strcmp(b->result_member, "result") || (!b->result && shape_member(b->whole, "success"));
}

static void tie_row(struct kind_row *k, struct row *row, enum verb verb, const char *within)
{
    struct body_shape b;

    body_shape(row->cell_response, &b);
    row->op.kind = (uint16_t)(k - kind_rows.at);
    row->op.verb = (uint8_t)verb;
    row->op.result = schema_node(b.result);
    row->op.result_member = text_add(b.result_member);
    row->op.within = text_add(verb == VERB_LIST   ? b.list_member
                              : verb == VERB_READ ? within
                                                  : within_of(b.result, text_at(k->r.id_member)));
    row->op.plain = is_plain(&b, verb);
    if (b.info && (row_asks(row) || shape_requires(b.whole, "result_info")))
        row->op.info = schema_node(b.info);
    if (k->r.by_hooks || row->op.action || row->op.fixed)
        return;
    row->op.depth = k->r.named ? DEPTH_FAMILY : DEPTH_GENERIC;
    row->op.fidelity = FIDELITY_INFERRED;
}

/* "verbs": { "create": "POST /x", "merge": null } */
static void fill_verbs(struct kind_row *k)
{
    const char *path = k->place ? path_join(k->place, "verbs") : "";
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(k->json, "verbs")) {
        size_t v = 1;

        while (verb_names[v] && strcmp(verb_names[v], one->string) != 0)
            v++;
        if (!verb_names[v])
            fault(k->source, path_join(path, one->string), true,
                  "list, create, read, replace, merge or delete");
        else if (cJSON_IsNull(one))
            k->op[v] = NULL;
        else if (cJSON_IsString(one))
            k->op[v] = row_named(k->source, path, one->valuestring);
        else
            fault(k->source, path_join(path, one->string), false, "an operation or null");
    }
}

static void set_dialect(struct kind_row *k)
{
    const char *name = json_text(k->json, "dialect");
    int which = name ? dialect_find(name) : -1;

    if (name && which < 0)
        fault(k->source, path_join(k->place, "dialect"), false, "no such dialect");
    for (size_t v = 1; name && which >= 0 && v < VERB_COUNT; v++)
        if (k->op[v])
            k->op[v]->op.dialect = (uint8_t)which;
}

static void fill_root(struct kind_row *k, size_t root)
{
    struct candidate c;

    candidate_judge(k->also[root], &c);
    if (!k->r.named)
        candidate_drop_bytes(&c);
    memcpy(k->op, c.op, sizeof k->op);
    if (!root)
        fill_verbs(k);
    for (size_t v = 1; v < VERB_COUNT; v++)
        if (k->op[v])
            tie_row(k, k->op[v], (enum verb)v, c.within);
    set_dialect(k);
}

static uint32_t roots_of(const struct kind_row *k)
{
    struct buf out;
    uint32_t text;

    buf_init(&out);
    for (size_t i = 0; i < k->also_count; i++)
        buf_printf(&out, "%s%s", i ? " " : "", k->also[i]);
    text = text_add(out.at);
    buf_release(&out);
    return text;
}

static void fill(struct kind_row *k)
{
    struct candidate c;
    bool known = false;

    candidate_judge(k->at, &c);
    for (size_t v = 1; v < VERB_COUNT; v++)
        known = known || c.op[v];
    if (!known && !json_get(k->json, "verbs")) // with "verbs": {} the family keeps it for itself
        fault(k->source, path_join(k->place, "at"), false, "no operation stands there");
    memcpy(k->op, c.op, sizeof k->op);
    if (k->r.form == RESOURCE_COLLECTION)
        fill_id(k, c.kept, c.made, c.id_member);
    for (size_t root = k->also_count;
         root-- > 0;) // the main root last: its operations stay in the row
        fill_root(k, root);
    if (!k->r.name)
        k->r.name = text_add(k->at);
    k->r.at = text_add(k->at);
    k->r.roots = roots_of(k);
    k->r.shown = schema_node(c.kept);
    k->r.depth = k->r.named ? DEPTH_FAMILY : DEPTH_GENERIC;
    for (size_t v = 1; v < VERB_COUNT; v++)
        k->r.op[v] = k->op[v] ? (uint16_t)(k->op[v] - rows.at + 1) : 0;
    fill_stamps(k, c.kept);
    fill_list(k, c.kept);
    k->r.put_creates =
        k->r.form == RESOURCE_COLLECTION && k->op[VERB_REPLACE] && !k->op[VERB_CREATE];
}

static uint16_t parent_kind(const struct kind_row *k)
{
    char *path = xstrdup(k->shape), *cut;
    const struct kind_row *found = NULL;

    if (k->r.form == RESOURCE_COLLECTION && (cut = strrchr(path, '/')))
        *cut = '\0';
    while (!found && (cut = strrchr(path, '/'))) {
        *cut = '\0';
        if (text_ends(path, "/{}"))
            found = kind_of_path(path);
    }
    free(path);
    return found ? (uint16_t)(found - kind_rows.at) : 0;
}

static bool is_served(const struct candidate *c)
{
    for (size_t v = 1; v < VERB_COUNT; v++)
        if (c->op[v] && (c->op[v]->op.action || c->op[v]->op.fixed))
            return true;
    return false;
}

/* A document at the path of a collection that is kept is that collection's list. */
static bool lists_kept(const struct candidate *c)
{
    char *below = text_printf("%s/{}", c->shape);
    struct candidate item;

    candidate_judge(below, &item);
    return (item.form != RESOURCE_NONE || kind_of_path(below) != NULL) && item.op[VERB_LIST];
}

static void add_derived(const struct row *row)
{
    struct candidate c;
    struct kind_row *k;

    candidate_judge(row->path, &c);
    if (c.form == RESOURCE_NONE || kind_of_path(c.shape) || is_served(&c))
        return;
    if (c.form == RESOURCE_SINGLETON && lists_kept(&c))
        return;
    k = kind_add(row->path);
    k->r.form = (uint8_t)c.form;
}

void kinds_derive(void)
{
    if (!kind_rows.count) { // at least the one that is none
        kind_add("");
        kind_rows.count = 1;
    }
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i].op.in_document &&
            (!i || strcmp(rows.at[i - 1].shape, rows.at[i].shape) != 0))
            add_derived(&rows.at[i]);
    for (size_t i = 1; i < kind_rows.count; i++)
        fill(&kind_rows.at[i]);
    for (size_t i = 1; i < kind_rows.count; i++)
        kind_rows.at[i].r.parent = parent_kind(&kind_rows.at[i]);
    refs_resolve();
}
