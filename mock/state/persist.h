/* persist: worlds that outlive the process, in one SQLite file (`serve --state FILE`). Each commit of a
 * store is handed over in the order of the commits; one writer puts what has gathered into the file in one
 * transaction, and only then do the commits return (so a request is answered when the kernel has its
 * change: killing the process loses nothing). A change that cannot be written is undone in its store, and
 * its commit says so (txn_was_undone). Beside the docs the file holds each world's scenario, faults, clock
 * and generator; the journal and counters begin anew.
 * Threads: open, load and close belong to one; the rest may be called by any. */
#ifndef MF_PERSIST_H
#define MF_PERSIST_H

#include <stdbool.h>

struct persist;
struct scenario;
struct world;

/* Opens the file, or makes it. A file that is damaged, foreign, newer or in use by another process is left
 * as it is: NULL, and *why (caller frees) says what to do. */
struct persist *persist_open(const char *path, char **why);
bool persist_is_fresh(const struct persist *p); // it holds no world
/* The worlds of the file, each one moved to found(), and the scenario that sandboxes begin with. All or
 * nothing but what found() has got: 0, or -1 and *why. */
int persist_load(struct persist *p, struct scenario **start, void (*found)(void *to, struct world *w),
                 void *to, char **why);
/* Writes down how worlds were left and closes the file. The worlds must still be there, and nothing of
 * them may change any more. NULL is fine. */
void persist_close(struct persist *p);

/* The scenario that sandboxes begin with. 0 when it is in the file, or -1 and *why. */
int persist_start(struct persist *p, const struct scenario *start, char **why);
/* Keeps a world that nobody else sees yet, in place of the one of its name. 0 when all of it is in the
 * file, or -1 and *why: then the one of its name is still kept. */
int persist_put(struct persist *p, struct world *w, char **why);
/* The world is no longer to be kept. 0, or -1 and *why. */
int persist_drop(struct persist *p, struct world *w, char **why);
/* Its clock or its faults may have changed. 0 when the file has them (or the world is not kept); or -1,
 * *why, and both are as they were before. */
int persist_touch(struct world *w, char **why);

#endif
