/* The engine of permissions, by tables: which token holds which group where, and why not. The rules are
 * those of the reference notes (resource forms DOC, deny before allow DOC, owner's role DOC). */
#include "common/json.h"
#include "common/mem.h"
#include "mock/state/policy.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACME "a0000000000000000000000000000001"
#define OTHER "a0000000000000000000000000000002"
#define STRANGE "a0000000000000000000000000000003"
#define ONE "b0000000000000000000000000000001"
#define TWO "b0000000000000000000000000000002"
#define AWAY "b0000000000000000000000000000003"

static const char world_text[] =
    "{\"accounts\":[{\"id\":\"" ACME "\",\"name\":\"Acme\"},{\"id\":\"" OTHER "\",\"name\":\"Other\"},"
    "{\"id\":\"" STRANGE "\",\"name\":\"Strange\"}],"
    "\"users\":[{\"email\":\"owner@acme.example\",\"memberships\":["
    "{\"account\":\"Acme\",\"roles\":[\"Super Administrator - All Privileges\"]},"
    "{\"account\":\"Other\",\"roles\":[\"Administrator Read Only\"]}]}],"
    "\"zones\":[{\"id\":\"" ONE "\",\"name\":\"one.example\",\"account\":\"Acme\"},"
    "{\"id\":\"" TWO "\",\"name\":\"two.example\",\"account\":\"Acme\"},"
    "{\"id\":\"" AWAY "\",\"name\":\"away.example\",\"account\":\"Other\"}],"
    "\"tokens\":["
    "{\"name\":\"all\",\"kind\":\"user\",\"permissions\":\"all\"},"
    "{\"name\":\"dns\",\"kind\":\"user\",\"permissions\":[\"DNS Write\"],\"zones\":[\"one.example\"]},"
    "{\"name\":\"acme\",\"kind\":\"user\",\"permissions\":[\"DNS Write\",\"D1 Write\"],\"accounts\":[\"Acme\"]},"
    "{\"name\":\"org\",\"kind\":\"account\",\"account\":\"Acme\",\"permissions\":\"all\"},"
    "{\"name\":\"deny\",\"kind\":\"account\",\"account\":\"Acme\",\"policies\":["
    "{\"effect\":\"allow\",\"permission_groups\":[{\"id\":\"4755a26eedb94da69e1066d98aa820be\"}],"
    "\"resources\":{\"com.cloudflare.api.account." ACME "\":{\"com.cloudflare.api.account.zone.*\":\"*\"}}},"
    "{\"effect\":\"deny\",\"permission_groups\":[{\"id\":\"4755a26eedb94da69e1066d98aa820be\"}],"
    "\"resources\":{\"com.cloudflare.api.account.zone." ONE "\":\"*\"}}]}]}";

static const struct {
    const char *token, *group, *account, *zone;
    enum reason reason;
    const char *why;
} rows[] = {
    { "all", "DNS Write", NULL, ONE, WHY_OK, "a token of everything on a zone of its owner" },
    { "all", "DNS Write", NULL, AWAY, WHY_ROLE, "the owner may only read there" },
    { "all", "DNS Read", NULL, AWAY, WHY_OK, "and read he may" },
    { "all", "D1 Write", STRANGE, NULL, WHY_FOREIGN_ACCOUNT, "all accounts are all of the owner's" },
    { "all", "Memberships Read", NULL, NULL, WHY_OK, "a user token holds user groups" },
    { "dns", "DNS Write", NULL, ONE, WHY_OK, "one zone" },
    { "dns", "DNS Write", NULL, TWO, WHY_MISSING_GROUP, "the other zone" },
    { "dns", "DNS Write", ACME, NULL, WHY_OK, "asked for an account: one of its zones is enough" },
    { "dns", "DNS Write", OTHER, NULL, WHY_MISSING_GROUP, "none of that account's zones" },
    { "dns", "Zone Read", NULL, ONE, WHY_MISSING_GROUP, "no other group" },
    { "acme", "D1 Write", ACME, NULL, WHY_OK, "an account group on its account" },
    { "acme", "D1 Read", ACME, NULL, WHY_MISSING_GROUP, "groups are compared as they are, not by verb" },
    { "acme", "D1 Write", OTHER, NULL, WHY_MISSING_GROUP, "another account of the same owner" },
    { "acme", "DNS Write", NULL, TWO, WHY_OK, "all zones of the account" },
    { "acme", "DNS Write", NULL, AWAY, WHY_MISSING_GROUP, "zones of another account" },
    { "org", "Memberships Read", NULL, NULL, WHY_NO_USER, "an account-owned token has no user" },
    { "org", "D1 Write", OTHER, NULL, WHY_FOREIGN_ACCOUNT, "it knows its own account alone" },
    { "org", "DNS Write", NULL, ONE, WHY_OK, "zones of its account" },
    { "deny", "DNS Write", NULL, ONE, WHY_DENIED_BY_POLICY, "deny wins over allow" },
    { "deny", "DNS Write", NULL, TWO, WHY_OK, "where nothing is denied" },
    { "deny", "DNS Write", ACME, NULL, WHY_OK, "asked for the account: a zone is left" },
    { "all", "DNS Write", NULL, "b0000000000000000000000000000009", WHY_FOREIGN_ZONE, "no such zone" },
};

static struct world *world;

static struct doc *token_named(struct view *v, const char *name)
{
    view_each (v, d, KIND_TOKEN, NULL)
        if (strcmp(token_of(d)->name, name) == 0)
            return d;
    ck_abort_msg("no token %s", name);
    return NULL;
}

static struct who principal(struct view *v, const char *name)
{
    struct doc *d = token_named(v, name);
    const struct token *t = token_of(d);
    struct who who = { .kind = t->kind == TOKEN_USER ? WHO_USER_TOKEN : WHO_ACCOUNT_TOKEN, .token = d };

    if (t->kind == TOKEN_ACCOUNT)
        who.account_id = t->owner;
    else
        who.user = view_get(v, KIND_USER, NULL, t->owner);
    return who;
}

START_TEST(a_group_is_held_or_not)
{
    struct view *v = view_begin(world_store(world));
    struct who who = principal(v, rows[_i].token);
    const struct group *g = group_by_name(rows[_i].group, NULL);
    enum reason got = policy_judge(v, &who, g, rows[_i].account, rows[_i].zone);

    ck_assert_msg(got == rows[_i].reason, "%s: %s holds %s: got %s, want %s", rows[_i].why, rows[_i].token,
                  rows[_i].group, reason_name(got), reason_name(rows[_i].reason));
    view_end(v);
}
END_TEST

START_TEST(permissions_of_a_zone_are_the_tokens_own)
{
    struct view *v = view_begin(world_store(world));
    struct who who = principal(v, "dns");
    cJSON *names = policy_zone_permissions(v, &who, zone_of(view_get(v, KIND_ZONE, NULL, ONE)));
    char *text = json_print_dup(names);

    ck_assert_str_eq(text, "[\"#dns_records:edit\",\"#dns_records:read\"]"); // spelling REC
    free(text);
    cJSON_Delete(names);
    view_end(v);
}
END_TEST

/* policy_zone_groups answers for all groups at once what policy_holds answers for each. */
START_TEST(all_groups_at_once_are_each_group)
{
    static const char *const tokens[] = { "all", "dns", "acme", "org", "deny" };
    struct view *v = view_begin(world_store(world));

    for (size_t t = 0; t < ARRAY_LEN(tokens); t++) {
        struct who who = principal(v, tokens[t]);
        view_each (v, d, KIND_ZONE, NULL) {
            const struct zone *z = zone_of(d);
            uint64_t held[GROUP_WORDS];

            policy_zone_groups(v, &who, z, held);
            for (size_t i = 0; i < group_count; i++)
                ck_assert_msg(group_bit(held, i) == (group_table[i].scope == GROUP_ZONE &&
                                                     policy_holds(v, &who, &group_table[i], z->account, z->id)),
                              "%s on %s: %s", tokens[t], z->name, group_table[i].name);
        }
    }
    view_end(v);
}
END_TEST

/* GET /accounts: an account group is needed (REC); zone groups alone list none. */
START_TEST(accounts_are_listed_by_account_groups)
{
    struct view *v = view_begin(world_store(world));
    struct who all = principal(v, "all"), dns = principal(v, "dns"), acme = principal(v, "acme");

    ck_assert(policy_lists_account(v, &all, ACME));
    ck_assert(policy_lists_account(v, &all, OTHER));
    ck_assert(!policy_lists_account(v, &all, STRANGE));
    ck_assert(policy_lists_account(v, &acme, ACME));
    ck_assert(!policy_lists_account(v, &acme, OTHER));
    ck_assert(!policy_lists_account(v, &dns, ACME));
    view_end(v);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy");
    TCase *tc = tcase_create("policy");
    SRunner *runner = srunner_create(suite);
    struct scenario_errors errors = { 0 };
    struct scenario *s;
    char *why = NULL;
    int failed;

    json_setup();
    s = scenario_parse(world_text, strlen(world_text), &errors);
    if (!s)
        fprintf(stderr, "%s: %s\n", errors.items[0].path, errors.items[0].what);
    world = s ? world_new("test", s, &why) : NULL;
    if (!world)
        return 1;
    tcase_add_loop_test(tc, a_group_is_held_or_not, 0, ARRAY_LEN(rows));
    tcase_add_test(tc, permissions_of_a_zone_are_the_tokens_own);
    tcase_add_test(tc, all_groups_at_once_are_each_group);
    tcase_add_test(tc, accounts_are_listed_by_account_groups);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    world_unref(world);
    scenario_unref(s);
    return failed != 0;
}
