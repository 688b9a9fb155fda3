/* report: what came of a run, for people (text) and for programs (TAP, JSON). Writes to what it is
 * given; one thread. */
#ifndef MF_REPORT_H
#define MF_REPORT_H

#include "suite.h"

#include <stdio.h>

struct report_data {
    const struct suite *suite;
    const struct outcome *outcomes;
    size_t count;
    int64_t elapsed_ms;
    bool random;
    const char *seed; // of the first random world; NULL: none
};

void report_line(FILE *out, const struct suite *s,
                 const struct outcome *o); // text, as each case ends
void report_text_end(FILE *out,
                     const struct report_data *d); // failures in detail, distribution, sums
void report_tap(FILE *out, const struct report_data *d);
void report_json(FILE *out, const struct report_data *d);

/* What the reports share. */
size_t report_count(const struct report_data *d, enum status s, bool scored);
void report_replay(FILE *out, const struct suite *s,
                   const struct outcome *o); // the command, quoted
/* "fail", "warn" or "waived" for one finding. */
const char *report_level(const struct suite *s, const struct outcome *o, enum check check);
const struct finding *report_first(const struct suite *s,
                                   const struct outcome *o); // the worst; or NULL
/* How many random worlds expect each reason: the count of the row, and its name; NULL at the end.
 */
const char *report_reason(const struct report_data *d, size_t row, size_t *count);

#endif
