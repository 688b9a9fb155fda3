/* roster: the accounts, users, zones and tokens that a scenario's JSON names, each with its id
 * (given, or made from the seed) and found by name. The check and the filling of a world both read
 * it. Borrows the JSON; belongs to one thread. */
#ifndef MF_ROSTER_H
#define MF_ROSTER_H

#include "mock/state/shape.h"
#include "mock/store/index.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

struct roster_entry {
    const cJSON *json;
    char *name; // accounts, zones, tokens: the name; users: the e-mail in lower case
    char id[33];
    const struct roster_entry *account; // zones, account-owned tokens: whose
    const struct roster_entry *owner;   // user tokens: whose
    size_t at;                          // place in the scenario's list
};

struct roster_list {
    struct roster_entry *items;
    size_t count;
    struct index by_name, by_id;
};

struct roster {
    uint64_t seed;
    cJSON *implied; // the account and the user of a scenario that lists none
    struct roster_list accounts, users, zones, tokens;
};

/* Reads what is well-formed and complains of the rest: names and ids that stand twice, references
 * to what does not exist. `c` NULL: the JSON was checked before. True: nothing was wrong. */
bool roster_init(struct roster *r, const cJSON *scenario, uint64_t seed,
                 const struct complaints *c);
void roster_release(struct roster *r);

/* By name or id; NULL: none. */
const struct roster_entry *roster_find(const struct roster_list *list, const char *name_or_id);
/* Complains that nothing of `kind` ("account") is called `name`, with the nearest that is. */
void roster_complain(const struct roster_list *list, const char *kind, const char *name,
                     const char *path, const struct complaints *c);
/* A number that depends on the seed, the kind and the name alone: starts the generator of one
 * thing. */
uint64_t roster_seed(const struct roster *r, const char *kind, const char *name);

#endif
