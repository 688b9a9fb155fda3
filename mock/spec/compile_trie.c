/* The tree of paths that route.c walks. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"

#include <stdlib.h>
#include <string.h>

struct place {
    uint32_t text; // of the branch that leads here, 0 behind a placeholder
    struct place *children, *next;
    struct place *any;
    uint16_t op[M_COUNT];
    size_t number;
    size_t branches; // index of the first branch
};

static struct place *place_new(uint32_t text)
{
    struct place *p = xcalloc(1, sizeof *p);

    p->text = text;
    return p;
}

static struct place *branch(struct place *from, const char *text)
{
    struct place **at = &from->children;
    uint32_t offset;
    struct place *made;

    if (strchr(text, '{')) {
        if (!from->any)
            from->any = place_new(0);
        return from->any;
    }
    offset = text_add(text);
    while (*at && strcmp(text_at((*at)->text), text) < 0)
        at = &(*at)->next;
    if (*at && (*at)->text == offset)
        return *at;
    made = place_new(offset);
    made->next = *at;
    *at = made;
    return made;
}

static void insert(struct place *root, const struct row *row, size_t index)
{
    struct place *at = root;

    for (const char *from = row->path; *from;) {
        size_t len = strcspn(from + 1, "/");
        char *segment = xstrndup(from + 1, len);

        at = branch(at, segment);
        from += 1 + len;
        free(segment);
    }
    at->op[row->op.method] = (uint16_t)(index + 1);
}

/* Numbers a level of children after the other, so a node's branches lie together. */
static size_t number(struct place *p, struct place **all, size_t count, size_t *branches)
{
    p->number = count;
    all[count++] = p;
    p->branches = *branches;
    for (struct place *c = p->children; c; c = c->next)
        ++*branches;
    for (struct place *c = p->children; c; c = c->next)
        count = number(c, all, count, branches);
    return p->any ? number(p->any, all, count, branches) : count;
}

static void emit_node(struct buf *out, const struct place *p)
{
    size_t n = 0;

    for (const struct place *c = p->children; c; c = c->next)
        n++;
    buf_printf(out, "    { %zu, %zu, %zu, { %u, %u, %u, %u, %u } },\n", p->branches, n,
               p->any ? p->any->number : 0, p->op[0], p->op[1], p->op[2], p->op[3], p->op[4]);
}

void trie_emit(struct buf *out)
{
    struct place *root = place_new(0), **all;
    size_t count, branches = 0, room = 1;

    for (size_t i = 0; i < rows.count; i++) {
        insert(root, &rows.at[i], i);
        for (const char *at = rows.at[i].path; *at; at++)
            room += *at == '/';
    }
    all = xcalloc(room, sizeof *all);
    count = number(root, all, 0, &branches);
    buf_text(out, "const struct trie_node trie_nodes[] = {\n");
    for (size_t i = 0; i < count; i++)
        emit_node(out, all[i]);
    buf_text(out, "};\nconst struct trie_branch trie_branches[] = {\n");
    for (size_t i = 0; i < count; i++)
        for (const struct place *c = all[i]->children; c; c = c->next)
            buf_printf(out, "    { %u, %zu }, // %s\n", c->text, c->number, text_at(c->text));
    buf_text(out, "};\n");
    free(all);
}
