/* clock: the time of one sandbox: real, shifted, or standing still. Any thread. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock;

struct clock *clock_new(void); // real time
void clock_free(struct clock *c);
int64_t clock_now(struct clock *c);
void clock_stand_at(struct clock *c, int64_t stamp); // stands still from now on
void clock_advance(struct clock *c, int64_t microseconds); // moves it, standing or running
void clock_run(struct clock *c);                     // real time again, shift forgotten
bool clock_stands(struct clock *c);
/* The whole of it: the time it stands at, else its shift against real time. */
void clock_read(struct clock *c, bool *stands, int64_t *value);
void clock_write(struct clock *c, bool stands, int64_t value);

#endif
