#include "mock/state/identity.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity_parts.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

cJSON *part_kept(const cJSON *json, const char *name, cJSON *fallback)
{
    const cJSON *given = json_get(json, name);

    if (!given)
        return fallback;
    cJSON_Delete(fallback);
    return cJSON_Duplicate(given, true);
}

void part_id(struct world *w, const cJSON *json, char out[33])
{
    const char *given = json_text(json, "id");

    if (given && text_is_hex32(given)) {
        memcpy(out, given, 33);
        text_lower(out);
    } else {
        world_hex(w, out, 32);
    }
}

cJSON *part_time(struct world *w, const cJSON *json, const char *name)
{
    const char *given = json_text(json, name);
    int64_t now = world_now(w), stamp = now;
    char text[STAMP_ROOM];

    if (given && !stamp_parse(given, now, &stamp))
        stamp = now;
    stamp_text(stamp, 6, text);
    return cJSON_CreateString(text);
}

void part_copy_id(char out[33], const char *id)
{
    size_t len = id ? strnlen(id, 32) : 0;

    if (len)
        memcpy(out, id, len);
    out[len] = '\0';
}

static void user_free(void *extra)
{
    struct user *u = extra;

    free((char *)u->email);
    free((char *)u->global_key);
    free(u);
}

struct doc *user_doc_new(struct world *w, const cJSON *json, const char *global_key)
{
    struct user *u = xcalloc(1, sizeof *u);
    const char *email = json_text(json, "email");
    char username[33], *key = xstrdup(email ? email : "");
    struct doc *made;
    cJSON *shown;

    part_id(w, json, u->id);
    world_hex(w, username, 32);
    u->email = xstrdup(key);
    u->global_key = global_key ? xstrdup(global_key) : NULL;
    u->suspended = json_flag(json, "suspended", false);
    shown = json_object(
        J_TEXT("id", u->id), J_TEXT("email", u->email),
        J_TREE("username", part_kept(json, "username", cJSON_CreateString(username))),
        J_TREE("first_name", part_kept(json, "first_name", cJSON_CreateNull())),
        J_TREE("last_name", part_kept(json, "last_name", cJSON_CreateNull())),
        J_TREE("telephone", part_kept(json, "telephone", cJSON_CreateNull())),
        J_TREE("country", part_kept(json, "country", cJSON_CreateNull())),
        J_TREE("zipcode", part_kept(json, "zipcode", cJSON_CreateNull())),
        J_TREE("two_factor_authentication_enabled",
               part_kept(json, "two_factor_authentication_enabled", cJSON_CreateFalse())),
        J_TREE("two_factor_authentication_locked",
               part_kept(json, "two_factor_authentication_locked", cJSON_CreateFalse())),
        J_TREE("created_on", part_time(w, json, "created_on")),
        J_TREE("modified_on", part_time(w, json, "modified_on")),
        J_TREE("organizations", cJSON_CreateArray()), // filled in when shown
        J_FLAG("has_pro_zones", false), J_FLAG("has_business_zones", false),
        J_FLAG("has_enterprise_zones", false), J_FLAG("suspended", u->suspended),
        J_TREE("betas", part_kept(json, "betas",
                                  json_list_of((const char *[]){ "zone_level_access_beta" }, 1))));
    text_lower(key);
    made = doc_new(KIND_USER, "", u->id, key, shown, u, user_free);
    cJSON_Delete(shown);
    free(key);
    return made;
}

static void account_free(void *extra)
{
    struct account *a = extra;

    free((char *)a->name);
    free(a);
}

static cJSON *account_settings(const cJSON *given)
{
    return json_object(
        J_TREE("enforce_twofactor", part_kept(given, "enforce_twofactor", cJSON_CreateFalse())),
        J_TREE("api_access_enabled", part_kept(given, "api_access_enabled", cJSON_CreateNull())),
        J_TREE("access_approval_expiry",
               part_kept(given, "access_approval_expiry", cJSON_CreateNull())),
        J_TREE("abuse_contact_email", part_kept(given, "abuse_contact_email", cJSON_CreateNull())),
        J_TREE("oauth_app_access_enabled",
               part_kept(given, "oauth_app_access_enabled", cJSON_CreateTrue())),
        J_TREE("use_account_custom_ns_by_default",
               part_kept(given, "use_account_custom_ns_by_default", NULL)),
        J_TREE("default_nameservers", part_kept(given, "default_nameservers", NULL)));
}

/* Enterprise numbers are those of a recording; a standard account has no enterprise zones. */
static cJSON *account_flags(bool enterprise)
{
    return json_object(
        J_TREE("enterprise_zone_quota", json_object(J_WHOLE("maximum", enterprise ? 30 : 0),
                                                    J_WHOLE("current", enterprise ? 24 : 0),
                                                    J_WHOLE("available", enterprise ? 6 : 0))));
}

struct doc *account_doc_new(struct world *w, const cJSON *json)
{
    struct account *a = xcalloc(1, sizeof *a);
    const char *name = json_text(json, "name"), *type = json_text(json, "type");
    struct doc *made;
    cJSON *shown;

    part_id(w, json, a->id);
    a->name = xstrdup(name ? name : "");
    a->enterprise = type && strcmp(type, "enterprise") == 0;
    shown = json_object(
        J_TEXT("id", a->id), J_TEXT("name", a->name),
        J_TEXT("type", a->enterprise ? "enterprise" : "standard"),
        J_TREE("settings", account_settings(json_get(json, "settings"))),
        J_TREE("legacy_flags", part_kept(json, "legacy_flags", account_flags(a->enterprise))),
        J_TREE("managed_by", part_kept(json, "managed_by", NULL)),
        J_TREE("created_on", part_time(w, json, "created_on")));
    made = doc_new(KIND_ACCOUNT, "", a->id, NULL, shown, a, account_free);
    cJSON_Delete(shown);
    return made;
}

/* The role or iam group that an id, a name, or an object with one of them stands for. */
static const cJSON *named_in(const cJSON *item, const cJSON *(*find)(const char *))
{
    const char *name = cJSON_GetStringValue(item);

    if (!name)
        name = json_text(item, "id");
    if (!name)
        name = json_text(item, "name");
    return name ? find(name) : NULL;
}

static cJSON *member_roles(const cJSON *json)
{
    cJSON *roles = cJSON_CreateArray();
    const cJSON *item;

    cJSON_ArrayForEach (item, json_get(json, "roles")) {
        const cJSON *role = named_in(item, role_by_name);
        if (role)
            cJSON_AddItemToArray(roles, cJSON_Duplicate(role, true));
    }
    return roles;
}

/* The resource group "the whole account", which policies made from roles point to; `given` may name
 * its id. */
static cJSON *whole_account(struct world *w, const char *account, const cJSON *given)
{
    char id[33], *key = text_printf("com.cloudflare.api.account.%s", account);
    cJSON *group, *object;

    part_id(w, given, id);
    object = json_object(J_TEXT("key", "*"));
    group = json_object(
        J_TEXT("id", id), J_TEXT("name", key),
        J_TREE("meta", json_object(J_TEXT("editable", "false"))),
        J_TREE("scope", json_object(J_TEXT("key", key), J_TREE("objects", cJSON_CreateArray()))));
    cJSON_AddItemToArray(json_at(group, "scope.objects"), object);
    free(key);
    return group;
}

/* Policies as sent, with ids and expanded groups. */
static cJSON *policies_given(struct world *w, const char *account, const cJSON *given)
{
    cJSON *policies = cJSON_CreateArray();
    const cJSON *policy, *item;

    cJSON_ArrayForEach (policy, given) {
        cJSON *groups = cJSON_CreateArray(), *resources;
        char id[33];

        part_id(w, policy, id);
        cJSON_ArrayForEach (item, json_get(policy, "permission_groups")) {
            const cJSON *group = named_in(item, iam_group_by_name);
            if (group)
                cJSON_AddItemToArray(groups, cJSON_Duplicate(group, true));
        }
        resources = cJSON_CreateArray();
        cJSON_ArrayForEach (item, json_get(policy, "resource_groups"))
            cJSON_AddItemToArray(resources, json_get(item, "scope")
                                                ? cJSON_Duplicate(item, true)
                                                : whole_account(w, account, item));
        if (!resources->child)
            cJSON_AddItemToArray(resources, whole_account(w, account, NULL));
        cJSON_AddItemToArray(
            policies,
            json_object(J_TEXT("id", id),
                        J_TREE("access", part_kept(policy, "access", cJSON_CreateString("allow"))),
                        J_TREE("permission_groups", groups), J_TREE("resource_groups", resources)));
    }
    return policies;
}

/* The one policy that says what the roles say. */
static cJSON *policies_of_roles(struct world *w, const char *account, const cJSON *roles)
{
    cJSON *policies = cJSON_CreateArray(), *groups = cJSON_CreateArray();
    cJSON *resources = cJSON_CreateArray();
    const cJSON *role;
    char id[33];

    world_hex(w, id, 32);
    cJSON_ArrayForEach (role, roles)
        cJSON_AddItemToArray(groups,
                             cJSON_Duplicate(iam_group_by_name(json_text(role, "name")), true));
    cJSON_AddItemToArray(resources, whole_account(w, account, NULL));
    cJSON_AddItemToArray(policies, json_object(J_TEXT("id", id), J_TEXT("access", "allow"),
                                               J_TREE("permission_groups", groups),
                                               J_TREE("resource_groups", resources)));
    return policies;
}

/* What the member may hold: the roles' groups and those of allowing policies, less the denied ones.
 */
static void member_groups(struct membership *m, const cJSON *roles, const cJSON *policies)
{
    uint64_t denied[GROUP_WORDS] = { 0 };
    const cJSON *item, *policy;

    cJSON_ArrayForEach (item, roles)
        role_groups(item, m->groups);
    cJSON_ArrayForEach (policy, policies) {
        bool deny = strcmp(json_text(policy, "access"), "deny") == 0;
        cJSON_ArrayForEach (item, json_get(policy, "permission_groups"))
            role_groups(item, deny ? denied : m->groups);
    }
    for (size_t i = 0; i < GROUP_WORDS; i++)
        m->groups[i] &= ~denied[i];
}

static cJSON *member_user(const cJSON *user)
{
    return json_object(
        J_TREE("id", part_kept(user, "id", cJSON_CreateNull())),
        J_TREE("first_name", part_kept(user, "first_name", cJSON_CreateNull())),
        J_TREE("last_name", part_kept(user, "last_name", cJSON_CreateNull())),
        J_TREE("email", part_kept(user, "email", cJSON_CreateNull())),
        J_TREE("two_factor_authentication_enabled",
               part_kept(user, "two_factor_authentication_enabled", cJSON_CreateFalse())));
}

struct doc *membership_doc_new(struct world *w, const char *account, const cJSON *json)
{
    struct membership *m = xcalloc(1, sizeof *m);
    const cJSON *user = json_get(json, "user"), *given = json_get(json, "policies");
    const char *status = json_text(json, "status"), *email = json_text(user, "email");
    cJSON *roles = member_roles(json), *policies, *shown;
    char id[33], *key;
    struct doc *made;

    part_id(w, json, id);
    part_copy_id(m->user, json_text(user, "id"));
    part_copy_id(m->account, account);
    m->accepted = !status || strcmp(status, "accepted") == 0;
    policies = given && given->child ? policies_given(w, account, given)
                                     : policies_of_roles(w, account, roles);
    member_groups(m, roles, policies);
    shown = json_object(
        J_TEXT("id", id), J_TREE("user", member_user(user)),
        J_TEXT("status", status ? status : "accepted"),
        J_TREE("api_access_enabled", part_kept(json, "api_access_enabled", cJSON_CreateNull())),
        J_TREE("policies", policies), J_TREE("roles", roles));
    key = text_printf("%s:%s", m->user[0] || !email ? m->user : email, account);
    made = doc_new(KIND_MEMBERSHIP, account, id, key, shown, m, free);
    cJSON_Delete(shown);
    free(key);
    return made;
}

const struct token *token_of(const struct doc *d)
{
    return d ? doc_extra(d) : NULL;
}

const struct user *user_of(const struct doc *d)
{
    return d ? doc_extra(d) : NULL;
}

const struct account *account_of(const struct doc *d)
{
    return d ? doc_extra(d) : NULL;
}

const struct membership *membership_of(const struct doc *d)
{
    return d ? doc_extra(d) : NULL;
}

const struct zone *zone_of(const struct doc *d)
{
    return d ? doc_extra(d) : NULL;
}
