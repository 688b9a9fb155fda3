/* The queue of what is to be written, and the thread that writes it. Lock order: a store's lock, then
 * the queue's. Nobody waits with either held. */
#include "mock/state/persist_parts.h"

#include "common/mem.h"
#include "mock/world.h"

#include <stdio.h>
#include <stdlib.h>

/* One job inside of a transaction of the file. Changes of a world that is no longer kept are done. */
static int apply(struct state_file *f, const struct job *j)
{
    bool there;

    switch (j->task) {
    case WRITE_CHANGES:
        if (file_has_world(f, j->of->number, &there) != 0)
            return -1;
        if (!there)
            return 0;
        return file_put_changes(f, j->of->number, j->changes, j->count) == 0
                   ? file_put_dice(f, j->of->number, j->random)
                   : -1;
    case WRITE_WORLD:
        if (file_remove_world(f, j->row->name) != 0 || file_put_world(f, j->of->number, j->row) != 0)
            return -1;
        return file_put_changes(f, j->of->number, j->changes, j->count) == 0
                   ? file_put_dice(f, j->of->number, j->random)
                   : -1;
    case WRITE_ROW:
        if (file_has_world(f, j->of->number, &there) != 0)
            return -1;
        return there ? file_put_world(f, j->of->number, j->row) : 0;
    case WRITE_START:
        return file_put_note(f, NOTE_START, j->text);
    case DROP_WORLD:
        return file_remove_world(f, j->row->name);
    }
    return -1;
}

/* The jobs from `j` to the one numbered `last`, all or none. */
static int write_jobs(struct persist *p, const struct job *j, uint64_t last, char **why)
{
    int rc = file_begin(&p->file);

    while (rc == 0 && (rc = apply(&p->file, j)) == 0 && j->number < last)
        j = j->next; // behind the last one, others are adding
    if (rc == 0)
        rc = file_commit(&p->file);
    if (rc != 0) {
        *why = file_error(&p->file);
        file_rollback(&p->file);
    }
    return rc;
}

/* With the lock held: takes the first jobs out of the queue; those who wait for them may go on. */
static void finish_to(struct persist *p, uint64_t last)
{
    while (p->head && p->head->number <= last) {
        struct job *j = p->head;

        p->head = j->next;
        j->state = JOB_DONE; // the waiter frees it from here on
    }
    if (!p->head)
        p->tail = &p->head;
    pthread_cond_broadcast(&p->done);
}

/* Puts the store back to before the first job in the queue, and fails that one and all later changes of
 * the same world: they were built upon it. */
static void fail_first(struct persist *p, const char *why)
{
    struct job *first = p->head, **later = NULL;
    struct txn *t = NULL;
    size_t count = 0, room = 0;

    if (first->task == WRITE_CHANGES)
        t = txn_begin(world_store(first->of->world)); // nothing is added for this world from here on
    pthread_mutex_lock(&p->lock);
    for (struct job **at = &p->head; *at;) {
        struct job *j = *at;

        if (j != first && (!t || j->task != WRITE_CHANGES || j->of != first->of)) {
            at = &j->next;
            continue;
        }
        *at = j->next;
        if (count == room)
            later = xrealloc(later, (room += 64) * sizeof *later);
        later[count++] = j;
    }
    p->tail = &p->head;
    while (*p->tail)
        p->tail = &(*p->tail)->next;
    pthread_mutex_unlock(&p->lock);
    for (size_t i = count; t && i > 0; i--)
        txn_undo(t, later[i - 1]->changes, later[i - 1]->count);
    if (t)
        txn_commit(t);
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < count; i++) {
        later[i]->why = xstrdup(why);
        later[i]->state = JOB_FAILED;
    }
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
    free(later);
}

/* One after the other, so that only what cannot be written fails. */
static void write_singly(struct persist *p, uint64_t last)
{
    for (;;) {
        struct job *first;
        char *why = NULL;
        int rc;

        pthread_mutex_lock(&p->lock);
        first = p->head && p->head->number <= last ? p->head : NULL;
        pthread_mutex_unlock(&p->lock);
        if (!first)
            return;
        rc = write_jobs(p, first, first->number, &why);
        if (rc != 0 && file_make_room(&p->file)) {
            free(why);
            why = NULL;
            rc = write_jobs(p, first, first->number, &why);
        }
        if (rc != 0 && !p->failing)
            fprintf(stderr, "mockflare: %s; what cannot be written is undone and answered with an error\n", why);
        else if (rc == 0 && p->failing)
            fprintf(stderr, "mockflare: the state file is written again\n");
        p->failing = rc != 0;
        if (rc == 0) {
            pthread_mutex_lock(&p->lock);
            finish_to(p, first->number);
            pthread_mutex_unlock(&p->lock);
        } else {
            fail_first(p, why);
        }
        free(why);
    }
}

static void *write_all(void *of)
{
    struct persist *p = of;
    struct job *first;
    uint64_t last;
    char *why;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->head && !p->ending)
            pthread_cond_wait(&p->more, &p->lock);
        if (!p->head)
            break;
        first = p->head;
        last = p->jobs; // all that has gathered
        pthread_mutex_unlock(&p->lock);
        why = NULL;
        if (p->failing || write_jobs(p, first, last, &why) != 0) {
            free(why);
            write_singly(p, last);
            pthread_mutex_lock(&p->lock);
        } else {
            pthread_mutex_lock(&p->lock);
            finish_to(p, last);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void queue_add(struct persist *p, struct job *j)
{
    pthread_mutex_lock(&p->lock);
    j->next = NULL;
    j->number = ++p->jobs;
    *p->tail = j;
    p->tail = &j->next;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->lock);
}

int queue_wait(struct persist *p, struct job *j, char **why)
{
    pthread_mutex_lock(&p->lock);
    while (j->state == JOB_WAITS)
        pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
    *why = j->why;
    return j->state == JOB_DONE ? 0 : -1;
}

void queue_start(struct persist *p)
{
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->touching, NULL);
    pthread_cond_init(&p->more, NULL);
    pthread_cond_init(&p->done, NULL);
    p->tail = &p->head;
    pthread_create(&p->writer, NULL, write_all, p);
}

void queue_stop(struct persist *p)
{
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->writer, NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_mutex_destroy(&p->touching);
    pthread_cond_destroy(&p->more);
    pthread_cond_destroy(&p->done);
}
