/* The sandboxes of the process, by name. The table has its own lock; a world lives as long as anybody
 * holds a reference, so a reset or a deletion never pulls it from under a request. */
#include "common/text.h"
#include "mock/state/persist.h"
#include "mock/state/scenario.h"
#include "mock/store/index.h"
#include "mock/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 128

static struct {
    pthread_rwlock_t lock;
    struct index by_name;
    struct scenario *start;
    struct persist *file;     // NULL: nothing outlives the process
    pthread_mutex_t changing; // held from a change of the file to the same change of the table
} worlds = { .lock = PTHREAD_RWLOCK_INITIALIZER, .changing = PTHREAD_MUTEX_INITIALIZER };

static void put(const char *name, struct world *fresh)
{
    struct world *old;

    pthread_rwlock_wrlock(&worlds.lock);
    old = index_remove(&worlds.by_name, name);
    if (fresh)
        index_put(&worlds.by_name, world_name(fresh), fresh);
    pthread_rwlock_unlock(&worlds.lock);
    world_unref(old);
}

int worlds_setup(const struct scenario *scenario, char **why)
{
    worlds.start = scenario_ref(scenario);
    return worlds_put("", scenario, why);
}

static void found(void *to, struct world *w)
{
    (void)to;
    put(world_name(w), w);
}

int worlds_setup_kept(struct persist *file, const struct scenario *scenario, char **why)
{
    int rc;

    worlds.file = file;
    if (persist_is_fresh(file))
        rc = persist_start(file, scenario, why) == 0 ? worlds_setup(scenario, why) : -1;
    else
        rc = persist_load(file, &worlds.start, found, NULL, why);
    if (rc != 0)
        worlds_release();
    return rc;
}

void worlds_release(void)
{
    persist_close(worlds.file);
    worlds.file = NULL;
    for (size_t i = 0; i < worlds.by_name.room; i++)
        if (worlds.by_name.slots[i].key)
            world_unref(worlds.by_name.slots[i].value);
    index_release(&worlds.by_name);
    scenario_unref(worlds.start);
    worlds.start = NULL;
}

/* Set while the first world is being made in another thread. */
static struct {
    atomic_bool held;
    pthread_mutex_t lock;
    pthread_cond_t opened;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER };

void worlds_hold(void)
{
    atomic_store(&gate.held, true);
}

void worlds_open(void)
{
    pthread_mutex_lock(&gate.lock);
    atomic_store(&gate.held, false);
    pthread_cond_broadcast(&gate.opened);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_until_open(void)
{
    pthread_mutex_lock(&gate.lock);
    while (atomic_load(&gate.held))
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

struct world *worlds_find(const char *name, size_t len)
{
    char copy[NAME_MOST + 1];
    struct world *w;

    if (len > NAME_MOST)
        return NULL;
    if (atomic_load_explicit(&gate.held, memory_order_acquire))
        wait_until_open();
    memcpy(copy, name, len);
    copy[len] = '\0';
    pthread_rwlock_rdlock(&worlds.lock);
    w = index_get(&worlds.by_name, copy);
    if (w)
        world_ref(w);
    pthread_rwlock_unlock(&worlds.lock);
    return w;
}

static bool name_is_right(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    return !name[len] && len <= NAME_MOST;
}

int worlds_put(const char *name, const struct scenario *scenario, char **why)
{
    struct world *fresh;
    int rc = 0;

    if (!name_is_right(name)) {
        *why = text_printf("a sandbox's name is 1 to %d characters of A-Z a-z 0-9 _ . -", NAME_MOST);
        return -1;
    }
    fresh = world_new(name, scenario ? scenario : worlds.start, why);
    if (!fresh)
        return -1;
    pthread_mutex_lock(&worlds.changing);
    if (!worlds.file || persist_put(worlds.file, fresh, why) == 0)
        put(name, world_ref(fresh));
    else
        rc = -1;
    pthread_mutex_unlock(&worlds.changing);
    world_unref(fresh);
    return rc;
}

int worlds_remove(const char *name, char **why)
{
    struct world *w = *name ? worlds_find(name, strlen(name)) : NULL;
    int rc = 0;

    if (!w)
        return 1;
    pthread_mutex_lock(&worlds.changing);
    if (!worlds.file || persist_drop(worlds.file, w, why) == 0)
        put(name, NULL);
    else
        rc = -1;
    pthread_mutex_unlock(&worlds.changing);
    world_unref(w);
    return rc;
}

cJSON *worlds_list(void)
{
    cJSON *list = cJSON_CreateArray();

    pthread_rwlock_rdlock(&worlds.lock);
    for (size_t i = 0; i < worlds.by_name.room; i++)
        if (worlds.by_name.slots[i].key && *worlds.by_name.slots[i].key)
            cJSON_AddItemToArray(list, cJSON_CreateString(worlds.by_name.slots[i].key));
    pthread_rwlock_unlock(&worlds.lock);
    return list;
}

int worlds_reset(const char *name, char **why)
{
    struct world *w = worlds_find(name, strlen(name));
    int rc;

    if (!w) {
        *why = text_printf("there is no sandbox %s", name);
        return -1;
    }
    rc = worlds_put(name, world_scenario(w), why);
    world_unref(w);
    return rc;
}
