/* From a checked scenario to the contents of a world. Ids and values that are left out depend on
 * the scenario's seed and on names alone, so they are the same in every run and every process. */
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/grants.h"
#include "mock/state/identity.h"
#include "mock/state/roster.h"
#include "mock/state/scenario_parts.h"
#include "mock/store/store.h"

#include <stdlib.h>
#include <string.h>

#define DAY (86400 * STAMP_SECOND)
#define SUPER "Super Administrator - All Privileges"

struct filling {
    struct world *w;
    struct txn *t;
    struct roster r;
    int64_t now;
};

/* Members that are left out and server-chosen: days ago, at a moment that the name decides. */
static void put_time(const struct filling *f, cJSON *json, const char *name, int days,
                     const char *of)
{
    char text[STAMP_ROOM];
    int64_t within = (int64_t)(roster_seed(&f->r, "time", of) % (uint64_t)DAY);

    if (json_get(json, name))
        return;
    stamp_text(f->now - days * DAY - within, 6, text);
    json_put(json, name, cJSON_CreateString(text));
}

static void put_id(const struct filling *f, cJSON *json, const char *name, const char *kind,
                   const char *of)
{
    struct rng ids;
    char id[33];

    if (json_get(json, name))
        return;
    rng_init(&ids, roster_seed(&f->r, kind, of));
    rng_hex(&ids, id, 32);
    json_put(json, name, cJSON_CreateString(id));
}

static void add_member(struct filling *f, const cJSON *given, const struct roster_entry *account,
                       cJSON *user)
{
    cJSON *json = json_object(J_TREE("user", user));
    const char *whose = json_text(user, "id") ? json_text(user, "id") : json_text(user, "email");
    char *of = text_printf("%s %s", account->id, whose);
    static const char *const kept[] = { "id", "status", "roles", "policies" };

    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (json_get(given, kept[i]))
            json_put(json, kept[i], cJSON_Duplicate(json_get(given, kept[i]), true));
    put_id(f, json, "id", "membership", of);
    if (!json_get(json, "roles") && !json_get(json, "policies"))
        json_put(json, "roles", json_list_of((const char *[]){ SUPER }, 1));
    txn_put_take(f->t, membership_doc_new(f->w, account->id, json));
    cJSON_Delete(json);
    free(of);
}

static void add_account(struct filling *f, const struct roster_entry *e)
{
    cJSON *json = cJSON_Duplicate(e->json, true);
    const cJSON *invited;

    json_put(json, "id", cJSON_CreateString(e->id));
    put_time(f, json, "created_on", 90, e->name);
    txn_put_take(f->t, account_doc_new(f->w, json));
    cJSON_ArrayForEach (invited, json_get(json, "invitations")) {
        cJSON *member = cJSON_Duplicate(invited, true);

        if (!json_get(member, "status"))
            json_put(member, "status", cJSON_CreateString("pending"));
        add_member(f, member, e,
                   json_object(J_NULL("id"), J_TEXT("email", json_text(invited, "email"))));
        cJSON_Delete(member);
    }
    cJSON_Delete(json);
}

/* What a membership shows of its user. */
static cJSON *member_user(const struct roster_entry *e)
{
    return json_object(J_TEXT("id", e->id),
                       J_TEXT_OR_NULL("first_name", json_text(e->json, "first_name")),
                       J_TEXT_OR_NULL("last_name", json_text(e->json, "last_name")),
                       J_TEXT("email", json_text(e->json, "email")),
                       J_FLAG("two_factor_authentication_enabled",
                              json_flag(e->json, "two_factor_authentication_enabled", false)));
}

/* A user without "memberships" is Super Administrator of every account. */
static void add_user(struct filling *f, const struct roster_entry *e)
{
    cJSON *json = cJSON_Duplicate(e->json, true);
    const cJSON *list = json_get(json, "memberships"), *given;

    json_put(json, "id", cJSON_CreateString(e->id));
    put_id(f, json, "username", "username", e->name);
    put_time(f, json, "created_on", 90, e->name);
    if (!json_get(json, "modified_on"))
        json_put(json, "modified_on", cJSON_Duplicate(json_get(json, "created_on"), true));
    txn_put_take(f->t, user_doc_new(f->w, json, json_text(json, "global_key")));
    cJSON_ArrayForEach (given, list)
        add_member(f, given, roster_find(&f->r.accounts, json_text(given, "account")),
                   member_user(e));
    for (size_t i = 0; !list && i < f->r.accounts.count; i++)
        add_member(f, NULL, &f->r.accounts.items[i], member_user(e));
    cJSON_Delete(json);
}

static void add_zone(struct filling *f, const struct roster_entry *e)
{
    cJSON *json = cJSON_Duplicate(e->json, true);
    const char *status = json_text(json, "status");

    json_put(json, "id", cJSON_CreateString(e->id));
    json_put(json, "account",
             json_object(J_TEXT("id", e->account->id), J_TEXT("name", e->account->name)));
    put_time(f, json, "created_on", 60, e->name);
    if (!json_get(json, "modified_on"))
        json_put(json, "modified_on", cJSON_Duplicate(json_get(json, "created_on"), true));
    if (!json_get(json, "activated_on") && (!status || strcmp(status, "active") == 0))
        put_time(f, json, "activated_on", 59, e->name);
    txn_put_take(f->t, zone_doc_new(f->w, json));
    cJSON_Delete(json);
}

static void read_reach(const cJSON *list, const struct roster_list *among, struct reach *out)
{
    const cJSON *item;

    *out = (struct reach){ .all = !cJSON_IsArray(list) };
    if (out->all)
        return;
    out->ids = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *out->ids);
    cJSON_ArrayForEach (item, list)
        out->ids[out->count++] = roster_find(among, item->valuestring)->id;
}

static cJSON *token_policies(const struct filling *f, const struct roster_entry *e,
                             enum token_kind kind, const char *owner)
{
    const cJSON *given = json_get(e->json, "policies");
    uint64_t seed = roster_seed(&f->r, "policies", e->id);
    struct grants g = { .kind = kind, .owner = owner };
    cJSON *policies;

    if (given)
        return grants_complete(given, seed);
    g.permissions = json_get(e->json, "permissions");
    read_reach(json_get(e->json, "accounts"), &f->r.accounts, &g.accounts);
    read_reach(json_get(e->json, "zones"), &f->r.zones, &g.zones);
    policies = grants_policies(&g, seed);
    free(g.accounts.ids);
    free(g.zones.ids);
    return policies;
}

static int64_t time_of(const struct filling *f, const cJSON *json, const char *name,
                       int64_t fallback)
{
    const char *text = json_text(json, name);
    int64_t stamp;

    return text && stamp_parse(text, f->now, &stamp) ? stamp : fallback;
}

static bool read_sha256(const char *hex, unsigned char out[32])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; hex && i < 64; i++)
        out[i / 2] = (unsigned char)(out[i / 2] << 4 | (strchr(digits, hex[i]) - digits));
    return hex != NULL;
}

/* The token in the API's own form. */
static cJSON *token_json(const struct filling *f, const struct roster_entry *e,
                         enum token_kind kind, const char *owner)
{
    static const char *const kept[] = { "name", "status", "not_before", "expires_on" };
    const cJSON *ip = json_get(e->json, "ip");
    cJSON *json = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (json_get(e->json, kept[i]))
            json_put(json, kept[i], cJSON_Duplicate(json_get(e->json, kept[i]), true));
    json_put(json, "policies", token_policies(f, e, kind, owner));
    if (ip)
        json_put(json, "condition", json_object(J_TREE("request_ip", cJSON_Duplicate(ip, true))));
    return json;
}

static int add_token(struct filling *f, const struct roster_entry *e, char **why)
{
    enum token_kind kind = e->account ? TOKEN_ACCOUNT : TOKEN_USER;
    const char *owner = e->account ? e->account->id : e->owner->id;
    int64_t issued = f->now - f->now % STAMP_SECOND - 30 * DAY;
    unsigned char sum[32] = { 0 };
    char made[64];
    struct token_spec spec = { .kind = kind, .id = e->id, .owner = owner };
    cJSON *json = token_json(f, e, kind, owner);
    struct doc *d;
    char *because = NULL;

    spec.json = json;
    spec.issued_on = time_of(f, e->json, "issued_on", issued);
    spec.modified_on = time_of(f, e->json, "modified_on", spec.issued_on);
    spec.last_used_on = time_of(f, e->json, "last_used_on", 0);
    spec.fresh_since = json_get(e->json, "issued_on") ? spec.issued_on : 0;
    if (read_sha256(json_text(e->json, "value_sha256"), sum)) {
        spec.sha256 = sum;
    } else {
        token_value_from(roster_seed(&f->r, "value", e->id), kind, made);
        spec.value = json_text(e->json, "value") ? json_text(e->json, "value") : made;
    }
    d = token_doc_new(f->w, &spec, &because);
    cJSON_Delete(json);
    if (d)
        txn_put_take(f->t, d);
    else
        *why = text_printf("tokens[%zu]: %s", e->at, because);
    free(because);
    return d ? 0 : -1;
}

int scenario_fill(const struct scenario *s, struct world *w, char **why)
{
    struct filling f = { .w = w, .now = world_now(w) };
    int rc = 0;

    roster_init(&f.r, scenario_json(s), scenario_seed(s, NULL), NULL);
    f.t = txn_begin(world_store(w));
    for (size_t i = 0; i < f.r.accounts.count; i++)
        add_account(&f, &f.r.accounts.items[i]);
    for (size_t i = 0; i < f.r.users.count; i++)
        add_user(&f, &f.r.users.items[i]);
    for (size_t i = 0; i < f.r.zones.count; i++)
        add_zone(&f, &f.r.zones.items[i]);
    for (size_t i = 0; rc == 0 && i < f.r.tokens.count; i++)
        rc = add_token(&f, &f.r.tokens.items[i], why);
    if (rc == 0)
        txn_commit(f.t);
    else
        txn_rollback(f.t);
    roster_release(&f.r);
    return rc;
}
