#include "linker/require.h"

#include "common/arena.h"
#include "common/groups.h"

#include <string.h>

static void add_row(struct verdict *v, const char *given, const struct group *g)
{
    for (size_t i = 0; i < v->rows_count; i++)
        if (!strcmp(v->rows[i].given, given))
            return;
    v->rows[v->rows_count++] = (struct row){ .given = given, .group = g };
}

static void add_integration(struct arena *a, struct verdict *v)
{
    v->rows = arena_alloc(a, group_count * sizeof *v->rows);
    for (size_t i = 0; i < group_count; i++)
        if (group_table[i].row)
            add_row(v, group_table[i].name, &group_table[i]);
}

static size_t count_commas(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

/* The name at the start of the list; a name may hold commas itself, so the shortest piece that is
 * one. */
static const struct group *first_name(struct arena *a, const char *names, char **name, size_t *len)
{
    const struct group *g = NULL;

    for (*len = strcspn(names, ",");; *len += 1 + strcspn(names + *len + 1, ",")) {
        *name = arena_strndup(a, names, *len);
        *name += strspn(*name, " \t");
        for (size_t n = strlen(*name); n > 0 && strchr(" \t", (*name)[n - 1]); n--)
            (*name)[n - 1] = '\0';
        g = **name ? group_by_name(*name, NULL) : NULL;
        if (g || !**name || !names[*len])
            return g;
    }
}

const char *require_read(struct arena *a, const char *names, struct verdict *v)
{
    const char *all = names;

    if (!names) {
        add_integration(a, v);
        return NULL;
    }
    v->rows = arena_alloc(a, (count_commas(all) + 1) * sizeof *v->rows);
    while (*names) {
        char *name;
        size_t len;
        const struct group *g = first_name(a, names, &name, &len);

        if (*name && !g)
            return arena_strndup(a, names, strcspn(names, ","));
        if (g)
            add_row(v, name, g);
        names += len + (names[len] == ',');
    }
    return NULL;
}
