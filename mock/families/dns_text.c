/* Character strings of TXT records: what they say, how long they are, how a zone file writes them.
 */
#include "mock/families/dns_data.h"

#include "common/buf.h"

#include <ctype.h>
#include <string.h>

#define STRING_MOST 255

struct walk {
    const char *at;
    bool quoted, inside;
    size_t strings; // begun so far, where quoted
};

static struct walk walk_begin(const char *content)
{
    size_t len = strlen(content);

    return (struct walk){ content, len >= 2 && content[0] == '"' && content[len - 1] == '"', false,
                          0 };
}

/* A backslash stands before a character, or before three digits that name a byte. */
static int escaped(struct walk *w)
{
    const char *at = w->at;

    if (isdigit((unsigned char)at[0]) && isdigit((unsigned char)at[1]) &&
        isdigit((unsigned char)at[2])) {
        w->at += 3;
        return ((at[0] - '0') * 100 + (at[1] - '0') * 10 + at[2] - '0') & 0xff;
    }
    if (*at)
        w->at++;
    return (unsigned char)*at;
}

/* The next byte that is said; -1 at the end. */
static int walk_next(struct walk *w)
{
    while (*w->at) {
        char c = *w->at++;

        if (!w->quoted)
            return (unsigned char)c;
        if (c == '"') {
            w->inside = !w->inside;
            w->strings += w->inside;
        } else if (w->inside || !isspace((unsigned char)c)) {
            return c == '\\' && *w->at ? escaped(w) : (unsigned char)c;
        }
    }
    return -1;
}

int dns_text_compare(const char *a, const char *b)
{
    struct walk one = walk_begin(a), two = walk_begin(b);
    int x, y;

    do {
        x = walk_next(&one);
        y = walk_next(&two);
    } while (x == y && x >= 0);
    return (x > y) - (x < y);
}

size_t dns_text_wire(const char *content)
{
    struct walk w = walk_begin(content);
    size_t bytes = 0, pieces;

    while (walk_next(&w) >= 0)
        bytes++;
    pieces = (bytes + STRING_MOST - 1) / STRING_MOST;
    return bytes + (w.strings > pieces ? w.strings : pieces ? pieces : 1);
}

static void put_byte(struct buf *b, int byte)
{
    if (byte == '"' || byte == '\\')
        buf_printf(b, "\\%c", byte);
    else if (byte < ' ' || byte == 0x7f)
        buf_printf(b, "\\%03d", byte);
    else
        buf_char(b, (char)byte);
}

const char *dns_text_quoted(struct arena *a, const char *content)
{
    struct walk w = walk_begin(content);
    size_t in_string = 0, strings = 0;
    char *text;
    struct buf b;

    buf_init(&b);
    buf_char(&b, '"');
    for (int byte; (byte = walk_next(&w)) >= 0; in_string++) {
        if (in_string == STRING_MOST || (w.quoted && strings && w.strings != strings)) {
            buf_text(&b, "\" \"");
            in_string = 0;
        }
        strings = w.strings;
        put_byte(&b, byte);
    }
    buf_char(&b, '"');
    text = arena_strndup(a, b.at, b.len);
    buf_release(&b);
    return text;
}
