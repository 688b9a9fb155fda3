/* sample_part: one invented value of a schema, for members that an answer must have and nobody
 * gave. Valid against its node, the same for the same seed. Any thread. */
#ifndef MF_SAMPLE_PART_H
#define MF_SAMPLE_PART_H

#include "common/json.h"

/* `name` is what the member is called: it shapes invented texts. The caller's tree. */
cJSON *sample_part_dup(uint32_t node, const char *name, uint64_t seed);

#endif
