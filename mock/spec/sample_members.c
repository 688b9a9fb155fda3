/* The members an object may have, with those of its parts and of its first alternative. */
#include "common/mem.h"
#include "mock/spec/sample_maker.h"

#include <stdlib.h>
#include <string.h>

struct member *members_find(const struct members *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->at[i].name, name))
            return &list->at[i];
    return NULL;
}

static bool says_nothing(uint32_t node)
{
    return !schema_words[node];
}

static void add(struct members *list, const char *name, uint32_t node, bool required)
{
    struct member *known = members_find(list, name);

    if (known) { // a part may say more than the whole does
        known->required = known->required || required;
        if (!says_nothing(node))
            known->node = node;
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 32;
        list->at = xrealloc(list->at, list->room * sizeof *list->at);
    }
    list->at[list->count++] = (struct member){ name, node, required };
}

static void gather_node(struct members *list, uint32_t node)
{
    struct schema s;

    schema_open(node, &s);
    members_gather(list, &s);
}

void members_gather(struct members *list, const struct schema *s)
{
    for (uint32_t i = 0; i < s->members_count; i++)
        add(list, schema_member_name(s->members[2 * i]), s->members[2 * i + 1],
            schema_member_required(s->members[2 * i]));
    for (uint32_t i = 0; i < s->all_count; i++)
        gather_node(list, s->all[i]);
    if (s->any_count)
        gather_node(list, s->any[0]);
    if (s->one_count)
        gather_node(list, s->one[0]);
}

void members_release(struct members *list)
{
    free(list->at);
}
