/* Workers KV: many keys in one request. A request with a wrong item is refused whole (INF); keys
 * whose bytes cannot be kept are the ones that the answer calls unsuccessful. */
#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/body/json_body.h"
#include "mock/families/kv.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define GET_MOST ((size_t)25 << 20)   // bytes of all values of one answer (DOC)
#define NAMES_MOST ((size_t)16 << 20) // bytes of a body of names

/* What has become of the keys of one request. */
struct tally {
    struct doc **docs; // arena
    size_t docs_count;
    cJSON *unsuccessful;
};

static enum step tally_answer(struct call *c, struct tally *t, int64_t successful)
{
    return answer(c, json_object(J_WHOLE("successful_key_count", successful),
                                 J_TREE("unsuccessful_keys", t->unsuccessful)));
}

static enum step array_check(struct call *c, const cJSON *json)
{
    if (!cJSON_IsArray(json))
        return refuse(c, ERR_KV_BODY, "it is no array");
    if (cJSON_GetArraySize(json) > KV_BULK_MOST)
        return refuse(c, ERR_KV_BODY, "it may hold 10000 keys");
    return GO_ON;
}

/* A number, or its digits as a text; NULL: not there. */
static const char *digits_of(struct call *c, const cJSON *item, const char *name)
{
    const cJSON *value = json_get(item, name);
    char *text, *kept;

    if (!value || cJSON_IsNull(value))
        return NULL;
    if (cJSON_IsString(value))
        return value->valuestring;
    text = json_print_dup(value);
    kept = arena_strdup(c->arena, text);
    free(text);
    return kept;
}

static enum step pair_read(struct call *c, const cJSON *item, struct kv_pair *pair)
{
    const cJSON *metadata = json_get(item, "metadata");
    char *text;
    enum step step;

    *pair = (struct kv_pair){ .key = json_text(item, "key") };
    if (!pair->key || !json_text(item, "value"))
        return refuse(c, ERR_KV_BODY, "each item has a key and a value, both text");
    if (kv_key_check(c, pair->key, strlen(pair->key)) == ANSWERED ||
        kv_expires(c, digits_of(c, item, "expiration"), digits_of(c, item, "expiration_ttl"),
                   &pair->expires) == ANSWERED)
        return ANSWERED;
    if (!metadata)
        return GO_ON;
    text = json_print_dup(metadata);
    step = kv_metadata_keep(c, text, &pair->metadata);
    free(text);
    return step;
}

/* The bytes of an item, the caller's. NULL: they could not be kept, or, with *step ANSWERED, are
 * wrong. */
static struct blob *bytes_read(struct call *c, const cJSON *item, enum step *step)
{
    const char *value = json_text(item, "value");
    size_t len = strlen(value);
    unsigned char *plain = NULL;
    struct blob *bytes;
    char *why = NULL;

    *step = GO_ON;
    if (json_flag(item, "base64", false)) {
        plain = text_unbase64_dup(value, len, &len);
        if (!plain)
            *step = refuse(c, ERR_KV_BODY, "a value is no base64");
        else
            *step = kv_value_check(c, len);
        bytes = *step == GO_ON ? blob_new_take((char *)plain, len, &why) : (free(plain), NULL);
    } else {
        *step = kv_value_check(c, len);
        bytes = *step == GO_ON ? blob_new(value, len, &why) : NULL;
    }
    free(why);
    return bytes;
}

static enum step item_add(struct call *c, const struct kv_space *s, const cJSON *item,
                          struct tally *t)
{
    struct kv_pair pair;
    struct blob *bytes;
    enum step step;

    if (pair_read(c, item, &pair) == ANSWERED)
        return ANSWERED;
    bytes = bytes_read(c, item, &step);
    if (step == ANSWERED)
        return ANSWERED;
    if (bytes)
        t->docs[t->docs_count++] = kv_doc(s, &pair, bytes);
    else
        cJSON_AddItemToArray(t->unsuccessful, cJSON_CreateString(pair.key));
    blob_unref(bytes);
    return GO_ON;
}

static bool store_all(struct call *c, const struct kv_space *s, struct tally *t)
{
    struct txn *txn = txn_begin(world_store(c->world));
    bool there = kv_space_is(txn_view(txn), s);

    for (size_t i = 0; there && i < t->docs_count; i++)
        txn_put_take(txn, doc_ref(t->docs[i]));
    txn_commit(txn);
    return there;
}

static enum step put_all(struct call *c, const struct kv_space *s, struct tally *t)
{
    cJSON *item;

    t->docs = arena_alloc(c->arena, (size_t)cJSON_GetArraySize(c->json) * sizeof(struct doc *));
    while ((item = c->json->child) != NULL) { // each goes at once: its memory is the next doc's
        if (item_add(c, s, item, t) == ANSWERED)
            return ANSWERED;
        cJSON_Delete(cJSON_DetachItemViaPointer(c->json, item));
    }
    if (!store_all(c, s, t))
        return kv_space_missing(c, s);
    return GO_ON;
}

enum step kv_bulk_put(struct call *c)
{
    struct tally t = { .unsuccessful = cJSON_CreateArray() };
    enum step step = ANSWERED;
    struct kv_space s;

    if (kv_space_read(c, "bulk put keys", &s) == GO_ON && array_check(c, c->json) == GO_ON)
        step = put_all(c, &s, &t);
    for (size_t i = 0; i < t.docs_count; i++)
        doc_unref(t.docs[i]);
    if (step == GO_ON)
        return tally_answer(c, &t, (int64_t)t.docs_count);
    cJSON_Delete(t.unsuccessful);
    return ANSWERED;
}

static void release(void *buf)
{
    buf_release(buf);
}

/* The names of DELETE …/bulk: the document forgets that this operation has a body, so intake left
 * it. */
static enum step names_read(struct call *c)
{
    struct buf *body;
    long n = 1;

    if (c->json || !c->in.read_body || c->in.body_length == 0 || c->op->request_kind != 0)
        return GO_ON;
    body = arena_alloc(c->arena, sizeof *body);
    arena_on_free(c->arena, release, body);
    while (n > 0 && body->len <= NAMES_MOST) {
        buf_reserve(body, 1 << 16);
        n = c->in.read_body(c->in.body_from, body->at + body->len, 1 << 16);
        body->len += n > 0 ? (size_t)n : 0;
    }
    if (n != 0) {
        c->out.close = true;
        return refuse_reason(c, n < 0 ? WHY_BODY_CUT : WHY_BODY_TOO_LARGE);
    }
    c->json = json_parse(c->arena, body->at, body->len);
    return GO_ON;
}

static enum step names_check(struct call *c, const cJSON *names)
{
    const cJSON *name;

    cJSON_ArrayForEach (name, names)
        if (!cJSON_IsString(name))
            return refuse(c, ERR_KV_BODY, "a key is a text");
    return GO_ON;
}

/* Names of keys that are not there are deleted all the same (LIVE). */
enum step kv_bulk_delete(struct call *c)
{
    struct tally t = { 0 };
    const cJSON *name;
    struct kv_space s;
    struct txn *txn;
    bool there;

    if (kv_space_read(c, "bulk remove keys", &s) == ANSWERED || names_read(c) == ANSWERED ||
        array_check(c, c->json) == ANSWERED || names_check(c, c->json) == ANSWERED)
        return ANSWERED;
    txn = txn_begin(world_store(c->world));
    there = kv_space_is(txn_view(txn), &s);
    if (there)
        cJSON_ArrayForEach (name, c->json)
            txn_remove_of(txn, KIND_KV_KEY, s.keys, name->valuestring);
    txn_commit(txn);
    if (!there)
        return kv_space_missing(c, &s);
    t.unsuccessful = cJSON_CreateArray();
    return tally_answer(c, &t, cJSON_GetArraySize(c->json));
}

/* What one bulk get is to show. */
struct wanted {
    const cJSON *keys;
    bool as_json, with_metadata;
};

static enum step wanted_read(struct call *c, struct wanted *w)
{
    const char *type = json_text(c->json, "type");

    *w = (struct wanted){ json_get(c->json, "keys"), type && strcmp(type, "json") == 0,
                          json_flag(c->json, "withMetadata", false) };
    if (!cJSON_IsArray(w->keys))
        return refuse(c, ERR_KV_BODY, "it has no keys");
    if (!w->keys->child)
        return refuse(c, ERR_KV_KEYS_MISSING);
    if (cJSON_GetArraySize(w->keys) > KV_BULK_GET_MOST)
        return refuse(c, ERR_KV_BODY, "it may ask for 100 keys");
    if (type && !w->as_json && strcmp(type, "text") != 0)
        return refuse(c, ERR_KV_BODY, "the type is text or json");
    return names_check(c, w->keys);
}

/* The bytes as a JSON string: what is no UTF-8 is replaced, a NUL is escaped. */
static cJSON *text_shown(const char *bytes, size_t len)
{
    struct buf json, piece;
    cJSON *shown;

    buf_init(&json);
    buf_char(&json, '"');
    for (size_t from = 0, n; from <= len; from += n + 1) {
        char *text;

        n = strnlen(bytes + from, len - from);
        text = xstrndup(bytes + from, n);
        buf_init(&piece);
        buf_json_text(&piece, text);
        if (from)
            buf_text(&json, "\\u0000");
        buf_add(&json, piece.at + 1, piece.len - 2); // without its quotes
        buf_release(&piece);
        free(text);
    }
    buf_char(&json, '"');
    shown = cJSON_CreateRaw(json.at);
    buf_release(&json);
    return shown;
}

/* A value as JSON, NULL: it is none; or as text. */
static cJSON *value_shown(struct call *c, const struct doc *d, bool as_json)
{
    size_t len;
    const char *bytes = blob_view(doc_bytes(d), &len);
    char *compact;
    bool too_large;
    cJSON *json;

    if (!as_json)
        return text_shown(bytes, len);
    if (json_body_read(c->arena, bytes, len, &json, &too_large))
        return NULL;
    compact = arena_strndup(c->arena, bytes, len);
    cJSON_Minify(compact);
    return cJSON_CreateRaw(compact);
}

static cJSON *line_shown(const struct doc *d, cJSON *value)
{
    size_t len;
    const char *metadata = kv_metadata(d, &len);
    char *text = xstrndup(metadata, len);
    cJSON *line = json_object(J_TREE("value", value), J_TREE("metadata", cJSON_CreateRaw(text)));

    free(text);
    if (kv_expiration(d))
        json_put(line, "expiration", json_number(kv_expiration(d)));
    return line;
}

static bool collect(struct call *c, const struct kv_space *s, const struct wanted *w,
                    struct doc **found)
{
    struct view *v = view_begin(world_store(c->world));
    bool there = kv_space_is(v, s);
    int64_t now = kv_now(c);
    const cJSON *key;
    size_t i = 0;

    cJSON_ArrayForEach (key, w->keys) {
        struct doc *d = kv_find(v, s, key->valuestring, now);

        if (d)
            arena_on_free(c->arena, doc_unref_any, doc_ref(d));
        found[i++] = d;
    }
    view_end(v);
    return there;
}

static enum step show_all(struct call *c, const struct wanted *w, struct doc *const *found,
                          cJSON *values)
{
    const cJSON *key;
    size_t i = 0, sum = 0;

    cJSON_ArrayForEach (key, w->keys) {
        const struct doc *d = found[i++];
        cJSON *shown = NULL;

        if (d && (sum += blob_len(doc_bytes(d))) > GET_MOST)
            return refuse(c, ERR_KV_VALUE_LARGE, arena_printf(c->arena, "%zu", sum));
        if (d && !(shown = value_shown(c, d, w->as_json)))
            return refuse(c, ERR_KV_NOT_JSON);
        if (shown && w->with_metadata)
            shown = line_shown(d, shown);
        json_put(values, key->valuestring, shown ? shown : cJSON_CreateNull());
    }
    return GO_ON;
}

enum step kv_bulk_get(struct call *c)
{
    struct doc *found[KV_BULK_GET_MOST];
    struct kv_space s;
    struct wanted w;
    cJSON *values;

    if (kv_space_read(c, "bulk get keys", &s) == ANSWERED || wanted_read(c, &w) == ANSWERED)
        return ANSWERED;
    if (!collect(c, &s, &w, found))
        return kv_space_missing(c, &s);
    values = cJSON_CreateObject();
    if (show_all(c, &w, found, values) == ANSWERED) {
        cJSON_Delete(values);
        return ANSWERED;
    }
    return answer(c, json_object(J_TREE("values", values)));
}
