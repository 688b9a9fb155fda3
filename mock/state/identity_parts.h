/* identity_parts: what the constructors of identity share among themselves. */
#ifndef MF_IDENTITY_PARTS_H
#define MF_IDENTITY_PARTS_H

#include <cjson/cJSON.h>

struct world;

/* The member of `json`, copied; the fallback where it is absent (else the fallback is freed). */
cJSON *part_kept(const cJSON *json, const char *name, cJSON *fallback_take);
/* The member `id` in lower case, or a fresh id. */
void part_id(struct world *w, const cJSON *json, char out[33]);
/* A time member as the core service writes it, six fraction digits; now where it is absent. */
cJSON *part_time(struct world *w, const cJSON *json, const char *name);
void part_copy_id(char out[33], const char *id); // NULL: ""

#endif
