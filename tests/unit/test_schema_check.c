/* Values against compiled schemas of the API: what fits, what does not, and where. */
#include "common/json.h"
#include "common/mem.h"
#include "mock/spec/optable.h"
#include "mock/spec/schema_check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROOM "\"name\":\"shop\",\"host\":\"shop.example\",\"new_users_per_minute\":200"
#define POLICY                                                                                     \
    "\"id\":\"023e105f4ecef8ad9ca31a8372d0c353\",\"permission_groups\":[],\"resources\":{}"

static const struct {
    const char *method, *path; // whose request body
    const char *body;
    const char *where, *what; // NULL: it fits
} rows[] = {
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":200}", NULL, NULL },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM "}", "total_active_users", "is missing" },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":199}",
      "total_active_users", "is too small" },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":2147483648}",
      "total_active_users", "is too large" },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":200.5}",
      "total_active_users", "is not an integer" },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":200.0}", NULL, NULL },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":null}",
      "total_active_users", "is not an integer" },
    { "POST", "/zones/{z}/waiting_rooms",
      "{" ROOM ",\"total_active_users\":200,\"cookie_attributes\":{\"samesite\":\"maybe\"}}",
      "cookie_attributes.samesite", "is not one of the allowed values" },
    { "POST", "/zones/{z}/waiting_rooms",
      "{" ROOM ",\"total_active_users\":200,\"additional_routes\":[{\"host\":\"a\"},{\"host\":7}]}",
      "additional_routes[1].host", "is not a string" },
    { "POST", "/zones/{z}/waiting_rooms", "{" ROOM ",\"total_active_users\":200,\"unknown\":1}",
      NULL, NULL },
    { "POST", "/zones/{z}/waiting_rooms", "[]", "", "is not an object" },
    { "POST", "/user/tokens", "{\"name\":\"t\",\"policies\":[{\"effect\":\"allow\"," POLICY "}]}",
      NULL, NULL },
    { "POST", "/user/tokens", "{\"name\":\"t\",\"policies\":[{\"effect\":\"maybe\"," POLICY "}]}",
      "policies[0].effect", "is not one of the allowed values" },
    { "POST", "/user/tokens", "{\"name\":\"t\",\"policies\":[],\"expires_on\":\"tomorrow\"}",
      "expires_on", "has not the right format" },
    { "POST", "/user/tokens",
      "{\"name\":\"t\",\"policies\":[],\"expires_on\":\"2026-01-02T03:04:05Z\"}", NULL, NULL },
    { "POST", "/user/tokens",
      "{\"name\":\"t\",\"policies\":[],\"expires_on\":\"2026-01-02T03:04:05.678+01:00\"}", NULL,
      NULL },
    { "POST", "/user/tokens", "{\"name\":\"t\",\"policies\":{}}", "policies", "is not an array" },
    { "POST", "/user/tokens", "{\"policies\":[]}", "name", "is missing" },
    { "POST", "/user/tokens",
      "{\"policies\":[],\"name\":"
      "\"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789"
      "012345678901234567890\"}",
      "name", "is too long" },
    { "PATCH", "/zones/{z}/settings/origin_tls_compliance_modes", "{\"value\":[\"a\",\"b\",\"a\"]}",
      "value", "holds one item twice" },
    { "PATCH", "/zones/{z}/settings/origin_tls_compliance_modes", "{\"value\":[\"a\",\"b\"]}", NULL,
      NULL },
    // 100 characters of two bytes each: characters count, not bytes
    { "POST", "/user/tokens",
      "{\"policies\":[],\"name\":"
      "\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\u00e9\u00e9\u00e9\"}",
      NULL, NULL },
};

START_TEST(body_is_judged)
{
    const struct op *op = op_by_name(rows[_i].method, rows[_i].path);
    cJSON *json = cJSON_Parse(rows[_i].body);
    struct schema_fault fault = { .what = "" };
    bool fits;

    ck_assert_ptr_nonnull(op);
    ck_assert_uint_ne(op->request, 0);
    ck_assert_msg(json != NULL, "row %d is not JSON", _i);
    fits = schema_check(op->request, json, &fault);
    cJSON_Delete(json);
    ck_assert_msg(fits == !rows[_i].what, "%s: %s %s", rows[_i].body, fault.path, fault.what);
    if (rows[_i].what) {
        ck_assert_str_eq(fault.what, rows[_i].what);
        ck_assert_str_eq(fault.path, rows[_i].where);
    }
}
END_TEST

/* The sample of every answer fits (test_sample); with a member of another type it must not. */
START_TEST(answers_are_judged_too)
{
    static const char wrong[] = "{\"success\":\"yes\",\"errors\":[],\"messages\":[],\"result\":[]}";
    size_t checked = 0;
    cJSON *json = cJSON_Parse(wrong);

    for (size_t i = 0; i < spec_op_count; i++) {
        struct schema_fault fault = { .what = "" };

        if (spec_ops[i].response && !schema_check(spec_ops[i].response, json, &fault)) {
            checked++;
            ck_assert_str_ne(fault.what, "");
        }
    }
    cJSON_Delete(json);
    ck_assert_uint_gt(checked, 2900); // nearly all say that success is a boolean
}
END_TEST

#define ROOMS "/zones/{z}/waiting_rooms"
#define FULL "{" ROOM ",\"total_active_users\":200"
#define RECORDS "/zones/{z}/dns_records"

static const struct {
    const char *method, *path, *body, *optional;
    const char *where, *what, *right; // NULL: it fits
    const char *why;
} requests[] = {
    { "POST", ROOMS, FULL ",\"unknown\":{}}", "", NULL, NULL, NULL, "unknown members pass" },
    { "POST", ROOMS, FULL ",\"id\":7,\"created_on\":\"0001\"}", "", NULL, NULL, NULL,
      "what only the server sets is not looked at" },
    { "POST", ROOMS, FULL ",\"description\":null}", "", NULL, NULL, NULL,
      "null stands for absent" },
    { "POST", ROOMS, "{" ROOM ",\"total_active_users\":null}", "", "total_active_users",
      "is not an integer", "", "null does not stand for what must be there" },
    { "POST", ROOMS, "{" ROOM "}", "name total_active_users", NULL, NULL, NULL,
      "a descriptor lets it be absent" },
    { "POST", ROOMS, "{" ROOM "}", "total_active_user", "total_active_users", "is missing", "",
      "a whole name" },
    { "PATCH", ROOMS "/{w}", "{\"name\":\"x\"}", "", NULL, NULL, NULL, "a merge requires nothing" },
    { "POST", ROOMS, "{" ROOM ",\"total_active_users\":1}", "", "total_active_users",
      "is too small", "200 or more", "the limit is told" },
    { "POST", ROOMS, FULL ",\"cookie_attributes\":{\"secure\":\"maybe\"}}", "",
      "cookie_attributes.secure", "is not one of the allowed values",
      "\"auto\", \"always\", \"never\"", "the values are told" },
    { "POST", "/user/tokens", "{\"name\":\"t\",\"policies\":[],\"expires_on\":\"tomorrow\"}", "",
      "expires_on", "has not the right format", "a time such as 2026-01-02T03:04:05Z",
      "the form is told" },
    { "POST", RECORDS, "{\"type\":\"A\",\"name\":\"a\",\"ttl\":1,\"content\":5}", "", "content",
      "is not a string", "", "of many alternatives, the one that is meant" },
    { "POST", "/accounts/{a}/magic/apps", "{\"name\":\"a\",\"type\":\"b\"}", "", "",
      "needs one of its members", "hostnames, ip_subnets, source_subnets",
      "alternatives that only require" },
    { "POST", RECORDS, "[]", "", "", "is not an object", "", "all alternatives say the same" },
    { "POST", RECORDS, "{\"type\":\"X\",\"name\":\"a\",\"ttl\":1,\"content\":\"x\"}", "", "",
      "fits none of the alternatives", "", "none is meant" },
};

START_TEST(client_is_judged_leniently)
{
    const struct op *op = op_by_name(requests[_i].method, requests[_i].path);
    struct schema_request how = { requests[_i].optional, !strcmp(requests[_i].method, "PATCH") };
    struct schema_fault fault = { .what = "" };
    cJSON *json = cJSON_Parse(requests[_i].body);
    bool fits;

    ck_assert_ptr_nonnull(op);
    ck_assert_ptr_nonnull(json);
    fits = schema_check_request(op->request, json, &how, &fault);
    cJSON_Delete(json);
    ck_assert_msg(fits == !requests[_i].what, "%s: %s %s", requests[_i].why, fault.path,
                  fault.what);
    if (requests[_i].what) {
        ck_assert_msg(!strcmp(fault.what, requests[_i].what), "%s: %s %s", requests[_i].why,
                      fault.path, fault.what);
        ck_assert_str_eq(fault.path, requests[_i].where);
        ck_assert_str_eq(fault.right, requests[_i].right);
    }
}
END_TEST

START_TEST(big_integer_is_one)
{
    const struct op *op = op_by_name("POST", ROOMS);
    struct schema_request how = { "", false };
    struct schema_fault fault;
    cJSON *json = cJSON_Parse(FULL "}");

    cJSON_ReplaceItemInObjectCaseSensitive(json, "total_active_users",
                                           cJSON_CreateRaw("9007199254740993"));
    ck_assert(!schema_check_request(op->request, json, &how, &fault));
    ck_assert_str_eq(fault.what, "is too large");
    cJSON_Delete(json);
}
END_TEST

START_TEST(paths_leave_indices_out)
{
    ck_assert(schema_path_is("a[12].b[0]", "a[].b[] c", 7));
    ck_assert(!schema_path_is("a[12].b", "a[]", 3));
    ck_assert(!schema_path_is("a[1]", "a[].b", 5));
    ck_assert(!schema_path_is("ab", "ac", 2));
}
END_TEST

START_TEST(no_schema_fits_anything)
{
    cJSON *json = cJSON_Parse("[null]");

    ck_assert(schema_check(0, json, NULL));
    ck_assert(schema_check_text(0, "x"));
    cJSON_Delete(json);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("schema_check");
    TCase *tc = tcase_create("all");
    SRunner *r;
    int failed;

    json_setup();
    tcase_add_loop_test(tc, body_is_judged, 0, ARRAY_LEN(rows));
    tcase_add_test(tc, answers_are_judged_too);
    tcase_add_loop_test(tc, client_is_judged_leniently, 0, ARRAY_LEN(requests));
    tcase_add_test(tc, big_integer_is_one);
    tcase_add_test(tc, paths_leave_indices_out);
    tcase_add_test(tc, no_schema_fits_anything);
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
