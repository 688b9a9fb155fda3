/* Workers KV: one key: its value as bytes, its metadata. */
#include "common/json.h"
#include "gen/hooks.h"
#include "mock/body/multipart.h"
#include "mock/families/kv.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The namespace and the key of the path. */
static enum step place_read(struct call *c, const char *verb, struct kv_space *s, const char **key)
{
    const struct call_param *p = &c->param[c->param_count - 1];

    *key = p->text;
    if (kv_space_read(c, verb, s) == ANSWERED)
        return ANSWERED;
    return kv_key_check(c, p->text, p->text_len);
}

/* The live doc of the path's key, held for the length of the request; NULL: the answer is made. */
static struct doc *held(struct call *c)
{
    struct kv_space s;
    const char *key;
    struct view *v;
    struct doc *d;
    bool there;

    if (place_read(c, "get", &s, &key) == ANSWERED)
        return NULL;
    v = view_begin(world_store(c->world));
    there = kv_space_is(v, &s);
    d = kv_find(v, &s, key, kv_now(c));
    if (d)
        arena_on_free(c->arena, doc_unref_any, doc_ref(d));
    view_end(v);
    if (!there)
        kv_space_missing(c, &s);
    else if (!d)
        refuse(c, ERR_KV_KEY_UNKNOWN);
    return d;
}

enum step kv_value_get(struct call *c)
{
    const struct doc *d = held(c);

    if (!d)
        return ANSWERED;
    if (kv_expiration(d))
        call_answer_header(c, "expiration",
                           arena_printf(c->arena, "%lld", (long long)kv_expiration(d)));
    return answer_blob(c, c->op->ok, "application/octet-stream", doc_bytes(d));
}

enum step kv_metadata_get(struct call *c)
{
    const struct doc *d = held(c);
    const char *text;
    size_t len;

    if (!d)
        return ANSWERED;
    text = kv_metadata(d, &len);
    return answer_text(c, text, len);
}

static enum step metadata_of_form(struct call *c, const char **metadata)
{
    const struct multipart_part *part = call_part(c, "metadata");
    const char *text;
    size_t len;

    *metadata = NULL;
    if (!part)
        return GO_ON;
    text = blob_view(part->bytes, &len);
    return kv_metadata_read(c, text, len, metadata);
}

/* The bytes to keep: a form's part `value`, or the body as it came. NULL: the answer is made. */
static struct blob *value_of(struct call *c)
{
    const struct multipart_part *part = c->parts ? call_part(c, "value") : NULL;
    struct blob *bytes = part ? part->bytes : c->bytes;
    char *why = NULL;

    if (c->parts && !part) {
        refuse(c, ERR_KV_BODY, "the form has no part called value");
        return NULL;
    }
    if (!bytes) { // nothing was sent: an empty value, always in memory
        bytes = blob_new("", 0, &why);
        arena_on_free(c->arena, blob_unref_any, bytes);
    }
    return kv_value_check(c, blob_len(bytes)) == GO_ON ? bytes : NULL;
}

static enum step put_one(struct call *c, const struct kv_space *s, struct doc *d)
{
    struct txn *t = txn_begin(world_store(c->world));

    if (!kv_space_is(txn_view(t), s)) {
        txn_rollback(t);
        doc_unref(d);
        return kv_space_missing(c, s);
    }
    txn_put_take(t, d);
    txn_commit(t);
    return answer(c, NULL);
}

enum step kv_value_put(struct call *c)
{
    struct kv_pair pair = { 0 };
    struct blob *bytes;
    struct kv_space s;

    if (place_read(c, "put", &s, &pair.key) == ANSWERED ||
        kv_expires(c, call_query(c, "expiration"), call_query(c, "expiration_ttl"),
                   &pair.expires) == ANSWERED ||
        (c->parts && metadata_of_form(c, &pair.metadata) == ANSWERED))
        return ANSWERED;
    bytes = value_of(c);
    return bytes ? put_one(c, &s, kv_doc(&s, &pair, bytes)) : ANSWERED;
}

/* A key that is not there is deleted all the same (LIVE). */
enum step kv_value_delete(struct call *c)
{
    struct kv_space s;
    const char *key;
    struct txn *t;
    bool there;

    if (place_read(c, "remove key", &s, &key) == ANSWERED)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    there = kv_space_is(txn_view(t), &s);
    if (there)
        txn_remove_of(t, KIND_KV_KEY, s.keys, key);
    txn_commit(t);
    return there ? answer(c, NULL) : kv_space_missing(c, &s);
}
