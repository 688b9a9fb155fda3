/* accounts: the accounts a credential can see, and their settings. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/state/policy.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <string.h>

#define ACCOUNTS_PER_PAGE 20
#define ACCOUNTS_LEAST 5
#define ACCOUNTS_MOST 50
#define NAME_MOST 100

static cJSON *account_shown(struct call *c, struct doc *d)
{
    (void)c;
    return cJSON_CreateRaw(doc_text(d, NULL));
}

/* GET /accounts: never refused for a valid token, only shorter. */
enum step accounts_list(struct call *c)
{
    struct window w = window_read(c, ACCOUNTS_PER_PAGE, ACCOUNTS_LEAST, ACCOUNTS_MOST);
    const char *name = call_query(c, "name");
    struct doc_list list = { 0 };
    struct view *v;

    if (c->who.kind == WHO_ACCOUNT_TOKEN &&
        world_behaviour(c->world)->accounts_list == ACCOUNTS_LEGACY)
        return refuse(c, ERR_ACCOUNTS_LIST_NOT_FOR_ACCOUNT_TOKENS);
    v = view_begin(world_store(c->world));
    view_each (v, d, KIND_ACCOUNT, NULL)
        if (policy_lists_account(v, &c->who, doc_id(d)) &&
            (!name || filter_contains(name, account_of(d)->name)))
            doc_list_add(c, &list, d);
    view_end(v);
    if (w.descending)
        doc_list_reverse(&list);
    return window_answer(c, &w, &list, account_shown);
}

static struct doc *account_asked(struct call *c)
{
    return doc_held(c, KIND_ACCOUNT, NULL, call_param_named(c, "account_id"));
}

enum step accounts_get(struct call *c)
{
    struct doc *d = account_asked(c);
    size_t len;
    const char *text;

    if (!d)
        return refuse_reason(c, WHY_FOREIGN_ACCOUNT); // it went while authz looked
    text = doc_text(d, &len);
    return answer_text(c, text, len);
}

/* Which characters the service refuses is not recorded: control characters and angle brackets
 * (INF). */
static enum step name_check(struct call *c, const char *name)
{
    if (!name || !*name)
        return refuse(c, ERR_ACCOUNTS_NAME_MISSING);
    if (strlen(name) > NAME_MOST)
        return refuse(c, ERR_ACCOUNTS_NAME_TOO_LONG);
    for (; *name; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f || strchr("<>", *name))
            return refuse(c, ERR_ACCOUNTS_NAME_BAD);
    return GO_ON;
}

/* POST /accounts is for tenants; no credential here belongs to one. */
enum step accounts_create(struct call *c)
{
    const cJSON *type = json_get(c->json, "type");

    if (name_check(c, json_text(c->json, "name")) == ANSWERED)
        return ANSWERED;
    if (type && (!cJSON_IsString(type) || (strcmp(type->valuestring, "standard") != 0 &&
                                           strcmp(type->valuestring, "enterprise") != 0)))
        return refuse(c, ERR_ACCOUNTS_TYPE_BAD);
    return refuse(c, ERR_ACCOUNTS_CREATION_FORBIDDEN);
}

/* DELETE /accounts/{account_id}: as creating, for tenants. */
enum step accounts_delete(struct call *c)
{
    return refuse(c, ERR_ACCOUNTS_DELETION_FORBIDDEN);
}

enum setting_form { SETTING_FLAG, SETTING_TEXT };

/* Settings that a PUT may carry. */
static const struct {
    const char *name;
    enum setting_form form;
} settings[] = {
    { "enforce_twofactor", SETTING_FLAG },        { "api_access_enabled", SETTING_FLAG },
    { "access_approval_expiry", SETTING_TEXT },   { "abuse_contact_email", SETTING_TEXT },
    { "oauth_app_access_enabled", SETTING_FLAG },
};

static bool setting_fits(enum setting_form form, const cJSON *value)
{
    return cJSON_IsNull(value) ||
           (form == SETTING_FLAG ? cJSON_IsBool(value) : cJSON_IsString(value));
}

/* Members not sent keep their value. */
static enum step settings_take(struct call *c, cJSON *fresh)
{
    const cJSON *given = json_get(c->json, "settings");

    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const cJSON *value = json_get(given, settings[i].name);
        if (!value)
            continue;
        if (!setting_fits(settings[i].form, value))
            return refuse(c, ERR_ACCOUNTS_SETTING_BAD, settings[i].name);
        json_put(fresh, settings[i].name, cJSON_Duplicate(value, true));
    }
    return GO_ON;
}

/* The account's zones with its new name in them; made outside the lock, so one that comes or goes
 * meanwhile is left as it is. */
static void rename_in_zones(struct call *c, const char *account, const char *name)
{
    struct doc_list zones = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_ZONE, account)
        doc_list_add(c, &zones, d);
    view_end(v);
    for (size_t i = 0; i < zones.count; i++) {
        cJSON *fresh = doc_json(c, zones.at[i]);
        struct doc *made;
        struct txn *t;

        json_put(json_get(fresh, "account"), "name", cJSON_CreateString(name));
        made = zone_doc_new(c->world, fresh);
        t = txn_begin(world_store(c->world));
        if (view_get(txn_view(t), KIND_ZONE, account, doc_id(made)) == zones.at[i])
            txn_put_take(t, made);
        else
            doc_unref(made);
        txn_commit(t);
    }
}

/* PUT: name, and settings member by member. A `type` is refused even if it is the present one
 * (LIVE), unless the account is an enterprise's (INF). */
enum step accounts_put(struct call *c)
{
    struct doc *old = account_asked(c), *made;
    const char *name = json_text(c->json, "name"), *type = json_text(c->json, "type");
    cJSON *fresh;
    struct txn *t;

    if (!old)
        return refuse_reason(c, WHY_FOREIGN_ACCOUNT);
    if (name_check(c, name) == ANSWERED)
        return ANSWERED;
    if (json_get(c->json, "type") &&
        !(type && strcmp(type, "enterprise") == 0 && account_of(old)->enterprise))
        return refuse(c, ERR_ACCOUNTS_TYPE_BAD);
    fresh = doc_json(c, old);
    if (settings_take(c, json_get(fresh, "settings")) == ANSWERED)
        return ANSWERED;
    json_put(fresh, "name", cJSON_CreateString(name));
    made = account_doc_new(c->world, fresh);
    arena_on_free(c->arena, doc_unref_any, made);
    t = txn_begin(world_store(c->world));
    txn_put_take(t, doc_ref(made));
    txn_commit(t);
    if (strcmp(name, account_of(old)->name) != 0)
        rename_in_zones(c, doc_id(made), name);
    return answer(c, account_shown(c, made));
}
