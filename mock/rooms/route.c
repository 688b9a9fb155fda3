/* Room 2: which sandbox, which operation. Splits first and decodes each segment once, so that %2F in a
 * KV key stays inside its segment. Never refuses: a path that nobody serves gets op_none. */
#include "common/text.h"
#include "mock/rooms/rooms.h"
#include "mock/world.h"

#include <string.h>

#define SEGMENTS_MOST 32

static size_t split(const char *path, struct segment *segments)
{
    size_t n = 0;

    while (*path == '/' && n < SEGMENTS_MOST) {
        size_t len = strcspn(++path, "/");

        segments[n++] = (struct segment){ path, len };
        path += len;
    }
    return *path ? SEGMENTS_MOST + 1 : n;
}

/* Moves *path behind "/sandbox/NAME" and gives the sandbox (without: the listener's); NULL: there is none
 * of that name. */
static struct world *world_of(const struct call *c, const char **path)
{
    const char *name = c->in.sandbox ? c->in.sandbox : "";
    size_t len;
    struct world *w;

    if (!text_starts(*path, "/sandbox/"))
        return worlds_find(name, strlen(name));
    name = *path + strlen("/sandbox/");
    len = strcspn(name, "/");
    w = len ? worlds_find(name, len) : NULL;
    if (w)
        *path = name + len;
    return w;
}

static bool method_of(const char *name, enum method *out, bool *is_head)
{
    static const char *const names[] = { [M_GET] = "GET", [M_POST] = "POST", [M_PUT] = "PUT",
                                         [M_PATCH] = "PATCH", [M_DELETE] = "DELETE" };

    *is_head = strcmp(name, "HEAD") == 0;
    if (*is_head)
        name = "GET";
    for (size_t i = 0; i < M_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum method)i;
            return true;
        }
    return false;
}

static void world_drop(void *w)
{
    world_unref(w);
}

/* op_none in a dialect, and below the account or zone of a neighbour (NULL: below nothing). */
static const struct op *nowhere(struct call *c, uint8_t dialect, const struct op *neighbour)
{
    struct op *op = arena_alloc(c->arena, sizeof *op);

    *op = op_none;
    op->dialect = dialect;
    op->scope = neighbour ? neighbour->scope : SCOPE_NONE;
    return op;
}

/* The product gateways own what lies below an account; all else that nobody serves is the core's. */
static uint8_t dialect_near(const struct op *neighbour)
{
    return neighbour && neighbour->scope == SCOPE_ACCOUNT ? neighbour->dialect
                                                          : spec_dialect_by_name("core");
}

static void take_params(struct call *c, const struct segment *segments, const struct route_found *found)
{
    c->param_count = c->op->param_count;
    for (size_t i = 0; i < c->param_count; i++) {
        const struct segment *s = &segments[found->param[i]];
        char *text = arena_strndup(c->arena, s->at, s->len);

        c->param[i].raw = text;
        if (memchr(s->at, '%', s->len)) {
            text = arena_strndup(c->arena, s->at, s->len);
            c->param[i].text_len = text_unpercent(text, s->len);
        } else {
            c->param[i].text_len = s->len;
        }
        c->param[i].text = text;
    }
}

static const char *name_of_op(struct call *c, const struct op *op)
{
    char *name = arena_alloc(c->arena, 256);

    op_name(op, name, 256);
    return name;
}

static void route_path(struct call *c, const char *path)
{
    struct segment segments[SEGMENTS_MOST];
    size_t count = split(path, segments);
    struct route_found found = { 0 };
    enum method method = M_COUNT;
    bool known = method_of(c->in.method, &method, &c->is_head);

    if (count <= SEGMENTS_MOST)
        route_find(segments, count, known ? method : M_COUNT, &found);
    if (found.op) {
        c->op = found.op;
        take_params(c, segments, &found);
    } else if (found.path_known) {
        c->op = nowhere(c, found.other->dialect, found.other);
        c->why.reason = WHY_METHOD;
    } else {
        c->op = nowhere(c, dialect_near(found.near), found.near);
        c->why.reason = WHY_NO_ROUTE;
        if (found.near)
            c->why.nearest = name_of_op(c, found.near);
    }
}

enum step route_enter(struct call *c)
{
    const char *path = c->in.path;
    struct world *w = world_of(c, &path);
    bool found = w != NULL;

    if (!found)
        w = worlds_find("", 0);
    c->world = w;
    c->now = world_now(w);
    arena_on_free(c->arena, world_drop, w);
    c->in.path = path;
    c->local_path = path;
    if (found && text_starts(path, "/client/v4/")) {
        c->local_path = path + strlen("/client/v4");
        route_path(c, c->local_path);
    } else if (found && text_starts(path, "/_mockflare/")) {
        route_path(c, path);
    } else if (world_mode(w) == MODE_EXAMPLES) {
        route_path(c, path); // the SDKs' own tests know no /client/v4
    } else {
        c->op = nowhere(c, spec_dialect_by_name("outside"), NULL);
        c->why.reason = WHY_NO_ROUTE;
        c->why.detail = found ? "the API is served under /client/v4, the mock's own under /_mockflare"
                              : "there is no sandbox of that name";
    }
    return GO_ON;
}
