/* state: the file in which the linker keeps its links: a JSON array of objects, one an account,
 * readable by its owner alone. It never holds a token. */
#ifndef MF_STATE_H
#define MF_STATE_H

#include "linker/verdict.h"

/* Stores a successful link, in the place of an older one of the same account. A missing file is an
 * empty list. 0, or -1 and one sentence in *why (caller frees); the file is unchanged then. */
int state_store(const char *path, const struct verdict *v, char **why);

#endif
