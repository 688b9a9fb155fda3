/* memberships: the accounts a user belongs to, from the user's side. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/families/membership.h"
#include "mock/state/identity.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERSHIPS_PER_PAGE 20
#define MEMBERSHIPS_LEAST 5
#define MEMBERSHIPS_MOST 50

/* Names of the permissions object, and the roles' area that each one shows. */
static const struct {
    const char *name, *area;
} shown_areas[] = {
    { "analytics", "analytics" },
    { "billing", "billing" },
    { "cache_purge", "cache_purge" },
    { "dns", "dns" },
    { "dns_records", "dns_records" },
    { "lb", "lb" },
    { "logs", "logs" },
    { "organization", "organization" },
    { "ssl", "ssl" },
    { "waf", "waf" },
    { "zone_settings", "zone_settings" },
    { "zones", "zone" },
};

static bool any_role_may(const cJSON *roles, const char *area, const char *verb)
{
    const cJSON *role;

    cJSON_ArrayForEach (role, roles)
        if (json_flag(json_get(json_get(role, "permissions"), area), verb, false))
            return true;
    return false;
}

static cJSON *permissions_of(const cJSON *roles)
{
    cJSON *map = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(shown_areas); i++)
        cJSON_AddItemToObject(
            map, shown_areas[i].name,
            json_object(J_FLAG("read", any_role_may(roles, shown_areas[i].area, "read")),
                        J_FLAG("write", any_role_may(roles, shown_areas[i].area, "write"))));
    return map;
}

static cJSON *account_json(struct call *c, const struct doc *member)
{
    struct doc *account = doc_held(c, KIND_ACCOUNT, NULL, membership_of(member)->account);

    return account ? cJSON_CreateRaw(doc_text(account, NULL)) : cJSON_CreateNull();
}

/* The API's membership: the member turned round. Lists leave `policies` out. */
static cJSON *membership_json(struct call *c, struct doc *d, bool with_policies)
{
    cJSON *member = doc_json(c, d), *roles = cJSON_CreateArray();
    const cJSON *role;

    cJSON_ArrayForEach (role, json_get(member, "roles"))
        cJSON_AddItemToArray(roles, cJSON_CreateString(json_text(role, "name")));
    return json_object(
        J_TEXT("id", doc_id(d)), J_TEXT("status", json_text(member, "status")),
        J_TREE("account", account_json(c, d)),
        J_TREE("api_access_enabled", cJSON_Duplicate(json_get(member, "api_access_enabled"), true)),
        J_TREE("roles", roles), J_TREE("permissions", permissions_of(json_get(member, "roles"))),
        J_TREE("policies",
               with_policies ? cJSON_Duplicate(json_get(member, "policies"), true) : NULL));
}

static cJSON *membership_listed(struct call *c, struct doc *d)
{
    return membership_json(c, d, false);
}

static const char *status_of(struct call *c, const struct doc *d)
{
    return json_text(doc_json(c, d), "status");
}

static const char *account_name(struct call *c, const struct doc *d)
{
    struct doc *account = doc_held(c, KIND_ACCOUNT, NULL, membership_of(d)->account);

    return account ? account_of(account)->name : "";
}

static const char *member_id(struct call *c, const struct doc *d)
{
    (void)c;
    return doc_id(d);
}

static const struct {
    const char *query;
    const char *(*member)(struct call *c, const struct doc *d);
} orders[] = { { "id", member_id }, { "account.name", account_name }, { "status", status_of } };

struct order {
    struct call *c;
    const char *(*member)(struct call *c, const struct doc *d);
};

static int in_order(const void *a, const void *b, void *order)
{
    const struct order *o = order;

    return strcmp(o->member(o->c, *(struct doc *const *)a),
                  o->member(o->c, *(struct doc *const *)b));
}

/* Rejected invitations are out of sight unless they are asked for (INF). */
static bool is_asked(struct call *c, const struct doc *d)
{
    const char *status = call_query(c, "status"), *name = call_query(c, "account.name");

    name = name ? name : call_query(c, "name");
    if (status && *status ? strcmp(status_of(c, d), status) != 0
                          : strcmp(status_of(c, d), "rejected") == 0)
        return false;
    return !name || !*name || filter_fits(name, account_name(c, d), false);
}

enum step memberships_list(struct call *c)
{
    struct window w = window_read(c, MEMBERSHIPS_PER_PAGE, MEMBERSHIPS_LEAST, MEMBERSHIPS_MOST);
    const char *asked = call_query(c, "order");
    struct doc_list own = { 0 }, list = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_MEMBERSHIP, NULL)
        if (strcmp(membership_of(d)->user, doc_id(c->who.user)) == 0)
            doc_list_add(c, &own, d);
    view_end(v);
    for (size_t i = 0; i < own.count; i++)
        if (is_asked(c, own.at[i]))
            doc_list_add(c, &list, own.at[i]);
    for (size_t i = 0; asked && list.count && i < ARRAY_LEN(orders); i++)
        if (strcmp(orders[i].query, asked) == 0)
            qsort_r(list.at, list.count, sizeof(struct doc *), in_order,
                    &(struct order){ c, orders[i].member });
    if (w.descending)
        doc_list_reverse(&list);
    return window_answer(c, &w, &list, membership_listed);
}

/* The caller's own membership of the path's id. NULL: c has the refusal, for an id of another shape
 * that of a path which leads nowhere (LIVE). */
static struct doc *membership_asked(struct call *c)
{
    const char *id = call_param_named(c, "membership_id");
    struct doc *d = doc_held(c, KIND_MEMBERSHIP, NULL, id);

    if (d && strcmp(membership_of(d)->user, doc_id(c->who.user)) == 0)
        return d;
    if (!text_is_hex32(id))
        refuse_reason(c, WHY_BAD_ID);
    else
        refuse(c, ERR_MEMBERSHIPS_UNKNOWN);
    return NULL;
}
enum step memberships_get(struct call *c)
{
    struct doc *d = membership_asked(c);

    return d ? answer(c, membership_json(c, d, true)) : ANSWERED;
}

/* PUT {status}: an answer to an invitation, once. */
enum step memberships_put(struct call *c)
{
    const char *status = json_text(c->json, "status");
    struct doc *old = membership_asked(c), *made;
    cJSON *fresh;

    if (!old)
        return ANSWERED;
    if (!status || (strcmp(status, "accepted") != 0 && strcmp(status, "rejected") != 0))
        return refuse(c, ERR_MEMBERSHIPS_BAD_STATUS);
    if (strcmp(status_of(c, old), "pending") != 0)
        return refuse(c, ERR_MEMBERSHIPS_NOT_PENDING);
    fresh = doc_json(c, old);
    json_put(fresh, "status", cJSON_CreateString(status));
    made = membership_doc_new(c->world, membership_of(old)->account, fresh);
    arena_on_free(c->arena, doc_unref_any, made);
    if (membership_swap(c, made) != MEMBERSHIP_DONE)
        return refuse(c, ERR_MEMBERSHIPS_UNKNOWN);
    return answer(c, membership_json(c, made, true));
}

/* Leaving an account. */
enum step memberships_delete(struct call *c)
{
    struct doc *old = membership_asked(c);
    enum membership_change change;

    if (!old)
        return ANSWERED;
    change = membership_remove(c, old);
    if (change == MEMBERSHIP_LAST_SUPER)
        return refuse(c, ERR_MEMBERSHIPS_LAST_ADMINISTRATOR);
    if (change != MEMBERSHIP_DONE)
        return refuse(c, ERR_MEMBERSHIPS_UNKNOWN);
    return answer(c, json_object(J_TEXT("id", doc_id(old))));
}
