/* doc: one stored resource, as the API shows it. It never changes: a write makes a new one and swaps
 * the store's pointer. Owns its rendered text and what hangs on it; callers borrow both while they
 * hold a reference. Threads: doc_ref and doc_unref are atomic, the rest is read-only. */
#ifndef MF_DOC_H
#define MF_DOC_H

#include "gen/names.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct blob;
struct doc;

/* Renders `shown` once (it stays the caller's). `owner` is the id of what the resource belongs to
 * (account, zone, user; "" for roots). `key` is a second unique name within the kind, or NULL.
 * `extra` is the kind's own compiled form, freed with the doc by `extra_free` (both may be NULL). */
struct doc *doc_new(enum kind kind, const char *owner, const char *id, const char *key,
                    const cJSON *shown, void *extra, void (*extra_free)(void *extra));
/* The same doc with the text as it was rendered once; takes `d`, which nobody else may hold. */
struct doc *doc_retold_take(struct doc *d, const char *text, size_t len);
struct doc *doc_ref(const struct doc *d); // counts, returns the same doc
void doc_unref(struct doc *d);            // NULL is fine
void doc_unref_any(void *doc);            // for arena_on_free

enum kind doc_kind(const struct doc *d);
const char *doc_owner(const struct doc *d);
const char *doc_id(const struct doc *d);
const char *doc_key(const struct doc *d); // "" if none
const char *doc_text(const struct doc *d, size_t *len);
cJSON *doc_json_dup(const struct doc *d); // parsed anew, the caller's
void *doc_extra(const struct doc *d);
/* What belongs to the resource and is no JSON: a value, a script. NULL: nothing. Set before anybody else
 * sees the doc, so that whatever keeps docs elsewhere (state file, snapshot) keeps their bytes, too. */
const struct blob *doc_bytes(const struct doc *d);
void doc_set_bytes_take(struct doc *d, struct blob *bytes);
/* The number of its creation within the store: a replacement takes over the one of what it replaces. Set
 * by the store before anybody else sees the doc. */
uint64_t doc_sequence(const struct doc *d);
void doc_set_sequence(struct doc *d, uint64_t sequence);

#endif
