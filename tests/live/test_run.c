/* `mockflare run`, `env`, `check` and `coverage` as a shell meets them. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What a command under `run` must not inherit, beside what it needs. */
static char *const dirty_env[] = {
    "PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C", "CLOUDFLARE_API_KEY=inherited-key", "CLOUDFLARE_EMAIL=inherited-mail",
    "CLOUDFLARE_API_TOKEN=inherited-token", "CF_API_TOKEN=inherited-cf", "CF_ACCOUNT_ID=inherited-id",
    "CLOUDFLARE_API_USER_SERVICE_KEY=inherited-service", "XDG_CONFIG_HOME=/inherited/config", "KEPT=kept", NULL,
};

/* mockflare run WORDS… -- sh -c SCRIPT, in that environment. */
static int run_script(const char *option, const char *script, char **out, char **err)
{
    char *argv[10] = { xstrdup(program("mockflare")), "run" };
    size_t n = 2;
    int rc;

    if (option)
        argv[n++] = (char *)option;
    argv[n++] = "--";
    argv[n++] = "sh";
    argv[n++] = "-c";
    argv[n++] = (char *)script;
    rc = run_program(argv, dirty_env, out, err);
    free(argv[0]);
    return rc;
}

#define ASK "curl -s -o /dev/null -H \"Authorization: Bearer $CLOUDFLARE_API_TOKEN\" $CLOUDFLARE_API_BASE_URL"
#define ASK_WRONG "curl -s -o /dev/null -H 'Authorization: Bearer 0123456789012345678901234567890123456789' " \
                  "$CLOUDFLARE_API_BASE_URL"

static const struct {
    const char *option, *script;
    int code;
    const char *said; // on stderr; NULL: nothing to look for
    const char *why;
} runs[] = {
    { NULL, "exit 0", 0, "0 calls", "the command's code" },
    { NULL, "exit 41", 41, NULL, "the command's code" },
    { NULL, "kill -9 $$", 137, NULL, "a signal, as a shell tells it" },
    { NULL, ASK "/user/tokens/verify", 0, "1 calls, 0 failed", "calls are counted" },
    { NULL, ASK_WRONG "/zones; exit 0", 0, "GET /client/v4/zones: 403", "a failure is told, with its reason" },
    { NULL, ASK "/zone; exit 0", 0, "nearest: GET /zones", "and the nearest route" },
    { "--quiet", ASK_WRONG "/zones; exit 0", 0, NULL, "nothing is told" },
    { "--assert-no-denied", ASK "/zones", 0, NULL, "nothing was denied" },
    { "--assert-no-denied", ASK_WRONG "/zones", 3, NULL, "a call was denied" },
    { "--assert-no-denied", ASK_WRONG "/zones; exit 9", 3, NULL, "an assertion wins" },
    { "--assert-no-errors", ASK "/no/such/path", 3, NULL, "a call failed" },
    { "--assert-no-errors", ASK "/zones", 0, NULL, "none failed" },
    { "--token=read-only", "test -n \"$CLOUDFLARE_API_TOKEN\"", 0, NULL, "another token" },
    { "--token=nobody", "exit 0", 125, "nobody", "no such token" },
    { "no/such.jsonc", "exit 0", 125, "no/such.jsonc", "no such scenario" },
};

START_TEST(run_ends_as_told)
{
    char *out, *err;
    int rc = run_script(runs[_i].option, runs[_i].script, &out, &err);

    ck_assert_msg(rc == runs[_i].code, "%s: exit %d: %s", runs[_i].why, rc, err);
    if (runs[_i].said)
        ck_assert_msg(strstr(err, runs[_i].said) != NULL, "%s: %s", runs[_i].why, err);
    if (runs[_i].option && strcmp(runs[_i].option, "--quiet") == 0)
        ck_assert_str_eq(err, "");
    free(out);
    free(err);
}
END_TEST

static const struct {
    const char *command;
    int code;
} commands[] = { { "/no/such/program", 127 }, { "no-such-program-at-all", 127 }, { "/etc/passwd", 126 } };

START_TEST(command_that_cannot_run)
{
    char *argv[] = { xstrdup(program("mockflare")), "run", "--", (char *)commands[_i].command, NULL };
    char *out, *err;
    int rc = run_program(argv, dirty_env, &out, &err);

    ck_assert_msg(rc == commands[_i].code, "%s: exit %d: %s", commands[_i].command, rc, err);
    ck_assert_msg(strstr(err, commands[_i].command) != NULL, "%s", err);
    free(argv[0]);
    free(out);
    free(err);
}
END_TEST

START_TEST(run_without_a_command_is_usage)
{
    char *argv[] = { xstrdup(program("mockflare")), "run", NULL }, *out, *err;

    ck_assert_int_eq(run_program(argv, dirty_env, &out, &err), 2);
    ck_assert_ptr_nonnull(strstr(err, "--"));
    free(argv[0]);
    free(out);
    free(err);
}
END_TEST

START_TEST(run_gives_a_clean_environment)
{
    static const char *const needed[] = { "\nCLOUDFLARE_API_BASE_URL=http://127.0.0.1:", "\nCLOUDFLARE_BASE_URL=http://127.0.0.1:",
                                          "\nCLOUDFLARE_API_TOKEN=", "\nCLOUDFLARE_ACCOUNT_ID=", "\nCLOUDFLARE_ZONE_ID=",
                                          "\nKEPT=kept\n", "\nXDG_CONFIG_HOME=/" };
    char *out, *err, *all;

    ck_assert_int_eq(run_script(NULL, "env", &out, &err), 0);
    all = text_printf("\n%s", out);
    ck_assert_msg(!strstr(all, "inherited"), "%s", all);
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        ck_assert_msg(strstr(all, needed[i]) != NULL, "%s is not there: %s", needed[i] + 1, all);
    free(all);
    free(out);
    free(err);
}
END_TEST

START_TEST(run_leaves_nothing_behind)
{
    char *out, *err, *script, *place;

    ck_assert_int_eq(run_script(NULL, "touch $XDG_CONFIG_HOME/x; mkdir $XDG_CONFIG_HOME/d; echo $XDG_CONFIG_HOME; "
                                      "echo $CLOUDFLARE_API_BASE_URL", &out, &err), 0);
    place = xstrndup(out, strcspn(out, "\n"));
    script = text_printf("test ! -e '%s' && ! curl -s -m 2 %s", place, out + strlen(place) + 1);
    ck_assert_int_eq(system(script), 0);
    free(place);
    free(script);
    free(out);
    free(err);
}
END_TEST

START_TEST(env_is_for_a_shell_and_for_programs)
{
    static const char *const tokens[] = { "all", "org", "read-only", "integration", "disabled", "expired",
                                          "not-yet", "ip-locked", "no-zones" };
    char *lines[] = { "/bin/sh", "-c", NULL, NULL }, *argv[] = { xstrdup(program("mockflare")), "env", "--json", NULL };
    char *out, *err;
    cJSON *json;

    ck_assert_int_eq(run_program(argv, NULL, &out, &err), 0);
    json = cJSON_Parse(out);
    ck_assert_ptr_nonnull(json);
    ck_assert_str_eq(json_text(json, "zone_name"), "example.com");
    ck_assert(text_is_hex32(json_text(json, "account_id")) && text_is_hex32(json_text(json, "zone_id")));
    ck_assert_ptr_nonnull(json_text(json, "base_url"));
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        ck_assert_msg(json_get(json_get(json, "tokens"), tokens[i]) != NULL, "no token %s", tokens[i]);
    free(out);
    free(err);
    lines[2] = text_printf("eval \"$(%s env)\" && test \"$CLOUDFLARE_ACCOUNT_ID\" = %s && echo $CLOUDFLARE_API_TOKEN",
                           argv[0], json_text(json, "account_id"));
    ck_assert_int_eq(run_program(lines, NULL, &out, &err), 0);
    ck_assert_uint_gt(strlen(out), 40);
    cJSON_Delete(json);
    free(lines[2]);
    free(argv[0]);
    free(out);
    free(err);
}
END_TEST

START_TEST(coverage_lists_every_operation_once)
{
    char *argv[] = { xstrdup(program("mockflare")), "coverage", "--json", NULL }, *out, *err;
    const cJSON *rows, *totals, *depth, *row;
    cJSON *json;
    int64_t sum = 0;

    ck_assert_int_eq(run_program(argv, NULL, &out, &err), 0);
    json = cJSON_Parse(out);
    rows = json_get(json, "operations");
    totals = json_get(json, "totals");
    depth = json_get(totals, "depth");
    ck_assert_int_eq(json_whole(totals, "document_operations", 0), 3207);
    ck_assert_int_ge(cJSON_GetArraySize(rows), 3207);
    ck_assert_int_eq(json_whole(totals, "routes", 0), cJSON_GetArraySize(rows));
    cJSON_ArrayForEach (row, depth)
        sum += (int64_t)row->valuedouble;
    ck_assert_int_eq(sum, cJSON_GetArraySize(rows));
    cJSON_Delete(json);
    free(argv[0]);
    free(out);
    free(err);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *tc = tcase_create("run");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, run_ends_as_told, 0, ARRAY_LEN(runs));
    tcase_add_loop_test(tc, command_that_cannot_run, 0, ARRAY_LEN(commands));
    tcase_add_test(tc, run_without_a_command_is_usage);
    tcase_add_test(tc, run_gives_a_clean_environment);
    tcase_add_test(tc, run_leaves_nothing_behind);
    tcase_add_test(tc, env_is_for_a_shell_and_for_programs);
    tcase_add_test(tc, coverage_lists_every_operation_once);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
