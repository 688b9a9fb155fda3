/* The relay as a proxy: a CONNECT to the API's host is answered here, others are refused, or passed
 * on where the door is told so. Names are looked up and hosts dialled by threads of their own, at
 * most DIALS_MOST. */
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/relay_parts.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DIALS_MOST 32
#define DIAL_MS 10000
#define HEAD_MOST ((size_t)8 * 1024)
#define METHOD_MOST 24

/* Shared by the passage and the thread that dials; the last one frees it. */
struct dial {
    pthread_mutex_t lock; // over what follows
    int holders;
    bool done;
    int fd; // -1: it failed
    int wake;
    char *host, *port;
};

static atomic_int dials;

static const char connected[] = "HTTP/1.1 200 Connection established\r\n\r\n";
static const char refused[] =
    "HTTP/1.1 403 Forbidden\r\nServer: mockflare\r\nContent-Type: text/plain\r\nConnection: "
    "close\r\n\r\n"
    "This proxy answers for api.cloudflare.com:443 and refuses every other host.\n";
static const char unreachable[] = "HTTP/1.1 502 Bad Gateway\r\nServer: mockflare\r\nContent-Type: "
                                  "text/plain\r\nConnection: close\r\n\r\n"
                                  "That host cannot be reached.\n";
static const char too_long[] = "HTTP/1.1 431 Request Header Fields Too Large\r\nServer: "
                               "mockflare\r\nConnection: close\r\n\r\n";

/* ---- another host ---- */

static int connect_in_time(const struct addrinfo *to)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
    socklen_t len = sizeof error;
    struct pollfd p = { fd, POLLOUT, 0 };

    if (fd >= 0 && (connect(fd, to->ai_addr, to->ai_addrlen) == 0 ||
                    (errno == EINPROGRESS && poll(&p, 1, DIAL_MS) == 1 &&
                     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void dial_drop(struct dial *d)
{
    int holders;

    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    holders = --d->holders;
    pthread_mutex_unlock(&d->lock);
    if (holders)
        return;
    if (d->fd >= 0)
        close(d->fd);
    if (d->wake >= 0)
        close(d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d->host);
    free(d->port);
    free(d);
    atomic_fetch_sub(&dials, 1);
}

static void *dial_main(void *dial)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
    const uint64_t one = 1;
    struct dial *d = dial;
    int fd = -1;

    if (getaddrinfo(d->host, d->port, &hints, &found) == 0) {
        for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
            fd = connect_in_time(a);
        freeaddrinfo(found);
    }
    pthread_mutex_lock(&d->lock);
    d->fd = fd;
    d->done = true;
    pthread_mutex_unlock(&d->lock);
    if (write(d->wake, &one, sizeof one) < 0)
        fd = -1; // the loop has more to wake for than it can count, and looks anyhow
    dial_drop(d);
    return NULL;
}

static struct dial *dial_begin(const char *target, int wake)
{
    const char *colon = strrchr(target, ':');
    bool bracketed = *target == '[' && colon > target + 2 && colon[-1] == ']';
    struct dial *d;
    pthread_attr_t attr;
    pthread_t thread;

    if (!colon || colon == target || atomic_fetch_add(&dials, 1) >= DIALS_MOST) {
        if (colon && colon != target)
            atomic_fetch_sub(&dials, 1);
        return NULL;
    }
    d = xcalloc(1, sizeof *d);
    pthread_mutex_init(&d->lock, NULL);
    d->holders = 2;
    d->fd = -1;
    d->wake = dup(wake); // the loop may end before the dialling does
    d->host = xstrndup(target + bracketed, (size_t)(colon - target) - 2 * (size_t)bracketed);
    d->port = xstrdup(colon + 1);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, dial_main, d) != 0) {
        d->holders = 1;
        dial_drop(d);
        d = NULL;
    }
    pthread_attr_destroy(&attr);
    return d;
}

enum moved proxy_dialled(struct passage *p, char *piece)
{
    bool done;
    int fd = -1;

    pthread_mutex_lock(&p->dial->lock);
    done = p->dial->done;
    if (done) {
        fd = p->dial->fd;
        p->dial->fd = -1;
    }
    pthread_mutex_unlock(&p->dial->lock);
    if (!done)
        return MOVED;
    dial_drop(p->dial);
    p->dial = NULL;
    passage_note(p, fd < 0 ? CONNECTION_UNREACHABLE : CONNECTION_TUNNELLED, NULL);
    if (fd < 0)
        return passage_say_last(p, unreachable);
    side_write(&p->client, connected, sizeof connected - 1);
    return passage_meet(p, fd, piece);
}

/* ---- the client's words ---- */

/* The API under its own name; or this very door, by a client that sends every host through its
 * proxy. */
static bool is_ours(const struct passage *p, const char *target)
{
    static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
    char own[32];

    if (text_same_nocase(target, "api.cloudflare.com:443"))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(own, sizeof own, "%s:%d", names[i], p->door->port);
        if (text_same_nocase(target, own))
            return true;
    }
    return false;
}

/* What a request line asks for: of a CONNECT the authority, of a URL its host. The caller's. */
static char *target_dup(const char *at, bool is_connect)
{
    const char *host = is_connect ? NULL : strstr(at, "://");
    size_t line = strcspn(at, " \r\n");

    host = host && host < at + line ? host + 3 : at;
    return xstrndup(host, strcspn(host, is_connect ? " \r\n" : "/ \r\n"));
}

static enum moved answer_target(struct passage *p, bool is_connect)
{
    if (is_connect && is_ours(p, p->target)) {
        side_write(&p->client, connected, sizeof connected - 1);
        return passage_hear_again(p);
    }
    if (is_connect && p->door->told.tunnel) {
        p->dial = dial_begin(p->target, p->wake);
        p->state = PASSAGE_DIALS;
        p->until = 0; // the dialling has its own limits
        if (p->dial)
            return MOVED_MORE;
        passage_note(p, CONNECTION_UNREACHABLE, "no host and port, or too many at once");
        return passage_say_last(p, unreachable);
    }
    passage_note(p, CONNECTION_REFUSED, NULL);
    return passage_say_last(p, refused);
}

enum moved proxy_hears(struct passage *p, char *piece, size_t len)
{
    const char *head = piece;
    size_t method = strcspn(head, " \r\n");
    const char *end = strstr(head, "\r\n\r\n"), *at = head + method + 1;
    bool is_connect = method == 7 && memcmp(head, "CONNECT", 7) == 0;

    if ((method == len && method <= METHOD_MOST) || (head[method] == ' ' && !*at))
        return MOVED; // the line's beginning is still to come
    if (head[method] != ' ' || *at == '/' || *at == '*')
        return p->door->told.plain ? passage_meet_server(p, piece) : passage_refuse_plain(p);
    if (!end && len < HEAD_MOST)
        return MOVED;
    p->target = target_dup(at, is_connect);
    if (!end)
        return passage_say_last(p, too_long);
    if (recv(p->client.fd, piece, (size_t)(end - head) + 4, 0) <= 0)
        return MOVED_OVER;
    return answer_target(p, is_connect);
}
