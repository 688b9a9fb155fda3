/* buf: bytes that grow. Always NUL-terminated behind `len`, so text can be read as a string.
 * One thread at a time. */
#ifndef MF_BUF_H
#define MF_BUF_H

#include <stddef.h>

struct buf {
    char *at;
    size_t len, room;
};

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_reserve(struct buf *b, size_t more); // room for `more` bytes beyond len
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *format, ...);
/* A JSON string with its quotes; `/` stays, as the real API has it. Invalid UTF-8 becomes U+FFFD. */
void buf_json_text(struct buf *b, const char *text);
char *buf_take(struct buf *b); // the bytes, the caller's to free; the buf is empty again

#endif
