/* zones: holds, which keep others from creating a zone of the same name. What is kept is from when
 * on the hold is in force, and whether it covers subdomains. */
#include "mock/families/zones.h"

#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

/* A hold as it is now; `there` false: none was ever set. */
struct hold {
    bool there, in_force, subdomains;
    int64_t after;
};

static struct hold hold_of(struct call *c, const struct doc *d)
{
    const cJSON *json = d ? doc_json(c, d) : NULL;
    const char *after = json_text(json, "hold_after");
    int64_t now = world_now(c->world);
    struct hold h = { .there = d, .subdomains = json_flag(json, "include_subdomains", false) };

    if (after && stamp_parse(after, now, &h.after))
        h.in_force = h.after <= now;
    return h;
}

static void hold_put(struct call *c, const struct hold *h)
{
    char after[STAMP_ROOM];
    struct txn *t;
    cJSON *json;

    stamp_text(h->after, 6, after);
    json = json_object(J_TEXT("hold_after", after), J_FLAG("include_subdomains", h->subdomains));
    t = txn_begin(world_store(c->world));
    txn_put_take(
        t, doc_new(KIND_ZONE_HOLD, call_owner_of(c, KIND_ZONE_HOLD), "", NULL, json, NULL, NULL));
    txn_commit(t);
    cJSON_Delete(json);
}

/* `include_subdomains` is a text here and a flag where one name is asked for (DOC). */
static cJSON *hold_shown(const struct hold *h, bool flag)
{
    cJSON *shown = json_object(J_FLAG("hold", h->in_force));
    char after[STAMP_ROOM];

    if (!h->there)
        return shown;
    stamp_text(h->after, 6, after);
    json_put(shown, "hold_after", cJSON_CreateString(after));
    json_put(shown, "include_subdomains",
             flag ? cJSON_CreateBool(h->subdomains)
                  : cJSON_CreateString(h->subdomains ? "true" : "false"));
    return shown;
}

static struct hold hold_asked(struct call *c)
{
    return hold_of(c, engine_single(c, KIND_ZONE_HOLD));
}

enum step zone_hold_get(struct call *c)
{
    struct hold h = hold_asked(c);

    return answer(c, hold_shown(&h, false));
}

/* One name at or below the zone: held if it is the zone's own, or the hold covers subdomains. The
 * answer has no envelope (DOC). */
enum step zone_hold_of_name(struct call *c)
{
    const char *name = call_param_named(c, "zone_name");
    struct doc *zone = zone_asked(c);
    struct hold h = hold_asked(c);
    cJSON *shown;
    char *text;

    if (!zone)
        return ANSWERED;
    h.in_force = h.in_force && (h.subdomains || text_same_nocase(name, zone_of(zone)->name));
    shown = hold_shown(&h, true);
    text = json_print_dup(shown);
    cJSON_Delete(shown);
    answer_raw(c, c->op->ok, NULL, text, strlen(text));
    free(text);
    return ANSWERED;
}

/* Since July 2026 only zones of Enterprise plans have holds (LIVE). */
static enum step may_hold(struct call *c)
{
    struct doc *zone = zone_asked(c);

    if (!zone)
        return ANSWERED;
    return zone_of(zone)->plan == PLAN_ENTERPRISE ? GO_ON : refuse(c, ERR_ZONES_HOLD_NOT_ALLOWED);
}

enum step zone_hold_post(struct call *c)
{
    const char *subdomains = call_query(c, "include_subdomains");
    struct hold h = { true, true, subdomains && strcmp(subdomains, "true") == 0,
                      world_now(c->world) };

    if (may_hold(c) == ANSWERED)
        return ANSWERED;
    hold_put(c, &h);
    return answer(c, hold_shown(&h, false));
}

/* A time to come lifts the hold until then; nothing, or a time that was, puts it in force. */
static enum step read_after(struct call *c, const char *text, struct hold *h)
{
    h->after = world_now(c->world);
    if (text && *text && (text_starts(text, "now") || !stamp_parse(text, h->after, &h->after)))
        return refuse(c, ERR_ZONES_HOLD_BAD_TIME);
    h->there = true;
    h->in_force = h->after <= world_now(c->world);
    return GO_ON;
}

enum step zone_hold_patch(struct call *c)
{
    const cJSON *subdomains = json_get(c->json, "include_subdomains");
    struct hold h = hold_asked(c);

    if (may_hold(c) == ANSWERED)
        return ANSWERED;
    if (json_get(c->json, "hold_after") || !h.there)
        if (read_after(c, json_text(c->json, "hold_after"), &h) == ANSWERED)
            return ANSWERED;
    if (subdomains)
        h.subdomains = cJSON_IsTrue(subdomains) ||
                       (cJSON_IsString(subdomains) && strcmp(subdomains->valuestring, "true") == 0);
    hold_put(c, &h);
    return answer(c, hold_shown(&h, false));
}

/* For good, or until the time in the query. */
enum step zone_hold_delete(struct call *c)
{
    const char *until = call_query(c, "hold_after");
    struct hold h = hold_asked(c);
    struct txn *t;

    if (until && *until && h.there) {
        if (read_after(c, until, &h) == ANSWERED)
            return ANSWERED;
        hold_put(c, &h);
        return answer(c, hold_shown(&h, false));
    }
    t = txn_begin(world_store(c->world));
    txn_remove_of(t, KIND_ZONE_HOLD, call_owner_of(c, KIND_ZONE_HOLD), "");
    txn_commit(t);
    h = (struct hold){ 0 };
    return answer(c, hold_shown(&h, false));
}

/* Holds of zones whose name is, or may cover, the one looked for. */
struct search {
    struct call *c;
    struct view *v;
    const char *name, *account;
    struct doc_list same, above;
};

static void visit_hold(void *to, struct doc *d)
{
    static const char root[] = "/zones/";
    struct search *s = to;
    char *id = arena_strndup(s->c->arena, doc_owner(d) + strlen(root), 32);
    struct doc *zone = view_get(s->v, KIND_ZONE, NULL, id);
    const char *name = zone ? zone_of(zone)->name : "";
    size_t len = strlen(s->name), own = strlen(name);

    if (own && strcmp(name, s->name) == 0 && strcmp(zone_of(zone)->account, s->account) != 0)
        doc_list_add(s->c, &s->same, d);
    else if (own && len > own + 1 && text_ends(s->name, name) && s->name[len - own - 1] == '.')
        doc_list_add(s->c, &s->above, d);
}

bool zone_name_is_held(struct call *c, const char *name, const char *account)
{
    struct search s = {
        .c = c, .v = view_begin(world_store(c->world)), .name = name, .account = account
    };
    bool held = false;

    view_walk(s.v, KIND_ZONE_HOLD, visit_hold, &s);
    view_end(s.v);
    for (size_t i = 0; i < s.same.count; i++)
        held = held || hold_of(c, s.same.at[i]).in_force;
    for (size_t i = 0; i < s.above.count; i++) {
        struct hold h = hold_of(c, s.above.at[i]);

        held = held || (h.in_force && h.subdomains);
    }
    return held;
}
