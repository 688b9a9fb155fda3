#include "mock/rooms/intake_check.h"

#include "mock/body/multipart.h"
#include "mock/spec/intake.h"
#include "mock/spec/resources.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"
#include "mock/world.h"

#include <string.h>

#define DEFAULTS_MOST 32

/* Without state no hook looks at the body, so the document does. */
static bool is_checked(const struct call *c)
{
    switch (op_intake(c->op)->validate) {
    case VALIDATE_YES:
        return true;
    case VALIDATE_NO:
        return world_mode(c->world) == MODE_EXAMPLES;
    default:
        return c->op->action == 0 || world_mode(c->world) == MODE_EXAMPLES;
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

/* Also as `files[]`, or flattened into `metadata[main_module]`. */
static bool form_has(const struct call *c, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < c->parts->count; i++) {
        const char *part = c->parts->part[i].name;

        if (strncmp(part, name, len) == 0 && (part[len] == '\0' || part[len] == '['))
            return true;
    }
    return false;
}

/* Of a form, only what must be there: its values are texts and files. */
static enum step check_form(struct call *c)
{
    struct schema s;

    schema_open(c->op->request, &s);
    for (uint32_t i = 0; i < s.members_count; i++) {
        const char *name = schema_member_name(s.members[2 * i]);

        if (schema_member_required(s.members[2 * i]) && !form_has(c, name))
            return refuse_body(c, arena_printf(c->arena, "the form has no part \"%s\"", name));
    }
    return GO_ON;
}

/* The path as the descriptor names it, if the member has a value there where a client leaves it
 * out. */
static const char *default_of(struct call *c, const char *path)
{
    const char *defaults = spec_text(spec_resources[c->op->kind].defaults);
    const cJSON *json = *defaults ? json_parse(c->arena, defaults, strlen(defaults)) : NULL, *one;

    cJSON_ArrayForEach (one, json)
        if (schema_path_is(path, one->string, strlen(one->string)))
            return one->string;
    return NULL;
}

static enum step check_json(struct call *c, const cJSON *json)
{
    struct schema_request how = { spec_text(op_intake(c->op)->optional), c->op->method == M_PATCH };
    struct schema_fault fault;
    size_t tries = 0;

    while (!schema_check_request(c->op->request, json, &how, &fault)) {
        const char *path = strcmp(fault.what, "is missing") == 0 ? default_of(c, fault.path) : NULL;

        if (!path || tries++ == DEFAULTS_MOST)
            return refuse_body(c, c->json ? sentence_of(c, &fault) : "the body is missing");
        how.optional = arena_printf(c->arena, "%s %s", path, how.optional);
    }
    return GO_ON;
}

enum step intake_check(struct call *c)
{
    if (!c->op->request || !is_checked(c))
        return GO_ON;
    if (c->parts)
        return check_form(c);
    if (c->json)
        return check_json(c, c->json);
    /* The SDKs send nothing where nothing need be in it: rolling a token. */
    return c->op->request_required && !c->bytes ? check_json(c, json_parse(c->arena, "{}", 2))
                                                : GO_ON;
}
