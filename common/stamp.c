#include "stamp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t stamp_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * STAMP_SECOND + t.tv_nsec / 1000;
}

int64_t stamp_monotonic(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * STAMP_SECOND + t.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a civil date, and back (Howard Hinnant's algorithms): no locale, no zone
 * files, no lock as timegm and gmtime_r take. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400);
    unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

    return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

static void civil_from_days(int64_t z, int64_t *y, unsigned *m, unsigned *d)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int64_t)yoe + era * 400 + (*m <= 2);
}

void stamp_text(int64_t stamp, int digits, char out[STAMP_ROOM])
{
    int64_t seconds = stamp / STAMP_SECOND, micro = stamp % STAMP_SECOND, y;
    unsigned m, d, second_of_day;
    int n;

    if (micro < 0) {
        micro += STAMP_SECOND;
        seconds--;
    }
    second_of_day = (unsigned)(((seconds % 86400) + 86400) % 86400);
    civil_from_days((seconds - second_of_day) / 86400, &y, &m, &d);
    n = snprintf(out, STAMP_ROOM, "%04d-%02u-%02uT%02u:%02u:%02u", (int)y, m, d,
                 second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    if (digits > 0) {
        char fraction[8];

        snprintf(fraction, sizeof fraction, "%06u", (unsigned)micro);
        n += snprintf(out + n, STAMP_ROOM - (size_t)n, ".%.*s", digits > 6 ? 6 : digits, fraction);
    }
    snprintf(out + n, STAMP_ROOM - (size_t)n, "Z");
}

static bool read_digits(const char **at, int count, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        *out = *out * 10 + (unsigned)(**at - '0');
    }
    return true;
}

static bool read_char(const char **at, const char *allowed)
{
    return **at && strchr(allowed, **at) && (*at)++;
}

static bool read_offset(const char **at, int64_t *seconds)
{
    unsigned h, m;
    char sign = **at;

    *seconds = 0;
    if (read_char(at, "Zz"))
        return true;
    if (!read_char(at, "+-") || !read_digits(at, 2, &h) || !read_char(at, ":") ||
        !read_digits(at, 2, &m) || h > 23 || m > 59)
        return false;
    *seconds = ((int64_t)h * 3600 + m * 60) * (sign == '-' ? -1 : 1);
    return true;
}

static bool parse_absolute(const char *at, int64_t *out)
{
    static const unsigned char lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    unsigned y, m, d, hh, mm, ss;
    int64_t offset, micro = 0, unit = STAMP_SECOND / 10;

    if (!read_digits(&at, 4, &y) || !read_char(&at, "-") || !read_digits(&at, 2, &m) ||
        !read_char(&at, "-") || !read_digits(&at, 2, &d) || !read_char(&at, "Tt ") ||
        !read_digits(&at, 2, &hh) || !read_char(&at, ":") || !read_digits(&at, 2, &mm) ||
        !read_char(&at, ":") || !read_digits(&at, 2, &ss))
        return false;
    if (m < 1 || m > 12 || d < 1 || d > lengths[m - 1] || hh > 23 || mm > 59 || ss > 60)
        return false;
    if (m == 2 && d == 29 && (y % 4 || (y % 100 == 0 && y % 400)))
        return false;
    if (read_char(&at, "."))
        for (; isdigit((unsigned char)*at); at++, unit /= 10)
            micro += (*at - '0') * unit;
    if (!read_offset(&at, &offset) || *at)
        return false;
    *out = (days_from_civil(y, m, d) * 86400 + hh * 3600 + mm * 60 + ss - offset) * STAMP_SECOND +
           micro;
    return true;
}

static bool parse_relative(const char *at, int64_t now, int64_t *out)
{
    static const char units[] = "smhdw";
    static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
    const char *unit;
    int64_t sign, n = 0;

    *out = now;
    if (!*at)
        return true;
    sign = *at == '-' ? -1 : 1;
    if (!read_char(&at, "+-") || !isdigit((unsigned char)*at))
        return false;
    for (; isdigit((unsigned char)*at) && n < 1000000000; at++)
        n = n * 10 + (*at - '0');
    if (!*at || at[1] || !(unit = strchr(units, *at)))
        return false;
    *out = now + sign * n * seconds[unit - units] * STAMP_SECOND;
    return true;
}

bool stamp_parse(const char *text, int64_t now, int64_t *out)
{
    if (strncmp(text, "now", 3) == 0)
        return parse_relative(text + 3, now, out);
    return parse_absolute(text, out);
}
