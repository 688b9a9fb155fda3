#include "linker/policies.h"

#include "common/groups.h"
#include "common/json.h"
#include "common/text.h"

#include <string.h>

#define ACCOUNT "com.cloudflare.api.account."
#define ZONE "com.cloudflare.api.account.zone."
#define USER "com.cloudflare.api.user."
#define BUCKET "com.cloudflare.edge.r2.bucket."

static const char *behind(const char *text, const char *prefix)
{
    return text_starts(text, prefix) ? text + strlen(prefix) : NULL;
}

/* Where the token sees no zone of the account: if there is none, what is allowed for all zones
 * holds; but a denied single zone may be the one that is there, its other rights denied as well. */
static const char only_all_zones[] = "", any_zone[] = "*";

/* `id` is the end of a resource key: "*" or an id, which may come in upper case. */
static bool id_covers(const char *id, const char *wanted)
{
    return !strcmp(id, "*") || !strcmp(wanted, any_zone) || text_same_nocase(id, wanted);
}

static bool covers_user(const cJSON *resource)
{
    return behind(resource->string, USER) != NULL;
}

static bool covers_account(const cJSON *resource, const char *account)
{
    const char *id = behind(resource->string, ACCOUNT);

    return id && cJSON_IsString(resource) && !text_starts(id, "zone.") && id_covers(id, account);
}

/* A zone: by itself, with all there are, or nested under its account. */
static bool covers_zone(const cJSON *resource, const char *account, const char *zone)
{
    const char *id = behind(resource->string, ZONE), *owner = behind(resource->string, ACCOUNT);
    const cJSON *inner;

    if (id)
        return id_covers(id, zone);
    if (!owner || !id_covers(owner, account) || !cJSON_IsObject(resource))
        return false;
    cJSON_ArrayForEach (inner, resource) {
        const char *inside = behind(inner->string, ZONE);

        if (inside && id_covers(inside, zone))
            return true;
    }
    return false;
}

/* com.cloudflare.edge.r2.bucket.<account>_<jurisdiction>_<bucket> */
static bool covers_bucket(const cJSON *resource, const char *account)
{
    const char *id = behind(resource->string, BUCKET);

    return id && !strncasecmp(id, account, strlen(account)) && id[strlen(account)] == '_';
}

static bool names_group(const cJSON *policy, const struct group *g)
{
    const cJSON *entry;

    cJSON_ArrayForEach (entry, json_get(policy, "permission_groups")) {
        const char *id = json_text(entry, "id"), *name = json_text(entry, "name");

        // a group whose real id nobody published is known by its name
        if ((id && !strcmp(id, g->id)) || (g->seeded_id && name && !strcmp(name, g->name)))
            return true;
    }
    return false;
}

/* Does any policy with this effect give the group there? */
static bool applies(const cJSON *policies, const char *effect, const struct group *g,
                    const char *account, const char *zone)
{
    const cJSON *policy, *resource;

    cJSON_ArrayForEach (policy, policies) {
        const char *has = json_text(policy, "effect");

        if (!has || strcmp(has, effect) != 0 || !names_group(policy, g))
            continue;
        cJSON_ArrayForEach (resource, json_get(policy, "resources")) {
            bool covered = g->scope == GROUP_USER      ? covers_user(resource)
                           : g->scope == GROUP_ACCOUNT ? covers_account(resource, account)
                           : g->scope == GROUP_ZONE    ? covers_zone(resource, account, zone)
                                                       : covers_bucket(resource, account);

            if (covered)
                return true;
        }
    }
    return false;
}

static bool allowed(const cJSON *policies, const struct group *g, const char *account,
                    const char *zone)
{
    return applies(policies, "allow", g, account, zone ? zone : only_all_zones) &&
           !applies(policies, "deny", g, account, zone ? zone : any_zone);
}

static bool holds_itself(const cJSON *policies, const struct group *g,
                         const struct policies_place *p)
{
    if (g->scope != GROUP_ZONE || p->zones_count == 0)
        return allowed(policies, g, p->account, NULL);
    for (size_t i = 0; i < p->zones_count; i++)
        if (allowed(policies, g, p->account, p->zones[i]))
            return true;
    return false;
}

bool policies_hold(const cJSON *policies, const struct group *g, const struct policies_place *p)
{
    const struct group *more = group_writer(g);

    return holds_itself(policies, g, p) || (more && holds_itself(policies, more, p));
}
