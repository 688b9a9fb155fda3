/* rng: a seeded generator for ids, worlds and percentages; not for secrets that matter. The same seed
 * gives the same values on every machine. One thread at a time. */
#ifndef MF_RNG_H
#define MF_RNG_H

#include <stddef.h>
#include <stdint.h>

#define RNG_STEP UINT64_C(0x9e3779b97f4a7c15) // what rng_next adds to the state

struct rng {
    uint64_t state;
};

void rng_init(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t limit); // 0 <= x < limit; 0 if limit is 0
void rng_hex(struct rng *r, char *out, size_t digits); // `digits` lower-case hex digits and NUL
uint64_t rng_seed_from_system(void); // a seed nobody can guess

#endif
