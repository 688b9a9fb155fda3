/* scenario: a scenario file (DESIGN: scenario files), checked, and turned into a world's contents.
 * A loaded scenario is immutable and counted, so that reset and sandboxes share it. */
#ifndef MF_SCENARIO_H
#define MF_SCENARIO_H

#include "mock/world.h"

#include <cjson/cJSON.h>
#include <stddef.h>

struct scenario;
struct txn;

/* One thing wrong in a scenario. */
struct scenario_error {
    unsigned line, column;
    char *path; // "tokens[2].ip.in[0]"
    char *what; // what is wrong, what is allowed, the nearest name
};
struct scenario_errors {
    struct scenario_error *items;
    size_t count;
};
void scenario_errors_release(struct scenario_errors *e);

/* Reads a scenario's text (JSON with comments; it is copied). All errors are collected, not only the
 * first one. NULL if there is any. Nothing and {} are scenarios, too. */
struct scenario *scenario_parse(const char *text, size_t len, struct scenario_errors *errors);
/* As above from a file; *why holds all errors, one a line, "file:line:column: path: what". */
struct scenario *scenario_load(const char *path, char **why);
struct scenario *scenario_default(void); // scenarios/default.jsonc, compiled in
struct scenario *scenario_as_examples(const struct scenario *s); // the same, in MODE_EXAMPLES
struct scenario *scenario_ref(const struct scenario *s);
void scenario_unref(struct scenario *s);

/* What a world takes from it. Left out, a list of accounts is one account, a list of users one user. */
const struct behaviour *scenario_behaviour(const struct scenario *s);
enum mode scenario_mode(const struct scenario *s);
const char *scenario_address_header(const struct scenario *s);
uint64_t scenario_seed(const struct scenario *s, bool *given); // 0 if not given; `given` may be NULL
bool scenario_clock(const struct scenario *s, int64_t *stands_at); // false: real time
const cJSON *scenario_faults(const struct scenario *s);            // array, or NULL
const cJSON *scenario_json(const struct scenario *s);              // as read, comments gone

/* Fills the store of a fresh world (users, accounts, memberships, tokens, zones). Ids and token values
 * that the scenario leaves out are the same in every run, also without a seed. 0, or -1 and *why. */
int scenario_fill(const struct scenario *s, struct world *w, char **why);
/* The present state of a world as a scenario; token values only if `with_secrets`, else value_sha256. */
cJSON *scenario_snapshot(struct world *w, bool with_secrets);
/* What `mockflare env` shows: account_id, zone_id, zone_name (of the first; null if there is none) and
 * tokens by name (null where only the hash is known). */
cJSON *scenario_env(struct world *w);

#endif
