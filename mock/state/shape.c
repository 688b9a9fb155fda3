#include "mock/state/shape.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMES_MOST 64
#define SHOWN_MOST 60 // characters of a wrong text that a complaint repeats

/* One walk: the place in the file and its pattern in the table grow and shrink together. */
struct walk {
    const struct shape_row *rows;
    const struct complaints *complaints;
    struct buf place, pattern;
    bool fine;
};

void complain(const struct complaints *c, const char *path, bool at_key, const char *format, ...)
{
    va_list args;
    char *what;

    va_start(args, format);
    what = text_vprintf(format, args);
    va_end(args);
    c->add(c->to, path, at_key, what);
    free(what);
}

void complaint_keep_first(void *first, const char *path, bool at_key, const char *what)
{
    struct first_complaint *kept = first;

    (void)at_key;
    if (!kept->text)
        kept->text = *path ? text_printf("%s: %s", path, what) : xstrdup(what);
}

/* A name that goes on where the word ends is meant more likely than one of the same length. */
static const char *longer_name(const char *word, const char *const *names)
{
    for (; *names && strlen(word) >= 4; names++)
        if (strncasecmp(*names, word, strlen(word)) == 0)
            return *names;
    return NULL;
}

char *shape_hint_dup(const char *word, const char *const *names)
{
    const char *near = longer_name(word, names);

    if (!near && strlen(word) <= SHOWN_MOST)
        near = text_nearest(word, names);
    return near ? text_printf("; did you mean \"%s\"?", near) : xstrdup("");
}

/* The words of "a|b|c" as a NULL-terminated list in one block, the caller's to free. */
static const char **words_of(const char *allowed)
{
    size_t room = sizeof(char *) * (NAMES_MOST + 1);
    const char **words = xcalloc(1, room + strlen(allowed) + 1);
    char *copy = (char *)words + room, *save = NULL;
    size_t n = 0;

    strcpy(copy, allowed);
    for (char *w = strtok_r(copy, "|", &save); w && n < NAMES_MOST; w = strtok_r(NULL, "|", &save))
        words[n++] = w;
    return words;
}

/* What one row allows, for a sentence that begins with "must be". */
static void describe_row(struct buf *out, const struct shape_row *row)
{
    const char **words;

    if (row->kind != SHAPE_WORD) {
        buf_text(out, row->allowed);
        return;
    }
    words = words_of(row->allowed);
    for (size_t i = 0; words[i]; i++)
        buf_printf(out, "%s\"%s\"", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
    free(words);
}

static void describe_allowed(struct buf *out, const struct walk *w)
{
    bool more = false;

    for (const struct shape_row *row = w->rows; row->path; row++) {
        if (strcmp(row->path, w->pattern.at) != 0)
            continue;
        if (more)
            buf_text(out, " or ");
        describe_row(out, row);
        more = true;
    }
}

/* What stands there, for a sentence that ends with "not …". */
static void describe_item(struct buf *out, const cJSON *item, bool secret)
{
    size_t len;
    char *shown;

    if (cJSON_IsString(item) && !secret) {
        len = strlen(item->valuestring);
        if (len > SHOWN_MOST)
            for (len = SHOWN_MOST; len && (item->valuestring[len] & 0xc0) == 0x80; len--)
                ;
        shown =
            text_printf("%.*s%s", (int)len, item->valuestring, item->valuestring[len] ? "…" : "");
        buf_json_text(out, shown); // a complaint is one line
        free(shown);
    } else if (cJSON_IsNumber(item)) {
        json_write(out, item);
    } else {
        buf_text(out, cJSON_IsString(item)   ? "what stands here"
                      : cJSON_IsObject(item) ? "an object"
                      : cJSON_IsArray(item)  ? "a list"
                      : cJSON_IsTrue(item)   ? "true"
                      : cJSON_IsFalse(item)  ? "false"
                                             : "null");
    }
}

static bool type_fits(const struct shape_row *row, const cJSON *item)
{
    switch (row->kind) {
    case SHAPE_OBJECT:
    case SHAPE_MAP:
        return cJSON_IsObject(item);
    case SHAPE_LIST:
        return cJSON_IsArray(item);
    case SHAPE_WORD:
    case SHAPE_TEXT:
    case SHAPE_SECRET:
        return cJSON_IsString(item);
    case SHAPE_WHOLE:
        return cJSON_IsNumber(item);
    case SHAPE_FLAG:
        return cJSON_IsBool(item);
    case SHAPE_NULL:
        return cJSON_IsNull(item);
    case SHAPE_ANY:
        return true;
    }
    return false;
}

/* The row for what stands at the walk's place; NULL if no alternative has that type. */
static const struct shape_row *row_for(const struct walk *w, const cJSON *item)
{
    for (const struct shape_row *row = w->rows; row->path; row++)
        if (strcmp(row->path, w->pattern.at) == 0 && type_fits(row, item))
            return row;
    return NULL;
}

static bool word_fits(const struct shape_row *row, const char *word)
{
    const char **words = words_of(row->allowed);
    bool found = false;

    for (size_t i = 0; words[i] && !found; i++)
        found = strcmp(words[i], word) == 0;
    free(words);
    return found;
}

static bool value_fits(const struct shape_row *row, const cJSON *item)
{
    if (row->kind == SHAPE_WORD)
        return word_fits(row, item->valuestring);
    if (row->kind == SHAPE_TEXT || row->kind == SHAPE_SECRET)
        return !row->good || row->good(item->valuestring);
    if (row->kind == SHAPE_WHOLE)
        return json_is_whole(item) && item->valuedouble >= (double)row->least &&
               item->valuedouble <= (double)row->most;
    return true;
}

static void complain_of_value(struct walk *w, const cJSON *item, const struct shape_row *row)
{
    struct buf says;
    char *hint = xstrdup("");

    w->fine = false;
    buf_init(&says);
    buf_text(&says, "must be ");
    describe_allowed(&says, w);
    buf_text(&says, ", not ");
    describe_item(&says, item, row && row->kind == SHAPE_SECRET);
    if (row && row->kind == SHAPE_WORD) {
        const char **words = words_of(row->allowed);

        free(hint);
        hint = shape_hint_dup(item->valuestring, words);
        free(words);
    }
    complain(w->complaints, w->place.at, false, "%s%s", says.at, hint);
    free(hint);
    buf_release(&says);
}

/* The last name of a row's path if it is a member of the object at the walk's pattern, or NULL. */
static const char *member_of(const struct walk *w, const struct shape_row *row)
{
    const char *name = row->path;
    size_t len = w->pattern.len;

    if (strncmp(name, w->pattern.at, len) != 0)
        return NULL;
    name += len;
    if (len && *name++ != '.')
        return NULL;
    return *name && !strpbrk(name, ".[*") ? name : NULL;
}

/* The names that the object at the walk's pattern may have: NULL-terminated, at most NAMES_MOST. */
static void member_names(const struct walk *w, const char *names[NAMES_MOST + 1])
{
    size_t n = 0;

    for (const struct shape_row *row = w->rows; row->path && n < NAMES_MOST; row++) {
        const char *name = member_of(w, row);
        bool again = false;

        for (size_t i = 0; name && i < n; i++)
            again = again || strcmp(names[i], name) == 0;
        if (name && !again)
            names[n++] = name;
    }
    names[n] = NULL;
}

static void complain_of_name(struct walk *w, const char *name, const char *const *names)
{
    struct buf list;
    size_t old = w->place.len;
    char *hint = shape_hint_dup(name, names);

    w->fine = false;
    buf_init(&list);
    for (size_t i = 0; names[i]; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    buf_printf(&w->place, "%s%.*s", old ? "." : "", SHOWN_MOST, name);
    complain(w->complaints, w->place.at, true, "unknown member%s%s (known here: %s)",
             *hint ? "" : ";", hint, list.at ? list.at : "none");
    w->place.len = old;
    w->place.at[old] = '\0';
    free(hint);
    buf_release(&list);
}

static void check_item(struct walk *w, const cJSON *item);

/* Steps into a part of the present place, checks it, and steps back. */
static void check_part(struct walk *w, const cJSON *part, const char *place, const char *pattern)
{
    size_t old_place = w->place.len, old_pattern = w->pattern.len;

    buf_text(&w->place, place);
    buf_text(&w->pattern, pattern);
    check_item(w, part);
    w->place.len = old_place;
    w->place.at[old_place] = '\0';
    w->pattern.len = old_pattern;
    w->pattern.at[old_pattern] = '\0';
}

static void check_required(struct walk *w, const cJSON *object)
{
    for (const struct shape_row *row = w->rows; row->path; row++) {
        const char *name = row->required ? member_of(w, row) : NULL;

        if (name && !json_get(object, name)) {
            w->fine = false;
            complain(w->complaints, w->place.at, false, "lacks \"%s\": %s", name, row->allowed);
        }
    }
}

static void check_object(struct walk *w, const cJSON *object)
{
    const char *names[NAMES_MOST + 1];
    const cJSON *member;

    member_names(w, names);
    cJSON_ArrayForEach (member, object) {
        bool known = false;
        char *step;

        for (size_t i = 0; names[i] && !known; i++)
            known = strcmp(names[i], member->string) == 0;
        if (!known) {
            complain_of_name(w, member->string, names);
            continue;
        }
        step = text_printf(".%s", member->string);
        check_part(w, member, w->place.len ? step : step + 1, w->pattern.len ? step : step + 1);
        free(step);
    }
    check_required(w, object);
}

/* A map's keys may hold dots, so the place stays that of the map. */
static void check_map(struct walk *w, const cJSON *map)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, map)
        check_part(w, member, "", ".*");
}

static void check_list(struct walk *w, const cJSON *list)
{
    const cJSON *element;
    size_t i = 0;

    cJSON_ArrayForEach (element, list) {
        char *step = text_printf("[%zu]", i++);

        check_part(w, element, step, "[]");
        free(step);
    }
}

static void check_item(struct walk *w, const cJSON *item)
{
    const struct shape_row *row = row_for(w, item);

    if (!row || !value_fits(row, item))
        complain_of_value(w, item, row);
    else if (row->kind == SHAPE_OBJECT)
        check_object(w, item);
    else if (row->kind == SHAPE_MAP)
        check_map(w, item);
    else if (row->kind == SHAPE_LIST)
        check_list(w, item);
}

bool shape_check(const struct shape_row *rows, const cJSON *item, const char *path,
                 const struct complaints *c)
{
    struct walk w = { .rows = rows, .complaints = c, .fine = true };

    buf_init(&w.place);
    buf_init(&w.pattern);
    buf_text(&w.place, path);
    buf_text(&w.pattern, "");
    check_item(&w, item);
    buf_release(&w.place);
    buf_release(&w.pattern);
    return w.fine;
}
