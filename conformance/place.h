/* place: the folder of one case: an empty home, a temporary folder, the state file's folder. Made
 * fresh, looked through for leaks, removed whole. One thread. */
#ifndef MF_PLACE_H
#define MF_PLACE_H

#include "evidence.h"

struct place {
    char *root, *home, *tmp, *state,
        *token; // folders; `state` and `token` are files that may not exist
};

int place_make(struct place *p, const char *below, const char *name, char **why);
void place_remove(struct place *p);
int place_empty_home(struct place *p, char **why); // before each step: a fresh, empty folder
/* The name of a file that holds the secret, the state file and the token's own file apart; the
 * caller's. NULL: none. */
char *place_leak_dup(const struct place *p, const struct leak *leak);
void place_state(const struct place *p, const struct leak *leak, struct state_file *out);
void folder_remove(const char *path); // with all that is in it

#endif
