/* The truth about a token, computed by the engine that enforces permissions: what a linker that sees
 * everything the API shows could know. Judges linkers on worlds nobody wrote expectations for. */
#include "common/groups.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/control.h"
#include "mock/rooms/credential.h"
#include "mock/state/policy.h"
#include "mock/world.h"

#include <stdio.h>
#include <string.h>

#define SPECIFIC_GROUPS_MOST 6 // an operation with more groups says nothing about any one of them

struct question {
    struct view *v;
    const struct call *as; // who asks: the principal under judgement
    const char *account;
    bool policies_readable;
    const struct zone *zone; // one that the token sees in this account, or NULL
    int64_t zones, zones_seen;
};

static const char *state_of(enum reason refused)
{
    switch (refused) {
    case WHY_OK:
        return "ok";
    case WHY_TOKEN_DISABLED:
        return "disabled";
    case WHY_TOKEN_EXPIRED:
        return "expired";
    case WHY_TOKEN_NOT_YET:
        return "not_yet";
    case WHY_ADDRESS:
        return "address";
    case WHY_MALFORMED_TOKEN:
        return "malformed";
    case WHY_TOKEN_FRESH:
        return "fresh";
    default:
        return "unknown";
    }
}

static bool names_group(const struct op *op, const struct group *g)
{
    for (size_t i = 0; i < op->groups_count; i++)
        if (&group_table[spec_groups[op->groups + i]] == g)
            return true;
    return false;
}

/* A read that speaks for the group: it names it among few, and needs no id beyond account or zone. */
static bool is_probe(const struct op *op, const struct group *g)
{
    size_t own = op->scope == SCOPE_ACCOUNT || op->scope == SCOPE_ZONE;

    return op->method == M_GET && op->groups_count <= SPECIFIC_GROUPS_MOST && op->auth == AUTH_NORMAL &&
           op->param_count == own && names_group(op, g);
}

static bool read_is_refused(const struct question *q, const struct group *g)
{
    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];
        struct why why = { 0 };

        if (!is_probe(op, g) || (op->scope == SCOPE_ZONE && !q->zone))
            continue;
        if (policy_allows(q->v, &q->as->who, op, op->scope == SCOPE_ACCOUNT ? q->account : NULL,
                          op->scope == SCOPE_ZONE ? q->zone->id : NULL, &why) != WHY_OK)
            return true;
    }
    return false;
}

/* Every read that speaks for the group is closed to account-owned tokens (page rules: 1011). */
static bool closed_to_account_tokens(const struct group *g)
{
    bool any = false;

    for (size_t i = 0; i < spec_op_count; i++) {
        if (!is_probe(&spec_ops[i], g))
            continue;
        if (!spec_ops[i].denied_account_token)
            return false;
        any = true;
    }
    return any;
}

/* The product that the group is for is switched off: its reads answer so (R2: 10042). */
static bool is_off(const struct question *q, const struct group *g)
{
    if (!world_behaviour(q->as->world)->r2_disabled)
        return false;
    for (size_t i = 0; i < spec_op_count; i++)
        if (is_probe(&spec_ops[i], g) && spec_ops[i].off)
            return true;
    return false;
}

static const char *lack_shown_by(const struct question *q, const struct group *g)
{
    if (q->policies_readable)
        return "policies";
    if (g->scope == GROUP_ZONE && !q->zone)
        return NULL;
    if (g->scope == GROUP_ZONE && zone_permission_name(g))
        return "zone_permissions";
    return read_is_refused(q, g) ? "read" : NULL;
}

static enum reason judge_spelling(const struct question *q, const char *name, enum reason before)
{
    const struct group *g = NULL;

    while (before != WHY_OK && (g = group_by_name(name, g)) != NULL)
        before = policy_judge(q->v, &q->as->who, g, q->account, NULL);
    return before;
}

/* Edit covers Read: nearly every read names the Write group, too (DOC); the reverse never holds. */
static enum reason judge_held(const struct question *q, const char *name)
{
    enum reason r = judge_spelling(q, name, WHY_MISSING_GROUP);
    size_t len = strlen(name);

    if (r == WHY_MISSING_GROUP && len > 5 && strcmp(name + len - 5, " Read") == 0)
        r = judge_spelling(q, arena_printf(q->as->arena, "%.*s Write", (int)len - 5, name), r);
    return r;
}

static cJSON *judge_name(const struct question *q, const char *name)
{
    const struct group *g = group_by_name(name, NULL);
    bool account_token = q->as->who.kind == WHO_ACCOUNT_TOKEN;
    const char *state = "lacking_invisible", *by = NULL;
    enum reason r;

    if (!g)
        return json_object(J_TEXT("name", name), J_TEXT("state", "unknown_group"));
    r = judge_held(q, name);
    if ((account_token && (g->scope == GROUP_USER || closed_to_account_tokens(g))) || is_off(q, g))
        state = "not_for_this_kind";
    else if (r == WHY_OK)
        state = "held";
    else if (r == WHY_ROLE)
        state = "role_only";
    else if ((by = lack_shown_by(q, g)) != NULL)
        state = "lacking_visible";
    return json_object(J_TEXT("name", name), J_TEXT("state", state),
                       J_TREE("visible_by", by ? cJSON_CreateString(by) : NULL));
}

static bool holds(const struct question *q, const char *name)
{
    const struct group *g = group_by_name(name, NULL);

    return g && policy_holds(q->v, &q->as->who, g, q->account, NULL);
}

static void look_around(struct question *q)
{
    bool account_token = q->as->who.kind == WHO_ACCOUNT_TOKEN;

    q->policies_readable = account_token ? holds(q, "Account API Tokens Read") ||
                                               holds(q, "Account API Tokens Write")
                                         : holds(q, "API Tokens Read") || holds(q, "API Tokens Write");
    view_each (q->v, d, KIND_ZONE, q->account) {
        q->zones++;
        if (policy_sees_zone(q->v, &q->as->who, zone_of(d))) {
            q->zones_seen++;
            q->zone = q->zone ? q->zone : zone_of(d);
        }
    }
}

/* Some answer of the API shows that the token is at home in the account: verify for its own account, the
 * accounts list, or a zone of it. Rights on zones of an account that has none show nowhere. */
static bool is_proven(const struct question *q)
{
    const struct who *who = &q->as->who;

    if (who->refused != WHY_OK || !q->account)
        return false;
    if (who->kind == WHO_ACCOUNT_TOKEN)
        return strcmp(who->account_id, q->account) == 0;
    return policy_lists_account(q->v, who, q->account) || q->zones_seen > 0;
}

/* The principal that a token value would be, coming from an address. */
static void take_principal(struct call *as, const struct call *c)
{
    const char *value = json_text(c->json, "token_value"), *from = json_text(c->json, "client_address");
    const char *header = arena_printf(c->arena, "Bearer %s", value ? value : "");

    *as = (struct call){ .arena = c->arena, .world = c->world, .now = c->now };
    as->in.peer = c->in.peer;
    as->in.header[as->in.header_count++] = (struct call_header){ "Authorization", header };
    credential_address(as);
    if (from)
        snprintf(as->who.address, sizeof as->who.address, "%s", from);
    credential_look_up(as);
    credential_judge(as);
}

enum step control_truth(struct call *c)
{
    const char *account = json_text(c->json, "account_id");
    struct question q = { .account = account };
    const cJSON *name;
    struct call as;
    cJSON *groups = cJSON_CreateArray(), *json;
    bool proven;

    take_principal(&as, c);
    q.as = &as;
    q.v = view_begin(world_store(c->world));
    if (as.who.refused == WHY_OK && account && policy_sees_account(q.v, &as.who, account))
        look_around(&q);
    proven = is_proven(&q);
    if (proven) {
        cJSON_ArrayForEach (name, json_get(c->json, "required"))
            if (cJSON_IsString(name))
                cJSON_AddItemToArray(groups, judge_name(&q, name->valuestring));
    }
    json = json_object(
        J_TREE("credential",
               json_object(J_TEXT("state", state_of(as.who.refused)),
                           J_TREE("kind", as.who.token ? cJSON_CreateString(
                                                             as.who.kind == WHO_USER_TOKEN ? "user" : "account")
                                                       : NULL))),
        J_TREE("account",
               json_object(J_FLAG("proven", proven),
                           J_FLAG("exists", account && view_get(q.v, KIND_ACCOUNT, NULL, account)))),
        J_TREE("groups", groups), J_FLAG("policies_readable", q.policies_readable),
        J_WHOLE("zones", q.zones), J_WHOLE("zones_seen", q.zones_seen));
    view_end(q.v);
    return control_answer(c, 200, json);
}
