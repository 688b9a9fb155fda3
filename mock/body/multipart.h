/* multipart: a body of several parts, taken for what it is: the boundary comes from the header, or,
 * where that has none, from the body's first line (the TypeScript SDK sends Content-Type:
 * application/javascript over a multipart body). Parts are slices of the body; everything else lies
 * in the arena. Any thread. */
#ifndef MF_MULTIPART_H
#define MF_MULTIPART_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct blob;

struct multipart_part {
    const char *name;         // "" if the part has none
    const char *filename;     // NULL: none
    const char *content_type; // NULL: none; as sent, with its parameters
    const char *headers;      // all of its header lines, as sent
    struct blob *bytes;       // borrowed from the arena; blob_ref to keep
};

struct multipart {
    struct multipart_part *part; // in the order sent
    size_t count;
};

/* Does the body begin as a multipart body does, whatever its header says? */
bool multipart_looks_like(const char *content_type, const char *start, size_t len);
/* NULL, or one sentence that says what is wrong with it (borrowed, static). */
const char *multipart_read(struct arena *a, struct blob *body, const char *content_type,
                           struct multipart *out);
const struct multipart_part *multipart_find(const struct multipart *m, const char *name);
/* The fields as one object (arena): names such as `metadata[bindings][][type]` are folded back,
 * parts of type application/json parsed, other texts are strings. Parts with a file name are left
 * out. */
cJSON *multipart_fold(struct arena *a, const struct multipart *m);

#endif
