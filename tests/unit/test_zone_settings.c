/* The catalogue of zone settings: what the build cannot check, and how development mode counts. */
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "mock/families/zone_settings.h"
#include "mock/spec/schema_check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Fresh values are shown before anybody changed them, so they must be values that the setting can have;
 * csam_scanner shows members that nobody can send, ssl_recommender and its like are no texts. */
START_TEST(fresh_values_fit)
{
    const struct setting *s = &spec_settings[_i];
    const char *path = spec_text(s->path);

    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        cJSON *fresh = cJSON_Parse(spec_text(s->fresh[plan]));
        struct schema_fault fault = { 0 };
        bool fits;

        ck_assert_msg(fresh, "%s: \"%s\" is no JSON", path, spec_text(s->fresh[plan]));
        if (s->as_text) {
            cJSON *number = cJSON_Parse(fresh->valuestring);

            cJSON_Delete(fresh);
            fresh = number;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(fresh, "email_state");
        cJSON_DeleteItemFromObjectCaseSensitive(fresh, "zone_plan");
        fits = schema_check(s->value, fresh, &fault);
        ck_assert_msg(fits, "%s: %s %s", path, fault.path, fault.what);
        fits = !s->limits[plan] || schema_check(s->limits[plan], fresh, &fault);
        ck_assert_msg(fits, "%s: beyond the limit of plan %c", path, PLAN_LETTERS[plan]);
        ck_assert(!s->enabled || cJSON_IsBool(fresh));
        cJSON_Delete(fresh);
    }
}
END_TEST

START_TEST(lists_come_sorted)
{
    for (size_t i = 1; i < spec_settings_count; i++)
        ck_assert_str_lt(spec_text(spec_settings[i - 1].path), spec_text(spec_settings[i].path));
}
END_TEST

/* REP: the eleven that Terraform reads by their own paths. */
static const char *const single[] = { "nel",        "early_hints",       "replace_insecure_js",
                                      "fonts",      "speed_brain",       "binary_ast",
                                      "aegis",      "h2_prioritization", "image_resizing",
                                      "origin_max_http_version", "ssl_automatic_mode" };

START_TEST(single_ones_are_there)
{
    ck_assert_msg(setting_find(single[_i]), "%s", single[_i]);
}
END_TEST

/* What plans may change: recorded for Free, from the documentation beyond. */
static const struct {
    const char *path, *plans;
} editable[] = {
    { "advanced_ddos", "" },        { "http2", "PBE" },          { "polish", "PBE" },
    { "waf", "PBE" },               { "prefetch_preload", "E" }, { "proxy_read_timeout", "E" },
    { "response_buffering", "E" },  { "brotli", "FPBE" },        { "ciphers", "FPBE" },
    { "visitor_ip", "FPBE" },       { "aegis", "E" },            { "cname_flattening", "PBE" },
    { "china_network_enabled", "" },
};

START_TEST(plans_may_change)
{
    const struct setting *s = setting_find(editable[_i].path);

    for (int plan = 0; plan < PLAN_COUNT; plan++)
        ck_assert_msg((s->editable >> plan & 1) == !!strchr(editable[_i].plans, PLAN_LETTERS[plan]),
                      "%s on plan %c", editable[_i].path, PLAN_LETTERS[plan]);
}
END_TEST

#define AT "2026-03-01T12:00:00.000000Z"
static const struct {
    const char *kept; // NULL: untouched
    int after_s;      // since noon
    int64_t seconds;
    const char *why;
} modes[] = {
    { NULL, 0, 0, "never switched on" },
    { "{\"value\":\"on\",\"modified_on\":\"" AT "\"}", 0, 10800, "three hours in full" },
    { "{\"value\":\"on\",\"modified_on\":\"" AT "\"}", 10799, 1, "the last second" },
    { "{\"value\":\"on\",\"modified_on\":\"" AT "\"}", 10800, 0, "over this second" },
    { "{\"value\":\"on\",\"modified_on\":\"" AT "\"}", 11000, -200, "over by itself" },
    { "{\"value\":\"off\",\"modified_on\":\"" AT "\",\"ended_on\":\"" AT "\"}", 90, -90, "switched off" },
    { "{\"value\":\"off\",\"modified_on\":\"" AT "\"}", 90, 0, "off, and never was on" },
};

START_TEST(development_mode_counts)
{
    cJSON *kept = modes[_i].kept ? cJSON_Parse(modes[_i].kept) : NULL;
    int64_t now;

    ck_assert(stamp_parse(AT, 0, &now));
    ck_assert_msg(development_seconds(kept, now + modes[_i].after_s * STAMP_SECOND) == modes[_i].seconds,
                  "%s", modes[_i].why);
    cJSON_Delete(kept);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("zone settings");
    TCase *tc = tcase_create("catalogue");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_add_loop_test(tc, fresh_values_fit, 0, (int)spec_settings_count);
    tcase_add_test(tc, lists_come_sorted);
    tcase_add_loop_test(tc, single_ones_are_there, 0, ARRAY_LEN(single));
    tcase_add_loop_test(tc, plans_may_change, 0, ARRAY_LEN(editable));
    tcase_add_loop_test(tc, development_mode_counts, 0, ARRAY_LEN(modes));
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
