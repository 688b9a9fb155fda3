/* Examples mode from the command line: `serve --examples` and `run --examples`. What it answers is
 * tested whole in unit/test_examples.c. */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const struct {
    const char *request;
    int status;
    const char *why;
} asked[] = {
    { "GET /zones/any-id/dns_records HTTP/1.1\r\nHost: x\r\nX-Auth-Email: user@example.com\r\n"
      "X-Auth-Key: 144c9defac04969c7bfad8efaa8ea194\r\n\r\n",
      200, "what the SDKs' tests send" },
    { "GET /client/v4/zones/any-id/dns_records HTTP/1.1\r\nHost: x\r\n"
      "Authorization: Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY\r\n\r\n",
      200, "under the real root, any token" },
    { "GET /zones/any-id/dns_records HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no credentials" },
    { "GET /_mockflare/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "the control API stays" },
};

START_TEST(server_answers_by_examples)
{
    struct server s;

    server_start(&s, "--examples", "--log", "none", NULL);
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct heard h = ask(&s, asked[i].request);

        ck_assert_msg(h.status == asked[i].status, "%s: %d %.200s", asked[i].why, h.status, h.body);
        heard_release(&h);
    }
    server_release(&s);
}
END_TEST

/* Without --examples the same path is nowhere. */
START_TEST(server_answers_the_world_else)
{
    struct server s;
    struct heard h;

    server_start(&s, "--log", "none", NULL);
    h = ask(&s, asked[0].request);
    ck_assert_int_eq(h.status, 404);
    heard_release(&h);
    server_release(&s);
}
END_TEST

START_TEST(run_takes_it_too)
{
    static const char script[] =
        "import os, urllib.request as u\n"
        "r = u.Request(os.environ['CLOUDFLARE_BASE_URL'] + '/zones/no-such-zone/dns_records',"
        " headers={'Authorization': 'Bearer ' + 'x' * 40})\n"
        "exit(0 if u.urlopen(r).status == 200 else 1)";
    char *argv[] = { (char *)program("mockflare"),
                     "run",
                     "--examples",
                     "-q",
                     "--",
                     "python3",
                     "-c",
                     (char *)script,
                     NULL };
    char *out, *err;
    int code = run_program(argv, environ, &out, &err);

    ck_assert_msg(code == 0, "%d: %s", code, err);
    free(out);
    free(err);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("examples");
    TCase *tc = tcase_create("examples");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, server_answers_by_examples);
    tcase_add_test(tc, server_answers_the_world_else);
    tcase_add_test(tc, run_takes_it_too);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
