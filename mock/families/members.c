/* members: who belongs to an account, from the account's side, and the roles and permission groups
 * that a member can have. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/families/membership.h"
#include "mock/state/identity.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PER_PAGE 20
#define PER_PAGE_LEAST 5
#define PER_PAGE_MOST 50

static const char *account_asked(const struct call *c)
{
    return call_param_named(c, "account_id");
}

static cJSON *member_shown(struct call *c, struct doc *d)
{
    (void)c;
    return cJSON_CreateRaw(doc_text(d, NULL));
}

static const char *const orders[] = { "user.first_name", "user.last_name", "user.email", "status" };

struct order {
    struct call *c;
    const char *path;
};

static int in_order(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    const cJSON *one = json_at(doc_json(o->c, *(struct doc *const *)a), o->path);
    const cJSON *two = json_at(doc_json(o->c, *(struct doc *const *)b), o->path);

    return strcmp(cJSON_IsString(one) ? one->valuestring : "",
                  cJSON_IsString(two) ? two->valuestring : "");
}

enum step members_list(struct call *c)
{
    struct window w = window_read(c, PER_PAGE, PER_PAGE_LEAST, PER_PAGE_MOST);
    const char *asked = call_query(c, "order"), *status = call_query(c, "status");
    struct doc_list all = { 0 }, list = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_MEMBERSHIP, account_asked(c))
        doc_list_add(c, &all, d);
    view_end(v);
    for (size_t i = 0; i < all.count; i++) {
        const char *is = json_text(doc_json(c, all.at[i]), "status");
        if (status && *status ? strcmp(status, is) == 0 : strcmp(is, "rejected") != 0)
            doc_list_add(c, &list, all.at[i]);
    }
    for (size_t i = 0; asked && list.count && i < ARRAY_LEN(orders); i++)
        if (strcmp(orders[i], asked) == 0)
            qsort_r(list.at, list.count, sizeof(struct doc *), in_order,
                    &(struct order){ c, orders[i] });
    if (w.descending)
        doc_list_reverse(&list);
    return window_answer(c, &w, &list, member_shown);
}

/* The service itself reads the id; only another character than a hex digit is malformed (LIVE), a
 * wrong length is simply unknown. */
static enum step member_id_check(struct call *c, const char *id)
{
    for (size_t i = 0; id[i]; i++)
        if (!isxdigit((unsigned char)id[i]))
            return refuse(c, ERR_ACCOUNTS_MEMBER_BAD_ID, id, arena_printf(c->arena, "%c", id[i]),
                          arena_printf(c->arena, "%zu", i));
    return GO_ON;
}

static struct doc *member_asked(struct call *c)
{
    return doc_held(c, KIND_MEMBERSHIP, account_asked(c), call_param_named(c, "member_id"));
}

enum step members_get(struct call *c)
{
    struct doc *d;

    if (member_id_check(c, call_param_named(c, "member_id")) == ANSWERED)
        return ANSWERED;
    d = member_asked(c);
    return d ? answer(c, member_shown(c, d)) : refuse(c, ERR_ACCOUNTS_MEMBER_UNKNOWN);
}

/* Every entry must be the id of a role: as text on creation, as {id} on change (REC). */
static bool roles_are_known(const cJSON *roles, bool as_text)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, roles) {
        const char *id = as_text ? cJSON_GetStringValue(item) : json_text(item, "id");
        if (!id || !role_by_name(id))
            return false;
    }
    return true;
}

static bool policies_are_known(const cJSON *policies)
{
    const cJSON *policy, *group;

    cJSON_ArrayForEach (policy, policies) {
        const char *access = json_text(policy, "access");
        const cJSON *groups = json_get(policy, "permission_groups");
        if (!access || (strcmp(access, "allow") != 0 && strcmp(access, "deny") != 0) ||
            !cJSON_IsArray(groups) || !groups->child)
            return false;
        cJSON_ArrayForEach (group, groups)
            if (!json_text(group, "id") || !iam_group_by_name(json_text(group, "id")))
                return false;
    }
    return true;
}

static bool has_entries(const cJSON *list)
{
    return cJSON_IsArray(list) && list->child;
}

/* Either roles or policies, and all of them known. */
static enum error_id rights_wrong(const cJSON *json, bool as_text)
{
    const cJSON *roles = json_get(json, "roles"), *policies = json_get(json, "policies");

    if (has_entries(roles) == has_entries(policies))
        return ERR_ACCOUNTS_MEMBER_INVALID;
    if (!roles_are_known(roles, as_text) || !policies_are_known(policies))
        return ERR_ACCOUNTS_ROLE_UNKNOWN;
    return ERR_NONE;
}

/* The user part of a new member: the user of that address, or the bare address. */
static cJSON *invited_user(struct call *c, const char *email)
{
    char *key = arena_strdup(c->arena, email);
    struct view *v;
    struct doc *user;
    cJSON *json;

    text_lower(key);
    v = view_begin(world_store(c->world));
    user = view_by_key(v, KIND_USER, key);
    if (user)
        doc_ref(user);
    view_end(v);
    if (!user)
        return json_object(J_NULL("id"), J_TEXT("email", email));
    json = doc_json_dup(user);
    doc_unref(user);
    return json;
}

enum step members_create(struct call *c)
{
    const char *email = json_text(c->json, "email"), *status = json_text(c->json, "status");
    enum error_id wrong = rights_wrong(c->json, true);
    struct doc *account = doc_held(c, KIND_ACCOUNT, NULL, account_asked(c)), *made;
    cJSON *fresh;

    if (!email || !*email || !strchr(email, '@'))
        return refuse(c, ERR_ACCOUNTS_MEMBER_INVALID);
    if (wrong)
        return refuse(c, wrong);
    if (status && strcmp(status, "pending") != 0 &&
        !(strcmp(status, "accepted") == 0 && account && account_of(account)->enterprise))
        return refuse(c, ERR_ACCOUNTS_MEMBER_BAD_STATUS);
    fresh = json_object(J_TREE("user", invited_user(c, email)),
                        J_TEXT("status", status ? status : "pending"),
                        J_TREE("policies", cJSON_Duplicate(json_get(c->json, "policies"), true)),
                        J_TREE("roles", cJSON_Duplicate(json_get(c->json, "roles"), true)));
    made = membership_doc_new(c->world, account_asked(c), fresh);
    cJSON_Delete(fresh);
    arena_on_free(c->arena, doc_unref_any, made);
    if (membership_add(c, made) != MEMBERSHIP_DONE)
        return refuse(c, ERR_ACCOUNTS_MEMBER_EXISTS);
    return answer(c, member_shown(c, made));
}

/* The change of a member answers its refusals with an empty list as result (REC 2025). */
static enum step with_empty_result(struct call *c)
{
    static const char null[] = "\"result\":null", list[] = "\"result\":[]";
    char *at = strstr(c->out.body->at, null);
    struct buf fresh;

    if (!at)
        return ANSWERED;
    buf_init(&fresh);
    buf_add(&fresh, c->out.body->at, (size_t)(at - c->out.body->at));
    buf_text(&fresh, list);
    buf_text(&fresh, at + strlen(null));
    c->out.body->len = 0;
    buf_add(c->out.body, fresh.at, fresh.len);
    buf_release(&fresh);
    return ANSWERED;
}

enum step members_put(struct call *c)
{
    enum error_id wrong = rights_wrong(c->json, false);
    struct doc *old, *made;
    cJSON *fresh;

    if (member_id_check(c, call_param_named(c, "member_id")) == ANSWERED)
        return with_empty_result(c);
    old = member_asked(c);
    if (!old || wrong) {
        refuse(c, ERR_ACCOUNTS_MEMBER_BAD_BODY);
        return with_empty_result(c);
    }
    fresh = doc_json(c, old);
    cJSON_DeleteItemFromObjectCaseSensitive(fresh, "roles"); // what is not sent is gone
    cJSON_DeleteItemFromObjectCaseSensitive(fresh, "policies");
    json_put(fresh, "roles", cJSON_Duplicate(json_get(c->json, "roles"), true));
    json_put(fresh, "policies", cJSON_Duplicate(json_get(c->json, "policies"), true));
    made = membership_doc_new(c->world, account_asked(c), fresh);
    arena_on_free(c->arena, doc_unref_any, made);
    switch (membership_swap(c, made)) {
    case MEMBERSHIP_LAST_SUPER:
        refuse(c, ERR_ACCOUNTS_LAST_ADMINISTRATOR);
        return with_empty_result(c);
    case MEMBERSHIP_DONE:
        return answer(c, member_shown(c, made));
    default:
        refuse(c, ERR_ACCOUNTS_MEMBER_BAD_BODY);
        return with_empty_result(c);
    }
}

enum step members_delete(struct call *c)
{
    enum membership_change change = MEMBERSHIP_GONE;
    struct doc *old;

    if (member_id_check(c, call_param_named(c, "member_id")) == ANSWERED)
        return ANSWERED;
    old = member_asked(c);
    if (old)
        change = membership_remove(c, old);
    if (change == MEMBERSHIP_LAST_SUPER)
        return refuse(c, ERR_ACCOUNTS_LAST_ADMINISTRATOR);
    if (change != MEMBERSHIP_DONE)
        return refuse(c, ERR_ACCOUNTS_MEMBER_UNKNOWN);
    return answer(c, json_object(J_TEXT("id", doc_id(old))));
}
