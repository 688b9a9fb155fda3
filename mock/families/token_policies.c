#include "mock/families/token_policies.h"

#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/policy.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MOST 120

static bool is_text(const cJSON *item)
{
    const char *text = cJSON_GetStringValue(item);

    return text && *text;
}

/* A date of the API; the relative ones of scenarios are no dates here. */
static bool date_is_right(const cJSON *json, const char *name)
{
    const cJSON *item = json_get(json, name);
    const char *text = cJSON_GetStringValue(item);
    int64_t stamp;

    if (!item || cJSON_IsNull(item))
        return true;
    return text && !text_starts(text, "now") && stamp_parse(text, 0, &stamp);
}

static enum step groups_check(struct call *c, const cJSON *groups)
{
    const cJSON *item;

    if (!cJSON_IsArray(groups) || !groups->child)
        return refuse(c, ERR_TOKENS_POLICY_BAD, "permission_groups must not be empty");
    cJSON_ArrayForEach (item, groups) {
        if (!is_text(json_get(item, "id")))
            return refuse(c, ERR_TOKENS_GROUP_WITHOUT_ID);
        if (!group_by_id(json_text(item, "id")))
            return refuse(c, ERR_TOKENS_GROUP_UNKNOWN, json_text(item, "id"));
    }
    return GO_ON;
}

static enum step policy_check(struct call *c, const cJSON *policy, bool creating)
{
    const char *effect = json_text(policy, "effect");
    const cJSON *resources = json_get(policy, "resources");

    if (creating && is_text(json_get(policy, "id")))
        return refuse(c, ERR_TOKENS_REUSED_POLICY);
    if (!effect || (strcmp(effect, "allow") != 0 && strcmp(effect, "deny") != 0))
        return refuse(c, ERR_TOKENS_POLICY_BAD, "effect must be allow or deny");
    if (!cJSON_IsObject(resources) || !resources->child)
        return refuse(c, ERR_TOKENS_POLICY_BAD, "resources must not be empty");
    return groups_check(c, json_get(policy, "permission_groups"));
}

enum step token_body_check(struct call *c, const cJSON *json, bool creating)
{
    const char *name = json_text(json, "name"), *status = json_text(json, "status");
    const cJSON *policies = json_get(json, "policies"), *policy;

    if (!name || !*name)
        return refuse(c, ERR_TOKENS_NAME_MISSING);
    if (strlen(name) > NAME_MOST)
        return refuse(c, ERR_TOKENS_NAME_TOO_LONG);
    if (!cJSON_IsArray(policies) || !policies->child)
        return refuse(c, ERR_TOKENS_POLICIES_MISSING);
    cJSON_ArrayForEach (policy, policies)
        if (policy_check(c, policy, creating) == ANSWERED)
            return ANSWERED;
    if (!date_is_right(json, "not_before"))
        return refuse(c, ERR_TOKENS_DATE_BAD, "not_before");
    if (!date_is_right(json, "expires_on"))
        return refuse(c, ERR_TOKENS_DATE_BAD, "expires_on");
    if (status && strcmp(status, "active") != 0 && strcmp(status, "disabled") != 0 &&
        strcmp(status, "expired") != 0)
        return refuse(c, ERR_TOKENS_STATUS_BAD);
    return GO_ON;
}

static bool scope_fits(enum group_scope scope, enum place_form form)
{
    switch (form) {
    case RES_ACCOUNT:
    case RES_ALL_ACCOUNTS:
        return scope == GROUP_ACCOUNT;
    case RES_ZONE:
    case RES_ALL_ZONES:
    case RES_ACCOUNT_ZONES:
        return scope == GROUP_ZONE;
    case RES_USER:
        return scope == GROUP_USER;
    case RES_BUCKET:
        return scope == GROUP_BUCKET;
    }
    return false;
}

/* Is the account the token's own, or one of its user's? */
static bool account_in_reach(struct view *v, const struct token *t, const char *account)
{
    char *key;
    struct doc *member;

    if (t->kind == TOKEN_ACCOUNT)
        return strcmp(t->owner, account) == 0;
    key = text_printf("%s:%s", t->owner, account);
    member = view_by_key(v, KIND_MEMBERSHIP, key);
    free(key);
    return member && membership_of(member)->accepted;
}

/* A single zone, account or user needs the caller to hold the group there; all zones of an account
 * and buckets do not (REC, Terraform issue 7241), nor do the wide forms, which are cut to the
 * owner's role whenever the token is used. */
static bool may_give(struct call *c, struct view *v, const struct token *t,
                     const struct policy_place *r, const struct group *g)
{
    switch (r->form) {
    case RES_USER:
        return t->kind == TOKEN_USER && strcmp(t->owner, r->id) == 0 &&
               policy_holds(v, &c->who, g, NULL, NULL);
    case RES_ZONE: {
        struct doc *d = view_get(v, KIND_ZONE, NULL, r->id);

        return d && account_in_reach(v, t, zone_of(d)->account) &&
               policy_holds(v, &c->who, g, zone_of(d)->account, r->id);
    }
    case RES_ACCOUNT:
        return account_in_reach(v, t, r->id) && policy_holds(v, &c->who, g, r->id, NULL);
    case RES_ACCOUNT_ZONES:
    case RES_BUCKET:
        return account_in_reach(v, t, r->id);
    case RES_ALL_ACCOUNTS:
    case RES_ALL_ZONES:
        return t->kind == TOKEN_USER;
    }
    return false;
}

/* The first group that may not stand beside one of the policy's resources; NULL: all may. */
static const struct group *wrong_group(struct call *c, struct view *v, const struct token *t,
                                       const struct policy *p)
{
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];

        if (!group_bit(p->groups, i))
            continue;
        for (size_t k = 0; k < p->resources_count; k++)
            if (!scope_fits(g->scope, p->resources[k].form) ||
                (!p->deny && !may_give(c, v, t, &p->resources[k], g)))
                return g;
    }
    return NULL;
}

enum step token_policies_check(struct call *c, const struct token *t)
{
    const struct group *wrong = NULL;
    struct view *v;

    for (size_t i = 0; t->kind == TOKEN_ACCOUNT && i < t->policies_count; i++)
        for (size_t k = 0; k < t->policies[i].resources_count; k++)
            if (t->policies[i].resources[k].form == RES_ALL_ZONES)
                return refuse(c, ERR_TOKENS_NEEDS_ZONE);
    v = view_begin(world_store(c->world));
    for (size_t i = 0; i < t->policies_count && !wrong; i++)
        wrong = wrong_group(c, v, t, &t->policies[i]);
    view_end(v);
    return wrong ? refuse(c, ERR_TOKENS_NOT_ALLOWED, wrong->name) : GO_ON;
}
