/* zones: plans that a zone could have, and its subscription. What is paid for is the zone's plan;
 * of a subscription only what the plan does not say is kept: the rate plan's own id and the
 * frequency. */
#include "mock/families/zones.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/state/plans.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

/* The rate plans that subscriptions name, the zone plan behind each, and how people call it. */
static const struct rate_plan {
    const char *id, *name;
    enum plan plan;
} rate_plans[] = {
    { "free", "Free Plan", PLAN_FREE },
    { "lite", "Lite Plan", PLAN_FREE },
    { "pro", "Pro Plan", PLAN_PRO },
    { "pro_plus", "Pro Plus Plan", PLAN_PRO },
    { "business", "Business Plan", PLAN_BUSINESS },
    { "enterprise", "Enterprise Plan", PLAN_ENTERPRISE },
    { "partners_free", "Partners Free Plan", PLAN_FREE },
    { "partners_pro", "Partners Pro Plan", PLAN_PRO },
    { "partners_business", "Partners Business Plan", PLAN_BUSINESS },
    { "partners_enterprise", "Partners Enterprise Plan", PLAN_ENTERPRISE },
};

static const struct rate_plan *rate_plan_find(const char *id)
{
    for (size_t i = 0; id && i < ARRAY_LEN(rate_plans); i++)
        if (strcmp(rate_plans[i].id, id) == 0)
            return &rate_plans[i];
    return NULL;
}

/* As an offer: the plan that the zone has is the subscribed one. */
static cJSON *plan_offered(const struct doc *zone, enum plan plan)
{
    cJSON *shown = plan_shown(plan);

    json_put(shown, "frequency", cJSON_CreateString("monthly"));
    json_put(shown, "is_subscribed", cJSON_CreateBool(zone_of(zone)->plan == plan));
    json_put(shown, "can_subscribe", cJSON_CreateBool(plan != PLAN_ENTERPRISE));
    return shown;
}

enum step zone_plans_list(struct call *c)
{
    struct doc *zone = zone_asked(c);
    cJSON *all;

    if (!zone)
        return ANSWERED;
    all = cJSON_CreateArray();
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        cJSON_AddItemToArray(all, plan_offered(zone, (enum plan)plan));
    return answer(c, all);
}

enum step zone_plan_get(struct call *c)
{
    struct doc *zone = zone_asked(c);
    enum plan plan;

    if (!zone)
        return ANSWERED;
    if (!plan_find(call_param_named(c, "plan_identifier"), &plan))
        return refuse(c, ERR_ZONES_PLAN_NOT_FOUND);
    return answer(c, plan_offered(zone, plan));
}

enum step zone_rate_plans_list(struct call *c)
{
    struct doc *zone = zone_asked(c);
    cJSON *all;

    if (!zone)
        return ANSWERED;
    all = cJSON_CreateArray();
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        const struct rate_plan *rate = rate_plan_find(plan_table[plan].legacy);
        cJSON *rules =
            json_object(J_TEXT("name", "page_rules"),
                        J_WHOLE("default", plan_table[plan].page_rules), J_WHOLE("unit_price", 0));
        cJSON *components = cJSON_CreateArray();

        cJSON_AddItemToArray(components, rules);
        cJSON_AddItemToArray(all, json_object(J_TEXT("id", rate->id), J_TEXT("name", rate->name),
                                              J_TEXT("currency", "USD"), J_WHOLE("duration", 1),
                                              J_TEXT("frequency", "monthly"),
                                              J_TREE("components", components)));
    }
    return answer(c, all);
}

/* What was asked for last, if the zone still has that plan; else the plan alone tells. */
static const struct rate_plan *rate_plan_of(const struct doc *zone, const cJSON *kept)
{
    const struct rate_plan *rate = rate_plan_find(json_text(json_get(kept, "rate_plan"), "id"));

    return rate && rate->plan == zone_of(zone)->plan
               ? rate
               : rate_plan_find(plan_table[zone_of(zone)->plan].legacy);
}

/* The zone has one subscription, so its id follows from the zone's. */
static const char *subscription_id(struct call *c, const struct doc *zone)
{
    unsigned char digest[32];
    char hex[65], *text = text_printf("subscription of %s", doc_id(zone));

    token_sha256(text, digest);
    free(text);
    text_hex(digest, sizeof digest, hex);
    return arena_strndup(c->arena, hex, 32);
}

static cJSON *rate_plan_shown(const struct rate_plan *rate)
{
    return json_object(
        J_TEXT("id", rate->id), J_TEXT("public_name", rate->name), J_TEXT("currency", "USD"),
        J_TEXT("scope", "zone"), J_FLAG("externally_managed", rate->plan == PLAN_ENTERPRISE),
        J_TREE("sets", cJSON_CreateArray()), J_FLAG("is_contract", rate->plan == PLAN_ENTERPRISE));
}

static cJSON *components_shown(const struct plan_row *plan)
{
    cJSON *all = cJSON_CreateArray();

    cJSON_AddItemToArray(
        all, json_object(J_TEXT("name", "page_rules"), J_WHOLE("value", plan->page_rules),
                         J_WHOLE("default", plan->page_rules), J_WHOLE("price", 0)));
    cJSON_AddItemToArray(all, json_object(J_TEXT("name", "dedicated_certificates_custom"),
                                          J_WHOLE("value", plan->custom_certificates),
                                          J_WHOLE("default", plan->custom_certificates),
                                          J_WHOLE("price", 0)));
    return all;
}

/* Members as recorded for a free zone (REC); periods are those of the zone's creation (INF). */
static cJSON *subscription_shown(struct call *c, const struct doc *zone, const cJSON *kept)
{
    const struct rate_plan *rate = rate_plan_of(zone, kept);
    const struct plan_row *plan = &plan_table[rate->plan];
    const char *frequency = json_text(kept, "frequency");
    bool paid = rate->plan != PLAN_FREE;

    return json_object(
        J_TEXT("id", subscription_id(c, zone)),
        J_TREE("product", json_object(J_TEXT("name", paid ? "prod_cloudflare" : "cloudflare_free"),
                                      J_TEXT("public_name", rate->name), J_TEXT("period", ""),
                                      J_TEXT("billing", ""), J_WHOLE("duration", 0))),
        J_TREE("rate_plan", rate_plan_shown(rate)),
        J_TREE("component_values", components_shown(plan)),
        J_TREE("zone",
               json_object(J_TEXT("id", doc_id(zone)), J_TEXT("name", zone_of(zone)->name))),
        J_TEXT("state", "Paid"), J_WHOLE("price", plan->price), J_TEXT("currency", "USD"),
        J_TEXT("frequency", !paid       ? "not-applicable"
                            : frequency ? frequency
                                        : "monthly"),
        J_NULL("trial"));
}

static const cJSON *subscription_kept(struct call *c)
{
    struct doc *d = engine_single(c, KIND_ZONE_SUBSCRIPTION);

    return d ? doc_json(c, d) : NULL;
}

enum step zone_subscription_get(struct call *c)
{
    struct doc *zone = zone_asked(c);

    return zone ? answer(c, subscription_shown(c, zone, subscription_kept(c))) : ANSWERED;
}

static void subscription_put(struct call *c, const struct rate_plan *rate, const char *frequency)
{
    cJSON *json = json_object(J_TREE("rate_plan", json_object(J_TEXT("id", rate->id))));
    struct txn *t = txn_begin(world_store(c->world));

    if (frequency)
        json_put(json, "frequency", cJSON_CreateString(frequency));
    txn_put_take(t, doc_new(KIND_ZONE_SUBSCRIPTION, call_owner_of(c, KIND_ZONE_SUBSCRIPTION), "",
                            NULL, json, NULL, NULL));
    txn_commit(t);
    cJSON_Delete(json);
}

/* Gives the zone the plan; NULL: the zone is gone and c has the refusal. */
static struct doc *plan_give(struct call *c, enum plan plan)
{
    struct doc *made = NULL;

    while (!made) {
        struct doc *zone = zone_asked(c);
        cJSON *json;

        if (!zone || zone_of(zone)->plan == plan)
            return zone;
        json = zone_json_dup(zone);
        zone_set_plan(json, plan);
        zone_touch(c, json);
        made = zone_swap_take(c, zone, json);
    }
    return made;
}

/* POST and PUT: the plan is paid for, and the zone has it at once. */
enum step zone_subscription_put(struct call *c)
{
    const cJSON *kept = subscription_kept(c);
    const char *id = json_text(json_get(c->json, "rate_plan"), "id");
    const char *frequency = json_text(c->json, "frequency");
    const struct rate_plan *rate;
    struct doc *zone = zone_asked(c);

    if (!zone)
        return ANSWERED;
    rate = json_get(c->json, "rate_plan") ? rate_plan_find(id) : rate_plan_of(zone, kept);
    if (!rate)
        return refuse(c, ERR_ZONES_RATE_PLAN_UNKNOWN);
    zone = plan_give(c, rate->plan);
    if (!zone)
        return ANSWERED;
    subscription_put(c, rate, frequency ? frequency : json_text(kept, "frequency"));
    return answer(c, subscription_shown(c, zone, subscription_kept(c)));
}

enum step zone_subscription_delete(struct call *c)
{
    struct doc *zone = plan_give(c, PLAN_FREE);
    struct txn *t;

    if (!zone)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    txn_remove_of(t, KIND_ZONE_SUBSCRIPTION, call_owner_of(c, KIND_ZONE_SUBSCRIPTION), "");
    txn_commit(t);
    return answer(c, json_object(J_TEXT("subscription_id", subscription_id(c, zone))));
}
