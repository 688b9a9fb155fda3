/* sample_mould: an answer made once, with holes for what the request says. For the files of this
 * folder. A mould never changes after it is made, so threads share it. */
#ifndef MF_SAMPLE_MOULD_H
#define MF_SAMPLE_MOULD_H

#include "mock/spec/sample.h"

enum hole_kind {
    HOLE_PARAM,    // the path parameter number `which`, if it fits `node`
    HOLE_HEX,      // 32 hex digits, from the path and `which`
    HOLE_UUID,     // the same as a UUID
    HOLE_PAGE,     // ?page=
    HOLE_PER_PAGE, // ?per_page=
};

/* A place in the text. `skip` bytes stand there, written when the request has nothing that fits. */
struct hole {
    uint32_t at, skip, node;
    uint16_t kind, which;
};

struct mould {
    char *text;
    size_t len;
    struct hole *holes;
    size_t holes_count;
};

/* Makes the answer of `op`; `body` (may be NULL) has the members to echo; `beyond`: the request
 * asks for a page behind the last. The caller frees it. */
struct mould *mould_new(const struct op *op, const cJSON *body, bool beyond);
void mould_free(struct mould *t);
void mould_write(struct buf *out, const struct mould *t, const struct op *op,
                 const struct sample_source *from);

#endif
