/* zones: the list and one zone, as the calling token may see them. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/families/zones.h"
#include "mock/state/domain.h"
#include "mock/state/policy.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define ZONES_PER_PAGE 20
#define ZONES_LEAST 5
#define ZONES_MOST 50

static const char *zone_name(struct call *c, const struct doc *d)
{
    (void)c;
    return zone_of(d)->name;
}

static const char *zone_account(struct call *c, const struct doc *d)
{
    (void)c;
    return zone_of(d)->account;
}

static const char *json_member(struct call *c, const struct doc *d, const char *path)
{
    const char *text = cJSON_GetStringValue(json_at(doc_json(c, d), path));

    return text ? text : "";
}

static const char *zone_status(struct call *c, const struct doc *d)
{
    return json_member(c, d, "status");
}

static const char *zone_type(struct call *c, const struct doc *d)
{
    return json_member(c, d, "type");
}

static const char *zone_account_name(struct call *c, const struct doc *d)
{
    return json_member(c, d, "account.name");
}

static const char *zone_plan(struct call *c, const struct doc *d)
{
    return json_member(c, d, "plan.id");
}

enum { FIELD_NAME, FIELD_STATUS, FIELD_TYPE, FIELD_ACCOUNT, FIELD_ACCOUNT_NAME, FIELD_PLAN };

/* What a list of zones filters and sorts on; `member` reads it from a zone. */
static const struct zone_field {
    const char *query;
    const char *(*member)(struct call *c, const struct doc *d);
    bool filters, operators, many, sorts;
} fields[] = {
    [FIELD_NAME] = { "name", zone_name, .filters = true, .operators = true, .sorts = true },
    [FIELD_STATUS] = { "status", zone_status, .filters = true, .sorts = true },
    [FIELD_TYPE] = { "type", zone_type, .filters = true, .many = true },
    [FIELD_ACCOUNT] = { "account.id", zone_account, .filters = true, .sorts = true },
    [FIELD_ACCOUNT_NAME] = { "account.name", zone_account_name, .filters = true, .operators = true,
                             .sorts = true },
    [FIELD_PLAN] = { "plan.id", zone_plan, .sorts = true },
};

/* One of several values, comma separated or given again and again (as the SDKs do). */
static bool fits_any(struct call *c, const char *filters, const char *value)
{
    char *rest = arena_strdup(c->arena, filters), *one;

    while ((one = strsep(&rest, ",")) != NULL)
        if (filter_fits(one, value, false))
            return true;
    return false;
}

/* `match=any` wants one of the given filters to hold, else all must. No filter: every zone. */
static bool zone_fits(struct call *c, const struct doc *d, const char *const given[], bool any)
{
    bool asked = false;

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct zone_field *f = &fields[i];
        bool fits;

        if (!given[i])
            continue;
        asked = true;
        fits = f->many ? fits_any(c, given[i], f->member(c, d))
                       : filter_fits(given[i], f->member(c, d), f->operators);
        if (fits == any)
            return any;
    }
    return !asked || !any;
}

struct order {
    struct call *c;
    const struct zone_field *field;
    bool descending;
};

static int in_order(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    struct doc *const *one = a, *const *two = b;
    int by = strcmp(o->field->member(o->c, *one), o->field->member(o->c, *two));

    if (!by)
        return strcmp(zone_of(*one)->name, zone_of(*two)->name);
    return o->descending ? -by : by;
}

/* By name where nothing is asked (REC: three of three lists). */
static const struct zone_field *order_asked(struct call *c)
{
    const char *order = call_query(c, "order");

    for (size_t i = 0; order && i < ARRAY_LEN(fields); i++)
        if (fields[i].sorts && strcmp(fields[i].query, order) == 0)
            return &fields[i];
    return &fields[0];
}

/* A filter without a value filters nothing. */
static const char *not_empty(const char *text)
{
    return text && *text ? text : NULL;
}

/* A name in another script is looked for in its ASCII form. */
static const char *name_sought(struct call *c, const char *filter)
{
    const char *at = filter, *sought;
    char *ascii;

    while (at && *at && (unsigned char)*at < 0x80)
        at++;
    if (!at || !*at)
        return filter;
    ascii = domain_ascii_dup(filter);
    sought = arena_strdup(c->arena, ascii);
    free(ascii);
    return sought;
}

static void list_visible(struct call *c, struct doc_list *list)
{
    const char *given[ARRAY_LEN(fields)] = { 0 }, *match = call_query(c, "match");
    struct doc_list seen = { 0 };
    struct view *v;

    v = view_begin(world_store(c->world));
    view_each (v, d, KIND_ZONE, NULL)
        if (policy_sees_zone(v, &c->who, zone_of(d)))
            doc_list_add(c, &seen, d);
    view_end(v);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].filters)
            given[i] = not_empty(fields[i].many ? call_query_all(c, fields[i].query) : call_query(c, fields[i].query));
    given[FIELD_NAME] = name_sought(c, given[FIELD_NAME]);
    for (size_t i = 0; i < seen.count; i++) {
        struct doc *d = zone_settled(c, seen.at[i]);

        if (d && zone_fits(c, d, given, match && strcmp(match, "any") == 0))
            doc_list_add(c, list, d);
    }
}

/* GET /zones: never refused, only shorter. */
enum step zones_list(struct call *c)
{
    struct window w = window_read(c, ZONES_PER_PAGE, ZONES_LEAST, ZONES_MOST);
    struct order order = { c, order_asked(c), w.descending };
    struct doc_list list = { 0 };

    list_visible(c, &list);
    if (list.count)
        qsort_r(list.at, list.count, sizeof(struct doc *), in_order, &order);
    return window_answer(c, &w, &list, zone_shown);
}

/* GET /zones/{zone_id} */
enum step zones_get(struct call *c)
{
    struct doc *d = zone_asked(c);

    return d ? answer(c, zone_shown(c, d)) : ANSWERED;
}
