/* dns_list: the list of records: filters, orders, pages. An exact name is looked up in the order by
 * name, a type alone in that of lists, so both cost what they find. */
#include "gen/hooks.h"
#include "mock/families/dns_name.h"
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PER_PAGE 100
#define PER_PAGE_MOST 5000000
#define FILTERS_MOST 32
#define SLICE 256

enum field {
    FIELD_NAME,
    FIELD_CONTENT,
    FIELD_COMMENT,
    FIELD_TAG,
    FIELD_TYPE,
    FIELD_PROXIED,
    FIELD_SEARCH
};
enum how { HOW_EXACT, HOW_CONTAINS, HOW_STARTS, HOW_ENDS, HOW_PRESENT, HOW_ABSENT };

struct filter {
    enum field field;
    enum how how;
    const char *text;
};

enum order { BY_TYPE, BY_NAME, BY_CONTENT, BY_TTL, BY_PROXIED };

struct list {
    struct call *c;
    const char *owner;
    struct filter filter[FILTERS_MOST];
    size_t count;
    bool any, any_tag; // match, tag_match
    enum order order;
    struct window window;
};

static const char *const fields[] = { "name", "content", "comment", "tag",
                                      "type", "proxied", "search" };
static const char *const hows[] = { "exact",    "contains", "startswith",
                                    "endswith", "present",  "absent" };
static const char *const orders[] = { "type", "name", "content", "ttl", "proxied" };

static size_t word_of(const char *word, const char *const *words, size_t count)
{
    size_t i = 0;

    while (i < count && strcmp(words[i], word) != 0)
        i++;
    return i;
}

/* One query parameter: "name", "name.contains"; others are no filters and are ignored (REC). */
static void filter_add(struct list *l, char *key, const char *text)
{
    char *dot = strchr(key, '.');
    size_t how = HOW_EXACT, field;

    if (dot)
        *dot = '\0';
    field = word_of(key, fields, ARRAY_LEN(fields));
    if (dot)
        how = word_of(dot + 1, hows, ARRAY_LEN(hows));
    if (field == ARRAY_LEN(fields) || how == ARRAY_LEN(hows) || l->count == FILTERS_MOST)
        return;
    if (field >= FIELD_TYPE && dot)
        return;
    if (field <= FIELD_CONTENT && how >= HOW_PRESENT)
        return;
    if (!*text && how < HOW_PRESENT)
        return; // "name=" asks for nothing (INF)
    if (field == FIELD_NAME && how == HOW_EXACT)
        text = dns_name_sought(l->c->arena, text);
    l->filter[l->count++] = (struct filter){ (enum field)field, (enum how)how, text };
}

/* Records below a delegation are not told apart: the journal says so. */
static void note_ignored(struct call *c, const char *key)
{
    static const char *const shadows[] = { "include_shadow_metadata", "shadowed_by_name",
                                           "shadowing_name" };

    if (word_of(key, shadows, ARRAY_LEN(shadows)) == ARRAY_LEN(shadows))
        return;
    c->ignored_query =
        c->ignored_query ? arena_printf(c->arena, "%s %s", c->ignored_query, key) : key;
}

static char *decoded(struct arena *a, const char *at, size_t len)
{
    char *text = arena_strndup(a, at, len);

    for (char *plus = text; (plus = strchr(plus, '+')) != NULL;)
        *plus = ' ';
    text[text_unpercent(text, len)] = '\0';
    return text;
}

static void read_query(struct list *l)
{
    const char *order = call_query(l->c, "order"), *match = call_query(l->c, "match"),
               *tag_match = call_query(l->c, "tag_match");
    size_t which = order ? word_of(order, orders, ARRAY_LEN(orders)) : BY_TYPE;

    l->window = window_read(l->c, PER_PAGE, 1, PER_PAGE_MOST);
    l->order = which < ARRAY_LEN(orders) ? (enum order)which : BY_TYPE;
    l->any = match && strcmp(match, "any") == 0;
    l->any_tag = tag_match && strcmp(tag_match, "any") == 0;
    for (const char *at = l->c->in.query; *at;) {
        size_t len = strcspn(at, "&"), key = strcspn(at, "=&");
        const char *value = key < len ? at + key + 1 : "";
        char *name = decoded(l->c->arena, at, key);

        note_ignored(l->c, name);
        filter_add(l, name, decoded(l->c->arena, value, key < len ? len - key - 1 : 0));
        at += len + (at[len] == '&');
    }
}

/* Case is ignored in all of them (DOC). */
static bool text_fits(enum how how, const char *filter, const char *value)
{
    size_t len = strlen(filter), value_len = strlen(value);

    switch (how) {
    case HOW_EXACT:
        return strcasecmp(filter, value) == 0;
    case HOW_CONTAINS:
        return strcasestr(value, filter) != NULL;
    case HOW_STARTS:
        return strncasecmp(filter, value, len) == 0;
    case HOW_ENDS:
        return value_len >= len && strcasecmp(filter, value + value_len - len) == 0;
    case HOW_PRESENT:
        return *value;
    case HOW_ABSENT:
        return !*value;
    }
    return false;
}

/* A tag is "name:value"; present and absent ask for its name, the others compare the values of one
 * name. */
static bool tag_fits(const struct filter *f, const char *tag)
{
    const char *colon = strchr(f->text, ':');
    size_t name = colon ? (size_t)(colon - f->text) : strlen(f->text);

    if (f->how == HOW_EXACT)
        return strcasecmp(f->text, tag) == 0;
    if (strncasecmp(f->text, tag, name) != 0 || (tag[name] != ':' && tag[name] != '\0'))
        return false;
    if (f->how == HOW_PRESENT || f->how == HOW_ABSENT)
        return true;
    return text_fits(f->how, colon ? colon + 1 : "", tag[name] ? tag + name + 1 : "");
}

static bool tags_fit(const struct filter *f, const struct dns_extra *x)
{
    for (const char *tag = x->name + x->tags_at; *tag; tag += strlen(tag) + 1)
        if (tag_fits(f, tag))
            return f->how != HOW_ABSENT;
    return f->how == HOW_ABSENT;
}

static bool found_anywhere(const struct filter *f, const struct dns_extra *x)
{
    const struct filter in_tags = { FIELD_TAG, HOW_CONTAINS, f->text };

    for (const char *tag = x->name + x->tags_at; *tag; tag += strlen(tag) + 1)
        if (text_fits(HOW_CONTAINS, in_tags.text, tag))
            return true;
    return text_fits(HOW_CONTAINS, f->text, x->name) ||
           text_fits(HOW_CONTAINS, f->text, x->name + x->content_at) ||
           text_fits(HOW_CONTAINS, f->text, x->name + x->comment_at);
}

static bool filter_fits_record(const struct filter *f, const struct dns_extra *x)
{
    switch (f->field) {
    case FIELD_NAME:
        return text_fits(f->how, f->text, x->name);
    case FIELD_CONTENT:
        return text_fits(f->how, f->text, x->name + x->content_at);
    case FIELD_COMMENT:
        return text_fits(f->how, f->text, x->name + x->comment_at);
    case FIELD_TAG:
        return tags_fit(f, x);
    case FIELD_TYPE:
        return x->type < DNS_TYPE_COUNT && strcasecmp(f->text, dns_types[x->type].name) == 0;
    case FIELD_PROXIED:
        return x->proxied == (strcmp(f->text, "true") == 0);
    case FIELD_SEARCH:
        return found_anywhere(f, x);
    }
    return false;
}

/* All filters on tags count as one among the others. */
static bool record_fits(const struct list *l, const struct dns_extra *x)
{
    size_t others = 0, others_fit = 0, tags = 0, tags_that_fit = 0;

    for (size_t i = 0; i < l->count; i++) {
        bool fits = filter_fits_record(&l->filter[i], x);

        if (l->filter[i].field == FIELD_TAG) {
            tags++;
            tags_that_fit += fits;
        } else {
            others++;
            others_fit += fits;
        }
    }
    if (tags) {
        others++;
        others_fit += l->any_tag ? tags_that_fit > 0 : tags_that_fit == tags;
    }
    return !others || (l->any ? others_fit > 0 : others_fit == others);
}

/* Where the docs that may fit stand: `count` of them from `first` on in the shelf's order `shelf`.
 */
struct range {
    size_t shelf, first, count;
};

static const struct filter *filter_of(const struct list *l, enum field field, enum how how)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->filter[i].field == field && l->filter[i].how == how)
            return &l->filter[i];
    return NULL;
}

static bool not_above_name(const struct doc *d, const void *sought)
{
    return dns_sought_compare(d, sought) <= 0;
}

static bool below_type(const struct doc *d, const void *type)
{
    return dns_extra_of(d)->type < *(const enum dns_type *)type;
}

static bool not_above_type(const struct doc *d, const void *type)
{
    return dns_extra_of(d)->type <= *(const enum dns_type *)type;
}

/* The narrowest range that holds all that fits. With match=any there is none but the whole. */
static struct range range_of(const struct list *l, struct view *v)
{
    const struct filter *name = filter_of(l, FIELD_NAME, HOW_EXACT),
                        *type = filter_of(l, FIELD_TYPE, HOW_EXACT);
    size_t from, end, shelf = l->order == BY_NAME ? 1 : 0;

    if (l->any)
        return (struct range){ shelf, 0, view_count(v, KIND_DNS_RECORD, l->owner) };
    if (name) {
        struct dns_sought sought = { .name = name->text, .type = DNS_TYPE_COUNT };

        from = view_first_not(v, KIND_DNS_RECORD, l->owner, 1, dns_sought_below, &sought);
        end = view_first_not(v, KIND_DNS_RECORD, l->owner, 1, not_above_name, &sought);
        return (struct range){ 1, from, end - from };
    }
    if (type && shelf == 0) {
        char *upper = arena_strdup(l->c->arena, type->text);
        enum dns_type which;

        for (char *at = upper; *at; at++)
            *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 32) : *at;
        which = dns_type_of(upper);
        from = view_first_not(v, KIND_DNS_RECORD, l->owner, 0, below_type, &which);
        end = view_first_not(v, KIND_DNS_RECORD, l->owner, 0, not_above_type, &which);
        return (struct range){ 0, from, end - from };
    }
    return (struct range){ shelf, 0, view_count(v, KIND_DNS_RECORD, l->owner) };
}

static int compared(const struct list *l, const struct doc *a, const struct doc *b)
{
    const struct dns_extra *x = dns_extra_of(a), *y = dns_extra_of(b);
    int by = 0;

    if (l->order == BY_NAME)
        by = dns_name_compare(x->name, y->name);
    if (l->order == BY_CONTENT)
        by = strcmp(x->name + x->content_at, y->name + y->content_at);
    if (l->order == BY_TTL)
        by = (x->ttl > y->ttl) - (x->ttl < y->ttl);
    if (l->order == BY_PROXIED)
        by = x->proxied - y->proxied;
    return by ? by : dns_record_order(a, b);
}

static int in_order(const void *a, const void *b, void *list)
{
    const struct list *l = list;
    int by = compared(l, *(struct doc *const *)a, *(struct doc *const *)b);

    return l->window.descending ? -by : by;
}

/* What the page shows, held, and how many fit in all. */
struct page {
    struct doc **docs;
    size_t count, total;
};

static size_t window_start(const struct window *w, size_t total)
{
    int64_t pages_before = w->page - 1;

    return pages_before > (int64_t)total / w->per_page ? total
                                                       : (size_t)(pages_before * w->per_page);
}

static size_t window_length(const struct window *w, size_t total, size_t start)
{
    size_t left = start < total ? total - start : 0;

    return (size_t)w->per_page < left ? (size_t)w->per_page : left;
}

/* Everything in the range fits and stands in the order asked for: only the page is looked at. */
static void page_of_range(const struct list *l, struct view *v, const struct range *r,
                          struct page *out)
{
    size_t start = window_start(&l->window, r->count), first;

    out->total = r->count;
    out->count = window_length(&l->window, r->count, start);
    out->docs = xcalloc(out->count + 1, sizeof *out->docs);
    first = r->first + (l->window.descending ? r->count - start - out->count : start);
    view_slice(v, KIND_DNS_RECORD, l->owner, r->shelf, first, out->docs, out->count);
    for (size_t i = 0; i < out->count; i++)
        doc_ref(out->docs[i]);
    for (size_t i = 0; l->window.descending && i < out->count / 2; i++) {
        struct doc *d = out->docs[i];

        out->docs[i] = out->docs[out->count - 1 - i];
        out->docs[out->count - 1 - i] = d;
    }
}

/* Looks through the range, sorts what fits where the shelf's order is not the one asked for. */
static void page_of_search(struct list *l, struct view *v, const struct range *r, bool sorted,
                           struct page *out)
{
    struct doc **fit = xcalloc(r->count + 1, sizeof(struct doc *));
    size_t found = 0, seen = 0, start;

    while (seen < r->count) {
        struct doc *some[SLICE];
        size_t wanted = r->count - seen < SLICE ? r->count - seen : SLICE;
        size_t got =
            view_slice(v, KIND_DNS_RECORD, l->owner, r->shelf, r->first + seen, some, wanted);

        for (size_t i = 0; i < got; i++)
            if (record_fits(l, dns_extra_of(some[i])))
                fit[found++] = some[i];
        seen += got;
    }
    if (!sorted || l->window.descending)
        qsort_r(fit, found, sizeof *fit, in_order, l);
    start = window_start(&l->window, found);
    out->total = found;
    out->count = window_length(&l->window, found, start);
    memmove(fit, fit + start, out->count * sizeof(struct doc *));
    for (size_t i = 0; i < out->count; i++)
        doc_ref(fit[i]);
    out->docs = fit;
}

static void find_page(struct list *l, struct page *out)
{
    struct view *v = view_begin(world_store(l->c->world));
    struct range r = range_of(l, v);
    bool by_type = l->order == BY_TYPE && r.shelf == 0,
         by_name = l->order == BY_NAME && r.shelf == 1;
    bool only_type = l->count == 1 && l->filter[0].field == FIELD_TYPE && r.shelf == 0 && !l->any;

    if ((by_type || by_name) && (l->count == 0 || only_type))
        page_of_range(l, v, &r, out);
    else
        page_of_search(l, v, &r, by_type, out);
    view_end(v);
}

/* result_info in the order recorded for DNS, one page also where nothing is (REC 2025). */
static cJSON *info_of(const struct list *l, const struct page *p)
{
    size_t per_page = (size_t)l->window.per_page, pages = (p->total + per_page - 1) / per_page;

    return json_object(J_WHOLE("page", l->window.page), J_WHOLE("per_page", l->window.per_page),
                       J_WHOLE("count", (int64_t)p->count),
                       J_WHOLE("total_count", (int64_t)p->total),
                       J_WHOLE("total_pages", pages ? (int64_t)pages : 1));
}

/* GET …/dns_records */
enum step dns_list(struct call *c)
{
    struct list *l = arena_alloc(c->arena, sizeof *l);
    struct page page;
    struct buf text;
    enum step step;

    l->c = c;
    l->owner = call_owner_of(c, KIND_DNS_RECORD);
    read_query(l);
    find_page(l, &page);
    buf_init(&text);
    buf_char(&text, '[');
    for (size_t i = 0; i < page.count; i++) {
        size_t len;
        const char *record = doc_text(page.docs[i], &len);

        if (i)
            buf_char(&text, ',');
        buf_add(&text, record, len);
        doc_unref(page.docs[i]);
    }
    buf_char(&text, ']');
    free(page.docs);
    step = answer_text_list(c, text.at, text.len, info_of(l, &page));
    buf_release(&text);
    return step;
}
