/* Room 6 without a network: bodies of all kinds against the operations that take them. */
#include "mock/body/json_body.h"
#include "mock/body/multipart.h"
#include "mock/rooms/rooms.h"
#include "mock/state/scenario.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include "common/mem.h"
#include "common/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text, *wrong, *why; // wrong: a part of the sentence; NULL: it is right
} texts[] = {
    { "{\"a\":[1,-2.5e+3,\"x\",true,false,null,{}],\"b\":[]}", NULL, "every kind of value" },
    { " \t\r\n0 ", NULL, "blanks around" },
    { "\"\\u00e9\\ud83d\\ude00\\n\\/ \xc3\xa9\"", NULL, "escapes and UTF-8" },
    { "9007199254740993", NULL, "an integer beyond a double's digits" },
    { "-1e-999", NULL, "too small to be told from 0" },
    { "", "at byte 0, it ends before", "nothing" },
    { "{\"a\":1", "at byte 6, it ends before", "cut" },
    { "{\"a\":1,}", "name is missing", "a comma too many" },
    { "[1,]", "no value", "a comma too many in a list" },
    { "[1 2]", "at byte 3, a comma is missing", "no comma" },
    { "{\"a\" 1}", "colon is missing", "no colon" },
    { "{a:1}", "name is missing", "a name without quotes" },
    { "[1}", "comma is missing", "the wrong bracket" },
    { "1 1", "stands behind the value", "two values" },
    { "{}\xef\xbb\xbf", "stands behind the value", "a byte order mark behind" },
    { "01", "begins with 0", "an octal" },
    { "1.", "lacks a digit", "no fraction" },
    { "1e", "lacks a digit", "no exponent" },
    { "-", "lacks a digit", "a sign alone" },
    { "+1", "no value", "a plus" },
    { ".5", "no value", "no whole part" },
    { "NaN", "no value", "not a number" },
    { "'a'", "no value", "other quotes" },
    { "tru", "no value", "half a word" },
    { "\"a\nb\"", "control character", "a raw line end" },
    { "\"a\tb\"", "control character", "a raw tab" },
    { "\"\\x41\"", "escape", "an escape of C" },
    { "\"\\u12G4\"", "escape", "half an escape" },
    { "\"\\u0000\"", "NUL", "NUL, escaped" },
    { "\"\\ud83d\"", "surrogates", "half a pair" },
    { "\"\xff\"", "UTF-8", "no UTF-8" },
    { "\"\xc0\xaf\"", "UTF-8", "an overlong slash" },
    { "\"\xed\xa0\x80\"", "UTF-8", "a surrogate in UTF-8" },
    { "\"\xf4\x90\x80\x80\"", "UTF-8", "beyond Unicode" },
    { "\"\xe2\x82", "UTF-8", "cut in a character" },
    { "\"abc", "no end", "a string without end" },
    { "1e999", "too large", "beyond a double" },
    { "-1e999", "too large", "beyond a double, below" },
    { "1000000000000000000000000000000000000000000000000000000000000000", "too many digits",
      "64 digits" },
    { "{\"a\":1,\"b\":2,\"a\":3}", "\"a\" stands twice", "a name twice" },
    { "[{\"x\":{\"a\":1,\"\\u0061\":1}}]", "\"a\" stands twice",
      "a name twice, once escaped, deep" },
    { "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
      "\"l\":1,"
      "\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"b\":1}",
      "\"b\" stands twice", "a name twice among many" },
};

START_TEST(json_is_read_strictly)
{
    struct arena *a = arena_new();
    size_t len = strlen(texts[_i].text);
    char *exact = memcpy(xmalloc(len + 1), texts[_i].text, len);
    cJSON *json;
    bool too_large;
    const char *wrong = json_body_read(a, exact, len, &json, &too_large);

    if (texts[_i].wrong)
        ck_assert_msg(wrong && strstr(wrong, texts[_i].wrong) && !json, "%s: %s", texts[_i].why,
                      wrong);
    else
        ck_assert_msg(!wrong && json, "%s: %s", texts[_i].why, wrong);
    ck_assert(!too_large);
    arena_free(a);
    free(exact);
}
END_TEST

START_TEST(big_integers_come_back_as_sent)
{
    static const char text[] = "{\"a\":[1,9007199254740993,2.5,{\"b\":-123456789012345678901234}],"
                               "\"c\":9007199254740992,\"d\":18446744073709551615}";
    struct arena *a = arena_new();
    cJSON *json;
    bool too_large;
    char *got;

    ck_assert_ptr_null(json_body_read(a, text, sizeof text - 1, &json, &too_large));
    got = json_print_dup(json);
    ck_assert_str_eq(got, text);
    free(got);
    arena_free(a);
}
END_TEST

START_TEST(nesting_and_count_have_an_end)
{
    static char deep[4 * JSON_BODY_DEPTH_MOST], many[600000];
    struct arena *a = arena_new();
    cJSON *json;
    bool too_large;

    memset(deep, '[', JSON_BODY_DEPTH_MOST);
    memset(deep + JSON_BODY_DEPTH_MOST, ']', JSON_BODY_DEPTH_MOST);
    ck_assert_ptr_null(json_body_read(a, deep, 2 * JSON_BODY_DEPTH_MOST, &json, &too_large));
    memset(deep, '[', JSON_BODY_DEPTH_MOST + 1);
    ck_assert_ptr_nonnull(
        strstr(json_body_read(a, deep, sizeof deep, &json, &too_large), "nested too deeply"));
    ck_assert(!too_large);
    for (size_t i = 0; i < sizeof many; i += 2)
        memcpy(many + i, i == 0 ? "[1" : ",1", 2);
    ck_assert_ptr_nonnull(json_body_read(a, many, sizeof many, &json, &too_large));
    ck_assert(too_large);
    arena_free(a);
}
END_TEST

/* A body as the front hands it over. */
struct source {
    const char *at;
    size_t left, piece;
    bool cut; // ends with an error
};

static long read_source(void *from, void *into, size_t room)
{
    struct source *s = from;
    size_t n = s->left < room ? s->left : room;

    n = n < s->piece ? n : s->piece;
    if (n == 0)
        return s->cut ? -1 : 0;
    memcpy(into, s->at, n);
    s->at += n;
    s->left -= n;
    return (long)n;
}

struct fixture {
    struct call c;
    struct source source;
    struct buf body, head;
};

/* Runs intake on `body`. `length`: as announced, -1 chunked. */
static enum step run(struct fixture *f, const char *method, const char *path, const char *type,
                     const char *body, size_t len, int64_t length)
{
    f->c.arena = arena_new();
    f->c.out.body = &f->body;
    f->c.out.head = &f->head;
    f->c.world = worlds_find("", 0);
    world_unref(f->c.world); // it stays until the teardown
    f->c.op = op_by_name(method, path);
    ck_assert_msg(f->c.op != NULL, "%s %s", method, path);
    f->c.in.method = method;
    f->c.local_path = path;
    if (type)
        f->c.in.header[f->c.in.header_count++] = (struct call_header){ "content-type", type };
    f->source.at = body;
    f->source.left = len;
    if (!f->source.piece)
        f->source.piece = 1000;
    f->c.in.read_body = read_source;
    f->c.in.body_from = &f->source;
    f->c.in.body_length = length;
    return intake_enter(&f->c);
}

static void release(struct fixture *f)
{
    arena_free(f->c.arena);
    buf_release(&f->body);
    buf_release(&f->head);
}

#define RULES "/accounts/{account_id}/mnm/rules"
#define RULE(name)                                                                                 \
    "{\"name\":" name ",\"prefixes\":[],\"automatic_advertisement\":false,\"type\":\"threshold\"}"
#define VALUE "/accounts/{account_id}/storage/kv/namespaces/{namespace_id}/values/{key_name}"
#define SNIPPET "/zones/{zone_id}/snippets/{snippet_name}"
#define SCRIPT "/accounts/{account_id}/workers/scripts/{script_name}"
#define OBJECT "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}"
#define META                                                                                       \
    "--XX\r\nContent-Disposition: form-data; "                                                     \
    "name=\"metadata[main_module]\"\r\n\r\na.mjs\r\n--XX--\r\n"
#define FORM "--XX\r\nContent-Disposition: form-data; name=\"value\"\r\n\r\nv\r\n--XX--\r\n"

static const struct {
    const char *method, *path, *type, *body;
    int status; // 0: taken
    int code;
    const char *says; // in the answer, or what the body became: json, bytes, form, nothing
    const char *why;
} sent[] = {
    { "POST", RULES, "application/json", RULE("\"x\""), 0, 0, "json", "plain JSON" },
    { "POST", RULES, "text/plain;charset=UTF-8", RULE("\"x\""), 0, 0, "json", "wrangler's JSON" },
    { "POST", RULES, NULL, RULE("\"x\""), 0, 0, "json", "no header" },
    { "POST", RULES, "application/x-www-form-urlencoded", RULE("\"x\""), 0, 0, "json", "curl -d" },
    { "POST", RULES, "application/x-www-form-urlencoded", "title=x", 400, 6003, "6105",
      "a form that is none" },
    { "POST", RULES, "application/json", "{", 400, 6007, "Malformed JSON", "not JSON" },
    { "POST", RULES, "application/json", "  ", 400, 7001, "the body is missing", "blanks" },
    { "POST", RULES, "application/json", "", 400, 7001, "the body is missing", "nothing" },
    { "POST", RULES, "application/json", "[]", 400, 7001, "the body is not an object", "a list" },
    { "POST", RULES, "application/json", "{\"automatic_advertisement\":true}", 400, 7001,
      "\\\"name\\\" is missing", "a required member" },
    { "POST", RULES, "application/json", RULE("5"), 400, 7001, "\\\"name\\\" is not a string",
      "its type" },
    { "POST", RULES, "application/json", RULE("null"), 400, 7001, "\\\"name\\\" is not a string",
      "null" },
    { "POST", RULES, "application/json", RULE("\"x\",\"other\":[1],\"id\":7"), 0, 0, "json",
      "members that nobody knows" },
    { "PUT", VALUE, "text/plain", "plain", 0, 0, "bytes", "a raw value" },
    { "PUT", VALUE, "text/plain", "{\"a\":", 0, 0, "bytes", "a raw value that begins as JSON" },
    { "PUT", VALUE, "multipart/form-data; boundary=XX", FORM, 0, 0, "form", "a value as a form" },
    { "PUT", VALUE, "multipart/form-data; boundary=XX", "--XX\r\n", 400, 7001, "end of its headers",
      "cut" },
    { "PUT", SNIPPET, "multipart/form-data; boundary=XX", "--XX--\r\n", 400, 7001,
      "no part \\\"metadata\\\"", "a form without what it must have" },
    { "PUT", SCRIPT, "application/javascript", META, 0, 0, "form",
      "a form under a script's header" },
    { "PUT", SCRIPT, "application/javascript", "export default {}", 0, 0, "bytes", "a script" },
    { "PUT", OBJECT, "text/plain", FORM, 0, 0, "bytes",
      "an object that looks like a form stays bytes" },
    { "GET", RULES, "application/json", "{", 0, 0, "nothing",
      "a body where none belongs is ignored (REC)" },
    { "PATCH", "/zones/{zone_id}", "application/json", "{", 400, 6007, "Malformed JSON",
      "the core says the same" },
};

static const char *became(const struct call *c)
{
    return c->parts ? "form" : c->json ? "json" : c->bytes ? "bytes" : "nothing";
}

START_TEST(body_is_taken_for_what_it_is)
{
    struct fixture f = { .c.out.first_code = -1 };
    size_t len = strlen(sent[_i].body);
    enum step step =
        run(&f, sent[_i].method, sent[_i].path, sent[_i].type, sent[_i].body, len, (int64_t)len);

    ck_assert_msg((step == ANSWERED) == (sent[_i].status != 0), "%s: %s", sent[_i].why, f.body.at);
    if (step == GO_ON) {
        ck_assert_msg(!strcmp(became(&f.c), sent[_i].says), "%s: %s", sent[_i].why, became(&f.c));
    } else {
        ck_assert_int_eq(f.c.out.status, sent[_i].status);
        ck_assert_msg(f.c.out.first_code == sent[_i].code, "%s: %s", sent[_i].why, f.body.at);
        ck_assert_msg(strstr(f.body.at, sent[_i].says) != NULL, "%s: %s", sent[_i].why, f.body.at);
        ck_assert(!f.c.out.close); // all of it was read
    }
    release(&f);
}
END_TEST

START_TEST(chunked_body_is_the_same)
{
    struct fixture f = { .source.piece = 3 };
    static const char json[] = RULE("\"a name that comes in pieces\"");

    ck_assert_int_eq(run(&f, "POST", RULES, NULL, json, sizeof json - 1, -1), GO_ON);
    ck_assert_str_eq(json_text(f.c.json, "name"), "a name that comes in pieces");
    ck_assert_uint_eq(f.c.body_len, sizeof json - 1);
    release(&f);
}
END_TEST

static const struct {
    const char *method, *path;
    size_t len;
    int64_t length;
    bool cut;
    int status;
    const char *why;
} sizes[] = {
    { "POST", RULES, 0, 9 << 20, false, 413, "announced too long: nothing is read" },
    { "POST", RULES, 9 << 20, -1, false, 413, "chunked, too long" },
    { "PUT", VALUE, 30 << 20, 30 << 20, false, 0, "a long value" },
    { "PUT", VALUE, 0, INT64_C(1) << 40, false, 413, "a terabyte" },
    { "PUT", VALUE, 10, 20, false, 400, "shorter than announced" },
    { "PUT", VALUE, 2 << 20, -1, true, 400, "chunks that end in nonsense" },
    { "POST", RULES, 10, -1, true, 400, "JSON chunks that end in nonsense" },
};

START_TEST(length_has_its_limits)
{
    struct fixture f = { .source = { .cut = sizes[_i].cut, .piece = 1 << 16 } };
    char *body = xcalloc(sizes[_i].len + 1, 1);
    enum step step;

    memset(body, ' ', sizes[_i].len);
    step = run(&f, sizes[_i].method, sizes[_i].path, "application/octet-stream", body,
               sizes[_i].len, sizes[_i].length);
    ck_assert_msg((step == ANSWERED ? f.c.out.status : 0) == sizes[_i].status, "%s: %d %s",
                  sizes[_i].why, f.c.out.status, f.body.at);
    ck_assert_int_eq(f.c.out.close, sizes[_i].status != 0);
    if (step == GO_ON) {
        ck_assert_uint_eq(blob_len(f.c.bytes), sizes[_i].len);
        ck_assert_ptr_null(f.c.body); // too long to lie in memory
    }
    release(&f);
    free(body);
}
END_TEST

START_TEST(parts_are_found_by_name)
{
    static const char form[] =
        "--XX\r\nContent-Disposition: form-data; name=\"metadata\"; filename=\"blob\"\r\n"
        "Content-Type: application/json\r\n\r\n{\"main_module\":\"a.mjs\"}\r\n"
        "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.mjs\"\r\n\r\n"
        "export default {}\r\n--XX--\r\n";
    struct fixture f = { 0 };
    size_t len;

    ck_assert_int_eq(
        run(&f, "PUT", SCRIPT, "multipart/form-data; boundary=XX", form, sizeof form - 1, -1),
        GO_ON);
    ck_assert_str_eq(json_text(call_part_json(&f.c, "metadata"), "main_module"), "a.mjs");
    ck_assert_mem_eq(blob_view(call_part(&f.c, "files")->bytes, &len), "export default {}", 17);
    ck_assert_ptr_null(call_part(&f.c, "none"));
    ck_assert_ptr_null(call_part_json(&f.c, "files"));
    release(&f);
}
END_TEST

static void setup(void)
{
    struct scenario *s = scenario_default();
    char *why = NULL;

    ck_assert_msg(worlds_setup(s, &why) == 0, "%s", why);
    scenario_unref(s);
}

int main(void)
{
    Suite *s = suite_create("intake");
    TCase *tc = tcase_create("intake");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_set_timeout(tc, 30);
    tcase_add_unchecked_fixture(tc, setup, worlds_release);
    tcase_add_loop_test(tc, json_is_read_strictly, 0, ARRAY_LEN(texts));
    tcase_add_test(tc, big_integers_come_back_as_sent);
    tcase_add_test(tc, nesting_and_count_have_an_end);
    tcase_add_loop_test(tc, body_is_taken_for_what_it_is, 0, ARRAY_LEN(sent));
    tcase_add_test(tc, chunked_body_is_the_same);
    tcase_add_loop_test(tc, length_has_its_limits, 0, ARRAY_LEN(sizes));
    tcase_add_test(tc, parts_are_found_by_name);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
