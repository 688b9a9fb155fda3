/* buf: bytes that grow. Always NUL-terminated behind `len`, so text can be read as a string.
 * One thread at a time. */
#ifndef MF_BUF_H
#define MF_BUF_H

#include <stddef.h>
#include <string.h>

struct buf {
    char *at;
    size_t len, room;
};

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_reserve(struct buf *b, size_t more); // room for `more` bytes beyond len
void buf_add_slowly(struct buf *b, const void *bytes, size_t len); // grows first
/* Inline, because every answer is made of a hundred small additions. */
static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (b->room - b->len <= len) {
        buf_add_slowly(b, bytes, len);
        return;
    }
    memcpy(b->at + b->len, bytes, len);
    b->len += len;
    b->at[b->len] = '\0';
}
static inline void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}
static inline void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *format, ...);
void buf_whole(struct buf *b, long long n); // decimal digits, without the cost of printf
/* A JSON string with its quotes; `/` stays, as the real API has it. Invalid UTF-8 becomes U+FFFD. */
void buf_json_text(struct buf *b, const char *text);
char *buf_take(struct buf *b); // the bytes, the caller's to free; the buf is empty again

#endif
