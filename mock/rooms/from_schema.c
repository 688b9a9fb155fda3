/* The answer at schema depth: valid against the operation's response schema, the same each time, with
 * the path's ids and the sent members in it. Says of itself that it is no more than that. */
#include "mock/rooms/rooms.h"
#include "mock/spec/sample.h"
#include "mock/world.h"

enum step answer_from_schema(struct call *c)
{
    const char *ids[CALL_PARAMS_MOST];
    struct sample_source from = { c->json, ids, c->param_count, c->in.query };

    for (size_t i = 0; i < c->param_count; i++)
        ids[i] = c->param[i].text;
    c->out.status = c->op->ok;
    // a singleton that nobody has written yet is kept nevertheless, except where nothing is
    c->out.depth = world_mode(c->world) == MODE_EXAMPLES ? DEPTH_SCHEMA : c->op->depth;
    c->out.first_code = -1;
    c->out.body->len = 0;
    buf_reserve(c->out.body, 1);
    sample_write(c->out.body, c->op, &from);
    if (*spec_text(c->op->content_type))
        c->out.content_type = spec_text(c->op->content_type);
    c->out.no_body = c->op->ok == 204;
    if (c->out.depth == DEPTH_SCHEMA)
        call_answer_header(c, "Mockflare-Depth", "schema");
    return ANSWERED;
}
