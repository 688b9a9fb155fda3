#include "mock/spec/schema_check.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/optable.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 200 // deeper than any answer; a schema that only leads to itself ends here

#define STEPS_MOST 1000000 // alternatives within alternatives: a body could ask for their product

struct check {
    struct schema_fault *fault;
    const struct schema_request *request; // NULL: to the letter
    size_t *steps;
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
        c->fault->right[0] = '\0';
        c->fault->weight = (int)c->depth;
    }
    return false;
}

static bool wrong_number(struct check *c, const char *what, double limit, const char *then)
{
    wrong(c, what);
    if (c->fault)
        snprintf(c->fault->right, sizeof c->fault->right, "%.15g%s", limit, then);
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
    if (cJSON_IsRaw(value)) // an integer that a double can't hold
        return SCHEMA_INTEGER | SCHEMA_NUMBER;
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

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80; // not a byte that goes on
    return n;
}

static bool check_text(struct check *c, const struct schema *s, const char *text)
{
    size_t n = s->flags & SCHEMA_LENGTH ? characters(text) : 0;

    if (s->flags & SCHEMA_LENGTH && n < s->least_length)
        return wrong_number(c, "is too short", s->least_length, " characters or more");
    if (s->flags & SCHEMA_LENGTH && n > s->most_length)
        return wrong_number(c, "is too long", s->most_length, " characters or fewer");
    if (schema_format_fits(s->format, text))
        return true;
    wrong(c, "has not the right format");
    if (c->fault)
        snprintf(c->fault->right, sizeof c->fault->right, "%s", schema_format_words(s->format));
    return false;
}

static bool check_number(struct check *c, const struct schema *s, double value)
{
    if (s->flags & SCHEMA_MIN && (s->flags & SCHEMA_ABOVE ? value <= s->min : value < s->min))
        return wrong_number(c, "is too small", s->min,
                            s->flags & SCHEMA_ABOVE ? " is below all" : " or more");
    if (s->flags & SCHEMA_MAX && (s->flags & SCHEMA_BELOW ? value >= s->max : value > s->max))
        return wrong_number(c, "is too large", s->max,
                            s->flags & SCHEMA_BELOW ? " is above all" : " or less");
    if (s->flags & SCHEMA_MULTIPLE && fabs(remainder(value, s->multiple)) > 1e-9)
        return wrong_number(c, "is not a multiple of what it must be", s->multiple, "");
    return true;
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

static bool wrong_choice(struct check *c, const struct schema *s)
{
    char *right = c->fault ? c->fault->right : NULL;
    size_t used = 0, room = sizeof c->fault->right;

    wrong(c, "is not one of the allowed values");
    for (uint32_t i = 0; right && i < s->enums_count; i++) {
        const char *text = spec_text(s->enums[i]);
        int n = snprintf(right + used, room - used, "%s%s", i ? ", " : "", text);

        if ((size_t)n >= room - used - 8) { // room for the dots
            snprintf(right + used, room - used, "%s...", i ? ", " : "");
            break;
        }
        used += (size_t)n;
    }
    if (c->fault && s->enums_count == 1)
        c->fault->weight = 0; // another alternative's mark
    return false;
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
        return wrong_number(c, "has too few items", s->least_items, " or more");
    if (n > s->most_items)
        return wrong_number(c, "has too many items", s->most_items, " or fewer");
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

bool schema_path_is(const char *path, const char *word, size_t len)
{
    for (; *path && len; path++, word++, len--) {
        if (*path != *word)
            return false;
        if (*path == '[')
            path += strspn(path + 1, "0123456789");
    }
    return !*path && !len;
}

/* May a client leave this member out, though it is required? */
static bool may_lack(const struct check *c, const char *name, uint32_t node)
{
    struct schema s;
    char path[sizeof c->path];

    if (!c->request)
        return false;
    if (c->path_len == 0 && c->request->merge)
        return true;
    snprintf(path, sizeof path, "%.*s%s%s", (int)c->path_len, c->path, c->path_len ? "." : "",
             name);
    for (const char *at = c->request->optional; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (schema_path_is(path, at, strcspn(at, " ")))
            return true;
    if (!node)
        return false;
    schema_open(node, &s);
    return (s.flags & (SCHEMA_READ_ONLY | SCHEMA_DEFAULT)) != 0;
}

static bool check_required(struct check *c, const struct schema *s, const cJSON *value)
{
    for (uint32_t i = 0; i < s->members_count; i++) {
        const char *name = schema_member_name(s->members[2 * i]);

        if (schema_member_required(s->members[2 * i]) && !json_get(value, name) &&
            !may_lack(c, name, s->members[2 * i + 1])) {
            push(c, name, 0);
            c->depth++; // it is the member that is wrong
            wrong(c, "is missing");
            c->depth--;
            return false;
        }
    }
    return true;
}

static const uint32_t *find_member(const struct schema *s, const char *name)
{
    for (uint32_t i = 0; i < s->members_count; i++)
        if (!strcmp(schema_member_name(s->members[2 * i]), name))
            return &s->members[2 * i];
    return NULL;
}

/* A client's member that is not looked at: read-only, or null where absent would do. */
static bool is_passed(const struct check *c, const uint32_t *member, const cJSON *value)
{
    struct schema s;

    if (!c->request || !member)
        return false;
    if (cJSON_IsNull(value) &&
        (!schema_member_required(member[0]) || may_lack(c, value->string, member[1])))
        return true;
    schema_open(member[1], &s);
    return (s.flags & SCHEMA_READ_ONLY) != 0;
}

static bool check_members(struct check *c, const struct schema *s, const cJSON *value)
{
    size_t n = (size_t)cJSON_GetArraySize(value);
    const cJSON *one;

    if (n < s->least_members)
        return wrong_number(c, "has too few members", s->least_members, " or more");
    if (n > s->most_members)
        return wrong_number(c, "has too many members", s->most_members, " or fewer");
    if (!c->request && !check_required(c, s, value))
        return false;
    cJSON_ArrayForEach (one, value) {
        size_t before = c->path_len;
        const uint32_t *member = find_member(s, one->string);
        uint32_t node = member ? member[1] : s->flags & SCHEMA_OTHERS ? s->others : 0;

        if (is_passed(c, member, one) || (c->request && node == SCHEMA_NOTHING))
            continue;
        push(c, one->string, 0);
        if (node == SCHEMA_NOTHING)
            return wrong(c, "is not known here");
        if (node && !check(c, node, one))
            return false;
        c->path_len = before;
    }
    return !c->request ||
           check_required(c, s, value); // last: what is there tells which alternative is meant
}

/* Two alternatives are equally near: both lack a member, or there is nothing to say. */
static void join_faults(struct schema_fault *near, const struct schema_fault *fault)
{
    static const char lacks[] = "is missing", lacks_one[] = "needs one of its members";
    size_t used = strlen(near->right);

    if (strcmp(near->path, fault->path) == 0 && strcmp(near->what, fault->what) == 0)
        return;
    if (strcmp(fault->what, lacks) != 0 ||
        (strcmp(near->what, lacks) != 0 && strcmp(near->what, lacks_one) != 0)) {
        near->what[0] = '\0';
        return;
    }
    if (strcmp(near->what, lacks) == 0)
        used = (size_t)snprintf(near->right, sizeof near->right, "%.100s", near->path);
    if (used < sizeof near->right)
        snprintf(near->right + used, sizeof near->right - used, ", %.100s", fault->path);
    snprintf(near->what, sizeof near->what, lacks_one);
}

/* How many of the alternatives fit, up to two; *near (may be NULL) says what is wrong with the one
 * that comes nearest: nothing, if two are equally near. */
static unsigned fitting(struct check *c, const uint32_t *nodes, uint32_t count, const cJSON *value,
                        struct schema_fault *near)
{
    struct schema_fault fault = { .what = "" };
    unsigned n = 0;

    for (uint32_t i = 0; n < 2 && i < count; i++) {
        struct check quiet = *c;

        quiet.fault = near ? &fault : NULL;
        fault.weight = 0;
        if (check(&quiet, nodes[i], value))
            n++;
        else if (near && fault.weight > near->weight)
            *near = fault;
        else if (near && fault.weight == near->weight && near->what[0])
            join_faults(near, &fault);
    }
    return n;
}

/* Where a client's body fits none of several alternatives, but one is meant: what is wrong with
 * that. */
static bool wrong_alternative(struct check *c, const struct schema_fault *near, const char *what)
{
    if (!near->what[0] || !c->fault)
        return wrong(c, what);
    *c->fault = *near;
    if (near->right[0] && strcmp(near->what, "needs one of its members") == 0)
        snprintf(c->fault->path, sizeof c->fault->path, "%.*s", (int)c->path_len, c->path);
    return false;
}

static bool check_parts(struct check *c, const struct schema *s, const cJSON *value)
{
    struct schema_fault near = { .what = "" };
    struct schema_fault *asked = c->request && c->fault ? &near : NULL;
    unsigned n;

    for (uint32_t i = 0; i < s->all_count; i++)
        if (!check(c, s->all[i], value))
            return false;
    if (s->any_count && !fitting(c, s->any, s->any_count, value, asked))
        return wrong_alternative(c, &near, "fits none of the alternatives");
    n = s->one_count ? fitting(c, s->one, s->one_count, value, asked) : 1;
    if (n == 0)
        return wrong_alternative(c, &near,
                                 c->request ? "fits none of the alternatives"
                                            : "does not fit exactly one of the alternatives");
    if (n > 1 && !c->request)
        return wrong(c, "does not fit exactly one of the alternatives");
    if (s->not_node && fitting(c, &s->not_node, 1, value, NULL))
        return wrong(c, "is what it must not be");
    return true;
}

static double number_of(const cJSON *value)
{
    return cJSON_IsRaw(value) ? strtod(value->valuestring, NULL) : value->valuedouble;
}

static bool check_value(struct check *c, const struct schema *s, const cJSON *value)
{
    uint32_t types = s->flags & SCHEMA_TYPES, type = type_of(value);

    if (types && !(types & type))
        return wrong(c, type_fault(types));
    if (type == SCHEMA_NULL && types)
        return true;
    if (s->enums_count && !in_enum(s, value))
        return wrong_choice(c, s);
    if (type == SCHEMA_STRING && !check_text(c, s, value->valuestring))
        return false;
    if (type & SCHEMA_NUMBER && !check_number(c, s, number_of(value)))
        return false;
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

    if (c->depth == DEPTH_MOST || ++*c->steps > STEPS_MOST)
        return true;
    c->depth++;
    schema_open(node, &s);
    fits = check_value(c, &s, value);
    c->depth--;
    return fits;
}

bool schema_check(uint32_t node, const cJSON *value, struct schema_fault *fault)
{
    size_t steps = 0;
    struct check c = { .fault = fault, .steps = &steps };

    return !node || check(&c, node, value);
}

bool schema_check_request(uint32_t node, const cJSON *value, const struct schema_request *how,
                          struct schema_fault *fault)
{
    size_t steps = 0;
    struct check c = { .fault = fault, .steps = &steps, .request = how };

    return !node || check(&c, node, value);
}

bool schema_check_text(uint32_t node, const char *text)
{
    struct check quiet = { 0 };
    struct schema s;

    if (!node)
        return true;
    schema_open(node, &s);
    if (s.enums_count || s.all_count || s.any_count || s.one_count || s.not_node) {
        cJSON value = { .type = cJSON_String, .valuestring = (char *)text };

        return schema_check(node, &value, NULL);
    }
    return (!(s.flags & SCHEMA_TYPES) || s.flags & SCHEMA_STRING) && check_text(&quiet, &s, text);
}
