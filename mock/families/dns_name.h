/* dns_name: names as the API shows them: in punycode and lower case, whole, without the final dot;
 * and the order in which lists show them. Nothing is owned; results live in the arena. Any thread.
 */
#ifndef MF_DNS_NAME_H
#define MF_DNS_NAME_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* The whole name that `given` means in `zone`: "@" is the zone, a name that does not end in the
 * zone is relative to it, a final dot is cut. NULL: no name that a record could have. */
char *dns_name_full(struct arena *a, const char *given, const char *zone);

/* A host name in a record's content: punycode, no final dot, but "." alone stays; its case stays as
 * sent. NULL: no host name. */
char *dns_name_target(struct arena *a, const char *given);

/* `name` in lower case and punycode without the final dot, to look for; never NULL. */
const char *dns_name_sought(struct arena *a, const char *name);

bool dns_name_within(const char *name, const char *zone); // the zone itself or below it
size_t dns_name_wire(const char *name);                   // its length on the wire

/* Dictionary order: letters and digits first, everything else only where they are the same (REC).
 */
int dns_name_compare(const char *a, const char *b);

#endif
