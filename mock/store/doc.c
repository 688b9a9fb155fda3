#include "mock/store/doc.h"

#include "common/json.h"
#include "common/buf.h"
#include "common/mem.h"

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
    const char *owner, *key, *text; // all behind `id`, in one piece with the doc
    char id[];
};

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    at[len] = '\0';
    return at + len + 1;
}

struct doc *doc_new(enum kind kind, const char *owner, const char *id, const char *key,
                    const cJSON *shown, void *extra, void (*extra_free)(void *extra))
{
    size_t id_len = strlen(id), owner_len = strlen(owner), key_len = key ? strlen(key) : 0;
    struct buf text;
    struct doc *d;
    char *at;

    buf_init(&text);
    json_write(&text, shown);
    d = xmalloc(sizeof *d + id_len + owner_len + key_len + text.len + 4);
    atomic_init(&d->refs, 1);
    d->kind = kind;
    d->len = text.len;
    d->sequence = 0;
    d->extra = extra;
    d->extra_free = extra_free;
    at = put(d->id, id, id_len);
    d->owner = at;
    at = put(at, owner, owner_len);
    d->key = at;
    at = put(at, key ? key : "", key_len);
    d->text = at;
    put(at, text.at, text.len);
    buf_release(&text);
    return d;
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

uint64_t doc_sequence(const struct doc *d)
{
    return d->sequence;
}

void doc_set_sequence(struct doc *d, uint64_t sequence)
{
    d->sequence = sequence;
}
