#include "mock/engine/parts.h"

#include "common/mem.h"
#include "mock/spec/schema.h"
#include "mock/world.h"

#include <string.h>

#define TRIES_MOST 100 // of a change that others overtake

/* The doc, held by the arena; NULL: it, or what it lies in, is not there. */
static struct doc *find(struct call *c, enum kind kind, bool *no_parent)
{
    struct view *v = view_begin(world_store(c->world));
    struct doc *d = NULL;

    *no_parent = !parent_there(c, v, kind);
    if (!*no_parent)
        d = view_get(v, kind, call_owner(c), call_id(c));
    if (d)
        arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    view_end(v);
    return d;
}

static enum step nothing_there(struct call *c, enum kind kind, bool no_parent)
{
    return engine_missing(c, no_parent ? resource_of(kind)->parent : kind);
}

static enum step read_one(struct call *c)
{
    bool no_parent;
    struct doc *d = find(c, c->op->kind, &no_parent);

    return d ? engine_answer(c, d) : nothing_there(c, c->op->kind, no_parent);
}

static cJSON *body_dup(struct call *c)
{
    return cJSON_IsObject(c->json) ? cJSON_Duplicate(c->json, true) : cJSON_CreateObject();
}

/* One of the resources of a request is put; *made is borrowed from the txn. */
static enum step put_one(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh,
                         struct doc **made)
{
    if (!parent_there(c, txn_view(t), c->op->kind))
        return nothing_there(c, c->op->kind, true);
    return engine_put(c, t, c->op->kind, call_owner(c), old, fresh, made);
}

static enum step create_one(struct call *c)
{
    cJSON *fresh = call_tree(c, body_dup(c));
    struct doc *made = NULL;
    struct txn *t;

    if (engine_compose(c, c->op->kind, NULL, fresh, false) == ANSWERED)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    if (put_one(c, t, NULL, fresh, &made) == ANSWERED) {
        txn_rollback(t);
        return ANSWERED;
    }
    arena_on_free(c->arena, doc_unref_any, doc_ref(made));
    txn_commit(t);
    return engine_answer(c, made);
}

/* A body that is a list makes one for each item, all or none. */
static enum step create_many(struct call *c)
{
    cJSON *list = call_tree(c, cJSON_Duplicate(c->json, true)), *fresh, *shown;
    struct doc *made = NULL;
    struct txn *t;

    cJSON_ArrayForEach (fresh, list)
        if (engine_compose(c, c->op->kind, NULL, fresh, false) == ANSWERED)
            return ANSWERED;
    shown = cJSON_CreateArray();
    t = txn_begin(world_store(c->world));
    cJSON_ArrayForEach (fresh, list) {
        if (put_one(c, t, NULL, fresh, &made) == ANSWERED) {
            txn_rollback(t);
            cJSON_Delete(shown);
            return ANSWERED;
        }
        cJSON_AddItemToArray(shown, engine_shown(c, made));
    }
    txn_commit(t);
    return answer_value(c, resource_of(c->op->kind), shown);
}

/* True: `old` still stands where it stood (NULL: nothing does). */
static bool unchanged(struct call *c, struct txn *t, const struct doc *old)
{
    return view_get(txn_view(t), c->op->kind, call_owner(c), call_id(c)) == old;
}

/* Composes against `old` without the lock; *overtaken: somebody else changed it meanwhile. */
static enum step change_from(struct call *c, struct doc *old, bool merge, bool *overtaken)
{
    cJSON *fresh = call_tree(c, body_dup(c));
    struct doc *made = NULL;
    struct txn *t;

    if (engine_compose(c, c->op->kind, old, fresh, merge) == ANSWERED)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    *overtaken = !unchanged(c, t, old);
    if (*overtaken || put_one(c, t, old, fresh, &made) == ANSWERED) {
        txn_rollback(t);
        return ANSWERED;
    }
    arena_on_free(c->arena, doc_unref_any, doc_ref(made));
    txn_commit(t);
    return engine_answer(c, made);
}

static enum step change_one(struct call *c, bool merge)
{
    const struct resource *r = resource_of(c->op->kind);
    bool overtaken = true, no_parent;

    for (int i = 0; overtaken && i < TRIES_MOST; i++) {
        struct doc *old = find(c, c->op->kind, &no_parent);

        if (no_parent || (!old && (merge || !r->put_creates)))
            return nothing_there(c, c->op->kind, no_parent);
        overtaken = false;
        change_from(c, old, merge, &overtaken);
    }
    return overtaken ? refuse_reason(c, WHY_NOT_FOUND) : ANSWERED;
}

static enum step delete_one(struct call *c)
{
    struct txn *t;
    struct doc *d;
    bool no_parent;

    if (!find(c, c->op->kind, &no_parent))
        return nothing_there(c, c->op->kind, no_parent);
    t = txn_begin(world_store(c->world));
    d = view_get(txn_view(t), c->op->kind, call_owner(c), call_id(c));
    if (!d || engine_remove(c, t, d) == ANSWERED) {
        txn_rollback(t);
        return d ? ANSWERED : nothing_there(c, c->op->kind, false);
    }
    arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    txn_commit(t);
    return engine_answer_deleted(c, d);
}

static enum step collection_serve(struct call *c)
{
    switch ((enum verb)c->op->verb) {
    case VERB_LIST:
        return engine_list(c);
    case VERB_CREATE:
        return cJSON_IsArray(c->json) ? create_many(c) : create_one(c);
    case VERB_READ:
        return read_one(c);
    case VERB_REPLACE:
        return change_one(c, false);
    case VERB_MERGE:
        return change_one(c, true);
    case VERB_DELETE:
        return delete_one(c);
    case VERB_NONE:
    case VERB_COUNT:
        break;
    }
    return GO_ON;
}

enum step engine_serve(struct call *c)
{
    const struct resource *r = resource_of(c->op->kind);

    if (r->by_hooks || c->op->verb == VERB_NONE)
        return GO_ON;
    return r->form == RESOURCE_SINGLETON ? single_serve(c) : collection_serve(c);
}
