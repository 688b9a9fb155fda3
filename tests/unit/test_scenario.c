/* Scenarios: what is wrong is told with its place, what is right becomes a world. */
#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/clock.h"
#include "mock/state/identity.h"
#include "mock/state/scenario.h"
#include "mock/state/scenario_parts.h"
#include "mock/world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define VALUE "0123456789abcdefghijABCDEFGHIJ_-56789012"
#define HEX "0123456789abcdef0123456789abcdef"

/* One error each: its line and column, path, and a piece of what is said. */
// clang-format off
static const struct {
    const char *text;
    unsigned line, column;
    const char *path, *what, *why;
} wrongs[] = {
    { "{\n  \"tokns\": []\n}", 2, 3, "tokns", "did you mean \"tokens\"?", "unknown key, nearest named" },
    { "{ \"resources\": {} }", 1, 3, "resources", "unknown member", "comes later, refused now" },
    { "{ \"a.b[0]\": 1 }", 1, 1, "a.b[0]", "unknown member", "a name that no path can find" },
    { "[]", 1, 1, "", "must be an object, not a list", "the root" },
    { "{ \"mockflare\": 2 }", 1, 16, "mockflare", "must be 1", "another version" },
    { "{ \"seed\": 1.5 }", 1, 11, "seed", "whole number", "a fraction" },
    { "{ \"seed\": \"7\" }", 1, 11, "seed", "not \"7\"", "a text is no number" },
    { "{ \"clock\": \"noon\" }", 1, 12, "clock", "now-1h", "no time" },
    { "{ \"mode\": \"sofd\" }", 1, 11, "mode", "did you mean \"soft\"?", "a word of a list" },
    { "{ \"mode\": \"a\\nb\" }", 1, 11, "mode", "not \"a\\nb\"", "a complaint is one line" },
    { "{ \"client_address_header\": \"a b\" }", 1, 28, "client_address_header", "header", "blank" },
    { "{ \"accounts\": [\n  { \"id\": \"" HEX "\" } ] }", 2, 3, "accounts[0]", "lacks \"name\"", "required" },
    { "{ \"accounts\": [{ \"name\": \"A\", \"id\": \"ABC\" }] }", 1, 37, "accounts[0].id", "32 lower-case hex", "no id" },
    { "{ \"accounts\": [{ \"name\": \"A\" }, { \"name\": \"A\" }] }", 1, 43, "accounts[1].name", "same name", "twice" },
    { "{ \"accounts\": [{ \"name\": \"A\", \"id\": \"" HEX "\" }, { \"name\": \"B\", \"id\": \"" HEX "\" }] }", 1, 96, "accounts[1].id", "same id", "an id twice" },
    { "{ \"users\": [{ \"email\": \"x\" }] }", 1, 24, "users[0].email", "e-mail", "no address" },
    { "{ \"users\": [{ \"email\": \"a@b.example\" }, { \"email\": \"A@B.example\" }] }", 1, 52, "users[1].email", "same email", "case folds" },
    { "{ \"users\": [{ \"email\": \"a@b.example\", \"memberships\": [{ \"account\": \"Exampel Account\" }] }] }", 1, 68, "users[0].memberships[0].account", "did you mean \"Example Account\"?", "no such account" },
    { "{ \"users\": [{ \"email\": \"a@b.example\", \"memberships\": [{ \"account\": \"Example Account\", \"roles\": [\"DMS\"] }] }] }", 1, 97, "users[0].memberships[0].roles[0]", "did you mean \"DNS\"?", "no such role" },
    { "{ \"zones\": [{ \"name\": \"com\" }] }", 1, 23, "zones[0].name", "domain", "one label" },
    { "{ \"zones\": [{ \"name\": \"a.example\", \"account\": \"B\" }] }", 1, 47, "zones[0].account", "no account is called \"B\"", "reference" },
    { "{ \"accounts\": [], \"zones\": [{ \"name\": \"a.example\" }] }", 1, 29, "zones[0]", "needs an account", "nobody to belong to" },
    { "{ \"zones\": [{ \"name\": \"a.example\", \"plan\": \"pros\" }] }", 1, 44, "zones[0].plan", "did you mean \"pro\"?", "a word" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"value\": \"secret-word\" }] }", 1, 39, "tokens[0].value", "not what stands here", "never repeated" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"value\": \"" VALUE "\", \"value_sha256\": \"" SUM "\" }] }", 1, 39, "tokens[0].value", "write one of them", "two values" },
    { "{ \"tokens\": [{ \"name\": \"a\", \"value\": \"" VALUE "\" }, { \"name\": \"b\", \"value\": \"" VALUE "\" }] }", 1, 108, "tokens[1].value", "\"a\" has the same value", "a value twice" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"status\": \"expired\" }] }", 1, 40, "tokens[0].status", "\"active\" or \"disabled\"", "a date does that" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"ip\": { \"in\": [\"192.0.2.1\"] } }] }", 1, 45, "tokens[0].ip.in[0]", "203.0.113.7/32", "an address is no range" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"permissions\": [\"Zone > DNS (Edti)\"] }] }", 1, 46, "tokens[0].permissions[0]", "did you mean \"Zone > DNS (Edit)\"?", "dashboard name" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"permissions\": \"none\" }] }", 1, 45, "tokens[0].permissions", "a list of permission groups", "alternatives are told" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"kind\": \"account\", \"permissions\": [\"API Tokens Read\"] }] }", 1, 65, "tokens[0].permissions[0]", "cannot hold", "a user group" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"zones\": [\"a.example\"] }] }", 1, 40, "tokens[0].zones[0]", "no zone is called", "reference" },
    { "{ \"accounts\": [{ \"name\": \"A\" }, { \"name\": \"B\" }], \"tokens\": [{ \"name\": \"ci\", \"kind\": \"account\", \"accounts\": [\"B\"] }] }", 1, 110, "tokens[0].accounts[0]", "its own account only", "not at home" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"kind\": \"account\", \"owner\": \"a@b.example\" }] }", 1, 58, "tokens[0].owner", "has no user", "owner of the other kind" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"account\": \"Example Account\" }] }", 1, 41, "tokens[0].account", "\"kind\": \"account\"", "account of a user token" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"owner\": \"a@b.example\" }] }", 1, 39, "tokens[0].owner", "no user is called", "no such user" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"permissions\": \"all\", \"policies\": [] }] }", 1, 64, "tokens[0].policies", "beside \"permissions\"", "both forms" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"policies\": [{ \"effect\": \"allow\", \"resources\": { \"com.cloudflare.api.account.x\": \"*\" }, \"permission_groups\": [] }] }] }", 1, 77, "tokens[0].policies[0].resources", "is no resource", "a resource of no form" },
    { "{ \"tokens\": [{ \"name\": \"ci\", \"policies\": [{ \"effect\": \"allow\", \"resources\": { \"com.cloudflare.api.account.*\": \"*\" }, \"permission_groups\": [{ \"id\": \"" HEX "\" }] }] }] }", 1, 140, "tokens[0].policies[0].permission_groups[0]", "no permission group has this id", "unknown group" },
    { "{ \"behaviour\": { \"inactive_verify\": \"stat\" } }", 1, 37, "behaviour.inactive_verify", "did you mean \"status\"?", "a switch" },
    { "{ \"behaviour\": { \"product_bad_token_status\": 402 } }", 1, 46, "behaviour.product_bad_token_status", "401 or 403", "between the two" },
    { "{ \"faults\": [{ \"do\": { \"error\": \"edge_5222\" } }] }", 1, 33, "faults[0].do.error", "did you mean \"edge_522\"?", "an error's name" },
    { "{ \"faults\": [{ \"when\": { \"token\": \"ci\" }, \"do\": { \"delay_ms\": 1 } }] }", 1, 35, "faults[0].when.token", "no token is called", "a fault that could never happen" },
    { "", 0, 0, NULL, NULL, "an empty file is a scenario" },
    { "// nothing\n/* but comments */\n", 0, 0, NULL, NULL, "so are comments" },
    { "\xef\xbb\xbf{}", 0, 0, NULL, NULL, "a byte order mark is an editor's" },
    { "{ \"$schema\": \"x\", \"mockflare\": 1 }", 0, 0, NULL, NULL, "the schema may be named" },
    { "{ \"seed\": 1,\n}", 2, 1, "", "comma", "a comma too many" },
    { "{ \"seed\": 1\n  \"mode\": \"soft\" }", 2, 3, "", "comma missing", "a comma too few" },
    { "{ \"seed\": 1 } x", 1, 15, "", "behind the value", "more than JSON" },
    { "{ \"seed\": 1,\n  \"mode\": \"soft\",\n  \"seed\": 2 }", 3, 3, "", "twice", "a name twice" },
    { "{ \"description\": \"\xc3\x28\" }", 1, 19, "", "UTF-8", "broken UTF-8" },
    { "{ \"description\": \"\xed\xa0\x80\" }", 1, 19, "", "UTF-8", "a surrogate" },
};
// clang-format on

static char *told(const struct scenario_errors *e)
{
    return e->count ? text_printf("%zu errors, first %u:%u %s: %s", e->count, e->items[0].line,
                                  e->items[0].column, e->items[0].path, e->items[0].what)
                    : xstrdup("no error");
}

START_TEST(error_has_its_place)
{
    struct scenario_errors e = { 0 };
    const char *text = wrongs[_i].text;
    struct scenario *s = scenario_parse(text, strlen(text), &e);
    char *got = told(&e);

    ck_assert_msg(e.count == (wrongs[_i].what ? 1 : 0), "%s: %s", wrongs[_i].why, got);
    ck_assert_msg(!s == !!wrongs[_i].what, "%s", wrongs[_i].why);
    if (wrongs[_i].what) {
        ck_assert_msg(e.items[0].line == wrongs[_i].line && e.items[0].column == wrongs[_i].column,
                      "%s: %s", wrongs[_i].why, got);
        ck_assert_msg(!strcmp(e.items[0].path, wrongs[_i].path), "%s: %s", wrongs[_i].why, got);
        ck_assert_msg(strstr(e.items[0].what, wrongs[_i].what), "%s: %s", wrongs[_i].why, got);
    }
    ck_assert(!strstr(got, "secret-word"));
    free(got);
    scenario_errors_release(&e);
    scenario_unref(s);
}
END_TEST

START_TEST(all_errors_are_told_in_order)
{
    static const char text[] =
        "{ \"zones\": [{ \"name\": \"x\" }],\n  \"tokens\": [{}],\n  \"moed\": 1 }";
    struct scenario_errors e = { 0 };

    ck_assert_ptr_null(scenario_parse(text, sizeof text - 1, &e));
    ck_assert_uint_eq(e.count, 3);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(e.items[i].line, i + 1);
    scenario_errors_release(&e);
}
END_TEST

START_TEST(nul_and_depth_are_told)
{
    struct scenario_errors e = { 0 };
    char deep[4000];

    ck_assert_ptr_null(scenario_parse("{ \"see\0d\": 1 }", 14, &e));
    ck_assert_uint_eq(e.count, 1);
    ck_assert_str_eq(e.items[0].what, "a NUL byte");
    ck_assert_uint_eq(e.items[0].column, 7);
    scenario_errors_release(&e);
    memset(deep, '[', sizeof deep);
    ck_assert_ptr_null(scenario_parse(deep, sizeof deep, &e));
    ck_assert_uint_eq(e.items[0].column, 65);
    scenario_errors_release(&e);
}
END_TEST

START_TEST(errors_have_an_end)
{
    struct scenario_errors e = { 0 };
    char *text = xmalloc(9000), *at = text + sprintf(text, "{\"zones\":[");

    for (int i = 0; i < 1000; i++)
        at += sprintf(at, "%s{}", i ? "," : "");
    sprintf(at, "]}");
    ck_assert_ptr_null(scenario_parse(text, strlen(text), &e));
    ck_assert_uint_eq(e.count, SCENARIO_ERRORS_MOST + 1);
    ck_assert(strstr(e.items[SCENARIO_ERRORS_MOST].what, "more is wrong"));
    scenario_errors_release(&e);
    free(text);
}
END_TEST

static struct world *world_of(const char *text)
{
    struct scenario_errors e = { 0 };
    struct scenario *s = scenario_parse(text, strlen(text), &e);
    struct world *w;
    char *why = NULL, *got = told(&e);

    ck_assert_msg(s != NULL, "%s", got);
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    scenario_unref(s);
    scenario_errors_release(&e);
    free(got);
    return w;
}

static struct doc *token_doc(struct world *w, const char *name)
{
    struct view *v = view_begin(world_store(w));
    struct doc *found = NULL;

    view_each (v, d, KIND_TOKEN, NULL)
        if (!found && strcmp(token_of(d)->name, name) == 0)
            found = doc_ref(d);
    view_end(v);
    ck_assert_msg(found != NULL, "no token %s", name);
    return found;
}

/* What a token's policies become: resource keys, one letter for the scope of the groups beside
 * each. */
static char *rights_of(struct world *w, const char *name)
{
    struct doc *d = token_doc(w, name);
    cJSON *json = doc_json_dup(d), *policy, *resource;
    struct buf out;

    buf_init(&out);
    buf_text(&out, "");
    cJSON_ArrayForEach (policy, json_get(json, "policies")) {
        const cJSON *group = json_at(policy, "permission_groups[0]");
        const struct group *g = group_by_id(json_text(group, "id"));

        buf_printf(&out, "%s%c%d", out.len ? " " : "", "UAZB"[g->scope],
                   cJSON_GetArraySize(json_get(policy, "permission_groups")));
        cJSON_ArrayForEach (resource, json_get(policy, "resources"))
            buf_printf(&out, " %s%s", resource->string + strlen("com.cloudflare.api."),
                       cJSON_IsObject(resource) ? "/zones" : "");
    }
    cJSON_Delete(json);
    doc_unref(d);
    return buf_take(&out);
}

#define A "a0000000000000000000000000000001"
#define B "a0000000000000000000000000000002"
#define ZA "b0000000000000000000000000000001"
#define ZB "b0000000000000000000000000000002"
#define U "c0000000000000000000000000000001"

// clang-format off
static const struct {
    const char *says, *becomes, *why;
} rights[] = {
    { "\"permissions\": [\"DNS Write\"]", "Z1 account.zone.*", "a zone group on all zones" },
    { "\"permissions\": [\"Zone > DNS (Edit)\"], \"zones\": [\"a.example\"]", "Z1 account.zone." ZA, "one zone" },
    { "\"permissions\": [\"DNS Write\"], \"zones\": [\"" ZB "\", \"a.example\", \"a.example\"]", "Z1 account.zone." ZB " account.zone." ZA, "by id, and named twice" },
    { "\"permissions\": [\"DNS Write\"], \"zones\": []", "", "no zone at all" },
    { "\"permissions\": [\"DNS Write\"], \"accounts\": [\"B\"]", "Z1 account." B "/zones", "all zones of one account" },
    { "\"permissions\": [\"DNS Write\"], \"accounts\": [], \"zones\": [\"a.example\"]", "Z1 account.zone." ZA, "a zone and no account" },
    { "\"permissions\": [\"D1 Write\", \"DNS Write\", \"API Tokens Read\"]", "A1 account.* Z1 account.zone.* U1 user." U, "each group to its kind of resource" },
    { "\"permissions\": [\"D1 Write\"], \"accounts\": [\"A\", \"B\"]", "A1 account." A " account." B, "two accounts" },
    { "\"permissions\": [\"D1 Write\"], \"accounts\": []", "", "no account" },
    { "\"permissions\": [\"D1 Write\", \"DNS Write\"], \"kind\": \"account\", \"account\": \"B\"", "A1 account." B " Z1 account." B "/zones", "an account-owned token is nested below its account" },
    { "\"permissions\": [\"DNS Write\"], \"kind\": \"account\", \"account\": \"B\", \"zones\": [\"b.example\"]", "Z1 account.zone." ZB, "one zone of it" },
    { "\"permissions\": [\"Access: Apps and Policies Read\"]", "A1 account.* Z1 account.zone.*", "a name of two scopes means both" },
    { "\"permissions\": [\"Argo Tunnel Write\"]", "A1 account.*", "a former name" },
    { "\"permissions\": []", "", "no permission" },
    { "\"status\": \"active\"", "", "nothing said of permissions" },
};
// clang-format on

START_TEST(permissions_become_policies)
{
    char *text = text_printf("{ \"accounts\": [{ \"name\": \"A\", \"id\": \"" A
                             "\" }, { \"name\": \"B\", \"id\": \"" B "\" }],"
                             "\"users\": [{ \"email\": \"o@a.example\", \"id\": \"" U "\" }],"
                             "\"zones\": [{ \"name\": \"a.example\", \"id\": \"" ZA
                             "\", \"account\": \"A\" },"
                             "{ \"name\": \"B.Example\", \"id\": \"" ZB "\", \"account\": \"B\" }],"
                             "\"tokens\": [{ \"name\": \"ci\", %s }] }",
                             rights[_i].says);
    struct world *w = world_of(text);
    char *got = rights_of(w, "ci");

    ck_assert_msg(!strcmp(got, rights[_i].becomes), "%s: got %s", rights[_i].why, got);
    free(got);
    world_unref(w);
    free(text);
}
END_TEST

START_TEST(all_is_what_the_kind_can_hold)
{
    struct world *w =
        world_of("{ \"tokens\": [{ \"name\": \"u\", \"permissions\": \"all\" },"
                 "{ \"name\": \"r\", \"permissions\": \"read\" },"
                 "{ \"name\": \"a\", \"kind\": \"account\", \"permissions\": \"all\" }] }");
    struct doc *user = token_doc(w, "u"), *read = token_doc(w, "r"), *account = token_doc(w, "a");

    ck_assert_uint_eq(token_of(user)->policies_count, 3);
    ck_assert_uint_eq(token_of(account)->policies_count, 2);
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];
        bool u = false, r = false, a = false;

        for (size_t k = 0; k < 3; k++)
            u = u || group_bit(token_of(user)->policies[k].groups, i);
        for (size_t k = 0; k < token_of(read)->policies_count; k++)
            r = r || group_bit(token_of(read)->policies[k].groups, i);
        for (size_t k = 0; k < 2; k++)
            a = a || group_bit(token_of(account)->policies[k].groups, i);
        ck_assert_msg(u == (g->scope != GROUP_BUCKET), "%s", g->name);
        ck_assert_msg(r == (g->scope != GROUP_BUCKET && text_ends(g->name, " Read")), "%s",
                      g->name);
        ck_assert_msg(a == (g->scope == GROUP_ACCOUNT || g->scope == GROUP_ZONE), "%s", g->name);
    }
    doc_unref(user);
    doc_unref(read);
    doc_unref(account);
    world_unref(w);
}
END_TEST

/* The default world: what the programs and their documentation promise of it. */
START_TEST(default_world_is_as_promised)
{
    static const char *const names[] = { "all",         "org",       "read-only",
                                         "integration", "disabled",  "expired",
                                         "not-yet",     "ip-locked", "no-zones" };
    struct scenario *s = scenario_default();
    char *why = NULL, *rows;
    struct world *w = world_new("", s, &why);
    cJSON *env = scenario_env(w), *tokens = json_get(env, "tokens");
    struct doc *d;
    size_t held = 0;

    ck_assert_int_eq(cJSON_GetArraySize(tokens), ARRAY_LEN(names));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        ck_assert_msg(shape_token_value(json_text(tokens, names[i])), "%s", names[i]);
    ck_assert_str_eq(json_text(env, "zone_name"), "example.com");
    ck_assert(text_is_hex32(json_text(env, "zone_id")));
    ck_assert(text_is_hex32(json_text(env, "account_id")));
    d = token_doc(w, "integration");
    for (size_t k = 0; k < token_of(d)->policies_count; k++)
        for (size_t i = 0; i < group_count; i++)
            if (group_bit(token_of(d)->policies[k].groups, i)) {
                ck_assert_msg(group_table[i].row, "%s is no row", group_table[i].name);
                held++;
            }
    ck_assert_uint_eq(held, 25);
    doc_unref(d);
    d = token_doc(w, "expired");
    ck_assert_str_eq(token_status(token_of(d), world_now(w)), "expired");
    doc_unref(d);
    d = token_doc(w, "not-yet");
    ck_assert_int_gt(token_of(d)->not_before, world_now(w));
    doc_unref(d);
    d = token_doc(w, "disabled");
    ck_assert(token_of(d)->disabled);
    doc_unref(d);
    d = token_doc(w, "ip-locked");
    ck_assert_uint_eq(token_of(d)->in_count, 1);
    ck_assert(!cidr_holds(token_of(d)->in, "127.0.0.1"));
    doc_unref(d);
    rows = rights_of(w, "no-zones");
    ck_assert_msg(!strstr(rows, "zone"), "%s", rows);
    free(rows);
    cJSON_Delete(env);
    world_unref(w);
    scenario_unref(s);
}
END_TEST

START_TEST(empty_scenario_has_one_account_and_user)
{
    struct world *w = world_of(""), *empty = world_of("{ \"accounts\": [], \"users\": [] }");
    cJSON *shown = scenario_snapshot(w, false), *none = scenario_snapshot(empty, false);

    ck_assert_str_eq(json_text(json_at(shown, "accounts[0]"), "name"), "Example Account");
    ck_assert_str_eq(json_text(json_at(shown, "users[0]"), "email"), "user@example.com");
    ck_assert_str_eq(cJSON_GetStringValue(json_at(shown, "users[0].memberships[0].roles[0]")),
                     "Super Administrator - All Privileges");
    ck_assert_int_eq(cJSON_GetArraySize(json_get(none, "accounts")), 0);
    ck_assert_int_eq(cJSON_GetArraySize(json_get(none, "users")), 0);
    cJSON_Delete(shown);
    cJSON_Delete(none);
    world_unref(w);
    world_unref(empty);
}
END_TEST

START_TEST(memberships_follow_the_rule)
{
    struct world *w = world_of("{ \"accounts\": [{ \"name\": \"A\" }, { \"name\": \"B\" }], "
                               "\"users\": [{ \"email\": \"all@a.example\" },"
                               "{ \"email\": \"none@a.example\", \"memberships\": [] },"
                               "{ \"email\": \"one@a.example\", \"memberships\": [{ \"account\": "
                               "\"B\", \"roles\": [\"DNS\"], \"status\": \"pending\" }] }] }");
    cJSON *shown = scenario_snapshot(w, false);

    ck_assert_int_eq(cJSON_GetArraySize(json_at(shown, "users[0].memberships")), 2);
    ck_assert_int_eq(cJSON_GetArraySize(json_at(shown, "users[1].memberships")), 0);
    ck_assert_int_eq(cJSON_GetArraySize(json_at(shown, "users[2].memberships")), 1);
    ck_assert_str_eq(json_text(json_at(shown, "users[2].memberships[0]"), "status"), "pending");
    ck_assert_str_eq(cJSON_GetStringValue(json_at(shown, "users[2].memberships[0].roles[0]")),
                     "DNS");
    cJSON_Delete(shown);
    world_unref(w);
}
END_TEST

START_TEST(ids_depend_on_seed_and_name_alone)
{
    static const char one[] = "{ \"tokens\": [{ \"name\": \"a\" }, { \"name\": \"b\" }] }";
    static const char turned[] = "{ \"tokens\": [{ \"name\": \"b\" }, { \"name\": \"a\" }] }";
    static const char seeded[] =
        "{ \"seed\": 1, \"tokens\": [{ \"name\": \"a\" }, { \"name\": \"b\" }] }";
    struct world *w1 = world_of(one), *w2 = world_of(turned), *w3 = world_of(seeded);
    struct doc *a1 = token_doc(w1, "a"), *a2 = token_doc(w2, "a"), *a3 = token_doc(w3, "a");

    ck_assert_str_eq(token_of(a1)->id, token_of(a2)->id);
    ck_assert_str_eq(token_of(a1)->value, token_of(a2)->value);
    ck_assert_str_ne(token_of(a1)->id, token_of(a3)->id);
    ck_assert_str_ne(token_of(a1)->value, token_of(a3)->value);
    doc_unref(a1);
    doc_unref(a2);
    doc_unref(a3);
    world_unref(w1);
    world_unref(w2);
    world_unref(w3);
}
END_TEST

START_TEST(relative_times_refer_to_the_clock)
{
    struct world *w =
        world_of("{ \"clock\": \"2026-03-01T09:00:00Z\", \"tokens\": [{ \"name\": \"a\","
                 "\"expires_on\": \"now+30d\", \"not_before\": \"now-1h\" }] }");
    struct doc *d = token_doc(w, "a");
    cJSON *json = doc_json_dup(d);

    ck_assert_str_eq(json_text(json, "expires_on"), "2026-03-31T09:00:00Z");
    ck_assert_str_eq(json_text(json, "not_before"), "2026-03-01T08:00:00Z");
    ck_assert(clock_stands(world_clock(w)));
    cJSON_Delete(json);
    doc_unref(d);
    world_unref(w);
}
END_TEST

START_TEST(behaviour_is_read)
{
    struct world *w =
        world_of("{ \"mode\": \"learn\", \"client_address_header\": \"X-Real-IP\", \"behaviour\": "
                 "{ \"inactive_verify\": \"reject\","
                 "\"memberships_account_token\": 10001, \"product_bad_token_status\": \"403\", "
                 "\"r2_enabled\": false,"
                 "\"propagation_s\": 5, \"retry_after\": \"date\", \"rate_headers\": \"none\" } }");
    const struct behaviour *b = world_behaviour(w);

    ck_assert_int_eq(b->inactive_verify, INACTIVE_REJECT);
    ck_assert_int_eq(b->memberships_account_token, MEMBERSHIPS_10001);
    ck_assert_int_eq(b->product_bad_token_status, PRODUCT_403);
    ck_assert(b->r2_disabled);
    ck_assert_int_eq(b->propagation_s, 5);
    ck_assert_int_eq(b->retry_after, RETRY_DATE);
    ck_assert_int_eq(b->rate_headers, RATE_HEADERS_NONE);
    ck_assert_int_eq(b->not_yet_verify, NOT_YET_REJECT);
    ck_assert_int_eq(world_mode(w), MODE_LEARN);
    ck_assert_str_eq(world_address_header(w), "X-Real-IP");
    world_unref(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenario");
    TCase *tc = tcase_create("scenario");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, error_has_its_place, 0, ARRAY_LEN(wrongs));
    tcase_add_test(tc, all_errors_are_told_in_order);
    tcase_add_test(tc, nul_and_depth_are_told);
    tcase_add_test(tc, errors_have_an_end);
    tcase_add_loop_test(tc, permissions_become_policies, 0, ARRAY_LEN(rights));
    tcase_add_test(tc, all_is_what_the_kind_can_hold);
    tcase_add_test(tc, default_world_is_as_promised);
    tcase_add_test(tc, empty_scenario_has_one_account_and_user);
    tcase_add_test(tc, memberships_follow_the_rule);
    tcase_add_test(tc, ids_depend_on_seed_and_name_alone);
    tcase_add_test(tc, relative_times_refer_to_the_clock);
    tcase_add_test(tc, behaviour_is_read);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
