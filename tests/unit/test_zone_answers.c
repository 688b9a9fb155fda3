/* Answers about zones and their settings, against the response schemas of the API's document. Where
 * recorded or live-tested answers differ from it, the difference stands here with its evidence. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/serve.h"
#include "mock/spec/schema_check.h"
#include "mock/spec/settings.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "a0000000000000000000000000000001"
#define FREE "b0000000000000000000000000000001"
#define LARGE "b0000000000000000000000000000002"
#define TOKEN "zone-answers-token-0123456789abcdef01234"

static const char scenario_text[] =
    "{\"seed\":4,\"clock\":\"2026-03-01T09:00:00Z\","
    "\"accounts\":[{\"id\":\"" ACCOUNT "\",\"name\":\"Acme\",\"type\":\"enterprise\"}],"
    "\"users\":[{\"email\":\"owner@acme.example\",\"memberships\":["
    "{\"account\":\"Acme\",\"roles\":[\"Super Administrator - All Privileges\"]}]}],"
    "\"zones\":[{\"id\":\"" FREE "\",\"name\":\"one.example\",\"account\":\"Acme\"},"
    "{\"id\":\"" LARGE "\",\"name\":\"two.example\",\"account\":\"Acme\",\"plan\":\"enterprise\"}],"
    "\"tokens\":[{\"name\":\"all\",\"kind\":\"user\",\"value\":\"" TOKEN
    "\",\"permissions\":\"all\"}]}";

/* What the document does not allow, and the real API shows all the same; or where the document says
 * one thing of what is sent and another of what is shown. Paths by their ends, faults by their
 * places. */
static const struct {
    const char *path, *fault, *evidence;
} excused[] = {
    { "/zones", "owner.id", "REC L25 null" },
    { FREE, "owner.id", "REC L25 null" },
    { "/zones", "tenant.id", "REC L25 null" },
    { FREE, "tenant.id", "REC L25 null" },
    { "/zones", "tenant.name", "REC L25 null" },
    { FREE, "tenant.name", "REC L25 null" },
    { "/zones", "tenant_unit.id", "REC L25 null" },
    { FREE, "tenant_unit.id", "REC L25 null" },
    { "/zones", "name_servers", "REC R24 a partial zone has none" },
    { "/ech", "result", "REC 2023" },
    { "/filter_logs_to_cloudflare", "result", "REC T4" },
    { "/log_to_cloudflare", "result", "REC T4" },
    { "/long_lived_grpc", "result", "REC 2022" },
    { "/minify", "result", "REC T4" },
    { "/mobile_redirect", "result", "REC T4" },
    { "/pq_keyex", "result", "REC 2022" },
    { "/visitor_ip", "result", "REC T4" },
    { "/proxy_read_timeout", "result", "REC a number in quotes" },
    { "/origin_tls_compliance_modes", "result.id", "LIVE origin_tls_cmpl" },
    { "/automatic_platform_optimization", "result.value", "DOC an object is sent" },
    { "/transformations_allowed_origins", "result.value", "DOC any text is sent" },
    { "/transformations_config", "result.value", "DOC an object is sent" },
};

static const struct {
    const char *method, *path, *body;
} asks[] = {
    { "POST", "/zones", "{\"name\":\"new.example\",\"account\":{\"id\":\"" ACCOUNT "\"}}" },
    { "POST", "/zones",
      "{\"name\":\"part.example\",\"type\":\"partial\",\"account\":{\"id\":\"" ACCOUNT "\"}}" },
    { "GET", "/zones", NULL },
    { "GET", "/zones/" FREE, NULL },
    { "PATCH", "/zones/" FREE, "{\"paused\":true}" },
    { "PUT", "/zones/" FREE "/activation_check", NULL },
    { "GET", "/zones/" LARGE "/hold", NULL },
    { "POST", "/zones/" LARGE "/hold", NULL },
    { "GET", "/zones/" LARGE "/hold/www.two.example", NULL },
    { "PATCH", "/zones/" LARGE "/hold", "{\"include_subdomains\":true}" },
    { "DELETE", "/zones/" LARGE "/hold", NULL },
    { "GET", "/zones/" FREE "/available_plans", NULL },
    { "GET", "/zones/" FREE "/available_plans/0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", NULL },
    { "GET", "/zones/" FREE "/available_rate_plans", NULL },
    { "GET", "/zones/" FREE "/subscription", NULL },
    { "POST", "/zones/" FREE "/subscription",
      "{\"rate_plan\":{\"id\":\"pro\"},\"frequency\":\"monthly\"}" },
    { "PUT", "/zones/" FREE "/subscription", "{\"rate_plan\":{\"id\":\"business\"}}" },
    { "DELETE", "/zones/" FREE "/subscription", NULL },
    { "GET", "/zones/" FREE "/custom_ns", NULL },
    { "PUT", "/zones/" FREE "/custom_ns", "{\"enabled\":true,\"ns_set\":2}" },
    { "GET", "/zones/" FREE "/environments", NULL },
    { "GET", "/zones/" FREE "/settings", NULL },
    { "PATCH", "/zones/" FREE "/settings", "{\"items\":[{\"id\":\"brotli\",\"value\":\"off\"}]}" },
    { "PATCH", "/zones/" FREE "/settings/development_mode", "{\"value\":\"on\"}" },
    { "PATCH", "/zones/" FREE "/settings/ssl_recommender", "{\"enabled\":true}" },
    { "PATCH", "/zones/" FREE "/settings/auto_origin_tls_kex", "{\"enabled\":true}" },
    { "PATCH", "/zones/" FREE "/settings/ssl_automatic_mode", "{\"value\":\"auto\"}" },
    { "PATCH", "/zones/" FREE "/settings/nel", "{\"value\":{\"enabled\":true}}" },
    { "PATCH", "/zones/" LARGE "/settings/aegis",
      "{\"value\":{\"enabled\":true,\"pool_id\":\"p\"}}" },
    { "PUT", "/zones/" FREE "/settings/origin_tls_compliance_modes", "{\"value\":[\"fips\"]}" },
    { "DELETE", "/zones/" FREE "/settings/origin_tls_compliance_modes", NULL },
    { "DELETE", "/zones/" FREE, NULL },
};

struct source {
    const char *at;
    size_t left;
};

static long read_body(void *from, void *into, size_t room)
{
    struct source *s = from;
    size_t n = s->left < room ? s->left : room;

    memcpy(into, s->at, n);
    s->at += n;
    s->left -= n;
    return (long)n;
}

static bool is_excused(const char *path, const char *place)
{
    for (size_t i = 0; i < ARRAY_LEN(excused); i++)
        if (text_ends(path, excused[i].path) && text_ends(place, excused[i].fault))
            return true;
    return false;
}

/* Takes what is excused away, so that what is left can be judged; false: it is not excused. An item
 * of a list of settings is excused as it is at its own path. */
static bool take_away(cJSON *json, const char *path, const char *place)
{
    const char *last = strrchr(place, '.');
    char *above = xstrndup(place, last ? (size_t)(last - place) : 0);
    cJSON *parent = last ? json_at(json, above) : json, *item = json_at(json, place);
    char *own =
        text_printf("%s/%s", path, item && json_text(item, "id") ? json_text(item, "id") : "");
    bool fine = is_excused(path, place);

    if (fine) {
        cJSON_DeleteItemFromObjectCaseSensitive(parent, last ? last + 1 : place);
    } else if (text_ends(path, "/settings") && item && is_excused(own, "result")) {
        cJSON_Delete(cJSON_DetachItemViaPointer(json_get(json, "result"), item));
        fine = true;
    }
    free(above);
    free(own);
    return fine;
}

static void judge(const struct call *c, const char *method, const char *path)
{
    cJSON *json = json_parse(NULL, c->out.body->at, c->out.body->len);
    struct schema_fault fault = { 0 };

    ck_assert_msg(c->out.status == 200, "%s %s: %d %s", method, path, c->out.status,
                  c->out.body->at);
    ck_assert_msg(c->op->response, "%s %s: no schema", method, path);
    while (!schema_check(c->op->response, json, &fault)) {
        ck_assert_msg(take_away(json, path, fault.path), "%s %s: %s %s in %.600s", method, path,
                      fault.path, fault.what, c->out.body->at);
        if (strcmp(fault.what, "is missing") == 0)
            break;
    }
    cJSON_Delete(json);
}

static void ask(const char *method, const char *path, const char *body)
{
    struct source source = { body, body ? strlen(body) : 0 };
    struct buf out = { 0 }, head = { 0 };
    struct call c = { .arena = arena_new() };

    c.in.method = method;
    c.in.path = arena_printf(c.arena, "/client/v4%s", path);
    c.in.query = "";
    c.in.header[c.in.header_count++] = (struct call_header){ "Host", "127.0.0.1" };
    c.in.header[c.in.header_count++] = (struct call_header){ "Authorization", "Bearer " TOKEN };
    c.in.read_body = read_body;
    c.in.body_from = &source;
    c.in.body_length = (int64_t)source.left;
    ((struct sockaddr_in *)&c.in.peer)->sin_family = AF_INET;
    ((struct sockaddr_in *)&c.in.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c.out.body = &out;
    c.out.head = &head;
    serve(&c);
    judge(&c, method, path);
    arena_free(c.arena);
    buf_release(&out);
    buf_release(&head);
}

START_TEST(answers_fit_their_schemas)
{
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        ask(asks[i].method, asks[i].path, asks[i].body);
}
END_TEST

START_TEST(each_setting_fits_its_schema)
{
    static const char *const zones[] = { FREE, LARGE };

    for (size_t z = 0; z < ARRAY_LEN(zones); z++) {
        char *path =
            text_printf("/zones/%s/settings/%s", zones[z], spec_text(spec_settings[_i].path));

        ask("GET", path, NULL);
        free(path);
    }
}
END_TEST

static void setup(void)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = scenario_parse(scenario_text, strlen(scenario_text), &errors);
    char *why = NULL;

    ck_assert_msg(s, "%s: %s", errors.items[0].path, errors.items[0].what);
    ck_assert_int_eq(worlds_setup(s, &why), 0);
    scenario_unref(s);
}

static void teardown(void)
{
    worlds_release();
}

int main(void)
{
    Suite *s = suite_create("zone answers");
    TCase *tc = tcase_create("answers");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, answers_fit_their_schemas);
    tcase_add_loop_test(tc, each_setting_fits_its_schema, 0, (int)spec_settings_count);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
