#include "groups.h"

#include "mem.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

size_t group_index(const struct group *g)
{
    return (size_t)(g - group_table);
}

const struct group *group_by_id(const char *id)
{
    for (size_t i = 0; i < group_count; i++)
        if (text_same_nocase(group_table[i].id, id))
            return &group_table[i];
    return NULL;
}

static bool is_named(const struct group *g, const char *name)
{
    return !strcmp(g->name, name) || !strcmp(g->dashboard, name) ||
           (g->former && !strcmp(g->former, name)) || (g->also && !strcmp(g->also, name));
}

const struct group *group_by_name(const char *name, const struct group *after)
{
    for (size_t i = after ? group_index(after) + 1 : 0; i < group_count; i++)
        if (is_named(&group_table[i], name))
            return &group_table[i];
    return NULL;
}

const char *group_nearest(const char *word)
{
    const char **names = xcalloc(2 * group_count + 1, sizeof *names);
    const char *near;

    for (size_t i = 0; i < group_count; i++) {
        names[2 * i] = group_table[i].name;
        names[2 * i + 1] = group_table[i].dashboard;
    }
    near = text_nearest(word, names);
    free(names);
    return near;
}

const struct group *group_writer(const struct group *g)
{
    static const char read[] = " Read";
    static const char *const writes[] = { " Write", " Edit", "" };
    const struct group *found = NULL;

    if (!text_ends(g->name, read))
        return NULL;
    for (size_t i = 0; !found && i < ARRAY_LEN(writes); i++) {
        char *name =
            text_printf("%.*s%s", (int)(strlen(g->name) - strlen(read)), g->name, writes[i]);

        for (found = group_by_name(name, NULL); found && found->scope != g->scope;)
            found = group_by_name(name, found);
        free(name);
    }
    return found;
}
