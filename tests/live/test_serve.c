/* `mockflare serve`: where it listens, what it says, and what it keeps to itself. */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Runs mockflare with the words given (ends with NULL). */
static int mockflare(char **out, char **err, ...)
{
    char *argv[20] = { xstrdup(program("mockflare")) };
    va_list words;
    size_t n = 1;
    int rc;

    va_start(words, err);
    while (n < ARRAY_LEN(argv) - 1 && (argv[n] = va_arg(words, char *)) != NULL)
        n++;
    va_end(words);
    rc = run_program(argv, NULL, out, err);
    free(argv[0]);
    return rc;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static const struct {
    const char *words[4];
    const char *names; // what the line must name
} usage_errors[] = {
    { { "serve", "--lisen", "127.0.0.1:0" }, "did you mean --listen" },
    { { "serve", "--upside-down" }, "unknown option --upside-down" },
    { { "serve", "--listen" }, "--listen" },
    { { "serve", "--listen", "nonsense" }, "HOST:PORT" },
    { { "serve", "--listen", "127.0.0.1:99999" }, "HOST:PORT" },
    { { "serve", "--log", "loud" }, "text, json or none" },
    { { "serve", "--threads", "none" }, "--threads" },
    { { "serve", "--threads", "0" }, "--threads" },
    { { "serve", "one.jsonc", "two.jsonc" }, "two.jsonc" },
    { { "serv" }, "serve" },
    { { "--versin" }, "--versin" },
    { { "run", "--tokn", "x" }, "did you mean --token" },
    { { "env", "--jsn" }, "did you mean --json" },
    { { "check", "--x" }, "--x" },
    { { "coverage", "--pat" }, "did you mean --path" },
    { { "coverage", "word" }, "coverage" },
};

START_TEST(usage_errors_are_one_line_and_2)
{
    const char *const *w = usage_errors[_i].words;
    char *out, *err;
    int rc = mockflare(&out, &err, w[0], w[1], w[2], w[3], NULL);

    ck_assert_msg(rc == 2, "exit %d: %s", rc, err);
    ck_assert_str_eq(out, "");
    ck_assert_msg(count_lines(err) == 1, "%s", err);
    ck_assert_msg(strstr(err, usage_errors[_i].names) != NULL, "%s", err);
    free(out);
    free(err);
}
END_TEST

static const char *const commands[] = { "serve", "run", "env", "check", "coverage" };

START_TEST(help_and_version_end_with_0)
{
    char *out, *err, *usage = text_printf("usage: mockflare %s ", commands[_i]);

    ck_assert_int_eq(mockflare(&out, &err, commands[_i], "--help", NULL), 0);
    ck_assert_msg(text_starts(out, usage), "%s", out);
    ck_assert_str_eq(err, "");
    free(out);
    free(err);
    ck_assert_int_eq(mockflare(&out, &err, commands[_i], "--version", NULL), 0);
    ck_assert_msg(text_starts(out, "mockflare "), "%s", out);
    free(out);
    free(err);
    free(usage);
}
END_TEST

START_TEST(busy_port_is_told_in_plain_words)
{
    struct server s;
    char *listen, *out, *err, *port;

    server_start(&s, NULL);
    listen = text_printf("127.0.0.1:%d", s.port);
    port = text_printf("%d", s.port);
    ck_assert_int_eq(mockflare(&out, &err, "serve", "--listen", listen, NULL), 1);
    ck_assert_msg(count_lines(err) == 1 && strstr(err, listen) && strstr(err, "in use"), "%s", err);
    ck_assert_str_eq(out, "");
    server_release(&s);
    free(listen);
    free(port);
    free(out);
    free(err);
}
END_TEST

START_TEST(foreign_address_is_told_in_plain_words)
{
    char *out, *err;

    ck_assert_int_eq(mockflare(&out, &err, "serve", "--listen", "192.0.2.1:0", NULL), 1);
    ck_assert_msg(count_lines(err) == 1 && strstr(err, "192.0.2.1:0"), "%s", err);
    free(out);
    free(err);
}
END_TEST

START_TEST(missing_scenario_is_told_by_name)
{
    char *out, *err;

    ck_assert_int_ne(mockflare(&out, &err, "serve", "--listen", "127.0.0.1:0", "no/such.jsonc", NULL), 0);
    ck_assert_msg(strstr(err, "no/such.jsonc") != NULL, "%s", err);
    free(out);
    free(err);
}
END_TEST

START_TEST(two_servers_pick_two_ports)
{
    struct server a, b;
    char *said, *line;

    server_start(&a, NULL);
    server_start(&b, NULL);
    ck_assert_int_gt(a.port, 0);
    ck_assert_int_ne(a.port, b.port);
    said = server_said(&a, "stdout");
    line = text_printf("%s\n", a.base_url);
    ck_assert_str_eq(said, line);
    ck_assert_int_eq(get_status(&a, "/user/tokens/verify", a.all, NULL), 200);
    ck_assert_int_eq(get_status(&b, "/user/tokens/verify", b.all, NULL), 200);
    server_release(&a);
    server_release(&b);
    free(said);
    free(line);
}
END_TEST

START_TEST(ipv6_loopback_serves_too)
{
    struct server s;

    server_start(&s, "--listen", "[::1]:0", NULL);
    ck_assert_msg(text_starts(s.base_url, "http://[::1]:"), "%s", s.base_url);
    ck_assert_int_eq(get_status(&s, "/user/tokens/verify", s.all, NULL), 200);
    server_release(&s);
}
END_TEST

START_TEST(unwritable_ready_file_ends_it)
{
    char *out, *err;

    ck_assert_int_eq(mockflare(&out, &err, "serve", "--listen", "127.0.0.1:0", "--ready-file",
                               "/no/such/folder/ready", NULL), 1);
    ck_assert_msg(strstr(err, "/no/such/folder/ready") != NULL, "%s", err);
    free(out);
    free(err);
}
END_TEST

/* Is the text in any file of /proc/PID that other users of the machine could read? */
static void not_in_process_list(const struct server *s, const char *secret)
{
    char *path = text_printf("/proc/%d/cmdline", (int)s->pid), line[4096];
    FILE *f = fopen(path, "r");
    size_t n = fread(line, 1, sizeof line - 1, f);

    fclose(f);
    for (size_t i = 0; i < n; i++)
        if (!line[i])
            line[i] = ' ';
    line[n] = '\0';
    ck_assert_ptr_null(strstr(line, secret));
    free(path);
}

static const char *const log_forms[] = { "text", "json", "none" };

/* A token in every place where a careless client might put it; it stays in none of our records. */
START_TEST(token_is_never_told)
{
    struct server s;
    char *request, *journal = NULL, *snapshot = NULL, *out, *err, *first;
    struct heard h;

    server_start(&s, "--log", log_forms[_i], NULL);
    first = xstrndup(s.all, 12);
    request = text_printf("GET /client/v4/zones?access_token=%s&name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                          "X-Debug: %s\r\nCookie: t=%s\r\nUser-Agent: %s\r\nReferer: http://x/%s\r\n\r\n",
                          s.all, s.all, s.all, s.all, s.all, s.all);
    h = ask(&s, request);
    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    free(request);
    request = text_printf("GET /client/v4/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer Bearer %s\r\n\r\n", s.all, s.all);
    h = ask(&s, request);
    ck_assert_int_ge(h.status, 400);
    heard_release(&h);
    free(request);
    ck_assert_int_eq(control(&s, "GET", "/journal", NULL, &journal), 200);
    ck_assert_ptr_nonnull(strstr(journal, "\"entries\""));
    ck_assert_ptr_null(strstr(journal, first));
    ck_assert_int_eq(control(&s, "GET", "/scenario", NULL, &snapshot), 200);
    ck_assert_ptr_nonnull(strstr(snapshot, "value_sha256"));
    ck_assert_ptr_null(strstr(snapshot, first));
    out = server_said(&s, "stdout");
    err = server_said(&s, "stderr");
    ck_assert_ptr_null(strstr(out, first));
    ck_assert_msg(!strstr(err, first), "%s", err);
    ck_assert_msg(_i == 2 || strstr(err, "/client/v4/zones"), "no line about the request: %s", err);
    not_in_process_list(&s, first);
    server_release(&s);
    free(first);
    free(journal);
    free(snapshot);
    free(out);
    free(err);
}
END_TEST

/* Names that only look like this machine: a page of theirs must not reach the control API. */
static const struct {
    const char *head;
    int status;
} visitors[] = {
    { "Host: 127.0.0.1:1\r\n", 200 },
    { "Host: localhost\r\n", 200 },
    { "Host: [::1]:5\r\n", 200 },
    { "Host: 127.0.0.1\r\nOrigin: http://127.0.0.1:8080\r\n", 200 },
    { "Host: evil.example\r\n", 403 },
    { "Host: localhost.evil.example\r\n", 403 },
    { "Host: 127.0.0.1.evil.example\r\n", 403 },
    { "Host: 127.0.0.1\r\nOrigin: https://evil.example\r\n", 403 },
    { "Host: 127.0.0.1\r\nOrigin: http://localhost.evil.example\r\n", 403 },
    { "Host: 127.0.0.1\r\nOrigin: null\r\n", 403 },
    { "", 403 },
};

START_TEST(control_api_is_for_this_machine)
{
    struct server s;
    char *request = text_printf("GET /_mockflare/health HTTP/1.1\r\n%s\r\n", visitors[_i].head);
    struct heard h;

    server_start(&s, "--log", "none", NULL);
    h = ask(&s, request);
    if (visitors[_i].head[0])
        ck_assert_msg(h.status == visitors[_i].status, "%s got %d", visitors[_i].head, h.status);
    else
        ck_assert_int_ne(h.status, 200); // HTTP/1.1 without a Host: the server may refuse before the gate
    heard_release(&h);
    server_release(&s);
    free(request);
}
END_TEST

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(watched_scenario_is_loaded_again)
{
    char folder[] = "/tmp/mockflare-live-XXXXXX", *path, *body = NULL;
    struct server s;
    const char *token = "watchedwatchedwatchedwatchedwatchedwatch";
    long status = 0;
    char *said;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = text_printf("%s/world.jsonc", folder);
    write_text(path, "{}");
    server_start(&s, path, "--watch", "--log", "none", NULL);
    ck_assert_int_eq(get_status(&s, "/user/tokens/verify", token, NULL), 401);
    write_text(path, "{ \"users\": [{ \"email\": \"a@b.example\" }], \"tokens\": [{ \"name\": \"w\", \"owner\": \"a@b.example\", "
                     "\"value\": \"watchedwatchedwatchedwatchedwatchedwatch\", \"permissions\": \"all\" }] }");
    for (int64_t end = now_ms() + 10000; status != 200 && now_ms() < end; usleep(20000))
        status = get_status(&s, "/user/tokens/verify", token, NULL);
    ck_assert_int_eq(status, 200);
    write_text(path, "{ \"tokenz\": [] }"); // a mistake: the former world stays
    for (int64_t end = now_ms() + 10000; now_ms() < end; usleep(20000)) {
        said = server_said(&s, "stderr");
        if (strstr(said, "tokenz"))
            break;
        free(said);
        said = NULL;
    }
    ck_assert_msg(said && strstr(said, "world.jsonc:1:"), "%s", said ? said : "nothing was said");
    ck_assert_int_eq(get_status(&s, "/user/tokens/verify", token, NULL), 200);
    free(said);
    free(body);
    unlink(path);
    rmdir(folder);
    server_release(&s);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("serve");
    TCase *tc = tcase_create("serve");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, usage_errors_are_one_line_and_2, 0, ARRAY_LEN(usage_errors));
    tcase_add_loop_test(tc, help_and_version_end_with_0, 0, ARRAY_LEN(commands));
    tcase_add_test(tc, busy_port_is_told_in_plain_words);
    tcase_add_test(tc, foreign_address_is_told_in_plain_words);
    tcase_add_test(tc, missing_scenario_is_told_by_name);
    tcase_add_test(tc, two_servers_pick_two_ports);
    tcase_add_test(tc, ipv6_loopback_serves_too);
    tcase_add_test(tc, unwritable_ready_file_ends_it);
    tcase_add_loop_test(tc, token_is_never_told, 0, ARRAY_LEN(log_forms));
    tcase_add_loop_test(tc, control_api_is_for_this_machine, 0, ARRAY_LEN(visitors));
    tcase_add_test(tc, watched_scenario_is_loaded_again);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
