/* Load balancing: the small things that its objects have in common. */
#include "mock/families/load_balancing.h"

#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <string.h>

bool lb_is_set(const cJSON *object, const char *name)
{
    const cJSON *value = json_get(object, name);

    return value && !cJSON_IsNull(value);
}

void lb_drop(cJSON *object, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
}

void lb_drop_null(cJSON *object, const char *const *names)
{
    for (; *names; names++)
        if (!lb_is_set(object, *names))
            lb_drop(object, *names);
}

void lb_default_text(cJSON *object, const char *name, const char *value)
{
    if (!lb_is_set(object, name))
        json_put(object, name, cJSON_CreateString(value));
}

bool lb_in_range(const cJSON *object, const char *name, double least, double most)
{
    const cJSON *value = json_get(object, name);

    return !cJSON_IsNumber(value) || (value->valuedouble >= least && value->valuedouble <= most);
}

enum step lb_refuse_range(struct call *c, const char *name, int64_t least, int64_t most)
{
    return refuse(c, ERR_LOAD_BALANCING_NUMBER, name,
                  arena_printf(c->arena, "%lld", (long long)least),
                  arena_printf(c->arena, "%lld", (long long)most));
}

char *lb_stamp(struct call *c)
{
    char text[STAMP_ROOM];

    stamp_text(world_now(c->world), 6, text);
    return arena_strdup(c->arena, text);
}

cJSON *lb_whole_info(int64_t count)
{
    return json_object(J_WHOLE("page", 1), J_WHOLE("per_page", INT64_MAX), J_WHOLE("count", count),
                       J_WHOLE("total_count", count), J_WHOLE("total_pages", 1));
}

const char *lb_account_of_zone(struct view *v, const char *zone)
{
    const struct doc *d = view_get(v, KIND_ZONE, NULL, zone);

    return d ? zone_of(d)->account : NULL;
}

/* The account of the call's path, or that of its zone. */
static const char *account_of_call(const struct call *c, struct view *v)
{
    const char *account = call_param_named(c, "account_id");

    if (!account)
        account = lb_account_of_zone(v, call_param_named(c, "zone_id"));
    return account ? account : "";
}

const char *lb_owner(struct call *c, struct view *v, const char *collection)
{
    if (c->op->scope == SCOPE_ACCOUNT || c->op->scope == SCOPE_ZONE)
        return arena_printf(c->arena, "/accounts/%s/load_balancers/%s", account_of_call(c, v),
                            collection);
    return arena_printf(c->arena, "/user/load_balancers/%s", collection);
}

struct doc *lb_held(struct call *c, enum kind kind, const char *collection, const char *id)
{
    struct view *v = view_begin(world_store(c->world));
    struct doc *d = view_get(v, kind, lb_owner(c, v, collection), id);

    if (d)
        arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    view_end(v);
    return d;
}

bool lb_is_below(const char *host, const char *domain)
{
    size_t host_len = strlen(host), len = strlen(domain);

    return len && host_len >= len && text_same_nocase(host + host_len - len, domain) &&
           (host_len == len || host[host_len - len - 1] == '.');
}

bool lb_host_in_zones(struct call *c, const char *account, const char *host)
{
    struct view *v = view_begin(world_store(c->world));
    bool found = false;

    view_each (v, zone, KIND_ZONE, NULL)
        if (!account || strcmp(zone_of(zone)->account, account) == 0)
            found = found || lb_is_below(host, zone_of(zone)->name);
    view_end(v);
    return found;
}
