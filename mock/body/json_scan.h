/* json_scan: walks a JSON text once, without recursion and without a tree, and says the first thing
 * that is wrong with it. Any thread. */
#ifndef MF_JSON_SCAN_H
#define MF_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct json_number {
    size_t number; // it is the n-th number of the text, from 0
    const char *at;
    size_t len;
};

struct json_scan {
    const char *wrong;         // NULL: it is JSON; static
    size_t wrong_at;           // the byte it was found at
    bool too_many;             // it is JSON so far, with more values than memory is spent for
    struct json_number *exact; // integers that a double can't hold, in order (arena)
    size_t exact_count;
};

void json_scan_run(struct json_scan *out, struct arena *a, const char *text, size_t len);

#endif
