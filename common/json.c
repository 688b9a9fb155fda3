#include "json.h"

#include "arena.h"
#include "buf.h"
#include "mem.h"
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_setup(void)
{
    cJSON_Hooks hooks = { xmalloc, free };

    cJSON_InitHooks(&hooks);
}

cJSON *json_get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *json_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(json_get(object, name));
}

bool json_flag(const cJSON *object, const char *name, bool fallback)
{
    const cJSON *item = json_get(object, name);

    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : fallback;
}

bool json_is_whole(const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valuedouble == floor(item->valuedouble) &&
           fabs(item->valuedouble) <= 9007199254740992.0;
}

int64_t json_whole(const cJSON *object, const char *name, int64_t fallback)
{
    const cJSON *item = json_get(object, name);

    return json_is_whole(item) ? (int64_t)item->valuedouble : fallback;
}

/* Takes the next step of a path: a name into `name`, or an index; false at its end. */
static bool path_step(const char **path, char *name, size_t room, long *index)
{
    const char *at = *path;
    size_t n = 0;

    if (*at == '.')
        at++;
    if (!*at)
        return false;
    *index = -1;
    if (*at == '[') {
        *index = strtol(at + 1, (char **)&at, 10);
        if (*at == ']')
            at++;
    } else {
        while (*at && *at != '.' && *at != '[' && n + 1 < room)
            name[n++] = *at++;
    }
    name[n] = '\0';
    *path = at;
    return true;
}

cJSON *json_at(const cJSON *root, const char *path)
{
    char name[256];
    long index;

    while (root && path_step(&path, name, sizeof name, &index))
        root = index >= 0 ? cJSON_GetArrayItem(root, (int)index) : json_get(root, name);
    return (cJSON *)root;
}

static void delete_json(void *json)
{
    cJSON_Delete(json);
}

cJSON *json_parse(struct arena *a, const char *text, size_t len)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, false);

    while (json && end < text + len && isspace((unsigned char)*end))
        end++;
    if (json && end != text + len) {
        cJSON_Delete(json);
        json = NULL;
    }
    if (json && a)
        arena_on_free(a, delete_json, json);
    return json;
}

static void place_of(const char *text, const char *at, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (; text < at; text++) {
        *column = *text == '\n' ? 1 : *column + 1;
        *line += *text == '\n';
    }
}

static void blank_comments(char *text, size_t len)
{
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        if (quoted) {
            if (text[i] == '\\')
                i++;
            else
                quoted = text[i] != '"';
        } else if (text[i] == '"') {
            quoted = true;
        } else if (text[i] == '/' && i + 1 < len && text[i + 1] == '/') {
            for (; i < len && text[i] != '\n'; i++)
                text[i] = ' ';
        } else if (text[i] == '/' && i + 1 < len && text[i + 1] == '*') {
            for (; i < len && !(text[i] == '*' && i + 1 < len && text[i + 1] == '/'); i++)
                text[i] = text[i] == '\n' ? '\n' : ' ';
            if (i + 1 < len)
                text[i] = text[i + 1] = ' ';
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* A member of this object whose name another one has; NULL: none. Sorts, for objects without end. */
static const cJSON *twice_here(const cJSON *object)
{
    size_t n = (size_t)cJSON_GetArraySize(object), i = 0;
    const cJSON **members = xcalloc(n, sizeof *members), *twice = NULL;

    for (const cJSON *m = object->child; m; m = m->next)
        members[i++] = m;
    qsort(members, n, sizeof *members, by_name);
    for (i = 1; i < n && !twice; i++)
        if (strcmp(members[i - 1]->string, members[i]->string) == 0)
            twice = members[i];
    free(members);
    return twice;
}

/* cJSON keeps the first of two members of one name silently; a person meant one of them. */
static const cJSON *twice_named(const cJSON *item)
{
    const cJSON *found = cJSON_IsObject(item) ? twice_here(item) : NULL;

    for (const cJSON *m = item->child; m && !found; m = m->next)
        found = twice_named(m);
    return found;
}

cJSON *json_parse_commented(char *text, size_t len, char **why)
{
    const char *end = NULL;
    const cJSON *twice;
    unsigned line, column;
    cJSON *json;

    blank_comments(text, len);
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    while (json && end < text + len && isspace((unsigned char)*end))
        end++;
    if (!json || end != text + len) {
        place_of(text, end ? end : text, &line, &column);
        *why = text_printf("%u:%u: this is not JSON%s", line, column,
                           json ? "; something stands behind the value" : "");
        cJSON_Delete(json);
        return NULL;
    }
    if ((twice = twice_named(json)) != NULL) {
        *why = text_printf("1:1: the member \"%s\" stands twice in one object; keep one", twice->string);
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

/* json_where walks the text itself, since cJSON keeps no places. All helpers return the place behind
 * what they passed, and stop at the NUL of a text that is cut. */
static const char *skip_blank(const char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    return s;
}

static const char *skip_string(const char *s)
{
    for (s++; *s && *s != '"'; s++)
        if (*s == '\\' && s[1])
            s++;
    return *s ? s + 1 : s;
}

static const char *skip_value(const char *s)
{
    int depth = 0;

    do {
        s = skip_blank(s);
        if (*s == '"') {
            s = skip_string(s);
        } else if (*s == '{' || *s == '[') {
            depth++;
            s++;
        } else if (*s == '}' || *s == ']') {
            depth--;
            s++;
        } else if (*s) {
            s++;
            while (*s && !strchr(",:{}[]\"", *s) && !isspace((unsigned char)*s))
                s++;
        }
    } while (*s && depth > 0);
    return s;
}

static const char *find_member(const char *s, const char *name, const char **key)
{
    for (s = skip_blank(s + 1); *s == '"'; s = skip_blank(s)) {
        const char *start = s, *end = skip_string(s);
        size_t len = strlen(name);

        s = skip_blank(end);
        if (*s == ':')
            s = skip_blank(s + 1);
        if ((size_t)(end - start) == len + 2 && memcmp(start + 1, name, len) == 0) {
            *key = start;
            return s;
        }
        s = skip_blank(skip_value(s));
        if (*s == ',')
            s++;
    }
    return NULL;
}

static const char *find_element(const char *s, long index)
{
    s = skip_blank(s + 1);
    for (; index > 0 && *s && *s != ']'; index--) {
        s = skip_blank(skip_value(s));
        if (*s == ',')
            s = skip_blank(s + 1);
    }
    return *s && *s != ']' ? s : NULL;
}

void json_where(const char *text, const char *path, bool key, unsigned *line, unsigned *column)
{
    const char *at = skip_blank(text), *name_at = at;
    char name[256];
    long index;

    while (at && path_step(&path, name, sizeof name, &index)) {
        if (index >= 0)
            at = name_at = *at == '[' ? find_element(at, index) : NULL;
        else
            at = *at == '{' ? find_member(at, name, &name_at) : NULL;
    }
    *line = *column = 1;
    if (at)
        place_of(text, key ? name_at : at, line, column);
}

cJSON *json_object_of(const struct json_member *members)
{
    cJSON *object = cJSON_CreateObject();

    for (; members->name; members++)
        if (members->value)
            cJSON_AddItemToObject(object, members->name, members->value);
    return object;
}

cJSON *json_text_or_null(const char *text)
{
    return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

cJSON *json_number(int64_t n)
{
    char digits[24];

    if (n <= 999999999999999 && n >= -999999999999999)
        return cJSON_CreateNumber((double)n);
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    return cJSON_CreateRaw(digits);
}

void json_put(cJSON *object, const char *name, cJSON *value)
{
    if (json_get(object, name))
        cJSON_ReplaceItemInObjectCaseSensitive(object, name, value);
    else
        cJSON_AddItemToObject(object, name, value);
}

cJSON *json_list_of(const char *const *texts, size_t count)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
    return list;
}

/* The shortest form that reads back as the same double: 0.1 and not 0.10000000000000001. */
static void write_number(struct buf *out, const cJSON *item)
{
    char digits[32];

    if (json_is_whole(item)) {
        buf_whole(out, (long long)item->valuedouble);
        return;
    }
    if (!isfinite(item->valuedouble)) {
        buf_text(out, "null");
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, item->valuedouble);
        if (strtod(digits, NULL) == item->valuedouble)
            break;
    }
    buf_text(out, digits);
}

void json_write(struct buf *out, const cJSON *item)
{
    char open = cJSON_IsObject(item) ? '{' : '[';

    if (cJSON_IsString(item)) {
        buf_json_text(out, item->valuestring);
    } else if (cJSON_IsRaw(item)) {
        buf_text(out, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        write_number(out, item);
    } else if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        buf_char(out, open);
        for (const cJSON *m = item->child; m; m = m->next) {
            if (m != item->child)
                buf_char(out, ',');
            if (open == '{') {
                buf_json_text(out, m->string);
                buf_char(out, ':');
            }
            json_write(out, m);
        }
        buf_char(out, open == '{' ? '}' : ']');
    } else {
        buf_text(out, cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null");
    }
}

char *json_print_dup(const cJSON *item)
{
    struct buf out;

    buf_init(&out);
    json_write(&out, item);
    return buf_take(&out);
}

static void write_pretty(struct buf *out, const cJSON *item, int depth)
{
    char open = cJSON_IsObject(item) ? '{' : '[';

    if (!(cJSON_IsObject(item) || cJSON_IsArray(item)) || !item->child) {
        json_write(out, item);
        return;
    }
    buf_char(out, open);
    for (const cJSON *m = item->child; m; m = m->next) {
        buf_printf(out, "%s\n%*s", m == item->child ? "" : ",", 2 * (depth + 1), "");
        if (open == '{') {
            buf_json_text(out, m->string);
            buf_text(out, ": ");
        }
        write_pretty(out, m, depth + 1);
    }
    buf_printf(out, "\n%*s%c", 2 * depth, "", open == '{' ? '}' : ']');
}

char *json_pretty_dup(const cJSON *item)
{
    struct buf out;

    buf_init(&out);
    write_pretty(&out, item, 0);
    return buf_take(&out);
}

bool json_equal(const cJSON *a, const cJSON *b)
{
    return cJSON_Compare(a, b, true);
}
