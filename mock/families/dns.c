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

/* What shares a name with a record that is to be written. */
struct beside {
    bool address, cname, ns, same;
    size_t wire; // of all contents
};

static void look_at(const struct doc *d, const struct dns_sought *fresh, struct beside *out)
{
    const struct dns_extra *x = dns_extra_of(d);

    out->address = out->address || x->type == DNS_A || x->type == DNS_AAAA;
    out->cname = out->cname || x->type == DNS_CNAME;
    out->ns = out->ns || x->type == DNS_NS;
    out->same = out->same || dns_sought_compare(d, fresh) == 0;
    out->wire += x->wire;
}

/* One look-up by name; there are never more bytes than fit. `old` is what is to be replaced. */
static struct beside look_beside(struct view *v, const char *owner, const struct dns_sought *fresh,
                                 const struct doc *old)
{
    struct dns_sought name = { .name = fresh->name, .type = DNS_TYPE_COUNT };
    size_t i = view_first_not(v, KIND_DNS_RECORD, owner, 1, dns_sought_below, &name);
    struct beside out = { 0 };

    for (struct doc *d; (d = view_nth_in(v, KIND_DNS_RECORD, owner, 1, i)) != NULL; i++) {
        if (dns_sought_compare(d, &name) != 0)
            break;
        if (!old || strcmp(doc_id(d), doc_id(old)) != 0)
            look_at(d, fresh, &out);
    }
    return out;
}

/* What may not share a name (DOC, REC): CNAME with addresses and other CNAMEs, below the zone's own
 * name also NS with any of them. 0: nothing is in the way. An identical CNAME is told as a clash
 * (REC 2024). */
static enum error_id clash(const struct beside *b, enum dns_type type, bool apex)
{
    bool address = type == DNS_A || type == DNS_AAAA, delegation = type == DNS_NS && !apex;

    if ((type == DNS_CNAME || delegation) && (b->address || b->cname))
        return ERR_DNS_HOST_TAKEN;
    if (address && b->cname)
        return ERR_DNS_CNAME_TAKEN;
    if ((address || type == DNS_CNAME) && !apex && b->ns)
        return ERR_DNS_NS_TAKEN;
    return b->same ? ERR_DNS_IDENTICAL : 0;
}

static struct dns_sought sought_of(const cJSON *shown)
{
    return (struct dns_sought){ json_text(shown, "name"), dns_type_of(json_text(shown, "type")),
                                json_text(shown, "content"),
                                (int32_t)json_whole(shown, "priority", -1) };
}

/* Conflict hook. */
enum step dns_record_conflict(struct call *c, struct txn *t, const struct doc *old, cJSON *fresh)
{
    const char *owner = call_owner_of(c, KIND_DNS_RECORD);
    struct view *v = txn_view(t);
    const struct dns_zone *zone = dns_zone_in(c, v);
    struct dns_sought s = sought_of(fresh);
    struct beside beside;
    enum error_id error;

    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    beside = look_beside(v, owner, &s, old);
    error = clash(&beside, s.type, strcmp(s.name, zone->name) == 0);
    if (error)
        return refuse(c, error);
    if (!old && zone->quota != DNS_NO_QUOTA &&
        view_count(v, KIND_DNS_RECORD, owner) >= (size_t)zone->quota)
        return refuse(c, ERR_DNS_QUOTA);
    if (beside.wire + dns_record_wire(s.type, s.content) > NAME_WIRE_MOST)
        return refuse(c, ERR_DNS_NAME_FULL);
    return GO_ON;
}

bool dns_record_stands(struct view *v, const char *owner, const cJSON *shown)
{
    struct dns_sought s = sought_of(shown);
    size_t i = view_first_not(v, KIND_DNS_RECORD, owner, 1, dns_sought_below, &s);
    const struct doc *d = view_nth_in(v, KIND_DNS_RECORD, owner, 1, i);

    return d && dns_sought_compare(d, &s) == 0;
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
