/* The members an object may have, with those of its parts and of one alternative. */
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

/* A part that spells out an object's members says more than one that only calls it an object. */
static bool says_more(uint32_t fresh, uint32_t known)
{
    struct schema old;

    schema_open(known, &old);
    return schema_words[fresh] && !old.members_count && !old.enums_count;
}

static void add(struct members *list, const char *name, uint32_t node, bool required)
{
    struct member *known = members_find(list, name);

    if (known) {
        known->required = known->required || required;
        if (says_more(node, known->node))
            known->node = node;
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 32;
        list->at = xrealloc(list->at, list->room * sizeof *list->at);
    }
    list->at[list->count++] = (struct member){ name, node, required };
}

static void gather_node(struct members *list, uint32_t node, bool last)
{
    struct schema s;

    schema_open(node, &s);
    members_gather(list, &s, last);
}

void members_gather(struct members *list, const struct schema *s, bool last)
{
    for (uint32_t i = 0; i < s->members_count; i++)
        add(list, schema_member_name(s->members[2 * i]), s->members[2 * i + 1],
            schema_member_required(s->members[2 * i]));
    for (uint32_t i = 0; i < s->all_count; i++)
        gather_node(list, s->all[i], last);
    if (s->any_count)
        gather_node(list, s->any[last ? s->any_count - 1 : 0], last);
    if (s->one_count)
        gather_node(list, s->one[last ? s->one_count - 1 : 0], last);
}

void members_release(struct members *list)
{
    free(list->at);
}
