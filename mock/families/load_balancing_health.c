/* Load balancing: what is said about the health of origins, and previews of monitors. Nothing is
 * probed: every origin that is on answers well, at once. */
#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/load_balancing.h"
#include "mock/world.h"

#include <string.h>

#define HOME_CITY "Amsterdam, NL" // of a pool that names no regions (DOC, the example's)
#define RTT "12.1ms"              // (DOC, the example's)

static cJSON *origin_health(const cJSON *origin, const cJSON *monitor)
{
    const char *type = json_text(monitor, "type"), *address = json_text(origin, "address");
    bool is_http = type && strncmp(type, "http", 4) == 0;

    return json_object(
        J_TREE(address ? address : "",
               json_object(J_TEXT("failure_reason", "No failures"), J_FLAG("healthy", true),
                           J_WHOLE("response_code", is_http ? 200 : 0), J_TEXT("rtt", RTT))));
}

/* {healthy, origins: [{ADDRESS: …}]}; what is off is not probed. */
static cJSON *pool_health(const cJSON *pool, const cJSON *monitor)
{
    cJSON *origins = cJSON_CreateArray();
    const cJSON *origin;

    cJSON_ArrayForEach (origin, json_get(pool, "origins"))
        if (json_flag(origin, "enabled", true))
            cJSON_AddItemToArray(origins, origin_health(origin, monitor));
    return json_object(
        J_FLAG("healthy", cJSON_GetArraySize(origins) >= json_whole(pool, "minimum_origins", 1)),
        J_TREE("origins", origins));
}

static bool names_region(const cJSON *regions, const char *code)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, regions)
        if (cJSON_IsString(one) &&
            (!strcmp(one->valuestring, code) || !strcmp(one->valuestring, "ALL_REGIONS")))
            return true;
    return false;
}

static cJSON *health_by_city(const cJSON *pool, const cJSON *monitor)
{
    const cJSON *regions = json_get(pool, "check_regions");
    cJSON *cities = cJSON_CreateObject();

    if (!regions || !regions->child)
        json_put(cities, HOME_CITY, pool_health(pool, monitor));
    for (size_t i = 0; i < lb_region_count(); i++)
        if (names_region(regions, lb_region_code(i)))
            json_put(cities, lb_region_city(i), pool_health(pool, monitor));
    return cities;
}

/* A pool without a monitor has no health (INF); one with a group is probed as by its first monitor.
 */
enum step lb_pool_health(struct call *c)
{
    const struct doc *d = lb_held(c, KIND_LB_POOL, "pools", call_param_named(c, "pool_id")),
                     *monitor = NULL;
    const cJSON *pool;
    cJSON *cities;

    if (!d)
        return engine_missing(c, KIND_LB_POOL);
    pool = doc_json(c, d);
    if (json_text(pool, "monitor"))
        monitor = lb_held(c, KIND_LB_MONITOR, "monitors", json_text(pool, "monitor"));
    cities = monitor || json_text(pool, "monitor_group")
                 ? health_by_city(pool, monitor ? doc_json(c, monitor) : NULL)
                 : cJSON_CreateObject();
    return answer(c, json_object(J_TEXT("pool_id", doc_id(d)), J_TREE("pop_health", cities)));
}

/* The monitor that a preview tries out: the body's, as if it were created. NULL: refused. */
static cJSON *monitor_tried(struct call *c)
{
    cJSON *fresh = c->json ? cJSON_Duplicate(c->json, true) : cJSON_CreateObject();

    if (engine_compose(c, KIND_LB_MONITOR, NULL, fresh, false) == GO_ON)
        return fresh;
    cJSON_Delete(fresh);
    return NULL;
}

/* Keeps what the preview will tell, {POOL: health}, under an id of its own. */
static const char *preview_keep(struct call *c, const cJSON *told)
{
    char *id = arena_alloc(c->arena, 33);
    struct view *v = view_begin(world_store(c->world));
    const char *owner = lb_owner(c, v, "preview");
    struct doc *d;
    struct txn *t;

    view_end(v);
    world_hex(c->world, id, 32);
    d = doc_new(KIND_LB_PREVIEW, owner, id, NULL, told, NULL, NULL);
    t = txn_begin(world_store(c->world));
    txn_put_take(t, d);
    txn_commit(t);
    return id;
}

static enum step preview(struct call *c, const struct doc_list *pools)
{
    cJSON *monitor = monitor_tried(c), *names, *told;
    const char *id;

    if (!monitor)
        return ANSWERED;
    names = cJSON_CreateObject();
    told = cJSON_CreateObject();
    for (size_t i = 0; i < pools->count; i++) {
        const cJSON *pool = doc_json(c, pools->at[i]);

        json_put(names, doc_id(pools->at[i]), cJSON_CreateString(json_text(pool, "name")));
        json_put(told, doc_id(pools->at[i]), pool_health(pool, monitor));
    }
    id = preview_keep(c, told);
    cJSON_Delete(told);
    cJSON_Delete(monitor);
    return answer(c, json_object(J_TREE("pools", names), J_TEXT("preview_id", id)));
}

enum step lb_monitor_preview(struct call *c)
{
    const struct doc *d =
        lb_held(c, KIND_LB_MONITOR, "monitors", call_param_named(c, "monitor_id"));
    struct doc_list pools = { 0 };
    struct view *v;

    if (!d)
        return engine_missing(c, KIND_LB_MONITOR);
    v = view_begin(world_store(c->world));
    lb_referrers(c, v, KIND_LB_POOL, doc_id(d), &pools);
    view_end(v);
    return preview(c, &pools);
}

enum step lb_pool_preview(struct call *c)
{
    struct doc *d = lb_held(c, KIND_LB_POOL, "pools", call_param_named(c, "pool_id"));
    struct doc_list pools = { 0 };

    if (!d)
        return engine_missing(c, KIND_LB_POOL);
    doc_list_add(c, &pools, d);
    return preview(c, &pools);
}
