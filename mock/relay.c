#include "mock/relay.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/relay_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOPS 2
#define DOORS_MOST 1024

static struct {
    pthread_mutex_t lock; // over what follows
    struct door *doors;
    size_t doors_count;
    bool server_known, ending;
    struct sockaddr_in server; // does not change once it is known
    struct loop *loops[LOOPS];
} relay = { .lock = PTHREAD_MUTEX_INITIALIZER };

void relay_server(struct sockaddr_in *out)
{
    *out = relay.server;
}

/* With the lock. They end at relay_end, also those that started if not all did. */
static int start_loops(char **why)
{
    for (size_t i = 0; i < LOOPS; i++) {
        relay.loops[i] = loop_new(why);
        if (!relay.loops[i])
            return -1;
    }
    return 0;
}

/* ---- doors ---- */

struct door *door_hold(struct door *d)
{
    atomic_fetch_add(&d->held, 1);
    return d;
}

void door_drop(struct door *d)
{
    if (atomic_fetch_sub(&d->held, 1) != 1)
        return;
    if (d->fd >= 0)
        close(d->fd);
    free((char *)d->told.host);
    free((char *)d->told.sandbox);
    free(d);
}

/* With the lock. */
static void wake_loops(void)
{
    for (size_t i = 0; i < LOOPS; i++)
        if (relay.loops[i])
            loop_wake(relay.loops[i]);
}

void relay_each_door(void (*see)(struct door *d, void *with), void *with)
{
    pthread_mutex_lock(&relay.lock);
    for (struct door *d = relay.doors; d; d = d->next)
        see(d, with);
    pthread_mutex_unlock(&relay.lock);
}

/* The address in the form that sockets take; its length, or 0. */
static socklen_t address_of(const char *host, int port, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (void *)out;
    struct sockaddr_in6 *six = (void *)out;

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof *four;
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        return sizeof *six;
    }
    errno = EINVAL;
    return 0;
}

static bool listen_at(struct door *d)
{
    struct sockaddr_storage at;
    socklen_t len = address_of(d->told.host, d->told.port, &at);
    int on = 1;

    if (!len)
        return false;
    d->fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (d->fd < 0)
        return false;
    setsockopt(d->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(d->fd, (struct sockaddr *)&at, len) != 0 || listen(d->fd, 512) != 0 ||
        getsockname(d->fd, (struct sockaddr *)&at, &len) != 0)
        return false;
    d->port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
                                            : ((struct sockaddr_in6 *)&at)->sin6_port);
    return true;
}

/* Takes it into the list, and starts the loops if the server is there and this is the first door.
 */
static int enlist(struct door *d, char **why)
{
    int rc = -1;

    pthread_mutex_lock(&relay.lock);
    if (relay.doors_count >= DOORS_MOST)
        *why = text_printf("%d listeners are open; close some", DOORS_MOST);
    else if (relay.ending)
        *why = text_printf("the server is about to end");
    else if (!relay.server_known || relay.loops[0] || start_loops(why) == 0)
        rc = 0;
    if (rc == 0) {
        d->next = relay.doors;
        relay.doors = d;
        relay.doors_count++;
        wake_loops();
    }
    pthread_mutex_unlock(&relay.lock);
    return rc;
}

int relay_open(const struct relay_door *told, char **why)
{
    struct door *d = xcalloc(1, sizeof *d);
    int port;

    d->source.kind = SOURCE_DOOR;
    d->held = 1;
    d->fd = -1;
    d->told = *told;
    d->told.host = xstrdup(told->host);
    d->told.sandbox = xstrdup(told->sandbox);
    if (told->tls)
        d->context = tls_context(told->certificate, why);
    if (told->tls && !d->context)
        goto failed;
    if (!listen_at(d)) {
        bool six = strchr(told->host, ':') != NULL;

        *why = text_printf("cannot listen on %s%s%s:%d: %s", six ? "[" : "", told->host,
                           six ? "]" : "", told->port,
                           errno == EINVAL ? "not an address" : strerror(errno));
        goto failed;
    }
    port = d->port;
    if (enlist(d, why) == 0)
        return port; // the door may be gone by now
failed:
    door_drop(d);
    return -1;
}

/* Takes the doors that `fits` out of the list; how many. The loops see that they are closed. */
static size_t close_doors(bool (*fits)(const struct door *d, const void *what), const void *what)
{
    struct door *gone = NULL;
    size_t count = 0;

    pthread_mutex_lock(&relay.lock);
    for (struct door **at = &relay.doors; *at;) {
        struct door *d = *at;

        if (!fits(d, what)) {
            at = &d->next;
            continue;
        }
        *at = d->next;
        d->next = gone;
        gone = d;
        count++;
        atomic_store(&d->closed, true);
        shutdown(d->fd, SHUT_RDWR); // nobody is let in from now on
    }
    relay.doors_count -= count;
    if (count)
        wake_loops();
    pthread_mutex_unlock(&relay.lock);
    while (gone) {
        struct door *next = gone->next;

        door_drop(gone);
        gone = next;
    }
    return count;
}

static bool has_port(const struct door *d, const void *port)
{
    return d->port == *(const int *)port;
}

static bool is_of_sandbox(const struct door *d, const void *name)
{
    return strcmp(d->told.sandbox, name) == 0;
}

static bool is_any(const struct door *d, const void *what)
{
    (void)d;
    (void)what;
    return true;
}

bool relay_close(int port)
{
    return close_doors(has_port, &port) != 0;
}

void relay_close_sandbox(const char *name)
{
    close_doors(is_of_sandbox, name);
}

cJSON *relay_doors(const char *sandbox)
{
    cJSON *list = cJSON_CreateArray();

    pthread_mutex_lock(&relay.lock);
    for (const struct door *d = relay.doors; d; d = d->next)
        if (strcmp(d->told.sandbox, sandbox) == 0)
            cJSON_AddItemToArray(
                list, json_object(
                          J_WHOLE("port", d->port), J_TEXT("host", d->told.host),
                          J_TREE("certificate",
                                 d->context
                                     ? cJSON_CreateString(tls_certificate_name(d->told.certificate))
                                     : NULL),
                          J_FLAG("proxy", d->told.proxy), J_FLAG("tunnel", d->told.tunnel)));
    pthread_mutex_unlock(&relay.lock);
    return list;
}

int relay_begin(const struct sockaddr_in *server, char **why)
{
    int rc = 0;

    pthread_mutex_lock(&relay.lock);
    relay.server = *server;
    if (server->sin_addr.s_addr == htonl(INADDR_ANY))
        relay.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    relay.server_known = true;
    if (relay.doors)
        rc = start_loops(why);
    pthread_mutex_unlock(&relay.lock);
    return rc;
}

void relay_end(void)
{
    pthread_mutex_lock(&relay.lock);
    relay.ending = true;
    pthread_mutex_unlock(&relay.lock);
    close_doors(is_any, NULL);
    for (size_t i = 0; i < LOOPS; i++) {
        loop_free(relay.loops[i]); // nobody starts or wakes one any more
        relay.loops[i] = NULL;
    }
}

void relay_release(void)
{
    relay.ending = relay.server_known = false;
    origins_release();
    connections_release();
}
