/* world: one sandbox: store, clock, generator, journal, faults, behaviour. Made from a scenario. Counted:
 * a call holds a reference while it walks, so a sandbox can be deleted under load. */
#ifndef MF_WORLD_H
#define MF_WORLD_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;
struct faults;
struct journal;
struct persist;
struct rates;
struct scenario;
struct store;
struct world;

enum mode {
    MODE_ENFORCE,
    MODE_SOFT,
    MODE_LEARN,
    MODE_EXAMPLES, // no state: every operation answers from its schema, also under "/"
};

/* The switches of a scenario's `behaviour`: reference notes §12; the first value is the default (0). */
struct behaviour {
    enum { INACTIVE_STATUS, INACTIVE_REJECT } inactive_verify;
    enum { NOT_YET_REJECT, NOT_YET_STATUS } not_yet_verify;
    enum { IP_REJECT, IP_LOCATION } ip_verify;
    enum { FOREIGN_REJECT, FOREIGN_UNAUTHORIZED } foreign_account_verify;
    enum { ACCOUNTS_OWN, ACCOUNTS_LEGACY } accounts_list;
    enum { MEMBERSHIPS_9106, MEMBERSHIPS_10001 } memberships_account_token;
    enum { PRODUCT_401, PRODUCT_403 } product_bad_token_status;
    enum { UPPER_ACCEPT, UPPER_REJECT } upper_case_ids;
    enum { RATE_OFF, RATE_REAL } rate_limit;
    enum { RATE_HEADERS_REAL, RATE_HEADERS_COUNTING, RATE_HEADERS_NONE } rate_headers;
    enum { RETRY_SECONDS, RETRY_DATE, RETRY_NONE } retry_after;
    int64_t propagation_s;
    bool r2_disabled;
    enum { SUNSET_GONE, SUNSET_ALIVE } sunset;
};

/* A world that holds what `scenario` says; the scenario stays the caller's. NULL and *why (caller frees)
 * if it cannot be built. */
struct world *world_new(const char *name, const struct scenario *scenario, char **why);
struct world *world_bare(const char *name, const struct scenario *scenario); // nothing is in its store
struct world *world_ref(struct world *w);
void world_unref(struct world *w);

const char *world_name(const struct world *w); // "" for the default sandbox
struct store *world_store(struct world *w);
struct clock *world_clock(struct world *w);
struct journal *world_journal(struct world *w);
struct faults *world_faults(struct world *w);
struct rates *world_rates(struct world *w);
const struct scenario *world_scenario(const struct world *w); // what it was made from
const struct behaviour *world_behaviour(const struct world *w);
const char *world_address_header(const struct world *w); // header that names the client, or NULL
enum mode world_mode(const struct world *w);

int64_t world_now(struct world *w); // the sandbox clock, microseconds since 1970
/* Server-chosen values, from the sandbox's seeded generator; any thread. */
void world_hex(struct world *w, char *out, size_t digits); // out has room for digits + 1
void world_uuid(struct world *w, char out[37]);            // version 4
void world_uuid7(struct world *w, int64_t now, char out[37]); // version 7: ordered by time
uint64_t world_random(struct world *w);
uint64_t world_random_state(struct world *w); // where the generator stands
void world_random_restore(struct world *w, uint64_t state);

/* The sandboxes of the process. The default one has the name "". Any thread. */
int worlds_setup(const struct scenario *scenario, char **why);
/* Keeps them in a state file, which becomes theirs: closed by worlds_release, or at once if this fails.
 * A file that holds worlds gives them back, and `scenario` is not used. 0, or -1 and *why. */
int worlds_setup_kept(struct persist *file, const struct scenario *scenario, char **why);
void worlds_release(void);
/* Between the two, worlds_find waits: the server may listen while its first world is still being made. */
void worlds_hold(void);
void worlds_open(void);
struct world *worlds_find(const char *name, size_t len); // a reference, or NULL
/* Makes or replaces the sandbox; `scenario` NULL: a copy of the scenario that the process started with. */
int worlds_put(const char *name, const struct scenario *scenario, char **why);
/* 0; 1: there is none of that name; -1 and *why. */
int worlds_remove(const char *name, char **why);
cJSON *worlds_list(void);
int worlds_reset(const char *name, char **why); // back to the scenario last loaded

#endif
