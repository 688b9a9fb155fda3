#include "mock/state/clock.h"

#include "common/mem.h"
#include "common/stamp.h"

#include <stdatomic.h>
#include <stdlib.h>

struct clock {
    atomic_bool stands;
    _Atomic int64_t value; // the time it stands at, or the shift against real time
};

struct clock *clock_new(void)
{
    return xcalloc(1, sizeof(struct clock));
}

void clock_free(struct clock *c)
{
    free(c);
}

int64_t clock_now(struct clock *c)
{
    int64_t value = atomic_load(&c->value);

    return atomic_load(&c->stands) ? value : stamp_now() + value;
}

void clock_stand_at(struct clock *c, int64_t stamp)
{
    atomic_store(&c->value, stamp);
    atomic_store(&c->stands, true);
}

void clock_advance(struct clock *c, int64_t microseconds)
{
    atomic_fetch_add(&c->value, microseconds);
}

void clock_run(struct clock *c)
{
    atomic_store(&c->stands, false);
    atomic_store(&c->value, 0);
}

bool clock_stands(struct clock *c)
{
    return atomic_load(&c->stands);
}

void clock_read(struct clock *c, bool *stands, int64_t *value)
{
    *stands = atomic_load(&c->stands);
    *value = atomic_load(&c->value);
}

void clock_write(struct clock *c, bool stands, int64_t value)
{
    atomic_store(&c->value, value);
    atomic_store(&c->stands, stands);
}
