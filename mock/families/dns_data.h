/* dns_data: the content of a record and what it is made of: the members of `data`, the bytes on the
 * wire. Reading and judging presentation form is ldns's work. Results live in the arena. Any
 * thread. */
#ifndef MF_DNS_DATA_H
#define MF_DNS_DATA_H

#include "common/arena.h"
#include "mock/families/dns_type.h"

#include <cjson/cJSON.h>
#include <stddef.h>

enum dns_data_fault {
    DNS_DATA_FINE,
    DNS_DATA_LACKS,  // *member names a member that must be there
    DNS_DATA_INVALID // no such record can be
};

/* Brings `data` of a typed record into normal form in place (unknown members go, numbers are
 * numbers) and renders the content that is shown. `priority` is the record's own, taken where SRV's
 * data has none; -1: none. */
enum dns_data_fault dns_data_render(struct arena *a, enum dns_type type, cJSON *data, int priority,
                                    const char **content, const char **member);

/* What presentation form, as a zone file has it, means; relative names are below `origin` (no final
 * dot). NULL content: it means nothing. */
struct dns_data {
    const char *content; // as the API shows it
    cJSON *data;         // NULL where the type has none; the caller's to delete
    int priority;        // -1: none
};
struct dns_data dns_data_read(struct arena *a, enum dns_type type, const char *rdata,
                              const char *origin);

/* The record's presentation form for a zone file; `data` NULL where the type has none. */
const char *dns_data_rdata(struct arena *a, enum dns_type type, const char *content, int priority,
                           const cJSON *data);

/* Bytes of the content on the wire; 0: ldns refuses it. */
size_t dns_data_wire(struct arena *a, enum dns_type type, const char *rdata);

/* Texts: bytes on the wire, and the order of what they say, however they are quoted. */
size_t dns_text_wire(const char *content);
int dns_text_compare(const char *a, const char *b);
/* As quoted character strings of at most 255 bytes. */
const char *dns_text_quoted(struct arena *a, const char *content);

#endif
