#include "sink.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_MOST 64
#define HEAD_MOST ((size_t)16 * 1024)

static const char garbage[] = "\x15\x03\x01 this is no HTTP \xff\xfe\r\n\r\n";
static const char not_here[] = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
                               "Content-Length: 13\r\nConnection: close\r\n\r\nnothing here\n";

struct guest { // one open connection
    int fd;
    size_t hit; // its hit
    struct buf head;
};

struct sink {
    enum sink_kind kind;
    int fd, wake[2];
    char *origin;
    bool running;
    pthread_t thread;
    pthread_mutex_t lock; // over what follows
    struct sink_hit *hits;
    size_t hits_count;
    struct guest guests[OPEN_MOST];
    size_t guests_count;
};

static void guest_leaves(struct sink *s, size_t i)
{
    struct guest *g = &s->guests[i];

    close(g->fd);
    s->hits[g->hit].head = buf_take(&g->head);
    s->guests[i] = s->guests[--s->guests_count];
}

static void guest_comes(struct sink *s)
{
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    s->hits = xrealloc(s->hits, (s->hits_count + 1) * sizeof *s->hits);
    s->hits[s->hits_count] = (struct sink_hit){ stamp_monotonic() / 1000, NULL };
    if (s->guests_count == OPEN_MOST)
        guest_leaves(s, 0);
    s->guests[s->guests_count] = (struct guest){ .fd = fd, .hit = s->hits_count++ };
    buf_init(&s->guests[s->guests_count++].head);
}

/* Reads on; true once the guest is done with. */
static bool guest_speaks(struct sink *s, struct guest *g)
{
    char chunk[4096];
    ssize_t n = read(g->fd, chunk, sizeof chunk);
    const char *answer = s->kind == SINK_GARBAGE ? garbage : not_here;

    if (n <= 0)
        return n == 0 || (errno != EAGAIN && errno != EINTR);
    buf_add(&g->head, chunk, g->head.len + (size_t)n < HEAD_MOST ? (size_t)n : 0);
    if (s->kind == SINK_HANG || !strstr(g->head.at, "\r\n\r\n"))
        return false;
    if (send(g->fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
        return true;
    shutdown(g->fd, SHUT_WR);
    return true;
}

static void *sink_main(void *arg)
{
    struct sink *s = arg;

    for (;;) {
        struct pollfd p[OPEN_MOST + 2] = { { s->wake[0], POLLIN, 0 }, { s->fd, POLLIN, 0 } };
        size_t open = s->guests_count;

        for (size_t i = 0; i < open; i++)
            p[i + 2] = (struct pollfd){ s->guests[i].fd, POLLIN, 0 };
        if (poll(p, open + 2, -1) < 0 && errno != EINTR)
            break;
        if (p[0].revents)
            break;
        pthread_mutex_lock(&s->lock);
        for (size_t i = open; i-- > 0;)
            if (p[i + 2].revents && guest_speaks(s, &s->guests[i]))
                guest_leaves(s, i);
        if (p[1].revents)
            guest_comes(s);
        pthread_mutex_unlock(&s->lock);
    }
    while (s->guests_count)
        guest_leaves(s, s->guests_count - 1);
    return NULL;
}

/* Binds and, unless nobody is to answer, listens. 0 or an errno. */
static int open_port(struct sink *s)
{
    const char *host = s->kind == SINK_FOREIGN ? "127.0.0.2" : "127.0.0.1";
    struct sockaddr_in addr = { .sin_family = AF_INET };
    socklen_t len = sizeof addr;

    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    inet_pton(AF_INET, host, &addr.sin_addr);
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&addr, len) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&addr, &len) != 0)
        return errno;
    if (s->kind != SINK_CLOSED && listen(s->fd, 64) != 0)
        return errno;
    s->origin = text_printf("http://%s:%u", host, (unsigned)ntohs(addr.sin_port));
    return 0;
}

struct sink *sink_new(enum sink_kind kind, char **why)
{
    struct sink *s = xcalloc(1, sizeof *s);
    int rc;

    s->kind = kind;
    s->wake[0] = s->wake[1] = -1;
    pthread_mutex_init(&s->lock, NULL);
    rc = open_port(s);
    if (rc == 0 && kind != SINK_CLOSED) {
        rc =
            pipe2(s->wake, O_CLOEXEC) != 0 ? errno : pthread_create(&s->thread, NULL, sink_main, s);
        s->running = rc == 0;
    }
    if (rc == 0)
        return s;
    *why = text_printf("cannot listen for the case: %s", strerror(rc));
    sink_free(s);
    return NULL;
}

const char *sink_origin(const struct sink *s)
{
    return s->origin;
}

size_t sink_count(struct sink *s)
{
    size_t count;

    pthread_mutex_lock(&s->lock);
    count = s->hits_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

/* The head of a hit: kept once the guest has left, else what it said so far. */
static const char *head_of(const struct sink *s, size_t hit)
{
    for (size_t i = 0; i < s->guests_count; i++)
        if (s->guests[i].hit == hit)
            return s->guests[i].head.at ? s->guests[i].head.at : "";
    return s->hits[hit].head;
}

struct sink_hit *sink_hits_dup(struct sink *s, size_t from, size_t *count)
{
    struct sink_hit *copy;

    pthread_mutex_lock(&s->lock);
    *count = s->hits_count > from ? s->hits_count - from : 0;
    copy = xcalloc(*count + 1, sizeof *copy);
    for (size_t i = 0; i < *count; i++)
        copy[i] = (struct sink_hit){ s->hits[from + i].at_ms, xstrdup(head_of(s, from + i)) };
    pthread_mutex_unlock(&s->lock);
    return copy;
}

void hits_free(struct sink_hit *hits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(hits[i].head);
    free(hits);
}

static void stop(struct sink *s)
{
    if (s->running && write(s->wake[1], "x", 1) == 1)
        pthread_join(s->thread, NULL);
    s->running = false;
}

void sink_free(struct sink *s)
{
    if (!s)
        return;
    stop(s);
    if (s->fd >= 0)
        close(s->fd);
    for (int i = 0; i < 2; i++)
        if (s->wake[i] >= 0)
            close(s->wake[i]);
    hits_free(s->hits, s->hits_count);
    pthread_mutex_destroy(&s->lock);
    free(s->origin);
    free(s);
}
