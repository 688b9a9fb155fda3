/* user: the user behind a user token or key, as the API shows him to himself. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/families/membership.h"
#include "mock/state/identity.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What a Super Administrator holds, in the order of the recording (REC 2026-05). */
// clang-format off
static const char *const super_permissions[] = {
    "#access:edit", "#access:read", "#analytics:read", "#api_gateway:edit", "#api_gateway:read",
    "#app:edit", "#auditlogs:read", "#billing:edit", "#billing:read", "#blocks:edit", "#blocks:read",
    "#cache_purge:edit", "#casb:edit", "#casb:read", "#cds_compute_account:edit",
    "#cds_compute_account:read", "#cds:edit", "#cds:read", "#ces_analytics:read",
    "#ces_integration:edit", "#ces_integration:read", "#ces_phishguard:read", "#ces_policies:edit",
    "#ces_policies:read", "#ces_pra_report:edit", "#ces_pra_report:read", "#ces_search:action",
    "#ces_search:preview", "#ces_search:raw", "#ces_search:read", "#ces_search:trace",
    "#ces_settings:edit", "#ces_settings:read", "#cf1_integration:casb_enroll",
    "#cf1_integration:ces_enroll", "#cf1_integration:edit", "#cf1_integration:read", "#cfone:edit",
    "#cfone:read", "#connectivity_edit", "#connectivity_read", "#d1:edit", "#d1:read",
    "#dash_sso:edit", "#dash_sso:read", "#dex:edit", "#dex:read", "#dns_records:edit",
    "#dns_records:read", "#fbm_acc:edit", "#fbm:edit", "#fbm:read", "#healthchecks:edit",
    "#healthchecks:read", "#http_applications:edit", "#http_applications:read", "#image:edit",
    "#image:read", "#integration:edit", "#integration:install", "#integration:read", "#lb:edit",
    "#lb:read", "#legal:edit", "#legal:read", "#logs:edit", "#logs:read", "#magic:edit",
    "#magic:read", "#member:edit", "#member:read", "#organization:edit", "#organization:read",
    "#page_shield:edit", "#page_shield:read", "#query_cache:edit", "#query_cache:read",
    "#r2_bucket:edit", "#r2_bucket:read", "#r2_bucket_item:edit", "#r2_bucket_item:read",
    "#r2_bucket_warehouse:edit", "#r2_bucket_warehouse:read", "#resilience:edit",
    "#resilience:read", "#ssl:edit", "#ssl:read", "#stream:edit", "#stream:read",
    "#subscription:edit", "#subscription:read", "#teams_device:read", "#teams:edit", "#teams:pii",
    "#teams:read", "#teams:report", "#turnstile:edit", "#turnstile:read", "#vectorize:edit",
    "#vectorize:read", "#waf:edit", "#waf:read", "#waitingroom:edit", "#waitingroom:read",
    "#webhooks:edit", "#webhooks:read", "#worker:edit", "#worker:read", "#zaraz:edit",
    "#zaraz:publish", "#zaraz:read", "#zone:edit", "#zone:read", "#zone_settings:edit",
    "#zone_settings:read", "#zone_versioning:edit", "#zone_versioning:read",
};
// clang-format on

/* The same as JSON text, rendered once. */
static char *super_text;
static pthread_once_t rendered = PTHREAD_ONCE_INIT;

static void render(void)
{
    cJSON *list = json_list_of(super_permissions, ARRAY_LEN(super_permissions));

    super_text = json_print_dup(list);
    cJSON_Delete(list);
}

static void add_permission(cJSON *list, const char *area, const char *verb)
{
    char *name = text_printf("#%s:%s", area, verb);
    const cJSON *item;

    cJSON_ArrayForEach (item, list)
        if (strcmp(item->valuestring, name) == 0) {
            free(name);
            return;
        }
    cJSON_AddItemToArray(list, cJSON_CreateString(name));
    free(name);
}

static cJSON *permissions_of(const cJSON *roles)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *role, *area;

    cJSON_ArrayForEach (role, roles) {
        if (text_starts(json_text(role, "name"), "Super Administrator")) {
            cJSON_Delete(list);
            pthread_once(&rendered, render);
            return cJSON_CreateRaw(super_text);
        }
        cJSON_ArrayForEach (area, json_get(role, "permissions")) {
            if (json_flag(area, "edit", false))
                add_permission(list, area->string, "edit");
            add_permission(list, area->string, "read");
        }
    }
    return list;
}

/* A personal account is named after its owner's address, and shown with the id "0" here (REC). */
static bool is_personal(const char *account, const char *email)
{
    size_t len = strlen(email);

    return strncasecmp(account, email, len) == 0 && strcmp(account + len, "'s Account") == 0;
}

static cJSON *organization(const struct doc *user, const struct doc *account, const cJSON *member)
{
    const char *name = account_of(account)->name;
    cJSON *roles = cJSON_CreateArray();
    const cJSON *role;

    cJSON_ArrayForEach (role, json_get(member, "roles"))
        cJSON_AddItemToArray(roles, cJSON_CreateString(json_text(role, "name")));
    return json_object(
        J_TEXT("id", is_personal(name, user_of(user)->email) ? "0" : doc_id(account)),
        J_TEXT("name", name), J_TEXT("status", "member"),
        J_TREE("permissions", permissions_of(json_get(member, "roles"))), J_TREE("roles", roles));
}

static cJSON *organizations_of(struct call *c, const struct doc *user)
{
    cJSON *list = cJSON_CreateArray();
    struct doc_list members = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_MEMBERSHIP, NULL)
        if (membership_of(d)->accepted && strcmp(membership_of(d)->user, doc_id(user)) == 0)
            doc_list_add(c, &members, d);
    view_end(v);
    for (size_t i = 0; i < members.count; i++) {
        struct doc *account =
            doc_held(c, KIND_ACCOUNT, NULL, membership_of(members.at[i])->account);
        if (account)
            cJSON_AddItemToArray(list, organization(user, account, doc_json(c, members.at[i])));
    }
    return list;
}

static enum step answer_user(struct call *c, const struct doc *user)
{
    return answer(c, doc_filled_take(c, user, "organizations", organizations_of(c, user)));
}

enum step user_get(struct call *c)
{
    return answer_user(c, c->who.user);
}

/* What a user may change of himself; the lengths are those of the OpenAPI document. */
static const struct {
    const char *name;
    size_t most;
    bool letters;
} properties[] = {
    { "first_name", 60, true }, { "last_name", 60, true }, { "country", 30, false },
    { "telephone", 20, false }, { "zipcode", 20, false },
};

/* Letters of any script; blanks, hyphens and apostrophes are part of names (INF). */
static bool is_name(const char *text)
{
    for (; *text; text++)
        if (!isalpha((unsigned char)*text) && !((unsigned char)*text & 0x80) &&
            !strchr(" -'", *text))
            return false;
    return true;
}

/* Copies one property from the body into `fresh`; counts it in *changes. */
static enum step property_take(struct call *c, size_t i, cJSON *fresh, size_t *changes)
{
    const cJSON *item = json_get(c->json, properties[i].name);
    const char *text = cJSON_GetStringValue(item);

    if (!item)
        return GO_ON;
    if (!text && !cJSON_IsNull(item))
        return refuse(c, ERR_USER_BAD_NAME);
    if (text && strlen(text) > properties[i].most)
        return refuse(c, ERR_USER_TOO_LONG);
    if (text && properties[i].letters && !is_name(text))
        return refuse(c, ERR_USER_BAD_NAME);
    json_put(fresh, properties[i].name, cJSON_Duplicate(item, true));
    ++*changes;
    return GO_ON;
}

enum step user_patch(struct call *c)
{
    cJSON *fresh = doc_json(c, c->who.user);
    char now[STAMP_ROOM];
    struct doc *made;
    size_t changes = 0;
    struct txn *t;

    for (size_t i = 0; i < ARRAY_LEN(properties); i++)
        if (property_take(c, i, fresh, &changes) == ANSWERED)
            return ANSWERED;
    if (!changes)
        return refuse(c, ERR_USER_NOTHING_TO_UPDATE);
    stamp_text(world_now(c->world), 6, now);
    json_put(fresh, "modified_on", cJSON_CreateString(now));
    made = user_doc_new(c->world, fresh, user_of(c->who.user)->global_key);
    arena_on_free(c->arena, doc_unref_any, doc_ref(made));
    t = txn_begin(world_store(c->world));
    txn_put_take(t, made);
    txn_commit(t);
    membership_show_user(c, made);
    return answer_user(c, made);
}
