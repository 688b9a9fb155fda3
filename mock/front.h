/* front: the HTTP server. It turns connections into calls and carries bytes; the rooms decide. Another
 * server is another front_*.c against this header. */
#ifndef MF_FRONT_H
#define MF_FRONT_H

#include "mock/tls.h"

#include <stdbool.h>

struct front;

struct front_options {
    const char *listen; // "HOST:PORT", "[::1]:PORT"; port 0 picks one
    long threads;
    bool tls;            // HTTPS instead of HTTP
    bool proxy;          // the port is a proxy, too: CONNECT api.cloudflare.com:443 is answered
    bool tunnel;         // … and passes other hosts on instead of refusing them
    const char *tls_dir; // where the certificate authority is kept; NULL: made anew
    enum tls_certificate certificate;
};

bool front_listen_is_right(const char *listen); // "HOST:PORT" in form; the rest shows when it starts
/* Starts listening. NULL and one sentence in *why (caller frees) if it can't. */
struct front *front_start(const struct front_options *options, char **why);
int front_port(const struct front *f);
const char *front_origin(const struct front *f);  // "http://127.0.0.1:4010", "https://[::1]:4010"
const char *front_ca_file(const struct front *f); // NULL: no TLS, not even behind the proxy
void front_stop(struct front *f); // ends connections, waits for the threads

#endif
