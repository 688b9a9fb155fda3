/* The front on CivetWeb; the only file that includes civetweb.h. `begin_request` takes every request
 * before CivetWeb's own routing; URLs are not decoded by it, else %2F in a KV key is lost. */
#include "mock/front.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/relay.h"
#include "mock/serve.h"
#include "mock/wire.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_MOST ((size_t)256 << 20)
#define DRAIN_US (INT64_C(10) * 1000000)

struct front {
    struct mg_context *context;
    char *host;
    int port;
    struct sockaddr_in server; // where CivetWeb listens: there, or behind the relay
    char *last_error; // what CivetWeb logged while it started
    char *origin;
    const char *ca_file;
};

/* What a worker keeps from request to request. */
struct worker {
    struct arena *arena;
    struct buf body, head;
};

static void *worker_new(const struct mg_context *context, int type)
{
    struct worker *w = xcalloc(1, sizeof *w);

    (void)context;
    (void)type;
    w->arena = arena_new();
    return w;
}

static void worker_free(const struct mg_context *context, int type, void *worker)
{
    struct worker *w = worker;

    (void)context;
    (void)type;
    if (!w)
        return;
    arena_free(w->arena);
    buf_release(&w->body);
    buf_release(&w->head);
    free(w);
}

/* The body on its way in. CivetWeb leaves it to us to say that a client may go on (curl waits a second). */
struct incoming {
    struct mg_connection *conn;
    bool waits; // for "100 Continue"
};

static long read_body(void *from, void *into, size_t room)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct incoming *in = from;

    if (in->waits)
        mg_write(in->conn, go_on, sizeof go_on - 1);
    in->waits = false;
    return mg_read(in->conn, into, room);
}

/* The client's address: the peer's (IPv4: this server has no other), or that of the relay's client. */
static void take_peer(struct call *c, const struct mg_request_info *ri)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&c->in.peer;
    struct relay_origin origin;

    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)ri->remote_port);
    inet_pton(AF_INET, ri->remote_addr, &four->sin_addr);
    if (!relay_origin(four, &origin))
        return;
    c->in.peer = origin.peer;
    c->in.tls = origin.tls;
    c->in.relay_port = ri->remote_port;
    if (*origin.sandbox)
        c->in.sandbox = arena_strdup(c->arena, origin.sandbox);
}

static bool keeps_alive(const struct call *c, const struct mg_request_info *ri)
{
    const char *connection = call_header(c, "Connection");

    if (connection)
        return !text_same_nocase(connection, "close") &&
               (strcmp(ri->http_version, "1.1") == 0 || text_same_nocase(connection, "keep-alive"));
    return strcmp(ri->http_version, "1.1") == 0;
}

static void take_request(struct call *c, struct incoming *in)
{
    const struct mg_request_info *ri = mg_get_request_info(in->conn);
    const char *expects;

    c->in.method = ri->request_method;
    c->in.path = ri->local_uri_raw ? ri->local_uri_raw : ri->request_uri;
    c->in.query = ri->query_string ? ri->query_string : "";
    for (int i = 0; i < ri->num_headers && c->in.header_count < CALL_HEADERS_MOST; i++)
        c->in.header[c->in.header_count++] =
            (struct call_header){ ri->http_headers[i].name, ri->http_headers[i].value };
    take_peer(c, ri);
    c->in.read_body = read_body;
    c->in.body_from = in;
    c->in.body_length = ri->content_length;
    if (ri->content_length < 0 && !call_header(c, "Transfer-Encoding"))
        c->in.body_length = 0;
    expects = call_header(c, "Expect");
    in->waits = expects && text_same_nocase(expects, "100-continue");
    c->in.keep_alive = keeps_alive(c, ri);
}

/* Reads what is left of the body to nowhere, so that a client that first sends all gets its answer before
 * the connection ends. False: there is too much of it. */
static bool drain(const struct call *c, const struct incoming *in)
{
    int64_t until = stamp_monotonic() + DRAIN_US;
    char piece[16384];
    size_t drained = 0;
    int n = c->in.body_length ? 1 : 0;

    if (n && in->waits)
        return false; // it was never told to send
    while (n > 0 && drained < DRAIN_MOST && stamp_monotonic() < until) {
        n = mg_read(in->conn, piece, sizeof piece);
        drained += n > 0 ? (size_t)n : 0;
    }
    return n == 0;
}

static int begin_request(struct mg_connection *conn)
{
    struct worker *w = mg_get_thread_pointer(conn);
    struct call c = { .arena = w->arena, .out = { .body = &w->body, .head = &w->head } };
    struct incoming in = { .conn = conn };

    c.in.began = stamp_monotonic();
    w->body.len = 0;
    take_request(&c, &in);
    serve(&c);
    if (!wire_send(&c, conn, mg_write) || !drain(&c, &in) || c.out.close)
        mg_disable_connection_keep_alive(conn);
    arena_reset(w->arena);
    return 200; // handled; any other number here would make CivetWeb end the connection
}

/* What CivetWeb refuses before it is a request: answered in the gateway's form. */
static int http_error(struct mg_connection *conn, int status, const char *message)
{
    struct buf out;
    char *body;

    (void)message;
    body = text_printf("{\"success\":false,\"errors\":[{\"code\":%d,\"message\":\"%s\"}]}",
                       status == 413 || status == 414 ? 7000 : 6003,
                       status == 414   ? "Request URI too long"
                       : status == 413 ? "Request body or headers too large"
                                       : "Invalid request");
    buf_init(&out);
    buf_printf(&out, "HTTP/1.1 %d Bad Request\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\nServer: cloudflare\r\n\r\n%s",
               status, strlen(body), body);
    mg_write(conn, out.at, out.len);
    mg_disable_connection_keep_alive(conn);
    buf_release(&out);
    free(body);
    return 0;
}

static int log_message(const struct mg_connection *conn, const char *message)
{
    struct front *f = mg_get_user_data(mg_get_context(conn));

    if (f && !f->port) {
        free(f->last_error);
        f->last_error = xstrdup(message);
    }
    return 1; // not to CivetWeb's own log
}

bool front_listen_is_right(const char *listen)
{
    const char *colon = strrchr(listen, ':');
    char *end;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;

    return colon && colon != listen && colon[1] && !*end && port >= 0 && port <= 65535;
}

static void take_host(struct front *f, const char *listen)
{
    f->host = xstrndup(listen, (size_t)(strrchr(listen, ':') - listen));
    if (strcmp(f->host, "localhost") == 0) {
        free(f->host);
        f->host = xstrdup("127.0.0.1");
    }
}

static bool start_server(struct front *f, const char *host, const char *port, long threads)
{
    char count[24], *address = text_printf("%s:%s", host, port);
    const char *options[] = { "listening_ports", address, "num_threads", count,
                              "enable_keep_alive", "yes", "keep_alive_timeout_ms", "60000",
                              "request_timeout_ms", "60000", "tcp_nodelay", "1",
                              "decode_url", "no", "linger_timeout_ms", "-2",
                              "max_request_size", "65536", "connection_queue", "512",
                              "listen_backlog", "512", NULL };
    struct mg_callbacks callbacks = { 0 };
    struct mg_server_port ports[2] = { 0 };

    snprintf(count, sizeof count, "%ld", threads);
    callbacks.begin_request = begin_request;
    callbacks.http_error = http_error;
    callbacks.log_message = log_message;
    callbacks.init_thread = worker_new;
    callbacks.exit_thread = worker_free;
    errno = 0;
    mg_init_library(0);
    f->context = mg_start(&callbacks, f, options);
    free(address);
    f->server.sin_family = AF_INET;
    if (f->context && mg_get_server_ports(f->context, 2, ports) > 0) {
        f->port = ports[0].port;
        f->server.sin_port = htons((uint16_t)f->port);
    }
    return f->context != NULL;
}

/* IPv6, TLS and proxies: the relay listens there, the server behind it on a port of its own. */
static bool start_behind_relay(struct front *f, const struct front_options *o, char **why)
{
    size_t bracket = *f->host == '[';
    char *bare = xstrndup(f->host + bracket, strlen(f->host) - 2 * bracket);
    const struct relay_door door = { .host = bare, .port = atoi(strrchr(o->listen, ':') + 1), .sandbox = "",
                                     .plain = !o->tls, .tls = o->tls || o->proxy, .proxy = o->proxy,
                                     .tunnel = o->tunnel, .certificate = o->certificate };
    int port = -1;

    tls_setup(o->tls_dir, bare);
    if (door.tls)
        f->ca_file = tls_authority_file(why);
    if (!door.tls || f->ca_file)
        port = relay_open(&door, why);
    free(bare);
    if (port < 0 || !start_server(f, "127.0.0.1", "0", o->threads))
        return false;
    f->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->port = port;
    return true;
}

static bool start_here(struct front *f, const struct front_options *o)
{
    inet_pton(AF_INET, f->host, &f->server.sin_addr);
    return start_server(f, f->host, strrchr(o->listen, ':') + 1, o->threads);
}

struct front *front_start(const struct front_options *o, char **why)
{
    struct front *f = xcalloc(1, sizeof *f);
    bool up;

    take_host(f, o->listen);
    up = *f->host == '[' || o->tls || o->proxy ? start_behind_relay(f, o, why) : start_here(f, o);
    if (up && relay_begin(&f->server, why) == 0) {
        f->origin = text_printf("%s://%s:%d", o->tls ? "https" : "http", f->host, f->port);
        return f;
    }
    if (!*why)
        *why = text_printf("cannot listen on %s: %s", o->listen,
                           errno           ? strerror(errno)
                           : f->last_error ? f->last_error
                                           : "address not usable");
    front_stop(f);
    return NULL;
}

int front_port(const struct front *f)
{
    return f->port;
}

const char *front_origin(const struct front *f)
{
    return f->origin;
}

const char *front_ca_file(const struct front *f)
{
    return f->ca_file;
}

static void *stop_server(void *context)
{
    mg_stop(context);
    return NULL;
}

/* CivetWeb sees that it shall stop only when its listening poll returns, up to two seconds later: a
 * connection wakes it. */
static void stop_soon(struct front *f)
{
    struct sockaddr_in to = f->server;
    struct timespec until;
    pthread_t thread;

    if (to.sin_addr.s_addr == htonl(INADDR_ANY))
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (pthread_create(&thread, NULL, stop_server, f->context) != 0) {
        mg_stop(f->context);
        return;
    }
    do {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        connect(fd, (struct sockaddr *)&to, sizeof to);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 10000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (fd >= 0)
            close(fd);
    } while (pthread_timedjoin_np(thread, NULL, &until) != 0);
}

void front_stop(struct front *f)
{
    if (!f)
        return;
    relay_end();
    if (f->context) {
        stop_soon(f);
        mg_exit_library();
    }
    relay_release();
    tls_release();
    free(f->origin);
    free(f->host);
    free(f->last_error);
    free(f);
}
