/* Load balancing: pools and their origins. */
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/load_balancing.h"
#include "mock/world.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

static bool is_pool_name(const char *name)
{
    if (!*name)
        return false;
    while (isalnum((unsigned char)*name) || *name == '-' || *name == '_')
        name++;
    return !*name;
}

/* Says since when something is off; what was off before keeps its time. */
static void disabled_stamp(struct call *c, cJSON *fresh, const cJSON *before)
{
    const char *since = json_text(before, "disabled_at");

    lb_drop(fresh, "disabled_at");
    if (!json_flag(fresh, "enabled", true))
        json_put(fresh, "disabled_at", cJSON_CreateString(since ? since : lb_stamp(c)));
}

static bool same_text(const cJSON *a, const cJSON *b, const char *name)
{
    const char *one = json_text(a, name), *other = json_text(b, name);

    return strcmp(one ? one : "", other ? other : "") == 0;
}

static bool same_origin(const cJSON *a, const cJSON *b)
{
    return same_text(a, b, "address") && same_text(a, b, "virtual_network_id") &&
           json_whole(a, "port", 0) == json_whole(b, "port", 0);
}

/* The origin among the siblings in front of `stop` (NULL: all) that has the same address. */
static const cJSON *origin_like(const cJSON *origins, const cJSON *origin, const cJSON *stop)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, origins) {
        if (one == stop)
            break;
        if (same_origin(one, origin))
            return one;
    }
    return NULL;
}

static void origin_trim(cJSON *origin)
{
    const char *vnet = json_text(origin, "virtual_network_id");
    const cJSON *header = json_get(origin, "header");

    if (!json_whole(origin, "port", 0))
        lb_drop(origin, "port");
    if (!vnet || !*vnet)
        lb_drop(origin, "virtual_network_id");
    if (header && !header->child)
        lb_drop(origin, "header");
}

static bool is_address(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* May an origin with a host name be asked for `host`? Its own name, names below it, and those of
 * the account's zones (INF: the refusal is recorded, the rule is not). */
static bool host_is_allowed(struct call *c, const char *host, const char *address)
{
    return is_address(address) || lb_is_below(host, address) || lb_is_below(address, host) ||
           lb_host_in_zones(c, call_param_named(c, "account_id"), host);
}

static enum step host_check(struct call *c, const cJSON *origin)
{
    const char *address = json_text(origin, "address");
    const cJSON *one;

    cJSON_ArrayForEach (one, json_at(origin, "header.Host")) {
        const char *host = cJSON_GetStringValue(one);

        if (host && address && !host_is_allowed(c, host, address))
            return refuse(c, ERR_LOAD_BALANCING_HOST_HEADER, host, address);
    }
    return GO_ON;
}

static enum step origins_shape(struct call *c, cJSON *fresh, const cJSON *before)
{
    cJSON *origins = json_get(fresh, "origins"), *origin;
    int count = cJSON_GetArraySize(origins);

    if (count < 1 || count > LB_ORIGINS_MOST)
        return refuse(c, ERR_LOAD_BALANCING_ORIGINS_COUNT,
                      arena_printf(c->arena, "%d", LB_ORIGINS_MOST));
    cJSON_ArrayForEach (origin, origins) {
        const char *address = json_text(origin, "address");

        if (!address || !*address)
            return refuse(c, ERR_LOAD_BALANCING_NEEDED, "address");
        origin_trim(origin);
        if (!lb_in_range(origin, "weight", 0, 1))
            return lb_refuse_range(c, "weight", 0, 1);
        if (origin_like(origins, origin, origin))
            return refuse(c, ERR_LOAD_BALANCING_ADDRESS_TWICE, address);
        if (host_check(c, origin) == ANSWERED)
            return ANSWERED;
        disabled_stamp(c, origin, origin_like(json_get(before, "origins"), origin, NULL));
    }
    return GO_ON;
}

static void shedding_fill(cJSON *fresh)
{
    cJSON *shedding = json_get(fresh, "load_shedding"),
          *steering = json_get(fresh, "origin_steering");

    if (shedding) {
        if (!lb_is_set(shedding, "default_percent"))
            json_put(shedding, "default_percent", json_number(0));
        lb_default_text(shedding, "default_policy", "random");
        if (!lb_is_set(shedding, "session_percent"))
            json_put(shedding, "session_percent", json_number(0));
        lb_default_text(shedding, "session_policy", "hash");
    }
    if (steering)
        lb_default_text(steering, "policy", "random");
}

/* null, or regional before global, and then with regions to be healthy in (DOC). */
static bool sources_are_fine(const cJSON *fresh)
{
    const cJSON *sources = json_get(fresh, "health_sources");
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(sources, 0)),
               *second = cJSON_GetStringValue(cJSON_GetArrayItem(sources, 1));

    if (!sources)
        return true;
    return cJSON_GetArraySize(sources) == 2 && first && second && strcmp(first, "regional") == 0 &&
           strcmp(second, "global") == 0 &&
           cJSON_GetArraySize(json_get(fresh, "check_regions")) > 0;
}

static void drop_empty(cJSON *fresh, const char *name)
{
    const char *text = json_text(fresh, name);

    if (!text || !*text)
        lb_drop(fresh, name);
}

static enum step members_check(struct call *c, const cJSON *fresh)
{
    const char *name = json_text(fresh, "name");

    if (!name)
        return refuse(c, ERR_LOAD_BALANCING_NEEDED, "name");
    if (!is_pool_name(name))
        return refuse(c, ERR_LOAD_BALANCING_POOL_NAME);
    if (!json_get(fresh, "latitude") != !json_get(fresh, "longitude"))
        return refuse(c, ERR_LOAD_BALANCING_HALF_A_PLACE);
    if (!lb_in_range(fresh, "latitude", -90, 90))
        return lb_refuse_range(c, "latitude", -90, 90);
    if (!lb_in_range(fresh, "longitude", -180, 180))
        return lb_refuse_range(c, "longitude", -180, 180);
    if (!sources_are_fine(fresh))
        return refuse(c, ERR_LOAD_BALANCING_HEALTH_SOURCES);
    return GO_ON;
}

enum step lb_pool_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    static const char *const only_when_set[] = { "latitude",
                                                 "longitude",
                                                 "load_shedding",
                                                 "origin_steering",
                                                 "health_sources",
                                                 "monitor",
                                                 "notification_filter",
                                                 "monitor_group",
                                                 NULL };
    const cJSON *before = old ? doc_json(c, old) : NULL;

    lb_drop_null(fresh, only_when_set);
    drop_empty(fresh, "monitor");
    drop_empty(fresh, "monitor_group");
    if (members_check(c, fresh) == ANSWERED || origins_shape(c, fresh, before) == ANSWERED)
        return ANSWERED;
    shedding_fill(fresh);
    disabled_stamp(c, fresh, before);
    return GO_ON;
}

enum step lb_pool_conflict(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh)
{
    const char *monitor = json_text(fresh, "monitor"), *group = json_text(fresh, "monitor_group");

    (void)old;
    if (monitor &&
        !view_get(txn_view(t), KIND_LB_MONITOR, lb_owner(c, txn_view(t), "monitors"), monitor))
        return refuse(c, ERR_LOAD_BALANCING_MONITOR_UNKNOWN, monitor);
    if (group && !view_get(txn_view(t), KIND_LB_MONITOR_GROUP,
                           lb_owner(c, txn_view(t), "monitor_groups"), group))
        return refuse(c, ERR_LOAD_BALANCING_GROUP_UNKNOWN, group);
    return GO_ON;
}

static void monitors_of_pool(const cJSON *shown, lb_visit *visit, void *to)
{
    if (json_text(shown, "monitor"))
        visit(to, json_text(shown, "monitor"));
    if (json_text(shown, "monitor_group"))
        visit(to, json_text(shown, "monitor_group"));
}

void *lb_pool_extra(const cJSON *shown, void (**done)(void *extra))
{
    *done = lb_ids_free;
    return lb_ids_new(shown, monitors_of_pool);
}

/* One pool without its address, where nobody changed it meanwhile; shown, or NULL. */
static cJSON *email_cleared(struct call *c, struct doc *old)
{
    cJSON *fresh = json_object(J_TEXT("notification_email", "")), *shown = NULL;
    struct doc *made;
    struct txn *t;

    if (engine_compose(c, KIND_LB_POOL, old, fresh, true) == GO_ON) {
        t = txn_begin(world_store(c->world));
        if (view_get(txn_view(t), KIND_LB_POOL, doc_owner(old), doc_id(old)) == old &&
            engine_put(c, t, KIND_LB_POOL, doc_owner(old), old, fresh, &made) == GO_ON)
            shown = engine_shown(c, made);
        txn_commit(t);
    }
    cJSON_Delete(fresh);
    return shown;
}

static void pools_with_email(struct call *c, struct doc_list *into)
{
    struct view *v = view_begin(world_store(c->world));
    const char *owner = lb_owner(c, v, "pools");

    view_each (v, d, KIND_LB_POOL, owner)
        if (!strstr(doc_text(d, NULL), "\"notification_email\":\"\""))
            doc_list_add(c, into, d);
    view_end(v);
}

/* Takes the addresses that news go to out of all pools; answers those that had one. */
enum step lb_pools_patch(struct call *c)
{
    const char *email = json_text(c->json, "notification_email");
    struct doc_list pools = { 0 };
    cJSON *shown;

    if (!email || *email)
        return refuse(c, ERR_LOAD_BALANCING_BODY, "notification_email must be empty");
    pools_with_email(c, &pools);
    shown = cJSON_CreateArray();
    for (size_t i = 0; i < pools.count; i++)
        cJSON_AddItemToArray(shown, email_cleared(c, pools.at[i]));
    return answer_list(c, shown, lb_whole_info(cJSON_GetArraySize(shown)));
}
