/* Policies in the API's form: every form of `resources`, allow and deny, on the account 1111… with
 * its zones aaaa… and bbbb… (the reference notes' §6). */
#include "common/groups.h"
#include "common/json.h"
#include "common/mem.h"
#include "linker/policies.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A1 "11111111111111111111111111111111"
#define A2 "22222222222222222222222222222222"
#define Z1 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define Z2 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define Z9 "99999999999999999999999999999999"

#define ACC "com.cloudflare.api.account."
#define ZON "com.cloudflare.api.account.zone."
#define STAR(key) "{\"" key "\":\"*\"}"
#define NEST(account, zone) "{\"" ACC account "\":{\"" ZON zone "\":\"*\"}}"

/* ids of permission-groups.json */
#define DNS_WRITE "4755a26eedb94da69e1066d98aa820be"
#define DNS_READ "82e64a83756745bbbb1c9c2701bf816b"
#define D1_WRITE "09b2857d1c31407795e75e3fed8617a1"
#define TOKENS_READ "0cc3a61731504c89b99ec1be78b77aa0"

struct rule {
    const char *effect, *resources, *group;
};

static const struct {
    const char *wanted;
    struct rule rules[2];
    const char *zones[3];
    bool held;
    const char *why;
} rows[] = {
    // clang-format off
    { "D1 Write", {{ "allow", STAR(ACC A1), D1_WRITE }}, { 0 }, true, "the account by its id" },
    { "D1 Write", {{ "allow", STAR(ACC "*"), D1_WRITE }}, { 0 }, true, "all accounts" },
    { "D1 Write", {{ "allow", STAR(ACC A2), D1_WRITE }}, { 0 }, false, "another account" },
    { "D1 Write", {{ "allow", NEST(A1, "*"), D1_WRITE }}, { Z1 }, false, "zones are no account" },
    { "D1 Write", {{ "allow", STAR(ZON "*"), D1_WRITE }}, { Z1 }, false, "nor are all zones" },
    { "D1 Write", {{ "deny", STAR(ACC A1), D1_WRITE }}, { 0 }, false, "deny alone gives nothing" },
    { "D1 Write", {{ "allow", STAR(ACC "*"), D1_WRITE }, { "deny", STAR(ACC A1), D1_WRITE }}, { 0 }, false, "deny wins" },
    { "D1 Write", {{ "allow", STAR(ACC A1), D1_WRITE }, { "deny", STAR(ACC "*"), D1_WRITE }}, { 0 }, false, "also the wider one" },
    { "D1 Write", {{ "allow", STAR(ACC A1), D1_WRITE }, { "deny", STAR(ACC A2), D1_WRITE }}, { 0 }, true, "deny elsewhere" },
    { "D1 Write", {{ "allow", STAR(ACC A1), D1_WRITE }, { "deny", STAR(ACC A1), DNS_WRITE }}, { 0 }, true, "deny of another group" },
    { "D1 Write", {{ "allow", STAR(ACC A1), DNS_WRITE }}, { 0 }, false, "another group" },
    { "D1 Read",  {{ "allow", STAR(ACC A1), D1_WRITE }}, { 0 }, true, "Edit lets one read" },
    { "DNS Write", {{ "allow", STAR(ZON Z1), DNS_READ }}, { Z1 }, false, "the reverse never holds" },
    { "DNS Write", {{ "allow", STAR(ZON Z1), DNS_WRITE }}, { Z1, Z2 }, true, "one zone of two is enough" },
    { "DNS Write", {{ "allow", STAR(ZON Z9), DNS_WRITE }}, { Z1, Z2 }, false, "a zone elsewhere" },
    { "DNS Write", {{ "allow", STAR(ZON Z9), DNS_WRITE }}, { 0 }, false, "with no zone to look at, too" },
    { "DNS Write", {{ "allow", STAR(ZON "*"), DNS_WRITE }}, { Z1 }, true, "all zones" },
    { "DNS Write", {{ "allow", STAR(ZON "*"), DNS_WRITE }}, { 0 }, true, "all zones of an account without any" },
    { "DNS Write", {{ "allow", NEST(A1, "*"), DNS_WRITE }}, { Z1 }, true, "all zones, nested" },
    { "DNS Write", {{ "allow", NEST(A1, "*"), DNS_WRITE }}, { 0 }, true, "nested, of an account without zones" },
    { "DNS Write", {{ "allow", NEST(A2, "*"), DNS_WRITE }}, { Z1 }, false, "nested below another account" },
    { "DNS Write", {{ "allow", NEST(A1, Z2), DNS_WRITE }}, { Z1, Z2 }, true, "one zone, nested" },
    { "DNS Write", {{ "allow", STAR(ACC A1), DNS_WRITE }}, { Z1 }, false, "an account is no zone" },
    { "DNS Write", {{ "allow", NEST(A1, "*"), DNS_WRITE }, { "deny", STAR(ZON Z1), DNS_WRITE }}, { Z1, Z2 }, true, "denied on one, left on the other" },
    { "DNS Write", {{ "allow", NEST(A1, "*"), DNS_WRITE }, { "deny", STAR(ZON Z1), DNS_WRITE }}, { Z1 }, false, "denied on the only one" },
    { "DNS Write", {{ "allow", STAR(ZON Z1), DNS_WRITE }, { "deny", NEST(A1, "*"), DNS_WRITE }}, { Z1, Z2 }, false, "denied on all" },
    { "DNS Write", {{ "allow", STAR(ZON "*"), DNS_WRITE }, { "deny", NEST(A2, "*"), DNS_WRITE }}, { Z1 }, true, "denied in another account" },
    { "DNS Write", {{ "allow", NEST(A1, "*"), DNS_WRITE }, { "deny", STAR(ZON Z1), DNS_WRITE }}, { 0 }, false, "denied on one that is not seen" },
    { "DNS Write", {{ "allow", STAR(ZON "*"), DNS_WRITE }, { "deny", NEST(A2, "*"), DNS_WRITE }}, { 0 }, true, "denied in another account, none seen here" },
    { "DNS Read", {{ "allow", STAR(ZON Z1), DNS_WRITE }, { "deny", STAR(ZON Z1), DNS_READ }}, { Z1 }, true, "what Edit gives, a denied Read leaves" },
    { "API Tokens Read", {{ "allow", STAR("com.cloudflare.api.user." A2), TOKENS_READ }}, { 0 }, true, "oneself" },
    { "API Tokens Read", {{ "allow", STAR(ACC "*"), TOKENS_READ }}, { 0 }, false, "accounts are not oneself" },
    // clang-format on
};

static cJSON *policies_of(const struct rule *rules)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < 2 && rules[i].effect; i++) {
        cJSON *groups = cJSON_CreateArray();

        cJSON_AddItemToArray(groups, json_object(J_TEXT("id", rules[i].group)));
        cJSON_AddItemToArray(
            list, json_object(J_TEXT("effect", rules[i].effect),
                              J_TREE("resources", json_parse(NULL, rules[i].resources,
                                                             strlen(rules[i].resources))),
                              J_TREE("permission_groups", groups)));
    }
    return list;
}

START_TEST(policies_are_weighed)
{
    const struct group *g = group_by_name(rows[_i].wanted, NULL);
    struct policies_place place = { A1, rows[_i].zones, 0 };
    cJSON *policies = policies_of(rows[_i].rules);

    while (rows[_i].zones[place.zones_count])
        place.zones_count++;
    ck_assert_ptr_nonnull(g);
    ck_assert_msg(policies_hold(policies, g, &place) == rows[_i].held, "%s", rows[_i].why);
    cJSON_Delete(policies);
}
END_TEST

START_TEST(bucket_belongs_to_its_account)
{
    static const char own[] =
        "[{\"effect\":\"allow\",\"resources\":{\"com.cloudflare.edge.r2.bucket." A1
        "_default_logs\":\"*\"},\"permission_groups\":[{\"id\":\"%s\"}]}]";
    const struct group *g = group_by_name("Workers R2 Storage Bucket Item Read", NULL);
    struct policies_place here = { A1, NULL, 0 }, there = { A2, NULL, 0 };
    char text[400];
    cJSON *policies;

    ck_assert_ptr_nonnull(g);
    snprintf(text, sizeof text, own, g->id);
    policies = json_parse(NULL, text, strlen(text));
    ck_assert(policies_hold(policies, g, &here));
    ck_assert(!policies_hold(policies, g, &there));
    cJSON_Delete(policies);
}
END_TEST

START_TEST(strange_policies_give_nothing)
{
    static const char *const texts[] = {
        "[]",
        "[null]",
        "[{}]",
        "[{\"effect\":\"allow\"}]",
        "[{\"effect\":\"allow\",\"resources\":null,\"permission_groups\":null}]",
        "[{\"effect\":\"permit\",\"resources\":{\"" ACC A1
        "\":\"*\"},\"permission_groups\":[{\"id\":\"" D1_WRITE "\"}]}]",
        "[{\"effect\":\"allow\",\"resources\":{\"" ACC A1
        "\":\"*\"},\"permission_groups\":[{\"id\":7}]}]",
    };
    const struct group *g = group_by_name("D1 Write", NULL);
    struct policies_place place = { A1, NULL, 0 };
    cJSON *policies = json_parse(NULL, texts[_i], strlen(texts[_i]));

    ck_assert_ptr_nonnull(policies);
    ck_assert(!policies_hold(policies, g, &place));
    cJSON_Delete(policies);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("linker_policies");
    TCase *tc = tcase_create("policies");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, policies_are_weighed, 0, ARRAY_LEN(rows));
    tcase_add_test(tc, bucket_belongs_to_its_account);
    tcase_add_loop_test(tc, strange_policies_give_nothing, 0, 7);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
