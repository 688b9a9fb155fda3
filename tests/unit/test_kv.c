/* Workers KV without a network: names, cursors, the docs of keys, what they weigh. */
#include "mock/families/kv.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/state/scenario.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct kv_space space = { .keys = "/accounts/a/storage/kv/namespaces/n/values" };

static const struct {
    const char *bytes;
    size_t len;
    bool fine;
    const char *why;
} names[] = {
    { "a", 1, true, "one letter" },
    { "a/b:c?d#e%", 10, true, "all that paths and queries are made of" },
    { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, true, "two, three and four bytes" },
    { "\x01\x7f", 2, true, "control characters" },
    { "a\0b", 3, false, "NUL" },
    { "\xff", 1, false, "no UTF-8" },
    { "\xc0\xaf", 2, false, "an overlong slash" },
    { "\xe0\x80\xaf", 3, false, "an overlong slash in three bytes" },
    { "\xed\xa0\x80", 3, false, "a surrogate" },
    { "\xf4\x90\x80\x80", 4, false, "beyond Unicode" },
    { "\xc3", 1, false, "cut in a character" },
    { "\xc3\x28", 2, false, "a character that does not go on" },
    { "\x80", 1, false, "the middle of a character" },
};

START_TEST(names_are_text)
{
    char *exact = memcpy(xmalloc(names[_i].len), names[_i].bytes, names[_i].len);

    ck_assert_msg(kv_is_text(exact, names[_i].len) == names[_i].fine, "%s", names[_i].why);
    free(exact);
}
END_TEST

static const char *const cursors[] = { "k",         "user:1", "a/b", "\xc3\xbf\xc3\xbf\xc3\xbe",
                                       "?>~?>~?>~", "" };

START_TEST(a_cursor_names_a_key_and_fits_a_query)
{
    char *cursor = kv_cursor_dup(cursors[_i]), *name = kv_cursor_name_dup(cursor),
         *encoded = text_percent_dup(cursor);

    ck_assert_str_eq(encoded, cursor);
    ck_assert_str_eq(name, cursors[_i]);
    free(encoded);
    free(cursor);
    free(name);
}
END_TEST

START_TEST(no_cursor_is_told)
{
    static const char *const wrong[] = { "!", "a b", "/w", "AA" };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        ck_assert_msg(kv_cursor_name_dup(wrong[i]) == NULL, "%s", wrong[i]);
}
END_TEST

static struct doc *doc_of(const char *key, const char *metadata, int64_t expires)
{
    struct kv_pair pair = { .key = key, .metadata = metadata, .expires = expires };
    char *why = NULL;
    struct blob *bytes = blob_new("one", 3, &why);
    struct doc *d = kv_doc(&space, &pair, bytes);

    blob_unref(bytes);
    return d;
}

static const struct {
    const char *key, *metadata;
    int64_t expires;
    const char *line, *shown;
} docs[] = {
    { "a", NULL, 0, "{\"name\":\"a\"}", "null" },
    { "a", NULL, 1772366400, "{\"name\":\"a\",\"expiration\":1772366400}", "null" },
    { "a", "{\"m\":[1,2]}", 0, "{\"name\":\"a\",\"metadata\":{\"m\":[1,2]}}", "{\"m\":[1,2]}" },
    { ",\"metadata\":7}", "\"x\"", 9,
      "{\"name\":\",\\\"metadata\\\":7}\",\"expiration\":9,\"metadata\":\"x\"}", "\"x\"" },
    { "x\",\"metadata\":", NULL, 0, "{\"name\":\"x\\\",\\\"metadata\\\":\"}", "null" },
    { "a", "9007199254740993", 0, "{\"name\":\"a\",\"metadata\":9007199254740993}",
      "9007199254740993" },
};

START_TEST(a_key_is_its_line_of_the_list)
{
    struct doc *d = doc_of(docs[_i].key, docs[_i].metadata, docs[_i].expires);
    size_t len;
    const char *metadata = kv_metadata(d, &len);

    ck_assert_str_eq(doc_text(d, NULL), docs[_i].line);
    ck_assert_msg(len == strlen(docs[_i].shown) && !memcmp(metadata, docs[_i].shown, len), "%s",
                  metadata);
    ck_assert_int_eq(kv_expiration(d), docs[_i].expires);
    ck_assert_uint_eq(blob_len(doc_bytes(d)), 3);
    doc_unref(d);
}
END_TEST

START_TEST(a_key_lives_until_its_second)
{
    struct doc *forever = doc_of("a", NULL, 0), *dated = doc_of("b", NULL, 100);

    ck_assert(kv_is_live(forever, INT64_MAX));
    ck_assert(kv_is_live(dated, 99));
    ck_assert(!kv_is_live(dated, 100));
    doc_unref(forever);
    doc_unref(dated);
}
END_TEST

START_TEST(order_is_that_of_bytes)
{
    static const char *const sorted[] = { "Z", "a",        "a/b",          "ab",
                                          "b", "\xc3\xa4", "\xef\xbf\xbd", "\xf0\x9f\x98\x80" };

    for (size_t i = 0; i + 1 < ARRAY_LEN(sorted); i++) {
        struct doc *a = doc_of(sorted[i], NULL, 0), *b = doc_of(sorted[i + 1], NULL, 0);

        ck_assert_msg(kv_key_order(a, b) < 0 && kv_key_order(b, a) > 0, "%s, %s", sorted[i],
                      sorted[i + 1]);
        ck_assert_int_eq(kv_key_order(a, a), 0);
        doc_unref(a);
        doc_unref(b);
    }
}
END_TEST

/* A doc whose extra is made anew from its text, as a state file makes it, expires as before. */
START_TEST(expiration_is_in_the_text)
{
    struct doc *d = doc_of("a", NULL, 1772366400);
    cJSON *json = doc_json_dup(d);
    void (*done)(void *) = NULL;
    int64_t *expires = kv_key_extra(json, &done);

    ck_assert_int_eq(*expires, 1772366400);
    done(expires);
    cJSON_Delete(json);
    doc_unref(d);
}
END_TEST

/* A call that only needs a world and an arena. */
struct fixture {
    struct call call;
    struct buf body;
    struct scenario *scenario;
};

static void fixture_begin(struct fixture *f)
{
    static const char text[] = "{\"clock\":\"2026-03-01T12:00:00Z\"}";
    struct scenario_errors errors = { 0 };
    char *why = NULL;

    *f = (struct fixture){
        .call = { .arena = arena_new(),
                  .op = op_by_name(
                      "GET",
                      "/accounts/{account_id}/storage/kv/namespaces/{namespace_id}/keys") }
    };
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

#define NOW INT64_C(1772366400)

static const struct {
    const char *expiration, *ttl;
    int64_t expires; // -1: refused
    int code;
    const char *why;
} times[] = {
    { NULL, NULL, 0, 0, "never" },
    { "", "", 0, 0, "sent empty" },
    { NULL, "60", NOW + 60, 0, "the least" },
    { NULL, "59", -1, 10034, "too short" },
    { NULL, "-1", -1, 10034, "before now" },
    { NULL, "1.5", -1, 10034, "no whole number" },
    { NULL, "60 ", -1, 10034, "something behind" },
    { NULL, "9223372036854775808", -1, 10034, "beyond all numbers" },
    { "1772366460", NULL, NOW + 60, 0, "the nearest" },
    { "1772366459", NULL, -1, 10033, "too near" },
    { "soon", NULL, -1, 10033, "no number" },
    { "1", "60", NOW + 60, 0, "a ttl wins, whatever else was sent" },
    { "1772366499", "1", -1, 10034, "a ttl wins also where it is wrong" },
};

START_TEST(times_are_read)
{
    struct fixture f;
    int64_t expires;
    enum step step;

    fixture_begin(&f);
    step = kv_expires(&f.call, times[_i].expiration, times[_i].ttl, &expires);
    if (times[_i].expires < 0)
        ck_assert_msg(step == ANSWERED && f.call.out.first_code == times[_i].code, "%s",
                      times[_i].why);
    else
        ck_assert_msg(step == GO_ON && expires == times[_i].expires, "%s", times[_i].why);
    fixture_end(&f);
}
END_TEST

static const struct {
    const char *text, *kept; // kept NULL: refused; "": none
    const char *why;
} metadata[] = {
    { "", "", "nothing" },
    { " \n", "", "blanks" },
    { "null", "", "null" },
    { " { \"a\" : [ 1.50, \"x y\" ] } ", "{\"a\":[1.50,\"x y\"]}", "made compact, as spelt" },
    { "12345678901234567890", "12345678901234567890", "more digits than a double has" },
    { "{a:1}", NULL, "no JSON" },
    { "{\"a\":1} x", NULL, "something behind" },
    { "// none", NULL, "a comment" },
};

START_TEST(metadata_is_read)
{
    struct fixture f;
    const char *kept;
    enum step step;

    fixture_begin(&f);
    step = kv_metadata_read(&f.call, metadata[_i].text, strlen(metadata[_i].text), &kept);
    if (!metadata[_i].kept)
        ck_assert_msg(step == ANSWERED && f.call.out.status == 400, "%s", metadata[_i].why);
    else
        ck_assert_msg(step == GO_ON && !strcmp(kept ? kept : "", metadata[_i].kept), "%s: %s",
                      metadata[_i].why, kept);
    fixture_end(&f);
}
END_TEST

static const struct {
    size_t len;
    char fill;
    int status; // 0: fine
    const char *why;
} keys[] = {
    { 1, 'a', 0, "the shortest" }, { 512, 'a', 0, "the longest" }, { 513, 'a', 400, "too long" },
    { 0, 'a', 400, "empty" },      { 1, '.', 400, "a dot" },       { 2, '.', 400, "two dots" },
    { 3, '.', 0, "three dots" },
};

START_TEST(keys_are_checked)
{
    struct fixture f;
    char key[600] = "";
    enum step step;

    fixture_begin(&f);
    memset(key, keys[_i].fill, keys[_i].len);
    step = kv_key_check(&f.call, key, keys[_i].len);
    ck_assert_msg((step == GO_ON) == !keys[_i].status, "%s", keys[_i].why);
    if (keys[_i].status)
        ck_assert_int_eq(f.call.out.status, keys[_i].status);
    fixture_end(&f);
}
END_TEST

START_TEST(values_end_at_25_mib)
{
    struct fixture f;

    fixture_begin(&f);
    ck_assert_int_eq(kv_value_check(&f.call, KV_VALUE_MOST), GO_ON);
    ck_assert_int_eq(kv_value_check(&f.call, KV_VALUE_MOST + 1), ANSWERED);
    ck_assert_int_eq(f.call.out.status, 413);
    fixture_end(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kv");
    TCase *tc = tcase_create("kv");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_add_loop_test(tc, names_are_text, 0, ARRAY_LEN(names));
    tcase_add_loop_test(tc, a_cursor_names_a_key_and_fits_a_query, 0, ARRAY_LEN(cursors));
    tcase_add_test(tc, no_cursor_is_told);
    tcase_add_loop_test(tc, a_key_is_its_line_of_the_list, 0, ARRAY_LEN(docs));
    tcase_add_test(tc, a_key_lives_until_its_second);
    tcase_add_test(tc, order_is_that_of_bytes);
    tcase_add_test(tc, expiration_is_in_the_text);
    tcase_add_loop_test(tc, times_are_read, 0, ARRAY_LEN(times));
    tcase_add_loop_test(tc, metadata_is_read, 0, ARRAY_LEN(metadata));
    tcase_add_loop_test(tc, keys_are_checked, 0, ARRAY_LEN(keys));
    tcase_add_test(tc, values_end_at_25_mib);
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
