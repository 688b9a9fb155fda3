/* zones: environments of zone versioning, which are one list, and the use of custom name servers.
 */
#include "mock/families/zones.h"

#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

/* Changes the list of environments in place by what was sent; ANSWERED: refused. */
typedef enum step environments_change(struct call *c, cJSON *list, const cJSON *sent);

static bool is_named(const cJSON *environment, const char *id)
{
    const char *ref = json_text(environment, "ref");
    const char *application = json_text(environment, "http_application_id");

    return (ref && strcmp(ref, id) == 0) || (application && strcmp(application, id) == 0);
}

static cJSON *environment_find(cJSON *list, const char *id)
{
    cJSON *one;

    cJSON_ArrayForEach (one, list)
        if (id && is_named(one, id))
            return one;
    return NULL;
}

static void environment_add(struct call *c, cJSON *list, const cJSON *sent)
{
    cJSON *made = cJSON_Duplicate(sent, true);
    char id[33];

    world_hex(c->world, id, 32);
    if (!json_text(made, "http_application_id"))
        json_put(made, "http_application_id", cJSON_CreateString(id));
    cJSON_AddItemToArray(list, made);
}

static enum step add_all(struct call *c, cJSON *list, const cJSON *sent)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, sent)
        environment_add(c, list, one);
    return GO_ON;
}

static enum step put_all(struct call *c, cJSON *list, const cJSON *sent)
{
    while (list->child)
        cJSON_DeleteItemFromArray(list, 0);
    return add_all(c, list, sent);
}

static enum step edit_all(struct call *c, cJSON *list, const cJSON *sent)
{
    const cJSON *one, *member;

    cJSON_ArrayForEach (one, sent) {
        cJSON *old = environment_find(list, json_text(one, "ref"));

        if (!old)
            return refuse(c, ERR_ZONES_ENVIRONMENT_UNKNOWN);
        cJSON_ArrayForEach (member, one)
            json_put(old, member->string, cJSON_Duplicate(member, true));
    }
    return GO_ON;
}

static enum step remove_one(struct call *c, cJSON *list, const cJSON *sent)
{
    cJSON *one = environment_find(list, call_param_named(c, "environment_id"));

    (void)sent;
    if (!one)
        return refuse(c, ERR_ZONES_ENVIRONMENT_UNKNOWN);
    cJSON_Delete(cJSON_DetachItemViaPointer(list, one));
    return GO_ON;
}

/* False: somebody changed it meanwhile. */
static bool swap(struct call *c, enum kind kind, const struct doc *old, const cJSON *json)
{
    const char *owner = call_owner_of(c, kind);
    struct doc *made = doc_new(kind, owner, "", NULL, json, NULL, NULL);
    struct txn *t = txn_begin(world_store(c->world));
    bool same = view_get(txn_view(t), kind, owner, "") == old;

    if (same)
        txn_put_take(t, made);
    txn_commit(t);
    if (!same)
        doc_unref(made);
    return same;
}

static enum step change(struct call *c, environments_change *how)
{
    for (;;) {
        struct doc *old = engine_single(c, KIND_ZONE_ENVIRONMENTS);
        cJSON *whole = engine_single_shown(c, KIND_ZONE_ENVIRONMENTS);
        enum step step = how(c, json_get(whole, "environments"), json_get(c->json, "environments"));

        if (step == GO_ON && swap(c, KIND_ZONE_ENVIRONMENTS, old, whole))
            return answer(c, whole);
        cJSON_Delete(whole);
        if (step == ANSWERED)
            return ANSWERED;
    }
}

enum step zone_environments_add(struct call *c)
{
    return change(c, add_all);
}

enum step zone_environments_put(struct call *c)
{
    return change(c, put_all);
}

enum step zone_environments_edit(struct call *c)
{
    return change(c, edit_all);
}

enum step zone_environment_delete(struct call *c)
{
    return change(c, remove_one);
}

/* The two members stand in the envelope itself (DOC). */
enum step zone_custom_ns_get(struct call *c)
{
    struct doc *d = engine_single(c, KIND_ZONE_CUSTOM_NS);
    const cJSON *kept = d ? doc_json(c, d) : NULL;
    cJSON *body = json_object(J_FLAG("success", true), J_TREE("errors", cJSON_CreateArray()),
                              J_TREE("messages", cJSON_CreateArray()),
                              J_FLAG("enabled", json_flag(kept, "enabled", false)),
                              J_WHOLE("ns_set", json_whole(kept, "ns_set", 1)));
    char *text = json_print_dup(body);

    cJSON_Delete(body);
    answer_raw(c, c->op->ok, NULL, text, strlen(text));
    free(text);
    return ANSWERED;
}

enum step zone_custom_ns_put(struct call *c)
{
    struct doc *old;
    cJSON *json = json_object(J_FLAG("enabled", json_flag(c->json, "enabled", false)),
                              J_WHOLE("ns_set", json_whole(c->json, "ns_set", 1)));

    do
        old = engine_single(c, KIND_ZONE_CUSTOM_NS);
    while (!swap(c, KIND_ZONE_CUSTOM_NS, old, json));
    cJSON_Delete(json);
    return answer(c, cJSON_CreateArray());
}
