#include "mock/spec/schema_check.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/optable.h"
#include "mock/spec/schema.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 200 // deeper than any answer; a schema that only leads to itself ends here

struct check {
    struct schema_fault *fault;
    size_t path_len;
    unsigned depth;
    char path[256];
};

static bool check(struct check *c, uint32_t node, const cJSON *value);

/* Alternatives are tried in silence: `fault` is NULL then. */
static bool wrong(struct check *c, const char *what)
{
    if (c->fault) {
        snprintf(c->fault->path, sizeof c->fault->path, "%.*s", (int)c->path_len, c->path);
        snprintf(c->fault->what, sizeof c->fault->what, "%s", what);
    }
    return false;
}

static size_t push(struct check *c, const char *name, size_t index)
{
    size_t before = c->path_len;
    size_t room = sizeof c->path - before;
    int n = name ? snprintf(c->path + before, room, "%s%s", before ? "." : "", name)
                 : snprintf(c->path + before, room, "[%zu]", index);

    c->path_len += (size_t)n < room ? (size_t)n : room - 1;
    return before;
}

static uint32_t type_of(const cJSON *value)
{
    if (cJSON_IsNull(value))
        return SCHEMA_NULL;
    if (cJSON_IsBool(value))
        return SCHEMA_BOOL;
    if (cJSON_IsString(value))
        return SCHEMA_STRING;
    if (cJSON_IsArray(value))
        return SCHEMA_ARRAY;
    if (cJSON_IsObject(value))
        return SCHEMA_OBJECT;
    if (cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble))
        return SCHEMA_INTEGER | SCHEMA_NUMBER;
    return SCHEMA_NUMBER;
}

static const char *type_fault(uint32_t types)
{
    static const struct {
        uint32_t type;
        const char *what;
    } words[] = { { SCHEMA_STRING, "is not a string" }, { SCHEMA_OBJECT, "is not an object" },
                  { SCHEMA_ARRAY, "is not an array" },  { SCHEMA_INTEGER, "is not an integer" },
                  { SCHEMA_NUMBER, "is not a number" }, { SCHEMA_BOOL, "is not a boolean" } };

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (types & words[i].type)
            return words[i].what;
    return "is not null";
}

static bool digits_like(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == '0' ? !isdigit((unsigned char)*text) : *text != *form)
            return false;
    return true;
}

/* RFC 3339: 2026-01-02T03:04:05[.678](Z|+00:00). */
static bool is_date_time(const char *text)
{
    if (!digits_like(text, "0000-00-0") || strlen(text) < 20 || !strchr("Tt ", text[10]) ||
        !digits_like(text + 11, "00:00:00"))
        return false;
    text += 19;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (*text == 'Z' || *text == 'z')
        return !text[1];
    return (*text == '+' || *text == '-') && digits_like(text + 1, "00:00") && !text[6];
}

static bool format_fits(enum schema_format format, const char *text)
{
    unsigned char address[16];

    switch (format) {
    case FORMAT_DATE_TIME:
        return is_date_time(text);
    case FORMAT_DATE:
        return strlen(text) == 10 && digits_like(text, "0000-00-00");
    case FORMAT_UUID:
        return text_is_uuid(text);
    case FORMAT_IPV4:
        return inet_pton(AF_INET, text, address) == 1;
    case FORMAT_IPV6:
        return inet_pton(AF_INET6, text, address) == 1;
    case FORMAT_EMAIL:
        return strchr(text, '@') != NULL;
    default:
        return true;
    }
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80; // not a byte that goes on
    return n;
}

static const char *text_fault(const struct schema *s, const char *text)
{
    size_t n = s->flags & SCHEMA_LENGTH ? characters(text) : 0;

    if (s->flags & SCHEMA_LENGTH && n < s->least_length)
        return "is too short";
    if (s->flags & SCHEMA_LENGTH && n > s->most_length)
        return "is too long";
    return format_fits(s->format, text) ? NULL : "has not the right format";
}

static const char *number_fault(const struct schema *s, double value)
{
    if (s->flags & SCHEMA_MIN && (s->flags & SCHEMA_ABOVE ? value <= s->min : value < s->min))
        return "is too small";
    if (s->flags & SCHEMA_MAX && (s->flags & SCHEMA_BELOW ? value >= s->max : value > s->max))
        return "is too large";
    if (s->flags & SCHEMA_MULTIPLE && fabs(remainder(value, s->multiple)) > 1e-9)
        return "is not a multiple of what it must be";
    return NULL;
}

static bool in_enum(const struct schema *s, const cJSON *value)
{
    char *text = json_print_dup(value);
    bool found = s->flags & SCHEMA_NULL && cJSON_IsNull(value);

    for (uint32_t i = 0; !found && i < s->enums_count; i++)
        found = !strcmp(spec_text(s->enums[i]), text);
    free(text);
    return found;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By the items' text, sorted: a long list from a stranger must not cost its square. */
static bool all_differ(const cJSON *list, size_t n)
{
    char **texts = xcalloc(n + 1, sizeof *texts);
    const cJSON *one;
    bool differ = true;
    size_t i = 0;

    cJSON_ArrayForEach (one, list)
        texts[i++] = json_print_dup(one);
    qsort(texts, n, sizeof *texts, by_text);
    for (i = 1; i < n; i++)
        differ = differ && strcmp(texts[i - 1], texts[i]) != 0;
    for (i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
    return differ;
}

static bool check_items(struct check *c, const struct schema *s, const cJSON *value)
{
    size_t n = (size_t)cJSON_GetArraySize(value), i = 0;
    const cJSON *one;

    if (n < s->least_items)
        return wrong(c, "has too few items");
    if (n > s->most_items)
        return wrong(c, "has too many items");
    cJSON_ArrayForEach (one, value) {
        size_t before = push(c, NULL, i++);

        if (s->items && !check(c, s->items, one))
            return false;
        c->path_len = before;
    }
    if (s->flags & SCHEMA_UNIQUE && !all_differ(value, n))
        return wrong(c, "holds one item twice");
    return true;
}

static uint32_t own_member(const struct schema *s, const char *name)
{
    for (uint32_t i = 0; i < s->members_count; i++)
        if (!strcmp(schema_member_name(s->members[2 * i]), name))
            return s->members[2 * i + 1];
    return 0;
}

static bool check_members(struct check *c, const struct schema *s, const cJSON *value)
{
    size_t n = (size_t)cJSON_GetArraySize(value);
    const cJSON *one;

    if (n < s->least_members)
        return wrong(c, "has too few members");
    if (n > s->most_members)
        return wrong(c, "has too many members");
    for (uint32_t i = 0; i < s->members_count; i++) {
        const char *name = schema_member_name(s->members[2 * i]);

        if (schema_member_required(s->members[2 * i]) && !json_get(value, name)) {
            push(c, name, 0);
            return wrong(c, "is missing");
        }
    }
    cJSON_ArrayForEach (one, value) {
        size_t before = push(c, one->string, 0);
        uint32_t node = own_member(s, one->string);

        if (!node && s->flags & SCHEMA_OTHERS)
            node = s->others;
        if (node == SCHEMA_NOTHING)
            return wrong(c, "is not known here");
        if (node && !check(c, node, one))
            return false;
        c->path_len = before;
    }
    return true;
}

/* How many of the alternatives fit, up to two. */
static unsigned fitting(struct check *c, const uint32_t *nodes, uint32_t count, const cJSON *value)
{
    unsigned n = 0;

    for (uint32_t i = 0; n < 2 && i < count; i++) {
        struct check quiet = *c;

        quiet.fault = NULL;
        n += check(&quiet, nodes[i], value);
    }
    return n;
}

static bool check_parts(struct check *c, const struct schema *s, const cJSON *value)
{
    for (uint32_t i = 0; i < s->all_count; i++)
        if (!check(c, s->all[i], value))
            return false;
    if (s->any_count && !fitting(c, s->any, s->any_count, value))
        return wrong(c, "fits none of the alternatives");
    if (s->one_count && fitting(c, s->one, s->one_count, value) != 1)
        return wrong(c, "does not fit exactly one of the alternatives");
    if (s->not_node && fitting(c, &s->not_node, 1, value))
        return wrong(c, "is what it must not be");
    return true;
}

static bool check_value(struct check *c, const struct schema *s, const cJSON *value)
{
    uint32_t types = s->flags & SCHEMA_TYPES, type = type_of(value);
    const char *what = NULL;

    if (types && !(types & type))
        return wrong(c, type_fault(types));
    if (type == SCHEMA_NULL && types)
        return true;
    if (s->enums_count && !in_enum(s, value))
        return wrong(c, "is not one of the allowed values");
    if (type == SCHEMA_STRING)
        what = text_fault(s, value->valuestring);
    else if (type & SCHEMA_NUMBER)
        what = number_fault(s, value->valuedouble);
    if (what)
        return wrong(c, what);
    if (type == SCHEMA_ARRAY && !check_items(c, s, value))
        return false;
    if (type == SCHEMA_OBJECT && !check_members(c, s, value))
        return false;
    return check_parts(c, s, value);
}

static bool check(struct check *c, uint32_t node, const cJSON *value)
{
    struct schema s;
    bool fits;

    if (c->depth == DEPTH_MOST)
        return true;
    c->depth++;
    schema_open(node, &s);
    fits = check_value(c, &s, value);
    c->depth--;
    return fits;
}

bool schema_check(uint32_t node, const cJSON *value, struct schema_fault *fault)
{
    struct check c = { .fault = fault };

    return !node || check(&c, node, value);
}

bool schema_check_text(uint32_t node, const char *text)
{
    struct schema s;

    if (!node)
        return true;
    schema_open(node, &s);
    if (s.enums_count || s.all_count || s.any_count || s.one_count || s.not_node) {
        cJSON value = { .type = cJSON_String, .valuestring = (char *)text };

        return schema_check(node, &value, NULL);
    }
    return (!(s.flags & SCHEMA_TYPES) || s.flags & SCHEMA_STRING) && !text_fault(&s, text);
}
