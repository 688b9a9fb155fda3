/* sample: the answer of an operation at depth `schema`: made from its response schema alone, the
 * same bytes for the same request, valid against the schema, with what the request said echoed in
 * it: ids of the path (`id`, `zone_id`, …) and members of the request body. A list shows one
 * invented element on its first page and none behind it, so that clients learn the shape and paging
 * ends. Any thread: the moulds that it keeps per operation are made once and never change. */
#ifndef MF_SAMPLE_H
#define MF_SAMPLE_H

#include "common/buf.h"
#include "common/json.h"
#include "mock/spec/optable.h"

/* What an answer may echo. All borrowed for the call. */
struct sample_source {
    const cJSON *body;      // the request body, or NULL
    const char *const *ids; // the path's parameters, decoded, in order
    size_t ids_count;
    const char *query; // raw, without '?'; NULL if none
};

/* Appends the whole success body of `op`: JSON with its envelope in the dialect's order, or bytes
 * of its content type. Nothing for 204 and for operations whose success has no body. */
void sample_write(struct buf *out, const struct op *op, const struct sample_source *from);

#endif
