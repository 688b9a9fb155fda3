/* Load balancing: monitors and monitor groups. */
#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/families/load_balancing.h"
#include "mock/store/store.h"

#include <string.h>

#define INTERVAL_MOST 3600 // seconds (INF)
#define PORT_MOST 65535

/* What a type of monitor sends. */
static const struct {
    const char *type, *method, *path;
    bool is_http, needs_port;
} types[] = {
    { "http", "GET", "/", true, false },
    { "https", "GET", "/", true, false },
    { "tcp", "connection_established", "", false, true },
    { "udp_icmp", "", "", false, true },
    { "smtp", "", "", false, true },
    { "icmp_ping", "", "", false, false },
};

static size_t type_of(const cJSON *monitor)
{
    const char *type = json_text(monitor, "type");

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (type && strcmp(types[i].type, type) == 0)
            return i;
    return 0;
}

static bool is_method_of_http(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* Method and path by type: what a client may not choose is what the type has, also where a change
 * of the type leaves the old one's words behind. */
static enum step request_fill(struct call *c, cJSON *fresh, size_t type, bool type_changed)
{
    const char *method = json_text(fresh, "method"), *path = json_text(fresh, "path");

    if (!types[type].is_http || !method || !*method || (type_changed && !is_method_of_http(method)))
        json_put(fresh, "method", cJSON_CreateString(types[type].method));
    else if (!is_method_of_http(method))
        return refuse(c, ERR_LOAD_BALANCING_METHOD_BAD);
    if (!types[type].is_http || !path || !*path)
        json_put(fresh, "path", cJSON_CreateString(types[type].path));
    return GO_ON;
}

static enum step numbers_check(struct call *c, const cJSON *fresh)
{
    if (!lb_in_range(fresh, "interval", LB_INTERVAL_LEAST, INTERVAL_MOST))
        return refuse(c, ERR_LOAD_BALANCING_INTERVAL,
                      arena_printf(c->arena, "%d", LB_INTERVAL_LEAST));
    if (!lb_in_range(fresh, "timeout", 1, INTERVAL_MOST))
        return lb_refuse_range(c, "timeout", 1, INTERVAL_MOST);
    if (!lb_in_range(fresh, "retries", 0, INTERVAL_MOST))
        return lb_refuse_range(c, "retries", 0, INTERVAL_MOST);
    if (!lb_in_range(fresh, "port", 0, PORT_MOST))
        return lb_refuse_range(c, "port", 0, PORT_MOST);
    return GO_ON;
}

static bool type_changed(const struct doc *old, size_t type)
{
    cJSON *before = old ? doc_json_dup(old) : NULL;
    bool changed = before && type_of(before) != type;

    cJSON_Delete(before);
    return changed;
}

enum step lb_monitor_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    static const char *const only_when_set[] = { "port", "consecutive_up", "consecutive_down",
                                                 NULL };
    size_t type = type_of(fresh);

    for (size_t i = 0; only_when_set[i]; i++)
        if (!json_whole(fresh, only_when_set[i], 0))
            lb_drop(fresh, only_when_set[i]);
    if (!lb_is_set(fresh, "header"))
        json_put(fresh, "header", cJSON_CreateObject());
    if (numbers_check(c, fresh) == ANSWERED)
        return ANSWERED;
    if (types[type].needs_port && !json_get(fresh, "port"))
        return refuse(c, ERR_LOAD_BALANCING_PORT_NEEDED, types[type].type);
    return request_fill(c, fresh, type, type_changed(old, type));
}

/* What other objects refer to stays (REC). */
static enum step keep_referenced(struct call *c, struct txn *t, const struct doc *old,
                                 const enum kind *kinds, size_t kinds_count)
{
    struct doc_list referrers = { 0 };

    for (size_t i = 0; i < kinds_count; i++)
        lb_referrers(c, txn_view(t), kinds[i], doc_id(old), &referrers);
    return referrers.count ? refuse(c, ERR_LOAD_BALANCING_REFERENCED) : GO_ON;
}

enum step lb_monitor_removed(struct call *c, struct txn *t, const struct doc *old)
{
    static const enum kind kinds[] = { KIND_LB_POOL, KIND_LB_MONITOR_GROUP };

    return keep_referenced(c, t, old, kinds, ARRAY_LEN(kinds));
}

enum step lb_group_removed(struct call *c, struct txn *t, const struct doc *old)
{
    static const enum kind kinds[] = { KIND_LB_POOL };

    return keep_referenced(c, t, old, kinds, ARRAY_LEN(kinds));
}

enum step lb_pool_removed(struct call *c, struct txn *t, const struct doc *old)
{
    static const enum kind kinds[] = { KIND_LOAD_BALANCER };

    return keep_referenced(c, t, old, kinds, ARRAY_LEN(kinds));
}

/* The member of the old group for the same monitor, or NULL. */
static const cJSON *member_before(const cJSON *before, const char *monitor)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(before, "members")) {
        const char *id = json_text(one, "monitor_id");

        if (id && monitor && strcmp(id, monitor) == 0)
            return one;
    }
    return NULL;
}

/* Members carry stamps of their own. */
enum step lb_group_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    cJSON *before = old ? doc_json_dup(old) : NULL, *member;
    const char *now = lb_stamp(c);

    cJSON_ArrayForEach (member, json_get(fresh, "members")) {
        const cJSON *same = member_before(before, json_text(member, "monitor_id"));
        const char *made = same ? json_text(same, "created_at") : NULL;

        json_put(member, "created_at", cJSON_CreateString(made ? made : now));
        json_put(member, "updated_at", cJSON_CreateString(now));
    }
    cJSON_Delete(before);
    return GO_ON;
}

enum step lb_group_conflict(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh)
{
    const char *monitors = lb_owner(c, txn_view(t), "monitors");
    const cJSON *member;

    (void)old;
    cJSON_ArrayForEach (member, json_get(fresh, "members")) {
        const char *id = json_text(member, "monitor_id");

        if (id && !view_get(txn_view(t), KIND_LB_MONITOR, monitors, id))
            return refuse(c, ERR_LOAD_BALANCING_GROUP_MONITOR_UNKNOWN);
    }
    return GO_ON;
}

static void monitors_of_group(const cJSON *shown, lb_visit *visit, void *to)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, json_get(shown, "members"))
        if (json_text(member, "monitor_id"))
            visit(to, json_text(member, "monitor_id"));
}

void *lb_group_extra(const cJSON *shown, void (**done)(void *extra))
{
    *done = lb_ids_free;
    return lb_ids_new(shown, monitors_of_group);
}
