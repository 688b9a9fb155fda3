/* relay_parts: what the files of the relay share. A door is counted: the list, each loop, each
 * passage and each remembered origin hold it. A passage is one connection; it belongs to one loop,
 * a thread. */
#ifndef MF_RELAY_PARTS_H
#define MF_RELAY_PARTS_H

#include "common/buf.h"
#include "mock/connections.h"
#include "mock/relay.h"

#include <stdatomic.h>
#include <stdint.h>

enum source_kind { SOURCE_WAKE, SOURCE_DOOR, SOURCE_PASSAGE };

struct source { // what an event of a loop is about; first member of what follows
    enum source_kind kind;
};

struct door {
    struct source source;
    atomic_uint held;
    struct relay_door told; // its strings are owned
    SSL_CTX *context;       // borrowed; NULL: no TLS
    int fd, port;
    atomic_bool closed;
    struct door *next;
};
struct door *door_hold(struct door *d);
void door_drop(struct door *d); // the last one closes and frees

struct side {   // one end of a passage
    int fd;     // -1: none yet
    SSL *ssl;   // NULL: plain
    bool ended; // it said all it had to say
};

struct flow { // one way through a passage
    struct side *from, *to;
    char *kept; // what `to` had no room for
    size_t at, len;
    bool told_end; // `to` knows that no more comes
    bool refused;  // `to` takes no more
};

enum passage_state {
    PASSAGE_HEARS,  // to find out what the client speaks
    PASSAGE_DIALS,  // a tunnel to another host
    PASSAGE_SHAKES, // TLS handshake
    PASSAGE_PASSES, // bytes both ways
    PASSAGE_LEAVES, // all is said; the client may end in peace
};

struct dial;

struct passage {
    struct source source;
    struct passage *next, *previous; // in its loop's list
    bool again, over;                // in the loop's lists of those
    struct passage *next_again;
    struct door *door;
    enum passage_state state;
    bool tunnelled; // behind an answered CONNECT: TLS and nothing else
    int64_t until;  // monotonic; 0: no limit
    int poll, wake; // the loop's
    struct sockaddr_storage peer;
    struct side client, server;
    int local_port; // of the connection to the server; 0: to another host, or none
    struct flow up, down;
    char *target; // of CONNECT
    struct dial *dial;
};

enum moved { MOVED, MOVED_MORE, MOVED_OVER }; // blocked now · stopped for others' sake · it is over

#define PIECE ((size_t)64 * 1024)

/* NULL: no room for it; `client` is closed. */
struct passage *passage_new(struct door *door, int client, const struct sockaddr_storage *peer,
                            int poll, int wake);
/* Does what can be done without waiting. `piece` is PIECE bytes of scratch. */
enum moved passage_go_on(struct passage *p, char *piece);
void passage_late(const struct passage *p); // its time has run out
void passage_free(struct passage *p);
/* For proxy.c. */
enum moved passage_meet_server(struct passage *p, char *piece);
enum moved passage_meet(struct passage *p, int server,
                        char *piece); // `server` is another host; taken over
enum moved passage_say_last(struct passage *p, const char *answer);
enum moved passage_hear_again(struct passage *p); // behind an answered CONNECT
enum moved passage_refuse_plain(struct passage *p);
void passage_note(const struct passage *p, enum connection_end end, const char *why);

void relay_server(struct sockaddr_in *out); // where the server listens
void relay_each_door(void (*see)(struct door *d, void *with), void *with); // under the list's lock

/* loop.c */
struct loop;
struct loop *loop_new(char **why); // NULL and *why: it cannot start
void loop_wake(struct loop *l);    // to look at the doors; any thread
void loop_free(struct loop *l);    // stops it and ends its passages; NULL is fine

/* sides.c: reading and writing without waiting. */
#define SIDE_BLOCKED (-1)
#define SIDE_BROKEN (-2)
ssize_t side_read(struct side *s, void *into, size_t room); // 0: the end
ssize_t side_write(struct side *s, const void *from, size_t len);
void side_finish(struct side *s); // tells the peer that no more comes
void side_close(struct side *s);
enum moved flow_move(struct flow *f, char *piece);
bool flow_is_done(const struct flow *f); // all was passed, but for the end
void flow_finish(struct flow *f);        // passes the end

/* proxy.c: what a proxy's client says. `piece` holds all that came so far, NUL-terminated, still
 * unread. */
enum moved proxy_hears(struct passage *p, char *piece, size_t len);
enum moved proxy_dialled(struct passage *p, char *piece); // is the tunnel's other end there?
void dial_drop(struct dial *d);                           // NULL is fine

/* origins.c: local port of a connection to the server -> door and client. */
#define ORIGINS_ADDRESS                                                                            \
    0x7f4d0001 // 127.77.0.1, whence the relay connects to the server, and nobody else
void origins_put(int local_port, struct door *door, const struct sockaddr_storage *peer, bool tls);
bool origins_reset(int local_port); // was relay_reset called for it?
void origins_release(void);

#endif
