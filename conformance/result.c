#include "result.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
static const struct reason_row reasons[] = {
    { "ok",                  CLASS_OK,         false },
    { "bad_input",           CLASS_INPUT,      false },
    { "invalid_token",       CLASS_CREDENTIAL, false },
    { "token_disabled",      CLASS_CREDENTIAL, false },
    { "token_expired",       CLASS_CREDENTIAL, false },
    { "token_not_yet_valid", CLASS_CREDENTIAL, false },
    { "ip_not_allowed",      CLASS_CREDENTIAL, false },
    { "account_mismatch",    CLASS_CREDENTIAL, false },
    { "missing_permission",  CLASS_PERMISSION, false },
    { "rate_limited",        CLASS_TRANSIENT,  true },
    { "service_unavailable", CLASS_TRANSIENT,  true },
    { "network_error",       CLASS_TRANSIENT,  true },
    { "tls_error",           CLASS_TRANSIENT,  false },
    { "bad_response",        CLASS_TRANSIENT,  true },
};
// clang-format on

static const char *const hints[] = {
    "global_key", "oauth_token", "malformed",    "other_kind",
    "zone_id",    "ip_address",  "edge_blocked", "not_for_this_kind",
};
static const char *const stages[] = { "input", "verify", "account", "permissions" };

const struct reason_row *reason_find(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(reasons); i++)
        if (strcmp(reasons[i].name, name) == 0)
            return &reasons[i];
    return NULL;
}

const char *reason_nearest(const char *name)
{
    const char *all[ARRAY_LEN(reasons) + 1] = { 0 };

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        all[i] = reasons[i].name;
    return text_nearest(name, all);
}

const char *reason_class_name(enum reason_class c)
{
    static const char *const words[] = { "ok", "input", "credential", "permission", "transient" };

    return words[c];
}

static bool among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

bool hint_known(const char *hint)
{
    return among(hint, hints, ARRAY_LEN(hints));
}

bool stage_known(const char *stage)
{
    return among(stage, stages, ARRAY_LEN(stages));
}

bool list_has(const cJSON *list, const char *word)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, word) == 0)
            return true;
    }
    return false;
}

/* How many bytes follow this first one; more than 3: none can begin so. */
static size_t utf8_more(unsigned char first)
{
    if (first < 0x80)
        return 0;
    if (first < 0xc2 || first > 0xf4)
        return 4;
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

static bool utf8_whole(const unsigned char *at, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t more = utf8_more(at[i]);

        if (more > 3 || i + more >= len)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((at[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

/* The last line that holds more than blanks. */
static void last_line_of(const char **text, size_t *len)
{
    const char *end = *text + *len, *start;

    while (end > *text && isspace((unsigned char)end[-1]))
        end--;
    start = end;
    while (start > *text && start[-1] != '\n')
        start--;
    *text = start;
    *len = (size_t)(end - start);
}

static bool texts_only(const cJSON *list)
{
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

static bool present(const cJSON *item)
{
    return item && !cJSON_IsNull(item);
}

static bool lower_hex32(const char *text)
{
    return text && strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

/* A member that may be absent or null, else is one of the known words. */
static bool word_fits(const cJSON *json, const char *name, bool (*known)(const char *))
{
    const cJSON *item = json_get(json, name);

    return !item || cJSON_IsNull(item) || (cJSON_IsString(item) && known(item->valuestring));
}

static char *linked_form(const struct result *r)
{
    const char *kind = json_text(r->json, "token_type");

    if (r->linked && !lower_hex32(json_text(r->json, "account_id")))
        return text_printf("linked, but account_id is not 32 lower-case hex digits");
    if (r->linked && (!kind || (strcmp(kind, "user") != 0 && strcmp(kind, "account") != 0)))
        return text_printf("linked, but token_type is neither \"user\" nor \"account\"");
    return NULL;
}

/* What is wrong with the members, or NULL. Members that the protocol does not know are not looked
 * at. */
static char *form_of(const struct result *r)
{
    const cJSON *missing = json_get(r->json, "missing"),
                *unverified = json_get(r->json, "unverified");
    const cJSON *message = json_get(r->json, "message"),
                *retryable = json_get(r->json, "retryable");
    const char *reason = json_text(r->json, "reason");

    if (!cJSON_IsBool(json_get(r->json, "linked")))
        return text_printf("linked is not true or false");
    if (!reason)
        return text_printf("reason is not a text");
    if (!r->reason)
        return text_printf("reason \"%.40s\" is none of the protocol", reason);
    if (r->linked != (r->reason->class == CLASS_OK))
        return text_printf("linked is %s, but the reason is %s", r->linked ? "true" : "false",
                           reason);
    if (!texts_only(missing) && (present(missing) || r->reason->class == CLASS_PERMISSION))
        return text_printf("missing is not a list of names");
    if (present(unverified) && !texts_only(unverified))
        return text_printf("unverified is not a list of names");
    if (!word_fits(r->json, "hint", hint_known))
        return text_printf("hint is none of the protocol");
    if (!word_fits(r->json, "stage", stage_known))
        return text_printf("stage is none of the protocol");
    if (present(message) && !cJSON_IsString(message))
        return text_printf("message is not a text");
    if (retryable && !cJSON_IsBool(retryable))
        return text_printf("retryable is not true or false");
    return linked_form(r);
}

void result_read(const char *text, size_t len, bool last_line, struct result *r)
{
    const char *end = NULL;

    *r = (struct result){ 0 };
    if (len > RESULT_MOST) {
        r->broken = text_printf("more than 64 KiB on standard output");
        return;
    }
    if (last_line)
        last_line_of(&text, &len);
    if (!utf8_whole((const unsigned char *)text, len)) {
        r->broken = text_printf("standard output is not UTF-8");
        return;
    }
    r->json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    while (r->json && end < text + len && isspace((unsigned char)*end))
        end++;
    if (!cJSON_IsObject(r->json) || end != text + len) {
        r->broken = text_printf(len == 0 ? "nothing on standard output"
                                         : "standard output is not exactly one JSON object");
        cJSON_Delete(r->json);
        r->json = NULL;
        return;
    }
    r->skipped = cJSON_IsString(json_get(r->json, "skipped"));
    r->linked = cJSON_IsTrue(json_get(r->json, "linked"));
    r->reason = reason_find(json_text(r->json, "reason"));
    if (!r->skipped)
        r->broken = form_of(r);
}

void result_release(struct result *r)
{
    cJSON_Delete(r->json);
    free(r->broken);
    *r = (struct result){ 0 };
}
