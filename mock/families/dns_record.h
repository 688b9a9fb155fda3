/* dns_record: what a DNS record may be and how it is shown. A zone bounds its records; a record is
 * brought into normal form before it is stored, and keeps a compact form (doc_extra) that orders,
 * filters and conflicts read without parsing. Any thread. */
#ifndef MF_DNS_RECORD_H
#define MF_DNS_RECORD_H

#include "common/stamp.h"
#include "gen/names.h"
#include "mock/families/dns_type.h"
#include "mock/store/doc.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct call;
struct view;

#define DNS_NO_QUOTA (-1)

struct dns_zone {
    const char *id, *name;
    const char *name_server; // the first one; "" for a partial zone
    int64_t quota;           // records at most; DNS_NO_QUOTA
    int64_t tags_quota;      // tags of one record
    int64_t ttl_least;       // seconds
    size_t batch_most;       // actions in one batch
};

/* The zone of the call's path (arena); NULL: it is not there. */
const struct dns_zone *dns_zone_of(struct call *c);
const struct dns_zone *dns_zone_in(struct call *c, struct view *v); // under the lock

/* Why a record cannot be: an error of the catalogue and the words for its message. */
struct dns_fault {
    enum error_id error;
    const char *word, *word2;
};

/* Brings `fresh` into the form and member order in which records are shown; `id` and stamps are
 * left to the engine. False: *fault says why not. */
bool dns_record_normal(struct arena *a, const struct dns_zone *zone, cJSON *fresh,
                       struct dns_fault *fault);
void dns_stamp(int64_t stamp, char out[STAMP_ROOM]); // microseconds, trailing zeros cut (REC)
/* Sets the stamps by what changed against `old` (NULL: everything is new), and its id, if any. */
void dns_record_stamp(cJSON *fresh, const cJSON *old, int64_t now);
bool dns_record_proxiable(enum dns_type type, const char *content);

size_t dns_record_wire(enum dns_type type, const char *content); // bytes on the wire, at most

/* The compact form; texts lie behind one another. */
struct dns_extra {
    int64_t created;
    uint32_t content_at, comment_at, tags_at; // tags end with an empty one
    int32_t ttl;
    int32_t priority; // -1: none
    uint16_t wire;    // dns_record_wire
    uint8_t type;     // enum dns_type
    bool proxied;
    char name[]; // and what the offsets, counted from here, point to
};
static inline const struct dns_extra *dns_extra_of(const struct doc *d)
{
    return doc_extra(d);
}

/* Is a record of the same name, type, content and priority there? */
bool dns_record_stands(struct view *v, const char *owner, const cJSON *shown);

/* What to look for in the order by name: heads of (name, type, content, priority). */
struct dns_sought {
    const char *name;
    enum dns_type type;  // DNS_TYPE_COUNT: the name alone
    const char *content; // NULL: name and type alone
    int32_t priority;
};
int dns_sought_compare(const struct doc *d, const struct dns_sought *sought); // d against it
bool dns_sought_below(const struct doc *d, const void *sought);               // for view_first_not

#endif
