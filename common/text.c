#include "text.h"

#include "mem.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *text_vprintf(const char *format, va_list args)
{
    va_list again;
    int len;
    char *out;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    out = xmalloc((size_t)(len < 0 ? 0 : len) + 1);
    out[0] = '\0';
    if (len >= 0)
        vsnprintf(out, (size_t)len + 1, format, args);
    return out;
}

char *text_printf(const char *format, ...)
{
    va_list args;
    char *out;

    va_start(args, format);
    out = text_vprintf(format, args);
    va_end(args);
    return out;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

size_t text_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t *rows = xcalloc(3 * (m + 1), sizeof *rows);
    size_t *before = rows, *last = rows + m + 1, *now = rows + 2 * (m + 1);
    size_t answer;

    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *swap = before;

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t cost = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);

            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        before = last;
        last = now;
        now = swap;
    }
    answer = last[m];
    free(rows);
    return answer;
}

const char *text_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 2 + 1;

    for (; *names; names++) {
        size_t d = text_distance(word, *names);

        if (d <= best_distance && (!best || d < best_distance)) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && strcmp(text + n - m, suffix) == 0;
}

bool text_same_nocase(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* Backtracks only to the last star of each kind, so a hostile pattern costs at most n * m. */
bool text_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *star_text = NULL, *deep = NULL, *deep_text = NULL;

    for (;;) {
        if (pattern[0] == '*' && pattern[1] == '*') {
            deep = pattern += 2;
            deep_text = text;
            star = NULL;
        } else if (*pattern == '*') {
            star = ++pattern;
            star_text = text;
        } else if (*text && (*pattern == *text || (*pattern == '?' && *text != '/'))) {
            pattern++;
            text++;
        } else if (!*text && !*pattern) {
            return true;
        } else if (star && *star_text && *star_text != '/') {
            text = ++star_text;
            pattern = star;
        } else if (deep && *deep_text) {
            text = ++deep_text;
            pattern = deep;
            star = NULL;
        } else {
            return false;
        }
    }
}

bool text_is_hex32(const char *text)
{
    size_t n = 0;

    for (; isxdigit((unsigned char)text[n]); n++)
        ;
    return n == 32 && !text[n];
}

bool text_is_uuid(const char *text)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return !text[36];
}

void text_lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

void text_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

char *text_base64_dup(const void *bytes, size_t len)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    char *out = xmalloc((len + 2) / 3 * 4 + 1), *at = out;

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t three = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                         (left > 2 ? in[i + 2] : 0);

        *at++ = set[three >> 18];
        *at++ = set[three >> 12 & 63];
        *at++ = left > 1 ? set[three >> 6 & 63] : '=';
        *at++ = left > 2 ? set[three & 63] : '=';
    }
    *at = '\0';
    return out;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return -1;
}

unsigned char *text_unbase64_dup(const char *text, size_t len, size_t *out_len)
{
    unsigned char *out = xmalloc(len / 4 * 3 + 4);
    uint32_t bits = 0;
    size_t n = 0, have = 0;

    while (len && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int v = base64_value(text[i]);

        if (v < 0 || (i + 1 == len && have == 0)) {
            free(out);
            return NULL;
        }
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    out[n] = '\0';
    *out_len = n;
    return out;
}

char *text_percent_dup(const char *text)
{
    char *out = xmalloc(strlen(text) * 3 + 1), *at = out;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr("-._~", c))
            *at++ = (char)c;
        else
            at += sprintf(at, "%%%02X", c);
    }
    *at = '\0';
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t text_unpercent(char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            text[n++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            text[n++] = text[i];
        }
    }
    text[n] = '\0';
    return n;
}
