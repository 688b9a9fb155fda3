/* redact: takes the token out of a text that is about to leave the program. It stands at the sinks
 * (the result, the trace, error lines), because texts come from servers and may echo what they were
 * sent. One thread at a time. */
#ifndef MF_REDACT_H
#define MF_REDACT_H

#include <stddef.h>

#define REDACT_FORMS 6

struct redact {
    char *forms[REDACT_FORMS]; // what must not be seen, longest first
    size_t count;
};

/* Learns the forms of a secret: as pasted, trimmed, base64, percent-encoded, its first characters.
 */
void redact_init(struct redact *r, const char *secret);
void redact_release(struct redact *r);
char *redact_dup(const struct redact *r, const char *text); // the caller's to free

#endif
