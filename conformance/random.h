/* random: worlds made from a seed, to be judged by the computed truth. The same seed makes the same
 * world on every machine. Pure; any thread. */
#ifndef MF_RANDOM_H
#define MF_RANDOM_H

#include "case.h"

#include <stdint.h>

/* One case, id "random-SEED", the caller's. */
struct test_case *random_case(uint64_t seed);

#endif
