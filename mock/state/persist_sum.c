/* Sums over the rows of the state file: a flipped bit is found when the row is read. */
#include "mock/state/persist_parts.h"

#include <string.h>

#define PRIME UINT64_C(0x9e3779b97f4a7c15)

uint64_t sum_begin(void)
{
    return UINT64_C(0xcbf29ce484222325);
}

uint64_t sum_number(uint64_t sum, uint64_t number)
{
    sum = (sum ^ number) * PRIME; // a bijection for each of the two, so no single flip goes unseen
    return sum ^ sum >> 29;
}

uint64_t sum_add(uint64_t sum, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t word;

    sum = sum_number(sum, len);
    for (size_t left = len; left; left -= left < 8 ? left : 8, at += 8) {
        word = 0;
        memcpy(&word, at, left < 8 ? left : 8);
        sum = sum_number(sum, word);
    }
    return sum;
}
