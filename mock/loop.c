/* A loop: one thread that does for its passages what can be done without waiting. Each loop listens
 * on every door; whoever lets a client in keeps it. */
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/relay_parts.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PASSAGES_MOST 4096 // of one loop; more are closed at once
#define EVENTS 64
#define TICK_MS 500 // how often time limits are looked at

struct loop {
    struct source source; // of `wake`
    pthread_t thread;
    bool started;
    atomic_bool stop;
    int poll, wake;
    char *piece;
    struct door **doors; // that it listens on
    size_t doors_count, passages_count;
    struct passage *passages, *again, *over;
    int64_t next_look;
};

static void forget_passage(struct loop *l, struct passage *p)
{
    *(p->previous ? &p->previous->next : &l->passages) = p->next;
    if (p->next)
        p->next->previous = p->previous;
    l->passages_count--;
    passage_free(p);
}

static void come_again(struct loop *l, struct passage *p)
{
    if (p->again)
        return;
    p->again = true;
    p->next_again = l->again;
    l->again = p;
}

/* It is freed when its turn comes: an event at hand may still name it. */
static void end_passage(struct loop *l, struct passage *p)
{
    p->over = true;
    come_again(l, p);
}

/* Lets it do what it can. */
static void go_on(struct loop *l, struct passage *p)
{
    enum moved moved = p->over ? MOVED : passage_go_on(p, l->piece);

    if (moved == MOVED_OVER)
        end_passage(l, p);
    else if (moved == MOVED_MORE)
        come_again(l, p);
}

static void let_in(struct loop *l, struct door *d)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    int client;

    if (atomic_load(&d->closed))
        return;
    while ((client = accept4(d->fd, (struct sockaddr *)&peer, &len,
                             SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        struct passage *p;

        len = sizeof peer;
        if (l->passages_count >= PASSAGES_MOST) {
            close(client);
            continue;
        }
        p = passage_new(d, client, &peer, l->poll, l->wake);
        if (!p)
            continue;
        p->next = l->passages;
        if (p->next)
            p->next->previous = p;
        l->passages = p;
        l->passages_count++;
        go_on(l, p);
    }
    if (errno == EMFILE || errno == ENFILE)
        poll(NULL, 0, 10); // the event comes again at once: leave others time to close
}

static bool listens_on(const struct loop *l, const struct door *d)
{
    for (size_t i = 0; i < l->doors_count; i++)
        if (l->doors[i] == d)
            return true;
    return false;
}

static void see_door(struct door *d, void *loop)
{
    struct epoll_event e = { EPOLLIN | EPOLLEXCLUSIVE, { .ptr = &d->source } };
    struct loop *l = loop;

    if (!listens_on(l, d) && epoll_ctl(l->poll, EPOLL_CTL_ADD, d->fd, &e) == 0) {
        l->doors = xrealloc(l->doors, (l->doors_count + 1) * sizeof(struct door *));
        l->doors[l->doors_count++] = door_hold(d);
    }
}

/* Drops the doors that were closed, with their passages, and takes new ones. */
static void look_at_doors(struct loop *l)
{
    for (struct passage *p = l->passages; p; p = p->next) {
        if (atomic_load(&p->door->closed))
            end_passage(l, p);
        else if (p->state == PASSAGE_DIALS)
            go_on(l, p);
    }
    for (size_t i = l->doors_count; i-- > 0;)
        if (atomic_load(&l->doors[i]->closed)) {
            epoll_ctl(l->poll, EPOLL_CTL_DEL, l->doors[i]->fd, NULL);
            door_drop(l->doors[i]);
            l->doors[i] = l->doors[--l->doors_count];
        }
    relay_each_door(see_door, l);
}

static void look_at_clock(struct loop *l)
{
    int64_t now = stamp_monotonic();

    if (now < l->next_look)
        return;
    l->next_look = now + TICK_MS * INT64_C(1000);
    for (struct passage *p = l->passages; p; p = p->next)
        if (p->until && p->until < now && !p->over) {
            passage_late(p);
            end_passage(l, p);
        }
}

/* Those that stopped for others' sake, and those that are over. */
static void take_turns(struct loop *l)
{
    struct passage *p = l->again;

    l->again = NULL;
    while (p) {
        struct passage *next = p->next_again;

        p->again = false;
        if (p->over)
            forget_passage(l, p);
        else
            go_on(l, p);
        p = next;
    }
}

static void *loop_main(void *loop)
{
    struct epoll_event events[EVENTS];
    struct loop *l = loop;

    look_at_doors(l);
    while (!atomic_load(&l->stop)) {
        int n = epoll_wait(l->poll, events, EVENTS, l->again ? 0 : TICK_MS);
        bool woken = false;

        for (int i = 0; i < n; i++) {
            struct source *source = events[i].data.ptr;

            if (source->kind == SOURCE_DOOR)
                let_in(l, (struct door *)source);
            else if (source->kind == SOURCE_PASSAGE)
                go_on(l, (struct passage *)source);
            else
                woken = true;
        }
        take_turns(l);
        if (woken) {
            uint64_t count;

            if (read(l->wake, &count, sizeof count) == sizeof count)
                look_at_doors(l);
        }
        look_at_clock(l);
    }
    return NULL;
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;

    if (write(l->wake, &one, sizeof one) < 0)
        return; // its count is full: it will wake
}

struct loop *loop_new(char **why)
{
    struct loop *l = xcalloc(1, sizeof *l);
    struct epoll_event e = { EPOLLIN, { .ptr = &l->source } };

    l->source.kind = SOURCE_WAKE;
    l->piece = xmalloc(PIECE);
    l->poll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->poll >= 0 && l->wake >= 0 && epoll_ctl(l->poll, EPOLL_CTL_ADD, l->wake, &e) == 0)
        l->started = pthread_create(&l->thread, NULL, loop_main, l) == 0;
    if (l->started)
        return l;
    *why = text_printf("cannot start the relay: %s", strerror(errno));
    loop_free(l);
    return NULL;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->started) {
        atomic_store(&l->stop, true);
        loop_wake(l);
        pthread_join(l->thread, NULL);
    }
    while (l->passages)
        forget_passage(l, l->passages);
    for (size_t i = 0; i < l->doors_count; i++)
        door_drop(l->doors[i]);
    free(l->doors);
    free(l->piece);
    if (l->poll >= 0)
        close(l->poll);
    if (l->wake >= 0)
        close(l->wake);
    free(l);
}
