/* kv: what the files of Workers KV share. A key is a doc of KIND_KV_KEY whose text is its line in
 * the list of keys; its value hangs on it as bytes. Docs stand in the byte order of their names, so
 * a page of keys costs the page. A key that has expired by the sandbox's clock is as if it were not
 * there. Any thread. */
#ifndef MF_KV_H
#define MF_KV_H

#include "mock/call.h"
#include "mock/store/store.h"

struct blob;

#define KV_KEY_MOST 512 // bytes
#define KV_METADATA_MOST 1024
#define KV_VALUE_MOST ((size_t)25 << 20)
#define KV_TTL_LEAST 60    // seconds
#define KV_BULK_MOST 10000 // keys of one bulk write or delete
#define KV_BULK_GET_MOST 100

/* The namespace that a path names, and where its keys stand. Lives in the arena. */
struct kv_space {
    const char *id;
    const char *namespaces, *keys; // owners
    const char *verb;              // "get": stands before the reason in messages
};
/* Refuses an id that is none. Whether the namespace is there is asked under the lock. */
enum step kv_space_read(struct call *c, const char *verb, struct kv_space *out);
bool kv_space_is(struct view *v, const struct kv_space *s);
enum step kv_space_missing(struct call *c, const struct kv_space *s);

/* A key on its way in. */
struct kv_pair {
    const char *key;
    const char *metadata; // compact JSON, NULL: none
    int64_t expires;      // seconds since 1970, 0: never
};
enum step kv_key_check(struct call *c, const char *key, size_t len);
enum step kv_value_check(struct call *c, size_t len);
/* The time by which a key expires, from what was sent (NULL: not sent); a ttl wins (DOC). */
enum step kv_expires(struct call *c, const char *expiration, const char *ttl, int64_t *expires);
/* The JSON in a text, compact and with its numbers as sent; NULL in *out for an empty text or
 * `null`. The second one takes a text that is JSON and compact already. */
enum step kv_metadata_read(struct call *c, const char *text, size_t len, const char **out);
enum step kv_metadata_keep(struct call *c, const char *compact, const char **out);

/* The doc of a key, the caller's; counts a reference to the bytes. */
struct doc *kv_doc(const struct kv_space *s, const struct kv_pair *pair, const struct blob *bytes);
int64_t kv_expiration(const struct doc *d);
bool kv_is_live(const struct doc *d, int64_t now); // now in seconds
/* The part of a key's text that is its metadata; "null" if it has none. */
const char *kv_metadata(const struct doc *d, size_t *len);
/* The live doc of a key, or NULL; borrowed from the view. */
struct doc *kv_find(struct view *v, const struct kv_space *s, const char *key, int64_t now);
int64_t kv_now(const struct call *c); // seconds, by the sandbox's clock

/* A cursor is opaque to clients: the name of the last key shown, fit for a query string. */
char *kv_cursor_dup(const char *name);
char *kv_cursor_name_dup(const char *cursor); // NULL: it is no cursor
/* Letters, digits and all else that a key may hold: UTF-8 without NUL. */
bool kv_is_text(const char *text, size_t len);

#endif
