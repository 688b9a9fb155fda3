#include "mock/store/shelf.h"

#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MOST 256

struct shelf_chunk {
    size_t count;
    struct doc *docs[CHUNK_MOST];
};

struct place {
    size_t chunk, at;
};

void shelf_init(struct shelf *s, doc_order *order)
{
    *s = (struct shelf){ .order = order };
}

void shelf_release(struct shelf *s)
{
    for (size_t i = 0; i < s->chunks_count; i++)
        free(s->chunks[i]);
    free(s->chunks);
    free(s->starts);
    shelf_init(s, s->order);
}

/* First doc of a chunk that is not before `d`. */
static size_t seek_in(const struct shelf *s, const struct shelf_chunk *c, const struct doc *d)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (s->order(c->docs[middle], d) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where `d` stands, or would stand: never behind the end of a chunk that another one follows, unless
 * that place is the end of the shelf. */
static struct place seek(const struct shelf *s, const struct doc *d)
{
    size_t low = 0, high = s->chunks_count;

    while (low < high) { // the first chunk whose last doc is not before d
        size_t middle = (low + high) / 2;
        const struct shelf_chunk *c = s->chunks[middle];

        if (s->order(c->docs[c->count - 1], d) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->chunks_count && low > 0)
        return (struct place){ low - 1, s->chunks[low - 1]->count };
    return (struct place){ low, low < s->chunks_count ? seek_in(s, s->chunks[low], d) : 0 };
}

/* Counts one doc more, or less, in a chunk: a loop over some hundred numbers that lie together. */
static void count_in(struct shelf *s, size_t chunk, bool more)
{
    for (size_t i = chunk + 1; i < s->chunks_count; i++)
        s->starts[i] += more ? 1 : (size_t)-1;
    s->chunks[chunk]->count += more ? 1 : (size_t)-1;
    s->count += more ? 1 : (size_t)-1;
}

/* A new chunk, empty: it starts where the one that stood there did. */
static void insert_chunk(struct shelf *s, size_t at)
{
    if (s->chunks_count == s->chunks_room) {
        s->chunks_room = s->chunks_room ? s->chunks_room * 2 : 2;
        s->chunks = xrealloc(s->chunks, s->chunks_room * sizeof *s->chunks);
        s->starts = xrealloc(s->starts, s->chunks_room * sizeof *s->starts);
    }
    memmove(s->chunks + at + 1, s->chunks + at, (s->chunks_count - at) * sizeof *s->chunks);
    memmove(s->starts + at + 1, s->starts + at, (s->chunks_count - at) * sizeof *s->starts);
    if (at == s->chunks_count)
        s->starts[at] = s->count;
    s->chunks[at] = xmalloc(sizeof **s->chunks);
    s->chunks[at]->count = 0;
    s->chunks_count++;
}

/* Halves a full chunk; one that fills at its end (docs in the order of creation) keeps all it has. */
static struct place split(struct shelf *s, struct place p)
{
    struct shelf_chunk *full = s->chunks[p.chunk], *next;
    size_t keep = p.at == CHUNK_MOST ? CHUNK_MOST : CHUNK_MOST / 2;

    insert_chunk(s, p.chunk + 1);
    next = s->chunks[p.chunk + 1];
    next->count = full->count - keep;
    memcpy(next->docs, full->docs + keep, next->count * sizeof *next->docs);
    full->count = keep;
    s->starts[p.chunk + 1] = s->starts[p.chunk] + keep;
    return p.at < keep ? p : (struct place){ p.chunk + 1, p.at - keep };
}

void shelf_add(struct shelf *s, struct doc *d)
{
    struct place p = seek(s, d);
    struct shelf_chunk *c;

    if (!s->chunks_count)
        insert_chunk(s, 0);
    if (s->chunks[p.chunk]->count == CHUNK_MOST)
        p = split(s, p);
    c = s->chunks[p.chunk];
    memmove(c->docs + p.at + 1, c->docs + p.at, (c->count - p.at) * sizeof *c->docs);
    c->docs[p.at] = d;
    count_in(s, p.chunk, true);
}

void shelf_remove(struct shelf *s, struct doc *d)
{
    struct place p = seek(s, d);
    struct shelf_chunk *c = s->chunks[p.chunk];

    assert(p.at < c->count && c->docs[p.at] == d);
    count_in(s, p.chunk, false);
    memmove(c->docs + p.at, c->docs + p.at + 1, (c->count - p.at) * sizeof *c->docs);
    if (c->count == 0) {
        free(c);
        s->chunks_count--;
        memmove(s->chunks + p.chunk, s->chunks + p.chunk + 1,
                (s->chunks_count - p.chunk) * sizeof *s->chunks);
        memmove(s->starts + p.chunk, s->starts + p.chunk + 1,
                (s->chunks_count - p.chunk) * sizeof *s->starts);
    }
}

void shelf_swap(struct shelf *s, struct doc *before, struct doc *after)
{
    struct place p = seek(s, before);

    assert(s->chunks[p.chunk]->docs[p.at] == before);
    s->chunks[p.chunk]->docs[p.at] = after;
}

/* The chunk that holds the i-th doc; there must be one. */
static size_t chunk_of(const struct shelf *s, size_t i)
{
    size_t low = 0, high = s->chunks_count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (s->starts[middle] <= i)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct doc *shelf_nth(const struct shelf *s, size_t i)
{
    size_t c;

    if (i >= s->count)
        return NULL;
    c = chunk_of(s, i);
    return s->chunks[c]->docs[i - s->starts[c]];
}

size_t shelf_slice(const struct shelf *s, size_t i, struct doc **out, size_t count)
{
    size_t done = 0, c;

    if (i >= s->count)
        return 0;
    c = chunk_of(s, i);
    i -= s->starts[c];
    for (; c < s->chunks_count && done < count; c++, i = 0) {
        size_t left = s->chunks[c]->count - i, n = left < count - done ? left : count - done;

        memcpy(out + done, s->chunks[c]->docs + i, n * sizeof *out);
        done += n;
    }
    return done;
}

size_t shelf_first_not(const struct shelf *s, bool (*below)(const struct doc *d, const void *of),
                       const void *of)
{
    size_t c = 0, high = s->chunks_count, low;

    while (c < high) { // the first chunk whose last doc is not below
        size_t middle = (c + high) / 2;

        if (below(s->chunks[middle]->docs[s->chunks[middle]->count - 1], of))
            c = middle + 1;
        else
            high = middle;
    }
    if (c == s->chunks_count)
        return s->count;
    low = 0;
    high = s->chunks[c]->count;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (below(s->chunks[c]->docs[middle], of))
            low = middle + 1;
        else
            high = middle;
    }
    return s->starts[c] + low;
}
