#include "mock/state/redact.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST_SECRET 37 // a legacy Global API Key; ids have 32 characters, UUIDs 36

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || strchr("_-+/=%.", c);
}

static bool has_prefix(const char *word)
{
    static const char *const prefixes[] = { "cfut_", "cfat_", "cfk_", "cfast_", "cfoat_", "v1.0-" };

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (strstr(word, prefixes[i]))
            return true;
    return false;
}

static bool is_stored(struct world *w, const char *value)
{
    unsigned char sha[32];
    char key[65];
    struct view *v;
    bool found;

    token_sha256(value, sha);
    text_hex(sha, sizeof sha, key);
    v = view_begin(world_store(w));
    found = view_by_key(v, KIND_TOKEN, key) != NULL;
    view_each (v, d, KIND_USER, NULL)
        if (user_of(d)->global_key && strcmp(user_of(d)->global_key, value) == 0)
            found = true;
    view_end(v);
    return found;
}

/* Could these bytes be a token or key at all? Spares nearly every word a look-up. */
static bool has_letters_only(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    return len >= SHORTEST_SECRET;
}

static bool is_secret(struct world *w, const char *word, size_t len)
{
    char *plain = xstrndup(word, len);
    unsigned char *bytes;
    bool secret;

    len = text_unpercent(plain, len);
    secret = has_prefix(plain) || (has_letters_only(plain, len) && is_stored(w, plain));
    if (!secret && (bytes = text_unbase64_dup(plain, strlen(plain), &len)) != NULL) {
        secret = has_prefix((char *)bytes) ||
                 (has_letters_only((char *)bytes, len) && is_stored(w, (char *)bytes));
        free(bytes);
    }
    free(plain);
    return secret;
}

/* A path's segments are words of their own; base64 keeps its slashes elsewhere. */
static size_t word_len(const char *at)
{
    size_t n = 0;

    while (at[n] && is_word(at[n]))
        n++;
    return n;
}

static void release(void *buf)
{
    buf_release(buf);
}

static const char *keep(struct arena *a, struct world *w, const char *text, const char *cut)
{
    struct buf *out = NULL;
    const char *from = text;

    for (const char *at = text; *at;) {
        size_t len = cut ? strcspn(at, cut) : word_len(at);

        if (len >= SHORTEST_SECRET && is_secret(w, at, len)) {
            if (!out) {
                out = arena_alloc(a, sizeof *out);
                arena_on_free(a, release, out);
            }
            buf_add(out, from, (size_t)(at - from));
            buf_printf(out, "<redacted …%.4s>", at + len - 4);
            from = at + len;
        }
        at += len;
        at += *at != '\0';
    }
    if (!out)
        return text;
    buf_text(out, from);
    return out->at;
}

/* One pass that tells nearly every text clean: a secret is a long run of its letters, or, as base64 or
 * percent-encoded, a long run that has capitals or `%` in it. */
static bool is_clean(const char *text)
{
    enum { LETTER = 1, IN_RUN = 2, MARKS = 4 };
    static const unsigned char kinds[256] = {
        ['a' ... 'z'] = LETTER | IN_RUN, ['0' ... '9'] = LETTER | IN_RUN, ['_'] = LETTER | IN_RUN,
        ['-'] = LETTER | IN_RUN,         ['A' ... 'Z'] = LETTER | IN_RUN | MARKS,
        ['%'] = IN_RUN | MARKS,          ['/'] = IN_RUN, ['+'] = IN_RUN, ['='] = IN_RUN, ['.'] = IN_RUN,
    };
    const char *letters = text, *run = text, *mark = NULL; // where each began; the last mark

    for (; *text; text++) {
        unsigned char kind = kinds[(unsigned char)*text];

        if (!(kind & LETTER))
            letters = text + 1;
        if (!(kind & IN_RUN))
            run = text + 1;
        else if (kind & MARKS)
            mark = text;
        if (text - letters + 1 >= SHORTEST_SECRET || (text - run + 1 >= SHORTEST_SECRET && mark && mark >= run))
            return false;
    }
    return true;
}

const char *redact_text(struct arena *a, struct world *w, const char *text)
{
    if (is_clean(text))
        return text;
    return keep(a, w, keep(a, w, text, "/?&=, ;\"'"), NULL);
}

bool redact_is_credential_header(const char *name)
{
    static const char *const names[] = { "Authorization", "Proxy-Authorization", "X-Auth-Key",
                                         "X-Auth-User-Service-Key", "Cookie",
                                         "CF-Access-Client-Secret", "CF-Access-Token" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (text_same_nocase(name, names[i]))
            return true;
    return false;
}

const char *redact_header(struct arena *a, struct world *w, const char *name, const char *value)
{
    size_t scheme = strcspn(value, " "), len = strlen(value);
    char *kept;

    if (!redact_is_credential_header(name))
        return redact_text(a, w, value);
    if (!value[scheme])
        scheme = 0;
    kept = arena_alloc(a, scheme + sizeof " <redacted …last>");
    memcpy(kept, value, scheme);
    strcpy(kept + scheme, scheme ? " <redacted …" : "<redacted …");
    strcat(kept + scheme, len - scheme > 12 ? value + len - 4 : "");
    strcat(kept + scheme, ">");
    return kept;
}
