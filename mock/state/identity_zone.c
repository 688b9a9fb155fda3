#include "mock/state/identity.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/identity_parts.h"
#include "mock/world.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct plan {
    const char *legacy, *id, *name;
    int64_t price;
    int custom_certificates, page_rules;
} plans[] = {
    // Ids and names as recorded for free and enterprise; the others after their pattern (INF).
    { "free", "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Free Website", 0, 0, 3 },
    { "pro", "1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Pro Website", 25, 1, 20 },
    { "business", "2feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Business Website", 250, 1, 50 },
    { "enterprise", "94f3b7b768b0458b56d2cac4fe5ec0f9", "Enterprise Website", 0, 1, 100 },
};

/* First names of name servers. All zones of one account get the same two, in alphabetical order. */
static const char *const ns_first[] = { "ada",   "arya", "beau", "cass", "dana", "eric",
                                        "fiona", "gina", "hugo", "ivan", "jade", "kate" };
static const char *const ns_second[] = { "leo",  "mona", "nash", "olga", "pete", "rita",
                                         "sami", "theo", "uma",  "vera", "west", "zara" };

static const struct plan *plan_of(const cJSON *json)
{
    const char *legacy = json_text(json, "plan");

    if (!legacy)
        legacy = json_text(json_get(json, "plan"), "legacy_id");
    for (size_t i = 0; legacy && i < ARRAY_LEN(plans); i++)
        if (strcmp(plans[i].legacy, legacy) == 0)
            return &plans[i];
    return &plans[0];
}

static cJSON *plan_shown(const cJSON *json, const struct plan *p)
{
    bool paid = p != &plans[0];

    if (cJSON_IsObject(json_get(json, "plan")) && json_text(json_get(json, "plan"), "id"))
        return cJSON_Duplicate(json_get(json, "plan"), true);
    return json_object(J_TEXT("id", p->id), J_TEXT("name", p->name), J_WHOLE("price", p->price),
                       J_TEXT("currency", "USD"), J_TEXT("frequency", ""),
                       J_FLAG("is_subscribed", paid), J_FLAG("can_subscribe", paid),
                       J_TEXT("legacy_id", p->legacy), J_FLAG("legacy_discount", false),
                       J_FLAG("externally_managed", p == &plans[ARRAY_LEN(plans) - 1]));
}

/* FNV-1a: the same account has the same name servers in every run. */
static uint32_t mix(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h ^ h >> 15;
}

static cJSON *name_servers(const char *account)
{
    uint32_t h = mix(account);
    char *one = text_printf("%s.ns.cloudflare.com", ns_first[h % ARRAY_LEN(ns_first)]);
    char *two = text_printf("%s.ns.cloudflare.com", ns_second[h / 64 % ARRAY_LEN(ns_second)]);
    cJSON *list = json_list_of((const char *[]){ one, two }, 2);

    free(one);
    free(two);
    return list;
}

/* Two numbers of nine digits: what the owner of a partial zone puts into a TXT record. */
static cJSON *verification_key(struct world *w)
{
    unsigned one = (unsigned)(world_random(w) % 900000000u) + 100000000u;
    unsigned two = (unsigned)(world_random(w) % 900000000u) + 100000000u;
    char *text = text_printf("%u-%u", one, two);
    cJSON *key = cJSON_CreateString(text);

    free(text);
    return key;
}

/* Members that a partial zone lacks or has in another form. */
static void add_name_servers(struct world *w, cJSON *shown, const cJSON *json, const char *account,
                             bool partial)
{
    if (partial) {
        json_put(shown, "verification_key",
                 part_kept(json, "verification_key", verification_key(w)));
        json_put(shown, "cname_suffix",
                 part_kept(json, "cname_suffix", cJSON_CreateString("cdn.cloudflare.net")));
    } else {
        json_put(shown, "name_servers", part_kept(json, "name_servers", name_servers(account)));
    }
}

static void add_times(struct world *w, cJSON *shown, const cJSON *json, bool active)
{
    bool null = cJSON_IsNull(json_get(json, "activated_on"));

    json_put(shown, "modified_on", part_time(w, json, "modified_on"));
    json_put(shown, "created_on", part_time(w, json, "created_on"));
    json_put(shown, "activated_on",
             null || (!active && !json_get(json, "activated_on"))
                 ? cJSON_CreateNull()
                 : part_time(w, json, "activated_on"));
}

static void add_owners(cJSON *shown, const cJSON *json, const char *account)
{
    json_put(shown, "owner",
             part_kept(json, "owner",
                       json_object(J_NULL("id"), J_TEXT("type", "user"), J_NULL("email"))));
    json_put(shown, "account",
             json_object(J_TEXT("id", account),
                         J_TEXT_OR_NULL("name", json_text(json_get(json, "account"), "name"))));
    json_put(shown, "tenant", part_kept(json, "tenant", json_object(J_NULL("id"), J_NULL("name"))));
    json_put(shown, "tenant_unit", part_kept(json, "tenant_unit", json_object(J_NULL("id"))));
    json_put(shown, "permissions",
             cJSON_CreateArray()); // the calling token's, filled in when shown
}

static cJSON *zone_shown(struct world *w, const struct zone *z, const cJSON *json)
{
    const struct plan *plan = plan_of(json);
    const char *status = json_text(json, "status"), *type = json_text(json, "type");
    bool active = !status || strcmp(status, "active") == 0;
    bool partial = type && strcmp(type, "partial") == 0;
    cJSON *shown = json_object(
        J_TEXT("id", z->id), J_TEXT("name", z->name), J_TEXT("status", status ? status : "active"),
        J_TREE("paused", part_kept(json, "paused", cJSON_CreateFalse())),
        J_TEXT("type", type ? type : "full"),
        J_TREE("development_mode", part_kept(json, "development_mode", cJSON_CreateNumber(0))));

    add_name_servers(w, shown, json, z->account, partial);
    json_put(shown, "original_name_servers",
             part_kept(json, "original_name_servers", cJSON_CreateNull()));
    json_put(shown, "original_registrar",
             part_kept(json, "original_registrar", cJSON_CreateNull()));
    json_put(shown, "original_dnshost", part_kept(json, "original_dnshost", cJSON_CreateNull()));
    add_times(w, shown, json, active);
    if (!partial) {
        json_put(shown, "vanity_name_servers",
                 part_kept(json, "vanity_name_servers", cJSON_CreateArray()));
        json_put(shown, "vanity_name_servers_ips",
                 part_kept(json, "vanity_name_servers_ips", cJSON_CreateNull()));
    }
    json_put(shown, "meta",
             part_kept(json, "meta",
                       json_object(J_WHOLE("step", active ? 4 : 2),
                                   J_WHOLE("custom_certificate_quota", plan->custom_certificates),
                                   J_WHOLE("page_rule_quota", plan->page_rules),
                                   J_FLAG("phishing_detected", false))));
    add_owners(shown, json, z->account);
    json_put(shown, "plan", plan_shown(json, plan));
    return shown;
}

static void zone_free(void *extra)
{
    struct zone *z = extra;

    free((char *)z->name);
    free(z);
}

struct doc *zone_doc_new(struct world *w, const cJSON *json)
{
    struct zone *z = xcalloc(1, sizeof *z);
    const char *name = json_text(json, "name");
    const char *account = json_text(json_get(json, "account"), "id");
    char *lower = xstrdup(name ? name : "");
    struct doc *made;
    cJSON *shown;

    part_id(w, json, z->id);
    part_copy_id(z->account, account);
    text_lower(lower);
    z->name = lower;
    shown = zone_shown(w, z, json);
    made = doc_new(KIND_ZONE, z->account, z->id, NULL, shown, z, zone_free);
    cJSON_Delete(shown);
    return made;
}
