/* front: the HTTP server. It turns connections into calls and carries bytes; the rooms decide. Another
 * server is another front_*.c against this header. */
#ifndef MF_FRONT_H
#define MF_FRONT_H

#include <stdbool.h>

struct front;

struct front_options {
    const char *listen; // "HOST:PORT", "[::1]:PORT"; port 0 picks one
    long threads;
};

bool front_listen_is_right(const char *listen); // "HOST:PORT" in form; the rest shows when it starts
/* Starts listening. NULL and one sentence in *why (caller frees) if it can't. */
struct front *front_start(const struct front_options *options, char **why);
int front_port(const struct front *f);
const char *front_host(const struct front *f); // as given: "127.0.0.1", "[::1]"
void front_stop(struct front *f); // ends connections, waits for the threads

#endif
