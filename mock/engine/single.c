/* Singletons: there from the start, as the descriptor or the schema says, until somebody writes. */
#include "mock/engine/parts.h"

#include "common/mem.h"
#include "mock/rooms/rooms.h"
#include "mock/spec/sample.h"
#include "mock/world.h"

#include <string.h>

#define TRIES_MOST 100

struct doc *engine_single(struct call *c, enum kind kind)
{
    const char *owner = call_owner_of(c, kind);
    struct view *v = view_begin(world_store(c->world));
    struct doc *d = owner ? view_get(v, kind, owner, "") : NULL;

    if (d)
        arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    view_end(v);
    return d;
}

/* The operation that reads the singleton at the call's own path: rows are sorted, so it is near. */
static const struct op *reader(const struct call *c, const struct resource *r)
{
    for (const struct op *op = c->op; op >= spec_ops && op->path == c->op->path; op--)
        if (op->verb == VERB_READ)
            return op;
    for (const struct op *op = c->op; op < spec_ops + spec_op_count && op->path == c->op->path;
         op++)
        if (op->verb == VERB_READ)
            return op;
    return r->op[VERB_READ] ? &spec_ops[r->op[VERB_READ] - 1] : NULL;
}

/* The result of what the schema alone would answer. */
static cJSON *sampled(struct call *c, const struct resource *r)
{
    const struct op *op = reader(c, r);
    const char *member = op ? spec_text(op->result_member) : "";
    struct fit f = call_fit(c, 0);
    struct sample_source from = { NULL, f.ids, f.ids_count, NULL };
    struct buf out;
    cJSON *body, *result = NULL;

    if (!op)
        return cJSON_CreateObject();
    buf_init(&out);
    sample_write(&out, op, &from);
    body = json_parse(NULL, out.at ? out.at : "", out.len);
    if (body && *member)
        result = cJSON_DetachItemFromObjectCaseSensitive(body, member);
    buf_release(&out);
    if (!body || *member) {
        cJSON_Delete(body);
        return result ? result : cJSON_CreateObject();
    }
    return body;
}

static cJSON *initial(struct call *c, enum kind kind)
{
    const struct resource *r = resource_of(kind);
    struct fit f = call_fit(c, FIT_DEFAULTS | FIT_LOOSE);
    cJSON *began, *whole;

    if (!r->initial)
        return sampled(c, r);
    began = cJSON_Parse(spec_text(r->initial));
    whole = fit_dup(&f, r->shown, began, "");
    cJSON_Delete(began);
    return whole;
}

cJSON *engine_single_shown(struct call *c, enum kind kind)
{
    struct doc *d = engine_single(c, kind);
    view_hook *view = spec_kind_hooks[kind].view;
    cJSON *shown;

    if (d)
        return engine_shown(c, d);
    shown = initial(c, kind);
    if (view)
        view(c, shown);
    return shown;
}

static enum step read_single(struct call *c)
{
    const struct resource *r = resource_of(c->op->kind);
    struct doc *d = engine_single(c, c->op->kind);

    if (d)
        return engine_answer(c, d);
    if (r->initial || spec_kind_hooks[c->op->kind].view)
        return answer_value(c, r, engine_single_shown(c, c->op->kind));
    return answer_from_schema(c);
}

/* What a change starts from: the stored one, or how it began. */
static struct doc *base_of(struct call *c, struct doc *stored)
{
    cJSON *began;
    struct doc *d;

    if (stored)
        return stored;
    began = initial(c, c->op->kind);
    d = doc_new(c->op->kind, call_owner(c), "", NULL, began, NULL, NULL);
    cJSON_Delete(began);
    arena_on_free(c->arena, doc_unref_any, d);
    return d;
}

/* What was sent, if it is of the kind that is kept; a list may come in an object. */
static cJSON *sent_dup(struct call *c, const struct doc *base)
{
    cJSON *before = doc_json_dup(base);
    const cJSON *sent = c->json;

    if (cJSON_IsArray(before) && cJSON_IsObject(sent))
        for (sent = sent->child; sent && !cJSON_IsArray(sent);)
            sent = sent->next;
    if (sent && (cJSON_IsObject(before) == cJSON_IsObject(sent)) &&
        cJSON_IsArray(before) == cJSON_IsArray(sent)) {
        cJSON_Delete(before);
        return cJSON_Duplicate(sent, true);
    }
    if (!cJSON_IsObject(before))
        return before;
    cJSON_Delete(before);
    return cJSON_CreateObject();
}

static enum step set_from(struct call *c, struct doc *stored, bool merge, bool *overtaken)
{
    struct doc *base = base_of(c, stored), *made = NULL;
    cJSON *fresh = call_tree(c, sent_dup(c, base));
    struct txn *t;

    if (engine_compose(c, c->op->kind, base, fresh, merge) == ANSWERED)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    *overtaken = view_get(txn_view(t), c->op->kind, call_owner(c), "") != stored;
    if (*overtaken ||
        engine_put(c, t, c->op->kind, call_owner(c), base, fresh, &made) == ANSWERED) {
        txn_rollback(t);
        return ANSWERED;
    }
    arena_on_free(c->arena, doc_unref_any, doc_ref(made));
    txn_commit(t);
    return engine_answer(c, made);
}

static enum step set_single(struct call *c, bool merge)
{
    bool overtaken = true;

    for (int i = 0; overtaken && i < TRIES_MOST; i++) {
        overtaken = false;
        set_from(c, engine_single(c, c->op->kind), merge, &overtaken);
    }
    return overtaken ? refuse_reason(c, WHY_NOT_FOUND) : ANSWERED;
}

/* Back to how it began; what it was is what the answer may show. */
static enum step delete_single(struct call *c)
{
    struct doc *stored = engine_single(c, c->op->kind), *shown = base_of(c, stored);
    struct txn *t = txn_begin(world_store(c->world));
    struct doc *d = view_get(txn_view(t), c->op->kind, call_owner(c), "");

    if (d && engine_remove(c, t, d) == ANSWERED) {
        txn_rollback(t);
        return ANSWERED;
    }
    txn_commit(t);
    return engine_answer_deleted(c, shown);
}

enum step single_serve(struct call *c)
{
    struct view *v = view_begin(world_store(c->world));
    bool there = parent_there(c, v, c->op->kind);

    view_end(v);
    if (!there)
        return engine_missing(c, resource_of(c->op->kind)->parent);
    switch ((enum verb)c->op->verb) {
    case VERB_READ:
        return read_single(c);
    case VERB_CREATE:
    case VERB_REPLACE:
        return set_single(c, false);
    case VERB_MERGE:
        return set_single(c, true);
    case VERB_DELETE:
        return delete_single(c);
    default:
        return GO_ON;
    }
}
