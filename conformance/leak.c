#include "leak.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_LEAST 20 // shorter texts (placeholders, typing mistakes) are no secret
#define PREFIX 12

static bool token_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static const char *longest_run(const char *text, size_t *len)
{
    const char *best = text;

    *len = 0;
    while (*text) {
        size_t n = 0;

        while (text[n] && token_char(text[n]))
            n++;
        if (n > *len) {
            best = text;
            *len = n;
        }
        text += n ? n : 1;
    }
    return best;
}

static void add_take(struct leak *l, char *form)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->forms[i], form) == 0) {
            free(form);
            return;
        }
    l->forms = xrealloc(l->forms, (l->count + 1) * sizeof *l->forms);
    l->forms[l->count++] = form;
}

/* The characters of a base64 text that the secret alone decides, when `before` bytes stand before
 * it: whatever else is in the same text, these show. */
static void add_base64(struct leak *l, const char *secret, size_t len, size_t before)
{
    char *padded = xcalloc(1, before + len + 1), *all;
    size_t from = before ? before + 1 : 0, to = (before + len) / 3 * 4;

    memcpy(padded + before, secret, len);
    all = text_base64_dup(padded, before + len);
    add_take(l, xstrndup(all + from, to - from));
    for (char *at = all; *at; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    add_take(l, xstrndup(all + from, to - from));
    free(all);
    free(padded);
}

void leak_init(struct leak *l, const char *given)
{
    size_t len;
    const char *run = longest_run(given, &len);
    char *secret;

    *l = (struct leak){ 0 };
    if (len < SECRET_LEAST)
        return;
    secret = xstrndup(run, len);
    add_take(l, xstrndup(secret, PREFIX)); // the token and its percent form hold it
    for (size_t before = 0; before < 3; before++)
        add_base64(l, secret, len, before);
    free(secret);
}

void leak_release(struct leak *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->forms[i]);
    free(l->forms);
    *l = (struct leak){ 0 };
}

bool leak_in(const struct leak *l, const void *bytes, size_t len)
{
    for (size_t i = 0; i < l->count; i++)
        if (memmem(bytes, len, l->forms[i], strlen(l->forms[i])))
            return true;
    return false;
}

char *leak_hide_dup(const struct leak *l, const char *text)
{
    struct buf out;

    buf_init(&out);
    while (*text) {
        size_t skip = 0;

        for (size_t i = 0; i < l->count; i++)
            if (text_starts(text, l->forms[i]) && strlen(l->forms[i]) > skip)
                skip = strlen(l->forms[i]);
        if (skip) {
            while (text[skip] && token_char(text[skip]))
                skip++; // the rest of the token behind its first characters
            buf_text(&out, "[secret]");
            text += skip;
        } else {
            buf_char(&out, *text++);
        }
    }
    return buf_take(&out);
}
