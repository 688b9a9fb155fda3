#include "mock/state/rebuild.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/state/identity.h"
#include "mock/store/blob.h"

#include <stdlib.h>
#include <string.h>

static cJSON *token_side(const struct token *t)
{
    char hex[65];

    text_hex(t->sha256, sizeof t->sha256, hex);
    return json_object(J_TEXT("kind", t->kind == TOKEN_USER ? "user" : "account"),
                       J_TEXT(t->value ? "value" : "sha256", t->value ? t->value : hex),
                       J_WHOLE("issued_on", t->issued_on), J_WHOLE("modified_on", t->modified_on),
                       J_WHOLE("last_used_on", t->last_used_on), J_WHOLE("fresh_since", t->fresh_since));
}

/* When it becomes active by itself. */
static cJSON *zone_side(const struct zone *z)
{
    char due[STAMP_ROOM];

    if (!z->activates_on)
        return NULL;
    stamp_text(z->activates_on, 6, due);
    return json_object(J_TEXT("activates_on", due));
}

cJSON *rebuild_side_dup(const struct doc *d)
{
    switch (doc_kind(d)) {
    case KIND_TOKEN:
        return token_side(token_of(d));
    case KIND_ZONE:
        return zone_side(zone_of(d));
    case KIND_USER:
        return user_of(d)->global_key ? json_object(J_TEXT("global_key", user_of(d)->global_key)) : NULL;
    default:
        return NULL;
    }
}

static bool read_hex(const char *hex, unsigned char *out, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    if (!hex || strlen(hex) != 2 * len || hex[strspn(hex, digits)])
        return false;
    for (size_t i = 0; i < 2 * len; i++)
        out[i / 2] = (unsigned char)(out[i / 2] << 4 | (strchr(digits, hex[i]) - digits));
    return true;
}

static struct doc *token_again(struct world *w, const struct rebuild *from, const cJSON *json, char **why)
{
    const char *kind = json_text(from->side, "kind");
    unsigned char sum[32] = { 0 };
    struct token_spec spec = { .kind = kind && strcmp(kind, "account") == 0 ? TOKEN_ACCOUNT : TOKEN_USER,
                               .id = from->id,
                               .owner = from->owner,
                               .value = json_text(from->side, "value"),
                               .json = json,
                               .issued_on = json_whole(from->side, "issued_on", 0),
                               .modified_on = json_whole(from->side, "modified_on", 0),
                               .last_used_on = json_whole(from->side, "last_used_on", 0),
                               .fresh_since = json_whole(from->side, "fresh_since", 0) };

    if (!spec.value) {
        if (!read_hex(json_text(from->side, "sha256"), sum, sizeof sum)) {
            *why = xstrdup("the token has neither a value nor its hash");
            return NULL;
        }
        spec.sha256 = sum;
    }
    return token_doc_new(w, &spec, why);
}

/* The kinds of identity, whose compiled form comes from constructors of their own; NULL and *why. */
static struct doc *identity_again(struct world *w, const struct rebuild *from, cJSON *json, char **why)
{
    const char *due = json_text(from->side, "activates_on");

    switch (from->kind) {
    case KIND_ACCOUNT:
        return account_doc_new(w, json);
    case KIND_USER:
        return user_doc_new(w, json, json_text(from->side, "global_key"));
    case KIND_MEMBERSHIP:
        return membership_doc_new(w, from->owner, json);
    case KIND_TOKEN:
        return token_again(w, from, json, why);
    case KIND_ZONE:
        if (due)
            json_put(json, "activates_on", cJSON_CreateString(due));
        return zone_doc_new(w, json);
    default:
        *why = text_printf("nobody knows how to make the kind %s again", spec_text(spec_resources[from->kind].name));
        return NULL;
    }
}

static struct doc *plain_again(const struct rebuild *from, const cJSON *json)
{
    extra_hook *hook = spec_kind_hooks[from->kind].extra;
    void (*done)(void *) = NULL;
    void *extra = hook ? hook(json, &done) : NULL;

    return doc_new(from->kind, from->owner, from->id, *from->key ? from->key : NULL, json, extra, done);
}

static bool is_the_same(const struct doc *d, const struct rebuild *from)
{
    return strcmp(doc_id(d), from->id) == 0 && strcmp(doc_owner(d), from->owner) == 0 &&
           strcmp(doc_key(d), from->key) == 0;
}

struct doc *rebuild_doc(struct world *w, const struct rebuild *from, char **why)
{
    bool plain = !spec_resources[from->kind].by_hooks && !spec_kind_hooks[from->kind].extra;
    cJSON *json = plain ? cJSON_CreateNull() : json_parse(NULL, from->text, from->len); // nobody would look at it
    struct doc *d = NULL;

    if (!json)
        *why = xstrdup("its text is not JSON");
    else if (spec_resources[from->kind].by_hooks)
        d = identity_again(w, from, json, why);
    else
        d = plain_again(from, json);
    cJSON_Delete(json);
    if (d && !is_the_same(d, from)) {
        *why = text_printf("its id, owner or key is not that of its text (%s instead of %s)", doc_id(d), from->id);
        doc_unref(d);
        d = NULL;
    }
    if (!d) {
        blob_unref(from->bytes);
        return NULL;
    }
    doc_set_bytes_take(d, from->bytes);
    return doc_retold_take(d, from->text, from->len);
}

enum kind rebuild_kind(const char *name)
{
    for (size_t k = 1; k < KIND_COUNT; k++)
        if (strcmp(spec_text(spec_resources[k].name), name) == 0)
            return (enum kind)k;
    return KIND_NONE;
}
