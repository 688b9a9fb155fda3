#include "mock/state/persist.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "mock/state/clock.h"
#include "mock/state/faults.h"
#include "mock/state/persist_parts.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KILLED_JUMP 32 // 2^32 values of the generator are passed over after a kill

static struct kept *kept_of(struct keeper *k)
{
    return (struct kept *)k;
}

static void drop_changes(struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        doc_unref(changes[i].before);
        doc_unref(changes[i].after);
    }
    free(changes);
}

static void *take_changes(struct keeper *k, struct change *changes, size_t count)
{
    struct kept *of = kept_of(k);
    struct job *j = xcalloc(1, sizeof *j);

    *j = (struct job){ .task = WRITE_CHANGES, .of = of, .changes = changes, .count = count,
                       .random = world_random_state(of->world) };
    queue_add(of->persist, j);
    return j;
}

static bool wait_for_changes(struct keeper *k, void *taken)
{
    struct job *j = taken;
    char *why = NULL;
    bool kept = queue_wait(kept_of(k)->persist, j, &why) == 0;

    drop_changes(j->changes, j->count);
    free(j);
    free(why);
    return kept;
}

/* The world as it stands now, but for its docs. */
static struct world_row row_of(struct world *w)
{
    cJSON *faults = faults_list(world_faults(w), false);
    struct world_row row = { .name = xstrdup(world_name(w)),
                             .scenario = json_print_dup(scenario_json(world_scenario(w))),
                             .faults = json_print_dup(faults),
                             .random = world_random_state(w) };

    clock_read(world_clock(w), &row.stands, &row.clock);
    cJSON_Delete(faults);
    return row;
}

static struct kept *kept_new(struct persist *p, struct world *w, int64_t number, struct world_row row)
{
    struct kept *k = xcalloc(1, sizeof *k);

    k->keeper = (struct keeper){ take_changes, wait_for_changes };
    k->persist = p;
    k->world = w;
    k->number = number;
    k->row = row;
    return k;
}

/* From now on its commits are kept, and those of what had its name are not. */
static void go_live(struct kept *k)
{
    struct persist *p = k->persist;

    pthread_mutex_lock(&p->lock);
    for (struct kept *other = p->worlds; other; other = other->next)
        other->live = other->live && strcmp(other->row.name, k->row.name) != 0;
    k->live = true;
    k->next = p->worlds;
    p->worlds = k;
    pthread_mutex_unlock(&p->lock);
    store_keep(world_store(k->world), &k->keeper);
}

struct gathered {
    struct change *changes;
    size_t count, room;
};

static void gather(void *to, struct doc *d)
{
    struct gathered *g = to;

    if (g->count == g->room)
        g->changes = xrealloc(g->changes, (g->room = g->room ? g->room * 2 : 256) * sizeof *g->changes);
    g->changes[g->count++] = (struct change){ NULL, doc_ref(d) };
}

int persist_put(struct persist *p, struct world *w, char **why)
{
    struct view *v = view_begin(world_store(w));
    struct gathered all = { 0 };
    struct kept *k;
    struct job j;
    int rc;

    for (size_t kind = 1; kind < KIND_COUNT; kind++)
        view_walk(v, (enum kind)kind, gather, &all);
    view_end(v);
    pthread_mutex_lock(&p->lock);
    k = kept_new(p, w, ++p->last_world, row_of(w));
    pthread_mutex_unlock(&p->lock);
    j = (struct job){ .task = WRITE_WORLD, .of = k, .changes = all.changes, .count = all.count,
                      .row = &k->row, .random = k->row.random };
    queue_add(p, &j);
    rc = queue_wait(p, &j, why);
    drop_changes(all.changes, all.count);
    if (rc == 0) {
        go_live(k);
    } else {
        world_row_release(&k->row);
        free(k);
    }
    return rc;
}

int persist_drop(struct persist *p, struct world *w, char **why)
{
    struct world_row row = { .name = (char *)world_name(w) };
    struct job j = { .task = DROP_WORLD, .row = &row };
    int rc;

    queue_add(p, &j);
    rc = queue_wait(p, &j, why);
    pthread_mutex_lock(&p->lock);
    for (struct kept *k = p->worlds; k && rc == 0; k = k->next)
        k->live = k->live && k->world != w;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

static void put_back(struct world *w, const struct world_row *row)
{
    cJSON *faults = cJSON_Parse(row->faults);
    char *why = NULL;

    clock_write(world_clock(w), row->stands, row->clock);
    if (faults_replace(world_faults(w), faults, &why) != 0) { // they were right once
        fprintf(stderr, "mockflare: the faults of the sandbox \"%s\": %s\n", row->name, why);
        free(why);
    }
    cJSON_Delete(faults);
}

static bool is_same_row(const struct world_row *a, const struct world_row *b)
{
    return a->stands == b->stands && a->clock == b->clock && strcmp(a->faults, b->faults) == 0;
}

int persist_touch(struct world *w, char **why)
{
    struct kept *k = kept_of(store_keeper(world_store(w)));
    struct world_row fresh, old;
    struct job j;
    int rc = 0;

    if (!k)
        return 0;
    pthread_mutex_lock(&k->persist->touching);
    fresh = row_of(w);
    old = k->row;
    if (!is_same_row(&fresh, &old)) {
        j = (struct job){ .task = WRITE_ROW, .of = k, .row = &fresh };
        queue_add(k->persist, &j);
        rc = queue_wait(k->persist, &j, why);
        if (rc == 0) {
            k->row = fresh;
            fresh = old;
        } else {
            put_back(w, &old);
        }
    }
    world_row_release(&fresh);
    pthread_mutex_unlock(&k->persist->touching);
    return rc;
}

/* All of the file was found right: from here on it may be changed. */
static int begin_work(struct persist *p, char **why)
{
    if (file_begin(&p->file) == 0 && file_put_note(&p->file, NOTE_OPEN, "yes") == 0 &&
        file_commit(&p->file) == 0) {
        p->begun = true;
        return 0;
    }
    *why = file_error(&p->file);
    file_rollback(&p->file);
    return -1;
}

int persist_start(struct persist *p, const struct scenario *start, char **why)
{
    char *text = json_print_dup(scenario_json(start));
    struct job j = { .task = WRITE_START, .text = text };
    int rc = begin_work(p, why);

    if (rc == 0) {
        queue_add(p, &j);
        rc = queue_wait(p, &j, why);
    }
    free(text);
    return rc;
}

bool persist_is_fresh(const struct persist *p)
{
    return p->fresh;
}

struct loading {
    struct persist *persist;
    bool killed; // by its last user's end
    void (*found)(void *to, struct world *w);
    void *to;
};

/* Errors of a scenario that was read before: another version of this program wrote it. */
static struct scenario *scenario_again(const struct state_file *f, const char *text, char **why)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = scenario_parse(text, strlen(text), &errors);

    if (!s)
        *why = text_printf("the state file %s holds a scenario that this mockflare does not take: %s: %s. Nothing was "
                           "changed. Use the program that wrote it, or name another file with --state",
                           f->path, errors.items[0].path, errors.items[0].what);
    scenario_errors_release(&errors);
    return s;
}

static int load_world_of(void *to, int64_t number, const struct world_row *row, char **why)
{
    struct loading *l = to;
    struct persist *p = l->persist;
    struct scenario *s = scenario_again(&p->file, row->scenario, why);
    struct world_row kept;
    struct world *w;

    if (!s)
        return -1;
    w = world_bare(row->name, s);
    scenario_unref(s);
    if (file_read_docs(&p->file, number, w, why) != 0) {
        world_unref(w);
        return -1;
    }
    put_back(w, row);
    world_random_restore(w, row->random + (l->killed ? RNG_STEP << KILLED_JUMP : 0));
    p->last_world = number > p->last_world ? number : p->last_world;
    kept = row_of(w);
    go_live(kept_new(p, w, number, kept));
    l->found(l->to, w);
    return 0;
}

int persist_load(struct persist *p, struct scenario **start, void (*found)(void *to, struct world *w), void *to,
                 char **why)
{
    char *text = NULL, *open = NULL;
    struct loading l = { p, false, found, to };
    int rc = file_read_note(&p->file, NOTE_START, &text, why);

    *start = NULL;
    if (rc == 0 && !text) {
        *why = file_damaged(&p->file, "a note is missing");
        rc = -1;
    }
    if (rc == 0 && (*start = scenario_again(&p->file, text, why)) == NULL)
        rc = -1;
    if (rc == 0)
        rc = file_read_note(&p->file, NOTE_OPEN, &open, why);
    l.killed = open && strcmp(open, "yes") == 0;
    if (rc == 0)
        rc = file_read_worlds(&p->file, load_world_of, &l, why);
    if (rc == 0)
        rc = begin_work(p, why);
    free(open);
    free(text);
    return rc;
}

/* Has it a world? Any that it had before its making was done has gone with the rest of that. */
static int look_for_worlds(struct persist *p, char **why)
{
    char *text = NULL;
    int rc = file_read_note(&p->file, NOTE_START, &text, why);

    p->fresh = !text;
    free(text);
    return rc;
}

struct persist *persist_open(const char *path, char **why)
{
    struct persist *p = xcalloc(1, sizeof *p);

    if (file_open(&p->file, path, why) != 0) {
        free(p);
        return NULL;
    }
    if (look_for_worlds(p, why) != 0) {
        file_close(&p->file);
        free(p);
        return NULL;
    }
    queue_start(p);
    return p;
}

/* As they were left: the generators to the last value given. */
static void write_last(struct persist *p)
{
    int rc = file_begin(&p->file);

    for (struct kept *k = p->worlds; k && rc == 0; k = k->next)
        if (k->live)
            rc = file_put_dice(&p->file, k->number, world_random_state(k->world));
    if (rc == 0)
        rc = file_put_note(&p->file, NOTE_OPEN, "no");
    if (rc == 0)
        rc = file_commit(&p->file);
    if (rc != 0) { // as after a kill: no more is lost than the place of the generators
        char *why = file_error(&p->file);

        fprintf(stderr, "mockflare: %s\n", why);
        free(why);
        file_rollback(&p->file);
    }
}

void persist_close(struct persist *p)
{
    if (!p)
        return;
    queue_stop(p);
    if (p->begun)
        write_last(p);
    else
        file_leave(&p->file);
    while (p->worlds) {
        struct kept *k = p->worlds;

        p->worlds = k->next;
        if (k->live)
            store_keep(world_store(k->world), NULL);
        world_row_release(&k->row);
        free(k);
    }
    file_close(&p->file);
    free(p);
}
