/* zones: the list and one zone, as the calling token may see them. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
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

/* What a list of zones filters and sorts on; `member` reads it from a zone. */
static const struct zone_field {
    const char *query;
    const char *(*member)(struct call *c, const struct doc *d);
    bool filters, operators, many, sorts;
} fields[] = {
    { "name", zone_name, .filters = true, .operators = true, .sorts = true },
    { "status", zone_status, .filters = true, .sorts = true },
    { "type", zone_type, .filters = true, .many = true },
    { "account.id", zone_account, .filters = true, .sorts = true },
    { "account.name", zone_account_name, .filters = true, .operators = true, .sorts = true },
    { "plan.id", zone_plan, .sorts = true },
};

/* One of several values, comma separated. */
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
            given[i] = not_empty(call_query(c, fields[i].query));
    for (size_t i = 0; i < seen.count; i++)
        if (zone_fits(c, seen.at[i], given, match && strcmp(match, "any") == 0))
            doc_list_add(c, list, seen.at[i]);
}

/* zone.permissions are the calling token's own. */
static cJSON *zone_shown(struct call *c, struct doc *d)
{
    struct view *v = view_begin(world_store(c->world));
    cJSON *permissions = policy_zone_permissions(v, &c->who, zone_of(d));

    view_end(v);
    return doc_filled_take(c, d, "permissions", permissions);
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
    struct doc *d = doc_held(c, KIND_ZONE, NULL, call_param_named(c, "zone_id"));

    if (!d)
        return refuse_reason(c, WHY_FOREIGN_ZONE); // it went while authz looked
    return answer(c, zone_shown(c, d));
}
