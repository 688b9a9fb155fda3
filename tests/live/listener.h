/* listener: more ports of a running server, made by its control API, each with TLS. Helpers end the
 * test when they cannot do their work. */
#ifndef MF_LISTENER_H
#define MF_LISTENER_H

#include "common/fetch.h"
#include "tests/live/live.h"

struct listener {
    int port;
    char *base, *ca; // owned; ca: a file with the authority to trust
};

/* POST /_mockflare/listeners with that body, of the sandbox ("" or "/sandbox/NAME"). */
struct listener listener_open(const struct server *s, const char *sandbox, const char *body);
void listener_close(const struct server *s, struct listener *l);
/* GET of a URL with that authority trusted: what became of it; the status in *status. */
enum fetch_error get_by_tls(const char *url, const char *token, const char *ca, long *status);

#endif
