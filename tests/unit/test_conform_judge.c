/* The judges: from a journal and a result, made by hand, to the checks that fail. Expectations come
 * from the protocol's table. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "conformance/judge.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"
#define TOKEN "Zk3mQ8rT1vX5yB7nC9dF2gH4jL6pS0wA-E_uIoRt"
#define BASE64 "WmszbVE4clQxdlg1eUI3bkM5ZEYyZ0g0akw2cFMwd0EtRV91SW9SdA=="

// clang-format off
#define LINKED "{\"linked\":true,\"reason\":\"ok\",\"account_id\":\"" ACCOUNT "\",\"token_type\":\"user\"}"
#define REFUSED(reason) "{\"linked\":false,\"reason\":\"" reason "\"}"
#define LACKS(missing, unverified)                                                                          \
    "{\"linked\":false,\"reason\":\"missing_permission\",\"missing\":[" missing "],\"unverified\":[" unverified "]}"

#define E(at, path, status) "{\"n\":" #at ",\"at_ms\":" #at ",\"end_ms\":" #at ",\"method\":\"GET\",\"path\":\"/client/v4" path \
    "\",\"operation\":\"GET " path "\",\"status\":" #status ",\"auth\":\"bearer\",\"auth_schemes\":[\"Authorization\"]," \
    "\"authorization\":\"clean\",\"user_agent\":\"x/1\""
#define CODE(n) ",\"code\":" #n "}"
#define OK "}"
#define USER_VERIFY E(0, "/user/tokens/verify", 200) OK

/* One run: what was told, what came, and the checks that must fail (blank-separated; "" none). */
struct row {
    const char *why, *step, *journal, *result;
    int exit_code;
    const char *fails;
    const char *truth, *kind;
    bool core;
};

#define STEP(type, expect, traffic) "{\"run\":{\"token\":\"ci\",\"account\":\"A\"" type "},\"expect\":" expect ",\"traffic\":" traffic "}"
#define USER ",\"token_type\":\"user\""
#define ACCT ",\"token_type\":\"account\""
#define NEEDS(groups) ",\"required\":[" groups "]"
#define EXPECT_OK "{\"reason\":\"ok\"}"
#define TRUTH(groups) "{\"credential\":{\"state\":\"ok\",\"kind\":\"user\"},\"account\":{\"proven\":true,\"exists\":true},\"groups\":[" groups "]}"
#define GROUP(name, state) "{\"name\":\"" name "\",\"state\":\"" state "\"}"

static const struct row rows[] = {
    { "all right", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, LINKED, 0, "", NULL, "user", false },
    { "wrong verdict", STEP(USER, "{\"reason\":\"token_expired\"}", "{}"), USER_VERIFY, LINKED, 0, "verdict", NULL, "user", false },
    { "right class is not enough for strict-1", STEP(USER, "{\"reason\":\"token_expired\"}", "{}"), USER_VERIFY, REFUSED("invalid_token"), 1, "verdict", NULL, "user", false },
    { "right class is enough for core-1", STEP(USER, "{\"reason\":\"token_expired\"}", "{}"), USER_VERIFY, REFUSED("invalid_token"), 1, "", NULL, "user", true },
    { "accepted reason", STEP(USER, "{\"reason\":\"token_expired\",\"accept\":[\"invalid_token\"]}", "{}"), USER_VERIFY, REFUSED("invalid_token"), 1, "", NULL, "user", false },
    { "another account linked", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, "{\"linked\":true,\"reason\":\"ok\",\"account_id\":\"" OTHER "\",\"token_type\":\"user\"}", 0, "verdict", NULL, "user", false },
    { "wrong kind told", STEP("", EXPECT_OK, "{}"), USER_VERIFY, LINKED, 0, "verdict", NULL, "account", false },
    { "exit does not agree", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, LINKED, 1, "process.agree", NULL, "user", false },
    { "try later is 75", STEP(USER, "{\"reason\":\"rate_limited\"}", "{}"), USER_VERIFY, REFUSED("rate_limited"), 1, "process.agree", NULL, "user", false },
    { "core-1 takes 1 for 75", STEP(USER, "{\"reason\":\"rate_limited\"}", "{}"), USER_VERIFY, REFUSED("rate_limited"), 1, "", NULL, "user", true },
    { "exit 126 is a crash", STEP(USER, "{\"reason\":\"invalid_token\"}", "{}"), USER_VERIFY, REFUSED("invalid_token"), 126, "process.crash process.agree", NULL, "user", false },
    { "skipped", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, "{\"skipped\":\"no\"}", 77, "verdict", NULL, "user", false },
    { "not an object", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, "hello", 0, "result.shape verdict", NULL, "user", false },
    { "two objects", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, LINKED LINKED, 0, "result.shape verdict", NULL, "user", false },
    { "linked without an account", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY, "{\"linked\":true,\"reason\":\"ok\"}", 0, "result.shape", NULL, "user", false },
    { "missing names too much", STEP(USER, "{\"reason\":\"missing_permission\",\"missing\":[\"DNS Write\"]}", "{}"), USER_VERIFY, LACKS("\"DNS Write\",\"Zone Read\"", ""), 1, "verdict", NULL, "user", false },
    { "missing names too little", STEP(USER, "{\"reason\":\"missing_permission\",\"missing\":[\"DNS Write\"]}", "{}"), USER_VERIFY, LACKS("", "\"DNS Write\""), 1, "verdict", NULL, "user", false },
    { "core-1 takes it as unverified", STEP(USER, "{\"reason\":\"missing_permission\",\"missing\":[\"DNS Write\"]}", "{}"), USER_VERIFY, LACKS("", "\"DNS Write\""), 1, "", NULL, "user", true },
    { "hint", STEP(USER, "{\"reason\":\"invalid_token\",\"hint\":\"global_key\"}", "{}"), USER_VERIFY, REFUSED("invalid_token"), 1, "hint.right", NULL, "user", false },
    { "message", STEP(USER, "{\"reason\":\"invalid_token\",\"message_has\":[[\"zone\",\"area\"],\"id\"]}", "{}"), USER_VERIFY, "{\"linked\":false,\"reason\":\"invalid_token\",\"message\":\"This AREA has no name\"}", 1, "message.right", NULL, "user", false },
    { "linked and never verified", STEP(USER, EXPECT_OK, "{}"), E(0, "/accounts/" ACCOUNT, 200) OK, LINKED, 0, "verify.called", NULL, "user", false },
    { "wrong endpoint", STEP(USER, EXPECT_OK, "{}"), E(0, "/accounts/" ACCOUNT "/tokens/verify", 200) OK "," USER_VERIFY, LINKED, 0, "verify.right-endpoint", NULL, "user", false },
    { "the other endpoint for a better message", STEP(USER, "{\"reason\":\"invalid_token\"}", "{}"), E(0, "/user/tokens/verify", 401) CODE(1000) "," E(1, "/accounts/" ACCOUNT "/tokens/verify", 200) OK, REFUSED("invalid_token"), 1, "", NULL, "account", false },
    { "falls through on 503", STEP("", EXPECT_OK, "{}"), E(0, "/user/tokens/verify", 503) OK "," E(1, "/accounts/" ACCOUNT "/tokens/verify", 200) OK, "{\"linked\":true,\"reason\":\"ok\",\"account_id\":\"" ACCOUNT "\",\"token_type\":\"account\"}", 0, "verify.called", NULL, "account", false },
    { "falls back on 401/1000", STEP("", EXPECT_OK, "{}"), E(0, "/user/tokens/verify", 401) CODE(1000) "," E(1, "/accounts/" ACCOUNT "/tokens/verify", 200) OK, "{\"linked\":true,\"reason\":\"ok\",\"account_id\":\"" ACCOUNT "\",\"token_type\":\"account\"}", 0, "", NULL, "account", false },
    { "verified twice", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/user/tokens/verify", 200) OK, LINKED, 0, "verify.once", NULL, "user", false },
    { "verified again after 503", STEP(USER, EXPECT_OK, "{}"), E(0, "/user/tokens/verify", 503) OK "," E(500, "/user/tokens/verify", 200) OK, LINKED, 0, "", NULL, "user", false },
    { "another account named", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/accounts/" OTHER, 403) OK, LINKED, 0, "traffic.other-account", NULL, "user", false },
    { "another account in the query", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/zones", 200) ",\"query\":\"account.id=" OTHER "&page=1\"}", LINKED, 0, "traffic.other-account", NULL, "user", false },
    { "its own account in capitals", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/accounts/0123456789ABCDEF0123456789ABCDEF", 200) OK, LINKED, 0, "", NULL, "user", false },
    { "a write", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY ",{\"n\":2,\"at_ms\":2,\"method\":\"POST\",\"path\":\"/client/v4/zones\",\"status\":200,\"auth\":\"bearer\",\"user_agent\":\"x\"}", LINKED, 0, "traffic.read-only", NULL, "user", false },
    { "a GraphQL query where analytics are needed", STEP(USER NEEDS("\"Analytics Read\""), EXPECT_OK, "{}"), USER_VERIFY ",{\"n\":2,\"at_ms\":2,\"method\":\"POST\",\"path\":\"/client/v4/graphql\",\"operation\":\"POST /graphql\",\"graphql\":\"query\",\"status\":200,\"auth\":\"bearer\",\"user_agent\":\"x\"}", LINKED, 0, "", NULL, "user", false },
    { "a GraphQL query where none are", STEP(USER NEEDS(""), EXPECT_OK, "{}"), USER_VERIFY ",{\"n\":2,\"at_ms\":2,\"method\":\"POST\",\"path\":\"/client/v4/graphql\",\"graphql\":\"query\",\"status\":200,\"auth\":\"bearer\",\"user_agent\":\"x\"}", LINKED, 0, "traffic.read-only", NULL, "user", false },
    { "bad_input after a request", STEP(USER, "{\"reason\":\"bad_input\"}", "{}"), USER_VERIFY, REFUSED("bad_input"), 1, "traffic.max", NULL, "user", false },
    { "no more than the case allows", STEP(USER, EXPECT_OK, "{\"max\":1}"), USER_VERIFY "," E(1, "/zones", 200) OK, LINKED, 0, "traffic.max", NULL, "user", false },
    { "two schemes", STEP(USER, EXPECT_OK, "{}"), "{\"n\":1,\"at_ms\":0,\"method\":\"GET\",\"path\":\"/client/v4/user/tokens/verify\",\"status\":200,\"auth\":\"both\",\"auth_schemes\":[\"Authorization\",\"X-Auth-Key\"],\"user_agent\":\"x\"}", LINKED, 0, "auth.one-scheme", NULL, "user", false },
    { "not trimmed", STEP(USER, EXPECT_OK, "{}"), "{\"n\":1,\"at_ms\":0,\"method\":\"GET\",\"path\":\"/client/v4/user/tokens/verify\",\"status\":200,\"auth\":\"bearer\",\"authorization\":\"untrimmed\",\"user_agent\":\"x\"}", LINKED, 0, "auth.one-scheme", NULL, "user", false },
    { "nameless", STEP(USER, EXPECT_OK, "{}"), "{\"n\":1,\"at_ms\":0,\"method\":\"GET\",\"path\":\"/client/v4/user/tokens/verify\",\"status\":200,\"auth\":\"bearer\"}", LINKED, 0, "ua.present", NULL, "user", false },
    { "token in a URL and a header", STEP(USER, EXPECT_OK, "{}"), E(0, "/user/tokens/verify", 200) ",\"watched\":[\"url\",\"header:X-Debug\"]}", LINKED, 0, "secret.url secret.header", NULL, "user", false },
    { "token in the message, as base64", STEP(USER, "{\"reason\":\"invalid_token\"}", "{}"), USER_VERIFY, "{\"linked\":false,\"reason\":\"invalid_token\",\"message\":\"" BASE64 "\"}", 1, "secret.stdout", NULL, "user", false },
    { "too early after a 429", STEP(USER, EXPECT_OK, "{\"wait_after_429_s\":2}"), E(0, "/user/tokens/verify", 429) OK "," E(1900, "/user/tokens/verify", 200) OK, LINKED, 0, "retry.after", NULL, "user", false },
    { "in time after a 429", STEP(USER, EXPECT_OK, "{\"wait_after_429_s\":2}"), E(0, "/user/tokens/verify", 429) OK "," E(1960, "/user/tokens/verify", 200) OK, LINKED, 0, "", NULL, "user", false },
    { "one repeat after 403", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/zones", 403) OK "," E(2, "/zones", 403) OK, LINKED, 0, "", NULL, "user", false },
    { "two repeats after 403", STEP(USER, EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/zones", 403) OK "," E(2, "/zones", 403) OK "," E(3, "/zones", 403) OK, LINKED, 0, "retry.never", NULL, "user", false },
    { "two repeats where refusals pass", STEP(USER, EXPECT_OK, "{\"transient_refusal\":true}"), USER_VERIFY "," E(1, "/zones", 403) OK "," E(2, "/zones", 403) OK "," E(3, "/zones", 200) OK, LINKED, 0, "", NULL, "user", false },
    { "five tries", STEP(USER, "{\"reason\":\"service_unavailable\"}", "{}"), E(0, "/zones", 503) OK "," E(300, "/zones", 503) OK "," E(600, "/zones", 503) OK "," E(900, "/zones", 503) OK "," E(1200, "/zones", 503) OK, REFUSED("service_unavailable"), 75, "retry.bounded", NULL, "user", false },
    { "hammering", STEP(USER, "{\"reason\":\"service_unavailable\"}", "{}"), E(0, "/zones", 503) OK "," E(10, "/zones", 503) OK "," E(20, "/zones", 503) OK, REFUSED("service_unavailable"), 75, "retry.bounded", NULL, "user", false },
    { "short pauses that grow", STEP(USER, "{\"reason\":\"service_unavailable\"}", "{}"), E(0, "/zones", 503) OK "," E(50, "/zones", 503) OK "," E(150, "/zones", 503) OK, REFUSED("service_unavailable"), 75, "", NULL, "user", false },
    { "first page only, and wrong", STEP(USER, "{\"reason\":\"ok\"}", "{\"pages\":\"/zones\"}"), USER_VERIFY "," E(1, "/zones", 200) OK, LACKS("\"Zone Read\"", ""), 1, "verdict page.complete", NULL, "user", false },
    { "a refusal at /memberships decided", STEP(ACCT, EXPECT_OK, "{}"), E(0, "/accounts/" ACCOUNT "/tokens/verify", 200) OK "," E(1, "/memberships", 400) CODE(9106), REFUSED("invalid_token"), 1, "verdict traffic.user-level", NULL, "account", false },
    { "nothing asked for a row", STEP(USER NEEDS("\"DNS Write\""), EXPECT_OK, "{}"), USER_VERIFY, LINKED, 0, "perm.checked", TRUTH(GROUP("DNS Write", "held")), "user", false },
    { "zone.permissions shows a row", STEP(USER NEEDS("\"DNS Write\""), EXPECT_OK, "{}"), USER_VERIFY "," E(1, "/zones", 200) OK, LINKED, 0, "", TRUTH(GROUP("DNS Write", "held")), "user", false },
    { "linked with a visible lack", STEP(USER NEEDS("\"DNS Write\""), "{\"by_truth\":true}", "{}"), USER_VERIFY "," E(1, "/zones", 200) OK, LINKED, 0, "verdict truth", TRUTH(GROUP("DNS Write", "lacking_visible")), "user", false },
    { "linked with an unseen lack, untold", STEP(USER NEEDS("\"DNS Write\""), "{\"by_truth\":true}", "{}"), USER_VERIFY "," E(1, "/zones", 200) OK, LINKED, 0, "truth", TRUTH(GROUP("DNS Write", "lacking_invisible")), "user", false },
    { "a held row called missing", STEP(USER NEEDS("\"DNS Write\""), "{\"by_truth\":true}", "{}"), USER_VERIFY "," E(1, "/zones", 200) OK, LACKS("\"DNS Write\"", ""), 1, "verdict truth", TRUTH(GROUP("DNS Write", "held")), "user", false },
    { "a row of the role alone is not judged", STEP(USER NEEDS("\"DNS Write\""), "{\"by_truth\":true}", "{}"), USER_VERIFY "," E(1, "/zones", 200) OK, LINKED, 0, "", TRUTH(GROUP("DNS Write", "role_only")), "user", false },
    { "linked though nothing reaches the account", STEP(USER NEEDS(""), "{\"by_truth\":true}", "{}"), USER_VERIFY, LINKED, 0, "verdict truth", "{\"credential\":{\"state\":\"ok\",\"kind\":\"user\"},\"account\":{\"proven\":false},\"groups\":[]}", "user", false },
};
// clang-format on

/* A text with the names of the checks that failed, in the table's order. */
static char *failed_dup(const struct findings *f)
{
    char *all = xstrdup("");

    for (size_t c = 0; c < CHECK_COUNT; c++)
        if (findings_has(f, (enum check)c)) {
            char *longer = text_printf("%s%s%s", all, *all ? " " : "", check_name((enum check)c));

            free(all);
            all = longer;
        }
    return all;
}

static bool same_words(const char *a, const char *b)
{
    char *rest = xstrdup(a), *save = NULL;
    size_t len = 0;
    bool all = true;

    for (char *w = strtok_r(rest, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        all = all && strstr(b, w);
        len += strlen(w) + 1;
    }
    free(rest);
    return all && (len ? len - 1 : 0) == strlen(b);
}

static cJSON *parse(const char *text)
{
    cJSON *json = json_parse(NULL, text, strlen(text));

    ck_assert_msg(json != NULL, "not JSON: %s", text);
    return json;
}

START_TEST(run_is_judged)
{
    const struct row *r = &rows[_i];
    char *entries = text_printf("{\"entries\":[%s],\"dropped\":0}", r->journal), *failed;
    cJSON *json = parse(r->step);
    struct test_case c = { .id = "x" };
    struct step step = { json_get(json, "run"), json_get(json, "expect"),
                         json_get(json, "traffic") };
    struct operations table;
    struct evidence e = {
        .c = &c, .step = &step, .exact = !r->core, .permissions = true, .operations = &table
    };
    struct findings f = { 0 };

    operations_take(&table, parse("{\"operations\":[{\"operation\":\"POST "
                                  "/graphql\",\"groups\":[\"Analytics Read\"]}]}"));
    e.token = xstrdup(TOKEN);
    e.value = xstrdup(TOKEN);
    e.account = xstrdup(ACCOUNT);
    e.account_right = xstrdup(ACCOUNT);
    e.kind = r->kind;
    e.declared = json_text(step.run, "token_type");
    e.required = json_get(step.run, "required");
    e.truth = r->truth ? parse(r->truth) : NULL;
    leak_init(&e.leak, TOKEN);
    e.process.exit_code = r->exit_code;
    e.process.out = xstrdup(r->result);
    e.process.out_len = e.process.out_total = strlen(r->result);
    e.process.err = xstrdup("");
    result_read(e.process.out, e.process.out_len, false, &e.result);
    evidence_take_journal(&e, parse(entries));
    judge(&e, &f);
    failed = failed_dup(&f);
    ck_assert_msg(same_words(r->fails, failed), "%s: expected [%s], failed [%s] %s", r->why,
                  r->fails, failed, f.count ? f.items[0].text : "");
    free(failed);
    free(entries);
    findings_release(&f);
    evidence_release(&e);
    operations_release(&table);
    cJSON_Delete(json);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conform_judge");
    TCase *tc = tcase_create("judge");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, run_is_judged, 0, sizeof rows / sizeof *rows);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
