/* api_report: the results of a run, as text for people, TAP, or JSON. Main thread only. */
#ifndef MF_API_REPORT_H
#define MF_API_REPORT_H

#include "conformance/api_run.h"

#include <stddef.h>
#include <stdio.h>

struct api_entry {
    char *id; // "auth/03-unknown-token"
    struct api_case *c;
    struct api_result result;
    int done;
};

struct api_totals {
    size_t passed, failed, errors;
};

/* Checks "text", "tap", "json" or one of them with =FILE. 0, or -1 and *why (caller frees). */
int api_report_check(const char *wish, char **why);
/* Writes one report: to its file, else to standard output. */
int api_report_write(const char *wish, const struct api_entry *entries, size_t count, char **why);
/* One case as text: "PASS id" or "FAIL id: claim" and why. */
void api_report_line(FILE *out, const struct api_entry *e);
struct api_totals api_report_totals(const struct api_entry *entries, size_t count);

#endif
