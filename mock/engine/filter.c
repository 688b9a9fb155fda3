#include "mock/engine/filter.h"

#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const order_names[] = { "order", "order_by", "sort_by", "sort" };
static const char *const direction_names[] = { "direction", "sort_order", "order", "sort" };
/* What turns pages; read by list.c. */
static const char *const page_names[] = {
    "page",   "per_page",           "limit",      "page_size", "pageSize",
    "offset", "continuation_token", "page_token", "cursor",    "match"
};

static const struct {
    const char *ending;
    enum text_op op;
} text_ops[] = {
    { "", TEXT_EQUAL },
    { ".exact", TEXT_EQUAL },
    { ".contains", TEXT_CONTAINS },
    { ".startswith", TEXT_STARTS },
    { ".endswith", TEXT_ENDS },
    { ".present", TEXT_PRESENT },
    { ".absent", TEXT_ABSENT },
};

static void add(struct wanted *w, const struct resource_filter *f, const char *value,
                enum text_op op)
{
    if (w->count < FILTERS_MOST)
        w->filters[w->count++] = (struct filter){
            .member = spec_text(f->member),
            .value = value,
            .op = f->how == FILTER_CONTAINS ? TEXT_CONTAINS : op,
            .fold = f->how != FILTER_EQUAL,
            .tags = f->how == FILTER_TAG_OPS,
        };
}

/* True: the parameter `name` is this filter's, and its value is noted. */
static bool take(struct call *c, struct wanted *w, const struct resource_filter *f,
                 const char *name)
{
    const char *query = spec_text(f->query), *value = call_query(c, name);
    bool ops = f->how == FILTER_TEXT_OPS || f->how == FILTER_TAG_OPS;

    for (size_t i = 0; i < (ops ? ARRAY_LEN(text_ops) : 1); i++) {
        char *full = text_printf("%s%s", query, text_ops[i].ending);
        bool same = !strcmp(full, name);

        free(full);
        if (!same)
            continue;
        if (f->how != FILTER_IGNORE && (*value || text_ops[i].op >= TEXT_PRESENT))
            add(w, f, value, text_ops[i].op); // a filter without a value filters nothing
        return true;
    }
    return false;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static bool is_direction(const char *value)
{
    return text_same_nocase(value, "asc") || text_same_nocase(value, "desc");
}

static bool may_order(const struct resource *r, const char *member)
{
    uint32_t node;

    if (r->orders)
        return words_have(r->orders, member);
    return !r->named && fit_member(r->shown, NULL, member, &node);
}

/* `order=name`, `direction=desc`, `sort=-name`, `sort=name:desc`. False: it has no effect. */
static bool take_order(struct call *c, const struct resource *r, struct wanted *w, const char *name)
{
    const char *value = call_query(c, name);
    char *member;
    bool down = *value == '-';
    size_t len;

    if (is_one_of(name, direction_names, ARRAY_LEN(direction_names)) && is_direction(value)) {
        w->descending = text_same_nocase(value, "desc");
        return true;
    }
    if (!is_one_of(name, order_names, ARRAY_LEN(order_names)))
        return false;
    value += down;
    len = strcspn(value, ": ");
    member = arena_strndup(c->arena, value, len);
    if (!may_order(r, member))
        return false;
    w->order = member;
    w->descending =
        w->descending || down || (value[len] && text_same_nocase(value + len + 1, "desc"));
    return true;
}

static void take_parameter(struct call *c, const struct resource *r, struct wanted *w,
                           const char *name)
{
    const char *word = arena_printf(c->arena, "%s", name);

    for (size_t i = 0; i < r->filters_count; i++)
        if (take(c, w, &spec_filters[r->filters + i], name))
            return;
    if (take_order(c, r, w, name) || is_one_of(name, page_names, ARRAY_LEN(page_names)))
        return;
    if (!words_have(r->queries, name))
        return; // the API ignores what it does not know (REC)
    c->ignored_query =
        c->ignored_query ? arena_printf(c->arena, "%s %s", c->ignored_query, word) : word;
}

void wanted_read(struct call *c, const struct resource *r, struct wanted *out)
{
    const char *match, *order = spec_text(r->default_order);

    memset(out, 0, sizeof *out);
    if (*order) {
        out->descending = *order == '-';
        out->order = order + (*order == '-');
    }
    if (!*c->in.query)
        return;
    match = call_query(c, "match");
    out->any = match && !strcmp(match, "any");
    for (const char *at = c->in.query; *at; at += strcspn(at, "&"), at += *at == '&') {
        char *name = arena_strndup(c->arena, at, strcspn(at, "=&"));

        text_unpercent(name, strlen(name));
        if (*name)
            take_parameter(c, r, out, name);
    }
}

static bool text_fits(const struct filter *f, const char *text)
{
    size_t len = strlen(f->value), have = strlen(text);

    switch (f->op) {
    case TEXT_EQUAL:
        return f->fold ? text_same_nocase(text, f->value) : !strcmp(text, f->value);
    case TEXT_CONTAINS:
        return strcasestr(text, f->value) != NULL;
    case TEXT_STARTS:
        return !strncasecmp(text, f->value, len);
    case TEXT_ENDS:
        return have >= len && !strcasecmp(text + have - len, f->value);
    case TEXT_PRESENT:
    case TEXT_ABSENT:
        return f->tags ? !strncasecmp(text, f->value, len) && (text[len] == ':' || !text[len])
                       : *text != '\0';
    }
    return false;
}

static bool value_fits(const cJSON *value, const void *of)
{
    char *text;
    bool fits;

    if (cJSON_IsString(value))
        return text_fits(of, value->valuestring);
    if (cJSON_IsObject(value) || cJSON_IsNull(value))
        return false;
    text = json_print_dup(value);
    fits = text_fits(of, text);
    cJSON_free(text);
    return fits;
}

/* Cheap and sure where it says no: the text of the doc does not even hold the value. */
static bool may_hold(const struct filter *f, const char *text)
{
    struct buf sought;
    bool holds;

    if (f->op != TEXT_EQUAL || f->fold || f->value[strcspn(f->value, "\"\\")])
        return true;
    buf_init(&sought);
    buf_text(&sought, f->value);
    holds = strstr(text, sought.at) != NULL;
    buf_release(&sought);
    return holds;
}

static bool one_fits(const struct filter *f, const cJSON *json)
{
    bool fits = member_matches(json, f->member, value_fits, f);

    return f->op == TEXT_ABSENT ? !fits : fits;
}

bool wanted_fits(const struct wanted *w, const struct doc *d)
{
    const char *text = doc_text(d, NULL);
    cJSON *json;
    bool fits = !w->any;

    for (size_t i = 0; !w->any && i < w->count; i++)
        if (!may_hold(&w->filters[i], text))
            return false;
    json = doc_json_dup(d);
    for (size_t i = 0; i < w->count; i++) {
        bool one = one_fits(&w->filters[i], json);

        fits = w->any ? fits || one : fits && one;
    }
    cJSON_Delete(json);
    return fits;
}

struct keyed {
    struct doc *doc;
    char *text;
    double number;
    bool is_number;
    size_t place;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *left = a, *right = b;
    int order;

    if (left->is_number && right->is_number)
        order = (left->number > right->number) - (left->number < right->number);
    else
        order = strcmp(left->text, right->text);
    return order ? order : (left->place > right->place) - (left->place < right->place);
}

static void key_read(struct keyed *k, const char *member)
{
    cJSON *json = doc_json_dup(k->doc);
    const cJSON *value = json_at(json, member);

    k->is_number = cJSON_IsNumber(value);
    k->number = k->is_number ? value->valuedouble : 0;
    k->text = cJSON_IsString(value) ? xstrdup(value->valuestring)
              : value               ? json_print_dup(value)
                                    : xstrdup("");
    cJSON_Delete(json);
}

void wanted_sort(const struct wanted *w, struct doc **docs, size_t count)
{
    struct keyed *keys;

    if (!w->order)
        return;
    keys = xcalloc(count + 1, sizeof *keys);
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct keyed){ .doc = docs[i], .place = i };
        key_read(&keys[i], w->order);
    }
    qsort(keys, count, sizeof *keys, by_key);
    for (size_t i = 0; i < count; i++) {
        docs[i] = keys[i].doc;
        free(keys[i].text);
    }
    free(keys);
}
