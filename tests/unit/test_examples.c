/* Examples mode, all of it: every operation is asked with a body made from its own request schema,
 * with ids that nobody made and the credentials that the SDKs' tests send, under both roots; it
 * must answer with its success status and a body that its response schema takes. */
#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/serve.h"
#include "mock/spec/sample_part.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void setup(void)
{
    struct scenario *plain = scenario_default(), *examples = scenario_as_examples(plain);
    char *why = NULL;

    ck_assert_msg(worlds_setup(examples, &why) == 0, "%s", why);
    scenario_unref(plain);
    scenario_unref(examples);
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
    worlds_release();
}

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

/* The operation's path with an id for each placeholder. */
static const char *path_of(const struct op *op, const char *root)
{
    struct buf b;
    char *kept;

    buf_init(&b);
    buf_text(&b, root);
    for (const char *at = spec_text(op->path); *at; at++) {
        if (*at != '{') {
            buf_char(&b, *at);
            continue;
        }
        buf_text(&b, "f174e90a-fafe-4643-bbbc-4a0ed4fc8415");
        at += strcspn(at, "}");
    }
    kept = arena_strdup(arena, b.at);
    buf_release(&b);
    return kept;
}

/* A form with a text for each member that must be there. */
static const char *form_of(const struct op *op)
{
    struct schema s;
    struct buf b;
    char *kept;

    buf_init(&b);
    schema_open(op->request, &s);
    for (uint32_t i = 0; op->request && i < s.members_count; i++)
        buf_printf(&b, "--XX\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\nexample\r\n",
                   schema_member_name(s.members[2 * i]));
    buf_text(&b, "--XX--\r\n");
    kept = arena_strdup(arena, b.at);
    buf_release(&b);
    return kept;
}

static const char *body_of(const struct op *op, const char **type)
{
    cJSON *json;
    char *text;
    const char *kept;

    *type = op->request_kind == 2 ? "multipart/form-data; boundary=XX" : "application/json";
    if (op->request_kind == 0)
        return "";
    if (op->request_kind == 2)
        return form_of(op);
    if (op->request_kind == 3 || !op->request)
        return op->request_kind == 3 ? "example" : "{}";
    json = sample_part_dup(op->request, "body", 7);
    text = json_print_dup(json);
    kept = arena_strdup(arena, text);
    free(text);
    cJSON_Delete(json);
    return kept;
}

/* Serves the request; the answer lies in *c and *body. */
static void ask(struct call *c, struct buf *body, struct buf *head, const char *method,
                const char *path, const char *type, const char *sent)
{
    static const struct call_header credentials[] = {
        { "X-Auth-Email", "user@example.com" },
        { "X-Auth-Key", "144c9defac04969c7bfad8efaa8ea194" },
    };
    struct source source = { sent, strlen(sent) };

    *c = (struct call){ .arena = arena, .out = { .body = body, .head = head } };
    body->len = head->len = 0;
    c->in.method = method;
    c->in.path = path;
    c->in.query = "";
    memcpy(c->in.header, credentials, sizeof credentials);
    c->in.header_count = ARRAY_LEN(credentials);
    if (type)
        c->in.header[c->in.header_count++] = (struct call_header){ "Content-Type", type };
    c->in.read_body = read_body;
    c->in.body_from = &source;
    c->in.body_length = (int64_t)source.left;
    ((struct sockaddr_in *)&c->in.peer)->sin_family = AF_INET;
    ((struct sockaddr_in *)&c->in.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serve(c);
}

static bool answers_json(const struct op *op)
{
    const char *type = spec_text(op->content_type);

    return op->ok != 204 && op->response && (!*type || text_ends(type, "json"));
}

static void check_op(const struct op *op, const char *root)
{
    struct buf body = { 0 }, head = { 0 };
    struct schema_fault fault = { .what = "" };
    const char *type, *sent = body_of(op, &type);
    char name[256];
    struct call c;
    cJSON *json;

    op_name(op, name, sizeof name);
    ask(&c, &body, &head, op_method(op), path_of(op, root), type, sent);
    ck_assert_msg(c.out.status == op->ok, "%s: %d, not %d: %.300s; sent: %.600s", name,
                  c.out.status, op->ok, body.at, sent);
    if (answers_json(op)) {
        json = json_parse(NULL, body.at, body.len);
        ck_assert_msg(json && schema_check(op->response, json, &fault), "%s: %s %s in %.300s", name,
                      fault.path, fault.what, body.at);
        cJSON_Delete(json);
    }
    arena_reset(arena);
    buf_release(&body);
    buf_release(&head);
}

START_TEST(every_operation_answers)
{
    size_t asked = 0;

    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];

        if (text_starts(spec_text(op->path), "/_mockflare/"))
            continue;
        check_op(op, i % 2 ? "" : "/client/v4");
        asked += op->counted;
    }
    ck_assert_uint_eq(asked, spec_document_count);
}
END_TEST

static const struct {
    const char *method, *path, *name, *value, *body;
    int status;
    const char *why;
} requests[] = {
    { "GET", "/user", "Authorization", "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY", "", 200,
      "any token" },
    { "GET", "/user", "Authorization", "Bearer short", "", 400, "not shaped like a token" },
    { "GET", "/user", "Authorization", "Basic dXNlcjpwYXNzd29yZA==", "", 400, "another scheme" },
    { "GET", "/user", "X-Auth-User-Service-Key", "v1.0-144c9defac04969c7bfad8ef", "", 200,
      "a service key" },
    { "GET", "/user", "X-None", "1", "", 403, "no credentials (dialect A, 9106 and 9107)" },
    { "GET", "/user", "X-Auth-Email", "user@example.com", "", 403, "half a pair" },
    { "GET", "/ips", "X-None", "1", "", 200, "a public path" },
    { "GET", "/zones/not-an-id/dns_records", "Authorization",
      "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY", "", 200, "any id" },
    { "GET", "/no/such/path", "Authorization", "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY",
      "", 400, "a path that the API lacks" },
    { "POST", "/user/tokens", "Authorization", "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY",
      "{\"name\":1}", 400, "a body that the document refuses, though a hook serves it elsewhere" },
    { "POST", "/user/tokens", "Authorization", "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY",
      "{", 400, "no JSON" },
};

START_TEST(form_of_the_request_counts)
{
    struct buf body = { 0 }, head = { 0 };
    struct call c;
    struct source source = { requests[_i].body, strlen(requests[_i].body) };

    c = (struct call){ .arena = arena, .out = { .body = &body, .head = &head } };
    c.in.method = requests[_i].method;
    c.in.path = requests[_i].path;
    c.in.query = "";
    c.in.header[c.in.header_count++] =
        (struct call_header){ requests[_i].name, requests[_i].value };
    c.in.read_body = read_body;
    c.in.body_from = &source;
    c.in.body_length = (int64_t)source.left;
    serve(&c);
    ck_assert_msg(c.out.status == requests[_i].status, "%s: %d %s", requests[_i].why, c.out.status,
                  body.at);
    arena_reset(arena);
    buf_release(&body);
    buf_release(&head);
}
END_TEST

/* A member of the wrong type in the body of every operation that is checked is told by its path. */
START_TEST(wrong_types_are_told)
{
    size_t told = 0;

    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];
        struct buf body = { 0 }, head = { 0 };
        struct schema s;
        struct call c;

        schema_open(op->request, &s);
        if (op->request_kind != 1 || !op->request || (s.flags & SCHEMA_TYPES) != SCHEMA_OBJECT)
            continue;
        ask(&c, &body, &head, op_method(op), path_of(op, ""), "application/json", "[\"a list\"]");
        ck_assert_msg(c.out.status == 400 && c.why.reason == WHY_INVALID_BODY, "%s: %d %.200s",
                      spec_text(op->path), c.out.status, body.at);
        ck_assert_str_eq(c.why.detail,
                         "the body is not an object"); // families say it in words of their own
        told++;
        arena_reset(arena);
        buf_release(&body);
        buf_release(&head);
    }
    ck_assert_uint_gt(told, 500);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("examples");
    TCase *tc = tcase_create("examples");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_set_timeout(tc, 100);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_operation_answers);
    tcase_add_loop_test(tc, form_of_the_request_counts, 0, ARRAY_LEN(requests));
    tcase_add_test(tc, wrong_types_are_told);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
