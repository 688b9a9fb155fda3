#include "rng.h"

#include <sys/random.h>
#include <time.h>

void rng_init(struct rng *r, uint64_t seed)
{
    r->state = seed;
}

/* splitmix64 (public domain, Sebastiano Vigna): short, and good enough for what it serves here. */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += RNG_STEP;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *r, uint64_t limit)
{
    return limit ? rng_next(r) % limit : 0;
}

void rng_hex(struct rng *r, char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t bits = 0;

    for (size_t i = 0; i < digits; i++) {
        if (i % 16 == 0)
            bits = rng_next(r);
        out[i] = hex[bits & 15];
        bits >>= 4;
    }
    out[digits] = '\0';
}

uint64_t rng_seed_from_system(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL);
    return seed;
}
