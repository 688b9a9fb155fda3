#include "mock/relay.h"

#include "common/mem.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536

/* One connection through the relay. In a list, so that stopping finds all of them. */
struct passage {
    struct passage *next;
    struct relay *relay;
    int client, server;
    int local_port; // of the connection to the server
    struct sockaddr_storage peer;
};

struct relay {
    int listener, wake[2], port, server_port;
    pthread_t thread;
    bool started;
};

/* The passages of all relays; the front looks up by port, stopping shuts their sockets down. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t gone;
    struct passage *first;
} passages = { .lock = PTHREAD_MUTEX_INITIALIZER, .gone = PTHREAD_COND_INITIALIZER };

bool relay_peer(int local_port, struct sockaddr_storage *out)
{
    bool found = false;

    pthread_mutex_lock(&passages.lock);
    for (const struct passage *p = passages.first; p && !found; p = p->next)
        if (p->local_port == local_port) {
            *out = p->peer;
            found = true;
        }
    pthread_mutex_unlock(&passages.lock);
    return found;
}

static void passage_enter(struct passage *p)
{
    pthread_mutex_lock(&passages.lock);
    p->next = passages.first;
    passages.first = p;
    pthread_mutex_unlock(&passages.lock);
}

static void passage_leave(struct passage *p)
{
    struct passage **at;

    pthread_mutex_lock(&passages.lock);
    for (at = &passages.first; *at != p; at = &(*at)->next)
        ;
    *at = p->next;
    close(p->client);
    close(p->server);
    pthread_cond_broadcast(&passages.gone);
    pthread_mutex_unlock(&passages.lock);
    free(p);
}

static int connect_server(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Takes what is there and passes it on whole; false at the end of that direction. */
static bool pass(int from, int to, char *piece)
{
    ssize_t n = recv(from, piece, PIECE, 0);

    for (ssize_t sent = 0, m; sent < n; sent += m)
        if ((m = send(to, piece + sent, (size_t)(n - sent), MSG_NOSIGNAL)) <= 0)
            return false;
    return n > 0;
}

static void *run_passage(void *passage)
{
    struct passage *p = passage;
    struct pollfd fds[2] = { { p->client, POLLIN, 0 }, { p->server, POLLIN, 0 } };
    char *piece = xmalloc(PIECE);

    while (poll(fds, 2, -1) > 0) {
        if (fds[0].revents && !pass(p->client, p->server, piece)) {
            shutdown(p->server, SHUT_WR); // the answer may still come
            fds[0].fd = -1;
        }
        if (fds[1].revents && !pass(p->server, p->client, piece))
            break;
    }
    free(piece);
    passage_leave(p);
    return NULL;
}

static void begin_passage(struct relay *r, int client, const struct sockaddr_storage *peer)
{
    struct passage *p = xcalloc(1, sizeof *p);
    struct sockaddr_in local;
    socklen_t len = sizeof local;
    pthread_attr_t attr;
    pthread_t thread;
    int on = 1;

    p->relay = r;
    p->client = client;
    p->peer = *peer;
    p->server = connect_server(r->server_port);
    if (p->server < 0 || getsockname(p->server, (struct sockaddr *)&local, &len) != 0) {
        close(client);
        free(p);
        return;
    }
    p->local_port = ntohs(local.sin_port);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    passage_enter(p);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, run_passage, p) != 0)
        passage_leave(p);
    pthread_attr_destroy(&attr);
}

static void *run_relay(void *relay)
{
    struct relay *r = relay;
    struct pollfd fds[2] = { { r->listener, POLLIN, 0 }, { r->wake[0], POLLIN, 0 } };

    while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
        struct sockaddr_storage peer;
        socklen_t len = sizeof peer;
        int client = accept4(r->listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);

        if (client >= 0)
            begin_passage(r, client, &peer);
    }
    return NULL;
}

static int bind_to(struct relay *r, const char *host, int port)
{
    struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
    socklen_t len = sizeof at;
    int on = 1;

    if (inet_pton(AF_INET6, host, &at.sin6_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    r->listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r->listener < 0)
        return -1;
    setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(r->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(r->listener, 512) != 0 ||
        getsockname(r->listener, (struct sockaddr *)&at, &len) != 0 || pipe(r->wake) != 0)
        return -1;
    r->port = ntohs(at.sin6_port);
    return 0;
}

struct relay *relay_listen(const char *host, int port, char **why)
{
    struct relay *r = xcalloc(1, sizeof *r);

    r->listener = r->wake[0] = r->wake[1] = -1;
    if (bind_to(r, host, port) == 0)
        return r;
    *why = text_printf("cannot listen on [%s]:%d: %s", host, port, strerror(errno));
    relay_stop(r);
    return NULL;
}

int relay_port(const struct relay *r)
{
    return r->port;
}

void relay_start(struct relay *r, int server_port)
{
    r->server_port = server_port;
    r->started = pthread_create(&r->thread, NULL, run_relay, r) == 0;
}

static void end_passages(const struct relay *r)
{
    bool some = true;

    pthread_mutex_lock(&passages.lock);
    while (some) {
        some = false;
        for (struct passage *p = passages.first; p; p = p->next)
            if (p->relay == r) {
                some = true;
                shutdown(p->client, SHUT_RDWR);
                shutdown(p->server, SHUT_RDWR);
            }
        if (some)
            pthread_cond_wait(&passages.gone, &passages.lock);
    }
    pthread_mutex_unlock(&passages.lock);
}

void relay_stop(struct relay *r)
{
    if (!r)
        return;
    if (r->started) {
        if (write(r->wake[1], "", 1) == 1)
            pthread_join(r->thread, NULL);
        end_passages(r);
    }
    for (size_t i = 0; i < 2; i++)
        if (r->wake[i] >= 0)
            close(r->wake[i]);
    if (r->listener >= 0)
        close(r->listener);
    free(r);
}
