#include "api_case.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define EVIDENCE_TAGS "REC, LIVE, DOC, SRC, REP, INF, MOCK"

/* The file as lines; `at` is the next one to be read. */
struct reader {
    struct arena *arena;
    const char *path;
    const char **lines;
    size_t count, at;
    struct api_case *made;
    char *why;
};

__attribute__((format(printf, 3, 4))) static int wrong(struct reader *r, size_t line,
                                                       const char *format, ...)
{
    va_list args;
    char *what;

    va_start(args, format);
    what = text_vprintf(format, args);
    va_end(args);
    free(r->why);
    r->why = text_printf("%s:%zu: %s", r->path, line + 1, what);
    free(what);
    return -1;
}

static void cut_lines(struct reader *r, const char *text, size_t len)
{
    char *copy = arena_strndup(r->arena, text, len);
    size_t most = 1;

    for (size_t i = 0; i < len; i++)
        most += copy[i] == '\n';
    r->lines = arena_alloc(r->arena, most * sizeof *r->lines);
    for (char *line = copy; line;) {
        char *end = strchr(line, '\n');
        size_t n = end ? (size_t)(end - line) : strlen(line);

        if (n && line[n - 1] == '\r')
            line[n - 1] = '\0';
        if (end)
            *end = '\0';
        r->lines[r->count++] = line;
        line = end ? end + 1 : NULL;
    }
}

static bool is_idle(const char *line)
{
    return line[strspn(line, " \t")] == '\0' || line[0] == '#';
}

/* Moves over blank and comment lines; the line that follows, or NULL at the end. */
static const char *peek(struct reader *r)
{
    while (r->at < r->count && is_idle(r->lines[r->at]))
        r->at++;
    return r->at < r->count ? r->lines[r->at] : NULL;
}

static const char *after_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

static char *trimmed(struct arena *a, const char *text, size_t len)
{
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return arena_strndup(a, text, len);
}

/* The next word of a line, or NULL at its end. */
static const char *word(struct arena *a, const char **rest)
{
    const char *from = after_blanks(*rest);
    size_t n = strcspn(from, " \t");

    *rest = from + n;
    return n ? arena_strndup(a, from, n) : NULL;
}

static bool is_evidence(const char *text)
{
    static const char *const tags[] = { "REC", "LIVE", "DOC", "SRC", "REP", "INF", "MOCK" };
    size_t n = strcspn(text, " \t,/;:");

    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        if (strlen(tags[i]) == n && memcmp(tags[i], text, n) == 0)
            return true;
    return false;
}

/* "# path: claim   evidence: TAG…" */
static int read_title(struct reader *r)
{
    const char *line = r->count ? r->lines[0] : "", *colon = strstr(line, ": ");
    const char *evidence = strstr(line, "evidence:"), *name;
    struct api_case *c = r->made;

    if (line[0] != '#' || !colon || !evidence || evidence < colon + 2)
        return wrong(r, 0, "the first line must be \"# path: claim   evidence: TAG…\"");
    name = trimmed(r->arena, after_blanks(line + 1), (size_t)(colon - after_blanks(line + 1)));
    c->claim = trimmed(r->arena, colon + 2, (size_t)(evidence - colon - 2));
    c->evidence = trimmed(r->arena, after_blanks(evidence + 9), strlen(after_blanks(evidence + 9)));
    if (!text_ends(r->path, name) && !text_ends(name, r->path))
        return wrong(r, 0, "the first line names %s, the file is another one", name);
    if (!*c->claim)
        return wrong(r, 0, "no claim stands between the path and \"evidence:\"");
    if (!is_evidence(c->evidence))
        return wrong(r, 0, "evidence must begin with one of %s", EVIDENCE_TAGS);
    r->at = 1;
    return 0;
}

/* Joins lines [from, to) with line feeds. */
static char *joined(struct reader *r, size_t from, size_t to)
{
    struct buf all;
    char *out;

    buf_init(&all);
    for (size_t i = from; i < to; i++)
        buf_printf(&all, "%s%s", i > from ? "\n" : "", r->lines[i]);
    out = arena_strndup(r->arena, all.at ? all.at : "", all.len);
    buf_release(&all);
    return out;
}

static void delete_tree(void *tree)
{
    cJSON_Delete(tree);
}

/* `scenario {` … a line that is `}` alone. */
static int read_world(struct reader *r)
{
    size_t from = r->at, to = from + 1;
    char *text, *why = NULL;

    while (to < r->count && strcmp(r->lines[to], "}") != 0)
        to++;
    if (to == r->count)
        return wrong(r, from, "the scenario is not closed by a line \"}\"");
    text = joined(r, from, to + 1);
    text = arena_strdup(r->arena, strchr(text, '{'));
    r->made->world = json_parse_commented(text, strlen(text), &why);
    if (!r->made->world) {
        wrong(r, from, "the scenario (places within it): %s", why);
        free(why);
        return -1;
    }
    arena_on_free(r->arena, delete_tree, r->made->world);
    r->at = to + 1;
    return 0;
}

static int read_scenario(struct reader *r, const char *rest)
{
    if (r->made->scenario || r->made->world)
        return wrong(r, r->at, "a second scenario; one is allowed");
    rest = after_blanks(rest);
    if (*rest == '{')
        return read_world(r);
    if (!*rest || rest[strcspn(rest, " \t/")])
        return wrong(r, r->at, "scenario takes a name of scenarios/, or { and JSON lines");
    r->made->scenario = rest;
    r->at++;
    return 0;
}

static int read_clock(struct reader *r, const char *rest)
{
    int64_t stamp;

    if (r->made->clock)
        return wrong(r, r->at, "a second clock; one is allowed");
    r->made->clock = trimmed(r->arena, after_blanks(rest), strlen(after_blanks(rest)));
    if (!isdigit((unsigned char)*r->made->clock) || !stamp_parse(r->made->clock, 0, &stamp))
        return wrong(r, r->at, "clock takes a time such as 2026-03-01T12:00:00Z");
    r->at++;
    return 0;
}

static int read_preamble(struct reader *r)
{
    const char *line;

    while ((line = peek(r)) && line[0] != '>') {
        int rc;

        if (text_starts(line, "scenario "))
            rc = read_scenario(r, line + 9);
        else if (text_starts(line, "clock "))
            rc = read_clock(r, line + 6);
        else
            rc = wrong(r, r->at,
                       "\"%.40s\"; before the first request stand scenario and clock only", line);
        if (rc != 0)
            return -1;
    }
    if (!r->made->scenario && !r->made->world)
        return wrong(r, r->at < r->count ? r->at : r->count - 1,
                     "no \"scenario …\" before the requests");
    return 0;
}

/* The words behind the path: `as WHO`, `times N`. */
static int read_modifiers(struct reader *r, struct api_step *s, const char *rest)
{
    const char *key, *value;

    while ((key = word(r->arena, &rest))) {
        value = word(r->arena, &rest);
        if (value && strcmp(key, "as") == 0) {
            s->as_text = value;
            s->as = strcmp(value, "none") == 0  ? API_AS_NONE
                    : strcmp(value, "key") == 0 ? API_AS_KEY
                                                : API_AS_TOKEN;
            if (s->as == API_AS_TOKEN && value[0] != '{')
                return wrong(r, r->at, "as %s; allowed: none, key, {token.NAME}", value);
        } else if (value && strcmp(key, "times") == 0) {
            s->times = (unsigned)strtoul(value, NULL, 10);
            if (s->times < 1 || s->times > 100000)
                return wrong(r, r->at, "times takes 1 to 100000");
        } else {
            return wrong(r, r->at, "\"%s\" behind the path; allowed: as WHO, times N", key);
        }
    }
    return 0;
}

static int read_request_line(struct reader *r, struct api_step *s)
{
    const char *rest = r->lines[r->at] + 1;

    s->line = (unsigned)r->at + 1;
    s->times = 1;
    s->method = word(r->arena, &rest);
    s->path = word(r->arena, &rest);
    if (!s->path || (s->path[0] != '/' && s->path[0] != '@' && s->path[0] != '*'))
        return wrong(r, r->at, "a request is \"> METHOD /path  as WHO\" (@/path: from the root)");
    if (read_modifiers(r, s, rest) != 0)
        return -1;
    r->at++;
    return 0;
}

/* Is the line "Name: value"? Bytes of the name, or 0. */
static size_t field_name(const char *line)
{
    size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    return n && line[n] == ':' && (line[n + 1] == ' ' || !line[n + 1]) ? n : 0;
}

static void add_field(struct reader *r, struct api_fields *f, const char *name, size_t len,
                      const char *value)
{
    struct api_field *more = arena_alloc(r->arena, (f->count + 1) * sizeof *more);

    if (f->count)
        memcpy(more, f->items, f->count * sizeof *more);
    more[f->count] =
        (struct api_field){ arena_strndup(r->arena, name, len), value, (unsigned)r->at + 1 };
    f->items = more;
    f->count++;
}

/* What stands behind "text: " or "! text: "; NULL if the line is neither. */
static const char *part_text(const char *line, bool *absent)
{
    *absent = text_starts(line, "! ");
    if (*absent)
        line = after_blanks(line + 2);
    return text_starts(line, "text: ") ? line + 6 : NULL;
}

static void read_fields(struct reader *r, struct api_fields *f, bool expected)
{
    const char *line;
    bool absent;
    size_t n;

    while ((line = peek(r))) {
        if (expected && part_text(line, &absent))
            return;
        if ((n = field_name(line))) {
            add_field(r, f, line, n, after_blanks(line + n + 1));
        } else if (expected && text_starts(line, "! ")) {
            line = after_blanks(line + 2);
            add_field(r, f, line, strcspn(line, " \t"), NULL);
        } else {
            return;
        }
        r->at++;
    }
}

/* Lines that begin with `mark`, joined by line feeds; NULL if there are none. */
static const char *read_marked(struct reader *r, const char *mark)
{
    size_t n = strlen(mark);
    struct buf all;
    const char *out = NULL;

    buf_init(&all);
    // a bare mark (its blank trimmed by an editor) is an empty line
    while (r->at < r->count && strncmp(r->lines[r->at], mark, n - 1) == 0 &&
           (r->lines[r->at][n - 1] == ' ' || !r->lines[r->at][n - 1])) {
        if (out)
            buf_char(&all, '\n');
        buf_text(&all, r->lines[r->at][n - 1] ? r->lines[r->at] + n : "");
        out = "";
        r->at++;
    }
    if (out)
        out = arena_strndup(r->arena, all.at ? all.at : "", all.len);
    buf_release(&all);
    return out;
}

/* The lines of a body up to the next `<`, `>` or idle line; NULL if there are none. */
static const char *read_plain(struct reader *r, size_t *first)
{
    size_t from;

    peek(r);
    from = r->at;
    *first = from;
    while (r->at < r->count && !is_idle(r->lines[r->at]) && r->lines[r->at][0] != '<' &&
           r->lines[r->at][0] != '>')
        r->at++;
    return r->at > from ? joined(r, from, r->at) : NULL;
}

static int read_request(struct reader *r, struct api_step *s)
{
    const char *line;
    size_t first;

    if (read_request_line(r, s) != 0)
        return -1;
    read_fields(r, &s->headers, false);
    line = peek(r);
    s->body = line && line[0] == '=' ? read_marked(r, "= ") : read_plain(r, &first);
    line = peek(r);
    if (!line || line[0] != '<')
        return wrong(r, r->at < r->count ? r->at : r->count - 1,
                     "the request of line %u has no \"< STATUS\"", s->line);
    return 0;
}

/* "200", or "2xx", which is 2. */
static bool parse_status(const char *text, int *status)
{
    if (strlen(text) != 3 || text[0] < '1' || text[0] > '5')
        return false;
    if (strcmp(text + 1, "xx") == 0)
        *status = text[0] - '0';
    else if (strspn(text, "0123456789") == 3)
        *status = atoi(text);
    else
        return false;
    return true;
}

/* "< 200", "< 200 >=300ms", "< broken" */
static int read_status(struct reader *r, struct api_step *s)
{
    const char *rest = r->lines[r->at] + 1, *first = word(r->arena, &rest);
    const char *time = word(r->arena, &rest);

    s->answer_line = (unsigned)r->at + 1;
    if (first && strcmp(first, "broken") == 0)
        s->broken = true;
    else if (!first || !parse_status(first, &s->status))
        return wrong(r, r->at, "an answer is \"< STATUS\" (100 to 599, 4xx) or \"< broken\"");
    if (time) {
        if (!text_starts(time, ">=") || !text_ends(time, "ms"))
            return wrong(r, r->at, "\"%s\" behind the status; allowed: >=MILLISECONDSms", time);
        s->at_least_ms = strtol(time + 2, NULL, 10);
    }
    r->at++;
    return 0;
}

static int read_json_pattern(struct reader *r, struct api_step *s)
{
    size_t first;
    const char *text = read_plain(r, &first), *stopped = NULL;
    size_t line = first;

    if (!text)
        return 0;
    s->form = API_JSON;
    s->pattern = cJSON_ParseWithLengthOpts(text, strlen(text) + 1, &stopped, true);
    if (!s->pattern) {
        for (const char *at = text; at < stopped && *at; at++)
            line += *at == '\n';
        return wrong(r, line,
                     "the body is no JSON; allowed: JSON, \"<= \" lines, \"text: \" lines, <any>");
    }
    arena_on_free(r->arena, delete_tree, s->pattern);
    return 0;
}

static void read_parts(struct reader *r, struct api_step *s)
{
    size_t most = r->count - r->at;
    struct api_part part;

    s->form = API_PARTS;
    s->parts = arena_alloc(r->arena, most * sizeof *s->parts);
    while (r->at < r->count && (part.text = part_text(r->lines[r->at], &part.absent))) {
        s->parts[s->parts_count++] = part;
        r->at++;
    }
}

static int read_answer(struct reader *r, struct api_step *s)
{
    const char *line;
    bool absent;

    if (read_status(r, s) != 0)
        return -1;
    read_fields(r, &s->expect, true);
    line = peek(r);
    if (!line || line[0] == '>')
        return 0;
    if (strcmp(line, "<any>") == 0) {
        s->form = API_ANY;
        r->at++;
    } else if (text_starts(line, "<=")) {
        s->form = API_BYTES;
        s->text = read_marked(r, "<= ");
    } else if (part_text(line, &absent)) {
        read_parts(r, s);
    } else if (read_json_pattern(r, s) != 0) {
        return -1;
    }
    line = peek(r);
    if (line && line[0] != '>')
        return wrong(r, r->at, "\"%.40s\" behind the answer; the next request begins with \">\"",
                     line);
    return 0;
}

static int read_steps(struct reader *r)
{
    struct api_case *c = r->made;
    size_t most = 0;

    for (size_t i = r->at; i < r->count; i++)
        most += r->lines[i][0] == '>';
    if (!most)
        return wrong(r, r->count - 1, "no request (\"> METHOD /path  as WHO\")");
    c->steps = arena_alloc(r->arena, most * sizeof *c->steps);
    while (peek(r)) {
        struct api_step *s = &c->steps[c->steps_count++];

        if (read_request(r, s) != 0 || read_answer(r, s) != 0)
            return -1;
    }
    return 0;
}

int api_case_parse(struct arena *a, const char *path, const char *text, size_t len,
                   struct api_case **out, char **why)
{
    struct reader r = { .arena = a, .path = path };
    const char *nul = memchr(text, '\0', len);

    r.made = arena_alloc(a, sizeof *r.made);
    r.made->path = arena_strdup(a, path);
    cut_lines(&r, text, nul ? (size_t)(nul - text) : len);
    if (nul)
        wrong(&r, r.count - 1, "a NUL byte; a case is text");
    else if (read_title(&r) == 0 && read_preamble(&r) == 0)
        read_steps(&r);
    *out = r.made;
    *why = r.why;
    return r.why ? -1 : 0;
}
