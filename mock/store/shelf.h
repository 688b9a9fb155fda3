/* shelf: docs in one order, in chunks of a few hundred, so that finding, the n-th, adding and removing
 * cost about the same with ten docs as with a hundred thousand. Holds no references. No lock of its own. */
#ifndef MF_SHELF_H
#define MF_SHELF_H

#include "mock/store/doc.h"

#include <stdbool.h>
#include <stddef.h>

/* Less than, equal to or greater than zero, and zero only for the same doc. */
typedef int doc_order(const struct doc *a, const struct doc *b);

struct shelf_chunk;

struct shelf {
    doc_order *order;
    struct shelf_chunk **chunks;
    size_t *starts; // of each chunk, the docs before it
    size_t chunks_count, chunks_room, count;
};

void shelf_init(struct shelf *s, doc_order *order);
void shelf_release(struct shelf *s);
void shelf_add(struct shelf *s, struct doc *d);
void shelf_remove(struct shelf *s, struct doc *d); // it must be there
/* Puts `after` where `before` stands; their order must be the same. */
void shelf_swap(struct shelf *s, struct doc *before, struct doc *after);
struct doc *shelf_nth(const struct shelf *s, size_t i); // NULL behind the end
/* Up to `count` docs from the i-th on; returns how many there were. */
size_t shelf_slice(const struct shelf *s, size_t i, struct doc **out, size_t count);
/* The place of the first doc for which below(doc, of) is false; below must hold for a head of the order. */
size_t shelf_first_not(const struct shelf *s, bool (*below)(const struct doc *d, const void *of),
                       const void *of);

#endif
