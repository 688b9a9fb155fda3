/* client: GET, with the manners of a guest. One credential in one header; nothing is followed to
 * another host; 408, 429, 5xx and a broken network are tried again, at most four times in all, with
 * growing pauses and after the time the server asked for; whatever cannot be waited for is handed
 * to the caller. One thread. */
#ifndef MF_CLIENT_H
#define MF_CLIENT_H

#include "linker/answer.h"

#include <stdio.h>

struct arena;
struct fetch_wire;
struct redact;

struct client {
    struct arena *arena;
    const char *base_url; // without a slash at the end
    const char *ca_file;  // NULL: the system's
    const char *token;
    int64_t limit_us; // for everything; a single request gets a third of it
    FILE *trace;      // one line a request; NULL: quiet
    const struct redact *redact;
    /* The client's own, from client_init on. */
    const char *authorization;
    struct fetch_wire *wire;
    int64_t began; // monotonic
    size_t sent;   // requests so far
};

void client_init(struct client *c); // the members above the line are set by the caller
void client_release(struct client *c);

/* GET of a path below the base URL. The answer lives in the arena. */
const struct answer *client_get(struct client *c, const char *path);
int64_t client_time_left(const struct client *c); // microseconds, 0 or more
void client_pause(struct client *c, int64_t us);  // not beyond the limit

#endif
