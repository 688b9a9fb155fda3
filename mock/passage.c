#include "common/mem.h"
#include "common/stamp.h"
#include "mock/relay_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAR_US                                                                                    \
    ((int64_t)60 * 1000000) // for the first bytes: as long as the server waits for a request
#define SHAKE_US ((int64_t)10 * 1000000) // for a handshake
#define LEAVE_US ((int64_t)1 * 1000000)
#define TLS_HANDSHAKE 0x16 // type of the record that a TLS client sends first

static const char not_plain[] =
    "HTTP/1.1 400 Bad Request\r\nServer: cloudflare\r\nContent-Type: text/plain\r\nContent-Length: "
    "51\r\n"
    "Connection: close\r\n\r\nThe plain HTTP request was sent to a port of HTTPS\n";

static bool watch(struct passage *p, int fd)
{
    struct epoll_event e = { EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, { .ptr = &p->source } };
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return epoll_ctl(p->poll, EPOLL_CTL_ADD, fd, &e) == 0;
}

struct passage *passage_new(struct door *door, int client, const struct sockaddr_storage *peer,
                            int poll, int wake)
{
    struct passage *p = xcalloc(1, sizeof *p);

    *p = (struct passage){ .source = { SOURCE_PASSAGE },
                           .door = door_hold(door),
                           .poll = poll,
                           .wake = wake,
                           .peer = *peer,
                           .client = { .fd = client },
                           .server = { .fd = -1 },
                           .until = stamp_monotonic() + HEAR_US };
    p->up = (struct flow){ .from = &p->client, .to = &p->server };
    p->down = (struct flow){ .from = &p->server, .to = &p->client };
    if (watch(p, client))
        return p;
    passage_free(p);
    return NULL;
}

static void address_of(const struct sockaddr_storage *peer, char out[INET6_ADDRSTRLEN])
{
    const struct sockaddr_in *four = (const void *)peer;
    const struct sockaddr_in6 *six = (const void *)peer;

    strcpy(out, "?");
    inet_ntop(peer->ss_family,
              peer->ss_family == AF_INET ? (const void *)&four->sin_addr
                                         : (const void *)&six->sin6_addr,
              out, INET6_ADDRSTRLEN);
}

void passage_note(const struct passage *p, enum connection_end end, const char *why)
{
    char address[INET6_ADDRSTRLEN];
    SSL *ssl = p->client.ssl;

    address_of(&p->peer, address);
    connections_note(&(struct connection){
        .end = end,
        .port = p->door->port,
        .sandbox = p->door->told.sandbox,
        .client = address,
        .target = p->target,
        .name = ssl ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) : NULL,
        .tls = ssl && SSL_is_init_finished(ssl) ? SSL_get_version(ssl) : NULL,
        .why = why });
}

void passage_late(const struct passage *p)
{
    if (p->state == PASSAGE_SHAKES)
        passage_note(p, CONNECTION_NO_HANDSHAKE, "it took too long");
}

void passage_free(struct passage *p)
{
    dial_drop(p->dial);
    side_close(&p->client);
    side_close(&p->server);
    free(p->up.kept);
    free(p->down.kept);
    free(p->target);
    door_drop(p->door);
    free(p);
}

enum moved passage_say_last(struct passage *p, const char *answer)
{
    side_write(&p->client, answer, strlen(answer)); // short: there is room, or the client is gone
    side_finish(&p->client);
    p->state = PASSAGE_LEAVES;
    p->until = stamp_monotonic() + LEAVE_US;
    return MOVED_MORE;
}

/* Connects to the server; it hears of the connection's origin before the first byte. */
static bool dial_server(struct passage *p)
{
    struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(ORIGINS_ADDRESS) };
    struct sockaddr_in to;
    socklen_t len = sizeof from;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

    p->server.fd = fd;
    relay_server(&to);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) ||
        getsockname(fd, (struct sockaddr *)&from, &len) != 0)
        return false;
    p->local_port = ntohs(from.sin_port);
    origins_put(p->local_port, p->door, &p->peer, p->client.ssl != NULL);
    return watch(p, fd);
}

/* A connection to nowhere: TCP tells the client by a reset, at once. */
static void reset_client(struct passage *p)
{
    struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

    connect(p->client.fd, &nowhere, sizeof nowhere);
}

static enum moved pass(struct passage *p, char *piece)
{
    enum moved up = flow_move(&p->up, piece), down;

    if (up == MOVED_OVER && !p->up.refused) // a server that takes no more may still have answered
        return MOVED_OVER;
    if (up == MOVED && flow_is_done(&p->up))
        flow_finish(&p->up);
    down = flow_move(&p->down, piece);
    if ((down == MOVED_OVER || flow_is_done(&p->down)) && p->local_port &&
        origins_reset(p->local_port)) {
        reset_client(p);
        return MOVED_OVER;
    }
    if (down == MOVED_OVER)
        return MOVED_OVER;
    if (flow_is_done(&p->down)) {
        flow_finish(&p->down);
        p->state = PASSAGE_LEAVES;
        p->until = stamp_monotonic() + LEAVE_US;
        return MOVED_MORE;
    }
    return up == MOVED_MORE || down == MOVED_MORE ? MOVED_MORE : MOVED;
}

static enum moved begin_passing(struct passage *p, char *piece)
{
    p->state = PASSAGE_PASSES;
    p->until = 0;
    return pass(p, piece);
}

enum moved passage_meet_server(struct passage *p, char *piece)
{
    return dial_server(p) ? begin_passing(p, piece) : MOVED_OVER;
}

enum moved passage_meet(struct passage *p, int server, char *piece)
{
    p->server.fd = server;
    return watch(p, server) ? begin_passing(p, piece) : MOVED_OVER;
}

static enum moved shake(struct passage *p, char *piece)
{
    int rc = SSL_accept(p->client.ssl), error;
    const char *why;

    if (rc == 1) {
        passage_note(p, CONNECTION_ANSWERED, NULL);
        return passage_meet_server(p, piece);
    }
    error = SSL_get_error(p->client.ssl, rc);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return MOVED;
    why = error == SSL_ERROR_SSL ? ERR_reason_error_string(ERR_peek_error()) : NULL; // static text
    ERR_clear_error();
    passage_note(p, CONNECTION_NO_HANDSHAKE, why ? why : "the client left");
    return MOVED_OVER;
}

static enum moved begin_shaking(struct passage *p, char *piece)
{
    p->client.ssl = SSL_new(p->door->context);
    if (!p->client.ssl || SSL_set_fd(p->client.ssl, p->client.fd) != 1) {
        ERR_clear_error();
        return MOVED_OVER;
    }
    p->state = PASSAGE_SHAKES;
    p->until = stamp_monotonic() + SHAKE_US;
    return shake(p, piece);
}

enum moved passage_refuse_plain(struct passage *p)
{
    passage_note(p, CONNECTION_PLAIN, NULL);
    return passage_say_last(p, not_plain);
}

enum moved passage_hear_again(struct passage *p)
{
    p->state = PASSAGE_HEARS;
    p->tunnelled = true;
    p->until = stamp_monotonic() + HEAR_US;
    return MOVED_MORE;
}

/* Looks at the first bytes without taking them: TLS, a proxy's request, or plain HTTP? */
static enum moved hear(struct passage *p, char *piece)
{
    const struct relay_door *told = &p->door->told;
    ssize_t n = recv(p->client.fd, piece, PIECE - 1, MSG_PEEK);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return MOVED;
    if (n <= 0)
        return MOVED_OVER;
    piece[n] = '\0';
    if (p->door->context && piece[0] == TLS_HANDSHAKE)
        return begin_shaking(p, piece);
    if (told->proxy && !p->tunnelled)
        return proxy_hears(p, piece, (size_t)n);
    if (told->plain && !p->tunnelled)
        return passage_meet_server(p, piece);
    return passage_refuse_plain(p);
}

static enum moved leave(struct passage *p, char *piece)
{
    ssize_t n = recv(p->client.fd, piece, PIECE, 0);

    if (n > 0)
        return MOVED_MORE; // unread bytes would turn the end into a reset
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? MOVED : MOVED_OVER;
}

enum moved passage_go_on(struct passage *p, char *piece)
{
    switch (p->state) {
    case PASSAGE_HEARS:
        return hear(p, piece);
    case PASSAGE_DIALS:
        return proxy_dialled(p, piece);
    case PASSAGE_SHAKES:
        return shake(p, piece);
    case PASSAGE_PASSES:
        return pass(p, piece);
    case PASSAGE_LEAVES:
        return leave(p, piece);
    }
    return MOVED_OVER;
}
