/* Load balancing: load balancers of zones and accounts. */
#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/load_balancing.h"
#include "mock/state/identity.h"
#include "mock/store/store.h"

#include <ctype.h>
#include <string.h>

#define TTL 30           // seconds, of one that is not proxied (REC)
#define PRIORITY_STEP 10 // between rules without one (REC)

static void each_text(const cJSON *list, lb_visit *visit, void *to)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, list)
        if (cJSON_IsString(one))
            visit(to, one->valuestring);
}

/* The pools named in a load balancer, or in the overrides of a rule. */
static void pools_here(const cJSON *object, lb_visit *visit, void *to)
{
    static const char *const maps[] = { "region_pools", "country_pools", "pop_pools" };
    const cJSON *one;

    if (json_text(object, "fallback_pool"))
        visit(to, json_text(object, "fallback_pool"));
    each_text(json_get(object, "default_pools"), visit, to);
    each_text(json_get(object, "pools"), visit, to);
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        cJSON_ArrayForEach (one, json_get(object, maps[i]))
            each_text(one, visit, to);
    cJSON_ArrayForEach (one, json_at(object, "random_steering.pool_weights"))
        visit(to, one->string);
}

void lb_balancer_pools(const cJSON *shown, lb_visit *visit, void *to)
{
    const cJSON *rule;

    pools_here(shown, visit, to);
    cJSON_ArrayForEach (rule, json_get(shown, "rules"))
        pools_here(json_get(rule, "overrides"), visit, to);
}

void *lb_balancer_extra(const cJSON *shown, void (**done)(void *extra))
{
    *done = lb_ids_free;
    return lb_ids_new(shown, lb_balancer_pools);
}

/* Labels of letters, digits, hyphens and underscores; `*` alone may be the first. */
static bool is_host_name(const char *name)
{
    size_t label = 0;

    if (text_starts(name, "*."))
        name += 2;
    for (; *name; name++) {
        if (*name == '.' ? !label : !isalnum((unsigned char)*name) && *name != '-' && *name != '_')
            return false;
        label = *name == '.' ? 0 : label + 1;
    }
    return label > 0;
}

/* The zone of the path; NULL: a load balancer of the account. */
static const char *zone_name(struct call *c)
{
    const char *id = call_param_named(c, "zone_id");
    const struct doc *zone = id ? doc_held(c, KIND_ZONE, NULL, id) : NULL;

    return zone ? zone_of(zone)->name : NULL;
}

static enum step name_shape(struct call *c, cJSON *fresh)
{
    const char *given = json_text(fresh, "name"), *zone = zone_name(c);
    char *name;

    if (!given || !*given)
        return refuse(c, ERR_LOAD_BALANCING_NEEDED, "name");
    name = arena_strdup(c->arena, given);
    text_lower(name);
    if (text_ends(name, "."))
        name[strlen(name) - 1] = '\0';
    if (!is_host_name(name) || (zone && !lb_is_below(name, zone)))
        return refuse(c, ERR_LOAD_BALANCING_LB_NAME, given);
    json_put(fresh, "name", cJSON_CreateString(name));
    if (zone)
        json_put(fresh, "zone_name", cJSON_CreateString(zone));
    return GO_ON;
}

static bool has_entries(const cJSON *fresh, const char *name)
{
    const cJSON *map = json_get(fresh, name);

    return map && map->child;
}

static void steering_fill(cJSON *fresh)
{
    const char *policy = json_text(fresh, "steering_policy");
    bool by_place = has_entries(fresh, "region_pools") || has_entries(fresh, "country_pools") ||
                    has_entries(fresh, "pop_pools");

    if (!policy || !*policy)
        json_put(fresh, "steering_policy", cJSON_CreateString(by_place ? "geo" : "off"));
}

static const struct {
    const char *affinity;
    int least, most, fallback; // seconds of session_affinity_ttl
} affinities[] = {
    { "cookie", 1800, 604800, 82800 },
    { "ip_cookie", 1800, 604800, 82800 },
    { "header", 30, 3600, 1800 },
};

/* The ttl of sessions goes with the affinity: one that was not sent along with another affinity is
 * that affinity's own. */
static enum step session_shape(struct call *c, const cJSON *before, cJSON *fresh)
{
    const char *affinity = json_text(fresh, "session_affinity"),
               *was = json_text(before, "session_affinity");
    bool changed =
        was && affinity && strcmp(was, affinity) != 0 && !json_get(c->json, "session_affinity_ttl");

    for (size_t i = 0; i < ARRAY_LEN(affinities); i++) {
        if (!affinity || strcmp(affinities[i].affinity, affinity) != 0)
            continue;
        if (changed || json_whole(fresh, "session_affinity_ttl", 0) == 0)
            json_put(fresh, "session_affinity_ttl", json_number(affinities[i].fallback));
        if (!lb_in_range(fresh, "session_affinity_ttl", affinities[i].least, affinities[i].most))
            return lb_refuse_range(c, "session_affinity_ttl", affinities[i].least,
                                   affinities[i].most);
        return GO_ON;
    }
    lb_drop(fresh, "session_affinity_ttl");
    return GO_ON;
}

static void attributes_fill(cJSON *fresh)
{
    cJSON *attributes = json_get(fresh, "session_affinity_attributes");
    const char *affinity = json_text(fresh, "session_affinity");

    if (!attributes || !affinity || strcmp(affinity, "header") != 0)
        return;
    if (!lb_is_set(attributes, "headers"))
        json_put(attributes, "headers", cJSON_CreateArray());
    if (!lb_is_set(attributes, "require_all_headers"))
        json_put(attributes, "require_all_headers", cJSON_CreateFalse());
}

/* Overrides carry what was sent; attributes in them are filled up (REC). */
static void overrides_fill(cJSON *overrides)
{
    cJSON *attributes = json_get(overrides, "session_affinity_attributes");

    if (!attributes)
        return;
    lb_default_text(attributes, "samesite", "Auto");
    lb_default_text(attributes, "secure", "Auto");
    if (!lb_is_set(attributes, "require_all_headers"))
        json_put(attributes, "require_all_headers", cJSON_CreateFalse());
    lb_default_text(attributes, "zero_downtime_failover", "none");
}

static void rules_fill(cJSON *fresh)
{
    cJSON *rule;
    int64_t priority = 0;

    cJSON_ArrayForEach (rule, json_get(fresh, "rules")) {
        if (!lb_is_set(rule, "disabled"))
            json_put(rule, "disabled", cJSON_CreateFalse());
        if (!lb_is_set(rule, "priority"))
            json_put(rule, "priority", json_number(priority));
        if (!lb_is_set(rule, "overrides"))
            json_put(rule, "overrides", cJSON_CreateObject());
        overrides_fill(json_get(rule, "overrides"));
        if (!json_flag(rule, "terminates", false))
            lb_drop(rule, "terminates");
        if (!lb_is_set(rule, "fixed_response"))
            lb_drop(rule, "fixed_response");
        priority += PRIORITY_STEP;
    }
}

static enum step pools_needed(struct call *c, const cJSON *fresh)
{
    const char *fallback = json_text(fresh, "fallback_pool");

    if (!has_entries(fresh, "default_pools"))
        return refuse(c, ERR_LOAD_BALANCING_NEEDED, "default_pools");
    if (!fallback || !*fallback)
        return refuse(c, ERR_LOAD_BALANCING_NEEDED, "fallback_pool");
    return GO_ON;
}

static void maps_fill(cJSON *fresh)
{
    static const char *const always[] = { "region_pools", "pop_pools" };
    static const char *const only_when_set[] = { "country_pools", "rules", NULL };

    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (!lb_is_set(fresh, always[i]))
            json_put(fresh, always[i], cJSON_CreateObject());
    lb_drop_null(fresh, only_when_set);
}

enum step lb_balancer_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    const cJSON *before = old ? doc_json(c, old) : NULL;

    maps_fill(fresh);
    if (name_shape(c, fresh) == ANSWERED || pools_needed(c, fresh) == ANSWERED ||
        session_shape(c, before, fresh) == ANSWERED)
        return ANSWERED;
    steering_fill(fresh);
    attributes_fill(fresh);
    rules_fill(fresh);
    if (json_flag(fresh, "proxied", false))
        lb_drop(fresh, "ttl");
    else if (!json_whole(fresh, "ttl", 0))
        json_put(fresh, "ttl", json_number(TTL));
    return GO_ON;
}

struct existence {
    struct view *view;
    const char *pools;   // owner
    const char *missing; // the first id that is none, or NULL
};

static void look_up(void *to, const char *id)
{
    struct existence *e = to;

    if (!e->missing && !view_get(e->view, KIND_LB_POOL, e->pools, id))
        e->missing = id;
}

/* Every pool must be one of the account's, also in steering that is switched off (LIVE). */
enum step lb_balancer_conflict(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh)
{
    struct existence e = { .view = txn_view(t), .pools = lb_owner(c, txn_view(t), "pools") };

    (void)old;
    lb_balancer_pools(fresh, look_up, &e);
    return e.missing ? refuse(c, ERR_LOAD_BALANCING_ACCESS_FAILED, e.missing) : GO_ON;
}
