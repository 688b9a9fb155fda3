#include "mock/spec/sample_part.h"

#include "mock/spec/sample_maker.h"

#include <stdio.h>
#include <stdlib.h>

cJSON *sample_part_dup(uint32_t node, const char *name, uint64_t seed)
{
    struct maker m = { .op = &op_none };
    char text[24];
    const char *const ids[] = { text }; // the seed of a mould's ids is told by those of the path
    struct sample_source from = { .ids = ids, .ids_count = 1 };
    struct mould mould;
    struct buf out;
    cJSON *made;

    snprintf(text, sizeof text, "%llx", (unsigned long long)seed);
    buf_init(&m.out);
    make_value(&m, node, name, PLACE_INNER);
    mould = (struct mould){ m.out.at, m.out.len, m.holes, m.holes_count };
    buf_init(&out);
    mould_write(&out, &mould, &op_none, &from);
    made = json_parse(NULL, out.at, out.len);
    buf_release(&m.out);
    buf_release(&out);
    free(m.holes);
    return made;
}
