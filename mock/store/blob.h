/* blob: bytes that never change: values, scripts, uploaded files, long request bodies. Up to
 * BLOB_IN_MEMORY they lie in memory; longer ones in a temporary file ($TMPDIR, else /tmp) that has
 * no name, is mapped and needs no descriptor: it is gone with its last reference, or with the
 * process. Counted; any thread. A maker collects bytes that come in pieces; it belongs to one
 * thread. */
#ifndef MF_BLOB_H
#define MF_BLOB_H

#include <stddef.h>

struct blob;
struct blob_maker;

#define BLOB_IN_MEMORY ((size_t)1 << 20)

/* NULL and one sentence in *why (caller frees) if a temporary file can't be written. */
struct blob *blob_new(const void *bytes, size_t len, char **why); // copies
struct blob *blob_new_take(char *bytes, size_t len, char **why);  // frees `bytes`, failed or not
struct blob *blob_from_file(const char *path, char **why);        // copies what the file holds now
struct blob *blob_slice(struct blob *whole, size_t from,
                        size_t len); // never fails; long: holds `whole`

struct blob_maker *blob_maker_new(void);
int blob_maker_add(struct blob_maker *m, const void *bytes, size_t len, char **why);
size_t blob_maker_len(const struct blob_maker *m);
struct blob *blob_maker_end(struct blob_maker *m, char **why); // frees `m`, failed or not
void blob_maker_free(struct blob_maker *m);                    // NULL is fine

struct blob *blob_ref(const struct blob *b); // counts, returns the same blob
void blob_unref(struct blob *b);             // NULL is fine
void blob_unref_any(void *blob);             // for arena_on_free and doc_new

size_t blob_len(const struct blob *b);
/* All of it, borrowed; no NUL need stand behind it. Pages of a file that were looked at count as
 * memory until blob_rest. */
const char *blob_view(const struct blob *b, size_t *len);
void blob_rest(const struct blob *b);
/* Copies up to `room` bytes from `from` on; returns how many, 0 behind the end. */
size_t blob_read(const struct blob *b, size_t from, void *into, size_t room);

#endif
