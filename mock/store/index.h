/* index: a hash table from text to one pointer. The text belongs to what is stored and must outlive
 * the entry. No lock of its own. */
#ifndef MF_INDEX_H
#define MF_INDEX_H

#include <stddef.h>

struct index_slot {
    const char *key; // NULL: free
    void *value;
};

struct index {
    struct index_slot *slots;
    size_t room, used;
};

void index_init(struct index *ix);
void index_release(struct index *ix);
void *index_get(const struct index *ix, const char *key);
void index_put(struct index *ix, const char *key, void *value); // replaces key and value
void *index_remove(struct index *ix, const char *key);          // what stood there, or NULL

#endif
