/* random_world: the parts of a random world. A draw holds what was decided so far; all of it comes
 * from one generator, in a fixed order, so that a seed repeats. One thread. */
#ifndef MF_RANDOM_WORLD_H
#define MF_RANDOM_WORLD_H

#include "common/rng.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define DRAW_ACCOUNTS 3
#define DRAW_ZONES 64
#define DRAW_GROUPS 12

enum wrong { // what is wrong in a world; the rest is drawn
    WRONG_NOTHING,
    WRONG_INPUT,
    WRONG_UNKNOWN,
    WRONG_KIND,
    WRONG_DISABLED,
    WRONG_EXPIRED,
    WRONG_NOT_YET,
    WRONG_ADDRESS,
    WRONG_ACCOUNT,
    WRONG_LIMITED,
    WRONG_DOWN,
    WRONG_NETWORK,
    WRONG_ANSWER,
    WRONG_PERMISSION,
};

struct draw {
    struct rng rng;
    enum wrong wrong;
    bool account_token;
    char account[DRAW_ACCOUNTS][33], user[33]; // ids; the token is for account 0
    size_t accounts;
    char zone[DRAW_ZONES][33]; // zones of account 0
    size_t zones;
    const char *required[DRAW_GROUPS]; // names
    bool held[DRAW_GROUPS];
    size_t required_count;
    bool readable; // the token may read its own policies
};

bool draw_chance(struct draw *d, unsigned percent);
const char *draw_word(struct draw *d, const char *const *words, size_t count);

void draw_required(struct draw *d); // which groups are asked for, and which of them the token gets
cJSON *draw_policies(struct draw *d); // in the API's own form
cJSON *draw_accounts(struct draw *d); // and their ids
cJSON *draw_zones(struct draw *d);
cJSON *draw_users(struct draw *d);
cJSON *draw_behaviour(struct draw *d);
cJSON *draw_faults(struct draw *d);

#endif
