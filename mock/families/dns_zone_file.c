#include "mock/families/dns_zone_file.h"

#include "common/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MOST 512       // of one record
#define GENERATED_MOST 65536 // by one $GENERATE

struct reader {
    struct arena *a;
    const char *at, *end;
    unsigned line;
    const char *origin, *owner;
    int64_t ttl;
    bool (*take)(void *to, const struct zone_record *r);
    void *to;
    struct zone_fault *fault;
    // the logical line that was read last
    char *word[WORDS_MOST];
    size_t words;
    unsigned first_line;
    bool indented; // begins with a blank: the owner is the one before
    const char *comment;
};

static bool fault(struct reader *r, const char *what)
{
    *r->fault = (struct zone_fault){ .line = r->first_line, .what = what };
    return false;
}

static void read_comment(struct reader *r)
{
    const char *from = ++r->at, *to;

    while (r->at < r->end && *r->at != '\n')
        r->at++;
    to = r->at;
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    if (to > from)
        r->comment = arena_strndup(r->a, from, (size_t)(to - from));
}

/* A word with its quotes and escapes. */
static bool read_word(struct reader *r)
{
    const char *from = r->at;
    bool quoted = false;

    while (r->at < r->end) {
        char c = *r->at;

        if (!quoted && (isspace((unsigned char)c) || strchr("();", c)))
            break;
        if (c == '\n' || c == '\0')
            return fault(r, "a text has no closing quote");
        if (c == '"')
            quoted = !quoted;
        if (c == '\\' && r->at + 1 < r->end && r->at[1] != '\n')
            r->at++;
        r->at++;
    }
    if (quoted)
        return fault(r, "a text has no closing quote");
    if (r->words == WORDS_MOST)
        return fault(r, "too many words");
    r->word[r->words++] = arena_strndup(r->a, from, (size_t)(r->at - from));
    return true;
}

/* Reads one logical line: parentheses join lines. False: a fault. */
static bool read_line(struct reader *r)
{
    int open = 0;

    r->words = 0;
    r->comment = "";
    r->first_line = r->line;
    r->indented = r->at < r->end && (*r->at == ' ' || *r->at == '\t');
    while (r->at < r->end) {
        char c = *r->at;

        if (c == '\n') {
            r->at++;
            r->line++;
            if (!open)
                return true;
        } else if (c == '(' || c == ')') {
            open += c == '(' ? 1 : -1;
            r->at++;
            if (open < 0)
                return fault(r, "a parenthesis closes that was not opened");
        } else if (c == ';') {
            read_comment(r);
        } else if (isspace((unsigned char)c)) {
            r->at++;
        } else if (c == '\0') {
            return fault(r, "holds a NUL byte");
        } else if (!read_word(r)) {
            return false;
        }
    }
    return !open || fault(r, "a parenthesis is not closed");
}

static const char *absolute(struct reader *r, const char *name)
{
    size_t len = strlen(name);

    if (strcmp(name, "@") == 0)
        return r->origin;
    if (len && name[len - 1] == '.')
        return arena_strndup(r->a, name, len - 1);
    return *r->origin ? arena_printf(r->a, "%s.%s", name, r->origin) : name;
}

/* "3600", "1h30m"; -1: no such thing. */
static int64_t period(const char *text)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    int64_t all = 0;

    if (!isdigit((unsigned char)*text))
        return -1;
    while (*text) {
        int64_t n = 0, seconds = 1;

        if (!isdigit((unsigned char)*text))
            return -1;
        while (isdigit((unsigned char)*text) && n < INT32_MAX)
            n = n * 10 + (*text++ - '0');
        if (*text && !isdigit((unsigned char)*text)) {
            size_t u = 0;

            while (u < ARRAY_LEN(units) && units[u].unit != tolower((unsigned char)*text))
                u++;
            if (u == ARRAY_LEN(units))
                return -1;
            seconds = units[u].seconds;
            text++;
        }
        all += n * seconds;
        if (all > INT32_MAX)
            return -1;
    }
    return all;
}

static bool is_class(const char *word)
{
    return strcasecmp(word, "IN") == 0 || strcasecmp(word, "CH") == 0 ||
           strcasecmp(word, "HS") == 0;
}

/* Takes [ttl] and [class], in either order; returns the place of the type. */
static size_t read_ttl_and_class(struct reader *r, size_t i, int64_t *ttl)
{
    bool class_seen = false, ttl_seen = false;

    *ttl = r->ttl;
    while (i < r->words) {
        if (!class_seen && is_class(r->word[i])) {
            class_seen = true;
        } else if (!ttl_seen && period(r->word[i]) >= 0) {
            *ttl = period(r->word[i]);
            ttl_seen = true;
        } else {
            break;
        }
        i++;
    }
    return i;
}

static const char *joined(struct reader *r, size_t from)
{
    size_t len = 1;
    char *text, *at;

    for (size_t i = from; i < r->words; i++)
        len += strlen(r->word[i]) + 1;
    text = at = arena_alloc(r->a, len);
    for (size_t i = from; i < r->words; i++) {
        size_t word = strlen(r->word[i]);

        if (i > from)
            *at++ = ' ';
        memcpy(at, r->word[i], word);
        at += word;
    }
    return text;
}

static bool give(struct reader *r, const char *name, const char *type, const char *rdata,
                 int64_t ttl)
{
    struct zone_record record = { .name = name,
                                  .rdata = rdata,
                                  .origin = r->origin,
                                  .comment = r->comment,
                                  .ttl = ttl,
                                  .line = r->first_line };
    char *upper = arena_strdup(r->a, type);

    for (char *at = upper; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    record.type = upper;
    if (r->take(r->to, &record))
        return true;
    return fault(r, NULL);
}

static bool read_record(struct reader *r)
{
    size_t i = r->indented ? 0 : 1, type;
    int64_t ttl;

    if (!r->indented)
        r->owner = absolute(r, r->word[0]);
    if (!r->owner)
        return fault(r, "the first record has no name");
    type = read_ttl_and_class(r, i, &ttl);
    if (type >= r->words)
        return fault(r, "a record has no type");
    return give(r, r->owner, r->word[type], joined(r, type + 1), ttl);
}

struct range {
    int64_t from, to, step;
};

/* "1-10" or "1-10/2" */
static bool read_range(const char *text, struct range *out)
{
    char *end;

    *out = (struct range){ .step = 1 };
    out->from = strtol(text, &end, 10);
    if (end == text || *end != '-')
        return false;
    text = end + 1;
    out->to = strtol(text, &end, 10);
    if (end == text)
        return false;
    if (*end == '/') {
        text = end + 1;
        out->step = strtol(text, &end, 10);
    }
    return !*end && out->from >= 0 && out->to >= out->from && out->step > 0 &&
           out->to < INT32_MAX && out->step < INT32_MAX &&
           (out->to - out->from) / out->step < GENERATED_MOST;
}

/* One `$` or `${offset,width,base}` of a template. */
static const char *put_number(const char *at, int64_t n, char *out, size_t room)
{
    int64_t offset = 0;
    int width = 0;
    char base = 'd', *end;

    if (*at == '{') {
        offset = strtol(at + 1, &end, 10);
        if (*end == ',')
            width = (int)strtol(end + 1, &end, 10);
        if (*end == ',' && end[1] && end[2] == '}') {
            base = end[1];
            end += 2;
        }
        if (*end != '}' || !strchr("doxX", base) || width < 0 || width > 63 ||
            offset < -INT32_MAX || offset > INT32_MAX || n + offset < 0)
            return NULL;
        at = end + 1;
    }
    n += offset;
    if (base == 'o')
        snprintf(out, room, "%0*lo", width, (unsigned long)n);
    else if (base == 'x')
        snprintf(out, room, "%0*lx", width, (unsigned long)n);
    else if (base == 'X')
        snprintf(out, room, "%0*lX", width, (unsigned long)n);
    else
        snprintf(out, room, "%0*ld", width, (long)n);
    return at;
}

/* The template with the number in place of `$`; NULL: it is none. */
static const char *generated(struct reader *r, const char *template, int64_t n)
{
    size_t holes = 1, len = strlen(template);
    char *text, *out, number[80];

    for (const char *at = template; *at; at++)
        holes += *at == '$';
    text = out = arena_alloc(r->a, len + holes * sizeof number + 1);
    for (const char *at = template; *at;) {
        if (*at == '\\' && at[1]) {
            if (at[1] != '$')
                *out++ = *at;
            *out++ = at[1];
            at += 2;
        } else if (*at == '$' && at[1] == '$') {
            *out++ = '$';
            at += 2;
        } else if (*at == '$') {
            at = put_number(at + 1, n, number, sizeof number);
            if (!at)
                return NULL;
            memcpy(out, number, strlen(number));
            out += strlen(number);
        } else {
            *out++ = *at++;
        }
    }
    return text;
}

static bool generate(struct reader *r)
{
    struct range range;
    size_t type;
    int64_t ttl;
    const char *rhs;

    if (r->words < 5 || !read_range(r->word[1], &range))
        return fault(r, "$GENERATE is not \"range name type data\", or its range is too wide");
    type = read_ttl_and_class(r, 3, &ttl);
    if (type + 1 >= r->words)
        return fault(r, "$GENERATE has no type or no data");
    rhs = joined(r, type + 1);
    for (int64_t n = range.from; n <= range.to; n += range.step) {
        const char *name = generated(r, r->word[2], n), *rdata = generated(r, rhs, n);

        if (!name || !rdata)
            return fault(r, "$GENERATE has a malformed ${…}");
        if (!give(r, absolute(r, name), r->word[type], rdata, ttl))
            return false;
    }
    return true;
}

static bool read_directive(struct reader *r)
{
    const char *word = r->word[0];

    if (strcasecmp(word, "$ORIGIN") == 0 && r->words == 2) {
        r->origin = absolute(r, r->word[1]);
        return true;
    }
    if (strcasecmp(word, "$TTL") == 0 && r->words == 2 && period(r->word[1]) >= 0) {
        r->ttl = period(r->word[1]);
        return true;
    }
    if (strcasecmp(word, "$GENERATE") == 0)
        return generate(r);
    fault(r, "is no directive that is known");
    r->fault->include = strcasecmp(word, "$INCLUDE") == 0;
    return false;
}

bool zone_file_read(struct arena *a, const char *text, size_t len, const char *zone,
                    bool (*take)(void *to, const struct zone_record *r), void *to,
                    struct zone_fault *why)
{
    struct reader r = { .a = a,
                        .at = text,
                        .end = text + len,
                        .line = 1,
                        .origin = zone,
                        .ttl = -1,
                        .take = take,
                        .to = to,
                        .fault = why };

    while (r.at < r.end) {
        if (!read_line(&r))
            return false;
        if (r.words && !(*r.word[0] == '$' && !r.indented ? read_directive(&r) : read_record(&r)))
            return false;
    }
    return true;
}
