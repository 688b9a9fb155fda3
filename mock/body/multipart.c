#include "mock/body/multipart.h"

#include "common/arena.h"
#include "common/text.h"
#include "mock/store/blob.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MOST 200 // RFC 2046 says 70; some clients send more
#define HEADERS_MOST ((size_t)16 << 10)
#define PARTS_MOST 4000
#define ROOM_FIRST 8

struct reader {
    struct arena *a;
    struct blob *body;
    struct multipart *out;
    size_t room;
    const char *start, *at, *end;
    char mark[BOUNDARY_MOST + 5]; // "\n--boundary": with its line end's last byte
    size_t mark_len;
};

/* The value of a parameter of a header, quoted or not; NULL if it has none. */
static char *parameter(struct arena *a, const char *header, const char *name)
{
    size_t name_len = strlen(name);
    const char *at = header + strcspn(header, ";");

    while (*at == ';') {
        bool found;
        char *value, *to;

        at += 1 + strspn(at + 1, " \t;");
        found = strncasecmp(at, name, name_len) == 0 && at[name_len] == '=';
        at += strcspn(at, "=;\"");
        at += *at == '=';
        value = to = arena_strdup(a, at);
        if (*at == '"') {
            for (at++; *at && *at != '"'; *to++ = *at++)
                at += at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
        } else {
            size_t len = strcspn(at, "; \t");

            to += len;
            at += len;
        }
        *to = '\0';
        if (found)
            return value;
        at += strcspn(at, ";");
    }
    return NULL;
}

/* Browsers send a quote and line ends in names as %22, %0D and %0A; nothing else is encoded. */
static char *unescape_name(char *name)
{
    char *to = name;

    if (!name)
        return NULL;
    for (const char *at = name; *at; at++) {
        bool escaped = strncmp(at, "%22", 3) == 0 || strncasecmp(at, "%0d", 3) == 0 ||
                       strncasecmp(at, "%0a", 3) == 0;

        *to++ = !escaped ? *at : at[1] == '2' ? '"' : at[2] == 'd' || at[2] == 'D' ? '\r' : '\n';
        at += escaped ? 2 : 0;
    }
    *to = '\0';
    return name;
}

/* RFC 5987: filename*=UTF-8''caf%C3%A9.js */
static char *extended(char *value)
{
    char *at = value ? strchr(value, '\'') : NULL;

    at = at ? strchr(at + 1, '\'') : NULL;
    if (at)
        at[1 + text_unpercent(at + 1, strlen(at + 1))] = '\0';
    return at ? at + 1 : value;
}

/* Length of the boundary in the body's first line, if that and the next line are a multipart's;
 * else 0. */
static size_t sniff(const char *start, size_t len)
{
    static const char disposition[] = "content-disposition:";
    const char *line_end = len > 4 && start[0] == '-' && start[1] == '-'
                               ? memchr(start, '\n', len < BOUNDARY_MOST ? len : BOUNDARY_MOST)
                               : NULL;
    size_t boundary, rest;

    if (!line_end)
        return 0;
    boundary = (size_t)(line_end - start) - 2;
    boundary -= boundary && start[2 + boundary - 1] == '\r';
    rest = len - (size_t)(line_end + 1 - start);
    for (const char *at = line_end + 1; rest >= sizeof disposition - 1;) {
        const char *next = memchr(at, '\n', rest < HEADERS_MOST ? rest : HEADERS_MOST);

        if (strncasecmp(at, disposition, sizeof disposition - 1) == 0)
            return boundary;
        if (!next || next - at <= 1)
            return 0;
        rest -= (size_t)(next + 1 - at);
        at = next + 1;
    }
    return 0;
}

bool multipart_looks_like(const char *content_type, const char *start, size_t len)
{
    return (content_type && strncasecmp(content_type, "multipart/", 10) == 0) ||
           sniff(start, len) > 0;
}

static const char *find_boundary(struct reader *r, const char *content_type)
{
    size_t len = (size_t)(r->end - r->start), sniffed = sniff(r->start, len);
    const char *said = content_type && strncasecmp(content_type, "multipart/", 10) == 0
                           ? parameter(r->a, content_type, "boundary")
                           : NULL;
    size_t said_len = said ? strlen(said) : 0;

    if (said_len > BOUNDARY_MOST)
        return "has a boundary that is too long";
    if (!said_len && !sniffed)
        return "has no boundary";
    memcpy(r->mark, "\n--", 3);
    if (said_len)
        memcpy(r->mark + 3, said, said_len);
    else
        memcpy(r->mark + 3, r->start + 2, sniffed);
    r->mark_len = 3 + (said_len ? said_len : sniffed);
    return NULL;
}

/* Where the next line that is a boundary begins (at its "--"), or NULL. A longer word that begins
 * as the boundary does is none. */
static const char *next_boundary(const struct reader *r, const char *from)
{
    const char *at = from;

    if (at == r->start && (size_t)(r->end - at) >= r->mark_len - 1 &&
        memcmp(at, r->mark + 1, r->mark_len - 1) == 0)
        return at;
    while ((at = memmem(at, (size_t)(r->end - at), r->mark, r->mark_len)) != NULL) {
        const char *behind = at + r->mark_len;

        if (behind == r->end || strchr("\r\n- \t", *behind))
            return at + 1;
        at = behind;
    }
    return NULL;
}

/* Steps over the boundary at `at`. False: it is the last one. */
static bool step_over(struct reader *r, const char *at)
{
    const char *behind = at + r->mark_len - 1, *line_end;

    if (r->end - behind >= 2 && behind[0] == '-' && behind[1] == '-')
        return false;
    line_end = memchr(behind, '\n', (size_t)(r->end - behind));
    r->at = line_end ? line_end + 1 : r->end;
    return true;
}

static const char *header_value(struct arena *a, const char *headers, const char *name)
{
    size_t len = strlen(name);

    while (*headers) {
        size_t line = strcspn(headers, "\r\n");

        if (strncasecmp(headers, name, len) == 0 && headers[len] == ':') {
            size_t blanks = strspn(headers + len + 1, " \t");

            return arena_strndup(a, headers + len + 1 + blanks, line - len - 1 - blanks);
        }
        headers += line;
        headers += strspn(headers, "\r\n");
    }
    return NULL;
}

static void add_part(struct reader *r, const char *headers, const char *from, const char *to)
{
    struct multipart_part *p;
    const char *said = header_value(r->a, headers, "Content-Disposition");
    char *file = NULL, *name = NULL;

    if (r->out->count == r->room) {
        struct multipart_part *grown;

        r->room = r->room ? r->room * 2 : ROOM_FIRST;
        grown = arena_alloc(r->a, r->room * sizeof *grown);
        if (r->out->count)
            memcpy(grown, r->out->part, r->out->count * sizeof *grown);
        r->out->part = grown;
    }
    if (said) {
        name = unescape_name(parameter(r->a, said, "name"));
        file = extended(parameter(r->a, said, "filename*"));
        file = file ? file : unescape_name(parameter(r->a, said, "filename"));
    }
    p = &r->out->part[r->out->count++];
    p->name = name ? name : "";
    p->filename = file;
    p->content_type = header_value(r->a, headers, "Content-Type");
    p->headers = headers;
    p->bytes = blob_slice(r->body, (size_t)(from - r->start), (size_t)(to - from));
    arena_on_free(r->a, blob_unref_any, p->bytes);
}

/* The header lines of a part, up to the empty line behind them; NULL if there is none soon enough.
 */
static char *read_headers(struct reader *r)
{
    const char *first = r->at;

    for (;;) {
        size_t left = (size_t)(r->end - r->at);
        const char *line_end = memchr(r->at, '\n', left < HEADERS_MOST ? left : HEADERS_MOST);
        const char *line = r->at;

        if (!line_end || (size_t)(line_end - first) > HEADERS_MOST)
            return NULL;
        r->at = line_end + 1;
        if (line_end - line <= 1 && (line_end == line || *line == '\r'))
            return memchr(first, '\0', (size_t)(line - first))
                       ? NULL
                       : arena_strndup(r->a, first, (size_t)(line - first));
    }
}

static const char *read_parts(struct reader *r)
{
    const char *boundary = next_boundary(r, r->start);

    if (!boundary)
        return "does not hold its boundary";
    while (step_over(r, boundary)) {
        const char *from, *to;
        char *headers;

        if (r->out->count == PARTS_MOST)
            return "has too many parts";
        headers = read_headers(r);
        if (!headers)
            return "has a part without an end of its headers";
        from = r->at;
        boundary =
            next_boundary(r, from - 1); // an empty part: the line end before is that of the headers
        if (!boundary)
            return "ends before its last boundary";
        to = boundary - 1;
        to -= to > from && to[-1] == '\r';
        add_part(r, headers, from, to > from ? to : from);
    }
    return NULL;
}

const char *multipart_read(struct arena *a, struct blob *body, const char *content_type,
                           struct multipart *out)
{
    struct reader r = { .a = a, .body = body, .out = out };
    const char *wrong;
    size_t len;

    *out = (struct multipart){ 0 };
    r.start = r.at = blob_view(body, &len);
    r.end = r.start + len;
    wrong = find_boundary(&r, content_type);
    if (!wrong)
        wrong = read_parts(&r);
    blob_rest(body);
    return wrong;
}

const struct multipart_part *multipart_find(const struct multipart *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->part[i].name, name) == 0)
            return &m->part[i];
    return NULL;
}
