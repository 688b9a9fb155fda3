/* Resources as answers show them. */
#include "mock/engine/parts.h"

#include "common/mem.h"
#include "mock/spec/sample_part.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define REPAIRS_MOST 8

cJSON *engine_shown(struct call *c, const struct doc *d)
{
    cJSON *shown = doc_json_dup(d);
    view_hook *view = spec_kind_hooks[doc_kind(d)].view;

    if (view)
        view(c, shown);
    return shown;
}

static uint32_t types_of(uint32_t node)
{
    struct schema s;

    if (!node)
        return 0;
    schema_open(node, &s);
    return s.flags & SCHEMA_TYPES;
}

bool answers_text(const struct call *c, const struct resource *r)
{
    const struct op *op = c->op;
    const char *type = spec_text(op->content_type);

    if (!op->plain || *spec_text(op->within) || op->ok == 204 ||
        (*type && !strstr(type, "application/json")))
        return false;
    return op->result == r->shown || !op->result ||
           (r->named && types_of(op->result) != SCHEMA_ARRAY);
}

static enum step answer_nothing(struct call *c)
{
    c->out.status = 204;
    c->out.no_body = true;
    c->out.body->len = 0;
    c->out.first_code = -1;
    c->out.depth = c->op->depth;
    return ANSWERED;
}

/* A body of another form than the usual envelope. */
static enum step answer_own_form(struct call *c, cJSON *result)
{
    const char *type = spec_text(c->op->content_type), *member = spec_text(c->op->result_member);
    struct fit f = call_fit(c, 0);
    cJSON *whole = result, *body;
    char *text;
    enum step step;

    if (*member)
        whole = json_object(J_FLAG("success", true), J_TREE("errors", cJSON_CreateArray()),
                            J_TREE("messages", cJSON_CreateArray()), J_TREE(member, result));
    body = fit_dup(&f, c->op->response, whole, "");
    text = json_print_dup(body);
    step = answer_raw(c, c->op->ok, *type ? type : "application/json", text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(body);
    cJSON_Delete(whole);
    return step;
}

/* Puts the resource where the result has it: as a list, or out of one, if the schema says so. */
static cJSON *in_place_take(struct call *c, cJSON *json)
{
    const char *within = c->op->verb == VERB_LIST ? "" : spec_text(c->op->within);
    uint32_t node = c->op->result;
    cJSON *moved;

    if (*within)
        fit_member(node, NULL, within, &node);
    if (types_of(node) == SCHEMA_ARRAY && !cJSON_IsArray(json)) {
        moved = cJSON_CreateArray();
        cJSON_AddItemToArray(moved, json);
        json = moved;
    } else if (types_of(node) == SCHEMA_OBJECT && cJSON_IsArray(json) && json->child) {
        moved = cJSON_DetachItemFromArray(json, 0);
        cJSON_Delete(json);
        json = moved;
    }
    return *within ? json_object(J_TREE(within, json)) : json;
}

void value_repair(struct call *c, uint32_t node, cJSON *value)
{
    struct schema_fault fault;

    for (int i = 0; i < REPAIRS_MOST && !schema_check(node, value, &fault); i++) {
        char *name = xstrndup(fault.path, strcspn(fault.path, ".["));
        uint32_t member;

        if (*name && fit_member(node, value, name, &member))
            json_put(value, name, sample_part_dup(member, name, world_random(c->world)));
        else if (*name)
            cJSON_DeleteItemFromObjectCaseSensitive(value, name);
        free(name);
    }
}

cJSON *in_form_take(struct call *c, cJSON *json)
{
    struct fit f = call_fit(c, FIT_LOOSE);
    cJSON *made, *other;

    json = in_place_take(c, json);
    made = fit_dup(&f, c->op->result, json, "result");
    cJSON_Delete(json);
    if (cJSON_IsObject(made))
        value_repair(c, c->op->result, made);
    if (!c->op->result || schema_check(c->op->result, made, NULL))
        return made;
    other = sample_part_dup(c->op->result, "result", f.seed);
    if (cJSON_IsObject(made) == cJSON_IsObject(other)) { // as near as it gets
        cJSON_Delete(other);
        return made;
    }
    cJSON_Delete(made);
    return other;
}

enum step answer_value(struct call *c, const struct resource *r, cJSON *json)
{
    if (c->op->ok == 204) {
        cJSON_Delete(json);
        return answer_nothing(c);
    }
    if (c->op->result && !(r->named && c->op->plain && !*spec_text(c->op->within) &&
                           types_of(c->op->result) != SCHEMA_ARRAY))
        json = in_form_take(c, json);
    return c->op->plain ? answer(c, json) : answer_own_form(c, json);
}

enum step engine_answer(struct call *c, const struct doc *d)
{
    const struct resource *r = resource_of(doc_kind(d));
    const char *text;
    size_t len;

    if (c->op->verb == VERB_CREATE && types_of(c->op->result) == SCHEMA_STRING)
        return answer_value(c, r, cJSON_CreateString(doc_id(d)));
    if (!answers_text(c, r) || spec_kind_hooks[doc_kind(d)].view)
        return answer_value(c, r, engine_shown(c, d));
    text = doc_text(d, &len);
    return answer_text(c, text, len);
}

static enum step answer_deleted_by_schema(struct call *c, const struct doc *d)
{
    if (c->op->ok == 204)
        return answer_nothing(c);
    if (!c->op->result || (c->op->plain && fit_allows_null(c->op->result)))
        return c->op->plain ? answer(c, NULL) : answer_own_form(c, cJSON_CreateObject());
    if (types_of(c->op->result) & SCHEMA_STRING)
        return answer(c, cJSON_CreateString(doc_id(d)));
    return answer_value(c, resource_of(KIND_NONE), engine_shown(c, d));
}

static enum step answer_envelope_alone(struct call *c)
{
    static const char body[] = "{\"success\":true,\"errors\":[],\"messages\":[]}";

    return answer_raw(c, c->op->ok, NULL, body, strlen(body));
}

enum step engine_answer_deleted(struct call *c, const struct doc *d)
{
    const struct resource *r = resource_of(doc_kind(d));

    switch ((enum delete_form)r->delete_form) {
    case DELETE_ID:
        return answer(c, json_object(J_TEXT(spec_text(r->id_member), doc_id(d))));
    case DELETE_NULL:
        return answer(c, NULL);
    case DELETE_WHOLE:
        return engine_answer(c, d);
    case DELETE_EMPTY:
        return answer(c, cJSON_CreateObject());
    case DELETE_ABSENT:
        return answer_envelope_alone(c);
    case DELETE_SCHEMA:
        break;
    }
    return answer_deleted_by_schema(c, d);
}

enum step engine_missing(struct call *c, enum kind kind)
{
    const struct resource *r = resource_of(kind);

    return r->missing ? refuse(c, r->missing) : refuse_reason(c, WHY_NOT_FOUND);
}
