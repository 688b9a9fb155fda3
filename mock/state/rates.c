#include "mock/state/rates.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "mock/store/index.h"

#include <pthread.h>
#include <stdlib.h>

struct window {
    char *who;
    int64_t began, blocked_until;
    int64_t count;
};

struct rates {
    pthread_mutex_t lock;
    struct index windows;
};

struct rates *rates_new(void)
{
    struct rates *r = xcalloc(1, sizeof *r);

    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void rates_free(struct rates *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->windows.room; i++) {
        struct window *w = r->windows.slots[i].key ? r->windows.slots[i].value : NULL;

        if (w)
            free(w->who);
        free(w);
    }
    index_release(&r->windows);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static struct window *window_of(struct rates *r, const char *who)
{
    struct window *w = index_get(&r->windows, who);

    if (!w) {
        w = xcalloc(1, sizeof *w);
        w->who = xstrdup(who);
        index_put(&r->windows, w->who, w);
    }
    return w;
}

static int64_t count(struct window *w, int64_t now)
{
    if (now < w->blocked_until)
        return -((w->blocked_until - now + STAMP_SECOND - 1) / STAMP_SECOND);
    if (now - w->began >= RATE_WINDOW_S * STAMP_SECOND || now < w->began) {
        w->began = now;
        w->count = 0;
    }
    if (++w->count <= RATE_MOST)
        return RATE_MOST - w->count;
    w->blocked_until = now + RATE_WINDOW_S * STAMP_SECOND;
    return -RATE_WINDOW_S;
}

int64_t rates_count(struct rates *r, const char *who, int64_t now)
{
    int64_t left;

    pthread_mutex_lock(&r->lock);
    left = count(window_of(r, who), now);
    pthread_mutex_unlock(&r->lock);
    return left;
}
