#include "mock/state/identity.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/domain.h"
#include "mock/state/identity_parts.h"
#include "mock/state/plans.h"
#include "mock/world.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* First names of name servers. All zones of one account get the same two, in alphabetical order. */
static const char *const ns_first[] = { "ada",   "arya", "beau", "cass", "dana", "eric",
                                        "fiona", "gina", "hugo", "ivan", "jade", "kate" };
static const char *const ns_second[] = { "leo",  "mona", "nash", "olga", "pete", "rita",
                                         "sami", "theo", "uma",  "vera", "west", "zara" };

/* The plan of the JSON: its legacy id, or an object with one; an object with an id is kept whole. */
static enum plan plan_of(const cJSON *json)
{
    const char *legacy = json_text(json, "plan");
    enum plan plan = PLAN_FREE;

    if (!legacy)
        legacy = json_text(json_get(json, "plan"), "legacy_id");
    if (legacy)
        plan_find(legacy, &plan);
    return plan;
}

static cJSON *plan_kept(const cJSON *json, enum plan plan)
{
    const cJSON *given = json_get(json, "plan");

    return json_text(given, "id") ? cJSON_Duplicate(given, true) : plan_shown(plan);
}

/* FNV-1a: the same account has the same name servers in every run. */
static uint32_t mix(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h ^ h >> 15;
}

cJSON *zone_name_servers(const char *account, unsigned time)
{
    uint32_t h = mix(account) + time; // the next number is another pair
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
        json_put(shown, "name_servers",
                 part_kept(json, "name_servers", zone_name_servers(account, 0)));
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
    const struct plan_row *plan = &plan_table[z->plan];
    const char *status = json_text(json, "status"), *type = json_text(json, "type");
    bool active = !status || strcmp(status, "active") == 0;
    bool partial = type && strcmp(type, "partial") == 0;
    const char *given = json_text(json, "name");
    char *name = domain_shown_dup(given ? given : "");
    cJSON *shown = json_object(
        J_TEXT("id", z->id), J_TEXT("name", name), J_TEXT("status", status ? status : "active"),
        J_TREE("paused", part_kept(json, "paused", cJSON_CreateFalse())),
        J_TEXT("type", type ? type : "full"),
        J_TREE("development_mode", part_kept(json, "development_mode", cJSON_CreateNumber(0))));

    free(name);
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
    json_put(shown, "plan", plan_kept(json, z->plan));
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
    const char *name = json_text(json, "name"), *due = json_text(json, "activates_on");
    const char *account = json_text(json_get(json, "account"), "id");
    struct doc *made;
    cJSON *shown;

    part_id(w, json, z->id);
    part_copy_id(z->account, account);
    z->name = domain_ascii_dup(name ? name : "");
    z->plan = plan_of(json);
    if (!due || !stamp_parse(due, world_now(w), &z->activates_on))
        z->activates_on = 0;
    shown = zone_shown(w, z, json);
    made = doc_new(KIND_ZONE, z->account, z->id, NULL, shown, z, zone_free);
    cJSON_Delete(shown);
    return made;
}
