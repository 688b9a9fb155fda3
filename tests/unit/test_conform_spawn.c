/* Running a command: its environment, its end, its output, and that nothing of it is left. */
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "conformance/leak.h"
#include "conformance/result.h"
#include "conformance/spawn.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct spawn_result r;

static void run(const char *script, long deadline_ms)
{
    char *argv[] = { "/bin/sh", "-c", (char *)script, NULL };
    char *env[] = { "MF_RUN=0123456789abcdef", "PATH=/usr/bin:/bin", NULL };
    struct spawn_plan p = { .argv = argv,
                            .env = env,
                            .cwd = "/",
                            .run = "0123456789abcdef",
                            .deadline_ms = deadline_ms,
                            .out_most = 1000,
                            .err_most = 1000 };

    spawn_run(&p, &r);
}

START_TEST(output_and_exit_come_back)
{
    run("pwd; echo bad >&2; read x || exit 7", 5000);
    ck_assert_int_eq(r.exit_code, 7); // standard input is empty
    ck_assert_str_eq(r.out, "/\n");
    ck_assert_str_eq(r.err, "bad\n");
    spawn_result_release(&r);
}
END_TEST

START_TEST(environment_is_what_was_given)
{
    setenv("CLOUDFLARE_API_TOKEN", "leftover", 1);
    run("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort", 5000);
    ck_assert_str_eq(r.out, "MF_RUN=0123456789abcdef\nPATH=/usr/bin:/bin\n");
    spawn_result_release(&r);
}
END_TEST

START_TEST(output_is_capped_and_counted)
{
    run("head -c 300000 /dev/zero | tr '\\0' x; head -c 5000 /dev/zero >&2", 5000);
    ck_assert_uint_eq(r.out_len, 1000);
    ck_assert_uint_eq(r.out_total, 300000);
    ck_assert_uint_eq(r.err_total, 5000);
    spawn_result_release(&r);
}
END_TEST

START_TEST(deadline_ends_with_term)
{
    run("trap 'echo termed; exit 3' TERM; sleep 60 & wait", 200);
    ck_assert(r.late);
    ck_assert_int_eq(r.exit_code, 3);
    ck_assert_str_eq(r.out, "termed\n");
    spawn_result_release(&r);
}
END_TEST

START_TEST(deafness_ends_with_kill)
{
    run("trap '' TERM; while :; do sleep 1; done", 200);
    ck_assert(r.late);
    ck_assert_int_eq(r.signal, SIGKILL);
    ck_assert_int_lt(r.elapsed_ms, 4000);
    spawn_result_release(&r);
}
END_TEST

START_TEST(nothing_is_left_behind)
{
    long pid[2] = { 0 };
    int64_t begun = stamp_monotonic();

    run("setsid sh -c 'trap \"\" TERM; sleep 60' & echo $!; sleep 60 & echo $!", 5000);
    ck_assert_int_eq(sscanf(r.out, "%ld\n%ld", &pid[0], &pid[1]), 2);
    ck_assert_int_lt(stamp_monotonic() - begun, 3 * STAMP_SECOND);
    for (int i = 0; i < 2; i++)
        ck_assert_msg(kill((pid_t)pid[i], 0) == -1 && errno == ESRCH, "process %d of two is alive",
                      i + 1);
    spawn_result_release(&r);
}
END_TEST

START_TEST(what_cannot_start_says_so)
{
    char *argv[] = { "/no/such/linker", NULL }, *env[] = { NULL };
    struct spawn_plan p = { .argv = argv, .env = env, .cwd = "/", .run = "x", .deadline_ms = 100 };

    spawn_run(&p, &r);
    ck_assert_ptr_nonnull(strstr(r.why, "/no/such/linker"));
    spawn_result_release(&r);
}
END_TEST

#define SECRET "cfut_Zk3mQ8rT1vX5yB7nC9dF2gH4jL6pS0wAEuIoRtYq1a2b3c4d"

static const struct {
    const char *text;
    bool leaks;
    const char *why;
} texts[] = {
    { "token " SECRET " refused", true, "itself" },
    { "cfut_Zk3mQ8r…", true, "its first 12 characters" },
    { "cfut_Zk3mQ8", false, "11 characters" },
    { "…4d", false, "its last characters" },
    { "Y2Z1dF9aazNtUThyVDF2WDV5QjduQzlkRjJnSDRqTDZwUzB3QUV1SW9SdFlxMWEyYjNjNGQ=", true,
      "its base64" },
    { "dXNlcjpjZnV0X1prM21ROHJUMXZYNXlCN25DOWRGMmdINGpMNnBTMHdBRXVJb1J0WXExYTJiM2M0ZA==", true,
      "base64 of user:token" },
    { "the token you gave", false, "a word" },
};

START_TEST(leak_is_seen)
{
    struct leak l;
    char *hidden;

    leak_init(&l, "  Bearer " SECRET "\r\n");
    ck_assert_msg(leak_in(&l, texts[_i].text, strlen(texts[_i].text)) == texts[_i].leaks, "%s",
                  texts[_i].why);
    hidden = leak_hide_dup(&l, texts[_i].text);
    ck_assert_msg(!leak_in(&l, hidden, strlen(hidden)), "%s: %s", texts[_i].why, hidden);
    free(hidden);
    leak_release(&l);
    leak_init(&l, "<API_TOKEN>");
    ck_assert_uint_eq(l.count, 0); // a placeholder is no secret
    leak_release(&l);
}
END_TEST

static const struct {
    const char *text;
    bool last_line, right;
} outputs[] = {
    { "{\"linked\":false,\"reason\":\"bad_input\"}", false, true },
    { "\n {\"linked\":false,\"reason\":\"bad_input\"} \n\n", false, true },
    { "hello\n{\"linked\":false,\"reason\":\"bad_input\"}\n", false, false },
    { "hello\n{\"linked\":false,\"reason\":\"bad_input\"}\n \n", true, true },
    { "{\"linked\":false,\"reason\":\"bad_input\"} x", false, false },
    { "{\"linked\":false,\"reason\":\"bad_input\",\"message\":\"\xff\"}", false, false },
    { "{\"linked\":false,\"reason\":\"nope\"}", false, false },
    { "{\"linked\":true,\"reason\":\"bad_input\"}", false, false },
    { "{\"linked\":\"no\",\"reason\":\"bad_input\"}", false, false },
    { "{\"linked\":false,\"reason\":\"missing_permission\"}", false, false },
    { "{\"linked\":false,\"reason\":\"bad_input\",\"hint\":\"other\"}", false, false },
    { "{\"linked\":false,\"reason\":\"bad_input\",\"hint\":null,\"extra\":[1]}", false, true },
    { "[]", false, false },
    { "", false, false },
};

START_TEST(result_has_its_form)
{
    struct result got;

    result_read(outputs[_i].text, strlen(outputs[_i].text), outputs[_i].last_line, &got);
    ck_assert_msg(!got.broken == outputs[_i].right, "%s: %s", outputs[_i].text,
                  got.broken ? got.broken : "taken");
    result_release(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conform_spawn");
    TCase *tc = tcase_create("spawn");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    spawn_setup();
    srunner_set_fork_status(runner,
                            CK_NOFORK); // orphans come back to the process that asked for them
    tcase_set_timeout(tc, 30);
    suite_add_tcase(s, tc);
    tcase_add_test(tc, output_and_exit_come_back);
    tcase_add_test(tc, environment_is_what_was_given);
    tcase_add_test(tc, output_is_capped_and_counted);
    tcase_add_test(tc, deadline_ends_with_term);
    tcase_add_test(tc, deafness_ends_with_kill);
    tcase_add_test(tc, nothing_is_left_behind);
    tcase_add_test(tc, what_cannot_start_says_so);
    tcase_add_loop_test(tc, leak_is_seen, 0, sizeof texts / sizeof *texts);
    tcase_add_loop_test(tc, result_has_its_form, 0, sizeof outputs / sizeof *outputs);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
