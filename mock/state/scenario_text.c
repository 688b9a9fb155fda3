/* From bytes to JSON: everything that can be wrong before a scenario has members, each with its
 * place. */
#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/scenario_parts.h"
#include "mock/store/index.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 64 // no scenario is nested half as deep

static void add(struct scenario_errors *errors, unsigned line, unsigned column, const char *path,
                const char *what)
{
    struct scenario_error *e;

    if (errors->count > SCENARIO_ERRORS_MOST)
        return;
    if (errors->count == SCENARIO_ERRORS_MOST) {
        path = "";
        what = "more is wrong; mend the above first";
    }
    errors->items = xrealloc(errors->items, (errors->count + 1) * sizeof *errors->items);
    e = &errors->items[errors->count++];
    *e = (struct scenario_error){ line, column, xstrdup(path), xstrdup(what) };
}

void scenario_error_add(struct scenario_errors *errors, const char *text, const char *path,
                        bool at_key, const char *what)
{
    char *shorter = xstrdup(path);
    unsigned line = 1, column = 1;

    if (errors->count < SCENARIO_ERRORS_MOST) {
        json_where(text, shorter, at_key, &line, &column);
        // A name with a dot or an escape is not found by its path: take what is around it.
        while (line == 1 && column == 1 && *shorter) {
            size_t len = strlen(shorter);

            while (len && shorter[len - 1] != '.' && shorter[len - 1] != '[')
                len--;
            shorter[len ? len - 1 : 0] = '\0';
            json_where(text, shorter, false, &line, &column);
        }
    }
    free(shorter);
    add(errors, line, column, path, what);
}

void scenario_errors_release(struct scenario_errors *e)
{
    for (size_t i = 0; i < e->count; i++) {
        free(e->items[i].path);
        free(e->items[i].what);
    }
    free(e->items);
    *e = (struct scenario_errors){ 0 };
}

/* Adds an error at a byte of the text. */
static void add_at(struct scenario_errors *errors, const char *text, size_t at, const char *what)
{
    unsigned line = 1, column = 1;

    for (size_t i = 0; i < at; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    add(errors, line, column, "", what);
}

/* Length of the UTF-8 character at `s`, of which `left` bytes are there; 0: it is none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (!len || s[0] > 0xf4 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0; // overlong, a surrogate, beyond U+10FFFF
    return len;
}

static bool check_bytes(const char *text, size_t len, struct scenario_errors *errors)
{
    for (size_t i = 0; i < len;) {
        size_t step = utf8_length((const unsigned char *)text + i, len - i);

        if (!text[i] || !step) {
            add_at(errors, text, i, text[i] ? "this byte is not UTF-8" : "a NUL byte");
            return false;
        }
        i += step;
    }
    return true;
}

/* The place behind a comment that begins at `s`, or `s` if none does. */
static const char *behind_comment(const char *s)
{
    const char *end;

    if (s[0] != '/' || (s[1] != '/' && s[1] != '*'))
        return s;
    end = s[1] == '/' ? strchr(s, '\n') : strstr(s + 2, "*/");
    if (!end)
        return s + strlen(s);
    return s[1] == '/' ? end : end + 2;
}

static const char *behind_string(const char *s)
{
    for (s++; *s && *s != '"'; s++)
        if (*s == '\\' && s[1])
            s++;
    return *s ? s + 1 : s;
}

/* True if nothing but blanks and comments is there. Complains of nesting that is too deep. */
static bool is_blank(const char *text, struct scenario_errors *errors)
{
    int depth = 0;
    bool blank = true;

    for (const char *s = text; *s;) {
        const char *next = behind_comment(s);

        if (next != s) {
            s = next;
            continue;
        }
        blank = blank && isspace((unsigned char)*s);
        depth += (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        if (depth > DEPTH_MOST) {
            add_at(errors, text, (size_t)(s - text), "nested too deep (64 levels are allowed)");
            return false;
        }
        s = *s == '"' ? behind_string(s) : s + 1;
    }
    return blank;
}

/* The second of two members of one name in one object of well-formed JSON, or NULL: its name's
 * place. */
static const char *find_twice(const char *text)
{
    struct arena *a = arena_new();
    struct index seen[DEPTH_MOST + 2]; // the names of the objects around the present place
    const char *found = NULL;
    int depth = 0;

    for (size_t i = 0; i < ARRAY_LEN(seen); i++)
        index_init(&seen[i]);
    for (const char *s = text, *end; *s && !found; s = end) {
        end = *s == '"' ? behind_string(s) : s + 1;
        depth += (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        if (depth < 0 || depth >= (int)ARRAY_LEN(seen)) {
            break;
        } else if (*s == '{') {
            index_release(&seen[depth]);
        } else if (*s == '"' && end[strspn(end, " \t\r\n")] == ':') {
            char *name = arena_strndup(a, s, (size_t)(end - s));

            if (index_get(&seen[depth], name))
                found = s;
            index_put(&seen[depth], name, name);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(seen); i++)
        index_release(&seen[i]);
    arena_free(a);
    return found;
}

/* The commonest slips, for the place where the parser stopped. */
static const char *slip_at(const char *text, size_t at)
{
    size_t before = at;

    while (before && isspace((unsigned char)text[before - 1]))
        before--;
    if (before && text[before - 1] == ',' && text[at] && strchr("}]", text[at]))
        return "a comma stands before the closing bracket; take it away";
    if (before && (!text[at] || !text[at + 1 + strspn(text + at + 1, " \t\r\n")]))
        return "the text ends before its JSON does";
    if (text[at] == '"' && before)
        return "this is not JSON; is a comma missing before it?";
    return "this is not JSON";
}

/* "line:column: what" of json_parse_commented, taken apart again and made clearer. */
static void add_parsed(struct scenario_errors *errors, const char *text, const char *why)
{
    const char *line_at = text, *twice = find_twice(text);
    unsigned line = 1, column = 1;
    int used = 0;

    if (sscanf(why, "%u:%u: %n", &line, &column, &used) < 2)
        used = 0;
    if (line == 1 && column == 1 && twice) {
        add_at(errors, text, (size_t)(twice - text), why + used);
        return;
    }
    for (unsigned i = 1; i < line && strchr(line_at, '\n'); i++)
        line_at = strchr(line_at, '\n') + 1;
    if (strncmp(why + used, "this is not JSON", 16) == 0 && !why[used + 16] &&
        column - 1 <= strlen(line_at))
        add(errors, line, column, "", slip_at(text, (size_t)(line_at - text) + column - 1));
    else
        add(errors, line, column, "", why + used);
}

cJSON *scenario_read(char *copy, size_t len, struct scenario_errors *errors)
{
    static const char mark[] = "\xef\xbb\xbf"; // some editors put it first
    size_t before = errors->count;
    char *why = NULL;
    cJSON *json;
    bool blank;

    if (!check_bytes(copy, len, errors))
        return NULL;
    if (text_starts(copy, mark))
        memset(copy, ' ', sizeof mark - 1);
    blank = is_blank(copy, errors);
    if (errors->count > before)
        return NULL;
    if (blank)
        return cJSON_CreateObject();
    json = json_parse_commented(copy, len, &why);
    if (!json)
        add_parsed(errors, copy, why);
    free(why);
    return json;
}

static int by_place(const void *one, const void *other)
{
    const struct scenario_error *a = one, *b = other;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

void scenario_errors_sort(struct scenario_errors *errors)
{
    size_t count = errors->count;

    if (count > SCENARIO_ERRORS_MOST)
        count = SCENARIO_ERRORS_MOST; // the last one says that there are more
    if (count)
        qsort(errors->items, count, sizeof *errors->items, by_place);
}
