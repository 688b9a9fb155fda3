/* Where a resource lies: the owner of its shelf is the concrete path of its collection. */
#include "mock/engine/parts.h"

#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MOST 24

struct segments {
    const char *at[SEGMENTS_MOST];
    size_t len[SEGMENTS_MOST], count;
};

static struct segments split(const char *path, size_t len)
{
    struct segments s = { .count = 0 };

    for (const char *at = path, *end = path + len; at < end && s.count < SEGMENTS_MOST;) {
        const char *from = ++at, *next = memchr(from, '/', (size_t)(end - from));

        at = next ? next : end;
        s.at[s.count] = from;
        s.len[s.count++] = (size_t)(at - from);
    }
    return s;
}

static bool is_param(const struct segments *s, size_t i)
{
    return memchr(s->at[i], '{', s->len[i]) != NULL;
}

/* How many leading segments two templates share; placeholders are alike however they are spelt. */
static size_t shared(const struct segments *a, const struct segments *b)
{
    size_t i = 0;

    while (i < a->count && i < b->count &&
           (is_param(a, i) ? is_param(b, i)
                           : a->len[i] == b->len[i] && !memcmp(a->at[i], b->at[i], a->len[i])))
        i++;
    return i;
}

/* An id as owners have it: hex and UUIDs in lower case, else percent-encoded where it must be. */
static const char *owner_text(struct call *c, const char *id)
{
    char *text, *encoded;

    if (text_is_hex32(id) || text_is_uuid(id)) {
        text = arena_strdup(c->arena, id);
        text_lower(text);
        return text;
    }
    encoded = text_percent_dup(id);
    text = arena_strdup(c->arena, encoded);
    free(encoded);
    return text;
}

/* The call's parameter that fills segment `i` of a template: by place in what both share, else by
 * name; NULL: none. */
static const char *filled(struct call *c, const struct segments *own, const struct segments *wanted,
                          size_t common, size_t i)
{
    size_t param = 0;

    for (size_t s = 0; s < own->count; s++) {
        bool same_name;

        if (!is_param(own, s))
            continue;
        same_name =
            own->len[s] == wanted->len[i] && !memcmp(own->at[s], wanted->at[i], own->len[s]);
        if (param < c->param_count && (s == i ? i < common : i >= common && same_name))
            return owner_text(c, c->param[param].text);
        param++;
    }
    return NULL;
}

/* The root of the kind that shares most with the call's own path. */
static struct segments root_of(const struct resource *r, const struct segments *own)
{
    struct segments best = { .count = 0 };
    size_t most = 0;

    for (const char *at = spec_text(r->roots); *at;) {
        size_t len = strcspn(at, " "), common;
        struct segments s = split(at, len);

        common = shared(&s, own);
        if (!best.count || common > most) {
            best = s;
            most = common;
        }
        at += len + strspn(at + len, " ");
    }
    return best;
}

const char *call_owner_of(struct call *c, enum kind kind)
{
    const struct resource *r = resource_of(kind);
    const char *path = spec_text(c->op->path), *id;
    struct segments own = split(path, strlen(path)), root = root_of(r, &own);
    size_t common = shared(&root, &own), count = root.count;
    struct buf out;
    char *owner;

    if (r->form == RESOURCE_COLLECTION)
        count--;
    buf_init(&out);
    for (size_t i = 0; i < count; i++) {
        buf_char(&out, '/');
        if (!is_param(&root, i)) {
            buf_add(&out, root.at[i], root.len[i]);
        } else if ((id = filled(c, &own, &root, common, i))) {
            buf_text(&out, id);
        } else {
            buf_release(&out);
            return NULL;
        }
    }
    owner = arena_strndup(c->arena, out.at ? out.at : "", out.len);
    buf_release(&out);
    return owner;
}

const char *call_owner(struct call *c)
{
    return call_owner_of(c, c->op->kind);
}

const char *call_id(struct call *c)
{
    const char *id = c->param_count ? c->param[c->param_count - 1].text : "";
    char *lower;

    if (!text_is_hex32(id) && !text_is_uuid(id))
        return id;
    lower = arena_strdup(c->arena, id);
    text_lower(lower);
    return lower;
}

char *item_path_dup(const char *owner, const char *id)
{
    char *encoded = text_percent_dup(id), *path = text_printf("%s/%s", owner, encoded);

    free(encoded);
    return path;
}

/* Identity parents have been looked at by authz; of them only a zone can go meanwhile. */
bool parent_there(struct call *c, struct view *v, enum kind kind)
{
    enum kind parent = resource_of(kind)->parent;
    const struct resource *p = resource_of(parent);
    const char *path = spec_text(c->op->path), *owner;
    struct segments own, root;
    size_t param = 0;

    if (parent == KIND_NONE || (p->by_hooks && parent != KIND_ZONE) ||
        p->form != RESOURCE_COLLECTION)
        return true;
    own = split(path, strlen(path));
    root = root_of(p, &own);
    if (shared(&root, &own) < root.count)
        return true; // not below it
    for (size_t i = 0; i + 1 < root.count; i++)
        param += is_param(&root, i);
    if (parent == KIND_ZONE)
        return view_get(v, KIND_ZONE, NULL, owner_text(c, c->param[param].text)) != NULL;
    owner = call_owner_of(c, parent);
    return owner && (view_get(v, parent, owner, c->param[param].text) ||
                     view_get(v, parent, owner, owner_text(c, c->param[param].text)));
}

/* Does the template lead to places below the concrete path? */
static bool leads_below(const struct segments *root, const struct segments *path)
{
    if (root->count <= path->count)
        return false;
    for (size_t i = 0; i < path->count; i++)
        if (!is_param(root, i) &&
            (root->len[i] != path->len[i] || memcmp(root->at[i], path->at[i], path->len[i]) != 0))
            return false;
    return true;
}

static bool has_children(enum kind kind)
{
    for (size_t k = 1; k < KIND_COUNT; k++)
        if (spec_resources[k].parent == kind)
            return true;
    return false;
}

/* Empties one shelf, with all that lies below its docs. */
static void clear_shelf(struct txn *t, enum kind kind, const char *owner)
{
    struct view *v = txn_view(t);
    size_t count = view_count(v, kind, owner);

    for (size_t i = count && has_children(kind) ? count : 0; i > 0; i--) {
        char *path = item_path_dup(owner, doc_id(view_nth(v, kind, owner, i - 1)));

        engine_clear_below(t, kind, path);
        free(path);
    }
    txn_clear(t, kind, owner);
}

static void clear_child(struct txn *t, enum kind kind, const char *path)
{
    const struct resource *r = resource_of(kind);
    struct segments own = split(path, strlen(path));

    for (const char *at = spec_text(r->roots); *at;) {
        size_t len = strcspn(at, " "), count;
        struct segments root = split(at, len);
        struct buf owner;
        bool open = false; // a placeholder in between: whatever stands there

        buf_init(&owner);
        buf_text(&owner, path);
        count = root.count - (r->form == RESOURCE_COLLECTION);
        for (size_t i = own.count; i < count; i++) {
            open = open || is_param(&root, i);
            buf_char(&owner, '/');
            buf_add(&owner, root.at[i], root.len[i]);
        }
        if (leads_below(&root, &own) && open)
            txn_clear_below(t, kind, path);
        else if (leads_below(&root, &own))
            clear_shelf(t, kind, owner.at);
        buf_release(&owner);
        at += len + strspn(at + len, " ");
    }
}

void engine_clear_below(struct txn *t, enum kind kind, const char *path)
{
    for (size_t k = 1; k < KIND_COUNT; k++)
        if (spec_resources[k].parent == kind && !spec_resources[k].by_hooks)
            clear_child(t, (enum kind)k, path);
}
