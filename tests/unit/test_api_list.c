/* Finding case files, and the reports of a run. */
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "conformance/api_list.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test-api-list-XXXXXX";

static char *below(const char *name)
{
    return text_printf("%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
    char *path = below(name), *why = NULL;

    ck_assert_msg(file_write(path, text, strlen(text), 0600, &why) == 0, "%s", why ? why : "");
    free(path);
}

static void make_folders(void)
{
    char *auth, *zones;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    auth = below("auth");
    zones = below("zones");
    ck_assert_int_eq(mkdir(auth, 0700), 0);
    ck_assert_int_eq(mkdir(zones, 0700), 0);
    free(auth);
    free(zones);
    put("auth/02-b.case", "# auth/02-b.case: b  evidence: REC\nscenario a\n> GET /x\n< 200\n");
    put("auth/01-a.case", "# auth/01-a.case: a  evidence: REC\nscenario a\n> GET /x\n< 200\n");
    put("zones/01-z.case", "# zones/01-z.case: z  evidence: INF\nscenario a\n> GET /x\n< 200\n");
    put("zones/README.md", "no case\n");
}

static void remove_folders(void)
{
    static const char *const names[] = { "auth/01-a.case",
                                         "auth/02-b.case",
                                         "auth/03-c.case",
                                         "zones/01-z.case",
                                         "zones/README.md",
                                         "out",
                                         "auth",
                                         "zones",
                                         "" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = below(names[i]);

        remove(path);
        free(path);
    }
    strcpy(dir + strlen(dir) - 6, "XXXXXX");
}

static const struct {
    const char *glob;
    size_t count;
    const char *first, *why;
} globs[] = {
    { NULL, 3, "auth/01-a", "all, sorted" },
    { "auth/*", 2, "auth/01-a", "one folder" },
    { "01-*", 2, "auth/01-a", "by the last part" },
    { "zones/01-z", 1, "zones/01-z", "one" },
    { "**", 3, "auth/01-a", "two stars take slashes" },
    { "nothing", 0, NULL, "none is an error" },
};

START_TEST(glob_chooses)
{
    const char *words[] = { dir };
    struct api_list list;
    char *why = NULL;
    int rc = api_list_read(&list, words, 1, globs[_i].glob, &why);

    ck_assert_msg(list.count == globs[_i].count, "%s: %zu", globs[_i].why, list.count);
    ck_assert_int_eq(rc, globs[_i].count ? 0 : -1);
    if (globs[_i].first)
        ck_assert_str_eq(list.entries[0].id, globs[_i].first);
    else
        ck_assert_ptr_nonnull(strstr(why, "nothing"));
    free(why);
    api_list_release(&list);
}
END_TEST

START_TEST(wrong_files_are_all_named)
{
    const char *words[] = { dir };
    struct api_list list;
    char *why = NULL;

    put("auth/03-c.case", "no title\n");
    put("zones/01-z.case", "# zones/01-z.case: z  evidence: INF\n> GET /x\n< 200\n");
    ck_assert_int_eq(api_list_read(&list, words, 1, NULL, &why), -1);
    ck_assert_ptr_nonnull(strstr(why, "03-c.case:1: "));
    ck_assert_ptr_nonnull(strstr(why, "01-z.case:2: "));
    free(why);
    api_list_release(&list);
}
END_TEST

static void judge(struct api_list *list)
{
    list->entries[1].result.verdict = API_FAIL;
    list->entries[1].result.report = xstrdup("first\nsecond");
    list->entries[2].result.verdict = API_ERROR;
    list->entries[2].result.report = xstrdup("no server");
}

static char *report(const struct api_list *list, const char *kind)
{
    char *out = below("out"), *wish = text_printf("%s=%s", kind, out), *text = NULL, *why = NULL;
    size_t len;

    ck_assert_int_eq(api_report_check(wish, &why), 0);
    ck_assert_int_eq(api_report_write(wish, list->entries, list->count, &why), 0);
    ck_assert_int_eq(file_read(out, &text, &len, &why), 0);
    free(out);
    free(wish);
    return text;
}

START_TEST(reports_tell_the_same)
{
    const char *words[] = { dir };
    struct api_list list;
    char *why = NULL, *text;
    cJSON *json;

    ck_assert_int_eq(api_list_read(&list, words, 1, NULL, &why), 0);
    judge(&list);
    text = report(&list, "tap");
    ck_assert_str_eq(
        text, "TAP version 13\n1..3\nok 1 - auth/01-a\nnot ok 2 - auth/02-b\n# first\n# second\n"
              "not ok 3 - zones/01-z\n# no server\n");
    free(text);
    text = report(&list, "text");
    ck_assert_ptr_nonnull(strstr(text, "FAIL  auth/02-b: b   (REC)\n      first\n      second\n"));
    ck_assert_ptr_nonnull(strstr(text, "1 passed, 2 failed\n"));
    free(text);
    text = report(&list, "json");
    json = json_parse(NULL, text, strlen(text));
    ck_assert_int_eq(json_whole(json, "failed", 0), 1);
    ck_assert_int_eq(json_whole(json, "errors", 0), 1);
    ck_assert_str_eq(json_text(json_at(json, "cases[1]"), "report"), "first\nsecond");
    cJSON_Delete(json);
    free(text);
    api_list_release(&list);
}
END_TEST

START_TEST(report_kind_is_checked)
{
    char *why = NULL;

    ck_assert_int_eq(api_report_check("tap", &why), 0);
    ck_assert_int_eq(api_report_check("tap=", &why), -1);
    free(why);
    ck_assert_int_eq(api_report_check("yaml", &why), -1);
    ck_assert_ptr_nonnull(strstr(why, "yaml"));
    free(why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_list");
    TCase *tc = tcase_create("list");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, make_folders, remove_folders);
    tcase_add_loop_test(tc, glob_chooses, 0, ARRAY_LEN(globs));
    tcase_add_test(tc, wrong_files_are_all_named);
    tcase_add_test(tc, reports_tell_the_same);
    tcase_add_test(tc, report_kind_is_checked);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
