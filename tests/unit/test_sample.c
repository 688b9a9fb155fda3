/* Answers at depth schema: valid for every operation, the same each time, with what was sent in
 * them. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/sample.h"
#include "mock/spec/schema_check.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const ids[ROUTE_PARAMS_MOST] = {
    "023e105f4ecef8ad9ca31a8372d0c353",
    "b5c2a1d4e6f70123456789abcdef0123",
    "third",
    "fourth",
    "5",
    "6",
    "7",
    "8",
};

static struct buf sample(const struct op *op, const char *query, const char *body)
{
    cJSON *json = body ? cJSON_Parse(body) : NULL;
    struct sample_source from = {
        .body = json, .ids = ids, .ids_count = op->param_count, .query = query
    };
    struct buf out;

    buf_init(&out);
    sample_write(&out, op, &from);
    cJSON_Delete(json);
    return out;
}

static bool has_json(const struct op *op)
{
    return text_ends(spec_text(op->content_type), "json") && op->ok != 204;
}

static void must_fit(const struct op *op, const char *query)
{
    struct buf out = sample(op, query, NULL);
    cJSON *json = cJSON_Parse(out.at ? out.at : "");
    struct schema_fault fault = { .what = "" };

    ck_assert_msg(json != NULL, "%s %s: not JSON: %s", op_method(op), spec_text(op->path), out.at);
    ck_assert_msg(schema_check(op->response, json, &fault), "%s %s?%s: %s %s", op_method(op),
                  spec_text(op->path), query, fault.path, fault.what);
    cJSON_Delete(json);
    buf_release(&out);
}

START_TEST(every_answer_fits_its_schema)
{
    size_t checked = 0;

    for (size_t i = 0; i < spec_op_count; i++)
        if (spec_ops[i].response && has_json(&spec_ops[i])) {
            must_fit(&spec_ops[i], "");
            must_fit(&spec_ops[i], "page=2&per_page=50&cursor=abc");
            checked++;
        }
    ck_assert_uint_gt(checked, 3000);
}
END_TEST

START_TEST(every_answer_has_a_body_but_204)
{
    for (size_t i = 0; i < spec_op_count; i++) {
        struct buf out = sample(&spec_ops[i], "", NULL);

        ck_assert_msg((out.len > 0) == (spec_ops[i].ok != 204), "%s %s: %zu bytes",
                      op_method(&spec_ops[i]), spec_text(spec_ops[i].path), out.len);
        buf_release(&out);
    }
}
END_TEST

START_TEST(twice_the_same_bytes)
{
    for (size_t i = 0; i < spec_op_count; i += 7) {
        struct buf a = sample(&spec_ops[i], "", NULL), b = sample(&spec_ops[i], "", NULL);

        ck_assert_uint_eq(a.len, b.len);
        ck_assert(!a.len || !memcmp(a.at, b.at, a.len));
        buf_release(&a);
        buf_release(&b);
    }
}
END_TEST

static const struct {
    const char *method, *path, *query, *body;
    const char *at, *value; // a place in the answer and its JSON there; NULL: it is not there
    const char *why;
} echoes[] = {
    { "GET", "/zones/{z}/dns_records/{r}", "", NULL, "result.id",
      "\"b5c2a1d4e6f70123456789abcdef0123\"", "the path's id" },
    { "GET", "/accounts/{a}/r2/buckets/{b}", "", NULL, "result.name",
      "\"b5c2a1d4e6f70123456789abcdef0123\"", "the path's name" },
    { "GET", "/zones/{z}/waiting_rooms/{w}", "", NULL, "result.id",
      "\"b5c2a1d4e6f70123456789abcdef0123\"", "the path's id" },
    { "POST", "/zones/{z}/waiting_rooms", "",
      "{\"name\":\"shop\",\"host\":\"shop.example\",\"total_active_users\":300}", "result.name",
      "\"shop\"", "a member of the body" },
    { "POST", "/zones/{z}/waiting_rooms", "", "{\"name\":\"shop\",\"total_active_users\":300}",
      "result.total_active_users", "300", "a number" },
    { "POST", "/zones/{z}/waiting_rooms", "", "{\"total_active_users\":\"many\"}",
      "result.total_active_users", "200", "a member of the wrong type is not echoed" },
    { "POST", "/zones/{z}/waiting_rooms", "", "{\"created_on\":\"1999-01-01T00:00:00Z\"}",
      "result.created_on", "\"2026-01-01T00:00:00Z\"",
      "the server's own member is not taken from the body" },
    { "GET", "/zones/{z}/dns_records", "page=1&per_page=50", NULL, "result_info.per_page", "50",
      "per_page as asked" },
    { "GET", "/zones/{z}/dns_records", "page=3", NULL, "result_info.page", "3", "page as asked" },
    { "GET", "/zones/{z}/dns_records", "page=3", NULL, "result[0]", NULL,
      "nothing behind the last page, so that paging ends" },
    { "GET", "/zones/{z}/dns_records", "page=3", NULL, "result_info.count", "0",
      "and the count says so" },
    { "GET", "/zones/{z}/dns_records", "", NULL, "result_info.count", "1",
      "one element on the first page" },
    { "GET", "/accounts/{a}/storage/kv/namespaces/{n}/keys", "", NULL, "result_info.cursor", NULL,
      "no cursor leads on" },
    { "GET", "/zones/{z}/dns_records", "", NULL, "success", "true", "success" },
};

START_TEST(answer_echoes)
{
    const struct op *op = op_by_name(echoes[_i].method, echoes[_i].path);
    struct buf out;
    cJSON *json;
    char *got;

    ck_assert_msg(op != NULL, "%s: no such operation", echoes[_i].path);
    out = sample(op, echoes[_i].query, echoes[_i].body);
    json = cJSON_Parse(out.at);
    got = json_at(json, echoes[_i].at) ? json_print_dup(json_at(json, echoes[_i].at)) : NULL;
    ck_assert_msg(got ? echoes[_i].value && !strcmp(got, echoes[_i].value) : !echoes[_i].value,
                  "%s (%s): got %s in %s", echoes[_i].why, echoes[_i].at, got ? got : "nothing",
                  out.at);
    free(got);
    cJSON_Delete(json);
    buf_release(&out);
}
END_TEST

/* recorded-behaviour, section 2: the order of the members of some answers. */
static const struct {
    const char *path, *starts;
} orders[] = {
    { "/zones/{z}/dns_records", "{\"result\":[{" },
    { "/zones/{z}/waiting_rooms", "{\"success\":true,\"errors\":[],\"messages\":[],\"result\":[" },
};

START_TEST(members_stand_in_the_order_of_the_dialect)
{
    struct buf out = sample(op_by_name("GET", orders[_i].path), "", NULL);

    ck_assert_msg(text_starts(out.at, orders[_i].starts), "%s", out.at);
    if (!_i)
        ck_assert_ptr_nonnull(
            strstr(out.at, "],\"success\":true,\"errors\":[],\"messages\":[],\"result_info\":{"));
    buf_release(&out);
}
END_TEST

START_TEST(other_ids_make_other_inventions)
{
    const struct op *op = op_by_name("GET", "/zones/{z}/dns_records");
    struct buf a = sample(op, "", NULL), b;
    const char *other[] = { "ffffffffffffffffffffffffffffffff" };
    struct sample_source from = { .ids = other, .ids_count = 1, .query = "" };

    buf_init(&b);
    sample_write(&b, op, &from);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_str_ne(a.at, b.at);
    buf_release(&a);
    buf_release(&b);
}
END_TEST

static void *read_all(void *unused)
{
    for (size_t i = 0; i < spec_op_count; i += 3) {
        struct buf out = sample(&spec_ops[i], "", NULL);

        buf_release(&out);
    }
    return unused;
}

START_TEST(threads_share_the_templates)
{
    pthread_t threads[4];

    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    must_fit(op_by_name("GET", "/zones/{z}/dns_records"), "");
}
END_TEST

static const struct {
    const char *path, *starts;
} bytes[] = {
    { "/zones/{z}/dns_records/export", "example" },
    { "/accounts/{a}/urlscanner/v2/screenshots/{s}.png", "\x89PNG\r\n" },
};

START_TEST(other_types_get_bytes_of_theirs)
{
    const struct op *op = op_by_name("GET", bytes[_i].path);
    struct buf out;

    ck_assert_ptr_nonnull(op);
    out = sample(op, "", NULL);
    ck_assert_uint_ge(out.len, strlen(bytes[_i].starts));
    ck_assert(!memcmp(out.at, bytes[_i].starts, strlen(bytes[_i].starts)));
    buf_release(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sample");
    TCase *tc = tcase_create("all");
    SRunner *r;
    int failed;

    json_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, threads_share_the_templates); // first: it makes them
    tcase_add_test(tc, every_answer_fits_its_schema);
    tcase_add_test(tc, every_answer_has_a_body_but_204);
    tcase_add_test(tc, twice_the_same_bytes);
    tcase_add_loop_test(tc, answer_echoes, 0, ARRAY_LEN(echoes));
    tcase_add_loop_test(tc, members_stand_in_the_order_of_the_dialect, 0, ARRAY_LEN(orders));
    tcase_add_test(tc, other_ids_make_other_inventions);
    tcase_add_loop_test(tc, other_types_get_bytes_of_theirs, 0, ARRAY_LEN(bytes));
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
