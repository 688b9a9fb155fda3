/* leak: the forms in which a secret may show up where it must not: itself, its first 12 characters,
 * its base64 and its percent form. Read-only once made; any thread. */
#ifndef MF_LEAK_H
#define MF_LEAK_H

#include <stdbool.h>
#include <stddef.h>

struct leak {
    char **forms; // none: the text is too short to be a secret
    size_t count;
};

/* From the text a linker was given: the longest run of token characters in it is the secret. */
void leak_init(struct leak *l, const char *given);
void leak_release(struct leak *l);
bool leak_in(const struct leak *l, const void *bytes, size_t len);
/* The text with every form of the secret as "[secret]"; the caller's. For reports. */
char *leak_hide_dup(const struct leak *l, const char *text);

#endif
