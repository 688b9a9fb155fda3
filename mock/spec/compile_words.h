/* compile_words: the words of one schema node being made, and the store of all of them. Part of
 * mockflare-compile. */
#ifndef MF_COMPILE_WORDS_H
#define MF_COMPILE_WORDS_H

#include "common/buf.h"
#include "common/json.h"

struct words {
    uint32_t *at; // at[0] holds the flags
    size_t count, room;
};
void words_begin(struct words *w); // one word, 0
void words_add(struct words *w, uint32_t word);
uint32_t words_store_take(struct words *w); // the node with these words, new or known; frees them
/* Parts of a node that hold no other nodes, in the order of the flags. */
void words_add_format(struct words *w, const cJSON *json);
void words_add_enum(struct words *w, const cJSON *json);
void words_add_limits(struct words *w, const cJSON *json);
void words_add_default(struct words *w, const cJSON *json);
void words_emit(struct buf *out);

#endif
