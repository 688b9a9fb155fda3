/* stamp: points in time as microseconds since 1970, and the RFC 3339 texts of the API. Any thread. */
#ifndef MF_STAMP_H
#define MF_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAMP_SECOND INT64_C(1000000)
#define STAMP_ROOM 40 // enough for any text that stamp_text writes

int64_t stamp_now(void); // the machine's clock; only state/clock.c and the programs' own timing call it
int64_t stamp_monotonic(void); // for durations
/* "2026-03-01T09:00:00Z" with `digits` fraction digits (0 to 6). */
void stamp_text(int64_t stamp, int digits, char out[STAMP_ROOM]);
/* Reads RFC 3339 with Z or an offset, or "now", "now-1h", "now+30d" (s, m, h, d, w) against `now`. */
bool stamp_parse(const char *text, int64_t now, int64_t *out);

#endif
