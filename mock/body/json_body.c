#include "mock/body/json_body.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "mock/body/json_scan.h"

#include <stdlib.h>
#include <string.h>

#define FEW 16 // up to so many members are compared each with each

struct exact {
    const struct json_scan *scan;
    size_t number, next; // numbers seen; the next of scan->exact
};

/* Numbers stand in the tree as they stand in the text: the n-th there is the n-th here. */
static void keep_exact(struct exact *e, cJSON *item)
{
    cJSON *child;

    if (cJSON_IsNumber(item)) {
        const struct json_number *n = &e->scan->exact[e->next];

        if (e->next < e->scan->exact_count && n->number == e->number++) {
            item->type = (item->type & ~0xff) | cJSON_Raw;
            item->valuestring = xstrndup(n->at, n->len);
            e->next++;
        }
        return;
    }
    cJSON_ArrayForEach (child, item)
        keep_exact(e, child);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static const char *double_of_many(const cJSON *object, size_t count)
{
    const cJSON **all = xcalloc(count, sizeof *all), *one;
    const char *found = NULL;
    size_t n = 0;

    cJSON_ArrayForEach (one, object)
        all[n++] = one;
    qsort(all, count, sizeof *all, by_name);
    for (size_t i = 1; i < count && !found; i++)
        if (strcmp(all[i - 1]->string, all[i]->string) == 0)
            found = all[i]->string;
    free(all);
    return found;
}

static const char *double_of_few(const cJSON *object)
{
    for (const cJSON *one = object->child; one; one = one->next)
        for (const cJSON *other = one->next; other; other = other->next)
            if (strcmp(one->string, other->string) == 0)
                return one->string;
    return NULL;
}

/* A name that stands twice in one object, or NULL. */
static const char *find_double(const cJSON *item)
{
    size_t count = 0;
    const cJSON *child;
    const char *found = NULL;

    cJSON_ArrayForEach (child, item) {
        count++;
        if (child->child && (found = find_double(child)) != NULL)
            return found;
    }
    if (!cJSON_IsObject(item))
        return NULL;
    return count > FEW ? double_of_many(item, count) : double_of_few(item);
}

const char *json_body_read(struct arena *a, const char *text, size_t len, cJSON **out,
                           bool *too_large)
{
    struct json_scan scan;
    struct exact exact = { .scan = &scan };
    const char *twice;

    *out = NULL;
    json_scan_run(&scan, a, text, len);
    *too_large = scan.too_many;
    if (scan.wrong)
        return arena_printf(a, "the body is not JSON: at byte %zu, %s", scan.wrong_at, scan.wrong);
    *out = json_parse(a, text, len);
    if (!*out)
        return "the body is not JSON: it holds half a pair of surrogates";
    if (scan.exact_count)
        keep_exact(&exact, *out);
    twice = find_double(*out);
    if (twice) {
        *out = NULL;
        return arena_printf(
            a, "the body is no JSON that all read alike: \"%s\" stands twice in an object", twice);
    }
    return NULL;
}
