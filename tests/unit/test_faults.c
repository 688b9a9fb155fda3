/* Faults: which requests they meet, what they answer, and what they do to the world. */
#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/state/faults.h"
#include "mock/state/faults_parts.h"
#include "mock/state/identity.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "a0000000000000000000000000000001"

static const char world_text[] =
    "{ \"clock\": \"2026-03-01T09:00:00Z\", \"seed\": 7,"
    "\"accounts\": [{ \"name\": \"Acme\", \"id\": \"" ACCOUNT
    "\" }], \"users\": [{ \"email\": \"o@acme.example\" },"
    "{ \"email\": \"other@acme.example\" }],"
    "\"zones\": [{ \"name\": \"acme.example\" }],"
    "\"tokens\": [{ \"name\": \"ci\", \"permissions\": \"all\" }, { \"name\": \"other\", "
    "\"owner\": \"other@acme.example\" },"
    "{ \"name\": \"org\", \"kind\": \"account\", \"permissions\": \"all\" }] }";

static struct world *w;

static void up(void)
{
    struct scenario_errors e = { 0 };
    struct scenario *s = scenario_parse(world_text, sizeof world_text - 1, &e);
    char *why = NULL;

    ck_assert_msg(s != NULL, "%s", e.count ? e.items[0].what : "");
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    scenario_unref(s);
}

static void down(void)
{
    world_unref(w);
}

static struct doc *token_doc(const char *name)
{
    struct view *v = view_begin(world_store(w));
    struct doc *found = NULL;

    view_each (v, d, KIND_TOKEN, NULL)
        if (strcmp(token_of(d)->name, name) == 0)
            found = doc_ref(d);
    view_end(v);
    return found;
}

/* A request as the gate has it: "GET /zones" with the template of its operation, made with a token.
 */
static struct call *call_begin(const char *method, const char *path, const char *operation,
                               const char *token)
{
    struct arena *a = arena_new();
    struct call *c = arena_alloc(a, sizeof *c);

    c->arena = a;
    c->world = w;
    c->in.method = method;
    c->local_path = path;
    c->op = operation ? fault_operation(operation) : &op_none;
    ck_assert_ptr_nonnull(c->op);
    c->out.body = arena_alloc(a, sizeof *c->out.body);
    buf_init(c->out.body);
    c->out.first_code = -1;
    strcpy(c->who.address, "192.0.2.1");
    if (token)
        c->who.token = token_doc(token);
    return c;
}

static void call_end(struct call *c)
{
    doc_unref((struct doc *)c->who.token);
    buf_release(c->out.body);
    arena_free(c->arena);
}

static cJSON *parsed(const char *text)
{
    cJSON *json = json_parse(NULL, text, strlen(text));

    ck_assert_msg(json != NULL, "%s", text);
    return json;
}

static void set_faults(const char *text)
{
    cJSON *list = parsed(text);
    char *why = NULL;

    ck_assert_msg(faults_replace(world_faults(w), list, &why) == 0, "%s", why);
    cJSON_Delete(list);
}

/* Ten equal requests: which of them meet the fault, as a row of letters. */
// clang-format off
static const struct {
    const char *when, *meets, *why;
} turns[] = {
    { "{}", "xxxxxxxxxx", "nothing said: all" },
    { "{\"nth\":[1]}", "x.........", "the first" },
    { "{\"nth\":[2,4]}", ".x.x......", "two of them" },
    { "{\"from\":4}", "...xxxxxxx", "from the fourth on" },
    { "{\"times\":2}", "xx........", "twice at most" },
    { "{\"from\":3,\"times\":2}", "..xx......", "both" },
    { "{\"percent\":100}", "xxxxxxxxxx", "all of them" },
    { "{\"operation\":\"GET /zones/{any_name}\"}", "xxxxxxxxxx", "placeholders have no name" },
    { "{\"operation\":\"DELETE /zones/{zone_id}\"}", "..........", "another method" },
    { "{\"operation\":\"GET /zones\"}", "..........", "another path" },
    { "{\"method\":\"GET\"}", "xxxxxxxxxx", "the method" },
    { "{\"method\":\"POST\"}", "..........", "another one" },
    { "{\"path\":\"/zones/*\"}", "xxxxxxxxxx", "one segment" },
    { "{\"path\":\"/*\"}", "..........", "a star stays in its segment" },
    { "{\"path\":\"/**\"}", "xxxxxxxxxx", "two do not" },
    { "{\"token\":\"ci\"}", "xxxxxxxxxx", "the token" },
    { "{\"token\":\"org\"}", "..........", "another token" },
    { "{\"token\":\"ci\",\"path\":\"/accounts/**\"}", "..........", "all that is said must hold" },
};
// clang-format on

START_TEST(fault_meets_its_requests)
{
    char *text = text_printf("[{\"when\":%s,\"do\":{\"delay_ms\":5}}]", turns[_i].when),
         got[11] = "";

    set_faults(text);
    for (int i = 0; i < 10; i++) {
        struct call *c = call_begin("GET", "/zones/0123", "GET /zones/{zone_id}", "ci");
        const struct fault_plan *plan = faults_plan(world_faults(w), c);

        got[i] = plan ? 'x' : '.';
        if (plan)
            ck_assert_int_eq(plan->delay_us, 5000);
        call_end(c);
    }
    ck_assert_msg(!strcmp(got, turns[_i].meets), "%s: %s", turns[_i].why, got);
    free(text);
}
END_TEST

/* The first whose turn it is; those behind it count the request, too. */
START_TEST(faults_count_side_by_side)
{
    static const char *const expected[] = { "a", "b", "c", NULL };

    set_faults("[{\"name\":\"a\",\"when\":{\"nth\":[1]},\"do\":{\"delay_ms\":1}},"
               "{\"name\":\"b\",\"when\":{\"nth\":[2]},\"do\":{\"delay_ms\":1}},"
               "{\"name\":\"c\",\"when\":{\"from\":2,\"times\":1},\"do\":{\"delay_ms\":1}}]");
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct call *c = call_begin("GET", "/ips", NULL, NULL);
        const struct fault_plan *plan = faults_plan(world_faults(w), c);

        ck_assert_int_eq(plan != NULL, expected[i] != NULL);
        if (plan)
            ck_assert_str_eq(plan->name, expected[i]);
        call_end(c);
    }
}
END_TEST

static int met_of_1000(uint64_t seed, char pattern[1001])
{
    cJSON *list = parsed("[{\"when\":{\"percent\":10},\"do\":{\"delay_ms\":1}}]");
    struct faults *f = faults_new(list, seed);
    int met = 0;

    for (int i = 0; i < 1000; i++) {
        struct call *c = call_begin("GET", "/ips", NULL, NULL);
        bool meets = faults_plan(f, c) != NULL;

        pattern[i] = meets ? 'x' : '.';
        met += meets;
        call_end(c);
    }
    pattern[1000] = '\0';
    faults_free(f);
    cJSON_Delete(list);
    return met;
}

START_TEST(percent_follows_the_seed)
{
    char one[1001], same[1001], other[1001];
    int met = met_of_1000(1, one);

    ck_assert_int_gt(met, 60); // 4 standard deviations around 100
    ck_assert_int_lt(met, 140);
    met_of_1000(1, same);
    met_of_1000(2, other);
    ck_assert_str_eq(one, same);
    ck_assert_str_ne(one, other);
}
END_TEST

/* Statuses, bodies and headers as recorded: auth-and-tokens §9, §11; recorded behaviour §8. */
// clang-format off
static const struct {
    const char *what, *operation;
    int status, code;
    const char *type, *body, *header, *value, *why;
} answers[] = {
    { "{\"error\":\"rate_limited\"}", "GET /zones", 429, 971, NULL, "Please wait and consider throttling", NULL, NULL, "REC" },
    { "{\"error\":\"authentication_error\"}", "GET /zones", 403, 9109, NULL, "Unauthorized to access requested resource", NULL, NULL, "REC core" },
    { "{\"error\":\"authentication_error\"}", "GET /accounts/{account_id}/workers/scripts", 403, 10000, NULL, "Authentication error", NULL, NULL, "REC product" },
    { "{\"error\":\"edge_522\"}", "GET /zones", 522, -1, "text/html; charset=UTF-8", "<title>api.cloudflare.com | 522: Connection timed out</title>", "retry-after", "120", "REC" },
    { "{\"error\":\"edge_521\"}", "GET /zones", 521, -1, "text/html; charset=UTF-8", "<!DOCTYPE html>", "Expires", "Thu, 01 Jan 1970 00:00:01 GMT", "REC" },
    { "{\"error\":\"edge_525\",\"retry_after\":7}", "GET /zones", 525, -1, "text/html; charset=UTF-8", "SSL handshake failed", "Retry-After", "7", "own seconds" },
    { "{\"error\":\"edge_526\",\"headers\":{\"Retry-After\":\"9\"}}", "GET /zones", 526, -1, "text/html; charset=UTF-8", "Invalid SSL certificate", "Retry-After", "9", "own header wins" },
    { "{\"error\":\"edge_502\"}", "GET /zones", 502, -1, "text/html; charset=UTF-8", "Bad gateway", NULL, NULL, "REC" },
    { "{\"error\":\"upstream_503\"}", "GET /zones", 503, -1, "text/plain", "upstream connect error or disconnect/reset before headers. reset reason: connection timeout", NULL, NULL, "REC" },
    { "{\"error\":\"edge_text\",\"code\":1015}", "GET /zones", 429, -1, "text/plain; charset=UTF-8", "error code: 1015", NULL, NULL, "REC" },
    { "{\"error\":\"edge_text\",\"code\":522}", "GET /zones", 522, -1, "text/plain; charset=UTF-8", "error code: 522", NULL, NULL, "REC" },
    { "{\"error\":\"edge_text\",\"code\":1020}", "GET /zones", 403, -1, "text/plain; charset=UTF-8", "error code: 1020", NULL, NULL, "REC" },
    { "{\"error\":\"edge_text\",\"code\":1010,\"status\":400}", "GET /zones", 400, -1, "text/plain; charset=UTF-8", "error code: 1010", NULL, NULL, "own status" },
    { "{\"error\":\"challenge\"}", "GET /zones", 403, -1, "text/html; charset=UTF-8", "Just a moment...", "cf-mitigated", "challenge", "REC/DOC" },
    { "{\"error\":\"maintenance\"}", "GET /zones", 503, 7010, NULL, "\"success\":false", "Retry-After", "120", "INF" },
    { "{\"error\":\"zones.create_denied\"}", "POST /zones", 403, 0, NULL, "com.cloudflare.api.account.zone.create", NULL, NULL, "REC, a family's catalogue" },
    { "{\"status\":200,\"body\":{\"success\":false,\"errors\":[{\"code\":42,\"message\":\"x\"}]}}", "GET /zones", 200, 42, NULL, "{\"success\":false,\"errors\":[{\"code\":42,\"message\":\"x\"}]}", NULL, NULL, "JSON, compact" },
    { "{\"status\":500,\"body\":\"oops\"}", "GET /zones", 500, -1, "text/plain; charset=UTF-8", "oops", NULL, NULL, "a text as it is" },
    { "{\"body\":\"{}\",\"content_type\":\"application/json\"}", "GET /zones", 200, -1, "application/json", "{}", NULL, NULL, "200 unless said" },
    { "{\"status\":204,\"headers\":{\"x-should-retry\":\"true\"}}", "GET /zones", 204, -1, NULL, "", "x-should-retry", "true", "no body" },
    { "{\"redirect\":\"https://example.net/\"}", "GET /zones", 302, -1, "text/html; charset=UTF-8", "", "Location", "https://example.net/", "redirect" },
    { "{\"redirect\":\"https://example.net/\",\"status\":307}", "GET /zones", 307, -1, "text/html; charset=UTF-8", "", "Location", "https://example.net/", "its own status" },
};
// clang-format on

static const char *header_of(const struct call *c, const char *name)
{
    const char *found = NULL;

    for (size_t i = 0; i < c->out.header_count; i++)
        if (text_same_nocase(c->out.header[i].name, name)) {
            ck_assert_msg(!found, "%s stands twice", name);
            found = c->out.header[i].value;
        }
    return found;
}

START_TEST(fault_answers)
{
    char *text = text_printf("[{\"do\":%s}]", answers[_i].what);
    struct call *c = call_begin("GET", "/zones", answers[_i].operation, NULL);
    const struct fault_plan *plan;
    const char *body, *type = answers[_i].type;

    set_faults(text);
    plan = faults_plan(world_faults(w), c);
    ck_assert(plan && plan->answers);
    ck_assert_int_eq(c->out.status, answers[_i].status);
    ck_assert_int_eq(c->out.first_code, answers[_i].code);
    body = c->out.body->at ? c->out.body->at : "";
    ck_assert_msg(strstr(body, answers[_i].body), "%s: %s", answers[_i].what, body);
    ck_assert_msg(type ? c->out.content_type && !strcmp(c->out.content_type, type)
                       : !c->out.content_type,
                  "%s: %s", answers[_i].what, c->out.content_type ? c->out.content_type : "none");
    if (answers[_i].header)
        ck_assert_str_eq(header_of(c, answers[_i].header), answers[_i].value);
    call_end(c);
    free(text);
}
END_TEST

START_TEST(page_has_the_size_of_a_real_one)
{
    struct call *c = call_begin("GET", "/zones", "GET /zones", NULL);

    set_faults("[{\"do\":{\"error\":\"edge_520\"}}]");
    faults_plan(world_faults(w), c);
    ck_assert_uint_ge(c->out.body->len, 6500); // 6.5 to 7 kB (REC)
    ck_assert_uint_le(c->out.body->len, 7000);
    call_end(c);
}
END_TEST

// clang-format off
static const struct {
    const char *what;
    int64_t seconds;
    const char *why;
} retries[] = {
    { "{\"error\":\"rate_limited\",\"retry_after\":3600}", 3600, "as given" },
    { "{\"error\":\"rate_limited\"}", 2, "a default that a test can wait for" },
    { "{\"error\":\"rate_limited\",\"retry_after\":null}", 0, "null leaves it out" },
    { "{\"error\":\"edge_text\",\"code\":1015,\"retry_after\":1}", 1, "the edge's own 429" },
    { "{\"status\":503,\"retry_after\":4}", 4, "written out" },
};
// clang-format on

START_TEST(retry_after_is_handed_on)
{
    char *text = text_printf("[{\"do\":%s}]", retries[_i].what);
    struct call *c = call_begin("GET", "/zones", "GET /zones", NULL);

    set_faults(text);
    faults_plan(world_faults(w), c);
    ck_assert_msg(c->retry_after_s == retries[_i].seconds, "%s", retries[_i].why);
    call_end(c);
    free(text);
}
END_TEST

START_TEST(wire_effects_are_planned)
{
    struct call *c = call_begin("GET", "/zones", "GET /zones", NULL);
    const struct fault_plan *plan;

    set_faults("[{\"do\":{\"drip_ms\":3,\"drip_bytes\":8,\"reset\":\"after\",\"truncate\":12,"
               "\"malformed\":true,\"endless\":true,\"delay_ms\":[5,9]}}]");
    plan = faults_plan(world_faults(w), c);
    ck_assert(plan && !plan->answers);
    ck_assert_int_eq(plan->drip_us, 3000);
    ck_assert_int_eq(plan->drip_bytes, 8);
    ck_assert_int_eq(plan->reset, RESET_AFTER_HEADERS);
    ck_assert_int_eq(plan->truncate_at, 12);
    ck_assert(plan->malformed && plan->endless);
    ck_assert_int_ge(plan->delay_us, 5000);
    ck_assert_int_le(plan->delay_us, 9000);
    call_end(c);
    c = call_begin("GET", "/zones", "GET /zones", NULL);
    set_faults("[{\"do\":{\"content_type\":\"text/html\",\"headers\":{\"x-a\":\"b\"}}}]");
    plan = faults_plan(world_faults(w), c);
    ck_assert(plan && !plan->answers); // both stand on the real answer
    ck_assert_str_eq(plan->content_type, "text/html");
    ck_assert_str_eq(header_of(c, "x-a"), "b");
    call_end(c);
    c = call_begin("GET", "/zones", "GET /zones", NULL);
    set_faults("[{\"do\":{\"delay_ms\":0}}]");
    plan = faults_plan(world_faults(w), c);
    ck_assert_int_eq(plan->truncate_at, -1);
    ck_assert_int_eq(plan->reset, RESET_NONE);
    call_end(c);
}
END_TEST

START_TEST(token_changes_in_mid_flow)
{
    struct call *c = call_begin("GET", "/zones", "GET /zones", "ci");
    const struct doc *old = c->who.token;
    const struct fault_plan *plan;
    struct doc *now;

    set_faults(
        "[{\"when\":{\"token\":\"ci\"},\"do\":{\"token\":{\"name\":\"ci\",\"roll\":true}}}]");
    plan = faults_plan(world_faults(w), c);
    ck_assert(plan && !plan->answers);
    ck_assert_ptr_eq(c->who.token, old); // this request still has the old one
    now = token_doc("ci");
    ck_assert_str_eq(token_of(now)->id, token_of(old)->id);
    ck_assert_str_ne(token_of(now)->value, token_of(old)->value);
    doc_unref(now);
    call_end(c);
}
END_TEST

START_TEST(user_is_removed_in_mid_flow)
{
    struct call *c = call_begin("GET", "/zones", "GET /zones", "ci");
    cJSON *shown;

    set_faults("[{\"do\":{\"user\":{\"email\":\"other@acme.example\",\"remove\":true},\"error\":"
               "\"edge_522\"}}]");
    ck_assert(faults_plan(world_faults(w), c)->answers);
    shown = scenario_snapshot(w, false);
    ck_assert_int_eq(cJSON_GetArraySize(json_get(shown, "users")), 1);
    ck_assert_int_eq(cJSON_GetArraySize(json_get(shown, "tokens")),
                     2); // "other" went with its owner
    cJSON_Delete(shown);
    call_end(c);
}
END_TEST

#define THREADS 8

static void *ask_100_times(void *met)
{
    for (int i = 0; i < 100; i++) {
        struct call *c = call_begin("GET", "/ips", NULL, NULL);

        *(int *)met += faults_plan(world_faults(w), c) != NULL;
        call_end(c);
    }
    return NULL;
}

START_TEST(threads_share_the_counters)
{
    pthread_t threads[THREADS];
    int met[THREADS] = { 0 }, sum = 0;
    cJSON *list;

    set_faults("[{\"when\":{\"times\":50},\"do\":{\"delay_ms\":1}}]");
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_100_times, &met[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += met[i];
    }
    ck_assert_int_eq(sum, 50);
    list = faults_list(world_faults(w), true);
    ck_assert_int_eq(json_whole(json_at(list, "[0]"), "matched", 0), 100 * THREADS);
    ck_assert_int_eq(json_whole(json_at(list, "[0]"), "fired", 0), 50);
    cJSON_Delete(list);
}
END_TEST

// clang-format off
static const struct {
    const char *fault, *says;
} wrongs[] = {
    { "{}", "lacks \"do\"" },
    { "{\"do\":{}}", "does nothing" },
    { "{\"dot\":{}}", "did you mean \"do\"?" },
    { "{\"when\":{\"operation\":\"GET /zone\"},\"do\":{\"delay_ms\":1}}", "did you mean \"GET /zones\"?" },
    { "{\"when\":{\"path\":\"/client/v4/zones\"},\"do\":{\"delay_ms\":1}}", "behind /client/v4" },
    { "{\"when\":{\"nth\":[0]},\"do\":{\"delay_ms\":1}}", "from 1" },
    { "{\"when\":{\"percent\":101},\"do\":{\"delay_ms\":1}}", "to 100" },
    { "{\"when\":{\"percent\":\"5\"},\"do\":{\"delay_ms\":1}}", "to 100" },
    { "{\"do\":{\"delay_ms\":[9,5]}}", "smaller one first" },
    { "{\"do\":{\"delay_ms\":[9]}}", "two of them" },
    { "{\"do\":{\"error\":\"edge_529\"}}", "did you mean" },
    { "{\"do\":{\"error\":\"edge_text\"}}", "needs \"code\"" },
    { "{\"do\":{\"error\":\"challenge\",\"code\":1015}}", "belongs to \"error\": \"edge_text\"" },
    { "{\"do\":{\"error\":\"edge_text\",\"code\":5}}", "1015 or 522" },
    { "{\"do\":{\"error\":\"challenge\",\"status\":500}}", "beside \"error\"" },
    { "{\"do\":{\"error\":\"challenge\",\"body\":\"x\"}}", "beside an answer" },
    { "{\"do\":{\"error\":\"challenge\",\"redirect\":\"http://a/\"}}", "write one of them" },
    { "{\"do\":{\"redirect\":\"ftp://a/\"}}", "http or https URL" },
    { "{\"do\":{\"redirect\":\"http://a/\",\"status\":200}}", "301" },
    { "{\"do\":{\"status\":99}}", "200 to 599" },
    { "{\"do\":{\"headers\":{\"a b\":\"c\"}}}", "no name of a header" },
    { "{\"do\":{\"headers\":{\"a\":\"b\\r\\nc: d\"}}}", "line breaks" },
    { "{\"do\":{\"reset\":\"now\"}}", "\"before\" or \"after\"" },
    { "{\"do\":{\"token\":{\"roll\":true}}}", "\"name\"" },
    { "{\"do\":{\"token\":{\"name\":\"ci\"}}}", "changes nothing" },
    { "{\"do\":{\"token\":{\"name\":\"ci\",\"status\":\"off\"}}}", "\"active\" or \"disabled\"" },
    { "{\"do\":{\"user\":{\"email\":\"a@b.example\"}}}", "\"remove\"" },
};
// clang-format on

START_TEST(wrong_fault_is_refused)
{
    cJSON *one = parsed(wrongs[_i].fault), *list;
    char *why = NULL;

    set_faults("[{\"name\":\"kept\",\"do\":{\"delay_ms\":1}}]");
    ck_assert_int_eq(faults_add(world_faults(w), one, &why), -1);
    ck_assert_msg(strstr(why, wrongs[_i].says), "%s: %s", wrongs[_i].fault, why);
    list = faults_list(world_faults(w), true);
    ck_assert_int_eq(cJSON_GetArraySize(list), 1);
    cJSON_Delete(list);
    free(why);
    cJSON_Delete(one);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("faults");
    TCase *tc = tcase_create("faults");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, up, down);
    tcase_add_loop_test(tc, fault_meets_its_requests, 0, ARRAY_LEN(turns));
    tcase_add_test(tc, faults_count_side_by_side);
    tcase_add_test(tc, percent_follows_the_seed);
    tcase_add_loop_test(tc, fault_answers, 0, ARRAY_LEN(answers));
    tcase_add_test(tc, page_has_the_size_of_a_real_one);
    tcase_add_loop_test(tc, retry_after_is_handed_on, 0, ARRAY_LEN(retries));
    tcase_add_test(tc, wire_effects_are_planned);
    tcase_add_test(tc, token_changes_in_mid_flow);
    tcase_add_test(tc, user_is_removed_in_mid_flow);
    tcase_add_test(tc, threads_share_the_counters);
    tcase_add_loop_test(tc, wrong_fault_is_refused, 0, ARRAY_LEN(wrongs));
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
