/* mem: memory that cannot fail. Running out ends the program here, so no caller tests for it.
 * Any thread. */
#ifndef MF_MEM_H
#define MF_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

#endif
