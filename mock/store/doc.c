#include "mock/store/doc.h"

#include "common/json.h"
#include "common/buf.h"
#include "common/mem.h"
#include "mock/store/blob.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct doc {
    atomic_uint refs;
    enum kind kind;
    size_t len;
    uint64_t sequence;
    void *extra;
    void (*extra_free)(void *);
    struct blob *bytes;
    const char *owner, *key, *text; // all behind `id`, in one piece with the doc
    char id[];
};

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    at[len] = '\0';
    return at + len + 1;
}

/* All of a doc in one piece; nothing hangs on it yet. */
static struct doc *compose(enum kind kind, const char *owner, const char *id, const char *key,
                           const char *text, size_t len)
{
    size_t id_len = strlen(id), owner_len = strlen(owner), key_len = strlen(key);
    struct doc *d = xmalloc(sizeof *d + id_len + owner_len + key_len + len + 4);
    char *at;

    atomic_init(&d->refs, 1);
    d->kind = kind;
    d->len = len;
    d->sequence = 0;
    d->extra = NULL;
    d->extra_free = NULL;
    d->bytes = NULL;
    at = put(d->id, id, id_len);
    d->owner = at;
    at = put(at, owner, owner_len);
    d->key = at;
    at = put(at, key, key_len);
    d->text = at;
    put(at, text, len);
    return d;
}

struct doc *doc_new(enum kind kind, const char *owner, const char *id, const char *key,
                    const cJSON *shown, void *extra, void (*extra_free)(void *extra))
{
    struct buf text;
    struct doc *d;

    buf_init(&text);
    json_write(&text, shown);
    d = compose(kind, owner, id, key ? key : "", text.at, text.len);
    d->extra = extra;
    d->extra_free = extra_free;
    buf_release(&text);
    return d;
}

struct doc *doc_retold_take(struct doc *d, const char *text, size_t len)
{
    struct doc *told = compose(d->kind, d->owner, d->id, d->key, text, len);

    told->extra = d->extra;
    told->extra_free = d->extra_free;
    told->bytes = d->bytes;
    free(d);
    return told;
}

struct doc *doc_ref(const struct doc *d)
{
    struct doc *counted = (struct doc *)d;

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return counted;
}

void doc_unref(struct doc *d)
{
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (d->extra_free)
        d->extra_free(d->extra);
    blob_unref(d->bytes);
    free(d);
}

void doc_unref_any(void *doc)
{
    doc_unref(doc);
}

enum kind doc_kind(const struct doc *d)
{
    return d->kind;
}

const char *doc_owner(const struct doc *d)
{
    return d->owner;
}

const char *doc_id(const struct doc *d)
{
    return d->id;
}

const char *doc_key(const struct doc *d)
{
    return d->key;
}

const char *doc_text(const struct doc *d, size_t *len)
{
    if (len)
        *len = d->len;
    return d->text;
}

cJSON *doc_json_dup(const struct doc *d)
{
    return json_parse(NULL, d->text, d->len);
}

void *doc_extra(const struct doc *d)
{
    return d->extra;
}

const struct blob *doc_bytes(const struct doc *d)
{
    return d->bytes;
}

void doc_set_bytes_take(struct doc *d, struct blob *bytes)
{
    d->bytes = bytes;
}

uint64_t doc_sequence(const struct doc *d)
{
    return d->sequence;
}

void doc_set_sequence(struct doc *d, uint64_t sequence)
{
    d->sequence = sequence;
}
