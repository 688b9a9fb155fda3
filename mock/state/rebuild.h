/* rebuild: a doc made again from what was kept of it: by the state file, by a snapshot. Its text, id and
 * key are the very ones it had; the compiled form is made anew, whatever the kind. Any thread. */
#ifndef MF_REBUILD_H
#define MF_REBUILD_H

#include "mock/store/doc.h"

struct blob;
struct world;

struct rebuild {
    enum kind kind;
    const char *owner, *id, *key; // key "": none
    const char *text;             // as rendered once
    size_t len;
    const cJSON *side;  // what the text does not say (rebuild_side_dup); NULL: nothing
    struct blob *bytes; // its reference is taken, also by a failure; NULL: none
};

/* What a doc holds beside its text and bytes, as JSON: a token's value, a user's global key. NULL:
 * nothing. The caller's, and secret. */
cJSON *rebuild_side_dup(const struct doc *d);
/* NULL and *why (caller frees) if the text is no resource of that kind. */
struct doc *rebuild_doc(struct world *w, const struct rebuild *from, char **why);
/* The kind of that name (spec_resources); KIND_NONE: there is none. */
enum kind rebuild_kind(const char *name);

#endif
