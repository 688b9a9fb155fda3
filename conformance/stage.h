/* stage: the world of one case while it runs: its sandbox in the mock, the foreign host it may
 * name, its folder, and what the world looked like. One thread. */
#ifndef MF_STAGE_H
#define MF_STAGE_H

#include "place.h"
#include "suite.h"

struct sink;

struct stage {
    const struct suite *suite;
    struct worker *worker;
    const struct test_case *c;
    struct place place;
    char sandbox[20];
    struct sink *foreign; // NULL: the world names none
    const cJSON *faults;  // as the case or its latest change set them
    cJSON *first, *now;   // snapshots with secrets: as the case began, and at present
};

int stage_open(struct stage *s, char **why);
void stage_close(struct stage *s); // also after stage_open failed
int stage_change(struct stage *s, const cJSON *change, char **why);
/* A request to the sandbox's control API, as mock_ask. */
int stage_ask(struct stage *s, const char *method, const char *path, const cJSON *body,
              cJSON **answer, char **why);
/* The id of an account of the world by name; an id stays what it is. NULL: there is none. */
const char *stage_account(const struct stage *s, const char *name);
/* The object of a list whose member has that value. */
const cJSON *stage_find(const cJSON *list, const char *member, const char *value);

#endif
