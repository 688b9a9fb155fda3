/* json_body: a request body as JSON, read more strictly than cJSON reads: text must be UTF-8,
 * grammar and numbers exact, no name twice in an object, and size in memory bounded by the count of
 * values. Integers that a double would change are kept as raw text, so that they come back as they
 * were sent. Any thread. */
#ifndef MF_JSON_BODY_H
#define MF_JSON_BODY_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

#define JSON_BODY_DEPTH_MOST 512 // as PHP's json_decode, which old services run (INF)

/* NULL and the tree (arena) in *out, or one sentence (arena) that says what is wrong and where.
 * *too_large tells a body that is right but more than this server takes. */
const char *json_body_read(struct arena *a, const char *text, size_t len, cJSON **out,
                           bool *too_large);

#endif
