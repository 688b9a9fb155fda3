/* result: the one JSON object a linker prints, read and checked for its form, and the protocol's
 * words for reasons. A result is one thread's. */
#ifndef MF_RESULT_H
#define MF_RESULT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum reason_class { CLASS_OK, CLASS_INPUT, CLASS_CREDENTIAL, CLASS_PERMISSION, CLASS_TRANSIENT };

struct reason_row {
    const char *name;
    enum reason_class class;
    bool retryable;
};

const struct reason_row *reason_find(const char *name); // NULL: no reason of the protocol
const char *reason_nearest(const char *name);           // NULL: none is close
const char *reason_class_name(enum reason_class c);
bool hint_known(const char *hint);
bool stage_known(const char *stage);

#define RESULT_MOST ((size_t)64 * 1024)

struct result {
    cJSON *json;  // NULL: there is none
    char *broken; // what is wrong with its form; NULL: nothing
    bool skipped; // {"skipped": "why"}
    bool linked;
    const struct reason_row *reason; // NULL: unknown or absent
};

/* Reads standard output: one object and nothing else, or with `last_line` the last line that is not
 * empty. Fills `r` in every case. */
void result_read(const char *text, size_t len, bool last_line, struct result *r);
void result_release(struct result *r);
/* Is `word` in the list of texts `name` of the object? */
bool list_has(const cJSON *list, const char *word);

#endif
