#include "arena.h"

#include "mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 8192

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

struct cleanup {
    struct cleanup *next;
    void (*done)(void *);
    void *what;
};

struct arena {
    struct block *blocks; // the newest first; the first one made is the last of the list
    struct cleanup *cleanups;
};

static struct block *block_new(size_t size, struct block *next)
{
    struct block *b = xmalloc(sizeof *b + size);

    b->next = next;
    b->size = size;
    b->used = 0;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = xmalloc(sizeof *a);

    a->blocks = block_new(FIRST_BLOCK, NULL);
    a->cleanups = NULL;
    return a;
}

void arena_reset(struct arena *a)
{
    for (struct cleanup *c = a->cleanups; c; c = c->next)
        c->done(c->what);
    a->cleanups = NULL;
    while (a->blocks->next) {
        struct block *old = a->blocks;

        a->blocks = old->next;
        free(old);
    }
    a->blocks->used = 0;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    free(a->blocks);
    free(a);
}

static void *take(struct arena *a, size_t size)
{
    size_t need = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct block *b = a->blocks;

    if (b->size - b->used < need) {
        size_t grow = b->size * 2;

        b = a->blocks = block_new(need > grow ? need : grow, b);
    }
    b->used += need;
    return b->bytes + b->used - need;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = take(a, len + 1);

    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    char at_first[256], *out;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(at_first, sizeof at_first, format, again);
    va_end(again);
    out = take(a, (size_t)len + 1);
    if ((size_t)len < sizeof at_first)
        memcpy(out, at_first, (size_t)len + 1);
    else
        vsnprintf(out, (size_t)len + 1, format, args);
    va_end(args);
    return out;
}

void arena_on_free(struct arena *a, void (*done)(void *what), void *what)
{
    struct cleanup *c = take(a, sizeof *c);

    c->next = a->cleanups;
    c->done = done;
    c->what = what;
    a->cleanups = c;
}
