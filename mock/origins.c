/* Which client is behind a connection that the server has from the relay. An entry stays after its
 * connection has ended, until its port is used again: the server may come to a request when the
 * client has already gone. The relay's address tells its connections from those that reach the
 * server directly, so an old entry is never taken for somebody else's. */
#include "mock/relay_parts.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

struct origin {
    struct door *door;        // held; NULL: never used
    struct sockaddr_in6 peer; // or a sockaddr_in
    bool tls, reset;
};

static struct {
    pthread_mutex_t lock;
    struct origin at[65536];
    bool any;
} origins = { .lock = PTHREAD_MUTEX_INITIALIZER };

void origins_put(int local_port, struct door *door, const struct sockaddr_storage *peer, bool tls)
{
    struct origin *o = &origins.at[local_port];
    struct door *old;

    pthread_mutex_lock(&origins.lock);
    old = o->door;
    o->door = door_hold(door);
    memcpy(&o->peer, peer, sizeof o->peer);
    o->tls = tls;
    o->reset = false;
    origins.any = true;
    pthread_mutex_unlock(&origins.lock);
    if (old)
        door_drop(old);
}

bool relay_origin(const struct sockaddr_in *from, struct relay_origin *out)
{
    const struct origin *o = &origins.at[ntohs(from->sin_port)];
    bool found;

    if (from->sin_family != AF_INET || from->sin_addr.s_addr != htonl(ORIGINS_ADDRESS))
        return false;
    pthread_mutex_lock(&origins.lock);
    found = o->door != NULL;
    if (found) {
        memset(&out->peer, 0, sizeof out->peer);
        memcpy(&out->peer, &o->peer, sizeof o->peer);
        strcpy(out->sandbox, o->door->told.sandbox);
        out->tls = o->tls;
    }
    pthread_mutex_unlock(&origins.lock);
    return found;
}

void relay_reset(int local_port)
{
    pthread_mutex_lock(&origins.lock);
    origins.at[local_port].reset = true;
    pthread_mutex_unlock(&origins.lock);
}

bool origins_reset(int local_port)
{
    bool reset;

    pthread_mutex_lock(&origins.lock);
    reset = origins.at[local_port].reset;
    pthread_mutex_unlock(&origins.lock);
    return reset;
}

void origins_release(void)
{
    for (size_t i = 0; origins.any && i < sizeof origins.at / sizeof origins.at[0]; i++)
        if (origins.at[i].door) {
            door_drop(origins.at[i].door);
            origins.at[i].door = NULL;
        }
    origins.any = false;
}
