#include "mock/rooms/intake_check.h"

#include "mock/body/multipart.h"
#include "mock/spec/intake.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"
#include "mock/world.h"

#include <string.h>

static bool is_checked(const struct call *c)
{
    switch (op_intake(c->op)->validate) {
    case VALIDATE_YES:
        return true;
    case VALIDATE_NO:
        return false;
    default:
        return c->op->action == 0 || world_mode(c->world) == MODE_EXAMPLES; // there, no hook checks
    }
}

static enum step refuse_body(struct call *c, const char *sentence)
{
    uint16_t error = op_intake(c->op)->invalid;

    c->why.reason = WHY_INVALID_BODY;
    c->why.detail = sentence;
    return error ? refuse(c, error, sentence) : refuse_reason(c, WHY_INVALID_BODY);
}

static const char *sentence_of(struct call *c, const struct schema_fault *f)
{
    return arena_printf(c->arena, "%s%s%s %s%s%s", *f->path ? "\"" : "the body", f->path,
                        *f->path ? "\"" : "", f->what, *f->right ? ": allowed is " : "", f->right);
}

/* Of a form, only what must be there: its values are texts and files. */
static enum step check_form(struct call *c)
{
    struct schema s;

    schema_open(c->op->request, &s);
    for (uint32_t i = 0; i < s.members_count; i++) {
        const char *name = schema_member_name(s.members[2 * i]);

        if (schema_member_required(s.members[2 * i]) && !multipart_find(c->parts, name) &&
            !json_get(c->json, name))
            return refuse_body(c, arena_printf(c->arena, "the form has no part \"%s\"", name));
    }
    return GO_ON;
}

enum step intake_check(struct call *c)
{
    struct schema_request how = { spec_text(op_intake(c->op)->optional), c->op->method == M_PATCH };
    struct schema_fault fault;

    if (!c->op->request || !is_checked(c))
        return GO_ON;
    if (c->parts)
        return check_form(c);
    if (!c->json)
        return c->op->request_required && !c->bytes ? refuse_body(c, "the body is missing") : GO_ON;
    if (schema_check_request(c->op->request, c->json, &how, &fault))
        return GO_ON;
    return refuse_body(c, sentence_of(c, &fault));
}
