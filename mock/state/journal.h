/* journal: what a sandbox was asked and what it answered. Bounded: the oldest entries go first and are
 * counted as dropped. Secrets never enter: the writer redacts. Any thread, own mutex. */
#ifndef MF_JOURNAL_H
#define MF_JOURNAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct call;
struct journal;

struct journal *journal_new(void);
void journal_free(struct journal *j);
/* Writes the entry of a call that has its answer, before the first byte of it is sent: whoever has the
 * answer finds the entry. */
void journal_add(struct journal *j, struct call *c);

/* Filters: all given ones must hold. NULL or 0: any. */
struct journal_filter {
    const char *method, *path_glob, *operation, *token;
    int status;
    int64_t after; // entries with a number above this
    int64_t limit; // 0: all
};
cJSON *journal_list(struct journal *j, const struct journal_filter *f); // array, oldest first
int64_t journal_count(struct journal *j, const struct journal_filter *f);
int64_t journal_dropped(struct journal *j);
int64_t journal_last(struct journal *j); // number of the newest entry
void journal_clear(struct journal *j);
/* Strings to look for in requests; an entry names the places where one was seen (url, header:NAME,
 * body), the Authorization header apart. For the conformance suite's leak checks. */
void journal_watch(struct journal *j, const char *const *strings, size_t count);

#endif
