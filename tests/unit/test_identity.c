/* identity: policies of every form, address ranges, dates and states, and what the constructors
 * add. */
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A "0123456789abcdef0123456789abcdef"
#define Z "fedcba9876543210fedcba9876543210"
#define NOW "2026-03-01T09:00:00Z"
#define ACCOUNT "com.cloudflare.api.account."
#define ZONE "com.cloudflare.api.account.zone."

static struct world *w;

static void world_up(void)
{
    static const char text[] = "{\"mockflare\":1,\"seed\":7,\"clock\":\"" NOW "\"}";
    struct scenario_errors errors = { 0 };
    struct scenario *s;
    char *why = NULL;

    s = scenario_parse(text, strlen(text), &errors);
    ck_assert_ptr_nonnull(s);
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    scenario_unref(s);
}

static void world_down(void)
{
    world_unref(w);
}

/* A token from the text of its body; NULL: *why says what is wrong. */
static struct doc *token_from(const char *body, enum token_kind kind, char **why)
{
    cJSON *json = json_parse(NULL, body, strlen(body));
    struct token_spec spec = { .kind = kind, .owner = A, .value = "v", .json = json };
    struct doc *made;

    ck_assert_msg(json != NULL, "the row is no JSON: %s", body);
    *why = NULL;
    made = token_doc_new(w, &spec, why);
    cJSON_Delete(json);
    return made;
}

static char *body_of(const char *resources)
{
    const struct group *g = group_by_name("DNS Write", NULL);

    return text_printf("{\"name\":\"t\",\"policies\":[{\"effect\":\"allow\",\"resources\":%s,"
                       "\"permission_groups\":[{\"id\":\"%s\"}]}]}",
                       resources, g->id);
}

static const struct {
    const char *resources;
    int form; // -1: refused
    const char *id, *why;
} forms[] = {
    { "{\"" ACCOUNT A "\":\"*\"}", RES_ACCOUNT, A, "one account" },
    { "{\"" ACCOUNT "*\":\"*\"}", RES_ALL_ACCOUNTS, "", "all accounts" },
    { "{\"" ZONE Z "\":\"*\"}", RES_ZONE, Z, "one zone" },
    { "{\"" ZONE "*\":\"*\"}", RES_ALL_ZONES, "", "all zones" },
    { "{\"" ACCOUNT A "\":{\"" ZONE "*\":\"*\"}}", RES_ACCOUNT_ZONES, A, "zones of an account" },
    { "{\"" ACCOUNT A "\":{\"" ZONE Z "\":\"*\"}}", RES_ZONE, Z, "one zone, nested" },
    { "{\"" ACCOUNT "*\":{\"" ZONE "*\":\"*\"}}", RES_ALL_ZONES, "", "zones of all accounts" },
    { "{\"com.cloudflare.api.user." A "\":\"*\"}", RES_USER, A, "oneself" },
    { "{\"com.cloudflare.edge.r2.bucket." A "_default_my_files\":\"*\"}", RES_BUCKET, A,
      "a bucket whose name has a low line" },
    { "{\"" ACCOUNT "0123456789ABCDEF0123456789ABCDEF\":\"*\"}", RES_ACCOUNT, A, "case folds" },
    { "{}", -1, "", "none at all" },
    { "{\"" ACCOUNT A "\":\"read\"}", -1, "", "a value other than *" },
    { "{\"" ACCOUNT "0123\":\"*\"}", -1, "", "a short id" },
    { "{\"" ACCOUNT A "0\":\"*\"}", -1, "", "a long id" },
    { "{\"" ACCOUNT A "\":{}}", -1, "", "nothing nested" },
    { "{\"" ACCOUNT A "\":{\"" ACCOUNT A "\":\"*\"}}", -1, "", "an account in an account" },
    { "{\"" ZONE Z "\":{\"" ZONE "*\":\"*\"}}", -1, "", "nested below a zone" },
    { "{\"com.cloudflare.api.user.*\":\"*\"}", -1, "", "a user is named" },
    { "{\"com.cloudflare.edge.r2.bucket." A "_files\":\"*\"}", -1, "", "no jurisdiction" },
    { "{\"com.example.account." A "\":\"*\"}", -1, "", "somebody else's" },
    { "[]", -1, "", "a list" },
};

START_TEST(resource_has_its_form)
{
    char *body = body_of(forms[_i].resources), *why;
    struct doc *d = token_from(body, TOKEN_USER, &why);

    if (forms[_i].form < 0) {
        ck_assert_msg(!d && why, "%s: taken", forms[_i].why);
    } else {
        ck_assert_msg(d != NULL, "%s: %s", forms[_i].why, why);
        const struct policy *p = token_of(d)->policies;
        ck_assert_msg(p->resources_count == 1, "%s: count", forms[_i].why);
        ck_assert_msg((int)p->resources[0].form == forms[_i].form, "%s: form %d", forms[_i].why,
                      p->resources[0].form);
        ck_assert_msg(!strcmp(p->resources[0].id, forms[_i].id), "%s: id %s", forms[_i].why,
                      p->resources[0].id);
        ck_assert(group_bit(p->groups, group_index(group_by_name("DNS Write", NULL))));
    }
    free(why);
    free(body);
    doc_unref(d);
}
END_TEST

static const struct {
    const char *range, *address;
    int held; // -1: no range
    const char *why;
} ranges[] = {
    { "198.51.100.0/24", "198.51.100.7", 1, "inside" },
    { "198.51.100.0/24", "198.51.101.7", 0, "outside" },
    { "198.51.100.9/32", "198.51.100.9", 1, "one address" },
    { "198.51.100.9/32", "198.51.100.8", 0, "its neighbour" },
    { "198.51.100.7/24", "198.51.100.200", 1, "host bits do not count" },
    { "203.0.113.128/25", "203.0.113.127", 0, "a bit inside a byte" },
    { "203.0.113.128/25", "203.0.113.128", 1, "its first address" },
    { "0.0.0.0/0", "192.0.2.1", 1, "all of IPv4" },
    { "0.0.0.0/0", "2001:db8::1", 0, "and nothing else" },
    { "::/0", "2001:db8::1", 1, "all of IPv6" },
    { "::/0", "192.0.2.1", 0, "which holds no IPv4" },
    { "2001:db8::/32", "2001:db8:ffff::1", 1, "IPv6 inside" },
    { "2001:db8::/33", "2001:db8:8000::1", 0, "IPv6 outside" },
    { "2001:db8::7/128", "2001:DB8:0:0::7", 1, "another spelling" },
    { "198.51.100.0/24", "::ffff:198.51.100.7", 1, "IPv4 on an IPv6 socket" },
    { "198.51.100.0/24", "not an address", 0, "no address" },
    { "198.51.100.7", "198.51.100.7", -1, "an address is no range" },
    { "198.51.100.0/33", "", -1, "too many bits" },
    { "2001:db8::/129", "", -1, "too many bits of IPv6" },
    { "198.51.100/24", "", -1, "three numbers" },
    { "198.51.100.0/", "", -1, "no bits" },
    { "198.51.100.0/+8", "", -1, "a sign" },
    { "198.51.100.0/024", "", -1, "a leading zero" },
    { "198.51.100.0/24 ", "", -1, "a blank" },
    { "fe80::1%eth0/64", "", -1, "a scope" },
    { "", "", -1, "nothing" },
};

START_TEST(range_holds_its_addresses)
{
    struct cidr c;
    bool right = cidr_parse(ranges[_i].range, &c);

    ck_assert_msg(right == (ranges[_i].held >= 0), "%s: %s", ranges[_i].why, ranges[_i].range);
    if (right)
        ck_assert_msg(cidr_holds(&c, ranges[_i].address) == ranges[_i].held, "%s", ranges[_i].why);
}
END_TEST

static const struct {
    const char *members; // beside name and policies
    const char *status;  // NULL: refused
    const char *why;
} states[] = {
    { "", "active", "the default" },
    { ",\"status\":\"disabled\"", "disabled", "switched off" },
    { ",\"expires_on\":\"2026-03-01T09:00:01Z\"", "active", "a second to go" },
    { ",\"expires_on\":\"2026-03-01T09:00:00Z\"", "expired", "the moment itself is too late" },
    { ",\"expires_on\":\"2026-03-01T10:30:00+02:00\"", "expired", "an offset counts" },
    { ",\"status\":\"disabled\",\"expires_on\":\"2020-01-01T00:00:00Z\"", "expired", "both" },
    { ",\"status\":\"expired\",\"expires_on\":\"2027-01-01T00:00:00Z\"", "active",
      "it is computed" },
    { ",\"not_before\":\"2027-01-01T00:00:00Z\"", "active", "not yet, which is no status" },
    { ",\"expires_on\":\"now-1h\"", "expired", "a scenario's own time" },
    { ",\"expires_on\":null,\"not_before\":null", "active", "null is none" },
    { ",\"status\":\"revoked\"", NULL, "no such status" },
    { ",\"status\":\"expired\"", NULL, "without a date there is nothing to compute" },
    { ",\"expires_on\":\"tomorrow\"", NULL, "no time" },
    { ",\"expires_on\":1772355600", NULL, "a number" },
    { ",\"condition\":{\"request_ip\":{\"in\":[\"198.51.100.7\"]}}", NULL, "no range" },
    { ",\"condition\":{\"request.ip\":{\"not_in\":[7]}}", NULL, "no text" },
};

START_TEST(state_follows_from_dates)
{
    char *body = text_printf(
        "{\"name\":\"t\",\"policies\":[{\"effect\":\"deny\",\"resources\":{\"" ZONE "*\":\"*\"},"
        "\"permission_groups\":[{\"name\":\"DNS Read\"}]}]%s}",
        states[_i].members);
    char *why;
    struct doc *d = token_from(body, TOKEN_USER, &why);

    ck_assert_msg((d != NULL) == (states[_i].status != NULL), "%s: %s", states[_i].why, why);
    if (d)
        ck_assert_msg(!strcmp(token_status(token_of(d), world_now(w)), states[_i].status), "%s: %s",
                      states[_i].why, token_status(token_of(d), world_now(w)));
    else
        ck_assert_ptr_nonnull(why);
    free(why);
    free(body);
    doc_unref(d);
}
END_TEST

/* `resources` comes back as sent, in its order; dates in seconds; `request.ip` in today's spelling.
 */
START_TEST(token_is_shown_as_the_api_does)
{
    static const char resources[] =
        "{\"" ACCOUNT A "\":{\"" ZONE "*\":\"*\"},\"" ZONE Z "\":\"*\"}";
    char *body = text_printf(
        "{\"condition\":{\"request.ip\":{\"not_in\":[\"192.0.2.9/32\"],\"in\":[]}},"
        "\"expires_on\":\"2027-01-01T02:00:00.5+02:00\",\"policies\":[{\"id\":\"" A "\","
        "\"permission_groups\":[{\"id\":\"%s\",\"x\":1}],\"resources\":%s,\"effect\":\"allow\"}],"
        "\"name\":\"t\"}",
        group_by_name("DNS Write", NULL)->id, resources);
    char *why, *wanted;
    struct doc *d = token_from(body, TOKEN_USER, &why);

    ck_assert_msg(d != NULL, "%s", why);
    wanted =
        text_printf("{\"id\":\"%s\",\"name\":\"t\",\"status\":\"active\","
                    "\"expires_on\":\"2027-01-01T00:00:00Z\",\"policies\":[{\"id\":\"" A "\","
                    "\"effect\":\"allow\",\"resources\":%s,\"permission_groups\":[{\"id\":\"%s\","
                    "\"name\":\"DNS Write\"}]}],\"condition\":{\"request_ip\":{\"in\":[],"
                    "\"not_in\":[\"192.0.2.9/32\"]}}}",
                    doc_id(d), resources, group_by_name("DNS Write", NULL)->id);
    ck_assert_str_eq(doc_text(d, NULL), wanted);
    ck_assert_str_eq(doc_owner(d), A);
    ck_assert_uint_eq(token_of(d)->policies[0].resources_count, 2);
    free(wanted);
    free(body);
    doc_unref(d);
}
END_TEST

static const struct {
    const char *policies, *why;
} wrong_policies[] = {
    { "{}", "no list" },
    { "[{\"effect\":\"maybe\",\"resources\":{\"" ZONE
      "*\":\"*\"},\"permission_groups\":[{\"name\":\"DNS "
      "Read\"}]}]",
      "no effect" },
    { "[{\"effect\":\"allow\",\"resources\":{\"" ZONE "*\":\"*\"},\"permission_groups\":[]}]",
      "no groups" },
    { "[{\"effect\":\"allow\",\"resources\":{\"" ZONE
      "*\":\"*\"},\"permission_groups\":[{\"id\":\"" A "\"}]}]",
      "an unknown group" },
    { "[{\"effect\":\"allow\",\"resources\":{\"" ZONE "*\":\"*\"},\"permission_groups\":[{}]}]",
      "a group without a name" },
    { "[{\"effect\":\"allow\",\"permission_groups\":[{\"name\":\"DNS Read\"}]}]", "no resources" },
};

START_TEST(wrong_policy_is_refused)
{
    char *body = text_printf("{\"name\":\"t\",\"policies\":%s}", wrong_policies[_i].policies), *why;
    struct doc *d = token_from(body, TOKEN_ACCOUNT, &why);

    ck_assert_msg(!d && why, "%s: taken", wrong_policies[_i].why);
    free(why);
    free(body);
}
END_TEST

/* The scannable form: 5 + 40 + 8 characters; the last eight are the checksum of the forty. */
START_TEST(value_is_scannable)
{
    char value[64];

    token_value_make(w, TOKEN_USER, value);
    ck_assert_uint_eq(strlen(value), 53);
    ck_assert(text_starts(value, "cfut_"));
    ck_assert_uint_eq(strspn(value + 45, "0123456789abcdef"), 8);
    token_value_make(w, TOKEN_ACCOUNT, value);
    ck_assert(text_starts(value, "cfat_"));
}
END_TEST

START_TEST(sha256_is_the_standards)
{
    unsigned char sum[32];
    char hex[65];

    token_sha256("abc", sum); // FIPS 180-2, appendix B.1
    text_hex(sum, 32, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

static const struct {
    const char *role, *group;
    bool held;
    const char *why;
} reaches[] = {
    { "Super Administrator - All Privileges", "Billing Write", true, "everything" },
    { "Super Administrator - All Privileges", "DNS Write", true, "zones, too" },
    { "Administrator", "DNS Write", true, "an administrator edits" },
    { "Administrator", "Billing Write", false, "but does not pay" },
    { "Administrator Read Only", "DNS Read", true, "reads" },
    { "Administrator Read Only", "DNS Write", false, "and only reads" },
    { "DNS", "DNS Write", true, "its own area" },
    { "DNS", "Zone Read", true, "and the zone itself" },
    { "DNS", "Zone Write", false, "which it may not change" },
    { "DNS", "Workers Scripts Read", false, "another area" },
    { "Minimal Account Access", "Account Settings Read", true, "the account" },
    { "Minimal Account Access", "DNS Read", false, "and nothing else" },
};

START_TEST(role_reaches_its_groups)
{
    uint64_t groups[GROUP_WORDS] = { 0 };
    const cJSON *role = role_by_name(reaches[_i].role);

    ck_assert_msg(role != NULL, "%s", reaches[_i].role);
    role_groups(role, groups);
    ck_assert_msg(group_bit(groups, group_index(group_by_name(reaches[_i].group, NULL))) ==
                      reaches[_i].held,
                  "%s: %s", reaches[_i].role, reaches[_i].why);
    ck_assert_ptr_eq(role_by_name(json_text(role, "id")), role);
}
END_TEST

/* What recordings show of a zone nobody said more about. */
START_TEST(zone_is_completed)
{
    static const char text[] =
        "{\"name\":\"Example.TEST\",\"plan\":\"enterprise\",\"status\":\"pending\","
        "\"account\":{\"id\":\"" A "\",\"name\":\"Acme\"}}";
    static const char order[] =
        "id name status paused type development_mode name_servers "
        "original_name_servers original_registrar original_dnshost modified_on "
        "created_on activated_on vanity_name_servers vanity_name_servers_ips meta "
        "owner account tenant tenant_unit permissions plan ";
    cJSON *json = json_parse(NULL, text, strlen(text)), *shown;
    struct doc *d = zone_doc_new(w, json);
    const cJSON *item;
    char names[512] = "";

    shown = doc_json_dup(d);
    cJSON_ArrayForEach (item, shown)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s ", item->string);
    ck_assert_str_eq(names, order);
    ck_assert_str_eq(zone_of(d)->name, "example.test");
    ck_assert_str_eq(json_text(shown, "created_on"), "2026-03-01T09:00:00.000000Z");
    ck_assert(cJSON_IsNull(json_get(shown, "activated_on")));
    ck_assert_int_eq(json_whole(json_get(shown, "meta"), "step", 0), 2);
    ck_assert_int_eq(json_whole(json_get(shown, "meta"), "page_rule_quota", 0), 100);
    ck_assert_str_eq(json_text(json_get(shown, "plan"), "name"), "Enterprise Website");
    ck_assert_int_eq(cJSON_GetArraySize(json_get(shown, "name_servers")), 2);
    cJSON_Delete(shown);
    cJSON_Delete(json);
    doc_unref(d);
}
END_TEST

START_TEST(partial_zone_has_a_key_and_no_servers)
{
    static const char text[] =
        "{\"name\":\"example.test\",\"type\":\"partial\",\"account\":{\"id\":\"" A "\"}}";
    cJSON *json = json_parse(NULL, text, strlen(text)), *shown;
    struct doc *d = zone_doc_new(w, json);
    unsigned one, two;

    shown = doc_json_dup(d);
    ck_assert_ptr_null(json_get(shown, "name_servers"));
    ck_assert_ptr_null(json_get(shown, "vanity_name_servers"));
    ck_assert_int_eq(sscanf(json_text(shown, "verification_key"), "%9u-%9u", &one, &two), 2);
    ck_assert_str_eq(json_text(shown, "cname_suffix"), "cdn.cloudflare.net");
    cJSON_Delete(shown);
    cJSON_Delete(json);
    doc_unref(d);
}
END_TEST

START_TEST(member_of_unknown_address_has_no_user)
{
    static const char text[] = "{\"user\":{\"email\":\"new@acme.example\"},\"status\":\"pending\","
                               "\"roles\":[\"DNS\"]}";
    cJSON *json = json_parse(NULL, text, strlen(text)), *shown;
    struct doc *d = membership_doc_new(w, A, json);

    shown = doc_json_dup(d);
    ck_assert_str_eq(doc_key(d), "new@acme.example:" A);
    ck_assert_str_eq(doc_owner(d), A);
    ck_assert(!membership_of(d)->accepted);
    ck_assert(cJSON_IsNull(json_at(shown, "user.id")));
    ck_assert_str_eq(cJSON_GetStringValue(json_at(shown, "roles[0].name")), "DNS");
    ck_assert_str_eq(cJSON_GetStringValue(json_at(shown, "policies[0].permission_groups[0].name")),
                     "DNS");
    cJSON_Delete(shown);
    cJSON_Delete(json);
    doc_unref(d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("identity");
    TCase *tc = tcase_create("identity");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_add_checked_fixture(tc, world_up, world_down);
    tcase_add_loop_test(tc, resource_has_its_form, 0, ARRAY_LEN(forms));
    tcase_add_loop_test(tc, range_holds_its_addresses, 0, ARRAY_LEN(ranges));
    tcase_add_loop_test(tc, state_follows_from_dates, 0, ARRAY_LEN(states));
    tcase_add_test(tc, token_is_shown_as_the_api_does);
    tcase_add_loop_test(tc, wrong_policy_is_refused, 0, ARRAY_LEN(wrong_policies));
    tcase_add_test(tc, value_is_scannable);
    tcase_add_test(tc, sha256_is_the_standards);
    tcase_add_loop_test(tc, role_reaches_its_groups, 0, ARRAY_LEN(reaches));
    tcase_add_test(tc, zone_is_completed);
    tcase_add_test(tc, partial_zone_has_a_key_and_no_servers);
    tcase_add_test(tc, member_of_unknown_address_has_no_user);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
