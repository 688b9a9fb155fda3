#include "linker/redact.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define SHORTEST 8 // shorter texts are no secret and would blank innocent words
#define HEAD 12    // as much of a token as identifies it

static const char mask[] = "[token]";

static void form_take(struct redact *r, char *form)
{
    size_t at = r->count;

    if (strlen(form) < SHORTEST) {
        free(form);
        return;
    }
    while (at > 0 && strlen(r->forms[at - 1]) < strlen(form)) {
        r->forms[at] = r->forms[at - 1];
        at--;
    }
    r->forms[at] = form;
    r->count++;
}

static char *base64_unpadded_dup(const char *text)
{
    char *coded = text_base64_dup(text, strlen(text));

    coded[strcspn(coded, "=")] = '\0';
    // the last character depends on what follows the text
    if (strlen(text) % 3 && *coded)
        coded[strlen(coded) - 1] = '\0';
    return coded;
}

void redact_init(struct redact *r, const char *secret)
{
    memset(r, 0, sizeof *r);
    form_take(r, xstrdup(secret));
    form_take(r, base64_unpadded_dup(secret));
    form_take(r, text_percent_dup(secret));
    if (strlen(secret) > HEAD)
        form_take(r, xstrndup(secret, HEAD));
}

void redact_release(struct redact *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->forms[i]);
    memset(r, 0, sizeof *r);
}

static size_t form_at(const struct redact *r, const char *at)
{
    for (size_t i = 0; i < r->count; i++)
        if (text_starts(at, r->forms[i]))
            return strlen(r->forms[i]);
    return 0;
}

char *redact_dup(const struct redact *r, const char *text)
{
    struct buf out;

    buf_init(&out);
    buf_reserve(&out, strlen(text));
    while (*text) {
        size_t len = form_at(r, text);

        if (len) {
            buf_text(&out, mask);
            text += len;
        } else {
            buf_char(&out, *text++);
        }
    }
    return buf_take(&out);
}
