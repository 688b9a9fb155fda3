#include "mock/store/index.h"

#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void index_init(struct index *ix)
{
    *ix = (struct index){ 0 };
}

void index_release(struct index *ix)
{
    free(ix->slots);
    index_init(ix);
}

static size_t hash(const char *key)
{
    uint64_t h = 14695981039346656037U; // FNV-1a

    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211U;
    return (size_t)(h ^ (h >> 32));
}

/* The slot that holds the key, or the free one where it would stand. */
static size_t seek(const struct index *ix, const char *key)
{
    size_t i = hash(key) & (ix->room - 1);

    while (ix->slots[i].key && strcmp(ix->slots[i].key, key) != 0)
        i = (i + 1) & (ix->room - 1);
    return i;
}

static void grow(struct index *ix)
{
    struct index bigger = { xcalloc(ix->room ? ix->room * 2 : 16, sizeof(struct index_slot)),
                            ix->room ? ix->room * 2 : 16, ix->used };

    for (size_t i = 0; i < ix->room; i++)
        if (ix->slots[i].key)
            bigger.slots[seek(&bigger, ix->slots[i].key)] = ix->slots[i];
    free(ix->slots);
    *ix = bigger;
}

void *index_get(const struct index *ix, const char *key)
{
    return ix->room ? ix->slots[seek(ix, key)].value : NULL;
}

void index_put(struct index *ix, const char *key, void *value)
{
    size_t i;

    if ((ix->used + 1) * 4 > ix->room * 3)
        grow(ix);
    i = seek(ix, key);
    if (!ix->slots[i].key)
        ix->used++;
    ix->slots[i] = (struct index_slot){ key, value };
}

void *index_remove(struct index *ix, const char *key)
{
    size_t i, hole;
    void *value;

    if (!ix->room || !ix->slots[i = seek(ix, key)].key)
        return NULL;
    value = ix->slots[i].value;
    ix->used--;
    /* Close the hole: move up what could not stand nearer to its place because of it. */
    for (hole = i, i = (i + 1) & (ix->room - 1); ix->slots[i].key; i = (i + 1) & (ix->room - 1)) {
        size_t home = hash(ix->slots[i].key) & (ix->room - 1);

        if (((i - home) & (ix->room - 1)) >= ((i - hole) & (ix->room - 1))) {
            ix->slots[hole] = ix->slots[i];
            hole = i;
        }
    }
    ix->slots[hole] = (struct index_slot){ 0 };
    return value;
}
