/* The fields of a form as one JSON object. SDKs flatten objects into names:
 * `metadata[main_module]`, `metadata[bindings][][type]`, `tags[]` (clients notes); the rules are
 * those of Rack: a name with [] adds to a list, and opens its next element once the last one has
 * that member. */
#include "common/arena.h"
#include "common/json.h"
#include "mock/body/multipart.h"
#include "mock/store/blob.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STEPS_MOST 32

struct path {
    const char *step[STEPS_MOST]; // "" is []
    size_t count;
};

static bool split(struct arena *a, const char *name, struct path *path)
{
    const char *at = name + strcspn(name, "[");

    path->count = 0;
    path->step[path->count++] = arena_strndup(a, name, (size_t)(at - name));
    while (*at == '[') {
        size_t len = strcspn(at + 1, "]");

        if (at[1 + len] != ']' || path->count == STEPS_MOST)
            return false;
        path->step[path->count++] = arena_strndup(a, at + 1, len);
        at += len + 2;
    }
    return *at == '\0';
}

static bool holds(const cJSON *object, const struct path *path, size_t from)
{
    for (; object && from < path->count; from++) {
        if (!*path->step[from])
            return false; // a list takes one more
        object = json_get(object, path->step[from]);
    }
    return object != NULL;
}

static cJSON *container(const struct path *path, size_t next)
{
    return *path->step[next] ? cJSON_CreateObject() : cJSON_CreateArray();
}

/* The list's element that step `next` belongs to. */
static cJSON *element(cJSON *list, const struct path *path, size_t next)
{
    cJSON *last = list->child ? list->child->prev : NULL;

    if (*path->step[next] ? !cJSON_IsObject(last) || holds(last, path, next)
                          : !cJSON_IsArray(last)) {
        last = container(path, next);
        cJSON_AddItemToArray(list, last);
    }
    return last;
}

static cJSON *member(cJSON *object, const struct path *path, size_t here)
{
    cJSON *found = json_get(object, path->step[here]);

    if (*path->step[here + 1] ? cJSON_IsObject(found) : cJSON_IsArray(found))
        return found;
    found = container(path, here + 1);
    json_put(object, path->step[here], found);
    return found;
}

static void put(cJSON *root, const struct path *path, cJSON *value)
{
    cJSON *at = root;
    size_t last = path->count - 1;

    for (size_t i = 0; i < last; i++)
        at = cJSON_IsArray(at) ? element(at, path, i + 1) : member(at, path, i);
    if (cJSON_IsArray(at))
        cJSON_AddItemToArray(at, value);
    else
        json_put(at, path->step[last], value);
}

static cJSON *value_of(const struct multipart_part *p)
{
    size_t len;
    const char *text = blob_view(p->bytes, &len);
    cJSON *value = NULL;

    if (p->content_type && strncasecmp(p->content_type, "application/json", 16) == 0)
        value = json_parse(NULL, text, len);
    if (!value) {
        char *copy = strndup(text, len);

        value = cJSON_CreateString(copy);
        free(copy);
    }
    return value;
}

static void delete_tree(void *tree)
{
    cJSON_Delete(tree);
}

cJSON *multipart_fold(struct arena *a, const struct multipart *m)
{
    cJSON *root = cJSON_CreateObject();

    arena_on_free(a, delete_tree, root);
    for (size_t i = 0; i < m->count; i++) {
        const struct multipart_part *p = &m->part[i];
        struct path path;

        if (p->filename || !*p->name || blob_len(p->bytes) > BLOB_IN_MEMORY)
            continue;
        if (!split(a, p->name, &path)) {
            path.count = 1;
            path.step[0] = p->name;
        }
        put(root, &path, value_of(p));
    }
    return root;
}
