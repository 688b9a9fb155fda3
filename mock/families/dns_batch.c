/* dns_batch: deletes, patches, puts and posts in this order, all or none (DOC; REC 2024). Bodies
 * are brought into normal form before the lock is taken, against what stood there then; if that has
 * changed by the time the lock is held, the whole is prepared anew. */
#include "gen/hooks.h"
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/store/index.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

enum act { ACT_DELETE, ACT_PATCH, ACT_PUT, ACT_POST, ACT_COUNT };

static const char *const lists[ACT_COUNT] = { "deletes", "patches", "puts", "posts" };

struct action {
    enum act act;
    const cJSON *given;
    const char *id;          // lower case; NULL: a post
    const struct doc *found; // in the store when prepared; NULL: made or gone within this batch
    const struct doc *old;   // what the action meets: `found`, or what an earlier action left
    cJSON *fresh;            // the body composed
    cJSON *shown;            // of the answer
};

struct batch {
    struct call *c;
    const char *owner;
    struct action *at;
    size_t count, ready; // ready: those that could be prepared
    int64_t now;
};

static void delete_tree(void *json)
{
    cJSON_Delete(json);
}

static void read_actions(struct batch *b)
{
    for (int act = 0; act < ACT_COUNT; act++) {
        const cJSON *given;

        cJSON_ArrayForEach (given, json_get(b->c->json, lists[act])) {
            const char *id = json_text(given, "id");
            char *lower = act == ACT_POST ? NULL : arena_strdup(b->c->arena, id ? id : "");

            if (lower)
                text_lower(lower);
            b->at[b->count++] =
                (struct action){ .act = (enum act)act, .given = given, .id = lower };
        }
    }
}

/* The lists are arrays of objects, or null; too many actions are refused as a whole. */
static enum step check(struct batch *b, const struct dns_zone *zone)
{
    size_t count = 0;

    for (int act = 0; act < ACT_COUNT; act++) {
        const cJSON *list = json_get(b->c->json, lists[act]), *item;

        if (list && !cJSON_IsNull(list) && !cJSON_IsArray(list))
            return refuse(b->c, ERR_DNS_BODY,
                          arena_printf(b->c->arena, "%s is not an array", lists[act]));
        cJSON_ArrayForEach (item, list) {
            if (!cJSON_IsObject(item))
                return refuse(b->c, ERR_DNS_BODY,
                              arena_printf(b->c->arena, "%s holds what is no object", lists[act]));
            count++;
        }
    }
    if (count > zone->batch_most)
        return refuse(b->c, ERR_DNS_BATCH_MANY, arena_printf(b->c->arena, "%zu", zone->batch_most));
    b->at = arena_alloc(b->c->arena, (count + 1) * sizeof *b->at);
    return GO_ON;
}

/* Looks up what the actions name, once; the docs live as long as the request. */
static void find_old(struct batch *b)
{
    struct view *v = view_begin(world_store(b->c->world));

    for (size_t i = 0; i < b->count; i++) {
        struct action *a = &b->at[i];
        struct doc *d = a->id ? view_get(v, KIND_DNS_RECORD, b->owner, a->id) : NULL;

        a->found = a->old = d ? doc_ref(d) : NULL;
        if (d)
            arena_on_free(b->c->arena, doc_unref_any, d);
    }
    view_end(v);
}

static enum step missing(struct call *c, const struct action *a)
{
    const char *id = json_text(a->given, "id");

    return refuse(c, ERR_DNS_RECORD_ID_UNKNOWN, id ? id : "");
}

/* Composes the body against what the action meets. */
static enum step compose(struct batch *b, struct action *a)
{
    cJSON *before;

    if (a->id && !a->old)
        return missing(b->c, a);
    if (a->act == ACT_DELETE)
        return GO_ON;
    a->fresh = cJSON_Duplicate(a->given, true);
    arena_on_free(b->c->arena, delete_tree, a->fresh);
    cJSON_DeleteItemFromObjectCaseSensitive(a->fresh, "id");
    if (engine_compose(b->c, KIND_DNS_RECORD, a->old, a->fresh, a->act == ACT_PATCH) == ANSWERED)
        return ANSWERED;
    before = a->old ? doc_json_dup(a->old) : NULL;
    dns_record_stamp(a->fresh, before, b->now); // one for the whole batch (REC)
    cJSON_Delete(before);
    return GO_ON;
}

/* What the action leaves behind, for a later one on the same record. */
static const struct doc *left_by(struct batch *b, const struct action *a)
{
    struct doc *d;

    if (a->act == ACT_DELETE)
        return NULL;
    d = doc_new(KIND_DNS_RECORD, b->owner, a->id, NULL, a->fresh, NULL, NULL);
    arena_on_free(b->c->arena, doc_unref_any, d);
    return d;
}

/* Prepares actions up to the first that is refused; its answer is made again if none before it
 * fails. */
static void prepare(struct batch *b)
{
    struct index last; // id -> the last action on it

    find_old(b);
    index_init(&last);
    for (b->ready = 0; b->ready < b->count; b->ready++) {
        struct action *a = &b->at[b->ready], *earlier = a->id ? index_get(&last, a->id) : NULL;

        if (earlier) {
            a->old = left_by(b, earlier);
            a->found = NULL;
        }
        if (compose(b, a) == ANSWERED)
            break;
        if (a->id)
            index_put(&last, a->id, a);
    }
    index_release(&last);
}

static cJSON *doc_shown(const struct doc *d)
{
    return cJSON_CreateRaw(doc_text(d, NULL));
}

/* A CNAME that came without settings shows none in the batch's answer (REC 2024). */
static cJSON *made_shown(const struct action *a, const struct doc *d)
{
    cJSON *shown;

    if (a->act == ACT_PATCH || dns_extra_of(d)->type != DNS_CNAME || json_get(a->given, "settings"))
        return doc_shown(d);
    shown = doc_json_dup(d);
    json_put(shown, "settings", cJSON_CreateObject());
    return shown;
}

enum outcome { DONE, REFUSED, CHANGED };

static enum outcome apply_one(struct batch *b, struct txn *t, struct action *a)
{
    struct doc *there = a->id ? view_get(txn_view(t), KIND_DNS_RECORD, b->owner, a->id) : NULL,
               *made;

    if (a->found && a->found != there)
        return CHANGED;
    if (a->act == ACT_DELETE) {
        a->shown = doc_shown(there);
        return engine_remove(b->c, t, there) == ANSWERED ? REFUSED : DONE;
    }
    if (engine_put(b->c, t, KIND_DNS_RECORD, b->owner, there, a->fresh, &made) == ANSWERED)
        return REFUSED;
    a->shown = made_shown(a, made);
    return DONE;
}

static enum outcome apply(struct batch *b)
{
    struct txn *t = txn_begin(world_store(b->c->world));
    enum outcome outcome = DONE;

    for (size_t i = 0; i < b->ready && outcome == DONE; i++)
        outcome = apply_one(b, t, &b->at[i]);
    if (outcome == DONE && b->ready == b->count)
        txn_commit(t);
    else
        txn_rollback(t);
    return outcome;
}

static void drop_shown(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        cJSON_Delete(b->at[i].shown);
        b->at[i].shown = NULL;
    }
}

/* A list that was empty or left out comes back as null (REC). */
static cJSON *result_of(struct batch *b)
{
    cJSON *list[ACT_COUNT] = { NULL }, *result = cJSON_CreateObject();

    for (size_t i = 0; i < b->count; i++) {
        struct action *a = &b->at[i];

        if (!list[a->act])
            list[a->act] = cJSON_CreateArray();
        cJSON_AddItemToArray(list[a->act], a->shown);
        a->shown = NULL;
    }
    for (int act = 0; act < ACT_COUNT; act++)
        json_put(result, lists[act], list[act] ? list[act] : cJSON_CreateNull());
    return result;
}

/* POST …/dns_records/batch */
enum step dns_batch(struct call *c)
{
    struct batch b = { .c = c,
                       .owner = call_owner_of(c, KIND_DNS_RECORD),
                       .now = world_now(c->world) };
    const struct dns_zone *zone = dns_zone_of(c);
    enum outcome outcome;

    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    if (check(&b, zone) == ANSWERED)
        return ANSWERED;
    read_actions(&b);
    for (;;) {
        prepare(&b);
        outcome = apply(&b);
        if (outcome == DONE && b.ready == b.count)
            return answer(c, result_of(&b));
        drop_shown(&b);
        if (outcome == REFUSED || (outcome == DONE && compose(&b, &b.at[b.ready]) == ANSWERED))
            return ANSWERED;
    }
}
