#include "mock/state/identity.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Permission groups by the area names that roles and memberships use. Which groups an area stands
 * for is published nowhere: INF throughout, from the names. */
// clang-format off
static const struct area {
    const char *name;
    const char *groups; // globs over group names, divided by '|'
} areas[] = {
    { "access", "Access: *|Zero Trust*|Cloudflare DEX*|Cloudflare CDS*|CASB *|MCP Portals *|"
                "Cloudflare One *|Cloudflare Zero Trust *" },
    { "analytics", "Analytics Read|Account Analytics Read" },
    { "app", "Apps Write" },
    { "auditlogs", "Account Settings Read" },
    { "billing", "Billing *" },
    { "cache_purge", "Cache Purge" },
    { "dns", "DNS Read|DNS Write" },
    { "dns_records", "DNS Read|DNS Write|Zone DNS Settings *|Account DNS Settings *|DNS View *" },
    { "http_applications", "HTTP Applications *" },
    { "lb", "Load Balanc*|Health Checks *" },
    { "legal", "" },
    { "logs", "Logs *" },
    { "magic", "Magic *|IP Prefixes: *|Address Maps *" },
    { "member", "Account Settings *|SCIM Provisioning" },
    { "organization", "Account Settings Read" },
    { "page_shield", "Page Shield*|Domain Page Shield*" },
    { "ssl", "SSL and Certificates *|Account: SSL and Certificates *" },
    { "stream", "Stream *" },
    { "subscription", "" },
    { "teams", "Zero Trust*|Access: *" },
    { "trust_and_safety", "Trust and Safety *" },
    { "turnstile", "Turnstile Sites *" },
    { "waf", "Firewall Services *|Account WAF *|Zone WAF *|Account Firewall Access Rules *|"
             "Account Rulesets *|Account Rule Lists *|Bot Management *|DDoS Protection *|"
             "*DDoS Managed Ruleset *|Page Shield*" },
    { "waitingroom", "Waiting Rooms *|Account Waiting Rooms *" },
    { "webhooks", "Notifications *" },
    { "worker", "Workers *|D1 *|Queues *|Pages *|Hyperdrive *|Vectorize *|AI Gateway *|Pipelines *|"
                "Browser Rendering *|Secrets Store *|Auto Rag *|Calls *" },
    { "zaraz", "Zaraz *" },
    { "zone", "Zone Read|Zone Write|Page Rules *" },
    { "zone_settings", "Zone Settings *|Cache Settings *|Config Settings *|Custom Errors *|"
                       "Response Compression *|Managed headers *|Origin *" },
    { "zone_versioning", "Zone Versioning *" },
};

/* `may`: blank-divided areas, each with :read or :edit; "*" is every area. */
static const struct role {
    const char *name, *may, *description;
} roles[] = {
    { "Administrator", "*:edit -billing -member -legal",
      "Can access the full account, except for membership management and billing." },
    { "Administrator Read Only", "*:read", "Can access the full account in read-only mode." },
    { "Analytics", "analytics:read zone:read", "Can read Analytics." },
    { "Audit Logs Viewer", "auditlogs:read organization:read", "Can view Audit Logs." },
    { "Billing", "billing:edit subscription:edit organization:read",
      "Can edit the account's billing profile and subscriptions." },
    { "Cache Purge", "cache_purge:edit zone:read", "Can purge the edge cache." },
    { "Caching", "cache_purge:edit zone_settings:edit zone:read",
      "Can purge the cache and edit cache settings." },
    { "Cloudflare Zero Trust", "access:edit teams:edit organization:read",
      "Can edit Cloudflare Zero Trust." },
    { "Cloudflare Zero Trust PII", "teams:read access:read organization:read",
      "Can access Cloudflare Zero Trust PII." },
    { "Cloudflare Zero Trust Read Only", "access:read teams:read organization:read",
      "Can access Cloudflare Zero Trust in read-only mode." },
    { "Cloudflare Zero Trust Reporting", "teams:read organization:read",
      "Can access Cloudflare Zero Trust reporting data." },
    { "DNS", "dns:edit dns_records:edit zone:read", "Can edit DNS records." },
    { "Firewall", "waf:edit zone:read", "Can edit WAF, IP Firewall, and Zone Lockdown settings." },
    { "HTTP Applications", "http_applications:edit organization:read",
      "Can view and edit HTTP Applications." },
    { "HTTP Applications Read", "http_applications:read organization:read",
      "Can view HTTP Applications." },
    { "Load Balancer", "lb:edit zone:read",
      "Can edit Load Balancers, Pools, Origins, and Health Checks." },
    { "Log Share", "logs:edit zone:read", "Can edit Log Share configuration." },
    { "Log Share Reader", "logs:read zone:read", "Can read Enterprise Log Share." },
    { "Minimal Account Access", "organization:read", "Can view account, and nothing else." },
    { "Network Services Read", "magic:read organization:read", "Can view network services." },
    { "Network Services Write", "magic:edit organization:read",
      "Can view and edit network services." },
    { "Page Rules", "zone:edit zone_settings:read", "Can edit page rules." },
    { "Performance", "zone_settings:edit zone:read", "Can edit performance settings." },
    { "SSL/TLS", "ssl:edit zone:read", "Can edit SSL settings and certificates." },
    { "Stream", "stream:edit organization:read", "Can edit Cloudflare Stream media." },
    { "Super Administrator - All Privileges", "*:edit",
      "Can edit any Cloudflare setting, make purchases, update billing, and manage memberships. "
      "Super Administrators can revoke the access of other Super Administrators." },
    { "Trust and Safety", "trust_and_safety:edit organization:read",
      "Can view and request reviews for blocks." },
    { "Turnstile", "turnstile:edit organization:read", "Can view and edit Turnstile." },
    { "Turnstile Read", "turnstile:read organization:read", "Can view Turnstile." },
    { "Workers Platform Admin", "worker:edit zone:read organization:read",
      "Can edit all Workers products." },
    { "Zaraz Admin", "zaraz:edit zone:read", "Can edit and publish Zaraz configuration." },
    { "Zaraz Edit", "zaraz:edit zone:read", "Can edit Zaraz configuration." },
    { "Zaraz Read", "zaraz:read zone:read", "Can read Zaraz configuration." },
    { "Zone Versioning", "zone_versioning:edit zone:read", "Can edit zone versions." },
    { "Zone Versioning Read", "zone_versioning:read zone:read", "Can read zone versions." },
};
// clang-format on

enum may { MAY_NOT, MAY_READ, MAY_EDIT };

static pthread_once_t built = PTHREAD_ONCE_INIT;
static cJSON *role_objects, *iam_objects;

/* The last word of `may` that speaks of the area decides. */
static enum may role_may(const struct role *r, const char *area)
{
    char *words = xstrdup(r->may), *rest = words, *word;
    enum may found = MAY_NOT;

    while ((word = strsep(&rest, " ")) != NULL) {
        char *colon = strchr(word, ':');
        if (colon)
            *colon++ = '\0';
        if (strcmp(word, "*") == 0 || strcmp(word, area) == 0)
            found = colon && strcmp(colon, "edit") == 0 ? MAY_EDIT : MAY_READ;
        else if (*word == '-' && strcmp(word + 1, area) == 0)
            found = MAY_NOT;
    }
    free(words);
    return found;
}

static bool reads_only(const char *group)
{
    return text_ends(group, " Read") || text_ends(group, " read") || text_ends(group, ": Read");
}

static bool area_has(const struct area *a, const char *group)
{
    char glob[64];

    for (const char *at = a->groups; *at; at += *at == '|') {
        size_t len = strcspn(at, "|");
        snprintf(glob, sizeof glob, "%.*s", (int)len, at);
        if (text_glob(glob, group))
            return true;
        at += len;
    }
    return false;
}

/* Whether a role reaches a group: by an area that holds it; by "*" (`rest`) for groups of no area.
 */
static bool role_reaches(const enum may may[], enum may rest, const struct group *g)
{
    enum may best = MAY_NOT;
    bool placed = false;

    for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
        if (!area_has(&areas[i], g->name))
            continue;
        placed = true;
        best = may[i] > best ? may[i] : best;
    }
    if (!placed)
        best = rest;
    return best == MAY_EDIT || (best == MAY_READ && reads_only(g->name));
}

/* Ids are made from the names: the real ones are not in the notes (INF). */
static void name_id(const char *prefix, const char *name, char out[33])
{
    unsigned char sum[32];
    char *text = text_printf("%s:%s", prefix, name);

    token_sha256(text, sum);
    text_hex(sum, 16, out);
    free(text);
}

/* Recordings and clients have {read, edit}, the OpenAPI document {read, write}: both are given. */
static cJSON *permissions_of(const struct role *r)
{
    cJSON *map = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
        enum may may = role_may(r, areas[i].name);
        if (may != MAY_NOT)
            cJSON_AddItemToObject(map, areas[i].name,
                                  json_object(J_FLAG("read", true), J_FLAG("edit", may == MAY_EDIT),
                                              J_FLAG("write", may == MAY_EDIT)));
    }
    return map;
}

static void build(void)
{
    role_objects = cJSON_CreateArray();
    iam_objects = cJSON_CreateArray();
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const struct role *r = &roles[i];
        char id[33];

        name_id("role", r->name, id);
        cJSON_AddItemToArray(role_objects, json_object(J_TEXT("id", id), J_TEXT("name", r->name),
                                                       J_TEXT("description", r->description),
                                                       J_TREE("permissions", permissions_of(r))));
        name_id("iam", r->name, id);
        cJSON_AddItemToArray(
            iam_objects,
            json_object(
                J_TEXT("id", id), J_TEXT("name", r->name),
                J_TREE("meta", json_object(J_TEXT("description", r->description),
                                           J_TEXT("editable", "false"), J_TEXT("label", r->name),
                                           J_TEXT("scopes", "com.cloudflare.api.account")))));
    }
}

cJSON *role_table(void)
{
    pthread_once(&built, build);
    return role_objects;
}

cJSON *iam_group_table(void)
{
    pthread_once(&built, build);
    return iam_objects;
}

static const cJSON *find(const cJSON *table, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, table)
        if (strcmp(json_text(item, "id"), name) == 0 || strcmp(json_text(item, "name"), name) == 0)
            return item;
    return NULL;
}

const cJSON *role_by_name(const char *name)
{
    return find(role_table(), name);
}

const cJSON *iam_group_by_name(const char *name)
{
    return find(iam_group_table(), name);
}

void role_groups(const cJSON *role, uint64_t groups[GROUP_WORDS])
{
    const char *name = json_text(role, "name");
    const struct role *r = roles;
    enum may may[ARRAY_LEN(areas)];
    bool all;

    while (r < roles + ARRAY_LEN(roles) && (!name || strcmp(r->name, name) != 0))
        r++;
    if (r == roles + ARRAY_LEN(roles))
        return;
    all = strcmp(r->may, "*:edit") ==
          0; // no globs at start-up, where nearly every world has this role
    for (size_t i = 0; i < ARRAY_LEN(areas); i++)
        may[i] = role_may(r, areas[i].name);
    for (size_t i = 0; i < group_count; i++) // one's own user needs no role
        if (group_table[i].scope != GROUP_USER &&
            (all || role_reaches(may, role_may(r, ""), &group_table[i])))
            groups[i / 64] |= UINT64_C(1) << (i % 64);
}
