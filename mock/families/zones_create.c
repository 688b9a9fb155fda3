/* zones: POST /zones. */
#include "mock/families/zones.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/state/domain.h"
#include "mock/state/plans.h"
#include "mock/state/policy.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CHECK (60 * STAMP_SECOND) // DOC: name servers are looked at after a minute

/* Names that the mock never gives out, each for one error of the real API. */
static const struct {
    const char *name;
    enum error_id error;
} reserved[] = {
    { "banned.test", ERR_ZONES_BANNED },
    { "restricted.test", ERR_ZONES_RESTRICTED },
    { "refused.test", ERR_ZONES_REFUSED },
    { "unregistered.test", ERR_ZONES_NOT_REGISTERED },
    { "lookup-failed.test", ERR_ZONES_LOOKUP_FAILED },
};

/* Needs a right on all zones of the account: one on single zones does not reach a zone to come. */
static enum step may_create(struct call *c, const char *account)
{
    struct view *v = view_begin(world_store(c->world));
    enum reason reason = WHY_MISSING_GROUP;

    for (size_t i = 0; i < c->op->groups_count && reason != WHY_OK; i++)
        reason =
            policy_judge(v, &c->who, &group_table[spec_groups[c->op->groups + i]], account, "new");
    view_end(v);
    if (reason == WHY_OK)
        return GO_ON;
    if (world_mode(c->world) != MODE_ENFORCE && reason != WHY_FOREIGN_ACCOUNT) {
        if (!c->would_deny)
            call_answer_header(c, "Mockflare-Would-Deny", "Zone Write on all zones of the account");
        c->would_deny = true;
        return GO_ON;
    }
    refuse(c, ERR_ZONES_CREATE_DENIED);
    c->why.reason = reason;
    c->why.groups = spec_groups + c->op->groups;
    c->why.groups_count = c->op->groups_count;
    c->why.detail = "creating zones needs the permission on all zones of the account in the body";
    return ANSWERED;
}

static enum step name_check(struct call *c, const char *ascii, const struct account *account)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        if (strcmp(reserved[i].name, ascii) == 0)
            return refuse(c, reserved[i].error, ascii);
    if (!domain_is_name(ascii))
        return refuse(c, ERR_ZONES_NOT_REGISTERED, ascii);
    if (!account->enterprise &&
        !domain_is_registrable(ascii)) // DOC: subdomain setup is Enterprise's
        return refuse(c, ERR_ZONES_SUBDOMAIN, ascii);
    if (zone_name_is_held(c, ascii, account->id))
        return refuse(c, ERR_ZONES_HELD);
    return GO_ON;
}

static enum step plan_check(struct call *c, cJSON *zone)
{
    const cJSON *asked = json_get(c->json, "plan");
    const char *id = json_text(asked, "id");
    enum plan plan;

    if (!id)
        id = json_text(asked, "legacy_id");
    if (!id)
        return GO_ON;
    if (!plan_find(id, &plan))
        return refuse(c, ERR_ZONES_PLAN_UNKNOWN);
    zone_set_plan(zone, plan);
    return GO_ON;
}

/* How often the account had a zone of that name before. */
static unsigned times_before(struct call *c, const char *account, const char *ascii)
{
    struct doc *past = doc_held(c, KIND_FORMER_ZONE, zone_former_owner(c, account), ascii);

    return past ? (unsigned)json_whole(doc_json(c, past), "times", 0) : 0;
}

static cJSON *zone_new(struct call *c, const struct doc *account, const char *ascii)
{
    const char *type = json_text(c->json, "type"), *id = doc_id(account);
    unsigned before = times_before(c, id, ascii);
    char now[STAMP_ROOM], due[STAMP_ROOM];
    cJSON *owner, *zone;

    stamp_text(world_now(c->world), 6, now);
    stamp_text(world_now(c->world) + FIRST_CHECK, 6, due);
    owner = json_object(J_TEXT("id", id), J_TEXT("name", account_of(account)->name));
    zone = json_object(J_TEXT("name", json_text(c->json, "name")), J_TEXT("status", "pending"),
                       J_TEXT("type", type ? type : "full"), J_TEXT("created_on", now),
                       J_TEXT("modified_on", now), J_TEXT("activates_on", due),
                       J_TREE("account", owner));
    if (before)
        json_put(zone, "name_servers", zone_name_servers(id, before));
    return zone;
}

/* False: the account has a zone of that name. */
static bool zone_add(struct call *c, struct doc *made)
{
    const struct zone *z = zone_of(made);
    struct txn *t = txn_begin(world_store(c->world));
    bool taken = false;

    view_each (txn_view(t), d, KIND_ZONE, z->account)
        taken = taken || strcmp(zone_of(d)->name, z->name) == 0;
    if (!taken)
        txn_put_take(t, doc_ref(made));
    txn_commit(t);
    return !taken;
}

static enum step create(struct call *c, const struct doc *account, const char *ascii)
{
    const char *type = json_text(c->json, "type");
    struct doc *made;
    cJSON *zone;

    if (name_check(c, ascii, account_of(account)) == ANSWERED)
        return ANSWERED;
    if (type && strcmp(type, "partial") == 0 && !account_of(account)->enterprise)
        return refuse(c, ERR_ZONES_PARTIAL);
    zone = zone_new(c, account, ascii);
    if (plan_check(c, zone) == ANSWERED) {
        cJSON_Delete(zone);
        return ANSWERED;
    }
    made = zone_doc_new(c->world, zone);
    cJSON_Delete(zone);
    arena_on_free(c->arena, doc_unref_any, made);
    if (!zone_add(c, made))
        return refuse(c, ERR_ZONES_EXISTS, ascii);
    return answer(c, zone_shown(c, made));
}

enum step zones_create(struct call *c)
{
    const char *id = json_text(json_get(c->json, "account"), "id");
    const struct doc *account;
    char *lower, *ascii;
    enum step step;

    if (!id || !*id)
        return refuse(c, ERR_ZONES_NO_ACCOUNT);
    lower = arena_strdup(c->arena, id);
    text_lower(lower);
    if (may_create(c, lower) == ANSWERED)
        return ANSWERED;
    account = doc_held(c, KIND_ACCOUNT, NULL, lower);
    if (!account)
        return refuse(c, ERR_ZONES_CREATE_DENIED);
    ascii = domain_ascii_dup(json_text(c->json, "name"));
    step = create(c, account, ascii);
    free(ascii);
    return step;
}
