#include "mock/connections.h"

#include "common/json.h"
#include "common/stamp.h"

#include <pthread.h>
#include <string.h>

#define KEPT 4096 // the newest ones

static struct {
    pthread_mutex_t lock;
    cJSON *ring[KEPT]; // number n lies at n % KEPT
    int64_t last;      // number of the newest; the first is 1
} book = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *const ends[] = {
    [CONNECTION_ANSWERED] = "answered",   [CONNECTION_NO_HANDSHAKE] = "handshake_failed",
    [CONNECTION_PLAIN] = "plain",         [CONNECTION_REFUSED] = "refused",
    [CONNECTION_TUNNELLED] = "tunnelled", [CONNECTION_UNREACHABLE] = "unreachable",
};

static void put_text(cJSON *to, const char *name, const char *value)
{
    if (value)
        cJSON_AddStringToObject(to, name, value);
}

void connections_note(const struct connection *c)
{
    cJSON *entry = json_object(J_NULL("n"), J_WHOLE("at_ms", stamp_monotonic() / 1000),
                               J_TEXT("end", ends[c->end]), J_WHOLE("port", c->port),
                               J_TEXT("client", c->client));
    cJSON *old;

    if (*c->sandbox)
        put_text(entry, "sandbox", c->sandbox);
    put_text(entry, "target", c->target);
    put_text(entry, "server_name", c->name);
    put_text(entry, "tls", c->tls);
    put_text(entry, "why", c->why);
    pthread_mutex_lock(&book.lock);
    json_put(entry, "n", json_number(++book.last));
    old = book.ring[book.last % KEPT];
    book.ring[book.last % KEPT] = entry;
    pthread_mutex_unlock(&book.lock);
    cJSON_Delete(old);
}

static bool is_of(const cJSON *entry, const char *sandbox)
{
    const char *own = json_text(entry, "sandbox");

    return strcmp(own ? own : "", sandbox) == 0;
}

cJSON *connections_list(const char *sandbox, int64_t after)
{
    cJSON *list = cJSON_CreateArray();
    int64_t oldest, dropped, last;

    pthread_mutex_lock(&book.lock);
    last = book.last;
    dropped = last > KEPT ? last - KEPT : 0;
    oldest = after > dropped ? after : dropped;
    for (int64_t n = oldest + 1; n <= last; n++)
        if (is_of(book.ring[n % KEPT], sandbox))
            cJSON_AddItemToArray(list, cJSON_Duplicate(book.ring[n % KEPT], true));
    pthread_mutex_unlock(&book.lock);
    return json_object(J_TREE("connections", list), J_WHOLE("dropped", dropped),
                       J_WHOLE("last", last));
}

void connections_release(void)
{
    pthread_mutex_lock(&book.lock);
    for (size_t i = 0; i < KEPT; i++) {
        cJSON_Delete(book.ring[i]);
        book.ring[i] = NULL;
    }
    pthread_mutex_unlock(&book.lock);
}
