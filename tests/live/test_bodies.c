/* Bodies on real sockets: how long they may be, that memory does not follow them, and what becomes
 * of the connection. */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define ROOM_KIB (48 * 1024) // more memory than this is too much, sanitizers' own included

static struct server s;
static char *piece; // 1 MiB of blanks

static void setup(void)
{
    server_start(&s, "--log", "none", NULL);
    piece = xmalloc(MIB);
    memset(piece, ' ', MIB);
}

static void teardown(void)
{
    free(piece);
    server_release(&s);
}

/* The most memory the server has had, in KiB. */
static long peak(void)
{
    char *path = text_printf("/proc/%d/status", (int)s.pid), line[256];
    FILE *f = fopen(path, "r");
    long kib = 0;

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f))
        if (text_starts(line, "VmHWM:"))
            kib = atol(line + 6);
    fclose(f);
    free(path);
    ck_assert_int_gt(kib, 0);
    return kib;
}

/* Head of a request with a body. `length` -1: chunked. The caller frees. */
static char *head_of(const char *method, const char *path, long long length, const char *more)
{
    char *framing = length < 0 ? xstrdup("Transfer-Encoding: chunked")
                               : text_printf("Content-Length: %lld", length);
    char *head = text_printf("%s /client/v4/accounts/%s/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Authorization: Bearer %s\r\n%s%s\r\n\r\n",
                             method, s.account_id, path, s.all, more, framing);

    free(framing);
    return head;
}

#define SPACES "storage/kv/namespaces"
#define BYTES                                                                                      \
    "dlp/datasets/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e/upload/1" // takes bytes, keeps none

static void tell_head(int fd, const char *method, const char *path, long long length,
                      const char *more)
{
    char *head = head_of(method, path, length, more);

    tell(fd, head);
    free(head);
}

static void tell_chunk(int fd, size_t len)
{
    char *size = text_printf("%zx\r\n", len);

    tell(fd, size);
    tell_bytes(fd, piece, len);
    tell(fd, "\r\n");
    free(size);
}

static void still_serves(void)
{
    char *request = get_request("/client/v4/user/tokens/verify", s.all);
    struct heard h = ask(&s, request);

    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    free(request);
}

static const struct {
    const char *method, *path;
    size_t mib;
    bool chunked;
    int status;
    const char *why;
} longs[] = {
    { "POST", SPACES, 100, false, 413, "JSON, announced" },
    { "POST", SPACES, 100, true, 413, "JSON in chunks" },
    { "POST", BYTES, 100, false, 200, "bytes, announced" },
    { "POST", BYTES, 100, true, 200, "bytes in chunks" },
    { "POST", BYTES, 200, false, 413, "bytes beyond the limit, announced" },
    { "POST", BYTES, 200, true, 413, "bytes beyond the limit, in chunks" },
    { "GET", SPACES, 100, false, 200, "a body where none belongs" },
};

START_TEST(memory_does_not_follow_the_body)
{
    long before = peak();
    int fd = dial(&s);
    struct heard h;

    tell_head(fd, longs[_i].method, longs[_i].path,
              longs[_i].chunked ? -1 : (long long)(longs[_i].mib * MIB), "");
    for (size_t i = 0; i < longs[_i].mib; i++)
        longs[_i].chunked ? tell_chunk(fd, MIB) : tell_bytes(fd, piece, MIB);
    if (longs[_i].chunked)
        tell(fd, "0\r\n\r\n");
    h = hear(fd);
    ck_assert_msg(h.status == longs[_i].status, "%s: %d %.300s", longs[_i].why, h.status, h.body);
    if (h.status == 413) {
        ck_assert_ptr_nonnull(strstr(h.body, "\"success\":false"));
        ck_assert(at_end(fd));
    }
    heard_release(&h);
    close(fd);
    ck_assert_msg(peak() - before < ROOM_KIB, "%s: %ld KiB more", longs[_i].why, peak() - before);
    still_serves();
}
END_TEST

static const char *const endless_at[] = { SPACES, BYTES, "tokens" };

/* Chunks that never end, also where no body is read: the server lets go. */
START_TEST(endless_chunks_end_the_connection)
{
    long before = peak();
    int fd = dial(&s);
    char byte;
    size_t sent = 0;

    tell_head(fd, _i == 2 ? "GET" : "POST", endless_at[_i], -1, "");
    while (send(fd, "100000\r\n", 8, MSG_NOSIGNAL) > 0 && send(fd, piece, MIB, MSG_NOSIGNAL) > 0 &&
           send(fd, "\r\n", 2, MSG_NOSIGNAL) > 0 && sent < 2048 * MIB)
        sent += MIB;
    ck_assert_msg(sent < 2048 * MIB, "it read %zu MiB and did not stop", sent / MIB);
    ck_assert_int_eq(recv(fd, &byte, 1, MSG_WAITALL) <= 0 || byte == 'H', 1);
    close(fd);
    ck_assert_int_lt(peak() - before, ROOM_KIB);
    still_serves();
}
END_TEST

static void *upload(void *failed)
{
    int fd = dial(&s);
    struct heard h;

    tell_head(fd, "POST", BYTES, 24 * (long long)MIB, "");
    for (int i = 0; i < 24; i++)
        tell_bytes(fd, piece, MIB);
    h = hear(fd);
    *(bool *)failed = h.status != 200;
    heard_release(&h);
    close(fd);
    return NULL;
}

START_TEST(uploads_side_by_side_stay_small)
{
    pthread_t threads[12];
    bool failed[12];
    long before = peak();

    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, upload, &failed[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
        ck_assert_msg(!failed[i], "upload %zu", i);
    }
    ck_assert_msg(peak() - before < 2 * ROOM_KIB, "%ld KiB more for 288 MiB", peak() - before);
}
END_TEST

/* A body that was read whole and refused is no reason to hang up. */
START_TEST(bad_body_keeps_the_connection)
{
    static const char *const bodies[] = { "{", "{\"title\":5}", "[]", "{\"title\":1e999}",
                                          "{\"a\":1,\"a\":2}" };
    int fd = dial(&s);

    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct heard h;

        tell_head(fd, "POST", SPACES, (long long)strlen(bodies[i]), "Content-Type: text/plain\r\n");
        tell(fd, bodies[i]);
        h = hear(fd);
        ck_assert_msg(h.status == 400, "%s: %d %.200s", bodies[i], h.status, h.body);
        heard_release(&h);
    }
    ck_assert(!at_end(fd));
    close(fd);
}
END_TEST

START_TEST(client_that_waits_is_told_to_go_on)
{
    static const char body[] = "{\"title\":\"waits\"}";
    int fd = dial(&s);
    struct heard h;

    tell_head(fd, "POST", SPACES, sizeof body - 1, "Expect: 100-continue\r\n");
    h = hear_head(fd);
    ck_assert_int_eq(h.status, 100);
    heard_release(&h);
    tell(fd, body);
    h = hear(fd);
    ck_assert_int_eq(h.status, 200);
    heard_release(&h);
    close(fd);
}
END_TEST

/* One that is refused before its body is wanted is not told to send it. */
START_TEST(client_that_waits_is_refused_at_once)
{
    int fd = dial(&s);
    struct heard h;

    tell_head(fd, "POST", SPACES, 100 * (long long)MIB, "Expect: 100-continue\r\n");
    h = hear(fd);
    ck_assert_int_eq(h.status, 413);
    ck_assert(at_end(fd));
    heard_release(&h);
    close(fd);
}
END_TEST

START_TEST(cut_body_is_refused)
{
    int fd = dial(&s);
    struct heard h;

    tell_head(fd, "POST", SPACES, 300, "");
    tell(fd, "{\"title\":\"cut");
    shutdown(fd, SHUT_WR);
    h = hear(fd);
    ck_assert_int_eq(h.status, 400);
    ck_assert(at_end(fd));
    heard_release(&h);
    close(fd);
}
END_TEST

/* Temporary files have no name: nothing is left, even by a kill. */
START_TEST(nothing_is_left_behind)
{
    struct server mine;
    char *before = getenv("TMPDIR") ? xstrdup(getenv("TMPDIR")) : NULL,
         folder[] = "/tmp/mf-bodies-XXXXXX";
    struct server kept = s;
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    server_start(&mine, "--log", "none", NULL);
    s = mine;
    fd = dial(&s);
    tell_head(fd, "POST", BYTES, 64 * (long long)MIB, "");
    for (int i = 0; i < 32; i++)
        tell_bytes(fd, piece, MIB);
    usleep(100000); // it is in the middle of the body now
    server_stop(&mine, SIGKILL);
    close(fd);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    s = kept;
    server_release(&mine);
    ck_assert_msg(rmdir(folder) == 0, "%s is not empty", folder);
    free(before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bodies");
    TCase *tc = tcase_create("bodies");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, memory_does_not_follow_the_body, 0, ARRAY_LEN(longs));
    tcase_add_loop_test(tc, endless_chunks_end_the_connection, 0, ARRAY_LEN(endless_at));
    tcase_add_test(tc, uploads_side_by_side_stay_small);
    tcase_add_test(tc, bad_body_keeps_the_connection);
    tcase_add_test(tc, client_that_waits_is_told_to_go_on);
    tcase_add_test(tc, client_that_waits_is_refused_at_once);
    tcase_add_test(tc, cut_body_is_refused);
    tcase_add_test(tc, nothing_is_left_behind);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
