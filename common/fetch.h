/* fetch: one HTTP request and its answer, over libcurl. Never follows a redirect, never retries,
 * never writes anything: what to do with an answer is the caller's business. https is always
 * verified. Threads: fetch() from any thread; a wire from one at a time. */
#ifndef MF_FETCH_H
#define MF_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fetch_error {
    FETCH_OK,      // an answer came, whatever its status
    FETCH_DNS,     // the host's name has no address
    FETCH_REFUSED, // nobody listens there
    FETCH_RESET,   // the connection broke, or the answer ended before its time
    FETCH_TIMEOUT, // connect_ms or total_ms ran out
    FETCH_TLS,     // the certificate is not trusted, or the handshake failed
    FETCH_OTHER,   // a URL that is none, not HTTP, …
};

struct fetch_pair {
    const char *name, *value;
};

struct fetch_wire; // open connections that requests may share

struct fetch_request {
    const char *method; // NULL: GET
    const char *url;    // sent as it stands: no dots or slashes are tidied away
    const struct fetch_pair
        *headers;     // a NULL name ends them; NULL: none. No User-Agent unless given here
    const void *body; // NULL: none
    size_t body_len;
    long connect_ms, total_ms; // 0: 10 s, 30 s
    const char *ca_file;       // PEM; NULL: the system's
    size_t max_body;           // more is cut off and `cut` is set; 0: 16 MiB
    bool no_proxy;             // true: *_proxy variables of the environment are not looked at
    struct fetch_wire *wire;   // NULL: a connection of its own, closed afterwards
};

struct fetch_response {
    enum fetch_error error;
    char *error_text; // a sentence for a person, never with a header in it; NULL when FETCH_OK
    long status;      // 0: no status line came
    struct fetch_header {
        char *name, *value;
    } * headers; // as they came, in order; of the final answer only (no 1xx)
    size_t headers_count;
    char *body; // NUL-terminated, never NULL; what came so far if the connection broke
    size_t body_len;
    bool cut;           // the body was longer than max_body
    int64_t elapsed_us; // from the start of the request to the end of the answer
};

int fetch_setup(void); // once, before threads start; 0, or -1 if libcurl cannot start
void fetch_release(void);

struct fetch_wire *fetch_wire_new(void);
void fetch_wire_free(struct fetch_wire *w); // NULL is fine

/* Sends and waits. Fills `r` in every case (release it in every case). 0: an answer came
 * (r->status); -1: r->error says what broke. An answer that broke half-way has its status, too. */
int fetch(const struct fetch_request *q, struct fetch_response *r);
void fetch_response_release(struct fetch_response *r);

/* The first header of that name, any case; NULL: none. Borrowed from `r`. */
const char *fetch_header(const struct fetch_response *r, const char *name);
const char *fetch_error_name(enum fetch_error e); // "dns", "refused", …; "ok"

#endif
