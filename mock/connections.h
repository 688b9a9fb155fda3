/* connections: what came to the relay's doors by TLS or CONNECT, and what became of it. The last
 * ones of the whole process, each with the sandbox of its door. Any thread. */
#ifndef MF_CONNECTIONS_H
#define MF_CONNECTIONS_H

#include <cjson/cJSON.h>
#include <stdint.h>

enum connection_end {
    CONNECTION_ANSWERED,     // the handshake is done; requests, if any came, stand in the journal
    CONNECTION_NO_HANDSHAKE, // the client or OpenSSL gave up; `why` says what was told
    CONNECTION_PLAIN,        // plain HTTP where TLS is spoken: refused
    CONNECTION_REFUSED,      // a host that the proxy does not answer for
    CONNECTION_TUNNELLED,    // passed on to that host
    CONNECTION_UNREACHABLE,  // it should have been
};

struct connection {
    enum connection_end end;
    int port;            // of the door
    const char *sandbox; // of the door; "" the default one
    const char *client;  // its address
    const char *target;  // "api.cloudflare.com:443" if by CONNECT; else NULL
    const char *name;    // server name that the TLS client asked for, or NULL
    const char *tls;     // "TLSv1.3", or NULL
    const char *why;     // more about it, or NULL
};

void connections_note(const struct connection *c); // copies
/* {"connections": […], "dropped": n, "last": n} of that sandbox, after number `after`, oldest
 * first. */
cJSON *connections_list(const char *sandbox, int64_t after);
void connections_release(void);

#endif
