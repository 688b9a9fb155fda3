/* dns_zone_file: reads master files (RFC 1035, BIND's $TTL and $GENERATE) into records, one after
 * another, with the comments that stand behind them. Records are not judged here. Texts live in the
 * arena; the text that is read is only looked at. Any thread. */
#ifndef MF_DNS_ZONE_FILE_H
#define MF_DNS_ZONE_FILE_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone_record {
    const char *name;    // whole, without the final dot, case as written
    const char *type;    // upper case
    const char *rdata;   // one line, blanks between words
    const char *origin;  // what relative names in rdata are below, without the final dot
    const char *comment; // behind the semicolon, trimmed; "" if none
    int64_t ttl;         // seconds; -1: none is known
    unsigned line;
};

struct zone_fault {
    unsigned line;
    const char *what;
    bool include; // $INCLUDE, which is not followed
};

/* Calls take() for every record until it returns false. False: *fault says why reading ended early;
 * its `what` is NULL if take() ended it. */
bool zone_file_read(struct arena *a, const char *text, size_t len, const char *zone,
                    bool (*take)(void *to, const struct zone_record *r), void *to,
                    struct zone_fault *fault);

#endif
