/* The `.case` reader: what it takes, and that each mistake is named with its line. */
#include "common/arena.h"
#include "common/json.h"
#include "conformance/api_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TITLE "# a/b.case: a claim      evidence: REC 2026\n"
#define HEAD TITLE "scenario default\n"

static struct api_case *read_case(struct arena *a, const char *text, char **why)
{
    struct api_case *c = NULL;

    *why = NULL;
    api_case_parse(a, "a/b.case", text, strlen(text), &c, why);
    return c;
}

START_TEST(whole_form_is_read)
{
    struct arena *a = arena_new();
    char *why;
    struct api_case *c = read_case(a,
                                   TITLE "scenario {\n  // a world\n  \"seed\": 7\n}\n"
                                         "clock 2026-03-01T12:00:00Z\n\n"
                                         "> POST /client/v4/x  as {token.all} times 3\n"
                                         "X-One: two\n"
                                         "{\"a\":1,\n \"b\":2}\n"
                                         "# a remark\n"
                                         "< 200 >=30ms\n"
                                         "cf-ray: <any>\n"
                                         "! retry-after\n"
                                         "{\"result\":\"<any>\",\n"
                                         " \"...\":\"...\"}\n"
                                         "> GET @/x\n"
                                         "< broken\n",
                                   &why);

    ck_assert_msg(!why, "%s", why);
    ck_assert_str_eq(c->claim, "a claim");
    ck_assert_str_eq(c->evidence, "REC 2026");
    ck_assert_str_eq(c->clock, "2026-03-01T12:00:00Z");
    ck_assert_int_eq(json_whole(c->world, "seed", 0), 7);
    ck_assert_uint_eq(c->steps_count, 2);
    ck_assert_str_eq(c->steps[0].method, "POST");
    ck_assert_str_eq(c->steps[0].as_text, "{token.all}");
    ck_assert_uint_eq(c->steps[0].times, 3);
    ck_assert_uint_eq(c->steps[0].line, 8);
    ck_assert_str_eq(c->steps[0].headers.items[0].value, "two");
    ck_assert_str_eq(c->steps[0].body, "{\"a\":1,\n \"b\":2}");
    ck_assert_int_eq(c->steps[0].status, 200);
    ck_assert_int_eq(c->steps[0].at_least_ms, 30);
    ck_assert_uint_eq(c->steps[0].expect.count, 2);
    ck_assert_ptr_null(c->steps[0].expect.items[1].value);
    ck_assert_int_eq(c->steps[0].form, API_JSON);
    ck_assert(c->steps[1].broken);
    ck_assert_int_eq(c->steps[1].form, API_EMPTY);
    ck_assert_ptr_null(c->steps[1].body);
    arena_free(a);
}
END_TEST

static const struct {
    const char *lines;
    enum api_form form;
    const char *text, *why;
} bodies[] = {
    { "<= {\"a\":1}\n<= x\n", API_BYTES, "{\"a\":1}\nx", "raw lines are joined" },
    { "<= \n", API_BYTES, "", "an empty raw line is an empty body" },
    { "<=\n", API_BYTES, "", "an editor may have trimmed the blank" },
    { "<any>\n", API_ANY, NULL, "anything" },
    { "text: one\n! text: two\n", API_PARTS, NULL, "parts" },
    { "! text: two\n", API_PARTS, NULL, "an absent part is no absent header" },
    { "", API_EMPTY, NULL, "nothing said, nothing allowed" },
    { "[1]\n", API_JSON, NULL, "an array is a pattern" },
};

START_TEST(body_has_form)
{
    struct arena *a = arena_new();
    char *why, *text = arena_printf(a, HEAD "> GET /x\n< 200\n%s", bodies[_i].lines);
    struct api_case *c = read_case(a, text, &why);

    ck_assert_msg(!why, "%s: %s", bodies[_i].why, why);
    ck_assert_msg(c->steps[0].form == bodies[_i].form, "%s", bodies[_i].why);
    if (bodies[_i].text)
        ck_assert_str_eq(c->steps[0].text, bodies[_i].text);
    arena_free(a);
}
END_TEST

START_TEST(raw_request_body_keeps_marks)
{
    struct arena *a = arena_new();
    char *why;
    struct api_case *c =
        read_case(a, HEAD "> POST /x\n= > not a request\n= # no remark\n< 400\n<any>\n", &why);

    ck_assert_msg(!why, "%s", why);
    ck_assert_str_eq(c->steps[0].body, "> not a request\n# no remark");
    arena_free(a);
}
END_TEST

static const struct {
    const char *text, *says;
} mistakes[] = {
    { "", "a/b.case:1: the first line" },
    { "scenario default\n", "a/b.case:1: the first line" },
    { "# other.case: x  evidence: REC\nscenario default\n",
      "a/b.case:1: the first line names other.case" },
    { "# a/b.case: x  evidence: FACT\n", "a/b.case:1: evidence must begin with one of REC" },
    { "# a/b.case:   evidence: REC\n", "a/b.case:1: no claim" },
    { TITLE "> GET /x\n< 200\n", "a/b.case:2: no \"scenario" },
    { TITLE "world default\n", "a/b.case:2: \"world default\"" },
    { TITLE "scenario {\n \"a\": 1\n", "a/b.case:2: the scenario is not closed" },
    { TITLE "scenario {\n \"a\" 1\n}\n", "a/b.case:2: the scenario (places" },
    { HEAD "scenario other\n", "a/b.case:3: a second scenario" },
    { TITLE "scenario a/b\n", "a/b.case:2: scenario takes a name" },
    { HEAD "clock yesterday\n", "a/b.case:3: clock takes a time" },
    { HEAD "clock now-1h\n", "a/b.case:3: clock takes a time" },
    { HEAD, "no request" },
    { HEAD "> GET\n< 200\n", "a/b.case:3: a request is" },
    { HEAD "> GET x\n< 200\n", "a/b.case:3: a request is" },
    { HEAD "> GET /x as me\n< 200\n", "a/b.case:3: as me; allowed: none, key" },
    { HEAD "> GET /x twice\n< 200\n", "a/b.case:3: \"twice\" behind the path" },
    { HEAD "> GET /x times 0\n< 200\n", "a/b.case:3: times takes" },
    { HEAD "> GET /x\n", "the request of line 3 has no \"< STATUS\"" },
    { HEAD "> GET /x\n< 99\n", "a/b.case:4: an answer is" },
    { HEAD "> GET /x\n< 6xx\n", "a/b.case:4: an answer is" },
    { HEAD "> GET /x\n< 200x\n", "a/b.case:4: an answer is" },
    { HEAD "> GET /x\n< 200 soon\n", "a/b.case:4: \"soon\" behind the status" },
    { HEAD "> GET /x\n< 200\n{\"a\":1,\n\"b\":}\n", "a/b.case:6: the body is no JSON" },
    { HEAD "> GET /x\n< 200\n{}\n<any>\n", "a/b.case:6: \"<any>\" behind the answer" },
};

START_TEST(mistake_is_named)
{
    struct arena *a = arena_new();
    char *why;

    read_case(a, mistakes[_i].text, &why);
    ck_assert_msg(why && strstr(why, mistakes[_i].says), "wanted \"%s\", got \"%s\"",
                  mistakes[_i].says, why ? why : "nothing");
    free(why);
    arena_free(a);
}
END_TEST

START_TEST(nul_byte_is_refused)
{
    struct arena *a = arena_new();
    struct api_case *c;
    char *why = NULL;
    static const char text[] = HEAD "> GET /x\n< 200\n\0";

    ck_assert_int_eq(api_case_parse(a, "a/b.case", text, sizeof text - 1, &c, &why), -1);
    ck_assert_ptr_nonnull(strstr(why, "NUL"));
    free(why);
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_case");
    TCase *tc = tcase_create("case");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_test(tc, whole_form_is_read);
    tcase_add_loop_test(tc, body_has_form, 0, sizeof bodies / sizeof *bodies);
    tcase_add_test(tc, raw_request_body_keeps_marks);
    tcase_add_loop_test(tc, mistake_is_named, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(tc, nul_byte_is_refused);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
