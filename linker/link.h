/* link: one linking from what a person pasted to a verdict. link_run() shows the way; each stage is
 * a file of its own, reads what earlier stages found, and either goes on or ends the run with a
 * verdict. One thread. */
#ifndef MF_LINK_H
#define MF_LINK_H

#include "linker/client.h"
#include "linker/input.h"
#include "linker/redact.h"
#include "linker/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* What the caller asks for. All borrowed for the time of the run. */
struct link_order {
    struct input_raw raw;
    const char *required; // group names, comma separated; NULL: the 25 rows of the integration
    const char *base_url, *ca_file;
    int64_t limit_us; // for the whole run
    FILE *trace;      // NULL: quiet
};

/* A zone of the account, as the token sees it. */
struct zone_seen {
    const char *id, *name;
    const cJSON *permissions; // "#dns_records:edit", …; NULL: not shown
};

/* Reads whose answers serve more than one purpose. */
struct asked {
    struct asked *next;
    const char *path;
    const struct answer *first, *second; // NULL: not asked (again)
};

enum link_step { LINK_GO_ON, LINK_ENDED };

struct link {
    struct arena *arena;
    const struct link_order *order;
    struct input in;
    struct redact redact;
    struct client client;
    enum owner_kind kind; // from verify on
    const char *token_id; // from verify on; NULL: the API did not tell a sane one
    bool account_proven;  // from the account stage on
    bool zones_known;     // zones are only asked for when something rests on them
    struct zone_seen *zones;
    size_t zones_count;
    bool accounts_known;         // as are the accounts that the token lists
    const cJSON *account_listed; // the given one; NULL: not among them
    const cJSON *account_other;  // the first other one
    const cJSON *policies;       // the token's own; NULL: it may not read them
    const struct answer *policies_answer;
    struct asked *asked;
    bool settled; // a wait for a fresh token was spent already
    struct verdict verdict;
};

/* Runs all stages; the verdict is complete afterwards. Returns the memory it lives in with `l`. */
void link_run(struct link *l, const struct link_order *order);
void link_release(struct link *l);

/* The stages, in order. */
enum link_step verify_token(struct link *l);
enum link_step account_prove(struct link *l);
enum link_step permissions_check(struct link *l);

/* Ends the run. The format is the message for the person. */
__attribute__((format(printf, 5, 6))) enum link_step link_end(struct link *l, enum stage stage,
                                                              enum reason reason, enum hint hint,
                                                              const char *format, ...);
/* If the answer says nothing about the token (429, an outage, no network, no envelope), ends the
 * run with the reason for that; else goes on. */
enum link_step link_end_if_unanswered(struct link *l, enum stage stage, const struct answer *a);
/* If a token that was good a moment ago is refused as such (rolled, deleted, wrong address), ends
 * the run; else goes on. */
enum link_step link_end_if_dead(struct link *l, enum stage stage, const struct answer *a);

/* GET of a path of the core service, where 403 with code 10000 or 10001 is no answer to the
 * question but what befalls a token of a few seconds' age, or a stray: waits it out and asks once
 * more. */
const struct answer *link_get_core(struct link *l, const char *path);

/* GET of a path that is asked once in a run, whoever needs it; or once more if `again`. */
const struct answer *link_get_once(struct link *l, const char *path, bool again);

/* Second opinion on a token that was refused: the core names causes that the verify endpoints hide.
 */
enum witness {
    WITNESS_SILENT,  // it could not tell
    WITNESS_ALIVE,   // the token is good
    WITNESS_ZONE,    // good, and the account id is a zone's
    WITNESS_DEAD,    // unknown, deleted, disabled, expired
    WITNESS_ADDRESS, // not from this address
};
enum witness link_witness(struct link *l, const struct answer **said);
/* The address in "Cannot use the access token from location: 203.0.113.7", or NULL. */
const char *link_address(struct link *l, const struct answer *a);
enum link_step link_end_for_address(struct link *l, enum stage stage, const struct answer *a);

/* Looks things up once, when something rests on them. LINK_ENDED where the API did not answer. */
enum link_step link_need_accounts(struct link *l, enum stage stage);
enum link_step link_need_zones(struct link *l, enum stage stage);
enum link_step link_need_policies(struct link *l, enum stage stage);
enum link_step link_ask_policies_again(struct link *l,
                                       enum stage stage); // a refusal may be a stray

#endif
