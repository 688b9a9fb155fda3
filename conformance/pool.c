#include "pool.h"

#include "common/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
    const struct pool_work *work;
    pthread_mutex_t lock; // over `next` and done()
    size_t next, count;
};

static void *pool_main(void *arg)
{
    struct pool *p = arg;
    void *own = p->work->begin(p->work->with);

    pthread_mutex_lock(&p->lock);
    while (p->next < p->count) {
        size_t i = p->next++;

        pthread_mutex_unlock(&p->lock);
        p->work->item(p->work->with, own, i);
        pthread_mutex_lock(&p->lock);
        p->work->done(p->work->with, i);
    }
    pthread_mutex_unlock(&p->lock);
    p->work->end(p->work->with, own);
    return NULL;
}

void pool_run(const struct pool_work *w, size_t count, size_t jobs)
{
    struct pool p = { .work = w, .count = count };
    pthread_t *threads = xcalloc(jobs, sizeof *threads);
    size_t started = 0;

    pthread_mutex_init(&p.lock, NULL);
    while (started < jobs && pthread_create(&threads[started], NULL, pool_main, &p) == 0)
        started++;
    if (started == 0)
        pool_main(&p); // no thread to be had: this one does it all
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&p.lock);
    free(threads);
}
