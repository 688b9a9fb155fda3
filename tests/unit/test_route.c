/* The router: literals before placeholders, back-tracking, slashes, and the nearest route. */
#include "common/mem.h"
#include "mock/spec/optable.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static size_t split(const char *path, struct segment *out)
{
    size_t n = 0;

    while (*path == '/') {
        out[n].at = ++path;
        out[n].len = strcspn(path, "/");
        path += out[n++].len;
    }
    return n;
}

static struct route_found find(const char *path, enum method method)
{
    struct segment segments[64];
    struct route_found found;

    route_find(segments, split(path, segments), method, &found);
    return found;
}

static const struct {
    const char *path;
    enum method method;
    const char *op; // template, NULL: none
    int params[3];  // segments of the parameters, -1 ends
    const char *why;
} rows[] = {
    { "/zones", M_GET, "/zones", { -1 }, "a list" },
    { "/zones/", M_GET, "/zones", { -1 }, "a trailing slash is the list (REP ddclient)" },
    { "/zones/abc", M_GET, "/zones/{zone_id}", { 1, -1 }, "one placeholder" },
    { "/zones/abc/dns_records/def",
      M_DELETE,
      "/zones/{zone_id}/dns_records/{dns_record_id}",
      { 1, 3, -1 },
      "two" },
    { "/zones/abc/dns_records/batch",
      M_POST,
      "/zones/{zone_id}/dns_records/batch",
      { 1, -1 },
      "a literal before a placeholder" },
    { "/zones/abc/dns_records/batch",
      M_GET,
      "/zones/{zone_id}/dns_records/{dns_record_id}",
      { 1, 3, -1 },
      "back up: batch has no GET" },
    { "/accounts/move", M_POST, "/accounts/move", { -1 }, "a literal beside accounts" },
    { "/accounts/move/members",
      M_GET,
      "/accounts/{account_id}/members",
      { 1, -1 },
      "back up: an account called move" },
    { "/accounts/move", M_GET, "/accounts/{account_id}", { 1, -1 }, "back up for another method" },
    { "/user/tokens/verify", M_GET, "/user/tokens/verify", { -1 }, "no token is called verify" },
    { "/user/tokens/verify",
      M_DELETE,
      "/user/tokens/{token_id}",
      { 2, -1 },
      "but one may be deleted under that name" },
    { "/zones/abc/settings/ssl",
      M_GET,
      "/zones/{zone_id}/settings/{setting_id}",
      { 1, 3, -1 },
      "a setting by name" },
    { "/zones/abc/settings/aegis",
      M_GET,
      "/zones/{zone_id}/settings/aegis",
      { 1, -1 },
      "a setting with a path of its own" },
    { "/%7Aones/abc", M_GET, "/zones/{zone_id}", { 1, -1 }, "a percent-encoded literal" },
    { "/accounts/a/storage/kv/namespaces/n/values/a%2Fb",
      M_GET,
      "/accounts/{account_id}/storage/kv/namespaces/{namespace_id}/values/{key_name}",
      { 1, 5, 7 },
      "an encoded slash stays in its segment" },
    { "/accounts/a/load_balancers",
      M_GET,
      "/accounts/{account_id}/load_balancers",
      { 1, -1 },
      "a template's first route" },
    { "/zones/z/load_balancers",
      M_GET,
      "/zones/{zone_id}/load_balancers",
      { 1, -1 },
      "a template's second route" },
    { "/graphql/", M_POST, "/graphql", { -1 }, "an endpoint that the document lacks" },
    { "/_mockflare/sandboxes/x",
      M_PUT,
      "/_mockflare/sandboxes/{name}",
      { 2, -1 },
      "the control API is routed alike" },
    { "/zones//dns_records", M_GET, NULL, { -1 }, "an empty segment is no id" },
    { "/", M_GET, NULL, { -1 }, "nothing" },
    { "/Zones", M_GET, NULL, { -1 }, "case counts" },
    { "/zones/abc/dns_recordz", M_GET, NULL, { -1 }, "no such path" },
    { "/zones/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g",
      M_GET,
      NULL,
      { -1 },
      "longer than any" },
};

START_TEST(path_finds_its_operation)
{
    struct route_found found = find(rows[_i].path, rows[_i].method);

    if (!rows[_i].op) {
        ck_assert_msg(!found.op, "%s: got %s", rows[_i].why,
                      found.op ? spec_text(found.op->path) : "");
        return;
    }
    ck_assert_msg(found.op != NULL, "%s: nothing found", rows[_i].why);
    ck_assert_int_eq(found.op->method, rows[_i].method);
    ck_assert_ptr_eq(found.op, op_by_name(op_method(found.op), rows[_i].op));
    for (int i = 0; i < 3 && rows[_i].params[i] >= 0; i++)
        ck_assert_msg((int)found.param[i] == rows[_i].params[i], "%s: parameter %d", rows[_i].why,
                      i);
}
END_TEST

START_TEST(wrong_verb_knows_the_path)
{
    struct route_found found = find("/zones/abc/dns_records", M_PUT);

    ck_assert_ptr_null(found.op);
    ck_assert(found.path_known);
    ck_assert_ptr_nonnull(found.other);
    ck_assert_str_eq(spec_text(found.other->path), "/zones/{zone_id}/dns_records");
    found = find("/zones/abc/dns_records", M_COUNT); // a method that no operation has
    ck_assert_ptr_null(found.op);
    ck_assert(found.path_known);
}
END_TEST

static const struct {
    const char *path, *near;
} slips[] = {
    { "/zones/abc/dns_record", "/zones/{zone_id}/dns_records" },
    { "/account/abc", "/accounts" },
    { "/user/token/verify", "/user/tokens" },
    { "/accounts/abc/storage/kv/namespace", "/accounts/{account_id}/storage/kv/namespaces" },
};

START_TEST(nearest_route_of_a_slip)
{
    struct route_found found = find(slips[_i].path, M_GET);

    ck_assert(!found.op && !found.path_known);
    ck_assert_ptr_nonnull(found.near);
    ck_assert_str_eq(spec_text(found.near->path), slips[_i].near);
}
END_TEST

/* Every row is reached under its own path, with made-up ids. */
START_TEST(every_operation_is_reached)
{
    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];
        char path[512], *to = path;
        struct route_found found;

        for (const char *at = spec_text(op->path); *at; at++) {
            *to++ = *at == '{' ? '@' : *at;
            if (*at == '{')
                at = strchr(at, '}');
        }
        *to = '\0';
        found = find(path, (enum method)op->method);
        ck_assert_msg(found.op == op, "%s %s leads to %s", op_method(op), path,
                      found.op ? spec_text(found.op->path) : "nothing");
        ck_assert_ptr_eq(op_by_name(op_method(op), spec_text(op->path)), op);
    }
}
END_TEST

START_TEST(names_of_operations)
{
    const struct op *op = op_by_name("GET", "/zones/{any}/dns_records/{spelling}");
    char name[128];

    ck_assert_ptr_nonnull(op);
    op_name(op, name, sizeof name);
    ck_assert_str_eq(name, "GET /zones/{zone_id}/dns_records/{dns_record_id}");
    ck_assert_str_eq(op_param_name(op, 1), "dns_record_id");
    ck_assert_str_eq(op_param_name(op, 2), "");
    ck_assert_ptr_null(op_by_name("GET", "/zones/abc"));
    ck_assert_ptr_null(op_by_name("FETCH", "/zones"));
    ck_assert_ptr_null(op_by_name("GET", "zones"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("route");
    TCase *tc = tcase_create("all");
    SRunner *r;
    int failed;

    tcase_add_loop_test(tc, path_finds_its_operation, 0, ARRAY_LEN(rows));
    tcase_add_test(tc, wrong_verb_knows_the_path);
    tcase_add_loop_test(tc, nearest_route_of_a_slip, 0, ARRAY_LEN(slips));
    tcase_add_test(tc, every_operation_is_reached);
    tcase_add_test(tc, names_of_operations);
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
