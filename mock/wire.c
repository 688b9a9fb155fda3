#include "mock/wire.h"

#include "common/buf.h"
#include "mock/call.h"
#include "mock/relay.h"
#include "mock/state/faults.h"
#include "mock/store/blob.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE ((size_t)64 << 10) // up to here head and body leave in one write
#define ENDLESS_MOST ((size_t)256 << 20)

static void sleep_us(int64_t us)
{
    struct timespec t = { us / 1000000, us % 1000000 * 1000 };

    nanosleep(&t, NULL);
}

static bool same_peer(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
    const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

    if (a->ss_family != b->ss_family)
        return false;
    if (a->ss_family == AF_INET)
        return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
    return a->ss_family == AF_INET6 && a6->sin6_port == b6->sin6_port &&
           memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof a6->sin6_addr) == 0;
}

/* A true RST: the server keeps its descriptor to itself, so find it by its peer, and connect it to
 * nowhere, which resets a TCP connection at once. */
static void reset_connection(const struct call *c)
{
    struct rlimit limit;

    if (c->in.relay_port) {
        relay_reset(c->in.relay_port);
        return;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 65536)
        limit.rlim_cur = 65536;
    for (int fd = 3; fd < (int)limit.rlim_cur; fd++) {
        struct sockaddr_storage peer = { 0 };
        socklen_t len = sizeof peer;
        struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

        if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && same_peer(&peer, &c->in.peer)) {
            connect(fd, &nowhere, sizeof nowhere);
            return;
        }
    }
}

static bool send_dripping(const struct fault_plan *f, struct mg_connection *to, wire_write *put,
                          const char *at, size_t len)
{
    size_t piece = f->drip_bytes > 0 ? (size_t)f->drip_bytes : 1;

    while (len) {
        size_t n = len < piece ? len : piece;

        if (put(to, at, n) <= 0)
            return false;
        at += n;
        len -= n;
        sleep_us(f->drip_us);
    }
    return true;
}

/* Writes blanks behind the body until the client goes (or far too much was taken). */
static bool send_endless(struct mg_connection *to, wire_write *put)
{
    char blanks[4096];

    memset(blanks, ' ', sizeof blanks);
    for (size_t sent = 0; sent < ENDLESS_MOST; sent += sizeof blanks) {
        if (put(to, blanks, sizeof blanks) <= 0)
            break;
        sleep_us(2000);
    }
    return false;
}

static bool send_faulty(struct call *c, struct mg_connection *to, wire_write *put)
{
    const struct fault_plan *f = c->fault;
    const char *body = c->out.body->at;
    size_t len = c->out.no_body ? 0 : c->out.body->len;

    if (f->delay_us)
        sleep_us(f->delay_us);
    if (f->reset == RESET_BEFORE_HEADERS) {
        reset_connection(c);
        return false;
    }
    if (put(to, c->out.head->at, c->out.head->len) <= 0)
        return false;
    if (f->reset == RESET_AFTER_HEADERS) {
        sleep_us(20000); // let the headers reach the client before the reset overtakes them
        reset_connection(c);
        return false;
    }
    if (f->truncate_at >= 0 && (size_t)f->truncate_at < len) {
        put(to, body, (size_t)f->truncate_at);
        return false;
    }
    if (f->drip_us)
        return send_dripping(f, to, put, body, len);
    if (len && put(to, body, len) <= 0)
        return false;
    return f->endless ? send_endless(to, put) : true;
}

/* In pieces, so that no copy of the whole is made on the way. */
static bool send_blob(struct call *c, struct mg_connection *to, wire_write *put)
{
    size_t len;
    const char *at = blob_view(c->out.blob, &len);
    bool fine = put(to, c->out.head->at, c->out.head->len) > 0;

    while (fine && len) {
        size_t n = len < AT_ONCE ? len : AT_ONCE;

        fine = put(to, at, n) > 0;
        at += n;
        len -= n;
    }
    blob_rest(c->out.blob);
    return fine;
}

bool wire_send(struct call *c, struct mg_connection *to, wire_write *put)
{
    size_t len = c->out.no_body ? 0 : c->out.body->len;

    if (c->fault)
        return send_faulty(c, to, put);
    if (c->out.blob && !c->out.no_body)
        return send_blob(c, to, put);
    if (len <= AT_ONCE) {
        buf_add(c->out.head, c->out.body->at, len);
        return put(to, c->out.head->at, c->out.head->len) > 0;
    }
    return put(to, c->out.head->at, c->out.head->len) > 0 && put(to, c->out.body->at, len) > 0;
}
