#include "mock/body/json_scan.h"

#include "common/arena.h"
#include "common/mem.h"
#include "mock/body/json_body.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MOST 250000 // 80 bytes each in a tree
#define NUMBER_MOST 63     // cJSON reads no longer one

struct scan {
    struct json_scan *out;
    struct arena *arena;
    const char *start, *at, *end;
    size_t depth, values, numbers, exact_room;
    char open[JSON_BODY_DEPTH_MOST]; // '{' or '['
};

static bool wrong(struct scan *s, const char *what)
{
    s->out->wrong = what;
    s->out->wrong_at = (size_t)(s->at - s->start);
    return false;
}

static void blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* Steps over one UTF-8 sequence beyond ASCII (RFC 3629). */
static bool step_utf8(struct scan *s)
{
    const unsigned char *c = (const unsigned char *)s->at;
    size_t n = *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;

    if (n == 0 || (size_t)(s->end - s->at) < n)
        return wrong(s, "a string is not UTF-8");
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return wrong(s, "a string is not UTF-8");
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return wrong(s, "a string is not UTF-8");
    s->at += n;
    return true;
}

static bool step_escape(struct scan *s)
{
    static const char plain[] = "\"\\/bfnrt";

    s->at++;
    if (s->at < s->end && *s->at != '\0' && strchr(plain, *s->at)) {
        s->at++;
        return true;
    }
    if (s->at == s->end || *s->at != 'u' || s->end - s->at < 5)
        return wrong(s, "an escape in a string is none of JSON's");
    for (size_t i = 1; i <= 4; i++)
        if (!strchr("0123456789abcdefABCDEF", s->at[i]) || !s->at[i])
            return wrong(s, "an escape in a string is none of JSON's");
    if (memcmp(s->at, "u0000", 5) == 0)
        return wrong(s, "a string holds a NUL character");
    s->at += 5;
    return true;
}

static bool string(struct scan *s)
{
    s->at++;
    while (s->at < s->end) {
        unsigned char c = (unsigned char)*s->at;

        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return wrong(s, "a string holds a control character");
        if (c == '\\' ? !step_escape(s) : c >= 0x80 && !step_utf8(s))
            return false;
        if (c != '\\' && c < 0x80)
            s->at++;
    }
    return wrong(s, "a string has no end");
}

static void remember_exact(struct scan *s, const char *from)
{
    struct json_scan *out = s->out;

    if (out->exact_count == s->exact_room) {
        struct json_number *grown;

        s->exact_room = s->exact_room ? s->exact_room * 2 : 8;
        grown = arena_alloc(s->arena, s->exact_room * sizeof *grown);
        if (out->exact_count)
            memcpy(grown, out->exact, out->exact_count * sizeof *grown);
        out->exact = grown;
    }
    out->exact[out->exact_count++] =
        (struct json_number){ s->numbers, from, (size_t)(s->at - from) };
}

/* What a number of the right form is worth: beyond a double's range it is refused, and an integer
 * beyond its digits is kept as text. */
static bool weigh(struct scan *s, const char *from, bool integer)
{
    size_t len = (size_t)(s->at - from);
    char copy[NUMBER_MOST + 1];
    double value;

    if (len > NUMBER_MOST)
        return wrong(s, "a number has too many digits");
    memcpy(copy, from, len);
    copy[len] = '\0';
    value = strtod(copy, NULL);
    if (isinf(value))
        return wrong(s, "a number is too large");
    if (integer && fabs(value) >= 9007199254740992.0)
        remember_exact(s, from);
    s->numbers++;
    return true;
}

static bool digits(struct scan *s)
{
    if (!is_digit(s))
        return wrong(s, "a number lacks a digit");
    while (is_digit(s))
        s->at++;
    return true;
}

static bool number(struct scan *s)
{
    const char *from = s->at;
    bool integer = true;

    s->at += *s->at == '-';
    if (s->at < s->end && *s->at == '0')
        s->at++;
    else if (!digits(s))
        return false;
    if (is_digit(s))
        return wrong(s, "a number begins with 0");
    if (s->at < s->end && *s->at == '.') {
        integer = false;
        s->at++;
        if (!digits(s))
            return false;
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        integer = false;
        s->at++;
        s->at += s->at < s->end && (*s->at == '+' || *s->at == '-');
        if (!digits(s))
            return false;
    }
    return weigh(s, from, integer);
}

static bool word(struct scan *s, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, text, len) != 0)
        return wrong(s, "something is no value");
    s->at += len;
    return true;
}

/* A member's name and its colon. */
static bool name(struct scan *s)
{
    blanks(s);
    if (s->at == s->end || *s->at != '"')
        return wrong(s, "a member's name is missing");
    if (!string(s))
        return false;
    blanks(s);
    if (s->at == s->end || *s->at != ':')
        return wrong(s, "a colon is missing");
    s->at++;
    return true;
}

enum next { NEXT_VALUE, NEXT_AFTER, NEXT_STOP };

static enum next open_one(struct scan *s)
{
    char which = *s->at;

    if (s->depth == JSON_BODY_DEPTH_MOST) {
        wrong(s, "it is nested too deeply");
        return NEXT_STOP;
    }
    s->open[s->depth++] = which;
    s->at++;
    blanks(s);
    if (s->at < s->end && *s->at == (which == '{' ? '}' : ']'))
        return NEXT_AFTER; // which closes it
    return which == '[' || name(s) ? NEXT_VALUE : NEXT_STOP;
}

static enum next value(struct scan *s)
{
    bool fine;

    blanks(s);
    if (s->at == s->end) {
        wrong(s, "it ends before it is complete");
        return NEXT_STOP;
    }
    if (++s->values > VALUES_MOST) {
        s->out->too_many = true;
        wrong(s, "it holds too many values");
        return NEXT_STOP;
    }
    switch (*s->at) {
    case '{':
    case '[':
        return open_one(s);
    case '"':
        fine = string(s);
        break;
    case 't':
        fine = word(s, "true");
        break;
    case 'f':
        fine = word(s, "false");
        break;
    case 'n':
        fine = word(s, "null");
        break;
    default:
        fine = *s->at == '-' || is_digit(s) ? number(s) : wrong(s, "something is no value");
    }
    return fine ? NEXT_AFTER : NEXT_STOP;
}

/* Behind a value: the end of the list or object, a comma, or the end of all. */
static enum next after(struct scan *s)
{
    char open;

    blanks(s);
    if (s->depth == 0) {
        if (s->at < s->end)
            wrong(s, "something stands behind the value");
        return NEXT_STOP;
    }
    open = s->open[s->depth - 1];
    if (s->at == s->end) {
        wrong(s, "it ends before it is complete");
        return NEXT_STOP;
    }
    if (*s->at == (open == '{' ? '}' : ']')) {
        s->at++;
        s->depth--;
        return NEXT_AFTER;
    }
    if (*s->at != ',') {
        wrong(s, "a comma is missing");
        return NEXT_STOP;
    }
    s->at++;
    return open == '[' || name(s) ? NEXT_VALUE : NEXT_STOP;
}

void json_scan_run(struct json_scan *out, struct arena *a, const char *text, size_t len)
{
    struct scan s;
    enum next next = NEXT_VALUE;

    *out = (struct json_scan){ 0 };
    s.out = out;
    s.arena = a;
    s.start = s.at = text;
    s.end = text + len;
    s.depth = s.values = s.numbers = s.exact_room = 0;
    while (next != NEXT_STOP)
        next = next == NEXT_VALUE ? value(&s) : after(&s);
}
