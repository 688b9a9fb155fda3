/* What a table of rows cannot say of a scenario: references, roles, rights that fit the token's
 * kind. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/faults.h"
#include "mock/state/grants.h"
#include "mock/state/identity.h"
#include "mock/state/roster.h"
#include "mock/state/scenario_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct checking {
    const cJSON *json;
    const struct complaints *c;
    struct roster roster;
    bool fine;
};

__attribute__((format(printf, 3, 4))) static void wrong(struct checking *k, const char *path,
                                                        const char *format, ...)
{
    va_list args;
    char *what;

    va_start(args, format);
    what = text_vprintf(format, args);
    va_end(args);
    k->fine = false;
    complain(k->c, path, false, "%s", what);
    free(what);
}

static const char **role_names(void)
{
    const cJSON *table = role_table(), *role;
    const char **names = xcalloc((size_t)cJSON_GetArraySize(table) + 1, sizeof *names);
    size_t n = 0;

    cJSON_ArrayForEach (role, table)
        names[n++] = json_text(role, "name");
    return names;
}

static void check_roles(struct checking *k, const cJSON *roles, const char *path)
{
    const cJSON *role;
    size_t i = 0;

    cJSON_ArrayForEach (role, roles) {
        const char *name = cJSON_GetStringValue(role);
        size_t at = i++;

        if (name && !role_by_name(name)) {
            const char **names = role_names();
            char *where = text_printf("%s[%zu]", path, at), *hint = shape_hint_dup(name, names);

            wrong(k, where, "no role is called \"%.80s\"%s%s", name, hint,
                  *hint ? "" : ", such as \"Administrator\"");
            free(hint);
            free(where);
            free(names);
        }
    }
}

/* `seen` holds the accounts of this user's memberships so far. */
static void check_membership(struct checking *k, const cJSON *m, struct index *seen,
                             const char *path)
{
    const char *account = json_text(m, "account");
    const struct roster_entry *e = account ? roster_find(&k->roster.accounts, account) : NULL;
    char *at = text_printf("%s.account", path);

    if (account && !e) {
        k->fine = false;
        roster_complain(&k->roster.accounts, "account", account, at, k->c);
    } else if (e && index_get(seen, e->id)) {
        wrong(k, at, "another membership of this user is in the same account");
    } else if (e) {
        index_put(seen, e->id, (void *)e);
    }
    free(at);
    at = text_printf("%s.roles", path);
    check_roles(k, json_get(m, "roles"), at);
    free(at);
}

static void check_users(struct checking *k)
{
    const cJSON *user, *m;
    size_t at = 0;

    cJSON_ArrayForEach (user, json_get(k->json, "users")) {
        struct index seen;
        size_t i = 0, user_at = at++;

        index_init(&seen);
        cJSON_ArrayForEach (m, json_get(user, "memberships")) {
            char *path = text_printf("users[%zu].memberships[%zu]", user_at, i++);

            check_membership(k, m, &seen, path);
            free(path);
        }
        index_release(&seen);
    }
}

static void check_accounts(struct checking *k)
{
    const cJSON *account, *one;
    size_t at = 0;

    cJSON_ArrayForEach (account, json_get(k->json, "accounts")) {
        size_t i = 0, account_at = at++;

        cJSON_ArrayForEach (one, json_get(account, "invitations")) {
            char *path = text_printf("accounts[%zu].invitations[%zu].roles", account_at, i++);

            check_roles(k, json_get(one, "roles"), path);
            free(path);
        }
    }
}

/* The list `key` of a token: names or ids that exist; an account-owned token stays at home. */
static void check_reach(struct checking *k, const struct roster_entry *token, const char *key,
                        const char *kind, const struct roster_list *among)
{
    const cJSON *item, *list = json_get(token->json, key); // a text such as "*" has no elements
    size_t i = 0;

    cJSON_ArrayForEach (item, list) {
        const char *name = cJSON_GetStringValue(item);
        const struct roster_entry *e = name ? roster_find(among, name) : NULL, *home;
        char *path = text_printf("tokens[%zu].%s[%zu]", token->at, key, i++);

        home = among == &k->roster.accounts || !e ? e : e->account;
        if (name && !e) {
            k->fine = false;
            roster_complain(among, kind, name, path, k->c);
        } else if (token->account && home && home != token->account) {
            wrong(k, path, "an account-owned token reaches its own account only, \"%.80s\"",
                  token->account->name);
        }
        free(path);
    }
}

static void check_rights(struct checking *k, const struct roster_entry *token)
{
    static const char *const sugar[] = { "permissions", "accounts", "zones" };
    const cJSON *policies = json_get(token->json, "policies");
    const char *kind_name = json_text(token->json, "kind");
    enum token_kind kind =
        kind_name && strcmp(kind_name, "account") == 0 ? TOKEN_ACCOUNT : TOKEN_USER;
    char *path = text_printf("tokens[%zu].policies", token->at);

    for (size_t i = 0; policies && i < ARRAY_LEN(sugar); i++)
        if (json_get(token->json, sugar[i]))
            wrong(k, path, "stands beside \"%s\"; write either policies or permissions", sugar[i]);
    if (!grants_check_policies(policies, kind, path, k->c))
        k->fine = false;
    free(path);
    path = text_printf("tokens[%zu].permissions", token->at);
    if (!grants_check(json_get(token->json, "permissions"), kind, path, k->c))
        k->fine = false;
    free(path);
    check_reach(k, token, "accounts", "account", &k->roster.accounts);
    check_reach(k, token, "zones", "zone", &k->roster.zones);
}

/* Two tokens of one value could not be told apart. The complaint names the other, never the value.
 */
static void check_values(struct checking *k)
{
    struct index values;

    index_init(&values);
    for (size_t i = 0; i < k->roster.tokens.count; i++) {
        const struct roster_entry *e = &k->roster.tokens.items[i], *other;
        const char *value = json_text(e->json, "value"), *sum = json_text(e->json, "value_sha256");
        char *path = text_printf("tokens[%zu].value%s", e->at, value ? "" : "_sha256");

        if (value && sum)
            wrong(k, path, "stands beside \"value_sha256\"; write one of them");
        value = value ? value : sum;
        other = value ? index_get(&values, value) : NULL;
        if (other)
            wrong(k, path, "the token \"%.80s\" has the same value", other->name);
        else if (value)
            index_put(&values, value, (void *)e);
        free(path);
    }
    index_release(&values);
}

/* Switches that are numbers accept the two ends of their range only. */
static void check_behaviour(struct checking *k)
{
    static const struct {
        const char *name;
        int64_t one, other;
    } numbers[] = { { "memberships_account_token", 9106, 10001 },
                    { "product_bad_token_status", 401, 403 } };
    const cJSON *behaviour = json_get(k->json, "behaviour");

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t n = json_whole(behaviour, numbers[i].name, numbers[i].one);
        char *path = text_printf("behaviour.%s", numbers[i].name);

        if (n != numbers[i].one && n != numbers[i].other)
            wrong(k, path, "must be %lld or %lld, not %lld", (long long)numbers[i].one,
                  (long long)numbers[i].other, (long long)n);
        free(path);
    }
}

static void check_fault_token(struct checking *k, const char *name, const char *path)
{
    if (!name || roster_find(&k->roster.tokens, name))
        return;
    k->fine = false;
    roster_complain(&k->roster.tokens, "token", name, path, k->c);
}

static void check_faults(struct checking *k)
{
    const cJSON *fault, *list = json_get(k->json, "faults");
    size_t i = 0;

    if (!cJSON_IsArray(list))
        return;
    if (!faults_check(list, "faults", k->c))
        k->fine = false;
    cJSON_ArrayForEach (fault, list) {
        const char *email = json_text(json_at(fault, "do.user"), "email");
        char *path = text_printf("faults[%zu].when.token", i);

        check_fault_token(k, json_text(json_get(fault, "when"), "token"), path);
        free(path);
        path = text_printf("faults[%zu].do.token.name", i);
        check_fault_token(k, json_text(json_at(fault, "do.token"), "name"), path);
        free(path);
        path = text_printf("faults[%zu].do.user.email", i++);
        if (email && !roster_find(&k->roster.users, email)) {
            k->fine = false;
            roster_complain(&k->roster.users, "user", email, path, k->c);
        }
        free(path);
    }
}

bool scenario_check(const cJSON *json, const struct complaints *c)
{
    struct checking k = { .json = json, .c = c };

    k.fine = shape_check(scenario_rows, json, "", c);
    if (!roster_init(&k.roster, json, 0, c))
        k.fine = false;
    check_accounts(&k);
    check_users(&k);
    for (size_t i = 0; i < k.roster.tokens.count; i++)
        check_rights(&k, &k.roster.tokens.items[i]);
    check_values(&k);
    check_behaviour(&k);
    check_faults(&k);
    roster_release(&k.roster);
    return k.fine;
}
