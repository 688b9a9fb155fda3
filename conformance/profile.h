/* profile: a frozen list of cases, how reasons are compared, and which checks must hold. Read-only
 * once loaded; any thread. */
#ifndef MF_PROFILE_H
#define MF_PROFILE_H

#include "check.h"

#include <cjson/cJSON.h>

struct profile {
    cJSON *json;
    const char *name;
    bool exact;         // reasons word by word; else by class
    uint64_t must;      // a bit a check; the others only warn
    const cJSON *cases; // ids
};

/* `dir`/`name`.json. 0, or -1 and *why. */
int profile_load(const char *dir, const char *name, struct profile *out, char **why);
void profile_release(struct profile *p);
bool profile_must(const struct profile *p, enum check c);
bool profile_scores(const struct profile *p, const char *case_id);

/* Waivers: "case[:check]  reason  link" a line; `#` begins a comment. Columns are two blanks or a
 * tab apart. Strict: all three must be there, and the case and the check must exist. */
struct waiver {
    char *case_id, *reason, *link;
    bool any; // no check named: all of the case
    enum check check;
    unsigned line;
};
struct waivers {
    struct waiver *items;
    size_t count;
};
/* `known` says whether there is such a case. 0, or -1 and *why with every mistake, one a line. */
int waivers_parse(const char *name, const char *text,
                  bool (*known)(const char *id, const void *with), const void *with,
                  struct waivers *out, char **why);
void waivers_release(struct waivers *w);
const struct waiver *waiver_for(const struct waivers *w, const char *case_id, enum check c);

#endif
