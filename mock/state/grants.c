#include "mock/state/grants.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define ACCOUNT "com.cloudflare.api.account."
#define ZONE ACCOUNT "zone."
#define USER "com.cloudflare.api.user."
#define BUCKET "com.cloudflare.edge.r2.bucket."

static void set_bit(uint64_t groups[GROUP_WORDS], const struct group *g)
{
    size_t i = group_index(g);

    groups[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool holdable(const struct group *g, enum token_kind kind)
{
    return g->scope != GROUP_BUCKET && (kind == TOKEN_USER || g->scope != GROUP_USER);
}

static void select_groups(const cJSON *permissions, enum token_kind kind,
                          uint64_t chosen[GROUP_WORDS])
{
    const char *word = cJSON_GetStringValue(permissions);
    const cJSON *name;

    for (size_t i = 0; word && i < group_count; i++)
        if (holdable(&group_table[i], kind) &&
            (strcmp(word, "all") == 0 || text_ends(group_table[i].name, " Read")))
            set_bit(chosen, &group_table[i]);
    if (word)
        return;
    cJSON_ArrayForEach (name, permissions)
        for (const struct group *g = group_by_name(name->valuestring, NULL); g;
             g = group_by_name(name->valuestring, g))
            if (holdable(g, kind))
                set_bit(chosen, g);
}

/* {key: "*"} for every account or zone, all of them, or nested; NULL if there is none. */
static cJSON *account_resources(const struct grants *g)
{
    cJSON *resources = cJSON_CreateObject();
    char *key;

    if (g->kind == TOKEN_USER && g->accounts.all)
        json_put(resources, ACCOUNT "*", cJSON_CreateString("*"));
    for (size_t i = 0; i < g->accounts.count; i++) {
        key = text_printf(ACCOUNT "%s", g->accounts.ids[i]);
        json_put(resources, key, cJSON_CreateString("*"));
        free(key);
    }
    if (g->kind == TOKEN_ACCOUNT && g->accounts.all) {
        key = text_printf(ACCOUNT "%s", g->owner);
        json_put(resources, key, cJSON_CreateString("*"));
        free(key);
    }
    return resources;
}

static void put_all_zones_of(cJSON *resources, const char *account)
{
    char *key = text_printf(ACCOUNT "%s", account);

    json_put(resources, key, json_object(J_TEXT(ZONE "*", "*")));
    free(key);
}

static cJSON *zone_resources(const struct grants *g)
{
    cJSON *resources = cJSON_CreateObject();

    for (size_t i = 0; i < g->zones.count; i++) {
        char *key = text_printf(ZONE "%s", g->zones.ids[i]);

        json_put(resources, key, cJSON_CreateString("*"));
        free(key);
    }
    if (!g->zones.all)
        return resources;
    if (g->kind == TOKEN_USER && g->accounts.all)
        json_put(resources, ZONE "*", cJSON_CreateString("*"));
    else if (g->accounts.all)
        put_all_zones_of(resources, g->owner);
    for (size_t i = 0; i < g->accounts.count; i++)
        put_all_zones_of(resources, g->accounts.ids[i]);
    return resources;
}

static cJSON *user_resources(const struct grants *g)
{
    char *key = text_printf(USER "%s", g->owner);
    cJSON *resources = json_object(J_TEXT(key, "*"));

    free(key);
    return resources;
}

/* The id says it all: the token's doc adds the name. */
static cJSON *group_shown(const struct group *g)
{
    return json_object(J_TEXT("id", g->id));
}

/* Adds the policy that gives the chosen groups of one scope on `resources` (moved in). */
static void add_policy(cJSON *policies, const uint64_t chosen[GROUP_WORDS], enum group_scope scope,
                       cJSON *resources, struct rng *ids)
{
    cJSON *groups = cJSON_CreateArray();
    char id[33];

    for (size_t i = 0; i < group_count; i++)
        if (group_table[i].scope == scope && group_bit(chosen, i))
            cJSON_AddItemToArray(groups, group_shown(&group_table[i]));
    if (!groups->child || !resources->child) {
        cJSON_Delete(groups);
        cJSON_Delete(resources);
        return;
    }
    rng_hex(ids, id, 32);
    cJSON_AddItemToArray(policies, json_object(J_TEXT("id", id), J_TEXT("effect", "allow"),
                                               J_TREE("resources", resources),
                                               J_TREE("permission_groups", groups)));
}

cJSON *grants_policies(const struct grants *g, uint64_t seed)
{
    uint64_t chosen[GROUP_WORDS] = { 0 };
    cJSON *policies = cJSON_CreateArray();
    struct rng ids;

    rng_init(&ids, seed);
    select_groups(g->permissions, g->kind, chosen);
    add_policy(policies, chosen, GROUP_ACCOUNT, account_resources(g), &ids);
    add_policy(policies, chosen, GROUP_ZONE, zone_resources(g), &ids);
    if (g->kind == TOKEN_USER)
        add_policy(policies, chosen, GROUP_USER, user_resources(g), &ids);
    return policies;
}

static bool check_group(const char *name, enum token_kind kind, const char *path,
                        const struct complaints *c)
{
    const struct group *found = group_by_name(name, NULL), *g = found;
    const char *near;

    while (g && !holdable(g, kind))
        g = group_by_name(name, g);
    if (g)
        return true;
    if (!found) {
        near = strlen(name) < 200 ? group_nearest(name) : NULL;
        complain(c, path, false,
                 "is no permission group; dashboard names (\"Zone > DNS (Edit)\") and API names "
                 "(\"DNS Write\") are known%s%s%s",
                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    } else if (found->scope == GROUP_BUCKET) {
        complain(c, path, false, "\"%s\" needs an R2 bucket as its resource: write \"policies\"",
                 found->name);
    } else {
        complain(c, path, false,
                 "an account-owned token cannot hold \"%s\", which belongs to users", found->name);
    }
    return false;
}

bool grants_check(const cJSON *permissions, enum token_kind kind, const char *path,
                  const struct complaints *c)
{
    bool fine = true;
    const cJSON *name;
    size_t i = 0;

    if (!cJSON_IsArray(permissions))
        return true;
    cJSON_ArrayForEach (name, permissions) {
        char *at = text_printf("%s[%zu]", path, i++);

        if (cJSON_IsString(name) && !check_group(name->valuestring, kind, at, c))
            fine = false;
        free(at);
    }
    return fine;
}

/* <account>_<jurisdiction>_<bucket> */
static bool is_bucket(const char *rest)
{
    const char *second = strlen(rest) > 33 && rest[32] == '_' ? strchr(rest + 33, '_') : NULL;

    return second && second > rest + 33 && second[1] &&
           strspn(rest, "0123456789abcdefABCDEF") == 32;
}

/* What a key of `resources` may look like. */
static bool is_resource(const char *key)
{
    if (text_starts(key, ZONE))
        return strcmp(key, ZONE "*") == 0 || text_is_hex32(key + strlen(ZONE));
    if (text_starts(key, ACCOUNT))
        return strcmp(key, ACCOUNT "*") == 0 || text_is_hex32(key + strlen(ACCOUNT));
    if (text_starts(key, USER))
        return text_is_hex32(key + strlen(USER));
    return text_starts(key, BUCKET) && is_bucket(key + strlen(BUCKET));
}

static bool check_resources(const cJSON *resources, const char *path, const struct complaints *c)
{
    bool fine = true;
    const cJSON *r, *inner;

    if (cJSON_IsObject(resources) && !resources->child) {
        complain(c, path, false, "must name at least one resource");
        return false;
    }
    cJSON_ArrayForEach (r, resources) {
        bool nested = cJSON_IsObject(r), right = is_resource(r->string);

        cJSON_ArrayForEach (inner, r) // a text has none
            right = right && text_starts(inner->string, ZONE) && is_resource(inner->string);
        if (right && nested)
            right = r->child && text_starts(r->string, ACCOUNT) && !text_starts(r->string, ZONE);
        if (!right) {
            complain(c, path, false,
                     "\"%.80s\" is no resource; known are " ACCOUNT "ID, " ACCOUNT "*, " ZONE
                     "ID, " ZONE "*, " ACCOUNT "ID: {" ZONE "*: \"*\"}, " USER "ID and " BUCKET
                     "ACCOUNT_JURISDICTION_NAME",
                     r->string);
            fine = false;
        }
    }
    return fine;
}

/* The group of one entry of permission_groups: by its id, else by its name. */
static const struct group *group_of(const cJSON *entry)
{
    const char *id = json_text(entry, "id"), *name = json_text(entry, "name");

    return id ? group_by_id(id) : name ? group_by_name(name, NULL) : NULL;
}

static bool check_entry(const cJSON *entry, enum token_kind kind, const char *path,
                        const struct complaints *c)
{
    const char *id = json_text(entry, "id"), *name = json_text(entry, "name");
    const struct group *g = group_of(entry);

    if (!id && !name)
        complain(c, path, false, "lacks \"id\": the id of a permission group (or \"name\")");
    else if (!g && !id)
        return check_group(name, kind, path, c);
    else if (!g)
        complain(c, path, false, "no permission group has this id");
    else if (g->scope == GROUP_USER && kind == TOKEN_ACCOUNT)
        complain(c, path, false,
                 "an account-owned token cannot hold \"%s\", which belongs to users", g->name);
    else
        return true;
    return false;
}

static bool check_policy(const cJSON *policy, enum token_kind kind, const char *path,
                         const struct complaints *c)
{
    char *at = text_printf("%s.resources", path);
    bool fine = check_resources(json_get(policy, "resources"), at, c);
    const cJSON *entry;
    size_t i = 0;

    free(at);
    cJSON_ArrayForEach (entry, json_get(policy, "permission_groups")) {
        at = text_printf("%s.permission_groups[%zu]", path, i++);
        if (cJSON_IsObject(entry) && !check_entry(entry, kind, at, c))
            fine = false;
        free(at);
    }
    return fine;
}

bool grants_check_policies(const cJSON *policies, enum token_kind kind, const char *path,
                           const struct complaints *c)
{
    bool fine = true;
    const cJSON *policy;
    size_t i = 0;

    cJSON_ArrayForEach (policy, policies) {
        char *at = text_printf("%s[%zu]", path, i++);

        if (cJSON_IsObject(policy) && !check_policy(policy, kind, at, c))
            fine = false;
        free(at);
    }
    return fine;
}

cJSON *grants_complete(const cJSON *policies, uint64_t seed)
{
    cJSON *complete = cJSON_CreateArray();
    const cJSON *policy, *entry;
    struct rng ids;

    rng_init(&ids, seed);
    cJSON_ArrayForEach (policy, policies) {
        const char *effect = json_text(policy, "effect"), *given = json_text(policy, "id");
        cJSON *groups = cJSON_CreateArray();
        char id[33];

        rng_hex(&ids, id, 32);
        cJSON_ArrayForEach (entry, json_get(policy, "permission_groups"))
            cJSON_AddItemToArray(groups, group_shown(group_of(entry)));
        cJSON_AddItemToArray(
            complete,
            json_object(J_TEXT("id", given ? given : id),
                        J_TEXT("effect", effect ? effect : "allow"),
                        J_TREE("resources", cJSON_Duplicate(json_get(policy, "resources"), true)),
                        J_TREE("permission_groups", groups)));
    }
    return complete;
}
