/* Groups: the names in the rows become indices of the group table, each list stored once. */
#include "common/groups.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"

#include <stdlib.h>
#include <string.h>

#define GROUPS_MOST 64

static uint16_t *words;
static size_t words_count;

struct list {
    uint16_t at[GROUPS_MOST];
    uint16_t count;
};

static void list_add(struct list *l, const struct group *g)
{
    uint16_t index = (uint16_t)group_index(g);

    for (uint16_t i = 0; i < l->count; i++)
        if (l->at[i] == index)
            return;
    if (l->count < GROUPS_MOST)
        l->at[l->count++] = index;
}

/* Edit implies Read everywhere, so a cell that names only the reading group takes the writer as
 * well. */
static void list_add_with_writer(struct list *l, const struct group *g)
{
    const struct group *writer = group_writer(g);

    list_add(l, g);
    if (writer)
        list_add(l, writer);
}

static bool fits(const struct group *g, enum scope scope)
{
    return scope == SCOPE_NONE || (scope == SCOPE_USER && g->scope == GROUP_USER) ||
           (scope == SCOPE_ACCOUNT && g->scope == GROUP_ACCOUNT) ||
           (scope == SCOPE_ZONE && g->scope == GROUP_ZONE);
}

/* A name that exists for accounts and for zones means the one of the path's own scope. */
static void list_add_name(struct list *l, const struct row *row, const char *name)
{
    bool any = false;

    for (const struct group *g = NULL; (g = group_by_name(name, g));)
        if (fits(g, row->op.scope)) {
            list_add_with_writer(l, g);
            any = true;
        }
    for (const struct group *g = NULL; !any && (g = group_by_name(name, g));)
        list_add_with_writer(l, g);
    if (!group_by_name(name, NULL)) {
        const char *near = group_nearest(name);

        fault_line(row->file, row->line, "%s: no such permission group%s%s", name,
                   near ? ", nearest: " : "", near ? near : "");
    }
}

static uint32_t store(const struct list *l)
{
    if (!l->count)
        return 0;
    for (size_t at = 0; at + l->count <= words_count; at++)
        if (!memcmp(words + at, l->at, l->count * sizeof *words))
            return (uint32_t)at;
    words = xrealloc(words, (words_count + l->count + 1) * sizeof *words);
    memcpy(words + words_count, l->at, l->count * sizeof *words);
    words_count += l->count;
    return (uint32_t)(words_count - l->count);
}

void rows_groups(void)
{
    for (size_t i = 0; i < rows.count; i++) {
        struct row *row = &rows.at[i];
        struct list l = { .count = 0 };
        const char *at = row->cell_groups;

        while (strcmp(at, "-") != 0) {
            const char *end = strstr(at, " | ");
            char *name = end ? xstrndup(at, (size_t)(end - at)) : xstrdup(at);

            list_add_name(&l, row, name);
            free(name);
            if (!end)
                break;
            at = end + strlen(" | ");
        }
        row->op.groups = store(&l);
        row->op.groups_count = l.count;
    }
}

void group_words_emit(struct buf *out)
{
    buf_text(out, "const uint16_t spec_groups[] = {");
    for (size_t i = 0; i < words_count; i++)
        buf_printf(out, "%s%u,", i % 16 ? " " : "\n    ", words[i]);
    buf_text(out, " 0\n};\n");
}
