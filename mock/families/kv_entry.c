/* A key of Workers KV: what it may be called, how long it lives, and the doc it becomes. */
#include "mock/families/kv.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/body/json_body.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 sequence that begins at `at`; 0: it is none. */
static size_t sequence_len(const unsigned char *at, size_t left)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t len = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    uint32_t code = len ? *at & (0xff >> (len + (len > 1))) : 0;

    if (!len || len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    return code < least[len] || code > 0x10ffff || code >> 11 == 0x1b ? 0 : len;
}

bool kv_is_text(const char *text, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = sequence_len((const unsigned char *)text + i, len - i);
        if (!n || !text[i])
            return false;
    }
    return true;
}

enum step kv_key_check(struct call *c, const char *key, size_t len)
{
    if (len > KV_KEY_MOST)
        return refuse(c, ERR_KV_KEY_LONG, arena_printf(c->arena, "%zu", len));
    if (!len)
        return refuse(c, ERR_KV_KEY_NAME, "it is empty");
    if (!kv_is_text(key, len))
        return refuse(c, ERR_KV_KEY_NAME, "it is no UTF-8 text");
    if (strcmp(key, ".") == 0 || strcmp(key, "..") == 0)
        return refuse(c, ERR_KV_KEY_NAME, key);
    return GO_ON;
}

enum step kv_value_check(struct call *c, size_t len)
{
    if (len > KV_VALUE_MOST)
        return refuse(c, ERR_KV_VALUE_LARGE, arena_printf(c->arena, "%zu", len));
    return GO_ON;
}

int64_t kv_now(const struct call *c)
{
    return world_now(c->world) / STAMP_SECOND;
}

/* Digits alone; clients send no signs and no fractions. */
static bool read_whole(const char *text, int64_t *out)
{
    char *end;

    errno = 0;
    *out = isdigit((unsigned char)*text) ? strtoll(text, &end, 10) : 0;
    return isdigit((unsigned char)*text) && !*end && errno == 0 && *out < INT64_MAX / STAMP_SECOND;
}

enum step kv_expires(struct call *c, const char *expiration, const char *ttl, int64_t *expires)
{
    int64_t now = kv_now(c), value;

    *expires = 0;
    if (ttl && *ttl) {
        if (!read_whole(ttl, &value) || value < KV_TTL_LEAST)
            return refuse(c, ERR_KV_EXPIRATION_TTL, ttl);
        *expires = now + value;
    } else if (expiration && *expiration) {
        if (!read_whole(expiration, &value) || value < now + KV_TTL_LEAST)
            return refuse(c, ERR_KV_EXPIRATION, expiration);
        *expires = value;
    }
    return GO_ON;
}

enum step kv_metadata_keep(struct call *c, const char *compact, const char **out)
{
    size_t len = strlen(compact);

    *out = NULL;
    if (len > KV_METADATA_MOST)
        return refuse(c, ERR_KV_METADATA_LARGE, arena_printf(c->arena, "%zu", len));
    if (strcmp(compact, "null") != 0)
        *out = arena_strndup(c->arena, compact, len);
    return GO_ON;
}

enum step kv_metadata_read(struct call *c, const char *text, size_t len, const char **out)
{
    char *compact = arena_strndup(c->arena, text, len);
    bool too_large;
    cJSON *json;

    *out = NULL;
    if (strspn(compact, " \t\r\n") == len)
        return GO_ON;
    if (json_body_read(c->arena, text, len, &json, &too_large))
        return refuse(c, ERR_KV_METADATA_JSON);
    cJSON_Minify(compact);
    return kv_metadata_keep(c, compact, out);
}

/* extra hook: when the key expires; nothing where it does not. */
void *kv_key_extra(const cJSON *shown, void (**done)(void *extra))
{
    int64_t expires = json_whole(shown, "expiration", 0), *kept = NULL;

    *done = free;
    if (expires) {
        kept = xmalloc(sizeof *kept);
        *kept = expires;
    }
    return kept;
}

struct doc *kv_doc(const struct kv_space *s, const struct kv_pair *pair, const struct blob *bytes)
{
    cJSON *line = json_object(J_TEXT("name", pair->key));
    void (*done)(void *) = NULL;
    struct doc *d;
    void *extra;

    if (pair->expires)
        json_put(line, "expiration", json_number(pair->expires));
    if (pair->metadata)
        json_put(line, "metadata", cJSON_CreateRaw(pair->metadata));
    extra = kv_key_extra(line, &done);
    d = doc_new(KIND_KV_KEY, s->keys, pair->key, NULL, line, extra, done);
    doc_set_bytes_take(d, blob_ref(bytes));
    cJSON_Delete(line);
    return d;
}

int64_t kv_expiration(const struct doc *d)
{
    const int64_t *expires = doc_extra(d);

    return expires ? *expires : 0;
}

bool kv_is_live(const struct doc *d, int64_t now)
{
    int64_t expires = kv_expiration(d);

    return !expires || now < expires;
}

/* It is the last member, and inside of a JSON string no bare quote can stand before it. */
const char *kv_metadata(const struct doc *d, size_t *len)
{
    static const char mark[] = ",\"metadata\":";
    const char *text = doc_text(d, len), *at = strstr(text, mark);

    if (!at) {
        *len = strlen("null");
        return "null";
    }
    at += sizeof mark - 1;
    *len -= (size_t)(at - text) + 1;
    return at;
}

struct doc *kv_find(struct view *v, const struct kv_space *s, const char *key, int64_t now)
{
    struct doc *d = view_get(v, KIND_KV_KEY, s->keys, key);

    return d && kv_is_live(d, now) ? d : NULL;
}

char *kv_cursor_dup(const char *name)
{
    char *cursor = text_base64_dup(name, strlen(name));

    for (char *at = cursor; *at; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at == '=' ? '\0' : *at;
    return cursor;
}

char *kv_cursor_name_dup(const char *cursor)
{
    size_t len;
    char *name = (char *)text_unbase64_dup(cursor, strlen(cursor), &len), *text = NULL;

    if (name && kv_is_text(name, len))
        text = xstrndup(name, len);
    free(name);
    return text;
}
