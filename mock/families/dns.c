/* dns: hooks of one record: its normal form, and what may not stand beside it. */
#include "gen/hooks.h"
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdio.h>
#include <string.h>

#define NAME_WIRE_MOST 8192 // bytes of all contents of one name (REP)

/* Shape hook. */
enum step dns_record_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    const struct dns_zone *zone = dns_zone_of(c);
    struct dns_fault fault;
    cJSON *before;

    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    if (!dns_record_normal(c->arena, zone, fresh, &fault))
        return refuse(c, fault.error, fault.word, fault.word2);
    before = old ? doc_json_dup(old) : NULL;
    dns_record_stamp(fresh, before, world_now(c->world));
    cJSON_Delete(before);
    return GO_ON;
}

/* The records of one zone under the lock, and the one that is to be written. */
struct look {
    struct view *v;
    const char *owner, *name;
    const struct doc *old;
};

static struct doc *by_name(const struct look *l, size_t i)
{
    return view_nth_in(l->v, KIND_DNS_RECORD, l->owner, 1, i);
}

/* Is there a record of that name and type, with that content, other than the one to be written? */
static bool stands(const struct look *l, enum dns_type type, const char *content, int32_t priority)
{
    struct dns_sought sought = { l->name, type, content, priority };
    size_t i = view_first_not(l->v, KIND_DNS_RECORD, l->owner, 1, dns_sought_below, &sought);

    for (struct doc *d; (d = by_name(l, i)) && dns_sought_compare(d, &sought) == 0; i++)
        if (!l->old || strcmp(doc_id(d), doc_id(l->old)) != 0)
            return true;
    return false;
}

bool dns_record_stands(struct view *v, const char *owner, const cJSON *shown)
{
    struct look l = { v, owner, json_text(shown, "name"), NULL };

    return stands(&l, dns_type_of(json_text(shown, "type")), json_text(shown, "content"),
                  (int32_t)json_whole(shown, "priority", -1));
}

static bool name_is_full(const struct look *l, size_t wire)
{
    struct dns_sought sought = { .name = l->name, .type = DNS_TYPE_COUNT };
    size_t i = view_first_not(l->v, KIND_DNS_RECORD, l->owner, 1, dns_sought_below, &sought);

    for (struct doc *d;
         (d = by_name(l, i)) && wire <= NAME_WIRE_MOST && dns_sought_compare(d, &sought) == 0; i++)
        if (!l->old || strcmp(doc_id(d), doc_id(l->old)) != 0)
            wire += dns_extra_of(d)->wire;
    return wire > NAME_WIRE_MOST;
}

static bool has_address(const struct look *l)
{
    return stands(l, DNS_A, NULL, -1) || stands(l, DNS_AAAA, NULL, -1);
}

/* What may not share a name (DOC, REC): CNAME with addresses and other CNAMEs, below the zone's own
 * name also NS with any of them. 0: nothing is in the way. */
static enum error_id clash(const struct look *l, const struct dns_zone *zone, enum dns_type type)
{
    bool address = type == DNS_A || type == DNS_AAAA, apex = strcmp(l->name, zone->name) == 0;

    if (type == DNS_CNAME && (has_address(l) || stands(l, DNS_CNAME, NULL, -1)))
        return ERR_DNS_HOST_TAKEN;
    if (address && stands(l, DNS_CNAME, NULL, -1))
        return ERR_DNS_CNAME_TAKEN;
    if ((address || type == DNS_CNAME) && !apex && stands(l, DNS_NS, NULL, -1))
        return ERR_DNS_NS_TAKEN;
    if (type == DNS_NS && !apex && (has_address(l) || stands(l, DNS_CNAME, NULL, -1)))
        return ERR_DNS_HOST_TAKEN;
    return 0;
}

/* Conflict hook. An identical CNAME is told as a clash (REC 2024). */
enum step dns_record_conflict(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh)
{
    struct look l = { txn_view(t), call_owner_of(c, KIND_DNS_RECORD), json_text(fresh, "name"),
                      old };
    const struct dns_zone *zone = dns_zone_in(c, l.v);
    enum dns_type type = dns_type_of(json_text(fresh, "type"));
    const char *content = json_text(fresh, "content");
    enum error_id error;

    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    error = clash(&l, zone, type);
    if (error)
        return refuse(c, error);
    if (stands(&l, type, content, (int32_t)json_whole(fresh, "priority", -1)))
        return refuse(c, ERR_DNS_IDENTICAL);
    if (!old && zone->quota != DNS_NO_QUOTA &&
        view_count(l.v, KIND_DNS_RECORD, l.owner) >= (size_t)zone->quota)
        return refuse(c, ERR_DNS_QUOTA);
    if (name_is_full(&l, dns_record_wire(type, content)))
        return refuse(c, ERR_DNS_NAME_FULL);
    return GO_ON;
}

/* GET …/dns_records/usage */
enum step dns_usage(struct call *c)
{
    struct view *v = view_begin(world_store(c->world));
    const struct dns_zone *zone = dns_zone_in(c, v);
    size_t count = zone ? view_count(v, KIND_DNS_RECORD, call_owner_of(c, KIND_DNS_RECORD)) : 0;

    view_end(v);
    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    return answer(c, json_object(J_WHOLE("record_usage", (int64_t)count),
                                 J_TREE("record_quota", zone->quota == DNS_NO_QUOTA
                                                            ? cJSON_CreateNull()
                                                            : json_number(zone->quota))));
}

struct usage {
    struct view *v;
    const char *account;
    size_t records;
};

static void add_zone(void *to, struct doc *d)
{
    struct usage *u = to;
    char owner[64];

    if (strcmp(doc_owner(d), u->account) != 0)
        return;
    snprintf(owner, sizeof owner, "/zones/%s/dns_records", doc_id(d));
    u->records += view_count(u->v, KIND_DNS_RECORD, owner);
}

/* GET /accounts/…/dns_records/usage: all zones of the account. Accounts have no quota of their own
 * (INF). */
enum step dns_usage_account(struct call *c)
{
    const char *given = call_param_named(c, "account_id");
    char *id = arena_strdup(c->arena, given);
    struct usage u = { view_begin(world_store(c->world)), id, 0 };

    text_lower(id);
    view_walk(u.v, KIND_ZONE, add_zone, &u);
    view_end(u.v);
    return answer(c,
                  json_object(J_WHOLE("record_usage", (int64_t)u.records), J_NULL("record_quota")));
}

/* GET …/scan/review: a scan finds nothing. */
enum step dns_scan_review(struct call *c)
{
    return answer_list(c, cJSON_CreateArray(),
                       json_object(J_WHOLE("page", 1), J_WHOLE("per_page", 100),
                                   J_WHOLE("count", 0), J_WHOLE("total_count", 0),
                                   J_WHOLE("total_pages", 1)));
}
