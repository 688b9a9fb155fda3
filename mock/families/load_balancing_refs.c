/* Load balancing: who refers to whom, and what is asked about whole collections. */
#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/load_balancing.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define ID_LEN 32

/* Each id once. */
struct ids {
    size_t count;
    char (*id)[ID_LEN + 1];
};

static void ids_add(void *to, const char *id)
{
    struct ids *ids = to;

    if (strlen(id) != ID_LEN)
        return;
    for (size_t i = 0; i < ids->count; i++)
        if (strcmp(ids->id[i], id) == 0)
            return;
    ids->id = xrealloc(ids->id, (ids->count + 1) * sizeof *ids->id);
    memcpy(ids->id[ids->count++], id, ID_LEN + 1);
}

void *lb_ids_new(const cJSON *shown,
                 void (*visit_all)(const cJSON *shown, lb_visit *visit, void *to))
{
    struct ids *ids = xcalloc(1, sizeof *ids);

    visit_all(shown, ids_add, ids);
    return ids;
}

void lb_ids_free(void *of)
{
    struct ids *ids = of;

    free(ids->id);
    free(ids);
}

bool lb_mentions(const struct doc *d, const char *id)
{
    const struct ids *ids = doc_extra(d);

    for (size_t i = 0; i < ids->count; i++)
        if (strcmp(ids->id[i], id) == 0)
            return true;
    return false;
}

struct search {
    struct call *c;
    const char *id, *account;
    struct view *view;
    struct doc_list *into;
};

static void take_referrer(void *to, struct doc *d)
{
    struct search *s = to;

    if (lb_mentions(d, s->id))
        doc_list_add(s->c, s->into, d);
}

void lb_referrers(struct call *c, struct view *v, enum kind kind, const char *id,
                  struct doc_list *into)
{
    struct search s = { .c = c, .id = id, .into = into };

    view_walk(v, kind, take_referrer, &s); // ids are the sandbox's own: no other account has them
}

/* Does the load balancer stand below the account, or below one of its zones? */
static void take_of_account(void *to, struct doc *d)
{
    struct search *s = to;
    char *root = arena_strdup(s->c->arena, doc_owner(d)), *id = strchr(root + 1, '/');
    const char *account;

    if (!id)
        return;
    *id++ = '\0';
    id[strcspn(id, "/")] = '\0';
    account = strcmp(root, "/accounts") == 0 ? id : lb_account_of_zone(s->view, id);
    if (account && strcmp(account, s->account) == 0)
        doc_list_add(s->c, s->into, d);
}

/* The load balancers of the call's account: its own and those of its zones. */
static void balancers_of_account(struct call *c, struct view *v, struct doc_list *into)
{
    struct search s = {
        .c = c, .account = call_param_named(c, "account_id"), .view = v, .into = into
    };

    if (s.account)
        view_walk(v, KIND_LOAD_BALANCER, take_of_account, &s);
}

static void take_all(struct call *c, struct view *v, enum kind kind, const char *collection,
                     struct doc_list *into)
{
    const char *owner = lb_owner(c, v, collection);

    view_each (v, d, kind, owner)
        doc_list_add(c, into, d);
}

static cJSON *all_shown(struct call *c, const struct doc_list *list)
{
    cJSON *all = cJSON_CreateArray();

    for (size_t i = 0; i < list->count; i++)
        cJSON_AddItemToArray(all, engine_shown(c, list->at[i]));
    return all;
}

/* A whole collection in one page; pools can be asked for by their monitor. */
enum step lb_list(struct call *c)
{
    const char *owner = call_owner(c), *monitor = call_query(c, "monitor");
    struct doc_list list = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, (enum kind)c->op->kind, owner)
        if (c->op->kind != KIND_LB_POOL || !monitor || !*monitor || lb_mentions(d, monitor))
            doc_list_add(c, &list, d);
    view_end(v);
    return answer_list(c, all_shown(c, &list), lb_whole_info((int64_t)list.count));
}

/* One end of a reference. */
static cJSON *reference(const char *direction, const char *type, const char *id, const char *name)
{
    return json_object(J_TEXT("reference_type", direction), J_TEXT("resource_type", type),
                       J_TEXT("resource_id", id), J_TEXT("resource_name", name ? name : ""));
}

static const struct {
    enum kind kind;
    const char *type, *name; // of the resource, and the member that holds its name
} named[] = {
    { KIND_LOAD_BALANCER, "load_balancer", "name" },
    { KIND_LB_POOL, "pool", "name" },
    { KIND_LB_MONITOR, "monitor", "description" },
    { KIND_LB_MONITOR_GROUP, "monitor_group", "description" },
};

static const char *type_of(const struct doc *d, const char **name_member)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (named[i].kind == doc_kind(d)) {
            *name_member = named[i].name;
            return named[i].type;
        }
    *name_member = "name";
    return "";
}

static void references_add(struct call *c, cJSON *list, const char *direction,
                           const struct doc_list *docs)
{
    for (size_t i = 0; i < docs->count; i++) {
        const char *member, *type = type_of(docs->at[i], &member);

        cJSON_AddItemToArray(list, reference(direction, type, doc_id(docs->at[i]),
                                             json_text(doc_json(c, docs->at[i]), member)));
    }
}

/* What the doc refers to, and what refers to it. */
static void neighbours(struct call *c, struct view *v, const struct doc *d,
                       struct doc_list *referrers, struct doc_list *referrals)
{
    static const enum kind kinds[] = { KIND_LOAD_BALANCER, KIND_LB_POOL, KIND_LB_MONITOR_GROUP };
    static const struct {
        enum kind kind;
        const char *collection;
    } below[] = { { KIND_LB_POOL, "pools" },
                  { KIND_LB_MONITOR, "monitors" },
                  { KIND_LB_MONITOR_GROUP, "monitor_groups" } };
    const struct ids *ids = doc_extra(d);

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        lb_referrers(c, v, kinds[i], doc_id(d), referrers);
    for (size_t n = 0; ids && n < ids->count; n++)
        for (size_t i = 0; i < ARRAY_LEN(below); i++) {
            struct doc *other =
                view_get(v, below[i].kind, lb_owner(c, v, below[i].collection), ids->id[n]);

            if (other)
                doc_list_add(c, referrals, other);
        }
}

static cJSON *references_of(struct call *c, const struct doc *d, const char *wanted)
{
    struct doc_list referrers = { 0 }, referrals = { 0 };
    cJSON *list = cJSON_CreateArray();
    struct view *v;

    v = view_begin(world_store(c->world));
    neighbours(c, v, d, &referrers, &referrals);
    view_end(v);
    if (strcmp(wanted, "referral") != 0)
        references_add(c, list, "referrer", &referrers);
    if (strcmp(wanted, "referrer") != 0)
        references_add(c, list, "referral", &referrals);
    return list;
}

static enum step references(struct call *c, enum kind kind, const char *collection,
                            const char *param)
{
    const struct doc *d = lb_held(c, kind, collection, call_param_named(c, param));

    return d ? answer(c, references_of(c, d, "*")) : engine_missing(c, kind);
}

enum step lb_monitor_references(struct call *c)
{
    return references(c, KIND_LB_MONITOR, "monitors", "monitor_id");
}

enum step lb_pool_references(struct call *c)
{
    return references(c, KIND_LB_POOL, "pools", "pool_id");
}

enum step lb_group_references(struct call *c)
{
    return references(c, KIND_LB_MONITOR_GROUP, "monitor_groups", "monitor_group_id");
}

static void everything(struct call *c, struct doc_list *into)
{
    struct view *v = view_begin(world_store(c->world));

    balancers_of_account(c, v, into);
    take_all(c, v, KIND_LB_MONITOR, "monitors", into);
    take_all(c, v, KIND_LB_POOL, "pools", into);
    view_end(v);
}

static cJSON *found_shown(struct call *c, const struct doc *d, const char *references_wanted)
{
    const char *member, *type = type_of(d, &member);
    cJSON *shown = json_object(J_TEXT("resource_type", type), J_TEXT("resource_id", doc_id(d)),
                               J_TEXT("resource_name", json_text(doc_json(c, d), member)));

    if (references_wanted && *references_wanted)
        json_put(shown, "references", references_of(c, d, references_wanted));
    return shown;
}

static enum step search_answer(struct call *c, cJSON *page, const struct window *w, int64_t total)
{
    int64_t count = cJSON_GetArraySize(page);

    return answer_list(
        c, json_object(J_TREE("resources", page)),
        json_object(J_WHOLE("page", w->page), J_WHOLE("per_page", w->per_page),
                    J_WHOLE("count", count), J_WHOLE("total_count", total),
                    J_WHOLE("total_pages", (total + w->per_page - 1) / w->per_page)));
}

/* Load balancers, monitors and pools whose name holds the query. */
enum step lb_search(struct call *c)
{
    const char *query = call_query(c, "query"), *wanted = call_query(c, "references"), *member;
    struct window w = window_read(c, 25, 1, 1000);
    struct doc_list all = { 0 }, hits = { 0 };
    cJSON *page = cJSON_CreateArray();
    int64_t total, first;

    everything(c, &all);
    for (size_t i = 0; i < all.count; i++) {
        const char *name = (type_of(all.at[i], &member), json_text(doc_json(c, all.at[i]), member));

        if (!query || filter_contains(query, name ? name : ""))
            doc_list_add(c, &hits, all.at[i]);
    }
    total = (int64_t)hits.count;
    first = w.page - 1 > total / w.per_page ? total : (w.page - 1) * w.per_page; // stays in range
    for (int64_t i = first; i < total && i < first + w.per_page; i++)
        cJSON_AddItemToArray(page, found_shown(c, hits.at[i], wanted));
    return search_answer(c, page, &w, total);
}

enum step lb_usage(struct call *c)
{
    struct doc_list all = { 0 };
    int64_t balancers = 0, monitors = 0, pools = 0, origins = 0;

    everything(c, &all);
    for (size_t i = 0; i < all.count; i++) {
        balancers += doc_kind(all.at[i]) == KIND_LOAD_BALANCER;
        monitors += doc_kind(all.at[i]) == KIND_LB_MONITOR;
        if (doc_kind(all.at[i]) != KIND_LB_POOL)
            continue;
        pools++;
        origins += cJSON_GetArraySize(json_get(doc_json(c, all.at[i]), "origins"));
    }
    return answer(c,
                  json_object(J_WHOLE("load_balancers", balancers), J_WHOLE("monitors", monitors),
                              J_WHOLE("pools", pools), J_WHOLE("origins", origins),
                              J_WHOLE("max_origins_per_pool", LB_ORIGINS_MOST),
                              J_WHOLE("minimum_monitor_interval", LB_INTERVAL_LEAST)));
}
