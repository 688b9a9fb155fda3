/* derive_schema: the schemas of the OpenAPI document without its prose, gathered for schemas.json.
 * Part of mockflare-derive; one thread. */
#ifndef MF_DERIVE_SCHEMA_H
#define MF_DERIVE_SCHEMA_H

#include "common/json.h"

void derive_schema_begin(const cJSON *components); // borrowed until derive_schema_end
/* Remembers `schema` and all it refers to; returns the name it has in schemas.json (caller frees),
 * or NULL for a NULL schema. `inline_name` names a schema that stands in the operation itself. */
char *derive_schema_ref(const cJSON *schema, const char *inline_name);
int derive_schema_write(const char *folder, char **why); // 0, or -1 and *why
void derive_schema_end(void);

#endif
