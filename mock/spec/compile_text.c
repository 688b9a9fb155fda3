/* Interned texts: one blob of NUL-terminated strings, each stored once. */
#include "common/mem.h"
#include "mock/spec/compile.h"

#include <string.h>

#define SLOTS (1u << 18) // far more than texts, so probing stays short

static struct buf blob;
static uint32_t slots[SLOTS];

static uint32_t hash(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

uint32_t text_add(const char *text)
{
    uint32_t at;

    if (!text || !*text)
        return 0;
    if (!blob.len) {
        buf_init(&blob);
        buf_char(&blob, '\0');
    }
    for (at = hash(text) % SLOTS; slots[at]; at = (at + 1) % SLOTS)
        if (!strcmp(blob.at + slots[at], text))
            return slots[at];
    slots[at] = (uint32_t)blob.len;
    buf_add(&blob, text, strlen(text) + 1);
    return slots[at];
}

const char *text_at(uint32_t offset)
{
    return blob.at + offset;
}

/* As C string literals, a text a line; octal escapes, for they end after three digits. */
void texts_emit(struct buf *out)
{
    buf_text(out, "const char spec_blob[] =\n    \"\\0\"\n");
    for (size_t at = 1; at < blob.len; at += strlen(blob.at + at) + 1) {
        buf_text(out, "    \"");
        for (const unsigned char *c = (const unsigned char *)blob.at + at; *c; c++)
            if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\' || *c == '?')
                buf_printf(out, "\\%03o", *c);
            else
                buf_char(out, (char)*c);
        buf_text(out, "\\0\"\n");
    }
    buf_text(out, "    ;\n");
}
