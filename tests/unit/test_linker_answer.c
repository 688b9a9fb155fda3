/* What an answer means: the class of each, Retry-After in its forms, and the verdict on a token
 * from the answers of the verify endpoint. Bodies are those of the reference notes (auth-and-tokens
 * §3, §4, §11; rows B1 to B4, B7, G4, G7 of the failure list). */
#include "common/arena.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "linker/answer.h"
#include "linker/verify.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1772355600) // 2026-03-01T09:00:00Z

static void read_answer(struct arena *a, long status, const char *body, const char *header,
                        const char *value, struct answer *out)
{
    struct fetch_header headers[] = { { (char *)header, (char *)value } };
    struct fetch_response r = {
        .status = status,
        .headers = headers,
        .headers_count = header ? 1 : 0,
        .body = (char *)body,
        .body_len = strlen(body),
    };

    answer_read(a, &r, NOW * STAMP_SECOND, out);
}

static const struct {
    long status;
    const char *body, *header, *value;
    enum answer_kind kind;
    const char *why;
} answers[] = {
    { 200, "{\"success\":true,\"result\":{}}", NULL, NULL, ANSWER_GOOD, "members may be absent" },
    { 200, "{\"success\":true,\"errors\":null,\"messages\":null}", NULL, NULL, ANSWER_GOOD,
      "or null (B4)" },
    { 200, "{\"success\":false}", NULL, NULL, ANSWER_REFUSED, "200 is no success (B3)" },
    { 403, "{\"success\":false,\"errors\":[{\"code\":10000,\"message\":\"Authentication error\"}]}",
      NULL, NULL, ANSWER_REFUSED, "two members (B4)" },
    { 401, "{\"success\":false,\"errors\":null,\"messages\":null,\"result\":null}", NULL, NULL,
      ANSWER_REFUSED, "errors null (B4)" },
    { 200, "{\"success\":\"true\"}", NULL, NULL, ANSWER_ODD, "success must be a boolean" },
    { 200, "{\"status\":\"active\"}", NULL, NULL, ANSWER_ODD, "no envelope" },
    { 200, "[]", NULL, NULL, ANSWER_ODD, "a list is no envelope" },
    { 200, "", NULL, NULL, ANSWER_ODD, "empty (G4)" },
    { 200, "{\"result\":{\"id\":\"x\",\"status\":\"act", NULL, NULL, ANSWER_ODD, "cut JSON (G4)" },
    { 200, "<html>\"status\":\"active\"</html>", NULL, NULL, ANSWER_ODD, "a page" },
    { 204, "", NULL, NULL, ANSWER_ODD, "no content" },
    { 302, "", "Location", "https://elsewhere.example/", ANSWER_ODD, "a redirect" },
    { 429, "{\"success\":false,\"errors\":[{\"code\":971,\"message\":\"Please wait\"}]}", NULL,
      NULL, ANSWER_LIMITED, "429 in the envelope" },
    { 429, "error code: 1015", NULL, NULL, ANSWER_LIMITED, "429 of the edge" },
    { 502, "<!DOCTYPE html>", NULL, NULL, ANSWER_OUTAGE, "502 page (G4)" },
    { 503, "upstream connect error", NULL, NULL, ANSWER_OUTAGE, "503 text (G4)" },
    { 522, "error code: 522", NULL, NULL, ANSWER_OUTAGE, "52x text (G4)" },
    { 500, "{\"success\":false,\"errors\":[{\"code\":10000}]}", NULL, NULL, ANSWER_OUTAGE,
      "500 condemns nobody, whatever its body says" },
    { 403, "<!DOCTYPE html>Just a moment…", "cf-mitigated", "challenge", ANSWER_OUTAGE,
      "a challenge is no refusal (G7)" },
    { 403, "error code: 1020", NULL, NULL, ANSWER_OUTAGE, "the edge's firewall is none either" },
    { 403, "<html>", NULL, NULL, ANSWER_OUTAGE, "nor is any page" },
};

START_TEST(answer_has_class)
{
    struct arena *a = arena_new();
    struct answer out;

    read_answer(a, answers[_i].status, answers[_i].body, answers[_i].header, answers[_i].value,
                &out);
    ck_assert_msg(out.kind == answers[_i].kind, "%s: class %d", answers[_i].why, (int)out.kind);
    arena_free(a);
}
END_TEST

START_TEST(network_has_class)
{
    struct fetch_response r = { .error = FETCH_TLS, .error_text = "no", .body = "" };
    struct arena *a = arena_new();
    struct answer out;

    answer_read(a, &r, 0, &out);
    ck_assert_int_eq(out.kind, ANSWER_TLS);
    r.error = FETCH_RESET;
    r.status = 200; // the headers came, the body did not
    answer_read(a, &r, 0, &out);
    ck_assert_int_eq(out.kind, ANSWER_NETWORK);
    r.error = FETCH_TIMEOUT;
    answer_read(a, &r, 0, &out);
    ck_assert(out.timed_out);
    arena_free(a);
}
END_TEST

START_TEST(codes_of_the_chain_count)
{
    struct arena *a = arena_new();
    struct answer out;

    read_answer(
        a, 400,
        "{\"success\":false,\"errors\":[{\"code\":6003,\"message\":\"Invalid request headers\","
        "\"error_chain\":[{\"code\":6111,\"message\":\"Invalid format\"}]}]}",
        NULL, NULL, &out);
    ck_assert(answer_has_code(&out, 6003));
    ck_assert(answer_has_code(&out, 6111));
    ck_assert(!answer_has_code(&out, 1000));
    ck_assert(answer_says(&out, "request headers"));
    arena_free(a);
}
END_TEST

START_TEST(odd_answer_is_shown_in_brief)
{
    char page[4001];
    struct arena *a = arena_new();
    struct answer out;

    memset(page, 'x', sizeof page - 1);
    page[sizeof page - 1] = '\0';
    page[3] = '\n';
    read_answer(a, 502, page, "CF-Ray", "8a60e06f8cf5b4c2-FRA", &out);
    ck_assert_uint_lt(strlen(out.words), 300);
    ck_assert_ptr_null(strchr(out.words, '\n'));
    ck_assert_ptr_nonnull(strstr(out.words, "8a60e06f8cf5b4c2-FRA"));
    arena_free(a);
}
END_TEST

static const struct {
    const char *text;
    int64_t us;
    const char *why;
} waits[] = {
    { "2", 2 * STAMP_SECOND, "seconds" },
    { "0", 0, "now" },
    { "3600", 3600 * STAMP_SECOND, "an hour" },
    { "1.5", 2 * STAMP_SECOND, "a fraction counts up" },
    { "Sun, 01 Mar 2026 09:00:05 GMT", 6 * STAMP_SECOND, "a date, its last second waited out" },
    { "Sun, 01 Mar 2026 08:59:00 GMT", 0, "a date that is past" },
    { "soon", -1, "neither" },
    { "", -1, "nothing" },
    { "-5", -1, "negative" },
    { "5 s", -1, "a unit" },
    { "99999999999", -1, "beyond reason" },
};

START_TEST(retry_after_is_read)
{
    int64_t us = retry_after_read(waits[_i].text, NOW * STAMP_SECOND);

    ck_assert_msg(us == waits[_i].us, "%s: got %lld", waits[_i].why, (long long)us);
}
END_TEST

#define OK(result) "{\"result\":" result ",\"success\":true,\"errors\":[],\"messages\":[]}"
#define NO(code, text)                                                                             \
    "{\"success\":false,\"errors\":[{\"code\":" code ",\"message\":\"" text                        \
    "\"}],\"messages\":[],\"result\":null}"

static const struct {
    long status;
    const char *body;
    enum reason reason;
    const char *why;
} verdicts[] = {
    { 200, OK("{\"id\":\"x\",\"status\":\"active\"}"), REASON_OK,
      "no dates, no sentence (B2, B7)" },
    { 200, OK("{\"status\":\"disabled\"}"), REASON_TOKEN_DISABLED, "disabled (B1)" },
    { 200, OK("{\"status\":\"expired\"}"), REASON_TOKEN_EXPIRED, "expired (B1)" },
    { 200, OK("{\"status\":\"weird\"}"), REASON_INVALID_TOKEN, "a word nobody knows (B1)" },
    { 200, OK("{\"status\":\"revoked (exposed)\"}"), REASON_INVALID_TOKEN, "revoked" },
    { 200, OK("{\"status\":\"ACTIVE\"}"), REASON_INVALID_TOKEN, "only this very word is good" },
    { 200, OK("{\"id\":\"x\"}"), REASON_BAD_RESPONSE, "status missing (B1)" },
    { 200, OK("null"), REASON_BAD_RESPONSE, "result missing" },
    { 200, OK("{\"status\":\"active\",\"expires_on\":\"2026-03-01T08:59:30Z\"}"), REASON_OK,
      "clocks differ by 30 s" },
    { 200, OK("{\"status\":\"active\",\"expires_on\":\"2026-03-01T08:58:29Z\"}"),
      REASON_TOKEN_EXPIRED, "91 s are no clock skew" },
    { 200, OK("{\"status\":\"active\",\"not_before\":\"2026-03-01T09:01:30Z\"}"), REASON_OK,
      "nor do 90 s ahead refuse" },
    { 200, OK("{\"status\":\"active\",\"not_before\":\"2026-03-01T09:01:31Z\"}"),
      REASON_TOKEN_NOT_YET_VALID, "but 91 s do (B7)" },
    { 200,
      OK("{\"status\":\"active\",\"not_before\":\"2026-01-01T00:00:00Z\",\"expires_on\":\"2027-01-"
         "01T00:"
         "00:00Z\"}"),
      REASON_OK, "the window is open" },
    { 200, "{\"success\":false,\"result\":{\"status\":\"active\"}}", REASON_BAD_RESPONSE,
      "no success and no cause (B3)" },
    { 200, "{\"success\":false,\"errors\":[{\"code\":1000}]}", REASON_INVALID_TOKEN,
      "no success and a cause (B3)" },
    { 401, NO("1000", "Invalid API Token"), REASON_INVALID_TOKEN, "unknown" },
    { 400, NO("6003", "Invalid request headers"), REASON_INVALID_TOKEN, "malformed" },
    { 403, NO("9109", "Cannot use the access token from location: 203.0.113.7"),
      REASON_IP_NOT_ALLOWED, "address filter (G8)" },
    { 403, NO("9109", "Unauthorized to access requested resource"), REASON_ACCOUNT_MISMATCH,
      "somebody else's account" },
    { 403, NO("9109", "Invalid access token"), REASON_INVALID_TOKEN,
      "unknown, as the core says it (F1)" },
    { 401, NO("10000", "Authentication error"), REASON_INVALID_TOKEN, "as products say it (F1)" },
    { 400, NO("10001", "Unable to authenticate request"), REASON_INVALID_TOKEN, "or this (F1)" },
    { 400, NO("7000", "No route for that URI"), REASON_BAD_RESPONSE,
      "a wrong base URL is no bad token" },
    { 405, NO("7001", "Method GET not available for that URI."), REASON_BAD_RESPONSE, "likewise" },
};

START_TEST(verify_needs_all_three)
{
    struct arena *a = arena_new();
    struct answer out;
    enum reason got;

    read_answer(a, verdicts[_i].status, verdicts[_i].body, NULL, NULL, &out);
    got = verify_judge(&out, NOW * STAMP_SECOND);
    ck_assert_msg(got == verdicts[_i].reason, "%s: got %s", verdicts[_i].why, reason_word(got));
    arena_free(a);
}
END_TEST

START_TEST(other_endpoint_only_after_401_1000)
{
    static const struct {
        long status;
        const char *body;
        bool next;
    } rows[] = {
        { 401, NO("1000", "Invalid API Token"), true },
        { 403, NO("1000", "Invalid API Token"), false },
        { 401, NO("10000", "Authentication error"), false },
        { 503, NO("1000", "x"), false },
        { 200, OK("{\"status\":\"disabled\"}"), false },
    };
    struct arena *a = arena_new();

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct answer out;

        read_answer(a, rows[i].status, rows[i].body, NULL, NULL, &out);
        ck_assert_msg(verify_knows_not(&out) == rows[i].next, "row %zu", i);
    }
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("linker_answer");
    TCase *tc = tcase_create("answer");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, answer_has_class, 0, ARRAY_LEN(answers));
    tcase_add_test(tc, network_has_class);
    tcase_add_test(tc, codes_of_the_chain_count);
    tcase_add_test(tc, odd_answer_is_shown_in_brief);
    tcase_add_loop_test(tc, retry_after_is_read, 0, ARRAY_LEN(waits));
    tcase_add_loop_test(tc, verify_needs_all_three, 0, ARRAY_LEN(verdicts));
    tcase_add_test(tc, other_endpoint_only_after_401_1000);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
