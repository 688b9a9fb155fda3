/* zones: PATCH, DELETE and the activation check. */
#include "mock/families/zones.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/state/plans.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

/* Changes one property in the zone's JSON; ANSWERED: refused. */
typedef enum step (*set_property)(struct call *c, struct doc *d, cJSON *zone, const cJSON *value);

static bool is_paid_for(const struct doc *d)
{
    return zone_of(d)->plan >= PLAN_BUSINESS;
}

static enum step set_paused(struct call *c, struct doc *d, cJSON *zone, const cJSON *value)
{
    (void)d;
    if (!cJSON_IsBool(value))
        return refuse(c, ERR_ZONES_BAD_PROPERTY, "paused");
    json_put(zone, "paused", cJSON_Duplicate(value, true));
    return GO_ON;
}

static enum step set_type(struct call *c, struct doc *d, cJSON *zone, const cJSON *value)
{
    static const char *const types[] = { "full", "partial", "secondary", "internal" };
    const char *type = cJSON_GetStringValue(value);
    const struct doc *account = doc_held(c, KIND_ACCOUNT, NULL, zone_of(d)->account);
    bool known = false;

    for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
        known = known || strcmp(types[i], type) == 0;
    if (!known)
        return refuse(c, ERR_ZONES_BAD_PROPERTY, "type");
    if (strcmp(type, "partial") == 0 && !is_paid_for(d) &&
        !(account && account_of(account)->enterprise))
        return refuse(c, ERR_ZONES_PARTIAL);
    json_put(zone, "type", cJSON_CreateString(type));
    return GO_ON;
}

/* Names below the zone; they are the plan's from Business on (DOC). */
static enum step set_vanity(struct call *c, struct doc *d, cJSON *zone, const cJSON *value)
{
    const cJSON *one;

    if (!cJSON_IsArray(value))
        return refuse(c, ERR_ZONES_BAD_PROPERTY, "vanity_name_servers");
    cJSON_ArrayForEach (one, value)
        if (!cJSON_IsString(one) || !text_ends(one->valuestring, zone_of(d)->name))
            return refuse(c, ERR_ZONES_BAD_PROPERTY, "vanity_name_servers");
    if (value->child && !is_paid_for(d))
        return refuse(c, ERR_ZONES_VANITY);
    json_put(zone, "vanity_name_servers", cJSON_Duplicate(value, true));
    return GO_ON;
}

static enum step set_plan(struct call *c, struct doc *d, cJSON *zone, const cJSON *value)
{
    const char *id = json_text(value, "id");
    enum plan plan;

    (void)d;
    if (!id)
        id = json_text(value, "legacy_id");
    if (!id || !plan_find(id, &plan))
        return refuse(c, ERR_ZONES_PLAN_UNKNOWN);
    zone_set_plan(zone, plan);
    return GO_ON;
}

static const struct property {
    const char *name;
    set_property set;
} properties[] = {
    { "paused", set_paused },
    { "type", set_type },
    { "vanity_name_servers", set_vanity },
    { "plan", set_plan },
};

/* The one property that the body changes; NULL: none, or several. */
static const struct property *property_asked(const cJSON *body)
{
    const struct property *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(properties); i++)
        if (json_get(body, properties[i].name)) {
            if (found)
                return NULL;
            found = &properties[i];
        }
    return found;
}

enum step zones_patch(struct call *c)
{
    const struct property *property = property_asked(c->json);
    struct doc *made = NULL;

    if (!property)
        return refuse(c, ERR_ZONES_ONE_PROPERTY);
    while (!made) {
        struct doc *d = zone_asked(c);
        cJSON *zone;

        if (!d)
            return ANSWERED;
        zone = zone_json_dup(d);
        if (property->set(c, d, zone, json_get(c->json, property->name)) == ANSWERED) {
            cJSON_Delete(zone);
            return ANSWERED;
        }
        zone_touch(c, zone);
        made = zone_swap_take(c, d, zone);
    }
    return answer(c, zone_shown(c, made));
}

/* What is left of a zone: that it was there, for the name servers of its successor. */
static struct doc *former_new(struct call *c, const struct doc *d)
{
    const struct zone *z = zone_of(d);
    const char *owner = zone_former_owner(c, z->account);
    struct doc *before = doc_held(c, KIND_FORMER_ZONE, owner, z->name), *made;
    int64_t times = before ? json_whole(doc_json(c, before), "times", 0) : 0;
    cJSON *json = json_object(J_TEXT("name", z->name), J_WHOLE("times", times + 1));

    made = doc_new(KIND_FORMER_ZONE, owner, z->name, NULL, json, NULL, NULL);
    cJSON_Delete(json);
    return made;
}

/* With all that lies below it. Policies that name the zone stay as they are. */
enum step zones_delete(struct call *c)
{
    struct doc *d = zone_asked(c), *former;
    struct txn *t;
    char *path;
    bool gone;

    if (!d)
        return ANSWERED;
    former = former_new(c, d);
    path = text_printf("/zones/%s", doc_id(d));
    t = txn_begin(world_store(c->world));
    gone = txn_remove(t, KIND_ZONE, doc_id(d));
    if (gone) {
        engine_clear_below(t, KIND_ZONE, path);
        txn_put_take(t, doc_ref(former));
    }
    txn_commit(t);
    doc_unref(former);
    free(path);
    return gone ? answer(c, json_object(J_TEXT("id", doc_id(d))))
                : refuse_reason(c, WHY_FOREIGN_ZONE);
}

/* The check finds the name servers changed: a pending zone is active at once. */
enum step zones_activation_check(struct call *c)
{
    struct doc *d = zone_asked(c);

    if (!d)
        return ANSWERED;
    if (strcmp(json_text(doc_json(c, d), "status"), "active") != 0)
        zone_activated(c, d, world_now(c->world));
    return answer(c, json_object(J_TEXT("id", doc_id(d))));
}
