/* The relay: HTTPS, certificates that are wrong in one way each, the proxy, and clients that take
 * their time. */
#include "common/fetch.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/listener.h"
#include "tests/live/live.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server s; // plain, with listeners made as tests need them

static void start(void)
{
    server_start(&s, "--log", "none", NULL);
}

static void stop(void)
{
    server_release(&s);
}

/* ---- helpers ---- */

static int64_t journal_count(const char *sandbox)
{
    char *url = text_printf("http://127.0.0.1:%d%s/_mockflare/journal/count", s.port, sandbox);
    struct fetch_request q = { .url = url, .no_proxy = true };
    struct fetch_response r;
    cJSON *json;
    int64_t count;

    ck_assert_int_eq(fetch(&q, &r), 0);
    json = cJSON_Parse(r.body);
    count = json_whole(json, "count", -1);
    cJSON_Delete(json);
    fetch_response_release(&r);
    free(url);
    return count;
}

/* The newest connection that the mock wrote down, of the default sandbox; the caller's. */
static cJSON *last_connection(void)
{
    char *text = NULL;
    cJSON *json, *list, *last;

    ck_assert_int_eq(control(&s, "GET", "/connections", NULL, &text), 200);
    json = cJSON_Parse(text);
    list = json_get(json, "connections");
    last = cJSON_DetachItemFromArray(list, cJSON_GetArraySize(list) - 1);
    cJSON_Delete(json);
    free(text);
    return last;
}

static int dial_port(int port)
{
    struct server other = { .port = port };

    return dial(&other);
}

static void settle(void)
{
    poll(NULL, 0, 50);
}

/* ---- certificates ---- */

static const struct {
    const char *kind;
    enum fetch_error error;
    long status;
} kinds[] = {
    { "valid", FETCH_OK, 200 },
    { "foreign-ca", FETCH_TLS, 0 },
    { "expired", FETCH_TLS, 0 },
    { "wrong-name", FETCH_TLS, 0 },
};

START_TEST(certificate_is_taken_as_it_deserves)
{
    char *body = text_printf("{\"certificate\": \"%s\"}", kinds[_i].kind), *url;
    struct listener l = listener_open(&s, "", body);
    int64_t before = journal_count("");
    long status;

    url = text_printf("%s/user/tokens/verify", l.base);
    ck_assert_int_eq(get_by_tls(url, s.all, l.ca, &status), kinds[_i].error);
    ck_assert_int_eq(status, kinds[_i].status);
    settle();
    ck_assert_int_eq(journal_count("") - before, kinds[_i].status ? 1 : 0);
    listener_close(&s, &l);
    free(url);
    free(body);
}
END_TEST

/* The names are looked at by another TLS library's eyes, too: strict checks of the whole chain. */
START_TEST(chain_passes_strict_checks)
{
    struct listener l = listener_open(&s, "", "{}");
    char *script = text_printf("echo | openssl s_client -connect 127.0.0.1:%d -CAfile %s "
                               "-verify_return_error -x509_strict "
                               "-purpose sslserver -verify_hostname api.cloudflare.com",
                               l.port, l.ca);
    char *argv[] = { "/bin/sh", "-c", script, NULL }, *out, *err;

    ck_assert_int_eq(run_program(argv, NULL, &out, &err), 0);
    ck_assert_msg(strstr(out, "Verification: OK") != NULL, "%s%s", out, err);
    listener_close(&s, &l);
    free(script);
    free(out);
    free(err);
}
END_TEST

START_TEST(plain_http_is_refused_where_tls_is_spoken)
{
    struct listener l = listener_open(&s, "", "{}");
    int fd = dial_port(l.port);
    struct heard h;
    cJSON *c;

    tell(fd, "GET /client/v4/ips HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    h = hear(fd);
    ck_assert_int_eq(h.status, 400);
    ck_assert_str_eq(h.body, "The plain HTTP request was sent to a port of HTTPS\n");
    ck_assert(at_end(fd));
    c = last_connection();
    ck_assert_str_eq(json_text(c, "end"), "plain");
    ck_assert_int_eq(json_whole(c, "port", 0), l.port);
    cJSON_Delete(c);
    heard_release(&h);
    close(fd);
    listener_close(&s, &l);
}
END_TEST

static const struct {
    const char *body, *says;
} wrong_listeners[] = {
    { "{\"certificate\": \"self\"}", "foreign-ca" },
    { "{\"certificate\": 1}", "foreign-ca" },
    { "{\"certificat\": \"valid\"}", "certificat" },
    { "[]", "object" },
    { "{\"port\": 70000}", "65535" },
    { "{\"port\": 1.5}", "65535" },
};

START_TEST(listener_that_cannot_be)
{
    char *text = NULL;

    ck_assert_int_eq(control(&s, "POST", "/listeners", wrong_listeners[_i].body, &text), 400);
    ck_assert_msg(strstr(text, wrong_listeners[_i].says) != NULL, "%s", text);
    free(text);
}
END_TEST

START_TEST(listener_on_a_busy_port)
{
    char *body = text_printf("{\"port\": %d}", s.port), *text = NULL;

    ck_assert_int_eq(control(&s, "POST", "/listeners", body, &text), 409);
    ck_assert_msg(strstr(text, "in use") != NULL, "%s", text);
    ck_assert_int_eq(control(&s, "DELETE", "/listeners/1", NULL, NULL), 404);
    ck_assert_int_eq(control(&s, "DELETE", "/listeners/x", NULL, NULL), 404);
    free(body);
    free(text);
}
END_TEST

/* ---- sandboxes ---- */

START_TEST(listener_belongs_to_its_sandbox)
{
    struct listener l;
    char *url, *own;
    long status;

    ck_assert_int_eq(control(&s, "PUT", "/sandboxes/mine", "{}", NULL), 200);
    l = listener_open(&s, "/sandbox/mine", "{}");
    url = text_printf("%s/ips", l.base);
    own = text_printf("https://127.0.0.1:%d/sandbox/mine/client/v4/ips", l.port);
    ck_assert_int_eq(get_by_tls(url, NULL, l.ca, &status), FETCH_OK);
    ck_assert_int_eq(get_by_tls(own, NULL, l.ca, &status), FETCH_OK);
    ck_assert_int_eq(status, 200);
    ck_assert_int_eq(journal_count("/sandbox/mine"), 2);
    ck_assert_int_eq(control(&s, "DELETE", "/sandboxes/mine", NULL, NULL), 200);
    settle();
    ck_assert_int_eq(get_by_tls(url, NULL, l.ca, &status), FETCH_REFUSED);
    listener_close(&s, &l);
    free(url);
    free(own);
}
END_TEST

/* ---- the proxy ---- */

/* CONNECT TARGET at that port: the answer, and the connection. */
static struct heard connect_to(int port, const char *target, int *fd)
{
    char *request = text_printf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target);
    struct heard h;

    *fd = dial_port(port);
    tell(*fd, request);
    h = hear(*fd);
    free(request);
    return h;
}

static const struct {
    const char *target;
    int status;
} targets[] = {
    { "api.cloudflare.com:443", 200 },
    { "API.Cloudflare.com:443", 200 },
    { "api.cloudflare.com:80", 403 },
    { "api.cloudflare.com", 403 },
    { "example.com:443", 403 },
    { "127.0.0.1:22", 403 },
    { "api.cloudflare.com.evil:443", 403 },
};

START_TEST(proxy_answers_for_one_host)
{
    struct listener l = listener_open(&s, "", "{\"proxy\": true}");
    int fd;
    struct heard h = connect_to(l.port, targets[_i].target, &fd);
    cJSON *c;

    ck_assert_int_eq(h.status, targets[_i].status);
    if (h.status == 403) {
        settle();
        c = last_connection();
        ck_assert_str_eq(json_text(c, "end"), "refused");
        ck_assert_str_eq(json_text(c, "target"), targets[_i].target);
        cJSON_Delete(c);
    }
    heard_release(&h);
    close(fd);
    listener_close(&s, &l);
}
END_TEST

static const struct {
    const char *request;
    int status;
} no_connects[] = {
    { "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n", 403 },
    { "GET http://api.cloudflare.com/client/v4/ips HTTP/1.1\r\nHost: api.cloudflare.com\r\n\r\n",
      403 },
    { "GET /client/v4/ips HTTP/1.1\r\nHost: api.cloudflare.com\r\n\r\n", 400 }, // no TLS here
    { "nonsense\r\n\r\n", 400 },
};

START_TEST(proxy_refuses_what_is_no_connect)
{
    struct listener l = listener_open(&s, "", "{\"proxy\": true}");
    int fd = dial_port(l.port);
    struct heard h;

    tell(fd, no_connects[_i].request);
    h = hear(fd);
    ck_assert_int_eq(h.status, no_connects[_i].status);
    heard_release(&h);
    close(fd);
    listener_close(&s, &l);
}
END_TEST

/* A request of too many headers, and one that comes byte by byte. */
START_TEST(proxy_hears_slowly_and_not_for_ever)
{
    static const char slow[] = "CONNECT api.cloudflare.com:443 HTTP/1.1\r\n\r\n";
    struct listener l = listener_open(&s, "", "{\"proxy\": true}");
    int fd = dial_port(l.port);
    char *blanks = xcalloc(1, 9000);
    struct heard h;

    for (const char *at = slow; *at; at++) {
        tell_bytes(fd, at, 1);
        poll(NULL, 0, 1);
    }
    h = hear(fd);
    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    close(fd);
    fd = dial_port(l.port);
    memset(blanks, 'x', 8999);
    tell(fd, "CONNECT api.cloudflare.com:443 HTTP/1.1\r\nX: ");
    tell(fd, blanks);
    h = hear(fd);
    ck_assert_int_eq(h.status, 431);
    heard_release(&h);
    close(fd);
    listener_close(&s, &l);
    free(blanks);
}
END_TEST

START_TEST(tunnel_leads_to_another_host)
{
    struct listener l = listener_open(&s, "", "{\"tunnel\": true}");
    char *target = text_printf("127.0.0.1:%d", s.port);
    int fd;
    struct heard h = connect_to(l.port, target, &fd);

    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    tell(fd, "GET /client/v4/ips HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    h = hear(fd);
    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    close(fd);
    h = connect_to(l.port, "127.0.0.1:1", &fd); // nobody listens there
    ck_assert_int_eq(h.status, 502);
    heard_release(&h);
    close(fd);
    listener_close(&s, &l);
    free(target);
}
END_TEST

/* ---- clients that take their time, or none ---- */

START_TEST(half_open_connections_hold_up_nobody)
{
    static const char first_bytes[] = { 0x16, 0x03, 0x01, 0x02,
                                        0x00 }; // of a handshake that never goes on
    struct listener l = listener_open(&s, "", "{\"proxy\": true}");
    char *url = text_printf("%s/ips", l.base);
    int fds[200];
    int64_t began;
    long status;

    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = dial_port(l.port);
        if (i % 2)
            tell_bytes(fds[i], first_bytes, sizeof first_bytes);
        else if (i % 4)
            tell(fds[i], "CONNECT api.clou");
    }
    began = now_ms();
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(get_by_tls(url, NULL, l.ca, &status), FETCH_OK);
        ck_assert_int_eq(status, 200);
    }
    ck_assert_int_lt(now_ms() - began, 3000);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
    listener_close(&s, &l);
    free(url);
}
END_TEST

/* Whoever ends at once after the request is still the client of that listener, not one of this
 * machine. */
START_TEST(client_that_leaves_early_is_not_mistaken)
{
    struct listener l;
    char *script, *out, *err;
    char *argv[] = { "/bin/sh", "-c", NULL, NULL };
    int64_t elsewhere = journal_count("");

    ck_assert_int_eq(control(&s, "PUT", "/sandboxes/early", "{}", NULL), 200);
    l = listener_open(&s, "/sandbox/early", "{}");
    script = text_printf(
        "for i in 1 2 3 4 5 6 7 8; do printf 'GET /client/v4/ips HTTP/1.1\\r\\nHost: "
        "x\\r\\n\\r\\n' | "
        "openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:%d >/dev/null 2>&1; done",
        l.port);
    argv[2] = script;
    run_program(argv, NULL, &out, &err);
    for (int i = 0; i < 40 && journal_count("/sandbox/early") < 8; i++)
        settle();
    ck_assert_int_eq(journal_count("/sandbox/early"), 8);
    ck_assert_int_eq(journal_count(""), elsewhere);
    ck_assert_int_eq(control(&s, "DELETE", "/sandboxes/early", NULL, NULL), 200);
    listener_close(&s, &l);
    free(script);
    free(out);
    free(err);
}
END_TEST

/* Faults on the wire reach the client of the relay as they reach others. */
static const struct {
    const char *fault;
    enum fetch_error error;
} faults[] = {
    { "{\"reset\": \"before\"}", FETCH_RESET }, { "{\"reset\": \"after\"}", FETCH_RESET },
    { "{\"truncate\": 20}", FETCH_RESET },      { "{\"delay_ms\": 50}", FETCH_OK },
    { "{\"drip_ms\": 1}", FETCH_OK },
};

START_TEST(fault_on_the_wire_passes_the_relay)
{
    struct listener l = listener_open(&s, "", "{}");
    char *body = text_printf("[{\"when\": {\"path\": \"/ips\"}, \"do\": %s}]", faults[_i].fault);
    char *url = text_printf("%s/ips", l.base);
    long status;

    ck_assert_int_eq(control(&s, "PUT", "/faults", body, NULL), 200);
    ck_assert_int_eq(get_by_tls(url, NULL, l.ca, &status), faults[_i].error);
    ck_assert_int_eq(control(&s, "DELETE", "/faults", NULL, NULL), 200);
    listener_close(&s, &l);
    free(body);
    free(url);
}
END_TEST

/* Ten megabytes up in one request: an answer comes, and the relay passed all of it. */
START_TEST(large_body_passes)
{
    struct listener l = listener_open(&s, "", "{}");
    size_t len = (size_t)10 << 20;
    char *body = xmalloc(len), *url = text_printf("%s/zones", l.base),
         *bearer = text_printf("Bearer %s", s.all);
    struct fetch_pair headers[] = { { "Authorization", bearer },
                                    { "Content-Type", "application/json" },
                                    { NULL, NULL } };
    struct fetch_request q = { .method = "POST",
                               .url = url,
                               .headers = headers,
                               .body = body,
                               .body_len = len,
                               .ca_file = l.ca,
                               .no_proxy = true };
    struct fetch_response r;

    memset(body, ' ', len);
    memcpy(body + len - 2, "{}", 2);
    fetch(&q, &r);
    ck_assert_msg(r.error == FETCH_OK && r.status >= 400 && r.status < 500, "%s, status %ld: %s",
                  fetch_error_name(r.error), r.status, r.error_text ? r.error_text : r.body);
    fetch_response_release(&r);
    listener_close(&s, &l);
    free(body);
    free(url);
    free(bearer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *tc = tcase_create("relay");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 90);
    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_loop_test(tc, certificate_is_taken_as_it_deserves, 0, ARRAY_LEN(kinds));
    tcase_add_test(tc, chain_passes_strict_checks);
    tcase_add_test(tc, plain_http_is_refused_where_tls_is_spoken);
    tcase_add_loop_test(tc, listener_that_cannot_be, 0, ARRAY_LEN(wrong_listeners));
    tcase_add_test(tc, listener_on_a_busy_port);
    tcase_add_test(tc, listener_belongs_to_its_sandbox);
    tcase_add_loop_test(tc, proxy_answers_for_one_host, 0, ARRAY_LEN(targets));
    tcase_add_loop_test(tc, proxy_refuses_what_is_no_connect, 0, ARRAY_LEN(no_connects));
    tcase_add_test(tc, proxy_hears_slowly_and_not_for_ever);
    tcase_add_test(tc, tunnel_leads_to_another_host);
    tcase_add_test(tc, half_open_connections_hold_up_nobody);
    tcase_add_test(tc, client_that_leaves_early_is_not_mistaken);
    tcase_add_loop_test(tc, fault_on_the_wire_passes_the_relay, 0, ARRAY_LEN(faults));
    tcase_add_test(tc, large_body_passes);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
