#include "mock/world.h"

#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "mock/state/clock.h"
#include "mock/state/faults.h"
#include "mock/state/journal.h"
#include "mock/state/rates.h"
#include "mock/state/scenario.h"
#include "mock/store/store.h"

#include <stdatomic.h>
#include <stdlib.h>

struct world {
    atomic_uint refs;
    char *name;
    struct scenario *scenario;
    struct store *store;
    struct clock *clock;
    struct journal *journal;
    struct faults *faults;
    struct rates *rates;
    _Atomic uint64_t random; // splitmix64 state: one atomic addition a value
};

struct world *world_bare(const char *name, const struct scenario *scenario)
{
    struct world *w = xcalloc(1, sizeof *w);
    int64_t stands_at;
    bool seeded;
    uint64_t seed = scenario_seed(scenario, &seeded);

    atomic_init(&w->refs, 1);
    w->name = xstrdup(name);
    w->scenario = scenario_ref(scenario);
    w->store = store_new();
    w->clock = clock_new();
    w->journal = journal_new();
    w->rates = rates_new();
    seed = seeded ? seed : rng_seed_from_system();
    atomic_init(&w->random, seed);
    w->faults = faults_new(scenario_faults(scenario), seed);
    if (scenario_clock(scenario, &stands_at))
        clock_stand_at(w->clock, stands_at);
    return w;
}

struct world *world_new(const char *name, const struct scenario *scenario, char **why)
{
    struct world *w = world_bare(name, scenario);

    if (scenario_fill(scenario, w, why) != 0) {
        world_unref(w);
        return NULL;
    }
    return w;
}

struct world *world_ref(struct world *w)
{
    atomic_fetch_add_explicit(&w->refs, 1, memory_order_relaxed);
    return w;
}

void world_unref(struct world *w)
{
    if (!w || atomic_fetch_sub_explicit(&w->refs, 1, memory_order_acq_rel) != 1)
        return;
    faults_free(w->faults);
    journal_free(w->journal);
    rates_free(w->rates);
    clock_free(w->clock);
    store_free(w->store);
    scenario_unref(w->scenario);
    free(w->name);
    free(w);
}

const char *world_name(const struct world *w)
{
    return w->name;
}

const struct scenario *world_scenario(const struct world *w)
{
    return w->scenario;
}

struct store *world_store(struct world *w)
{
    return w->store;
}

struct clock *world_clock(struct world *w)
{
    return w->clock;
}

struct journal *world_journal(struct world *w)
{
    return w->journal;
}

struct faults *world_faults(struct world *w)
{
    return w->faults;
}

struct rates *world_rates(struct world *w)
{
    return w->rates;
}

const struct behaviour *world_behaviour(const struct world *w)
{
    return scenario_behaviour(w->scenario);
}

const char *world_address_header(const struct world *w)
{
    return scenario_address_header(w->scenario);
}

enum mode world_mode(const struct world *w)
{
    return scenario_mode(w->scenario);
}

int64_t world_now(struct world *w)
{
    return clock_now(w->clock);
}

uint64_t world_random(struct world *w)
{
    struct rng one;

    rng_init(&one, atomic_fetch_add_explicit(&w->random, RNG_STEP, memory_order_relaxed));
    return rng_next(&one);
}

uint64_t world_random_state(struct world *w)
{
    return atomic_load_explicit(&w->random, memory_order_relaxed);
}

void world_random_restore(struct world *w, uint64_t state)
{
    atomic_store_explicit(&w->random, state, memory_order_relaxed);
}

void world_hex(struct world *w, char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t bits = 0;

    for (size_t i = 0; i < digits; i++) {
        if (i % 16 == 0)
            bits = world_random(w);
        out[i] = hex[bits & 15];
        bits >>= 4;
    }
    out[digits] = '\0';
}

static void write_uuid(char out[37], uint64_t high, uint64_t low)
{
    unsigned char bytes[16];
    char digits[33];
    size_t n = 0;

    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(high >> (56 - 8 * i));
        bytes[8 + i] = (unsigned char)(low >> (56 - 8 * i));
    }
    text_hex(bytes, sizeof bytes, digits);
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            out[n++] = '-';
        out[n++] = digits[i];
    }
    out[n] = '\0';
}

#define UUID_VARIANT (UINT64_C(2) << 62)

void world_uuid(struct world *w, char out[37])
{
    uint64_t high = world_random(w), low = world_random(w);

    write_uuid(out, (high & ~UINT64_C(0xf000)) | 0x4000, (low >> 2) | UUID_VARIANT);
}

void world_uuid7(struct world *w, int64_t now, char out[37])
{
    uint64_t milli = (uint64_t)(now / 1000), more = world_random(w), low = world_random(w);

    write_uuid(out, milli << 16 | 0x7000 | (more & 0xfff), (low >> 2) | UUID_VARIANT);
}
