#include "mock/state/identity.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity_parts.h"
#include "mock/world.h"

#define OPENSSL_SUPPRESS_DEPRECATED // the calls below need no provider, which saves start-up time
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_PREFIX "com.cloudflare.api.account."
#define ZONE_PREFIX "com.cloudflare.api.account.zone."
#define USER_PREFIX "com.cloudflare.api.user."
#define BUCKET_PREFIX "com.cloudflare.edge.r2.bucket."

void token_sha256(const char *value, unsigned char out[32])
{
    SHA256_CTX sum;

    SHA256_Init(&sum);
    SHA256_Update(&sum, value, strlen(value));
    SHA256_Final(out, &sum);
}

/* CRC-32 as zip and png have it. */
static uint32_t crc32_of(const char *text, size_t len)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* The scannable form: a prefix for the kind, 40 letters and digits, and their checksum. That the
 * checksum is CRC-32 is an assumption (INF); nothing checks it on the way in. */
void token_value_from(uint64_t seed, enum token_kind kind, char out[64])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    struct rng letters;
    char body[41];

    rng_init(&letters, seed);
    for (size_t i = 0; i < 40; i++)
        body[i] = alphabet[rng_below(&letters, sizeof alphabet - 1)];
    body[40] = '\0';
    snprintf(out, 64, "%s%s%08x", kind == TOKEN_USER ? "cfut_" : "cfat_", body,
             (unsigned)crc32_of(body, 40));
}

void token_value_make(struct world *w, enum token_kind kind, char out[64])
{
    token_value_from(world_random(w), kind, out);
}

const char *token_status(const struct token *t, int64_t now)
{
    if (t->expires_on && now >= t->expires_on)
        return "expired";
    return t->disabled ? "disabled" : "active";
}

static void token_free(void *extra)
{
    struct token *t = extra;

    for (size_t i = 0; i < t->policies_count; i++) {
        for (size_t k = 0; k < t->policies[i].resources_count; k++)
            free((char *)t->policies[i].resources[k].whole);
        free(t->policies[i].resources);
    }
    free(t->policies);
    free(t->in);
    free(t->not_in);
    free((char *)t->name);
    free((char *)t->value);
    free(t);
}

/* The id behind a prefix: 32 hex digits. */
static bool id_behind(const char *key, const char *prefix, char out[33])
{
    const char *id = key + strlen(prefix);

    if (!text_starts(key, prefix) || !text_is_hex32(id))
        return false;
    memcpy(out, id, 33);
    text_lower(out);
    return true;
}

/* com.cloudflare.edge.r2.bucket.<account>_<jurisdiction>_<bucket> */
static bool bucket_key(const char *key, char account[33])
{
    const char *rest = key + strlen(BUCKET_PREFIX), *second;
    char id[33] = "";

    if (!text_starts(key, BUCKET_PREFIX) || strlen(rest) < 36 || rest[32] != '_')
        return false;
    memcpy(id, rest, 32);
    second = strchr(rest + 33, '_');
    if (!text_is_hex32(id) || !second || second == rest + 33 || !second[1])
        return false;
    text_lower(id);
    memcpy(account, id, 33);
    return true;
}

/* One key whose value is "*". */
static bool plain_resource(const char *key, struct policy_place *r)
{
    if (strcmp(key, ZONE_PREFIX "*") == 0)
        r->form = RES_ALL_ZONES;
    else if (id_behind(key, ZONE_PREFIX, r->id))
        r->form = RES_ZONE;
    else if (strcmp(key, ACCOUNT_PREFIX "*") == 0)
        r->form = RES_ALL_ACCOUNTS;
    else if (id_behind(key, ACCOUNT_PREFIX, r->id))
        r->form = RES_ACCOUNT;
    else if (id_behind(key, USER_PREFIX, r->id))
        r->form = RES_USER;
    else if (bucket_key(key, r->id))
        r->form = RES_BUCKET;
    else
        return false;
    return true;
}

/* A key below an account: all of its zones, or one zone. Below `account.*`: as at the top. */
static bool nested_resource(const char *account, const char *key, struct policy_place *r)
{
    if (!plain_resource(key, r) || (r->form != RES_ALL_ZONES && r->form != RES_ZONE))
        return false;
    if (r->form == RES_ALL_ZONES && id_behind(account, ACCOUNT_PREFIX, r->id))
        r->form = RES_ACCOUNT_ZONES;
    return true;
}

/* One account or all of them: what zones can be nested below. */
static bool is_account_key(const char *key)
{
    struct policy_place r;

    return plain_resource(key, &r) && (r.form == RES_ACCOUNT || r.form == RES_ALL_ACCOUNTS);
}

static bool is_star(const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);

    return text && strcmp(text, "*") == 0;
}

static struct policy_place *resource_add(struct policy *p)
{
    p->resources = xrealloc(p->resources, (p->resources_count + 1) * sizeof *p->resources);
    memset(&p->resources[p->resources_count], 0, sizeof *p->resources);
    return &p->resources[p->resources_count++];
}

static int resources_read(const cJSON *json, struct policy *p, char **why)
{
    const cJSON *item, *inner;

    if (!cJSON_IsObject(json) || !json->child) {
        *why = xstrdup("resources must be an object with at least one member");
        return -1;
    }
    cJSON_ArrayForEach (item, json) {
        bool good = is_star(item);
        if (good) {
            struct policy_place *r = resource_add(p);
            good = plain_resource(item->string, r);
            r->whole = xstrdup(item->string);
        } else if (is_account_key(item->string) && cJSON_IsObject(item) && item->child) {
            good = true;
            cJSON_ArrayForEach (inner, item) {
                struct policy_place *r = resource_add(p);
                good = good && is_star(inner) && nested_resource(item->string, inner->string, r);
                r->whole = xstrdup(inner->string);
            }
        }
        if (!good) {
            *why =
                text_printf("resources: `%s` is no resource that a token can name", item->string);
            return -1;
        }
    }
    return 0;
}

/* Lists mostly come in the table's order: the search begins behind the group found last. */
static const struct group *group_behind(const char *id, const struct group *last)
{
    size_t first = last ? group_index(last) + 1 : 0;

    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[(first + i) % group_count];
        if (strcmp(g->id, id) == 0)
            return g;
    }
    return group_by_id(id);
}

/* A group by its id; where there is none by its name, for the hand-written policies of scenarios.
 */
static const struct group *group_of(const cJSON *item, const struct group *last)
{
    const char *id = json_text(item, "id"), *name = json_text(item, "name");

    if (id)
        return group_behind(id, last);
    return name ? group_by_name(name, NULL) : NULL;
}

static int groups_read(const cJSON *json, struct policy *p, char **why)
{
    const struct group *g = NULL;
    const cJSON *item;

    if (!cJSON_IsArray(json) || !json->child) {
        *why = xstrdup("permission_groups must be an array with at least one entry");
        return -1;
    }
    cJSON_ArrayForEach (item, json) {
        g = group_of(item, g);
        if (!g) {
            const char *id = json_text(item, "id"), *name = json_text(item, "name");
            *why = text_printf("permission_groups: there is no group `%s`", id     ? id
                                                                            : name ? name
                                                                                   : "");
            return -1;
        }
        size_t index = group_index(g);
        p->groups[index / 64] |= UINT64_C(1) << (index % 64);
    }
    return 0;
}

static int policies_read(const cJSON *json, struct token *t, char **why)
{
    const cJSON *item;

    if (!cJSON_IsArray(json)) {
        *why = xstrdup("policies must be an array");
        return -1;
    }
    t->policies = xcalloc((size_t)cJSON_GetArraySize(json) + 1, sizeof *t->policies);
    cJSON_ArrayForEach (item, json) {
        struct policy *p = &t->policies[t->policies_count++];
        const char *effect = json_text(item, "effect");
        if (!effect || (strcmp(effect, "allow") != 0 && strcmp(effect, "deny") != 0)) {
            *why = xstrdup("policies: effect must be \"allow\" or \"deny\"");
            return -1;
        }
        p->deny = strcmp(effect, "deny") == 0;
        if (resources_read(json_get(item, "resources"), p, why) != 0 ||
            groups_read(json_get(item, "permission_groups"), p, why) != 0)
            return -1;
    }
    return 0;
}

static int cidrs_read(const cJSON *json, struct cidr **out, size_t *count, char **why)
{
    const cJSON *item;

    if (!json || cJSON_IsNull(json))
        return 0;
    if (!cJSON_IsArray(json)) {
        *why = xstrdup("condition: `in` and `not_in` must be arrays of address ranges");
        return -1;
    }
    *out = xcalloc((size_t)cJSON_GetArraySize(json) + 1, sizeof **out);
    cJSON_ArrayForEach (item, json) {
        const char *text = cJSON_GetStringValue(item);
        if (!text || !cidr_parse(text, &(*out)[*count])) {
            *why = text_printf("condition: `%s` is no address range (write 198.51.100.7/32 for one "
                               "address)",
                               text ? text : "");
            return -1;
        }
        ++*count;
    }
    return 0;
}

/* `request.ip` is how the key was written before 2024; clients still send it. */
static const cJSON *request_ip(const cJSON *json)
{
    const cJSON *condition = json_get(json, "condition");
    const cJSON *found = json_get(condition, "request_ip");

    return found ? found : json_get(condition, "request.ip");
}

static int time_read(struct world *w, const cJSON *json, const char *name, int64_t *out, char **why)
{
    const cJSON *item = json_get(json, name);
    const char *text = cJSON_GetStringValue(item);

    if (!item || cJSON_IsNull(item))
        return 0;
    if (text && stamp_parse(text, world_now(w), out))
        return 0;
    *why = text_printf("%s: `%s` is no time such as 2026-03-01T09:00:00Z", name, text ? text : "");
    return -1;
}

static int status_read(const cJSON *json, struct token *t, char **why)
{
    const char *status = json_text(json, "status");

    t->disabled = status && strcmp(status, "disabled") == 0;
    if (!status || t->disabled || strcmp(status, "active") == 0)
        return 0;
    if (strcmp(status, "expired") == 0 && t->expires_on)
        return 0; // computed from the date
    *why = text_printf("status: `%s` is neither active nor disabled (expired follows from "
                       "expires_on)",
                       status);
    return -1;
}

static int token_read(struct world *w, const cJSON *json, struct token *t, char **why)
{
    const cJSON *ip = request_ip(json);

    if (policies_read(json_get(json, "policies"), t, why) != 0 ||
        time_read(w, json, "not_before", &t->not_before, why) != 0 ||
        time_read(w, json, "expires_on", &t->expires_on, why) != 0 ||
        status_read(json, t, why) != 0 ||
        cidrs_read(json_get(ip, "in"), &t->in, &t->in_count, why) != 0 ||
        cidrs_read(json_get(ip, "not_in"), &t->not_in, &t->not_in_count, why) != 0)
        return -1;
    t->name = xstrdup(json_text(json, "name") ? json_text(json, "name") : "");
    return 0;
}

static cJSON *seconds_or_none(int64_t stamp)
{
    char text[STAMP_ROOM];

    if (!stamp)
        return NULL;
    stamp_text(stamp, 0, text);
    return cJSON_CreateString(text);
}

/* The groups of a policy as {id, name}, in the table's order: the API keeps no order of the
 * client's. */
static cJSON *groups_shown(const struct policy *p)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < group_count; i++)
        if (group_bit(p->groups, i))
            cJSON_AddItemToArray(list, json_object(J_TEXT("id", group_table[i].id),
                                                   J_TEXT("name", group_table[i].name)));
    return list;
}

/* `resources` is copied as it was sent: clients compare its text. */
static cJSON *policies_shown(struct world *w, const cJSON *json, const struct token *t)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;
    size_t i = 0;
    char id[33];

    cJSON_ArrayForEach (item, json_get(json, "policies")) {
        const struct policy *p = &t->policies[i++];
        part_id(w, item, id);
        cJSON_AddItemToArray(
            list,
            json_object(J_TEXT("id", id), J_TEXT("effect", p->deny ? "deny" : "allow"),
                        J_TREE("resources", cJSON_Duplicate(json_get(item, "resources"), true)),
                        J_TREE("permission_groups", groups_shown(p))));
    }
    return list;
}

static cJSON *condition_shown(const cJSON *json)
{
    const cJSON *ip = request_ip(json);

    if (!ip || cJSON_IsNull(ip))
        return cJSON_CreateObject();
    return json_object(
        J_TREE("request_ip", json_object(J_TREE("in", part_kept(ip, "in", NULL)),
                                         J_TREE("not_in", part_kept(ip, "not_in", NULL)))));
}

static cJSON *token_shown(struct world *w, const struct token *t, const cJSON *json)
{
    return json_object(J_TEXT("id", t->id), J_TEXT("name", t->name),
                       J_TEXT("status", t->disabled ? "disabled" : "active"),
                       J_TREE("issued_on", seconds_or_none(t->issued_on)),
                       J_TREE("modified_on", seconds_or_none(t->modified_on)),
                       J_TREE("last_used_on", seconds_or_none(t->last_used_on)),
                       J_TREE("not_before", seconds_or_none(t->not_before)),
                       J_TREE("expires_on", seconds_or_none(t->expires_on)),
                       J_TREE("policies", policies_shown(w, json, t)),
                       J_TREE("condition", condition_shown(json)));
}

static void value_keep(struct token *t, const struct token_spec *spec)
{
    if (spec->value) {
        t->value = xstrdup(spec->value);
        token_sha256(spec->value, t->sha256);
    } else if (spec->sha256) {
        memcpy(t->sha256, spec->sha256, 32);
    }
}

struct doc *token_doc_new(struct world *w, const struct token_spec *spec, char **why)
{
    struct token *t = xcalloc(1, sizeof *t);
    char key[65];
    struct doc *made;
    cJSON *shown;

    if (token_read(w, spec->json, t, why) != 0) {
        token_free(t);
        return NULL;
    }
    t->kind = spec->kind;
    if (spec->id)
        part_copy_id(t->id, spec->id);
    else
        world_hex(w, t->id, 32);
    part_copy_id(t->owner, spec->owner);
    t->issued_on = spec->issued_on;
    t->modified_on = spec->modified_on;
    t->last_used_on = spec->last_used_on;
    t->fresh_since = spec->fresh_since;
    value_keep(t, spec);
    text_hex(t->sha256, 32, key);
    shown = token_shown(w, t, spec->json);
    made = doc_new(KIND_TOKEN, t->owner, t->id, key, shown, t, token_free);
    cJSON_Delete(shown);
    return made;
}
