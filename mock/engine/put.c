/* Under the write lock: look at others, put, remove. */
#include "mock/engine/parts.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

struct key {
    const cJSON *fresh;
    struct buf out;
    bool whole;
};

static void key_visit(void *to, const char *word)
{
    struct key *k = to;
    const cJSON *value = json_at(k->fresh, word);
    char *text;

    if (!value || cJSON_IsNull(value)) {
        k->whole = false;
        return;
    }
    text = json_print_dup(value);
    buf_char(&k->out, '\n');
    buf_text(&k->out, text);
    cJSON_free(text);
}

/* Owner, number of the rule and its values: unique in the store of the kind; NULL: a value is
 * absent. */
static char *key_dup(const struct resource_unique *u, const char *owner, const cJSON *fresh)
{
    struct key k = { .fresh = fresh, .whole = true };

    buf_init(&k.out);
    buf_text(&k.out, owner);
    words_each(u->members, key_visit, &k);
    if (k.whole)
        return buf_take(&k.out);
    buf_release(&k.out);
    return NULL;
}

/* Rules behind the first have no index: the shelf is walked. */
static bool taken_by_another(struct txn *t, enum kind kind, const struct resource_unique *u,
                             const char *owner, const struct doc *old, const cJSON *fresh)
{
    char *wanted = key_dup(u, owner, fresh);
    struct view *v = txn_view(t);
    bool taken = false;

    for (size_t i = 0; wanted && !taken && i < view_count(v, kind, owner); i++) {
        const struct doc *other = view_nth(v, kind, owner, i);
        cJSON *json;
        char *key;

        if (old && !strcmp(doc_id(other), doc_id(old)))
            continue;
        json = doc_json_dup(other);
        key = key_dup(u, owner, json);
        taken = key && !strcmp(key, wanted);
        free(key);
        cJSON_Delete(json);
    }
    free(wanted);
    return taken;
}

static enum step check_unique(struct call *c, struct txn *t, enum kind kind, const char *owner,
                              const struct doc *old, const cJSON *fresh)
{
    const struct resource *r = resource_of(kind);

    for (size_t i = 0; i < r->uniques_count; i++) {
        const struct resource_unique *u = &spec_uniques[r->uniques + i];
        bool taken;

        if (i == 0) {
            char *key = key_dup(u, owner, fresh);
            const struct doc *other = key ? view_by_key(txn_view(t), kind, key) : NULL;

            taken = other && !(old && !strcmp(doc_id(other), doc_id(old)));
            free(key);
        } else {
            taken = taken_by_another(t, kind, u, owner, old, fresh);
        }
        if (taken)
            return refuse(c, u->error);
    }
    return GO_ON;
}

struct target {
    struct view *v;
    enum kind kind;
    const char *owner;
    bool all;
};

static bool target_visit(const cJSON *value, const void *of)
{
    struct target *target = (struct target *)of;

    if (cJSON_IsString(value) && *value->valuestring && target->owner &&
        !view_get(target->v, target->kind, target->owner, value->valuestring))
        target->all = false;
    return false;
}

static enum step check_refs(struct call *c, struct txn *t, const struct resource *r,
                            const cJSON *fresh)
{
    for (size_t i = 0; i < r->refs_count; i++) {
        const struct resource_ref *ref = &spec_refs[r->refs + i];
        struct target target = { txn_view(t), ref->kind, call_owner_of(c, ref->kind), true };

        member_matches(fresh, spec_text(ref->member), target_visit, &target);
        if (!target.all)
            return refuse(c, ref->error);
    }
    return GO_ON;
}

/* The id that the fresh resource is kept under. */
static char *id_dup(struct call *c, const struct resource *r, const struct doc *old,
                    const cJSON *fresh)
{
    const cJSON *own = *spec_text(r->id_member) ? json_get(fresh, spec_text(r->id_member)) : NULL;
    char random[33];

    if (r->form == RESOURCE_SINGLETON)
        return xstrdup("");
    if (old)
        return xstrdup(doc_id(old));
    if (resource_of(c->op->kind) == r && c->op->verb == VERB_REPLACE)
        return xstrdup(call_id(c));
    if (cJSON_IsString(own) && *own->valuestring)
        return xstrdup(own->valuestring);
    if (own && (cJSON_IsNumber(own) || cJSON_IsRaw(own)))
        return json_print_dup(own);
    world_hex(c->world, random, 32);
    return xstrdup(random);
}

/* POST of a name that is there: no code of its own is known for it (INF: 400 in the dialect). */
static bool is_taken(struct call *c, struct txn *t, enum kind kind, const char *owner,
                     const struct doc *old, const char *id)
{
    const struct resource *r = resource_of(kind);

    if (old || r->id_style != ID_NAME || r->put_creates ||
        !view_get(txn_view(t), kind, owner, id))
        return false;
    c->why.detail =
        arena_printf(c->arena, "\"%s\" is taken: there is one already", spec_text(r->id_member));
    return true;
}

enum step engine_put(struct call *c, struct txn *t, enum kind kind, const char *owner,
                     const struct doc *old, cJSON *fresh, struct doc **made)
{
    const struct resource *r = resource_of(kind);
    const struct kind_hooks *hooks = &spec_kind_hooks[kind];
    void (*done)(void *) = NULL;
    void *extra;
    char *id, *key;

    if (!old && r->limit && view_count(txn_view(t), kind, owner) >= r->limit)
        return refuse(c, r->limit_error);
    if (check_unique(c, t, kind, owner, old, fresh) == ANSWERED ||
        check_refs(c, t, r, fresh) == ANSWERED)
        return ANSWERED;
    if (hooks->conflict && hooks->conflict(c, t, old, fresh) == ANSWERED)
        return ANSWERED;
    id = id_dup(c, r, old, fresh);
    if (is_taken(c, t, kind, owner, old, id)) {
        free(id);
        return refuse_reason(c, WHY_INVALID_BODY);
    }
    key = r->uniques_count ? key_dup(&spec_uniques[r->uniques], owner, fresh) : NULL;
    extra = hooks->extra ? hooks->extra(fresh, &done) : NULL;
    *made = doc_new(kind, owner, id, key, fresh, extra, done);
    txn_put_take(t, *made);
    free(key);
    free(id);
    return hooks->after ? hooks->after(c, t, *made) : GO_ON;
}

enum step engine_remove(struct call *c, struct txn *t, struct doc *old)
{
    enum kind kind = doc_kind(old);
    removed_hook *removed = spec_kind_hooks[kind].removed;
    char *path;

    if (removed && removed(c, t, old) == ANSWERED)
        return ANSWERED;
    path = resource_of(kind)->form == RESOURCE_COLLECTION
               ? item_path_dup(doc_owner(old), doc_id(old))
               : xstrdup(doc_owner(old));
    engine_clear_below(t, kind, path);
    txn_remove_of(t, kind, doc_owner(old), doc_id(old));
    free(path);
    return GO_ON;
}
