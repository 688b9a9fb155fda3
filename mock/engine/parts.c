#include "mock/engine/parts.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

bool words_have(uint32_t words, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = spec_text(words); *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (!strncmp(at, name, len) && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

void words_each(uint32_t words, void (*visit)(void *to, const char *word), void *to)
{
    for (const char *at = spec_text(words); *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        char *word = xstrndup(at, strcspn(at, " "));

        visit(to, word);
        free(word);
    }
}

struct fit call_fit(struct call *c, unsigned how)
{
    const char **ids = arena_alloc(c->arena, (c->param_count + 1) * sizeof *ids);

    for (size_t i = 0; i < c->param_count; i++)
        ids[i] = c->param[i].text;
    return (struct fit){ .op = c->op,
                         .ids = ids,
                         .ids_count = c->param_count,
                         .seed = how & FIT_INPUT ? 0 : world_random(c->world),
                         .how = how };
}

static void drop_tree(void *tree)
{
    cJSON_Delete(tree);
}

cJSON *call_tree(struct call *c, cJSON *tree)
{
    if (tree)
        arena_on_free(c->arena, drop_tree, tree);
    return tree;
}

void tree_become(cJSON *into, cJSON *from)
{
    cJSON *child = into->child, *next, *prev;
    char *name = into->string, *text = into->valuestring;

    into->child = NULL;
    cJSON_Delete(child);
    free(text);
    next = into->next;
    prev = into->prev;
    *into = *from;
    into->next = next;
    into->prev = prev;
    into->string = name;
    from->child = NULL;
    from->valuestring = NULL;
    cJSON_Delete(from);
}

bool member_matches(const cJSON *json, const char *path,
                    bool (*fits)(const cJSON *value, const void *of), const void *of)
{
    size_t len = strcspn(path, ".[");
    char *name;
    const cJSON *there, *item;
    bool found = false;

    if (!json)
        return false;
    if (*path == '[' || !*path) { // each item of a list
        if (!cJSON_IsArray(json))
            return fits(json, of);
        cJSON_ArrayForEach (item, json)
            found =
                found || member_matches(item, *path ? path + 2 + (path[2] == '.') : path, fits, of);
        return found;
    }
    name = xstrndup(path, len);
    there = json_get(json, name);
    free(name);
    return member_matches(there, path[len] == '.' ? path + len + 1 : path + len, fits, of);
}
