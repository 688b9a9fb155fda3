/* relay: listens where the HTTP server can't (IPv6, TLS, as a proxy) and passes bytes to the
 * server's port; the server asks here whose connection it has. Each address that it listens on is a
 * door. Of the whole process: two threads, however many the connections. Any thread between begin
 * and end. */
#ifndef MF_RELAY_H
#define MF_RELAY_H

#include "mock/tls.h"

#include <cjson/cJSON.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define RELAY_SANDBOX_MOST 128

struct relay_door {
    const char *host;    // an address without brackets: "127.0.0.1", "::1"
    int port;            // 0 picks one
    const char *sandbox; // whose the requests are whose path names none; "" the default one
    bool plain;          // plain HTTP is passed on
    bool tls;            // a client that begins with a TLS handshake gets `certificate`
    bool proxy;          // CONNECT to the API's own host is answered, others refused (needs tls)
    bool tunnel;         // … or passed on
    enum tls_certificate certificate;
};

/* Listens; connections wait until relay_begin. The port, or -1 and *why (caller frees). */
int relay_open(const struct relay_door *door, char **why);
bool relay_close(int port); // ends its connections, too; false: there is no such door
void relay_close_sandbox(const char *name);
cJSON *relay_doors(const char *sandbox); // a list of the sandbox's doors; the caller's

/* The server answers on this address; from now on connections are passed on. 0, or -1 and *why. */
int relay_begin(const struct sockaddr_in *server, char **why);
void relay_end(void);     // closes every door and connection, so that the server can end
void relay_release(void); // when the server has ended, too

struct relay_origin {
    struct sockaddr_storage peer;
    char sandbox[RELAY_SANDBOX_MOST + 1];
    bool tls;
};
/* Whose connection the server has if `from` is its peer; false: the relay did not make it. */
bool relay_origin(const struct sockaddr_in *from, struct relay_origin *out);
/* The client behind the relay's connection from that port gets a reset once the server ends it. */
void relay_reset(int local_port);

#endif
