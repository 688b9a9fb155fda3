#include "mock/spec/compile_shape.h"

#include "common/mem.h"
#include "common/text.h"

#include <string.h>

#define DEPTH_MOST 12 // schemas may hold themselves

const cJSON *shape_open(const cJSON *json)
{
    for (int i = 0; i < DEPTH_MOST && json && json_get(json, "$ref"); i++)
        json = schema_json(json_text(json, "$ref"));
    return json;
}

static const char *const groups[] = { "allOf", "anyOf", "oneOf" };

/* Calls visit for the schema and all its parts and alternatives; stops when it says so. */
static bool walk(const cJSON *json, bool (*visit)(void *to, const cJSON *part), void *to, int depth)
{
    const cJSON *one;

    json = shape_open(json);
    if (!json || depth > DEPTH_MOST)
        return false;
    if (visit(to, json))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        cJSON_ArrayForEach (one, json_get(json, groups[i]))
            if (walk(one, visit, to, depth + 1))
                return true;
    return false;
}

static bool type_visit(void *to, const cJSON *part)
{
    static const char *const names[] = { "", "object", "array", "string", "number", "boolean" };
    enum shape_type *out = to;
    const char *type = json_text(part, "type");

    for (size_t i = 1; type && i < ARRAY_LEN(names); i++)
        if (!strcmp(type, names[i]))
            *out = (enum shape_type)i;
    if (type && !strcmp(type, "integer"))
        *out = TYPE_NUMBER;
    if (!type && json_get(part, "properties"))
        *out = TYPE_OBJECT;
    return *out != TYPE_UNKNOWN;
}

enum shape_type shape_type(const cJSON *json)
{
    enum shape_type type = TYPE_UNKNOWN;

    walk(json, type_visit, &type, 0);
    return type;
}

struct seek {
    const char *name;
    const cJSON *found;
    int64_t number;
};

static size_t weight(const cJSON *schema)
{
    char *text = json_print_dup(shape_open(schema));
    size_t len = strlen(text);

    cJSON_free(text);
    return len;
}

static bool member_visit(void *to, const cJSON *part)
{
    struct seek *s = to;
    const cJSON *member = json_get(json_get(part, "properties"), s->name);

    if (member && (!s->found || weight(member) > weight(s->found)))
        s->found = member;
    return false;
}

const cJSON *shape_member(const cJSON *json, const char *name)
{
    struct seek s = { .name = name };

    walk(json, member_visit, &s, 0);
    return s.found;
}

static bool requires_visit(void *to, const cJSON *part)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(part, "required"))
        if (cJSON_IsString(one) && !strcmp(one->valuestring, to))
            return true;
    return false;
}

bool shape_requires(const cJSON *json, const char *name)
{
    return walk(json, requires_visit, (void *)name, 0);
}

static bool other_visit(void *to, const cJSON *part)
{
    const char *const *names = to;
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(part, "required")) {
        size_t i = 0;

        while (names[i] && cJSON_IsString(one) && strcmp(names[i], one->valuestring) != 0)
            i++;
        if (!names[i])
            return true;
    }
    return false;
}

bool shape_requires_other(const cJSON *json, const char *const *names)
{
    return walk(json, other_visit, (void *)names, 0);
}

static bool key_visit(void *to, const cJSON *part)
{
    struct seek *s = to;

    s->found = json_get(part, s->name);
    return s->found != NULL;
}

int64_t shape_number(const cJSON *json, const char *key)
{
    struct seek s = { .name = key };

    return walk(json, key_visit, &s, 0) && json_is_whole(s.found) ? (int64_t)s.found->valuedouble
                                                                  : -1;
}

const char *shape_text(const cJSON *json, const char *key)
{
    struct seek s = { .name = key };

    return walk(json, key_visit, &s, 0) ? cJSON_GetStringValue(s.found) : NULL;
}

bool shape_flag(const cJSON *json, const char *key)
{
    struct seek s = { .name = key };

    return json_flag(json, key, false) || (walk(json, key_visit, &s, 0) && cJSON_IsTrue(s.found));
}

struct each {
    void (*visit)(void *to, const char *name, const cJSON *schema);
    void *to;
};

static bool each_visit(void *to, const cJSON *part)
{
    struct each *e = to;
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(part, "properties"))
        e->visit(e->to, one->string, one);
    return false;
}

void shape_each(const cJSON *json, void (*visit)(void *to, const char *name, const cJSON *schema),
                void *to)
{
    struct each e = { visit, to };

    walk(json, each_visit, &e, 0);
}

const cJSON *shape_items(const cJSON *json)
{
    struct seek s = { .name = "items" };

    return walk(json, key_visit, &s, 0) ? s.found : NULL;
}

struct lists {
    const char *name;
    const cJSON *items;
    const char *first;
};

/* The first member that is a list of objects, else the first that is a list. */
static void list_visit(void *to, const char *name, const cJSON *schema)
{
    struct lists *l = to;
    const cJSON *items = shape_type(schema) == TYPE_ARRAY ? shape_items(schema) : NULL;
    bool objects = items && shape_type(items) == TYPE_OBJECT;

    if (!items || !strcmp(name, "errors") || !strcmp(name, "messages") ||
        !strcmp(name, "schemas") || (l->name && !(objects && shape_type(l->items) != TYPE_OBJECT)))
        return;
    l->name = name;
    l->items = items;
}

static void find_list(struct body_shape *out)
{
    struct lists l = { 0 };

    out->list_member = "";
    if (shape_type(out->result) == TYPE_ARRAY) {
        out->items = shape_items(out->result);
        return;
    }
    shape_each(out->result, list_visit, &l);
    out->items = l.items;
    out->list_member = l.name ? l.name : "";
}

void body_shape(const char *name, struct body_shape *out)
{
    static const char *const carriers[] = { "result", "data", "results" };
    bool envelope;

    *out =
        (struct body_shape){ .whole = schema_json(name), .result_member = "", .list_member = "" };
    if (!out->whole)
        return;
    envelope = shape_member(out->whole, "success") || shape_member(out->whole, "errors");
    out->info = shape_member(out->whole, "result_info");
    for (size_t i = 0; i < ARRAY_LEN(carriers) && !out->result; i++)
        if ((!i || envelope) && (out->result = shape_member(out->whole, carriers[i])))
            out->result_member = carriers[i];
    if (!out->result && !envelope)
        out->result = out->whole;
    if (out->result)
        find_list(out);
}
