/* session: the cases of one call are run by a few threads, their lines printed in order as they
 * end, and the reports written. One thread calls it. */
#ifndef MF_SESSION_H
#define MF_SESSION_H

#include "suite.h"

#include <stdio.h>

struct session {
    const struct suite *suite;
    const struct test_case **cases;
    size_t count, jobs;
    bool random;
    const char *seed;
    FILE *live;               // where lines go as cases end; NULL: nowhere
    struct outcome *outcomes; // filled by session_run
    bool *ended;
    size_t printed;
    int64_t elapsed_ms;
};

void session_run(struct session *s);
void session_release(struct session *s);
/* One report "form" or "form=FILE" ("text", "tap", "json"). 0, or -1 and *why. */
int session_report(const struct session *s, const char *spec, char **why);
/* 0 all right, 1 failed or stale, 3 harness: over the scored cases. */
int session_exit(const struct session *s);

#endif
