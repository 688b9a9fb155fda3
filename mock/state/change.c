#include "mock/state/change.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/grants.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define TIME "a time such as 2026-03-01T09:00:00Z or now-1h"

// clang-format off
const struct shape_row change_token_rows[] = {
    SHAPE("", SHAPE_OBJECT, "an object"),
    SHAPE("roll", SHAPE_FLAG, "true"),
    SHAPE("delete", SHAPE_FLAG, "true"),
    SHAPE("status", SHAPE_WORD, "active|disabled"),
    SHAPE_IF("expires_on", SHAPE_TEXT, TIME, shape_time),
    SHAPE("expires_on", SHAPE_NULL, "null"),
    SHAPE_IF("not_before", SHAPE_TEXT, TIME, shape_time),
    SHAPE("not_before", SHAPE_NULL, "null"),
    SHAPE("ip", SHAPE_OBJECT, "an object with \"in\" and \"not_in\""),
    SHAPE("ip", SHAPE_NULL, "null"),
    SHAPE("ip.in", SHAPE_LIST, "a list of address ranges"),
    SHAPE_IF("ip.in[]", SHAPE_TEXT, "an address range such as 203.0.113.0/24", shape_cidr),
    SHAPE("ip.not_in", SHAPE_LIST, "a list of address ranges"),
    SHAPE_IF("ip.not_in[]", SHAPE_TEXT, "an address range such as 203.0.113.0/24", shape_cidr),
    SHAPE_IF("value", SHAPE_SECRET, "a token as the API takes it: 40 characters, or cfut_ / cfat_ and 48", shape_token_value),
    SHAPE("permissions", SHAPE_WORD, "all|read"),
    SHAPE("permissions", SHAPE_LIST, "a list of permission groups"),
    SHAPE("permissions[]", SHAPE_TEXT, "the name of a permission group"),
    SHAPE("accounts", SHAPE_WORD, "*"),
    SHAPE("accounts", SHAPE_LIST, "a list of accounts"),
    SHAPE("accounts[]", SHAPE_TEXT, "the name or id of an account"),
    SHAPE("zones", SHAPE_WORD, "*"),
    SHAPE("zones", SHAPE_LIST, "a list of zones"),
    SHAPE("zones[]", SHAPE_TEXT, "the name or id of a zone"),
    SHAPE("policies", SHAPE_LIST, "a list of policies as the API has them"),
    SHAPE("policies[]", SHAPE_ANY, "a policy"),
    SHAPE_END,
};
const struct shape_row change_user_rows[] = {
    SHAPE("", SHAPE_OBJECT, "an object"),
    SHAPE("remove", SHAPE_FLAG, "true"),
    SHAPE("suspended", SHAPE_FLAG, "true or false"),
    SHAPE_END,
};
// clang-format on

bool change_check_token(const cJSON *patch, const char *path, const struct complaints *c)
{
    bool permissions = json_get(patch, "permissions") != NULL;

    if (!shape_check(change_token_rows, patch, path, c))
        return false;
    if (!patch->child)
        complain(c, path, false, "changes nothing; write \"roll\", \"delete\", \"status\" …");
    else if (cJSON_IsFalse(json_get(patch, "roll")) || cJSON_IsFalse(json_get(patch, "delete")))
        complain(c, path, false, "\"roll\" and \"delete\" are true or absent");
    else if (json_get(patch, "delete") && patch->child->next)
        complain(c, path, false, "\"delete\" stands alone");
    else if (json_get(patch, "roll") && json_get(patch, "value"))
        complain(c, path, false, "\"roll\" and \"value\" both make a new value; write one of them");
    else if (permissions && json_get(patch, "policies"))
        complain(c, path, false, "write either \"policies\" or \"permissions\"");
    else if (!permissions && (json_get(patch, "accounts") || json_get(patch, "zones")))
        complain(c, path, false, "\"accounts\" and \"zones\" need \"permissions\" beside them");
    else
        return true;
    return false;
}

bool change_check_user(const cJSON *patch, const char *path, const struct complaints *c)
{
    const cJSON *remove = json_get(patch, "remove"), *suspended = json_get(patch, "suspended");

    if (!shape_check(change_user_rows, patch, path, c))
        return false;
    if (cJSON_IsFalse(remove) || !remove == !suspended) {
        complain(c, path, false, "needs either \"remove\": true or \"suspended\"");
        return false;
    }
    return true;
}

static struct doc *find_token(struct view *v, const char *name)
{
    view_each (v, d, KIND_TOKEN, NULL)
        if (strcmp(token_of(d)->name, name) == 0)
            return d;
    return view_get(v, KIND_TOKEN, NULL, name);
}

/* A reference to the token of that name or id, or NULL and *why. */
static struct doc *token_named(struct world *w, const char *name, char **why)
{
    struct view *v = view_begin(world_store(w));
    size_t count = view_count(v, KIND_TOKEN, NULL), n = 0;
    const char **names = xcalloc(count + 1, sizeof *names);
    struct doc *found = find_token(v, name);
    char *hint;

    if (found) {
        doc_ref(found);
    } else {
        view_each (v, d, KIND_TOKEN, NULL)
            names[n++] = token_of(d)->name;
        hint = shape_hint_dup(name, names);
        *why = text_printf("no token is called \"%.80s\"%s", name, hint);
        free(hint);
    }
    view_end(v);
    free(names);
    return found;
}

static const struct doc *named_account(struct view *v, const char *name)
{
    view_each (v, d, KIND_ACCOUNT, NULL)
        if (strcmp(account_of(d)->name, name) == 0)
            return d;
    return view_get(v, KIND_ACCOUNT, NULL, name);
}

static const struct doc *named_zone(struct view *v, const char *name)
{
    view_each (v, d, KIND_ZONE, NULL)
        if (text_same_nocase(zone_of(d)->name, name))
            return d;
    return view_get(v, KIND_ZONE, NULL, name);
}

/* The ids of a patch's list; the ids are copies, freed by reach_release. */
static int read_reach(struct view *v, const cJSON *patch, const char *key,
                      const struct doc *(*find)(struct view *v, const char *name),
                      struct reach *out, char **why)
{
    const cJSON *item, *list = json_get(patch, key);

    *out = (struct reach){ .all = !cJSON_IsArray(list) };
    if (out->all)
        return 0;
    out->ids = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *out->ids);
    cJSON_ArrayForEach (item, list) {
        const struct doc *d = find(v, item->valuestring);

        if (!d) {
            *why = text_printf("%s: there is no \"%.80s\" in this world", key, item->valuestring);
            return -1;
        }
        out->ids[out->count++] = xstrdup(doc_id(d));
    }
    return 0;
}

static void reach_release(struct reach *r)
{
    for (size_t i = 0; i < r->count; i++)
        free((char *)r->ids[i]);
    free(r->ids);
}

/* The policies that the patch asks for, NULL if it asks for none (or is wrong: then *why is set).
 */
static cJSON *patched_policies(struct world *w, const struct token *t, const cJSON *patch,
                               const struct complaints *c, char **why)
{
    const cJSON *given = json_get(patch, "policies");
    struct grants g = { .kind = t->kind, .owner = t->owner };
    cJSON *policies = NULL;
    struct view *v;
    int rc;

    g.permissions = json_get(patch, "permissions");
    if (given)
        return grants_check_policies(given, t->kind, "policies", c)
                   ? grants_complete(given, world_random(w))
                   : NULL;
    if (!g.permissions || !grants_check(g.permissions, t->kind, "permissions", c))
        return NULL;
    v = view_begin(world_store(w));
    rc = read_reach(v, patch, "accounts", named_account, &g.accounts, why);
    if (rc == 0)
        rc = read_reach(v, patch, "zones", named_zone, &g.zones, why);
    view_end(v);
    if (rc == 0)
        policies = grants_policies(&g, world_random(w));
    reach_release(&g.accounts);
    reach_release(&g.zones);
    return policies;
}

/* The token's JSON with the patch laid over it, the caller's; NULL and *why. */
static cJSON *patched_json(struct world *w, const struct doc *old, const cJSON *patch, char **why)
{
    static const char *const plain[] = { "status", "expires_on", "not_before" };
    struct first_complaint first = { NULL };
    struct complaints c = { complaint_keep_first, &first };
    cJSON *json = doc_json_dup(old), *policies = patched_policies(w, token_of(old), patch, &c, why);
    const cJSON *ip = json_get(patch, "ip");

    if (first.text)
        *why = first.text;
    if (*why) {
        cJSON_Delete(policies);
        cJSON_Delete(json);
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (json_get(patch, plain[i]))
            json_put(json, plain[i], cJSON_Duplicate(json_get(patch, plain[i]), true));
    if (policies)
        json_put(json, "policies", policies);
    if (ip)
        json_put(json, "condition",
                 cJSON_IsNull(ip) ? cJSON_CreateObject()
                                  : json_object(J_TREE("request_ip", cJSON_Duplicate(ip, true))));
    return json;
}

/* The changed token as a new doc; its new value in `fresh_value`, "" if it keeps the old one. */
static struct doc *patched_token(struct world *w, const struct doc *old, const cJSON *patch,
                                 char fresh_value[128], char **why)
{
    const struct token *t = token_of(old);
    struct token_spec spec = { .kind = t->kind,
                               .id = t->id,
                               .owner = t->owner,
                               .value = t->value,
                               .sha256 = t->sha256,
                               .issued_on = t->issued_on,
                               .modified_on = world_now(w),
                               .last_used_on = t->last_used_on,
                               .fresh_since = t->fresh_since };
    cJSON *json = patched_json(w, old, patch, why);
    struct doc *made = NULL;

    fresh_value[0] = '\0';
    if (json_get(patch, "roll"))
        token_value_make(w, t->kind, fresh_value);
    else if (json_text(patch, "value"))
        strcpy(fresh_value, json_text(patch, "value")); // its length was checked: at most 80
    if (*fresh_value) {
        spec.value = fresh_value;
        spec.fresh_since = world_now(w);
    }
    spec.json = json;
    if (json)
        made = token_doc_new(w, &spec, why);
    cJSON_Delete(json);
    return made;
}

enum put { PUT_DONE, PUT_OLD_CHANGED, PUT_VALUE_TAKEN };

/* Swaps `old` for `fresh` (its reference is taken), or removes it if that is NULL. */
static enum put put_token(struct world *w, const struct doc *old, struct doc *fresh)
{
    struct txn *t = txn_begin(world_store(w));
    const struct doc *other = fresh ? view_by_key(txn_view(t), KIND_TOKEN, doc_key(fresh)) : NULL;
    enum put result = PUT_DONE;

    if (view_get(txn_view(t), KIND_TOKEN, NULL, doc_id(old)) != old)
        result = PUT_OLD_CHANGED;
    else if (other && other != old)
        result = PUT_VALUE_TAKEN;
    else if (fresh)
        txn_put_take(t, doc_ref(fresh));
    else
        txn_remove(t, KIND_TOKEN, doc_id(old));
    txn_commit(t);
    doc_unref(fresh);
    return result;
}

int change_token(struct world *w, const char *name, const cJSON *patch, cJSON **shown, char **why)
{
    struct first_complaint first = { NULL };
    struct complaints c = { complaint_keep_first, &first };
    bool gone = json_get(patch, "delete") != NULL;
    struct doc *old, *fresh;
    char value[128];
    enum put put;

    *why = NULL;
    if (!change_check_token(patch, "", &c)) {
        *why = first.text;
        return -1;
    }
    do { // again if another change came between reading and writing
        old = token_named(w, name, why);
        fresh = old && !gone ? patched_token(w, old, patch, value, why) : NULL;
        if (*why) {
            doc_unref(old);
            return -1;
        }
        *shown =
            gone ? json_object(J_TEXT("name", name), J_FLAG("deleted", true)) : doc_json_dup(fresh);
        if (!gone && *value)
            json_put(*shown, "value", cJSON_CreateString(value));
        put = put_token(w, old, fresh);
        doc_unref(old);
        if (put != PUT_DONE)
            cJSON_Delete(*shown);
    } while (put == PUT_OLD_CHANGED);
    if (put == PUT_VALUE_TAKEN)
        *why = xstrdup("value: another token has it already");
    return put == PUT_DONE ? 0 : -1;
}

/* Removes all docs of a kind whose user is `id`, as `belongs` tells. */
static void remove_all(struct txn *t, enum kind kind, const char *id,
                       bool (*belongs)(const struct doc *d, const char *id))
{
    size_t count = view_count(txn_view(t), kind, NULL), n = 0;
    char(*ids)[64] = xcalloc(count + 1, sizeof *ids);

    view_each (txn_view(t), d, kind, NULL)
        if (belongs(d, id) && strlen(doc_id(d)) < sizeof *ids)
            strcpy(ids[n++], doc_id(d));
    for (size_t i = 0; i < n; i++)
        txn_remove(t, kind, ids[i]);
    free(ids);
}

static bool token_belongs(const struct doc *d, const char *id)
{
    return token_of(d)->kind == TOKEN_USER && strcmp(token_of(d)->owner, id) == 0;
}

static bool membership_belongs(const struct doc *d, const char *id)
{
    return strcmp(membership_of(d)->user, id) == 0;
}

static void remove_user(struct world *w, const char *id)
{
    struct txn *t = txn_begin(world_store(w));

    remove_all(t, KIND_TOKEN, id, token_belongs);
    remove_all(t, KIND_MEMBERSHIP, id, membership_belongs);
    txn_remove(t, KIND_USER, id);
    txn_commit(t);
}

static void suspend_user(struct world *w, const struct doc *old, bool suspended)
{
    cJSON *json = doc_json_dup(old);
    struct doc *fresh;
    struct txn *t;

    json_put(json, "suspended", cJSON_CreateBool(suspended));
    fresh = user_doc_new(w, json, user_of(old)->global_key);
    cJSON_Delete(json);
    t = txn_begin(world_store(w));
    txn_put_take(t, fresh);
    txn_commit(t);
}

static struct doc *user_named(struct world *w, const char *email, char **why)
{
    struct view *v = view_begin(world_store(w));
    char *key = xstrdup(email);
    struct doc *found;

    text_lower(key);
    found = view_by_key(v, KIND_USER, key);
    if (found)
        doc_ref(found);
    else
        *why = text_printf("no user has the e-mail address \"%.80s\"", email);
    view_end(v);
    free(key);
    return found;
}

int change_user(struct world *w, const char *email, const cJSON *patch, cJSON **shown, char **why)
{
    struct first_complaint first = { NULL };
    struct complaints c = { complaint_keep_first, &first };
    bool suspended = json_flag(patch, "suspended", false);
    struct doc *old;

    *why = NULL;
    if (!change_check_user(patch, "", &c)) {
        *why = first.text;
        return -1;
    }
    old = user_named(w, email, why);
    if (!old)
        return -1;
    if (json_get(patch, "remove"))
        remove_user(w, doc_id(old));
    else
        suspend_user(w, old, suspended);
    *shown =
        json_get(patch, "remove")
            ? json_object(J_TEXT("email", user_of(old)->email), J_FLAG("removed", true))
            : json_object(J_TEXT("email", user_of(old)->email), J_FLAG("suspended", suspended));
    doc_unref(old);
    return 0;
}
