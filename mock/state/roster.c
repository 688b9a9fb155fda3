#include "mock/state/roster.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_MOST 2000 // names that a hint is looked for among

uint64_t roster_seed(const struct roster *r, const char *kind, const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ r->seed; // FNV-1a

    for (const char *s = kind; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    h *= UINT64_C(1099511628211);
    for (const char *s = name; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return h;
}

const struct roster_entry *roster_find(const struct roster_list *list, const char *name_or_id)
{
    const struct roster_entry *e = index_get(&list->by_id, name_or_id);
    char *lower;

    if (!e)
        e = index_get(&list->by_name, name_or_id);
    if (e)
        return e;
    lower = xstrdup(name_or_id);
    text_lower(lower);
    e = index_get(&list->by_name, lower);
    free(lower);
    return e;
}

void roster_complain(const struct roster_list *list, const char *kind, const char *name,
                     const char *path, const struct complaints *c)
{
    size_t n = list->count < NEAR_MOST ? list->count : NEAR_MOST;
    const char **names = xcalloc(n + 1, sizeof *names);
    char *hint;

    for (size_t i = 0; i < n; i++)
        names[i] = list->items[i].name;
    hint = shape_hint_dup(name, names);
    complain(c, path, false, "no %s is called \"%.80s\"%s%s", kind, name, hint,
             list->count ? "" : " (there is none in this scenario)");
    free(hint);
    free(names);
}

/* One list on its way into the roster. */
struct entering {
    struct roster *r;
    struct roster_list *list;
    const char *key, *kind, *name_member;
    const struct complaints *c;
    bool fine;
};

static void complain_of_entry(struct entering *in, size_t at, const char *member, const char *what)
{
    char *path = text_printf("%s[%zu].%s", in->key, at, member);

    in->fine = false;
    if (in->c)
        complain(in->c, path, false, "%s", what);
    free(path);
}

/* Two of one name are told apart by ids of their own; a snapshot of a world may hold such. */
static void enter_name(struct entering *in, struct roster_entry *e)
{
    const struct roster_entry *other = index_get(&in->list->by_name, e->name);
    char *what;

    if (!other) {
        index_put(&in->list->by_name, e->name, e);
        return;
    }
    if (json_text(e->json, "id") && json_text(other->json, "id") && in->list != &in->r->users)
        return;
    what = text_printf("another %s of this list (number %zu) has the same %s", in->kind,
                       other->at + 1, in->name_member);
    complain_of_entry(in, e->at, in->name_member, what);
    free(what);
}

static void enter_id(struct entering *in, struct roster_entry *e)
{
    const char *given = json_text(e->json, "id");
    const struct roster_entry *other;
    struct rng ids;
    char *what;

    rng_init(&ids, roster_seed(in->r, in->kind, e->name));
    rng_hex(&ids, e->id, 32);
    if (given && shape_hex32(given))
        memcpy(e->id, given, 33);
    other = index_get(&in->list->by_id, e->id);
    if (!other) {
        index_put(&in->list->by_id, e->id, e);
    } else if (given) {
        what = text_printf("another %s of this list (number %zu) has the same id", in->kind,
                           other->at + 1);
        complain_of_entry(in, e->at, "id", what);
        free(what);
    }
}

static bool enter_list(struct roster *r, struct roster_list *list, const cJSON *json,
                       const char *key, const char *kind, const struct complaints *c)
{
    bool user = list == &r->users;
    struct entering in = { r, list, key, kind, user ? "email" : "name", c, true };
    const cJSON *items = cJSON_IsArray(json) ? json : NULL, *item;
    size_t at = 0;

    index_init(&list->by_name);
    index_init(&list->by_id);
    list->items = xcalloc((size_t)cJSON_GetArraySize(items) + 1, sizeof *list->items);
    cJSON_ArrayForEach (item, items) {
        const char *name = json_text(item, in.name_member);
        struct roster_entry *e = &list->items[list->count];

        at++;
        if (!name)
            continue; // the shape's complaint
        *e = (struct roster_entry){ .json = item, .name = xstrdup(name), .at = at - 1 };
        if (user || list == &r->zones)
            text_lower(e->name);
        list->count++;
        enter_name(&in, e);
        enter_id(&in, e);
    }
    return in.fine;
}

static void release_list(struct roster_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].name);
    free(list->items);
    index_release(&list->by_name);
    index_release(&list->by_id);
}

/* What `ref` of one entry points to; absent: the first of the list. */
static const struct roster_entry *refer(struct entering *in, const struct roster_list *to,
                                        const char *kind, const struct roster_entry *e,
                                        const char *member)
{
    const cJSON *ref = json_get(e->json, member);
    const struct roster_entry *found;
    char *path;

    if (ref && !cJSON_IsString(ref))
        return NULL;
    found = ref ? roster_find(to, ref->valuestring) : to->count ? &to->items[0] : NULL;
    if (found)
        return found;
    in->fine = false;
    path = text_printf("%s[%zu]%s%s", in->key, e->at, ref ? "." : "", ref ? member : "");
    if (in->c && ref)
        roster_complain(to, kind, ref->valuestring, path, in->c);
    else if (in->c)
        complain(in->c, path, false, "needs %s %s, and this scenario has none",
                 kind[0] == 'a' ? "an" : "a", kind);
    free(path);
    return NULL;
}

static bool refer_zones(struct roster *r, const struct complaints *c)
{
    struct entering in = { r, &r->zones, "zones", "zone", "name", c, true };

    for (size_t i = 0; i < r->zones.count; i++)
        r->zones.items[i].account =
            refer(&in, &r->accounts, "account", &r->zones.items[i], "account");
    return in.fine;
}

static bool refer_tokens(struct roster *r, const struct complaints *c)
{
    struct entering in = { r, &r->tokens, "tokens", "token", "name", c, true };

    for (size_t i = 0; i < r->tokens.count; i++) {
        struct roster_entry *e = &r->tokens.items[i];
        const char *kind = json_text(e->json, "kind");
        bool account = kind && strcmp(kind, "account") == 0;

        if (account)
            e->account = refer(&in, &r->accounts, "account", e, "account");
        else
            e->owner = refer(&in, &r->users, "user", e, "owner");
        if (json_get(e->json, account ? "owner" : "account"))
            complain_of_entry(&in, e->at, account ? "owner" : "account",
                              account ? "an account-owned token has no user; name its \"account\""
                                      : "a user token has no account; \"accounts\" says which it "
                                        "reaches (or write \"kind\": \"account\")");
    }
    return in.fine;
}

static const cJSON *listed_or_implied(struct roster *r, const cJSON *scenario, const char *key,
                                      cJSON *one)
{
    const cJSON *listed = json_get(scenario, key);

    if (listed) {
        cJSON_Delete(one);
        return listed;
    }
    json_put(r->implied, key, cJSON_CreateArray());
    cJSON_AddItemToArray(json_get(r->implied, key), one);
    return json_get(r->implied, key);
}

bool roster_init(struct roster *r, const cJSON *scenario, uint64_t seed, const struct complaints *c)
{
    const cJSON *accounts, *users;
    bool fine = true;

    *r = (struct roster){ .seed = seed, .implied = cJSON_CreateObject() };
    accounts =
        listed_or_implied(r, scenario, "accounts", json_object(J_TEXT("name", "Example Account")));
    users =
        listed_or_implied(r, scenario, "users", json_object(J_TEXT("email", "user@example.com")));
    fine &= enter_list(r, &r->accounts, accounts, "accounts", "account", c);
    fine &= enter_list(r, &r->users, users, "users", "user", c);
    fine &= enter_list(r, &r->zones, json_get(scenario, "zones"), "zones", "zone", c);
    fine &= enter_list(r, &r->tokens, json_get(scenario, "tokens"), "tokens", "token", c);
    fine &= refer_zones(r, c);
    fine &= refer_tokens(r, c);
    return fine;
}

void roster_release(struct roster *r)
{
    release_list(&r->accounts);
    release_list(&r->users);
    release_list(&r->zones);
    release_list(&r->tokens);
    cJSON_Delete(r->implied);
}
