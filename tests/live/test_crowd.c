/* Many clients at once: idle ones, busy ones, worlds that come and go below them, and the end. */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 64
#define IDLE 100

static struct server s;

static void setup(void)
{
    server_start(&s, "--log", "none", NULL);
}

static void teardown(void)
{
    server_release(&s);
}

/* What a crowd of threads does: so many requests each, over a connection each. */
struct crowd {
    const char *base; // of the API
    const char *token;
    int each;
    bool may_break;   // the server, or the world, is taken away meanwhile
    atomic_int calls, wrong, broken;
    atomic_bool stop;
    pthread_t threads[CLIENTS];
};

static const struct {
    const char *path;
    int status;
} mix[] = {
    { "/user/tokens/verify", 200 }, { "/zones", 200 },         { "/accounts", 200 },
    { "/memberships", 200 },        { "/no/such/path", 400 },  { "/zones/xyz", 400 },
    { "/user", 200 },               { "/ips", 200 },           { "/user/tokens", 200 },
};

static void *be_client(void *arg)
{
    struct crowd *c = arg;
    struct fetch_wire *wire = fetch_wire_new();
    char *bearer = text_printf("Bearer %s", c->token);
    struct fetch_pair headers[] = { { "Authorization", bearer }, { NULL, NULL } };

    for (int i = 0; (c->each == 0 || i < c->each) && !c->stop; i++) {
        size_t pick = (size_t)(i + (int)(pthread_self() >> 12)) % ARRAY_LEN(mix);
        char *url = text_printf("%s%s", c->base, mix[pick].path);
        struct fetch_request q = { .url = url, .headers = headers, .wire = wire, .no_proxy = true };
        struct fetch_response r;

        fetch(&q, &r);
        c->calls++;
        if (r.error != FETCH_OK)
            c->broken++;
        else if (r.status != mix[pick].status && !(c->may_break && r.status == 404))
            c->wrong++;
        fetch_response_release(&r);
        free(url);
    }
    free(bearer);
    fetch_wire_free(wire);
    return NULL;
}

static void crowd_begin(struct crowd *c)
{
    for (size_t i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&c->threads[i], NULL, be_client, c), 0);
}

static void crowd_end(struct crowd *c)
{
    for (size_t i = 0; i < CLIENTS; i++)
        pthread_join(c->threads[i], NULL);
}

static void wait_for_calls(const struct crowd *c, int calls)
{
    int64_t end = now_ms() + 20000;

    while (c->calls < calls && now_ms() < end)
        usleep(1000);
    ck_assert_int_ge(c->calls, calls);
}

START_TEST(sixty_four_clients_are_served_right)
{
    struct crowd c = { .base = s.base_url, .token = s.all, .each = 40 };
    char *counted = NULL;
    cJSON *json;

    crowd_begin(&c);
    crowd_end(&c);
    ck_assert_int_eq(c.broken, 0);
    ck_assert_int_eq(c.wrong, 0);
    ck_assert_int_eq(c.calls, CLIENTS * 40);
    ck_assert_int_eq(control(&s, "GET", "/journal/count", NULL, &counted), 200);
    json = cJSON_Parse(counted);
    ck_assert_int_eq(json_whole(json, "count", 0), CLIENTS * 40); // the journal lost none, and none of ours are in
    cJSON_Delete(json);
    free(counted);
}
END_TEST

START_TEST(idle_clients_hold_nobody_up)
{
    int fds[IDLE];
    char *request = get_request("/client/v4/user/tokens/verify", s.all);
    int64_t began;

    for (size_t i = 0; i < IDLE; i++) { // each has had an answer and stays
        struct heard h;

        fds[i] = dial(&s);
        tell(fds[i], request);
        h = hear(fds[i]);
        ck_assert_int_eq(h.status, 200);
        heard_release(&h);
    }
    began = now_ms();
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(get_status(&s, "/user/tokens/verify", s.all, NULL), 200);
    ck_assert_msg(now_ms() - began < 2000, "ten new clients waited %lld ms", (long long)(now_ms() - began));
    for (size_t i = 0; i < IDLE; i++)
        close(fds[i]);
    free(request);
}
END_TEST

START_TEST(sandbox_goes_while_it_is_used)
{
    char *answer = NULL, *base;
    cJSON *json;
    struct crowd c = { .may_break = true, .token = s.all };

    ck_assert_int_eq(control(&s, "PUT", "/sandboxes/crowded", NULL, &answer), 200);
    json = cJSON_Parse(answer);
    base = xstrdup(json_text(json, "base_url"));
    cJSON_Delete(json);
    free(answer);
    c.base = base;
    crowd_begin(&c);
    for (int i = 0; i < 20; i++) {
        wait_for_calls(&c, (i + 1) * 50);
        ck_assert_int_eq(control(&s, "DELETE", "/sandboxes/crowded", NULL, NULL), 200);
        wait_for_calls(&c, (i + 1) * 50 + 25);
        ck_assert_int_eq(control(&s, "PUT", "/sandboxes/crowded", NULL, NULL), 200);
    }
    c.stop = true;
    crowd_end(&c);
    ck_assert_int_eq(c.broken, 0);
    ck_assert_int_eq(c.wrong, 0);
    ck_assert(server_runs(&s));
    ck_assert_int_eq(get_status(&s, "/user/tokens/verify", s.all, NULL), 200);
    free(base);
}
END_TEST

START_TEST(reset_while_it_is_used)
{
    struct crowd c = { .base = s.base_url, .token = s.all };

    crowd_begin(&c);
    for (int i = 0; i < 20; i++) {
        wait_for_calls(&c, (i + 1) * 50);
        ck_assert_int_eq(control(&s, "POST", "/reset", NULL, NULL), 200);
    }
    c.stop = true;
    crowd_end(&c);
    ck_assert_int_eq(c.broken, 0);
    ck_assert_int_eq(c.wrong, 0);
}
END_TEST

START_TEST(token_ends_while_it_is_used)
{
    struct crowd c = { .base = s.base_url, .token = s.all };
    char *answer = NULL;

    crowd_begin(&c);
    wait_for_calls(&c, 200);
    ck_assert_int_eq(control(&s, "PATCH", "/tokens/all", "{\"roll\":true}", &answer), 200);
    ck_assert_int_eq(get_status(&s, "/user/tokens/verify", s.all, NULL), 401); // from the answer on, the old value is dead
    c.stop = true;
    crowd_end(&c);
    ck_assert_int_eq(c.broken, 0);
    free(answer);
}
END_TEST

START_TEST(sigterm_under_load_ends_cleanly)
{
    struct crowd c = { .base = s.base_url, .token = s.all, .may_break = true };
    int idle = dial(&s), half = dial(&s), status;
    char *said;
    int64_t began;

    tell(half, "GET /client/v4/ips HTTP/1.1\r\nHost:");
    crowd_begin(&c);
    wait_for_calls(&c, 300);
    began = now_ms();
    status = server_stop(&s, _i ? SIGINT : SIGTERM);
    said = server_said(&s, "stderr");
    c.stop = true;
    crowd_end(&c);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "wait status %d: %.4000s", status, said);
    ck_assert_msg(now_ms() - began < 15000, "took %lld ms", (long long)(now_ms() - began));
    ck_assert_int_eq(c.wrong, 0); // what was answered was right
    free(said);
    close(idle);
    close(half);
}
END_TEST

START_TEST(kill_leaves_the_port_and_nothing_else)
{
    char *listen = text_printf("127.0.0.1:%d", s.port);
    int status = server_stop(&s, SIGKILL);
    struct server again;

    ck_assert(WIFSIGNALED(status));
    server_start(&again, "--listen", listen, NULL);
    ck_assert_int_eq(again.port, atoi(strchr(listen, ':') + 1));
    server_release(&again);
    free(listen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crowd");
    TCase *tc = tcase_create("crowd");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, sixty_four_clients_are_served_right);
    tcase_add_test(tc, idle_clients_hold_nobody_up);
    tcase_add_test(tc, sandbox_goes_while_it_is_used);
    tcase_add_test(tc, reset_while_it_is_used);
    tcase_add_test(tc, token_ends_while_it_is_used);
    tcase_add_loop_test(tc, sigterm_under_load_ends_cleanly, 0, 2);
    tcase_add_test(tc, kill_leaves_the_port_and_nothing_else);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
