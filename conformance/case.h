/* case: the case files of the linker suite (docs/cases-format.md), read and checked. A case owns
 * its tree; once loaded it is read-only, any thread. */
#ifndef MF_CASE_H
#define MF_CASE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct step {
    const cJSON *run, *expect, *traffic; // traffic may be NULL
};

struct test_case {
    char *path; // of its file; NULL: made by the generator
    cJSON *json;
    const char *id, *title;
    bool must; // level
    const cJSON *refs, *features, *world;
    bool auto_type; // a run leaves the kind open
    struct step *steps;
    size_t steps_count;
};

struct case_list {
    struct test_case **items; // sorted by id
    size_t count;
};

/* All *.jsonc of a folder. 0; or -1 and *why: every mistake of every file, one a line. */
int cases_load(const char *dir, struct case_list *out, char **why);
void case_list_release(struct case_list *l);
/* One case from its text (`name` is for messages and the id it must have; NULL: any). NULL: *why.
 */
struct test_case *case_parse(const char *name, const char *text, size_t len, char **why);
/* One case from a tree that is moved in and known to be right (the generator's). */
struct test_case *case_from_take(cJSON *json);
void case_free(struct test_case *c);

#endif
