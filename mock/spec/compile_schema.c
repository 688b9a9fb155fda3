/* schemas.json -> flat words (mock/spec/schema.h). Equal nodes are stored once; a reference is the
 * node it leads to, and a schema that holds itself goes through a slot. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"
#include "mock/spec/compile_shape.h"
#include "mock/spec/compile_words.h"
#include "mock/spec/schema.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const char *name;
    const cJSON *json;
    const struct source *source;
    uint32_t node;
    uint32_t slot; // + 1; 0: none
    bool busy;
};

static struct source files[2];
static size_t files_count;
static struct entry *entries;
static size_t entries_count;
static struct entry **slots;
static size_t slots_count;

static uint32_t compile(const struct source *s, const char *path, const cJSON *json);

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

void schemas_read(const char *file)
{
    struct source *s = &files[files_count++];
    const cJSON *one;

    if (!source_open(s, file))
        return;
    entries =
        xrealloc(entries, (entries_count + (size_t)cJSON_GetArraySize(s->root)) * sizeof *entries);
    cJSON_ArrayForEach (one, s->root)
        entries[entries_count++] = (struct entry){ .name = one->string, .json = one, .source = s };
    qsort(entries, entries_count, sizeof *entries, by_name);
}

static struct entry *entry_find(const char *name)
{
    struct entry key = { .name = name };

    return entries_count ? bsearch(&key, entries, entries_count, sizeof key, by_name) : NULL;
}

static uint32_t slot_of(struct entry *e)
{
    if (!e->slot) {
        slots = xrealloc(slots, (slots_count + 1) * sizeof *slots);
        slots[slots_count++] = e;
        e->slot = (uint32_t)slots_count;
    }
    return e->slot - 1;
}

static uint32_t entry_node(struct entry *e)
{
    if (!e->node) {
        e->busy = true;
        e->node = compile(e->source, e->name, e->json);
        e->busy = false;
    }
    return e->node;
}

static uint32_t compile_ref(const struct source *s, const char *path, const cJSON *json)
{
    struct entry *e = entry_find(json_text(json, "$ref"));
    struct words w;
    uint32_t marks = 0;

    if (!e) {
        fault(s, path_join(path, "$ref"), false, "no such schema");
        return 0;
    }
    if (json_flag(json, "nullable", false))
        marks |= SCHEMA_NULL;
    if (json_flag(json, "readOnly", false))
        marks |= SCHEMA_READ_ONLY;
    if (json_flag(json, "writeOnly", false))
        marks |= SCHEMA_WRITE_ONLY;
    if (!e->busy && !marks)
        return entry_node(e);
    words_begin(&w);
    w.at[0] = marks | (e->busy ? SCHEMA_AGAIN : SCHEMA_SAME);
    words_add(&w, e->busy ? slot_of(e) : entry_node(e));
    return words_store_take(&w);
}

/* Types and marks. */
static uint32_t flags_of(const cJSON *json)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } types[] = { { "boolean", SCHEMA_BOOL },  { "integer", SCHEMA_INTEGER },
                  { "number", SCHEMA_NUMBER }, { "string", SCHEMA_STRING },
                  { "object", SCHEMA_OBJECT }, { "array", SCHEMA_ARRAY } };
    static const struct {
        const char *name;
        uint32_t flag;
    } marks[] = { { "readOnly", SCHEMA_READ_ONLY },
                  { "writeOnly", SCHEMA_WRITE_ONLY },
                  { "exclusiveMinimum", SCHEMA_ABOVE },
                  { "exclusiveMaximum", SCHEMA_BELOW },
                  { "uniqueItems", SCHEMA_UNIQUE } };
    const char *type = json_text(json, "type");
    uint32_t flags = 0;

    for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
        if (!strcmp(types[i].name, type))
            flags |= types[i].flag;
    if (flags && json_flag(json, "nullable", false))
        flags |= SCHEMA_NULL;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (json_flag(json, marks[i].name, false) || cJSON_IsNumber(json_get(json, marks[i].name)))
            flags |= marks[i].flag;
    return flags;
}

static bool is_required(const cJSON *json, const char *name)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(json, "required"))
        if (cJSON_IsString(one) && !strcmp(one->valuestring, name))
            return true;
    return false;
}

static uint32_t anything(void)
{
    struct words w;

    words_begin(&w);
    return words_store_take(&w);
}

/* Named members, then those that are only required. */
static void add_members(struct words *w, const struct source *s, const char *path,
                        const cJSON *json)
{
    const cJSON *members = json_get(json, "properties"), *one;
    size_t at = w->count;
    char *below = path_join(path, "properties");

    if (!members && !cJSON_GetArraySize(json_get(json, "required")))
        return;
    words_add(w, 0);
    cJSON_ArrayForEach (one, members) {
        char *place = path_join(below, one->string);

        words_add(w,
                  text_add(one->string) | (is_required(json, one->string) ? SCHEMA_REQUIRED : 0));
        words_add(w, compile(s, place, one));
        w->at[at]++;
        free(place);
    }
    cJSON_ArrayForEach (one, json_get(json, "required")) {
        if (!cJSON_IsString(one) || json_get(members, one->valuestring))
            continue;
        words_add(w, text_add(one->valuestring) | SCHEMA_REQUIRED);
        words_add(w, anything());
        w->at[at]++;
    }
    w->at[0] |= SCHEMA_MEMBERS;
    free(below);
}

static void add_sub(struct words *w, const struct source *s, const char *path, const cJSON *json,
                    const char *member, uint32_t flag)
{
    const cJSON *sub = json_get(json, member);
    char *place;

    if (cJSON_IsFalse(sub)) {
        words_add(w, SCHEMA_NOTHING);
        w->at[0] |= flag;
    } else if (cJSON_IsObject(sub)) {
        place = path_join(path, member);
        words_add(w, compile(s, place, sub));
        w->at[0] |= flag;
        free(place);
    }
}

static void add_list(struct words *w, const struct source *s, const char *path, const cJSON *json,
                     const char *member, uint32_t flag)
{
    const cJSON *list = json_get(json, member), *one;
    int n = 0;

    if (!cJSON_GetArraySize(list))
        return;
    words_add(w, (uint32_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach (one, list) {
        char *place = text_printf("%s.%s[%d]", path, member, n++);

        words_add(w, compile(s, place, one));
        free(place);
    }
    w->at[0] |= flag;
}

static uint32_t compile(const struct source *s, const char *path, const cJSON *json)
{
    static const char *const known[] = { "type",
                                         "required",
                                         "enum",
                                         "format",
                                         "minimum",
                                         "maximum",
                                         "exclusiveMinimum",
                                         "exclusiveMaximum",
                                         "multipleOf",
                                         "minLength",
                                         "maxLength",
                                         "minItems",
                                         "maxItems",
                                         "uniqueItems",
                                         "minProperties",
                                         "maxProperties",
                                         "nullable",
                                         "readOnly",
                                         "writeOnly",
                                         "items",
                                         "additionalProperties",
                                         "not",
                                         "oneOf",
                                         "anyOf",
                                         "allOf",
                                         "properties",
                                         "default",
                                         "discriminator",
                                         "$ref",
                                         NULL };
    struct words w;

    check_keys(s, path, json, known);
    if (json_get(json, "$ref"))
        return compile_ref(s, path, json);
    words_begin(&w);
    w.at[0] = flags_of(json);
    words_add_format(&w, json);
    add_members(&w, s, path, json);
    add_sub(&w, s, path, json, "additionalProperties", SCHEMA_OTHERS);
    add_sub(&w, s, path, json, "items", SCHEMA_ITEMS);
    words_add_enum(&w, json);
    words_add_limits(&w, json);
    add_list(&w, s, path, json, "allOf", SCHEMA_ALL);
    add_list(&w, s, path, json, "anyOf", SCHEMA_ANY);
    add_list(&w, s, path, json, "oneOf", SCHEMA_ONE);
    add_sub(&w, s, path, json, "not", SCHEMA_NOT);
    words_add_default(&w, json);
    return words_store_take(&w);
}

uint32_t schema_named(const char *name, const struct row *row)
{
    struct entry *e = entry_find(name);

    if (!strcmp(name, "-"))
        return 0;
    if (!e) {
        fault_line(row->file, row->line, "%s: no such schema", name);
        return 0;
    }
    return entry_node(e);
}

const cJSON *schema_json(const char *name)
{
    struct entry *e = entry_find(name);

    return e ? e->json : NULL;
}

uint32_t schema_node(const cJSON *json)
{
    return json ? compile(&files[0], "", json) : 0;
}

uint32_t schema_compile(const struct source *s, const char *path, const cJSON *json)
{
    return compile(s, path, json);
}

void schemas_emit(struct buf *out)
{
    words_emit(out);
    buf_text(out, "const uint32_t schema_slots[] = {\n");
    for (size_t i = 0; i < slots_count; i++)
        buf_printf(out, "    %u, // %s\n", slots[i]->node, slots[i]->name);
    buf_text(out, "    0\n};\n");
}
