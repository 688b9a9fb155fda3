/* The real server on real sockets: connections that live on, odd paths, and every way to be rude. */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct server s;

static void setup(void)
{
    server_start(&s, "--log", "none", NULL);
}

static void teardown(void)
{
    server_release(&s);
}

/* The server answers a fresh client as ever. */
static void still_serves(void)
{
    char *request = get_request("/client/v4/user/tokens/verify", s.all);
    struct heard h = ask(&s, request);

    ck_assert_msg(h.status == 200, "afterwards a good request got %d: %.300s", h.status, h.body);
    ck_assert_ptr_nonnull(strstr(h.body, "\"status\":\"active\""));
    heard_release(&h);
    free(request);
}

/* `body` is the API's refusal with that code as its first error. */
static void is_refusal(const char *body, int code)
{
    cJSON *json = cJSON_Parse(body);
    const cJSON *first = cJSON_GetArrayItem(json_get(json, "errors"), 0);

    ck_assert_msg(json != NULL, "not JSON: %.300s", body);
    ck_assert_msg(cJSON_IsFalse(json_get(json, "success")), "%.300s", body);
    ck_assert_msg(json_whole(first, "code", -1) == code, "code %d expected: %.300s", code, body);
    ck_assert_ptr_nonnull(json_text(first, "message"));
    cJSON_Delete(json);
}

START_TEST(connection_lives_on)
{
    char *request = get_request("/client/v4/zones", s.all);
    int fd = dial(&s);

    for (int i = 0; i < 50; i++) {
        struct heard h;
        char *how;

        tell(fd, request);
        h = hear(fd);
        how = heard_header(&h, "Connection");
        ck_assert_int_eq(h.status, 200);
        ck_assert_str_eq(how, "keep-alive");
        free(how);
        heard_release(&h);
    }
    ck_assert(!at_end(fd));
    close(fd);
    free(request);
}
END_TEST

static const struct {
    const char *head, *why;
} last_requests[] = {
    { "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", "the client asks for it" },
    { "HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n", "in any case" },
    { "HTTP/1.0\r\n", "HTTP/1.0 has no keep-alive of its own" },
};

START_TEST(connection_ends_when_asked)
{
    char *request = text_printf("GET /client/v4/ips %s\r\n", last_requests[_i].head);
    int fd = dial(&s);
    struct heard h;

    tell(fd, request);
    h = hear(fd);
    ck_assert_msg(h.status == 200, "%s: %d", last_requests[_i].why, h.status);
    ck_assert_msg(at_end(fd), "%s: still open", last_requests[_i].why);
    heard_release(&h);
    close(fd);
    free(request);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    char *one = get_request("/client/v4/ips", s.all), *two = get_request("/client/v4/nothing", s.all);
    char *both = text_printf("%s%s%s", one, two, one);
    static const int expected[] = { 200, 400, 200 };
    int fd = dial(&s);

    tell(fd, both);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct heard h = hear(fd);

        ck_assert_int_eq(h.status, expected[i]);
        heard_release(&h);
    }
    close(fd);
    free(both);
    free(one);
    free(two);
}
END_TEST

START_TEST(unread_body_does_not_leak_into_the_next_request)
{
    // A body on an operation that has none is ignored; what follows on the wire is the next request.
    char *first = text_printf("GET /client/v4/zones HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                              "Content-Length: 33\r\n\r\nGET /client/v4/ips HTTP/1.1\r\n\r\nxx", s.all);
    char *second = get_request("/client/v4/user/tokens/verify", s.all);
    int fd = dial(&s);
    struct heard h;

    tell(fd, first);
    h = hear(fd);
    ck_assert_int_eq(h.status, 200);
    ck_assert_ptr_nonnull(strstr(h.body, "\"result_info\""));
    heard_release(&h);
    tell(fd, second);
    h = hear(fd);
    // Either the connection goes on with the right answer, or it was closed; never the smuggled one.
    if (h.status)
        ck_assert_msg(strstr(h.body, "\"status\":\"active\"") != NULL, "%.300s", h.body);
    heard_release(&h);
    close(fd);
    free(first);
    free(second);
}
END_TEST

START_TEST(head_is_get_without_its_body)
{
    char *get = get_request("/client/v4/zones", s.all);
    char *head = text_printf("HEAD%s", get + 3);
    struct heard full = ask(&s, get), bare;
    char *length, *expected = heard_header(&full, "Content-Length");
    int fd = dial(&s);

    tell(fd, head);
    bare = hear_head(fd);
    length = heard_header(&bare, "Content-Length");
    ck_assert_int_eq(bare.status, 200);
    ck_assert_str_eq(length, expected);
    // The next answer follows at once: no byte of a body lies between.
    heard_release(&bare);
    tell(fd, get);
    bare = hear(fd);
    ck_assert_int_eq(bare.status, 200);
    ck_assert_uint_eq(bare.body_len, full.body_len);
    heard_release(&bare);
    heard_release(&full);
    close(fd);
    free(length);
    free(expected);
    free(get);
    free(head);
}
END_TEST

static const struct {
    const char *line; // %s: the token
    int status, code;
    const char *why;
} odd_methods[] = {
    { "OPTIONS /client/v4/zones", 405, 7001, "no CORS (REC text, 405 INF)" },
    { "PUT /client/v4/zones", 405, 7001, "known path, wrong verb in the core (REC)" },
    { "GET /client/v4/no/such/path", 400, 7000, "no such path in the core (REC)" },
    { "GET /client/v4/zones/xyz", 400, 7003, "an id of the wrong shape (REC)" },
    { "GET /client/v4", 404, 7000, "outside any route (REC)" },
    { "GET /client/v4//zones", 400, 7000, "an empty segment is a segment" },
    { "GET /client/v4/zones/%2e%2e", 400, 7003, "dots are no way up: they are an id of the wrong shape" },
};

START_TEST(odd_targets_are_refused_in_the_dialect)
{
    char *request = text_printf("%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
                                odd_methods[_i].line, s.all);
    struct heard h = ask(&s, request);

    ck_assert_msg(h.status == odd_methods[_i].status, "%s: %s: got %d %.300s", odd_methods[_i].line,
                  odd_methods[_i].why, h.status, h.body);
    is_refusal(h.body, odd_methods[_i].code);
    heard_release(&h);
    free(request);
    still_serves();
}
END_TEST

/* %2F, %3F and %00 in one segment stay in that segment: the journal shows the raw path it took. */
START_TEST(encoded_slash_stays_in_its_segment)
{
    char *path = text_printf("/accounts/%s/storage/kv/namespaces/0123456789abcdef0123456789abcdef/values/a%%2Fb%%3Fc",
                             s.account_id);
    char *journal = NULL;
    long status = get_status(&s, path, s.all, NULL);
    cJSON *json;
    const char *operation;

    ck_assert_int_ne(status, 0);
    ck_assert_int_eq(control(&s, "GET", "/journal?limit=1000", NULL, &journal), 200);
    json = cJSON_Parse(journal);
    operation = json_text(cJSON_GetArrayItem(json_get(json, "entries"),
                                             cJSON_GetArraySize(json_get(json, "entries")) - 1), "operation");
    ck_assert_msg(operation && text_ends(operation, "/values/{key_name}"), "%.600s", journal);
    cJSON_Delete(json);
    free(journal);
    free(path);
}
END_TEST

static const struct {
    const char *bytes, *why;
} malformed[] = {
    { "\r\n\r\n", "only line ends" },
    { "GARBAGE\r\n\r\n", "one word" },
    { "GET /client/v4/ips\r\n\r\n", "HTTP/0.9" },
    { "GET /client/v4/ips HTTP/9.9\r\nHost: x\r\n\r\n", "an HTTP that is none" },
    { "GET client/v4/ips HTTP/1.1\r\nHost: x\r\n\r\n", "no leading slash" },
    { "G\x01T /client/v4/ips HTTP/1.1\r\nHost: x\r\n\r\n", "a control character in the method" },
    { "GET /client/v4/ips HTTP/1.1\r\nHost x\r\n\r\n", "a header without a colon" },
    { "GET /client/v4/ips HTTP/1.1\r\n: x\r\n\r\n", "a header without a name" },
    { "GET /client/v4/ips HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "a negative length" },
    { "GET /client/v4/ips HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "a huge length" },
    { "POST /client/v4/user/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5x\r\n\r\nhello", "a length that is none" },
    { "POST /client/v4/user/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
      "a chunk size that is none" },
    { "POST /client/v4/user/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
      "0\r\n\r\n", "two framings" },
    { "GET http://[::1/client/v4/ips HTTP/1.1\r\nHost: x\r\n\r\n", "a broken absolute URI" },
    { "CONNECT api.cloudflare.com:443 HTTP/1.1\r\nHost: api.cloudflare.com\r\n\r\n", "a proxy's verb" },
    { "\x16\x03\x01\x02\x01\x01\xfc\x03\x03", "a TLS greeting" },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2 without asking" },
};

START_TEST(malformed_requests_get_an_error_or_the_door)
{
    int fd = dial(&s);
    struct heard h;

    tell(fd, malformed[_i].bytes);
    shutdown(fd, SHUT_WR);
    h = hear(fd);
    ck_assert_msg(!h.silent, "%s: no answer and no end", malformed[_i].why);
    ck_assert_msg(h.status < 500 || h.status == 505, "%s: answered %d", malformed[_i].why, h.status);
    if (h.status >= 400 && h.body_len)
        ck_assert_msg(strstr(h.body, "\"success\":false") != NULL, "%s: %.300s", malformed[_i].why, h.body);
    heard_release(&h);
    close(fd);
    still_serves();
}
END_TEST

START_TEST(huge_headers_are_refused)
{
    char *filler = xmalloc(200001);
    char *request;
    struct heard h;

    memset(filler, 'a', 200000);
    filler[200000] = '\0';
    request = text_printf("GET /client/v4/%s HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", _i ? "ips" : filler, filler);
    h = ask(&s, request);
    ck_assert_msg(h.status == 0 || (h.status >= 400 && h.status < 500), "%d", h.status);
    ck_assert(!h.silent);
    heard_release(&h);
    free(request);
    free(filler);
    still_serves();
}
END_TEST

START_TEST(many_headers_are_no_harm)
{
    char *many = xcalloc(1, 40000);
    size_t len = 0;
    char *request;
    struct heard h;

    for (int i = 0; i < 300; i++)
        len += (size_t)sprintf(many + len, "X-Header-%d: %d\r\n", i, i);
    request = text_printf("GET /client/v4/ips HTTP/1.1\r\nHost: x\r\n%s\r\n", many);
    h = ask(&s, request);
    ck_assert_msg(!h.silent && h.status < 500, "%d", h.status);
    heard_release(&h);
    free(request);
    free(many);
    still_serves();
}
END_TEST

/* The head of a POST that makes a user token; the body follows. */
static char *post_head(const char *framing)
{
    return text_printf("POST /client/v4/user/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: application/json\r\n%s\r\n\r\n", s.all, framing);
}

START_TEST(nine_mebibytes_of_json_are_too_much)
{
    size_t len = (size_t)9 << 20;
    char *head, *framing = text_printf("Content-Length: %zu", len), *body = xmalloc(len);
    int fd = dial(&s);
    struct heard h;

    memset(body, ' ', len);
    head = post_head(framing);
    tell(fd, head);
    tell_bytes(fd, body, len);
    h = hear(fd);
    ck_assert_msg(h.status == 413 || h.status == 0, "%d", h.status); // 0: the rest met a closed door
    heard_release(&h);
    close(fd);

    // A client that waits with its body hears the refusal whole.
    fd = dial(&s);
    tell(fd, head);
    h = hear(fd);
    ck_assert_int_eq(h.status, 413);
    is_refusal(h.body, 413);
    heard_release(&h);
    close(fd);
    free(head);
    free(framing);
    free(body);
    still_serves();
}
END_TEST

START_TEST(endless_chunks_are_cut_off)
{
    char *head = post_head("Transfer-Encoding: chunked"), *piece = xmalloc(65536);
    int fd = dial(&s);
    struct heard h;

    memset(piece, ' ', 65536);
    tell(fd, head);
    for (int i = 0; i < 200; i++) { // 12.5 MiB
        tell(fd, "10000\r\n");
        tell_bytes(fd, piece, 65536);
        tell(fd, "\r\n");
    }
    tell(fd, "0\r\n\r\n");
    h = hear(fd);
    ck_assert_msg(!h.silent && (h.status == 413 || h.status == 0), "%d", h.status);
    heard_release(&h);
    close(fd);
    free(head);
    free(piece);
    still_serves();
}
END_TEST

static const struct {
    const char *framing, *body;
    int code;
    const char *why;
} bad_bodies[] = {
    { "Content-Length: 9", "{\"name\":x", 6007, "no JSON (REC)" },
    { "Content-Length: 2", "{]", 6007, "no JSON (REC)" },
    { "Content-Length: 100", "{\"name\":\"cut\"}", 6007, "cut short" },
    { "Transfer-Encoding: chunked", "5\r\n{\"nam\r\n", 6007, "chunks that end before their end" },
    { "Transfer-Encoding: chunked", "3\r\n{]}\r\n0\r\n\r\n", 6007, "whole chunks, no JSON" },
    { "Transfer-Encoding: chunked", "2;x=y\r\n{}\r\n0\r\n\r\n", 6007, "a chunk extension (LIMITS.md)" },
};

START_TEST(bad_bodies_are_refused_in_the_dialect)
{
    char *head = post_head(bad_bodies[_i].framing);
    int fd = dial(&s);
    struct heard h;

    tell(fd, head);
    tell(fd, bad_bodies[_i].body);
    shutdown(fd, SHUT_WR);
    h = hear(fd);
    ck_assert_msg(h.status == 400, "%s: %d %.300s", bad_bodies[_i].why, h.status, h.body);
    is_refusal(h.body, bad_bodies[_i].code);
    heard_release(&h);
    close(fd);
    free(head);
    still_serves();
}
END_TEST

START_TEST(chunked_body_is_read_whole)
{
    char *head = post_head("Transfer-Encoding: chunked");
    int fd = dial(&s);
    struct heard h;

    tell(fd, head);
    tell(fd, "9\r\n{\"name\":\"\r\n");
    tell(fd, "4\r\nlive\r\n");
    tell(fd, "2\r\n\"}\r\n0\r\n\r\n");
    h = hear(fd);
    ck_assert_msg(h.status == 400 && !strstr(h.body, "6007"),
                  "the JSON arrives and lacks its policies: %d %.300s", h.status, h.body);
    heard_release(&h);
    tell(fd, "GET /client/v4/ips HTTP/1.1\r\nHost: x\r\n\r\n");
    h = hear(fd);
    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    close(fd);
    free(head);
}
END_TEST

START_TEST(half_a_request_holds_nobody_up)
{
    int fd = dial(&s);

    tell(fd, "GET /client/v4/ips HT");
    still_serves();
    close(fd);
    still_serves();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *tc = tcase_create("wire");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, connection_lives_on);
    tcase_add_loop_test(tc, connection_ends_when_asked, 0, ARRAY_LEN(last_requests));
    tcase_add_test(tc, pipelined_requests_are_answered_in_order);
    tcase_add_test(tc, unread_body_does_not_leak_into_the_next_request);
    tcase_add_test(tc, head_is_get_without_its_body);
    tcase_add_loop_test(tc, odd_targets_are_refused_in_the_dialect, 0, ARRAY_LEN(odd_methods));
    tcase_add_test(tc, encoded_slash_stays_in_its_segment);
    tcase_add_loop_test(tc, malformed_requests_get_an_error_or_the_door, 0, ARRAY_LEN(malformed));
    tcase_add_loop_test(tc, huge_headers_are_refused, 0, 2);
    tcase_add_test(tc, many_headers_are_no_harm);
    tcase_add_test(tc, nine_mebibytes_of_json_are_too_much);
    tcase_add_test(tc, endless_chunks_are_cut_off);
    tcase_add_loop_test(tc, bad_bodies_are_refused_in_the_dialect, 0, ARRAY_LEN(bad_bodies));
    tcase_add_test(tc, chunked_body_is_read_whole);
    tcase_add_test(tc, half_a_request_holds_nobody_up);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
