/* redact: takes secrets out of texts before they are kept or shown. Any thread. */
#ifndef MF_REDACT_H
#define MF_REDACT_H

#include <stdbool.h>

struct arena;
struct world;

/* A path, query or header value with every credential replaced by "<redacted …last4>". What counts: a
 * scannable prefix (cfut_ …) anywhere, a token of the world's store, or the base64 of one. The text
 * itself where there is nothing to hide. */
const char *redact_text(struct arena *a, struct world *w, const char *text);
/* A header's value as the journal may keep it: credential headers keep their scheme alone. */
const char *redact_header(struct arena *a, struct world *w, const char *name, const char *value);
bool redact_is_credential_header(const char *name);

#endif
