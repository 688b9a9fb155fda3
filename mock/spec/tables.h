/* tables: the generated tables behind optable.h, for the files of this folder only. Read-only. */
#ifndef MF_TABLES_H
#define MF_TABLES_H

#include "mock/spec/intake.h"
#include "mock/spec/optable.h"

/* A place in the tree of paths. Literal branches are sorted by their text. */
struct trie_node {
    uint32_t branches; // first index into trie_branches
    uint16_t branch_count;
    uint16_t any;         // the node behind a placeholder, 0: none
    uint16_t op[M_COUNT]; // operation + 1 that ends here, 0: none
};
struct trie_branch {
    uint32_t text;
    uint16_t node;
};
extern const struct trie_node trie_nodes[]; // [0] is the root
extern const struct trie_branch trie_branches[];

extern const uint32_t spec_param_names[]; // texts; op->params leads here
extern const char spec_blob[];

#endif
