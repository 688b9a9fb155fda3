/* evidence: everything that one run of a linker left to judge: what it was given, what it printed,
 * what it sent, what it wrote, and what was true. Collected by run.c, read by the judges; one
 * thread. */
#ifndef MF_EVIDENCE_H
#define MF_EVIDENCE_H

#include "case.h"
#include "check.h"
#include "leak.h"
#include "result.h"
#include "spawn.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct sink_hit;

#define STDERR_MOST ((size_t)64 * 1024) // what output.bounded allows

/* One request as the journal tells it. Texts point into the entry; absent ones are "". */
struct seen {
    const char *method, *path, *query; // path behind /client/v4
    const char *operation;             // "GET /zones"
    const char *auth, *authorization, *user_agent, *graphql, *fault;
    const cJSON *entry;
    int64_t code; // first error code, 0: none
    int64_t at_ms, end_ms;
    int status;       // 0: the connection ended before an answer
    const cJSON *did; // what the fault that answered does; NULL: no fault
};

/* Operation -> the permission groups it accepts, sorted by operation. */
struct operation_groups {
    const char *operation;
    const cJSON *groups;
};
struct operations {
    cJSON *json;
    struct operation_groups *rows;
    size_t count;
};

struct state_file {
    bool there, broken; // broken: not a JSON array of objects
    unsigned mode;
    cJSON *links;
    bool leaks;
};

struct evidence {
    const struct test_case *c;
    const struct step *step;
    bool exact;              // the profile compares reasons word by word
    bool permissions, state; // features the linker has
    bool token_in_argv;
    bool last_line;
    const struct operations *operations;
    const cJSON *faults; // of the world at this step
    /* what it was given */
    char *token;           // as pasted
    char *value;           // the token itself, before anything was pasted around it
    char *account;         // as pasted
    char *account_right;   // the id that may be named and linked, lower case; "" if there is none
    const char *kind;      // the token's true kind; NULL: no token of the world
    const char *declared;  // token type as told; NULL: not told
    const cJSON *required; // NULL: not told
    struct leak leak;
    /* what came of it */
    struct spawn_result process;
    struct result result;
    cJSON *journal; // entries
    struct seen *seen;
    size_t seen_count;
    int64_t dropped;
    struct sink_hit *base,
        *foreign; // who came to the base URL (if it is not the mock) and elsewhere
    size_t base_count, foreign_count;
    bool tls, wrong_certificate; // met by TLS; nobody should trust what it was shown
    cJSON *connections;          // at the listener; NULL: none was opened
    char *leaked_file; // name of a file that holds the secret; NULL: none
    struct state_file before, after;
    cJSON *truth; // NULL: not asked
};

void evidence_release(struct evidence *e);
void evidence_take_journal(struct evidence *e, cJSON *answer); // {"entries":[…],"dropped":n}
void operations_take(struct operations *o, cJSON *coverage);   // the answer of /coverage
void operations_release(struct operations *o);
bool operation_accepts(const struct operations *o, const char *operation, const char *group);

/* What the judges share. */
bool seen_is_verify(const struct seen *s); // at either endpoint
bool seen_is_account_verify(const struct seen *s);
bool seen_broken(const struct seen *s); // no answer came, or not a whole one
bool seen_transient(
    const struct seen *s); // 408, 429, 5xx, broken, or an answer that a fault made up
bool seen_same(const struct seen *a, const struct seen *b); // the same request
bool reason_is(const struct evidence *e, const char *name);

#endif
