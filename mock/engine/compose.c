/* What was sent becomes the whole resource. */
#include "mock/engine/parts.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/spec/schema.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

static bool has_mark(uint32_t node, uint32_t mark)
{
    struct schema s;

    if (!node)
        return false;
    schema_open(node, &s);
    return (s.flags & mark) != 0;
}

/* The schema of one resource as the operation takes it; 0: it says nothing. */
static uint32_t request_of(const struct call *c, enum kind kind, const cJSON *sent)
{
    struct schema s;

    if (c->op->kind != kind || !c->op->request || c->op->request_kind != 1)
        return 0;
    schema_open(c->op->request, &s);
    return s.items && cJSON_IsObject(sent) ? s.items : c->op->request;
}

/* What request and answer know of a resource, in the alternatives that suit what was sent. */
struct known {
    const struct resource *r;
    uint32_t request;
    struct fit_members *asked, *shown;
};

static struct known known_of(const struct resource *r, uint32_t request, const cJSON *sent)
{
    return (struct known){ r, request, fit_members_new(request, sent),
                           fit_members_new(r->shown, sent) };
}

static void known_release(struct known *k)
{
    fit_members_free(k->asked);
    fit_members_free(k->shown);
}

/* A member that a client can't set. */
static bool is_barred(const struct known *k, const char *name)
{
    const struct resource *r = k->r;
    uint32_t asked, shown;

    if (words_have(r->server, name) || !strcmp(name, spec_text(r->created)) ||
        !strcmp(name, spec_text(r->modified)))
        return true;
    if (!strcmp(name, spec_text(r->id_member)))
        return r->id_style != ID_NAME && r->id_style != ID_HOOK;
    fit_members_find(k->shown, name, &shown);
    if (r->extra_members)
        return has_mark(shown, SCHEMA_READ_ONLY);
    return has_mark(fit_members_find(k->asked, name, &asked) ? asked : shown, SCHEMA_READ_ONLY);
}

/* A member that only the server sets, told by a request that leaves it out. */
static bool is_servers(const struct known *k, const char *name)
{
    uint32_t asked;

    return is_barred(k, name) || (k->request && !fit_members_find(k->asked, name, &asked));
}

/* What a client may say of it; the rest is kept out in silence, as the API does. */
static cJSON *accepted_dup(struct call *c, const struct known *k, const cJSON *sent, bool merge)
{
    struct fit f = call_fit(c, FIT_INPUT | (merge || k->r->own_defaults ? 0 : FIT_DEFAULTS) |
                                   (k->r->extra_members ? FIT_LOOSE : 0));
    cJSON *out = fit_dup(&f, k->request, sent, "");

    if (!cJSON_IsObject(out))
        return out;
    for (cJSON *one = out->child, *next; one; one = next) {
        next = one->next;
        if (is_barred(k, one->string))
            cJSON_Delete(cJSON_DetachItemViaPointer(out, one));
    }
    return out;
}

/* RFC 7396, but a null stays where the schema knows it as a value. */
static void merge_into(uint32_t node, cJSON *target, const cJSON *patch)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, patch) {
        cJSON *there = json_get(target, one->string);
        uint32_t member;
        bool known = fit_member(node, target, one->string, &member);

        if (cJSON_IsNull(one) && !(known && fit_allows_null(member)))
            cJSON_DeleteItemFromObjectCaseSensitive(target, one->string);
        else if (cJSON_IsObject(one) && cJSON_IsObject(there))
            merge_into(member, there, one);
        else
            json_put(target, one->string, cJSON_Duplicate(one, true));
    }
}

/* A replacement keeps what only the server sets. */
static void carry_over(const struct known *k, const cJSON *before, cJSON *into)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, before)
        if (!json_get(into, one->string) && is_servers(k, one->string))
            cJSON_AddItemToObject(into, one->string, cJSON_Duplicate(one, true));
}

/* Sets `value` at "origins[].weight" wherever the way leads and nothing stands. */
static void put_default(cJSON *at, const char *path, const cJSON *value)
{
    size_t len = strcspn(path, ".[");
    char *name = xstrndup(path, len);
    cJSON *there = json_get(at, name), *item;

    if (!path[len]) {
        if (cJSON_IsObject(at) && !there)
            cJSON_AddItemToObject(at, name, cJSON_Duplicate(value, true));
    } else if (path[len] == '.') {
        put_default(there, path + len + 1, value);
    } else if (text_starts(path + len, "[].")) {
        cJSON_ArrayForEach (item, there)
            put_default(item, path + len + 3, value);
    }
    free(name);
}

static void put_defaults(const struct resource *r, cJSON *into)
{
    cJSON *defaults = r->defaults ? cJSON_Parse(spec_text(r->defaults)) : NULL;
    const cJSON *one;

    cJSON_ArrayForEach (one, defaults)
        put_default(into, one->string, one);
    cJSON_Delete(defaults);
}

static char *fresh_id_dup(struct call *c, const struct resource *r)
{
    char *id;

    if (r->id_style == ID_NUMBER)
        return text_printf("%llu",
                           (unsigned long long)(world_random(c->world) % 900000000 + 100000));
    if (r->id_style == ID_UUID) {
        id = xmalloc(37);
        world_uuid(c->world, id);
    } else {
        size_t digits = r->id_digits ? r->id_digits : 32;

        id = xmalloc(digits + 1);
        world_hex(c->world, id, digits);
    }
    return id;
}

/* The id of a new resource: the path's where a PUT makes it, the client's own, or the server's
 * choice. */
static char *new_id_dup(struct call *c, const struct resource *r, const cJSON *fresh)
{
    const cJSON *own = json_get(fresh, spec_text(r->id_member));

    if (c->op->kind == (enum kind)(r - spec_resources) && c->op->verb == VERB_REPLACE)
        return xstrdup(call_id(c));
    if ((r->id_style == ID_NAME || r->id_style == ID_HOOK) && cJSON_IsString(own) &&
        *own->valuestring)
        return xstrdup(own->valuestring);
    if ((r->id_style == ID_NAME || r->id_style == ID_HOOK) && cJSON_IsNumber(own))
        return json_print_dup(own);
    return fresh_id_dup(c, r);
}

static cJSON *id_value(const struct resource *r, const char *id)
{
    struct schema s;
    uint32_t node;

    if (fit_member(r->shown, NULL, spec_text(r->id_member), &node)) {
        schema_open(node, &s);
        if (s.flags & (SCHEMA_INTEGER | SCHEMA_NUMBER) && !(s.flags & SCHEMA_STRING) &&
            id[strspn(id, "0123456789")] == '\0')
            return cJSON_CreateRaw(id);
    }
    return r->id_style == ID_NUMBER ? cJSON_CreateRaw(id) : cJSON_CreateString(id);
}

/* The id as the resource shows it; NULL: it shows none, or has it already. */
static cJSON *id_item(struct call *c, const struct resource *r, const struct doc *old,
                      const cJSON *fresh)
{
    cJSON *item;
    char *id;

    if (r->form != RESOURCE_COLLECTION || !*spec_text(r->id_member))
        return NULL;
    if (!old && r->id_style == ID_HOOK && json_get(fresh, spec_text(r->id_member)))
        return NULL;
    id = old ? xstrdup(doc_id(old)) : new_id_dup(c, r, fresh);
    item = id_value(r, id);
    free(id);
    return item;
}

static bool same_but(const cJSON *a, const cJSON *b, const char *name)
{
    cJSON *left = cJSON_Duplicate(a, true), *right = cJSON_Duplicate(b, true);
    bool same;

    cJSON_DeleteItemFromObjectCaseSensitive(left, name);
    cJSON_DeleteItemFromObjectCaseSensitive(right, name);
    same = json_equal(left, right);
    cJSON_Delete(left);
    cJSON_Delete(right);
    return same;
}

static void put_stamps(struct call *c, const struct resource *r, const cJSON *before, cJSON *fresh)
{
    const char *created = spec_text(r->created), *modified = spec_text(r->modified);
    const cJSON *then = json_get(before, modified);
    char now[STAMP_ROOM];

    stamp_text(world_now(c->world), r->stamp_digits, now);
    if (*created && !before)
        json_put(fresh, created, cJSON_CreateString(now));
    if (!*modified)
        return;
    if (then && r->touch_if_changed && same_but(before, fresh, modified))
        json_put(fresh, modified, cJSON_Duplicate(then, true));
    else
        json_put(fresh, modified, cJSON_CreateString(now));
}

struct order {
    cJSON *from, *into;
};

static void order_visit(void *to, const char *word)
{
    struct order *o = to;
    cJSON *member = cJSON_DetachItemFromObjectCaseSensitive(o->from, word);

    if (member)
        cJSON_AddItemToObject(o->into, word, member);
}

static void put_in_order(const struct resource *r, cJSON *fresh)
{
    struct order o = { fresh, cJSON_CreateObject() };

    words_each(r->members, order_visit, &o);
    while (fresh->child) {
        cJSON *one = cJSON_DetachItemViaPointer(fresh, fresh->child);

        cJSON_AddItemToArray(o.into, one); // keeps its name
    }
    tree_become(fresh, o.into);
}

/* Laid out as the schema shows it, with all that it requires. */
static void finish(struct call *c, const struct resource *r, const struct doc *old,
                   const cJSON *before, cJSON *fresh)
{
    struct fit f = call_fit(c, (r->own_defaults ? 0 : FIT_DEFAULTS) | (r->named ? FIT_LOOSE : 0));
    cJSON *id;

    if (!cJSON_IsObject(fresh)) {
        tree_become(fresh, fit_dup(&f, r->shown, fresh, ""));
        return;
    }
    id = id_item(c, r, old, fresh);
    if (id)
        json_put(fresh, spec_text(r->id_member), cJSON_Duplicate(id, true));
    put_stamps(c, r, before, fresh);
    tree_become(fresh, fit_dup(&f, r->shown, fresh, ""));
    if (id) // also where the schema does not know it
        json_put(fresh, spec_text(r->id_member), id);
    if (!r->named)
        value_repair(c, r->shown, fresh);
    if (r->members)
        put_in_order(r, fresh);
}

static enum step compose_by_schema(struct call *c, enum kind kind, const struct doc *old,
                                   cJSON *fresh, bool merge)
{
    const struct resource *r = resource_of(kind);
    shape_hook *shape = spec_kind_hooks[kind].shape;
    struct known known = known_of(r, request_of(c, kind, fresh), fresh);
    cJSON *sent = accepted_dup(c, &known, fresh, merge), *before = old ? doc_json_dup(old) : NULL;
    enum step step = GO_ON;

    if (merge && before && cJSON_IsObject(before)) {
        cJSON *whole = cJSON_Duplicate(before, true);

        merge_into(r->shown, whole, sent);
        cJSON_Delete(sent);
        sent = whole;
    } else if (cJSON_IsObject(before) && cJSON_IsObject(sent)) {
        carry_over(&known, before, sent);
    }
    known_release(&known);
    put_defaults(r, sent);
    tree_become(fresh, sent);
    if (shape)
        step = shape(c, old, fresh);
    if (step == GO_ON)
        finish(c, r, old, before, fresh);
    cJSON_Delete(before);
    return step;
}

/* Without a word from the schemas: all that was sent goes to the hook, and what it makes of it is
 * kept. */
static enum step compose_by_shape(struct call *c, enum kind kind, const struct doc *old,
                                  cJSON *fresh, bool merge)
{
    const struct resource *r = resource_of(kind);
    cJSON *id;

    if (merge && old) {
        cJSON *whole = doc_json_dup(old);

        merge_into(r->shown, whole, fresh);
        tree_become(fresh, whole);
    }
    if (spec_kind_hooks[kind].shape(c, old, fresh) == ANSWERED)
        return ANSWERED;
    id = id_item(c, r, old, fresh);
    if (id)
        json_put(fresh, spec_text(r->id_member), id);
    return GO_ON;
}

enum step engine_compose(struct call *c, enum kind kind, const struct doc *old, cJSON *fresh,
                         bool merge)
{
    return resource_of(kind)->by_shape ? compose_by_shape(c, kind, old, fresh, merge)
                                       : compose_by_schema(c, kind, old, fresh, merge);
}
