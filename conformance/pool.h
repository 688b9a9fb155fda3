/* pool: the same work on many items by a few threads. */
#ifndef MF_POOL_H
#define MF_POOL_H

#include <stddef.h>

struct pool_work {
    void *(*begin)(void *with);                    // once per thread; its own value
    void (*item)(void *with, void *own, size_t i); // any order, each once
    void (*done)(void *with, size_t i);            // one thread at a time
    void (*end)(void *with, void *own);
    void *with;
};

/* Runs items 0 … count-1 on `jobs` threads and returns when all are done. */
void pool_run(const struct pool_work *w, size_t count, size_t jobs);

#endif
