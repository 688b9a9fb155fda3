/* From a world back to a scenario. Docs are taken by reference under the lock and read afterwards,
 * so a snapshot shows one moment and holds nobody up. Members that have their default are left out.
 */
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/clock.h"
#include "mock/state/faults.h"
#include "mock/state/identity.h"
#include "mock/state/scenario_parts.h"
#include "mock/store/index.h"
#include "mock/store/store.h"

#include <stdlib.h>
#include <string.h>

struct docs {
    struct doc **items;
    size_t count;
};

struct moment {
    struct docs accounts, users, members, zones, tokens;
    struct index users_by_id, token_names;
    bool with_secrets;
};

static struct docs take_docs(struct view *v, enum kind kind)
{
    struct docs all = { xcalloc(view_count(v, kind, NULL) + 1, sizeof *all.items), 0 };

    view_each (v, d, kind, NULL)
        all.items[all.count++] = doc_ref(d);
    return all;
}

static void docs_release(struct docs *all)
{
    for (size_t i = 0; i < all->count; i++)
        doc_unref(all->items[i]);
    free(all->items);
}

static void moment_take(struct moment *m, struct world *w)
{
    struct view *v = view_begin(world_store(w));

    m->accounts = take_docs(v, KIND_ACCOUNT);
    m->users = take_docs(v, KIND_USER);
    m->members = take_docs(v, KIND_MEMBERSHIP);
    m->zones = take_docs(v, KIND_ZONE);
    m->tokens = take_docs(v, KIND_TOKEN);
    view_end(v);
    index_init(&m->users_by_id);
    index_init(&m->token_names);
    for (size_t i = 0; i < m->users.count; i++)
        index_put(&m->users_by_id, doc_id(m->users.items[i]), m->users.items[i]);
    for (size_t i = 0; i < m->tokens.count; i++)
        index_put(&m->token_names, token_of(m->tokens.items[i])->name, m->tokens.items[i]);
}

static void moment_release(struct moment *m)
{
    docs_release(&m->accounts);
    docs_release(&m->users);
    docs_release(&m->members);
    docs_release(&m->zones);
    docs_release(&m->tokens);
    index_release(&m->users_by_id);
    index_release(&m->token_names);
}

/* Copies members that say something: neither null nor false nor 0 nor an empty list. */
static void keep(cJSON *to, const cJSON *from, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *item = json_get(from, names[i]);

        if (!item || cJSON_IsNull(item) || cJSON_IsFalse(item) ||
            (cJSON_IsNumber(item) && item->valuedouble == 0) ||
            (cJSON_IsArray(item) && !item->child))
            continue;
        json_put(to, names[i], cJSON_Duplicate(item, true));
    }
}

static cJSON *role_names_of(const cJSON *member)
{
    cJSON *names = cJSON_CreateArray();
    const cJSON *role;

    cJSON_ArrayForEach (role, json_get(member, "roles"))
        cJSON_AddItemToArray(names, cJSON_CreateString(json_text(role, "name")));
    return names;
}

/* The members that a membership and an invitation share. Policies are kept where no role says the
 * same. */
static void put_member(cJSON *to, const cJSON *member, const char *usual_status)
{
    const char *status = json_text(member, "status");
    cJSON *roles = role_names_of(member);

    json_put(to, "id", cJSON_Duplicate(json_get(member, "id"), true));
    if (status && strcmp(status, usual_status) != 0)
        json_put(to, "status", cJSON_CreateString(status));
    if (!roles->child && json_get(member, "policies"))
        json_put(to, "policies", cJSON_Duplicate(json_get(member, "policies"), true));
    json_put(to, "roles", roles);
}

static cJSON *invitations_of(const struct moment *m, const char *account)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->members.count; i++) {
        const struct membership *one = membership_of(m->members.items[i]);
        cJSON *member, *shown;

        if (strcmp(one->account, account) != 0 || index_get(&m->users_by_id, one->user))
            continue;
        member = doc_json_dup(m->members.items[i]);
        shown = cJSON_CreateObject();
        json_put(shown, "email", cJSON_Duplicate(json_at(member, "user.email"), true));
        put_member(shown, member, "pending");
        cJSON_AddItemToArray(list, shown);
        cJSON_Delete(member);
    }
    return list;
}

static cJSON *accounts_shown(const struct moment *m)
{
    static const char *const kept[] = { "id", "name", "type", "settings", "created_on" };
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->accounts.count; i++) {
        cJSON *json = doc_json_dup(m->accounts.items[i]), *shown = cJSON_CreateObject();
        cJSON *invited = invitations_of(m, doc_id(m->accounts.items[i]));

        keep(shown, json, kept, ARRAY_LEN(kept));
        if (invited->child)
            json_put(shown, "invitations", invited);
        else
            cJSON_Delete(invited);
        cJSON_AddItemToArray(list, shown);
        cJSON_Delete(json);
    }
    return list;
}

static cJSON *memberships_of(const struct moment *m, const char *user)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->members.count; i++) {
        const struct membership *one = membership_of(m->members.items[i]);
        cJSON *member, *shown;

        if (strcmp(one->user, user) != 0)
            continue;
        member = doc_json_dup(m->members.items[i]);
        shown = json_object(J_TEXT("account", one->account));
        put_member(shown, member, "accepted");
        cJSON_AddItemToArray(list, shown);
        cJSON_Delete(member);
    }
    return list;
}

static cJSON *users_shown(const struct moment *m)
{
    static const char *const kept[] = {
        "id",
        "email",
        "username",
        "first_name",
        "last_name",
        "telephone",
        "country",
        "zipcode",
        "suspended",
        "two_factor_authentication_enabled",
        "two_factor_authentication_locked",
        "created_on",
        "modified_on",
    };
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->users.count; i++) {
        const struct user *u = user_of(m->users.items[i]);
        cJSON *json = doc_json_dup(m->users.items[i]), *shown = cJSON_CreateObject();

        keep(shown, json, kept, ARRAY_LEN(kept));
        if (m->with_secrets && u->global_key)
            json_put(shown, "global_key", cJSON_CreateString(u->global_key));
        json_put(shown, "memberships", memberships_of(m, u->id));
        cJSON_AddItemToArray(list, shown);
        cJSON_Delete(json);
    }
    return list;
}

/* When a pending zone will be active by itself: no member of what the API shows. */
static void put_due(cJSON *shown, const struct zone *z)
{
    char text[STAMP_ROOM];

    if (!z->activates_on)
        return;
    stamp_text(z->activates_on, 6, text);
    json_put(shown, "activates_on", cJSON_CreateString(text));
}

static cJSON *zones_shown(const struct moment *m)
{
    static const char *const kept[] = {
        "id",
        "name",
        "status",
        "type",
        "paused",
        "development_mode",
        "name_servers",
        "vanity_name_servers",
        "original_name_servers",
        "original_registrar",
        "original_dnshost",
        "verification_key",
        "cname_suffix",
        "created_on",
        "modified_on",
    };
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->zones.count; i++) {
        cJSON *json = doc_json_dup(m->zones.items[i]), *shown = cJSON_CreateObject();
        const cJSON *activated = json_get(json, "activated_on");

        keep(shown, json, kept, ARRAY_LEN(kept));
        if (activated)
            json_put(shown, "activated_on", cJSON_Duplicate(activated, true));
        put_due(shown, zone_of(m->zones.items[i]));
        json_put(shown, "account", cJSON_CreateString(zone_of(m->zones.items[i])->account));
        json_put(shown, "plan", cJSON_CreateString(json_text(json_get(json, "plan"), "legacy_id")));
        cJSON_AddItemToArray(list, shown);
        cJSON_Delete(json);
    }
    return list;
}

static void put_value(cJSON *shown, const struct token *t, bool with_secrets)
{
    char hex[65];

    if (with_secrets && t->value) {
        json_put(shown, "value", cJSON_CreateString(t->value));
        return;
    }
    text_hex(t->sha256, sizeof t->sha256, hex);
    json_put(shown, "value_sha256", cJSON_CreateString(hex));
}

static cJSON *token_shown(const struct moment *m, const struct doc *d)
{
    static const char *const kept[] = { "issued_on", "modified_on", "last_used_on", "not_before",
                                        "expires_on" };
    const struct token *t = token_of(d);
    const struct doc *owner = index_get(&m->users_by_id, t->owner);
    cJSON *json = doc_json_dup(d),
          *shown = json_object(J_TEXT("name", t->name), J_TEXT("id", t->id));
    const cJSON *ip = json_at(json, "condition.request_ip");

    json_put(shown, "kind", cJSON_CreateString(t->kind == TOKEN_USER ? "user" : "account"));
    if (t->kind == TOKEN_USER)
        json_put(shown, "owner", cJSON_CreateString(owner ? user_of(owner)->email : t->owner));
    else
        json_put(shown, "account", cJSON_CreateString(t->owner));
    put_value(shown, t, m->with_secrets);
    if (t->disabled)
        json_put(shown, "status", cJSON_CreateString("disabled"));
    keep(shown, json, kept, ARRAY_LEN(kept));
    if (ip)
        json_put(shown, "ip", cJSON_Duplicate(ip, true));
    json_put(shown, "policies", cJSON_Duplicate(json_get(json, "policies"), true));
    cJSON_Delete(json);
    return shown;
}

static cJSON *tokens_shown(const struct moment *m)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < m->tokens.count; i++)
        cJSON_AddItemToArray(list, token_shown(m, m->tokens.items[i]));
    return list;
}

static bool names_what_is_gone(const struct moment *m, const cJSON *fault)
{
    const char *token = json_text(json_get(fault, "when"), "token");
    const char *changed = json_text(json_at(fault, "do.token"), "name");
    const char *user = json_text(json_at(fault, "do.user"), "email");
    bool user_there = !user;

    for (size_t i = 0; user && i < m->users.count; i++)
        user_there = user_there || text_same_nocase(user_of(m->users.items[i])->email, user);
    return (token && !index_get(&m->token_names, token)) ||
           (changed && !index_get(&m->token_names, changed)) || !user_there;
}

/* Faults of tokens and users that are gone can never happen; a scenario that named them would not
 * load. */
static cJSON *faults_shown(const struct moment *m, struct world *w)
{
    cJSON *all = faults_list(world_faults(w), false), *fault, *next;

    for (fault = all->child; fault; fault = next) {
        next = fault->next;
        if (names_what_is_gone(m, fault))
            cJSON_Delete(cJSON_DetachItemViaPointer(all, fault));
    }
    return all;
}

/* There is no seed in a snapshot: with it, the generator would begin anew and make the ids again
 * that the world has given away already. */
cJSON *scenario_snapshot(struct world *w, bool with_secrets)
{
    static const char *const said[] = { "description", "mode", "client_address_header" };
    const cJSON *scenario = scenario_json(world_scenario(w));
    struct moment m = { .with_secrets = with_secrets };
    cJSON *shown = json_object(J_WHOLE("mockflare", 1)), *faults;
    char now[STAMP_ROOM];

    moment_take(&m, w);
    keep(shown, scenario, said, ARRAY_LEN(said));
    if (clock_stands(world_clock(w))) {
        stamp_text(world_now(w), 6, now);
        json_put(shown, "clock", cJSON_CreateString(now));
    }
    json_put(shown, "accounts", accounts_shown(&m));
    json_put(shown, "users", users_shown(&m));
    json_put(shown, "zones", zones_shown(&m));
    json_put(shown, "tokens", tokens_shown(&m));
    if (json_get(scenario, "behaviour"))
        json_put(shown, "behaviour", cJSON_Duplicate(json_get(scenario, "behaviour"), true));
    faults = faults_shown(&m, w);
    if (faults->child)
        json_put(shown, "faults", faults);
    else
        cJSON_Delete(faults);
    moment_release(&m);
    return shown;
}

cJSON *scenario_env(struct world *w)
{
    struct moment m = { 0 };
    cJSON *shown = cJSON_CreateObject(), *tokens = cJSON_CreateObject();
    const struct zone *zone;

    moment_take(&m, w);
    zone = m.zones.count ? zone_of(m.zones.items[0]) : NULL;
    json_put(shown, "account_id",
             json_text_or_null(m.accounts.count ? doc_id(m.accounts.items[0]) : NULL));
    json_put(shown, "zone_id", json_text_or_null(zone ? zone->id : NULL));
    json_put(shown, "zone_name", json_text_or_null(zone ? zone->name : NULL));
    for (size_t i = 0; i < m.tokens.count; i++) {
        const struct token *t = token_of(m.tokens.items[i]);

        if (!json_get(tokens, t->name)) // of two tokens with one name the first is meant
            json_put(tokens, t->name, json_text_or_null(t->value));
    }
    json_put(shown, "tokens", tokens);
    moment_release(&m);
    return shown;
}
