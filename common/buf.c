#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b)
{
    b->at = NULL;
    b->len = b->room = 0;
}

void buf_release(struct buf *b)
{
    free(b->at);
    buf_init(b);
}

void buf_reserve(struct buf *b, size_t more)
{
    size_t room = b->room ? b->room : 256;

    if (b->at && b->room - b->len > more)
        return;
    while (room - b->len <= more)
        room *= 2;
    b->at = xrealloc(b->at, room);
    b->room = room;
    b->at[b->len] = '\0';
}

void buf_add_slowly(struct buf *b, const void *bytes, size_t len)
{
    buf_reserve(b, len);
    if (len)
        memcpy(b->at + b->len, bytes, len);
    b->len += len;
    b->at[b->len] = '\0';
}

/* Formats into the room that is there, and once more only if that was too little. */
void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    int len;

    for (size_t more = 128;; more = (size_t)len + 1) {
        buf_reserve(b, more);
        va_start(args, format);
        len = vsnprintf(b->at + b->len, b->room - b->len, format, args);
        va_end(args);
        if (len < 0)
            return;
        if ((size_t)len < b->room - b->len)
            break;
    }
    b->len += (size_t)len;
}

void buf_whole(struct buf *b, long long n)
{
    unsigned long long rest = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;
    char digits[24], *at = digits + sizeof digits;

    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (n < 0)
        *--at = '-';
    buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

/* Length of the valid UTF-8 sequence at s, 0 if there is none. */
static size_t utf8_len(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static void add_escaped(struct buf *b, unsigned char c)
{
    static const char names[] = "btn\0fr"; // from 8 on; 11 (vertical tab) has no short form

    if (c == '"' || c == '\\')
        buf_printf(b, "\\%c", c);
    else if (c >= 8 && c <= 13 && c != 11)
        buf_printf(b, "\\%c", names[c - 8]);
    else
        buf_printf(b, "\\u%04x", c);
}

void buf_json_text(struct buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    buf_char(b, '"');
    while (*s) {
        const unsigned char *plain = s;
        size_t n = 1;

        while (*s >= 0x20 && *s < 0x80 && *s != '"' && *s != '\\')
            s++;
        buf_add(b, plain, (size_t)(s - plain));
        if (!*s)
            break;
        if (*s < 0x80)
            add_escaped(b, *s);
        else if ((n = utf8_len(s)) > 0)
            buf_add(b, s, n);
        else
            buf_text(b, "\xef\xbf\xbd");
        s += n ? n : 1;
    }
    buf_char(b, '"');
}

char *buf_take(struct buf *b)
{
    char *bytes;

    buf_reserve(b, 1);
    bytes = b->at;
    buf_init(b);
    return bytes;
}
