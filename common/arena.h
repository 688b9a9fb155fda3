/* arena: memory that lives as long as one piece of work (a request, a case) and is freed at once.
 * One thread at a time. */
#ifndef MF_ARENA_H
#define MF_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);  // runs the clean-ups, newest first; NULL is fine
void arena_reset(struct arena *a); // as arena_free and arena_new, keeping the first block

void *arena_alloc(struct arena *a, size_t size); // zeroed, aligned for anything
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *format, ...);
/* Calls done(what) when the arena is freed: ties a tree or a reference to the work's life. */
void arena_on_free(struct arena *a, void (*done)(void *what), void *what);

#endif
