/* file: whole files in and out. Errors are one sentence in *why, the caller's to free. Any thread. */
#ifndef MF_FILE_H
#define MF_FILE_H

#include <stddef.h>

/* Reads all of `path` ("-" is standard input) into a NUL-terminated text the caller frees; at most
 * 256 MiB. 0, or -1 and *why. */
int file_read(const char *path, char **text, size_t *len, char **why);
/* Writes through a neighbour file and a rename, so that `path` is never seen half written. */
int file_write(const char *path, const void *bytes, size_t len, unsigned mode, char **why);

#endif
