/* compile_shape: what a schema says of a body, told from its JSON: where the result lies, whether
 * it is one thing or a list. Part of mockflare-compile; everything is borrowed from the schema
 * files. */
#ifndef MF_COMPILE_SHAPE_H
#define MF_COMPILE_SHAPE_H

#include "common/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

const cJSON *schema_json(const char *name); // NULL: "-" or unknown
uint32_t schema_node(const cJSON *json);    // its compiled node; 0 for NULL
const cJSON *shape_open(const cJSON *json); // references followed

enum shape_type { TYPE_UNKNOWN, TYPE_OBJECT, TYPE_ARRAY, TYPE_STRING, TYPE_NUMBER, TYPE_BOOL };
enum shape_type shape_type(const cJSON *json);
/* The member's schema, sought through allOf and all alternatives: the part that says most of it. */
const cJSON *shape_member(const cJSON *json, const char *name);
bool shape_requires(const cJSON *json, const char *name);
/* Does it require a member that `names` (NULL-terminated) does not have? */
bool shape_requires_other(const cJSON *json, const char *const *names);
/* A number that the schema, or a part of it, has under `key` ("maxLength"); -1: none. */
int64_t shape_number(const cJSON *json, const char *key);
const char *shape_text(const cJSON *json, const char *key); // the same for a text ("format")
bool shape_flag(const cJSON *json, const char *key);
/* Calls visit for each member that an object may have, once a part that names it. */
void shape_each(const cJSON *json, void (*visit)(void *to, const char *name, const cJSON *schema),
                void *to);
const cJSON *shape_items(const cJSON *json); // of an array

/* The body of an answer. */
struct body_shape {
    const cJSON *whole;
    const cJSON *result;       // what it carries; NULL: nothing
    const char *result_member; // "result" (or "data"); "": the whole body is the result
    const cJSON *items;        // one element, if it is a list; else NULL
    const char *list_member;   // of the result, where the list lies; "": the result is the list
    const cJSON *info;         // result_info beside it, or NULL
};
void body_shape(const char *name, struct body_shape *out);

#endif
