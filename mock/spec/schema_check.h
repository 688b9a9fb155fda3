/* schema_check: does a JSON value fit a compiled schema? Used on request bodies and, in the tests,
 * on every answer that sample.c makes. Any thread.
 *
 * Told apart from the letter of JSON Schema: `nullable` allows null also beside an enum; a format
 * is checked only where it has one meaning (date-time, date, uuid, ipv4, ipv6, email). The OpenAPI
 * document uses no `pattern`, so there are none here. */
#ifndef MF_SCHEMA_CHECK_H
#define MF_SCHEMA_CHECK_H

#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

struct schema_fault {
    char path[256];  // "result.policies[0].id"; "" is the value itself
    char what[128];  // "is not a string"
    char right[256]; // what would be: "\"on\", \"off\"", "1 or more"; "" where `what` says it
    int weight;      // of the faults of alternatives, the heaviest one is told
};

/* True: it fits. Else *fault (may be NULL) says the first thing that does not. Node 0 fits
 * anything. */
bool schema_check(uint32_t node, const cJSON *value, struct schema_fault *fault);
/* The same for what a client sends, which may be more or other than the document says: members that
 * it does not know are let through, read-only ones are not looked at, null stands for a member that
 * may be absent, and a member with a default may be. Of alternatives one must fit, and more may. */
struct schema_request {
    const char *optional; // what may be absent all the same: paths such as "origins[].weight",
                          // blank-separated
    bool merge;           // a part of a resource: nothing is required at the top
};
bool schema_check_request(uint32_t node, const cJSON *value, const struct schema_request *how,
                          struct schema_fault *fault);
/* Is `path`, with its indices left out ("a[3].b" is "a[].b"), the first `len` characters of `word`?
 */
bool schema_path_is(const char *path, const char *word, size_t len);
/* The same for a string alone, without a tree: for ids of a path. */
bool schema_check_text(uint32_t node, const char *text);

#endif
