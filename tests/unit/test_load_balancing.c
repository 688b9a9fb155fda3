/* Load balancing without a network: what each kind of object becomes, who refers to whom, regions.
 */
#include "mock/families/load_balancing.h"

#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A call that needs a world and an arena, and has no path. */
struct fixture {
    struct call call;
    struct buf body;
    struct scenario *scenario;
};

static void fixture_begin(struct fixture *f, const char *method, const char *path)
{
    static const char text[] =
        "{\"clock\":\"2026-03-01T12:00:00Z\",\"zones\":[{\"name\":\"example.com\"}]}";
    struct scenario_errors errors = { 0 };
    char *why = NULL;

    *f = (struct fixture){ .call = { .arena = arena_new(), .op = op_by_name(method, path) } };
    f->scenario = scenario_parse(text, sizeof text - 1, &errors);
    ck_assert_ptr_nonnull(f->scenario);
    f->call.world = world_new("", f->scenario, &why);
    buf_init(&f->body);
    f->call.out.body = &f->body;
}

static void fixture_end(struct fixture *f)
{
    arena_free(f->call.arena);
    buf_release(&f->body);
    world_unref(f->call.world);
    scenario_unref(f->scenario);
}

typedef enum step shape(struct call *c, const struct doc *old, cJSON *fresh);

/* Does `given` become something that holds all of `wanted`, and no member called `absent`? */
static void check_shape(shape *of, const char *old_text, const char *given, const char *wanted,
                        const char *absent, const char *why)
{
    struct fixture f;
    cJSON *fresh = cJSON_Parse(given), *want = wanted ? cJSON_Parse(wanted) : NULL, *old_json, *one;
    struct doc *old = NULL;
    char *got;

    fixture_begin(&f, "POST", "/user/load_balancers/pools");
    if (old_text) {
        old_json = cJSON_Parse(old_text);
        old = doc_new(KIND_LB_MONITOR, "", "x", NULL, old_json, NULL, NULL);
        cJSON_Delete(old_json);
    }
    ck_assert_msg((of(&f.call, old, fresh) == GO_ON) == (wanted != NULL), "%s", why);
    got = json_print_dup(fresh);
    cJSON_ArrayForEach (one, want)
        ck_assert_msg(json_equal(json_get(fresh, one->string), one), "%s: %s in %s", why,
                      one->string, got);
    if (wanted && absent)
        ck_assert_msg(!json_get(fresh, absent), "%s: %s", why, got);
    if (!wanted)
        ck_assert_msg(strstr(f.body.at, ": validation failed") && f.call.out.first_code == 1002,
                      "%s: %s", why, f.body.at);
    free(got);
    cJSON_Delete(want);
    cJSON_Delete(fresh);
    doc_unref(old);
    fixture_end(&f);
}

static const struct {
    const char *old, *given, *wanted, *absent, *why; // wanted NULL: refused
} monitors[] = {
    { NULL, "{\"type\":\"http\"}", "{\"method\":\"GET\",\"path\":\"/\",\"header\":{}}", "port",
      "http" },
    { NULL, "{\"type\":\"https\",\"method\":\"HEAD\",\"path\":\"/x\"}",
      "{\"method\":\"HEAD\",\"path\":\"/x\"}", "port", "https keeps what was sent" },
    { NULL, "{\"type\":\"http\",\"method\":\"POST\"}", NULL, NULL, "http knows two methods" },
    { NULL, "{\"type\":\"tcp\",\"port\":80,\"method\":\"GET\",\"path\":\"/\"}",
      "{\"method\":\"connection_established\",\"path\":\"\",\"port\":80}", NULL,
      "tcp has its own words" },
    { NULL, "{\"type\":\"tcp\"}", NULL, NULL, "tcp needs a port" },
    { NULL, "{\"type\":\"udp_icmp\",\"port\":0}", NULL, NULL, "a port of 0 is none" },
    { NULL, "{\"type\":\"smtp\",\"port\":25}", "{\"method\":\"\",\"path\":\"\"}", NULL, "smtp" },
    { NULL, "{\"type\":\"icmp_ping\"}", "{\"method\":\"\",\"path\":\"\"}", "port",
      "ping needs none" },
    { NULL, "{\"type\":\"http\",\"port\":0,\"consecutive_up\":0}", "{\"type\":\"http\"}",
      "consecutive_up", "0 is not set" },
    { NULL, "{\"type\":\"http\",\"port\":70000}", NULL, NULL, "no such port" },
    { NULL, "{\"type\":\"http\",\"interval\":9}", NULL, NULL, "too often" },
    { NULL, "{\"type\":\"http\",\"interval\":3600}", "{\"interval\":3600}", NULL, "seldom" },
    { NULL, "{\"type\":\"http\",\"interval\":3601}", NULL, NULL, "too seldom" },
    { NULL, "{\"type\":\"http\",\"retries\":-1}", NULL, NULL, "less than never" },
    { "{\"type\":\"tcp\"}",
      "{\"type\":\"http\",\"method\":\"connection_established\",\"path\":\"\"}",
      "{\"method\":\"GET\",\"path\":\"/\"}", NULL, "what tcp left behind goes" },
};

START_TEST(monitors_go_by_their_type)
{
    check_shape(lb_monitor_shape, monitors[_i].old, monitors[_i].given, monitors[_i].wanted,
                monitors[_i].absent, monitors[_i].why);
}
END_TEST

#define ONE "\"name\":\"p\",\"origins\":[{\"address\":\"192.0.2.1\"}]"

static const struct {
    const char *given, *wanted, *absent, *why;
} pools[] = {
    { "{" ONE "}", "{\"name\":\"p\"}", "disabled_at", "the least" },
    { "{" ONE ",\"monitor\":\"\"}", "{\"name\":\"p\"}", "monitor", "an empty monitor is none" },
    { "{" ONE ",\"load_shedding\":null}", "{\"name\":\"p\"}", "load_shedding", "null is none" },
    { "{" ONE ",\"load_shedding\":{\"default_policy\":\"hash\"}}",
      "{\"load_shedding\":{\"default_percent\":0,\"default_policy\":\"hash\",\"session_percent\":0,"
      "\"session_policy\":\"hash\"}}",
      NULL, "shedding is filled" },
    { "{" ONE ",\"origin_steering\":{}}", "{\"origin_steering\":{\"policy\":\"random\"}}", NULL,
      "steering is filled" },
    { "{" ONE ",\"enabled\":false}", "{\"disabled_at\":\"2026-03-01T12:00:00.000000Z\"}", NULL,
      "off since now" },
    { "{" ONE ",\"latitude\":1}", NULL, NULL, "half a place" },
    { "{" ONE ",\"latitude\":91,\"longitude\":0}", NULL, NULL, "beyond the pole" },
    { "{" ONE ",\"health_sources\":[\"global\",\"regional\"],\"check_regions\":[\"WEU\"]}", NULL,
      NULL, "sources in the wrong order" },
    { "{" ONE ",\"health_sources\":[\"regional\",\"global\"]}", NULL, NULL,
      "sources without regions" },
    { "{" ONE ",\"health_sources\":[\"regional\",\"global\"],\"check_regions\":[\"WEU\"]}",
      "{\"name\":\"p\"}", NULL, "sources" },
    { "{\"name\":\"a b\",\"origins\":[{\"address\":\"192.0.2.1\"}]}", NULL, NULL,
      "a name with a blank" },
    { "{\"name\":\"\",\"origins\":[{\"address\":\"192.0.2.1\"}]}", NULL, NULL, "an empty name" },
    { "{\"origins\":[{\"address\":\"192.0.2.1\"}]}", NULL, NULL, "no name" },
    { "{\"name\":\"p\",\"origins\":[]}", NULL, NULL, "no origin" },
    { "{\"name\":\"p\"}", NULL, NULL, "no origins" },
    { "{\"name\":\"p\",\"origins\":[{\"name\":\"x\"}]}", NULL, NULL, "no address" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\",\"weight\":1.5}]}", NULL, NULL,
      "too heavy" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"192.0.2.1\"},{\"address\":\"192.0.2.1\","
      "\"port\":0}]}",
      NULL, NULL, "the same address twice" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\"},{\"address\":\"a.test\",\"virtual_"
      "network_id\":\"v\"}]}",
      "{\"name\":\"p\"}", NULL, "the same address in two networks" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"192.0.2.1\",\"port\":0,\"virtual_network_id\":"
      "\"\",\"header\":{}}]}",
      "{\"origins\":[{\"address\":\"192.0.2.1\"}]}", NULL, "what is not set of an origin goes" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"192.0.2.1\",\"header\":{\"Host\":[\"any.test\"]}"
      "}]}",
      "{\"name\":\"p\"}", NULL, "an address takes any host" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"2001:db8::1\",\"header\":{\"Host\":[\"any."
      "test\"]}}]}",
      "{\"name\":\"p\"}", NULL, "so does one of version 6" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\",\"header\":{\"Host\":[\"b.test\"]}}]}",
      NULL, NULL, "a strange host" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\",\"header\":{\"Host\":[\"www.a.test\"]}}"
      "]}",
      "{\"name\":\"p\"}", NULL, "a host below the origin" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\",\"header\":{\"Host\":[\"www.example."
      "com\"]}}]}",
      "{\"name\":\"p\"}", NULL, "a host of a zone" },
    { "{\"name\":\"p\",\"origins\":[{\"address\":\"a.test\",\"header\":{\"Host\":[\"notexample."
      "com\"]}}]}",
      NULL, NULL, "a host whose end alone is the zone's" },
};

START_TEST(pools_are_checked_and_filled)
{
    check_shape(lb_pool_shape, NULL, pools[_i].given, pools[_i].wanted, pools[_i].absent,
                pools[_i].why);
}
END_TEST

/* What was off stays off since then. */
START_TEST(off_since_keeps_its_time)
{
    check_shape(lb_pool_shape, "{" ONE ",\"disabled_at\":\"2020-01-01T00:00:00Z\"}",
                "{" ONE ",\"enabled\":false}", "{\"disabled_at\":\"2020-01-01T00:00:00Z\"}", NULL,
                "off before");
    check_shape(lb_pool_shape, "{" ONE ",\"disabled_at\":\"2020-01-01T00:00:00Z\"}",
                "{" ONE ",\"enabled\":true}", "{\"enabled\":true}", "disabled_at", "on again");
}
END_TEST

#define POOLS "\"name\":\"www.example.com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\""

static const struct {
    const char *given, *wanted, *absent, *why;
} balancers[] = {
    { "{" POOLS "}",
      "{\"steering_policy\":\"off\",\"ttl\":30,\"region_pools\":{},\"pop_pools\":{}}",
      "session_affinity_ttl", "the least" },
    { "{" POOLS ",\"proxied\":true,\"ttl\":60}", "{\"proxied\":true}", "ttl",
      "no ttl behind the proxy" },
    { "{" POOLS ",\"ttl\":60}", "{\"ttl\":60}", NULL, "its own ttl" },
    { "{" POOLS ",\"country_pools\":{\"DE\":[\"p\"]}}", "{\"steering_policy\":\"geo\"}", NULL,
      "by country" },
    { "{" POOLS ",\"country_pools\":{\"DE\":[\"p\"]},\"steering_policy\":\"off\"}",
      "{\"steering_policy\":\"off\"}", NULL, "said to be off" },
    { "{" POOLS ",\"country_pools\":null,\"region_pools\":null}",
      "{\"steering_policy\":\"off\",\"region_pools\":{}}", "country_pools", "null maps" },
    { "{" POOLS ",\"session_affinity\":\"ip_cookie\"}", "{\"session_affinity_ttl\":82800}", NULL,
      "23 hours" },
    { "{" POOLS ",\"session_affinity\":\"header\",\"session_affinity_attributes\":{}}",
      "{\"session_affinity_ttl\":1800,\"session_affinity_attributes\":{\"headers\":[],\"require_"
      "all_headers\":false}}",
      NULL, "half an hour" },
    { "{" POOLS ",\"session_affinity\":\"cookie\",\"session_affinity_ttl\":1799}", NULL, NULL,
      "too short for a cookie" },
    { "{" POOLS ",\"session_affinity\":\"header\",\"session_affinity_ttl\":3601}", NULL, NULL,
      "too long for a header" },
    { "{" POOLS ",\"session_affinity\":\"none\",\"session_affinity_ttl\":1800}",
      "{\"session_affinity\":\"none\"}", "session_affinity_ttl", "no sessions, no ttl" },
    { "{" POOLS ",\"rules\":[{\"name\":\"a\",\"terminates\":false},{\"name\":\"b\",\"priority\":7,"
                "\"terminates\":true}]}",
      "{\"rules\":[{\"name\":\"a\",\"disabled\":false,\"priority\":0,\"overrides\":{}},"
      "{\"name\":\"b\",\"priority\":7,\"terminates\":true,\"disabled\":false,\"overrides\":{}}]}",
      NULL, "rules are filled" },
    { "{\"name\":\"WWW.Example.com.\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}",
      "{\"name\":\"www.example.com\"}", NULL, "case and final dot fold" },
    { "{\"name\":\"*.example.com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}",
      "{\"name\":\"*.example.com\"}", NULL, "a wildcard" },
    { "{\"name\":\"a.*.com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}", NULL, NULL,
      "a star inside" },
    { "{\"name\":\"a..com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}", NULL, NULL,
      "an empty label" },
    { "{\"name\":\"a b.com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}", NULL, NULL,
      "a blank" },
    { "{\"name\":\"a.com\",\"default_pools\":[],\"fallback_pool\":\"p\"}", NULL, NULL,
      "no default pools" },
    { "{\"name\":\"a.com\",\"default_pools\":[\"p\"],\"fallback_pool\":\"\"}", NULL, NULL,
      "no fallback" },
    { "{\"default_pools\":[\"p\"],\"fallback_pool\":\"p\"}", NULL, NULL, "no name" },
};

START_TEST(balancers_are_checked_and_filled)
{
    check_shape(lb_balancer_shape, NULL, balancers[_i].given, balancers[_i].wanted,
                balancers[_i].absent, balancers[_i].why);
}
END_TEST

#define ID(c) "0123456789abcdef0123456789abcde" c

/* A pool may be named anywhere; ids that are none are not kept. */
START_TEST(a_balancer_mentions_its_pools)
{
    static const char text[] = "{\"fallback_pool\":\"" ID("0") "\",\"default_pools\":[\"" ID(
        "1") "\",\"short\"],"
             "\"region_pools\":{\"WEU\":[\"" ID("2") "\"]},\"country_pools\":{\"DE\":[\"" ID(
                 "3") "\"]},\"pop_pools\":{\"LAX\":[\"" ID("4") "\"]},"
                                                                "\"random_steering\":{\"pool_"
                                                                "weights\":{\"" ID(
                                                                    "5") "\":0.5}},\"description\":"
                                                                         "\"" ID("9") "\","
                                                                                      "\"rules\":[{"
                                                                                      "\"overrides"
                                                                                      "\":{"
                                                                                      "\"fallback_"
                                                                                      "pool\":"
                                                                                      "\"" ID("6") "\",\"default_pools\":[\"" ID(
                                                                                          "7") "\","
                                                                                               "\"" ID("0") "\"]}}]}";
    cJSON *json = cJSON_Parse(text);
    void (*done)(void *) = NULL;
    void *extra = lb_balancer_extra(json, &done);
    struct doc *d = doc_new(KIND_LOAD_BALANCER, "", "x", NULL, json, extra, done);

    for (char digit = '0'; digit <= '7'; digit++) {
        char id[33] = ID("0");

        id[31] = digit;
        ck_assert_msg(lb_mentions(d, id), "%s", id);
    }
    ck_assert(!lb_mentions(d, ID("8")));
    ck_assert_msg(!lb_mentions(d, ID("9")), "a description is no reference");
    ck_assert(!lb_mentions(d, "short"));
    doc_unref(d);
    cJSON_Delete(json);
}
END_TEST

START_TEST(the_page_is_as_large_as_can_be)
{
    cJSON *info = lb_whole_info(3);
    char *text = json_print_dup(info);

    ck_assert_str_eq(text, "{\"page\":1,\"per_page\":9223372036854775807,\"count\":3,\"total_"
                           "count\":3,\"total_pages\":1}");
    free(text);
    cJSON_Delete(info);
}
END_TEST

/* Every country once, but for the two that lie in two regions and are told apart by their states.
 */
START_TEST(each_country_has_a_region)
{
    cJSON *all = lb_regions_shown(NULL, NULL, NULL), *region, *country;
    size_t countries = 0;

    ck_assert_uint_eq(cJSON_GetArraySize(all), lb_region_count());
    cJSON_ArrayForEach (region, all)
        cJSON_ArrayForEach (country, json_get(region, "countries")) {
            const char *code = json_text(country, "country_code_a2");
            bool split = !strcmp(code, "US") || !strcmp(code, "CA");
            cJSON *found = lb_regions_shown(NULL, code, NULL);

            ck_assert_msg(cJSON_GetArraySize(found) == 1 + split, "%s", code);
            ck_assert_msg((json_get(country, "country_subdivisions") != NULL) == split, "%s", code);
            ck_assert_msg(strlen(code) == 2 && strlen(json_text(country, "country_name")) > 3, "%s",
                          code);
            countries++;
            cJSON_Delete(found);
        }
    ck_assert_uint_gt(countries, 230);
    cJSON_Delete(all);
}
END_TEST

static const struct {
    const char *code, *country, *state;
    int regions;
    const char *why;
} asked[] = {
    { "WEU", NULL, NULL, 1, "one region" },  { "XXX", NULL, NULL, 0, "none of that code" },
    { NULL, "JP", NULL, 1, "one country" },  { NULL, "US", NULL, 2, "one in two regions" },
    { NULL, "US", "TX", 1, "a state" },      { NULL, "JP", "TX", 0, "a state of another country" },
    { NULL, "ZZ", NULL, 0, "no country" },   { NULL, NULL, "CA", 1, "a state without its country" },
    { "", "", "", 13, "asked for nothing" },
};

START_TEST(regions_are_cut_to_what_is_asked)
{
    cJSON *shown = lb_regions_shown(asked[_i].code, asked[_i].country, asked[_i].state);

    ck_assert_msg(cJSON_GetArraySize(shown) == asked[_i].regions, "%s: %d", asked[_i].why,
                  cJSON_GetArraySize(shown));
    cJSON_Delete(shown);
}
END_TEST

static const struct {
    const char *host, *domain;
    bool below;
} hosts[] = {
    { "example.com", "example.com", true },
    { "WWW.example.com", "Example.com", true },
    { "notexample.com", "example.com", false },
    { "com", "example.com", false },
    { "a.b.example.com", "example.com", true },
    { "example.com", "", false },
    { "example.com.evil.test", "example.com", false },
};

START_TEST(a_suffix_needs_its_dot)
{
    ck_assert_msg(lb_is_below(hosts[_i].host, hosts[_i].domain) == hosts[_i].below, "%s",
                  hosts[_i].host);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("load_balancing");
    TCase *tc = tcase_create("load_balancing");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, monitors_go_by_their_type, 0, ARRAY_LEN(monitors));
    tcase_add_loop_test(tc, pools_are_checked_and_filled, 0, ARRAY_LEN(pools));
    tcase_add_test(tc, off_since_keeps_its_time);
    tcase_add_loop_test(tc, balancers_are_checked_and_filled, 0, ARRAY_LEN(balancers));
    tcase_add_test(tc, a_balancer_mentions_its_pools);
    tcase_add_test(tc, the_page_is_as_large_as_can_be);
    tcase_add_test(tc, each_country_has_a_region);
    tcase_add_loop_test(tc, regions_are_cut_to_what_is_asked, 0, ARRAY_LEN(asked));
    tcase_add_loop_test(tc, a_suffix_needs_its_dot, 0, ARRAY_LEN(hosts));
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
