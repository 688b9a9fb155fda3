/* zones: one zone as it is now and as it is shown: activation by the clock, changes, development
 * mode. */
#include "mock/families/zones.h"

#include "common/stamp.h"
#include "mock/families/listing.h"
#include "mock/families/zone_settings.h"
#include "mock/state/plans.h"
#include "mock/state/policy.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <string.h>

cJSON *zone_json_dup(const struct doc *d)
{
    int64_t due = zone_of(d)->activates_on;
    cJSON *json = doc_json_dup(d);
    char text[STAMP_ROOM];

    if (due) {
        stamp_text(due, 6, text);
        json_put(json, "activates_on", cJSON_CreateString(text));
    }
    return json;
}

static void put_stamp(cJSON *json, const char *member, int64_t stamp)
{
    char text[STAMP_ROOM];

    stamp_text(stamp, 6, text);
    json_put(json, member, cJSON_CreateString(text));
}

void zone_touch(struct call *c, cJSON *json)
{
    put_stamp(json, "modified_on", world_now(c->world));
}

void zone_set_plan(cJSON *json, enum plan plan)
{
    cJSON_DeleteItemFromObjectCaseSensitive(json, "meta"); // its quotas are the plan's
    json_put(json, "plan", cJSON_CreateString(plan_table[plan].legacy));
}

struct doc *zone_swap_take(struct call *c, struct doc *old, cJSON *json)
{
    struct doc *made = zone_doc_new(c->world, json);
    struct txn *t = txn_begin(world_store(c->world));
    bool same = view_get(txn_view(t), KIND_ZONE, NULL, doc_id(old)) == old;

    arena_on_free(c->arena, doc_unref_any, made);
    if (same)
        txn_put_take(t, doc_ref(made));
    txn_commit(t);
    cJSON_Delete(json);
    return same ? made : NULL;
}

/* The active zone of that name in another account: it has lost the name to this one. */
static struct doc *active_namesake(struct call *c, const struct doc *d)
{
    struct view *v = view_begin(world_store(c->world));
    struct doc_list same = { 0 };

    view_each (v, other, KIND_ZONE, NULL)
        if (strcmp(zone_of(other)->name, zone_of(d)->name) == 0 &&
            strcmp(doc_id(other), doc_id(d)) != 0)
            doc_list_add(c, &same, other);
    view_end(v);
    for (size_t i = 0; i < same.count; i++)
        if (strcmp(json_text(doc_json(c, same.at[i]), "status"), "active") == 0)
            return same.at[i];
    return NULL;
}

static void move_away(struct call *c, struct doc *d, int64_t when)
{
    cJSON *json = zone_json_dup(d);

    json_put(json, "status", cJSON_CreateString("moved"));
    put_stamp(json, "modified_on", when);
    zone_swap_take(c, d, json);
}

struct doc *zone_activated(struct call *c, struct doc *d, int64_t when)
{
    struct doc *other = active_namesake(c, d), *made;
    cJSON *json = zone_json_dup(d);

    cJSON_DeleteItemFromObjectCaseSensitive(json, "activates_on");
    json_put(json, "status", cJSON_CreateString("active"));
    if (!cJSON_IsString(json_get(json, "activated_on")))
        put_stamp(json, "activated_on", when);
    put_stamp(json, "modified_on", when);
    json_put(json_get(json, "meta"), "step", cJSON_CreateNumber(4));
    made = zone_swap_take(c, d, json);
    if (made && other)
        move_away(c, other, when);
    return made ? made : doc_held(c, KIND_ZONE, NULL, doc_id(d));
}

struct doc *zone_settled(struct call *c, struct doc *d)
{
    while (d && zone_of(d)->activates_on && zone_of(d)->activates_on <= world_now(c->world))
        d = zone_activated(c, d, zone_of(d)->activates_on);
    return d;
}

const char *zone_former_owner(struct call *c, const char *account)
{
    return arena_printf(c->arena, "/accounts/%s/former_zones", account);
}

struct doc *zone_asked(struct call *c)
{
    struct doc *d = doc_held(c, KIND_ZONE, NULL, call_param_named(c, "zone_id"));

    d = zone_settled(c, d);
    if (!d)
        refuse_reason(c, WHY_FOREIGN_ZONE); // it went while authz looked
    return d;
}

/* zone.permissions are the calling token's own, development_mode comes from the setting. */
cJSON *zone_shown(struct call *c, struct doc *d)
{
    struct view *v = view_begin(world_store(c->world));
    cJSON *permissions = policy_zone_permissions(v, &c->who, zone_of(d)), *shown;
    struct doc *mode =
        view_get(v, KIND_ZONE_SETTING, settings_owner(c, doc_id(d)), DEVELOPMENT_MODE);

    if (mode)
        arena_on_free(c->arena, doc_unref_any, doc_ref(mode));
    view_end(v);
    if (!mode)
        return doc_filled_take(c, d, "permissions", permissions);
    shown = doc_json_dup(d);
    json_put(shown, "development_mode",
             json_number(development_seconds(doc_json(c, mode), world_now(c->world))));
    json_put(shown, "permissions", permissions);
    return shown;
}
