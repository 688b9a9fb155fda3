/* describe: what a linker says of itself, `CMD --mf-describe`. */
#ifndef MF_DESCRIBE_H
#define MF_DESCRIBE_H

#include "suite.h"

/* Asks the linker. 0 and s->described (NULL: it does not describe itself); -1 and *why: it cannot
 * be started, or speaks another protocol. */
int describe_ask(struct suite *s, char **why);
/* The features it has: `told` (comma separated) if given, else as described, else auto_type alone.
 * 0, or -1 and *why for an unknown one. */
int describe_features(struct suite *s, const char *told, char **why);

#endif
