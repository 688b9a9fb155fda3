/* Case files: mistakes are told with their place, and right files become cases. Also waivers. */
#include "common/json.h"
#include "conformance/case.h"
#include "conformance/profile.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "{\"id\":\"x\",\"title\":\"t\",\"level\":\"MUST\",\"refs\":[\"A1\"],\"world\":{},\n"
#define RUN "\"run\":{\"token\":\"ci\",\"account\":\"A\"},\n"

// clang-format off
static const struct {
    const char *text, *wrong, *why; // wrong: what the message must hold; NULL: the case is right
} files[] = {
    { HEAD RUN "\"expect\":{\"reason\":\"ok\"}}", NULL, "the least there is" },
    { "// why\n" HEAD RUN "\"expect\":{\"reason\":\"ok\"}}", NULL, "comments" },
    { HEAD RUN "\"expect\":{\"reason\":\"okay\"}}", "x:3:20: expect.reason: \"okay\" is no reason", "place" },
    { HEAD RUN "\"expect\":{\"reason\":\"ok\"},\n\"trafic\":{}}", "x:4:1: trafic: unknown member; did you mean \"traffic\"", "key" },
    { HEAD RUN "\"expect\":{}}", "needs either \"reason\" or \"by_truth\"", "no verdict" },
    { HEAD RUN "\"expect\":{\"reason\":\"ok\",\"linked\":false}}", "contradict", "linked" },
    { HEAD RUN "\"expect\":{\"reason\":\"ok\",\"missing\":[\"x\"]}}", "missing_permission only", "missing" },
    { HEAD RUN "\"expect\":{\"reason\":\"ok\",\"hint\":\"zone\"}}", "no hint of the protocol", "hint" },
    { HEAD "\"run\":{\"token\":\"ci\",\"account\":\"A\"}}", "lacks \"expect\"", "no expect" },
    { HEAD "\"run\":{\"account\":\"A\"},\"expect\":{\"reason\":\"ok\"}}", "\"token\" or \"token_value\"", "no token" },
    { HEAD "\"run\":{\"token\":\"ci\"},\"expect\":{\"reason\":\"ok\"}}", "\"account\" or \"account_id\"", "no account" },
    { HEAD "\"run\":{\"token\":\"ci\",\"account\":\"A\",\"wrap\":\"%d\"},\"expect\":{\"reason\":\"ok\"}}", "needs one %s", "wrap" },
    { HEAD "\"run\":{\"token\":\"ci\",\"account\":\"A\",\"required\":[\"a,b\"]},\"expect\":{\"reason\":\"ok\"}}", "comma", "comma" },
    { HEAD "\"run\":{\"token\":\"ci\",\"account\":\"A\",\"change\":{}},\"expect\":{\"reason\":\"ok\"}}", "belongs to steps", "change" },
    { HEAD "\"run\":[{\"token\":\"ci\",\"account\":\"A\",\"expect\":{\"reason\":\"ok\"}}]}", NULL, "steps" },
    { HEAD "\"run\":[{\"token\":\"ci\",\"account\":\"A\"}]}", "run[0]: lacks \"expect\"", "step without expect" },
    { HEAD "\"run\":[]}", "must be an object or a list of steps", "no step" },
    { "{\"id\":\"x\",\"title\":\"t\",\"level\":\"MUST\",\"refs\":[],\"world\":{\"clock\":\"now\"},\n" RUN "\"expect\":{\"reason\":\"ok\"}}", "world.clock: a case sets no clock", "clock" },
    { "{\"id\":\"X y\"}", "made of a-z", "id" },
    { "[1]", "a case is an object", "a list" },
    { "{\"id\":", "x:", "not JSON" },
};
// clang-format on

START_TEST(file_is_checked)
{
    char *why = NULL;
    struct test_case *c = case_parse("x", files[_i].text, strlen(files[_i].text), &why);

    if (files[_i].wrong) {
        ck_assert_msg(!c, "%s: taken", files[_i].why);
        ck_assert_msg(strstr(why, files[_i].wrong) != NULL, "%s: said %s", files[_i].why, why);
    } else {
        ck_assert_msg(c != NULL, "%s: %s", files[_i].why, why ? why : "");
        ck_assert_uint_eq(c->steps_count, 1);
        ck_assert(c->auto_type); // no kind is told
    }
    case_free(c);
    free(why);
}
END_TEST

START_TEST(id_is_the_files_name)
{
    static const char text[] = HEAD RUN "\"expect\":{\"reason\":\"ok\"}}";
    char *why = NULL;

    ck_assert_ptr_null(case_parse("dir/y.jsonc", text, strlen(text), &why));
    ck_assert_ptr_nonnull(strstr(why, "is not the file's name"));
    free(why);
    why = NULL;
    case_free(case_parse("dir/x.jsonc", text, strlen(text), &why));
    ck_assert_ptr_null(why);
}
END_TEST

START_TEST(own_cases_are_right)
{
    struct case_list l;
    char *why = NULL;

    ck_assert_msg(cases_load(MF_SOURCE_DIR "/conformance/cases/linker", &l, &why) == 0, "%s",
                  why ? why : "");
    ck_assert_uint_ge(l.count, 60);
    case_list_release(&l);
}
END_TEST

static bool known(const char *id, const void *with)
{
    return strcmp(id, with) == 0;
}

static const struct {
    const char *text, *wrong;
} waiver_files[] = {
    { "a1  slow today  https://x.test/1\n", NULL },
    { "# a comment\n\na1:verdict\tslow  today is two columns  https://x.test/1\n", "is no link" },
    { "a1:verdict\tslow today\thttps://x.test/1\r\n", NULL },
    { "a1 slow today https://x.test/1\n", "two blanks apart" },
    { "a1  slow today\n", "two blanks apart" },
    { "a2  slow  https://x.test/1\n", "f:1:1: there is no case \"a2\"" },
    { "\na1:verdikt  slow  https://x.test/1\n",
      "f:2:1: there is no check \"verdikt\"; nearest: verdict" },
};

START_TEST(waivers_are_strict)
{
    struct waivers w;
    char *why = NULL;
    int rc = waivers_parse("f", waiver_files[_i].text, known, "a1", &w, &why);

    if (waiver_files[_i].wrong) {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strstr(why, waiver_files[_i].wrong) != NULL, "%s", why);
    } else {
        ck_assert_msg(rc == 0, "%s", why ? why : "");
        ck_assert_uint_eq(w.count, 1);
        ck_assert_str_eq(w.items[0].reason, "slow today");
        ck_assert_ptr_nonnull(waiver_for(&w, "a1", CHECK_VERDICT));
        ck_assert(!!waiver_for(&w, "a1", CHECK_TRUTH) == w.items[0].any);
        ck_assert_ptr_null(waiver_for(&w, "a2", CHECK_VERDICT));
        waivers_release(&w);
    }
    free(why);
}
END_TEST

START_TEST(profiles_place_every_check)
{
    static const char *const names[] = { "core-1", "strict-1" };
    struct profile p;
    char *why = NULL;

    ck_assert_msg(profile_load(MF_SOURCE_DIR "/conformance/profiles", names[_i], &p, &why) == 0,
                  "%s", why ? why : "");
    ck_assert_int_eq(p.exact, _i == 1);
    ck_assert(profile_must(&p, CHECK_VERDICT) && !profile_must(&p, CHECK_SECRET_ARGV));
    ck_assert_int_eq(profile_must(&p, CHECK_VERIFY_CALLED), _i == 1);
    profile_release(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conform_case");
    TCase *tc = tcase_create("case");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, file_is_checked, 0, sizeof files / sizeof *files);
    tcase_add_test(tc, id_is_the_files_name);
    tcase_add_test(tc, own_cases_are_right);
    tcase_add_loop_test(tc, waivers_are_strict, 0, sizeof waiver_files / sizeof *waiver_files);
    tcase_add_loop_test(tc, profiles_place_every_check, 0, 2);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
