/* relay: listens where the HTTP server can't (IPv6: Debian's CivetWeb is built without it) and passes
 * bytes to the server's loopback port. The server asks here whose connection it has. A thread each. */
#ifndef MF_RELAY_H
#define MF_RELAY_H

#include <stdbool.h>
#include <sys/socket.h>

struct relay;

/* Listens on host ("::1", without brackets) and port (0: picks one). NULL and *why if it can't. */
struct relay *relay_listen(const char *host, int port, char **why);
int relay_port(const struct relay *r);
void relay_start(struct relay *r, int server_port); // from now on connections are passed on
void relay_stop(struct relay *r);                   // ends all connections; NULL is fine
/* The client behind a loopback connection from `local_port`, if a relay made it. */
bool relay_peer(int local_port, struct sockaddr_storage *out);

#endif
