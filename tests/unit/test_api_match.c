/* The matcher of golden cases: what a pattern takes, what it refuses, and how it says so. */
#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "conformance/api_match.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HEX "0123456789abcdef0123456789abcdef"
#define SECRET "abcdefghijABCDEFGHIJabcdefghijABCDEFGHIJ"

static const struct {
    const char *pattern, *got;
    int right;
    const char *why;
} rows[] = {
    { "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", 1, "equal" },
    { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", 0, "member order counts" },
    { "{\"x\":{\"a\":1,\"b\":2}}", "{\"x\":{\"b\":2,\"a\":1}}", 0, "nested order counts" },
    { "{\"b\":2,\"...\":\"...\"}", "{\"a\":1,\"b\":2}", 1, "others may stand beside" },
    { "{\"b\":2,\"a\":1,\"...\":\"...\"}", "{\"a\":1,\"b\":2}", 1, "... frees the order" },
    { "{\"c\":2,\"...\":\"...\"}", "{\"a\":1}", 0, "... does not make a member optional" },
    { "{\"a\":1}", "{\"a\":1,\"b\":2}", 0, "one too many" },
    { "{\"a\":1,\"b\":2}", "{\"a\":1}", 0, "one too few" },
    { "{\"a\":1}", "{\"a\":1,\"a\":1}", 0, "a member twice" },
    { "{\"a\":null}", "{}", 0, "null is not absent" },
    { "{\"a\":1}", "{\"A\":1}", 0, "case counts" },
    { "[1,2]", "[1,2]", 1, "equal arrays" },
    { "[1,2]", "[1,2,3]", 0, "one element too many" },
    { "[1,2]", "[1]", 0, "one element too few" },
    { "[1,\"...\"]", "[1,2,3]", 1, "more may follow" },
    { "[1,\"...\"]", "[1]", 1, "or none" },
    { "[\"...\"]", "[]", 1, "anything in it" },
    { "[\"<each>\",{\"a\":\"<int>\"}]", "[{\"a\":1},{\"a\":2}]", 1, "each" },
    { "[\"<each>\",{\"a\":\"<int>\"}]", "[{\"a\":1},{\"a\":\"2\"}]", 0, "not each" },
    { "[\"<each>\",1]", "[]", 0, "each wants one" },
    { "[\"<set>\",1,2,3]", "[3,1,2]", 1, "any order" },
    { "[\"<set>\",1,1]", "[1,2]", 0, "an element is used once" },
    { "[\"<set>\",1]", "[1,2]", 0, "a set is whole" },
    { "[\"<set>\",2,\"...\"]", "[1,2]", 1, "unless more may stand in it" },
    { "\"<hex32>\"", "\"" HEX "\"", 1, "hex" },
    { "\"<hex32>\"", "\"0123456789ABCDEF0123456789ABCDEF\"", 0, "lower case only" },
    { "\"<hex32>\"", "\"" HEX "0\"", 0, "33 digits" },
    { "\"<hex32>\"", "5", 0, "a number is no hex text" },
    { "\"<uuid>\"", "\"0190a2b3-c4d5-4abc-8def-0123456789ab\"", 1, "uuid" },
    { "\"<uuid7>\"", "\"0190a2b3-c4d5-7abc-8def-0123456789ab\"", 1, "uuid version 7" },
    { "\"<uuid7>\"", "\"0190a2b3-c4d5-4abc-8def-0123456789ab\"", 0, "another version" },
    { "\"<time>\"", "\"2026-03-01T12:00:00Z\"", 1, "seconds" },
    { "\"<time>\"", "\"2026-03-01T12:00:00.123Z\"", 1, "any fraction" },
    { "\"<time:6>\"", "\"2026-03-01T12:00:00.123Z\"", 0, "six digits wanted" },
    { "\"<time:6>\"", "\"2026-03-01T12:00:00.123456Z\"", 1, "six digits" },
    { "\"<time:0>\"", "\"2026-03-01T12:00:00.1Z\"", 0, "no fraction wanted" },
    { "\"<time>\"", "\"2026-03-01 12:00:00\"", 0, "another form" },
    { "\"<date>\"", "\"2026-03-01\"", 1, "date" },
    { "\"<int>\"", "12", 1, "a number" },
    { "\"<int>\"", "\"12\"", 0, "digits in a text are no number" },
    { "\"<int>\"", "1.5", 0, "a fraction" },
    { "\"<flag>\"", "false", 1, "a flag" },
    { "\"<flag>\"", "\"false\"", 0, "a word is no flag" },
    { "\"<digits>\"", "\"12\"", 1, "digits" },
    { "\"<any>\"", "{\"a\":[]}", 1, "anything" },
    { "\"<any>\"", "null", 1, "null, too" },
    { "\"<text>\"", "\"\"", 0, "a text is not empty" },
    { "\"<text>\"", "1", 0, "a number is no text" },
    { "\"cf<upper2>-<alnum4>\"", "\"cfAB-a1B2\"", 1, "forms within a text" },
    { "\"see <https://x.y/>.\"", "\"see <https://x.y/>.\"", 1, "other brackets are themselves" },
    { "\"<any>b<any>\"", "\"aabaa\"", 1, "any backs up" },
    { "\"{id}\"", "\"" HEX "\"", 1, "a name" },
    { "\"x-{id}-y\"", "\"x-" HEX "-y\"", 1, "a name within a text" },
    { "\"{{id}}\"", "\"{id}\"", 1, "a freed name" },
    { "\"{n}\"", "42", 1, "a remembered number" },
    { "\"{n}\"", "43", 0, "another number" },
    { "\"42\"", "42", 0, "a text is no number" },
    { "\"{nobody}\"", "\"{nobody}\"", 0, "an unknown name matches nothing" },
    { "{\"{id}.x\":1}", "{\"" HEX ".x\":1}", 1, "a name within a member's name" },
    { "{\"{id}.x\":1}", "{\"y.x\":1}", 0, "another member" },
    { "1", "1.0", 1, "numbers by value" },
    { "true", "false", 0, "flags" },
};

struct stage {
    struct arena *arena;
    struct api_names names;
    struct buf report;
    struct api_match match;
};

static void stage_init(struct stage *s)
{
    s->arena = arena_new();
    api_names_init(&s->names, s->arena);
    api_names_set(&s->names, "id", HEX, false);
    api_names_set(&s->names, "n", "42", false);
    api_names_set(&s->names, "token.all", SECRET, true);
    buf_init(&s->report);
    api_match_init(&s->match, &s->names, &s->report);
}

static void stage_release(struct stage *s)
{
    buf_release(&s->report);
    arena_free(s->arena);
}

static int stage_match(struct stage *s, const char *pattern, const char *got)
{
    cJSON *a = json_parse(s->arena, pattern, strlen(pattern));
    cJSON *b = json_parse(s->arena, got, strlen(got));

    ck_assert_msg(a && b, "the test's own JSON is wrong: %s %s", pattern, got);
    return api_match_json(&s->match, a, b);
}

START_TEST(pattern_judges)
{
    struct stage s;
    int right;

    stage_init(&s);
    right = stage_match(&s, rows[_i].pattern, rows[_i].got);
    ck_assert_msg(right == rows[_i].right, "%s: %s against %s", rows[_i].why, rows[_i].pattern,
                  rows[_i].got);
    ck_assert_msg(right || s.report.len, "%s: a refusal without a word", rows[_i].why);
    ck_assert_int_eq(right, s.match.differences == 0);
    stage_release(&s);
}
END_TEST

START_TEST(form_remembers)
{
    struct stage s;

    stage_init(&s);
    ck_assert(stage_match(&s, "{\"a\":\"<hex32:rec>\",\"n\":\"<int:num>\",\"t\":\"<time:6:at>\"}",
                          "{\"a\":\"" HEX "\",\"n\":7,\"t\":\"2026-03-01T12:00:00.123456Z\"}"));
    ck_assert_str_eq(api_names_get(&s.names, "rec"), HEX);
    ck_assert_str_eq(api_names_get(&s.names, "num"), "7");
    ck_assert_str_eq(api_names_get(&s.names, "at"), "2026-03-01T12:00:00.123456Z");
    ck_assert(stage_match(&s, "[\"{rec}\",\"{num}\"]", "[\"" HEX "\",7]"));
    stage_release(&s);
}
END_TEST

START_TEST(report_names_place)
{
    struct stage s;

    stage_init(&s);
    stage_match(&s, "{\"a\":[{\"b\":1}],\"c\":2}", "{\"a\":[{\"b\":5}],\"c\":2}");
    ck_assert_str_eq(s.report.at, "at a[0].b: expected 1, got 5\n");
    stage_release(&s);
}
END_TEST

START_TEST(report_holds_no_secret)
{
    struct stage s;

    stage_init(&s);
    stage_match(&s, "{\"a\":1}",
                "{\"a\":\"" SECRET "\",\"b\":\"cfut_0123456789012345678901234567890123456789\"}");
    ck_assert_ptr_null(strstr(s.report.at, SECRET));
    ck_assert_ptr_null(strstr(s.report.at, "cfut_0123"));
    ck_assert_ptr_nonnull(strstr(s.report.at, "…GHIJ"));
    stage_release(&s);
}
END_TEST

START_TEST(hopeless_pattern_ends)
{
    struct stage s;
    char *got, *pattern;

    stage_init(&s);
    got = arena_printf(s.arena, "\"%0*d\"", 20000, 0);
    pattern = arena_printf(s.arena, "\"<any>1<any>1<any>1<any>x\"");
    ck_assert(!stage_match(&s, pattern, got));
    got = arena_printf(s.arena, "\"%0*d\"", 3000, 0);
    ck_assert(!stage_match(&s, "\"<any>0<any>0<any>0<any>x\"", got));
    stage_release(&s);
}
END_TEST

START_TEST(part_is_found)
{
    struct stage s;

    stage_init(&s);
    ck_assert(api_match_part(&s.match, "body", "title>api <digits>", "<html><title>api 525: x"));
    ck_assert(!api_match_part(&s.match, "body", "title>api <digits>!", "<html><title>api 525: x"));
    ck_assert(api_match_text(&s.match, "header x", "a<any>c", "abbc"));
    ck_assert(!api_match_text(&s.match, "header x", "a", NULL));
    stage_release(&s);
}
END_TEST

START_TEST(names_of_world)
{
    static const char snapshot[] =
        "{\"accounts\":[{\"id\":\"a1\",\"name\":\"Acme Inc\"}],\"users\":[{\"id\":\"u1\",\"email\":"
        "\"bob@acme.example\",\"global_key\":\"k1234567890\"}],\"zones\":[{\"id\":\"z1\",\"name\":"
        "\"example.com\"}],\"tokens\":[{\"name\":\"read-only\",\"id\":\"t1\",\"value\":"
        "\"v1234567890\"}]}";
    static const char *const pairs[][2] = {
        { "account", "a1" },
        { "account.acme", "a1" },
        { "user", "u1" },
        { "user.bob", "u1" },
        { "email", "bob@acme.example" },
        { "key", "k1234567890" },
        { "zone", "z1" },
        { "zone.example", "z1" },
        { "zone.example.com", "z1" },
        { "token.read-only", "v1234567890" },
        { "token.read-only.id", "t1" },
    };
    struct stage s;
    char *why = NULL;

    stage_init(&s);
    api_names_take_world(&s.names, json_parse(s.arena, snapshot, strlen(snapshot)));
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        ck_assert_msg(api_names_get(&s.names, pairs[i][0]) &&
                          !strcmp(api_names_get(&s.names, pairs[i][0]), pairs[i][1]),
                      "%s", pairs[i][0]);
    ck_assert_ptr_null(api_names_expand(&s.names, "/x/{zone.exampel}", false, &why));
    ck_assert_ptr_nonnull(strstr(why, "{zone.example.com}"));
    free(why);
    stage_release(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_match");
    TCase *tc = tcase_create("match");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, pattern_judges, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, form_remembers);
    tcase_add_test(tc, report_names_place);
    tcase_add_test(tc, report_holds_no_secret);
    tcase_add_test(tc, hopeless_pattern_ends);
    tcase_add_test(tc, part_is_found);
    tcase_add_test(tc, names_of_world);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
