/* Workers KV: namespaces, and what every operation on keys asks of them first. */
#include "mock/families/kv.h"

#include "common/text.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/world.h"

#include <string.h>

#define TITLE_MOST 512 // characters (DOC)

enum step kv_space_read(struct call *c, const char *verb, struct kv_space *out)
{
    const char *id = call_param_named(c, "namespace_id");
    char *lower = arena_strdup(c->arena, id);

    text_lower(lower);
    *out = (struct kv_space){ .id = lower,
                              .verb = verb,
                              .namespaces = call_owner_of(c, KIND_KV_NAMESPACE),
                              .keys = call_owner_of(c, KIND_KV_KEY) };
    if (!text_is_hex32(id))
        return refuse(c, ERR_KV_NAMESPACE_ID);
    return GO_ON;
}

bool kv_space_is(struct view *v, const struct kv_space *s)
{
    return view_get(v, KIND_KV_NAMESPACE, s->namespaces, s->id) != NULL;
}

enum step kv_space_missing(struct call *c, const struct kv_space *s)
{
    return refuse(c, ERR_KV_NAMESPACE_UNKNOWN, s->verb);
}

/* The engine's own verb on a namespace, once it is there: the message for one that is not names the
 * verb, which the engine does not know. One deleted in between is found missing by the engine. */
static enum step on_namespace(struct call *c, const char *verb)
{
    struct kv_space s;
    struct view *v;
    bool there;

    if (kv_space_read(c, verb, &s) == ANSWERED)
        return ANSWERED;
    v = view_begin(world_store(c->world));
    there = kv_space_is(v, &s);
    view_end(v);
    return there ? engine_serve(c) : kv_space_missing(c, &s);
}

enum step kv_namespace_get(struct call *c)
{
    return on_namespace(c, "get namespace");
}

enum step kv_namespace_rename(struct call *c)
{
    return on_namespace(c, "rename namespace");
}

enum step kv_namespace_remove(struct call *c)
{
    return on_namespace(c, "remove namespace");
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

enum step kv_namespace_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    const char *title = json_text(fresh, "title");

    (void)old;
    if (!title || !*title)
        return refuse(c, ERR_KV_TITLE_MISSING);
    if (characters(title) > TITLE_MOST)
        return refuse(c, ERR_KV_TITLE_LONG);
    return GO_ON;
}

int kv_key_order(const struct doc *a, const struct doc *b)
{
    return strcmp(doc_id(a), doc_id(b)); // bytes, unsigned
}
