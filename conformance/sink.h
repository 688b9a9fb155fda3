/* sink: a listener of the suite's own that plays a host the linker must cope with or must not talk
 * to. One thread each, own mutex: its hits may be read while it runs. */
#ifndef MF_SINK_H
#define MF_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sink_kind {
    SINK_FOREIGN, // another host (127.0.0.2): answers 404 and writes down who came
    SINK_HANG,    // accepts and never answers
    SINK_GARBAGE, // answers bytes that are no HTTP
    SINK_CLOSED,  // a port where nobody listens, and nobody else will
};

struct sink_hit {
    int64_t at_ms; // monotonic
    char *head; // the request's head, or what came of it; may be empty. Holds secrets: never shown
};

struct sink;

struct sink *sink_new(enum sink_kind kind, char **why); // NULL: no port to be had
const char *sink_origin(const struct sink *s);          // "http://127.0.0.2:40123"
/* The hits from number `from` on, copied: the caller's, hits_free. */
struct sink_hit *sink_hits_dup(struct sink *s, size_t from, size_t *count);
size_t sink_count(struct sink *s);
void hits_free(struct sink_hit *hits, size_t count);
void sink_free(struct sink *s); // NULL is fine

#endif
