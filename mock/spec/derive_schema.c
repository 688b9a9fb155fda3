#include "mock/spec/derive_schema.h"

#include "common/buf.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define REF_PREFIX "#/components/schemas/"
#define DEFAULT_LONGEST 64 // longer default texts are templates

struct entry {
    char *name, *text;
};

static struct {
    const cJSON *components;
    struct entry *made; // facts by name
    size_t count, room;
} all;

static cJSON *facts(const cJSON *schema);

/* Kept as they stand; what else a schema may hold is prose, tooling marks, or handled by name. */
static const char *const plain[] = {
    "type",          "required",         "enum",
    "format",        "pattern",          "minimum",
    "maximum",       "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf",    "minLength",        "maxLength",
    "minItems",      "maxItems",         "uniqueItems",
    "minProperties", "maxProperties",    "nullable",
    "readOnly",      "writeOnly",
};
static const char *const single[] = { "items", "additionalProperties", "not" };
static const char *const lists[] = { "oneOf", "anyOf", "allOf" };

static struct entry *entry_of(const char *name)
{
    for (size_t i = 0; i < all.count; i++)
        if (!strcmp(all.made[i].name, name))
            return &all.made[i];
    return NULL;
}

static size_t entry_add(const char *name)
{
    if (all.count == all.room) {
        all.room = all.room ? all.room * 2 : 1024;
        all.made = xrealloc(all.made, all.room * sizeof *all.made);
    }
    all.made[all.count] = (struct entry){ xstrdup(name), NULL };
    return all.count++;
}

/* The name is taken before the walk goes in: schemas refer to themselves. */
static void remember(const char *name, const cJSON *schema)
{
    size_t at = entry_add(name);
    cJSON *clean = facts(schema);

    all.made[at].text = json_print_dup(clean);
    cJSON_Delete(clean);
}

static void put_ref(cJSON *out, const char *ref)
{
    const char *name = ref + strlen(REF_PREFIX);

    cJSON_AddStringToObject(out, "$ref", name);
    if (!entry_of(name))
        remember(name, json_get(all.components, name));
}

static void put_properties(cJSON *out, const cJSON *properties)
{
    cJSON *into;
    const cJSON *one;

    if (!cJSON_IsObject(properties))
        return;
    into = cJSON_AddObjectToObject(out, "properties");
    cJSON_ArrayForEach (one, properties)
        cJSON_AddItemToObject(into, one->string, facts(one));
}

static void put_subschemas(cJSON *out, const cJSON *schema)
{
    for (size_t i = 0; i < ARRAY_LEN(single); i++) {
        const cJSON *one = json_get(schema, single[i]);

        if (cJSON_IsObject(one))
            cJSON_AddItemToObject(out, single[i], facts(one));
        else if (cJSON_IsBool(one))
            cJSON_AddBoolToObject(out, single[i], cJSON_IsTrue(one));
    }
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const cJSON *list = json_get(schema, lists[i]), *one;
        cJSON *into;

        if (!cJSON_IsArray(list))
            continue;
        into = cJSON_AddArrayToObject(out, lists[i]);
        cJSON_ArrayForEach (one, list)
            cJSON_AddItemToArray(into, facts(one));
    }
}

/* Three words and more are a sentence, no fact. */
static bool is_prose(const char *text)
{
    const char *blank = strchr(text, ' ');

    return blank && strchr(blank + 1, ' ');
}

static void put_default(cJSON *out, const cJSON *value)
{
    bool scalar = cJSON_IsNumber(value) || cJSON_IsBool(value);

    if (cJSON_IsString(value))
        scalar = strlen(value->valuestring) <= DEFAULT_LONGEST && !is_prose(value->valuestring);
    if (scalar)
        cJSON_AddItemToObject(out, "default", cJSON_Duplicate(value, true));
}

static void put_discriminator(cJSON *out, const cJSON *given)
{
    const char *member = json_text(given, "propertyName");

    if (member)
        cJSON_AddStringToObject(out, "discriminator", member);
}

static cJSON *facts(const cJSON *schema)
{
    cJSON *out = cJSON_CreateObject();
    const char *ref = json_text(schema, "$ref");

    if (ref) { // what stands beside a reference does not count, but three marks say what is meant
        put_ref(out, ref);
        for (const char *const *mark =
                 (const char *const[]){ "nullable", "readOnly", "writeOnly", NULL };
             *mark; mark++)
            if (json_flag(schema, *mark, false))
                cJSON_AddTrueToObject(out, *mark);
        return out;
    }
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        const cJSON *one = json_get(schema, plain[i]);

        if (one)
            cJSON_AddItemToObject(out, plain[i], cJSON_Duplicate(one, true));
    }
    put_default(out, json_get(schema, "default"));
    put_discriminator(out, json_get(schema, "discriminator"));
    put_properties(out, json_get(schema, "properties"));
    put_subschemas(out, schema);
    return out;
}

void derive_schema_begin(const cJSON *components)
{
    all.components = components;
}

static const char *name_of_text(const char *text)
{
    for (size_t i = 0; i < all.count; i++)
        if (all.made[i].text && !strcmp(all.made[i].text, text))
            return all.made[i].name;
    return NULL;
}

char *derive_schema_ref(const cJSON *schema, const char *inline_name)
{
    cJSON *clean;
    char *text;
    const char *ref, *same;

    if (!schema)
        return NULL;
    clean = facts(schema);
    ref = json_text(clean, "$ref");
    text = json_print_dup(clean);
    same = ref ? ref : name_of_text(text);
    if (!same) {
        size_t at = entry_add(inline_name);

        all.made[at].text = xstrdup(text);
        same = inline_name;
    }
    same = xstrdup(same);
    cJSON_Delete(clean);
    free(text);
    return (char *)same;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int derive_schema_write(const char *folder, char **why)
{
    char *path = text_printf("%s/schemas.json", folder);
    struct buf out;
    int rc;

    qsort(all.made, all.count, sizeof *all.made, by_name);
    buf_init(&out);
    buf_text(&out, "{\n");
    for (size_t i = 0; i < all.count; i++) {
        buf_json_text(&out, all.made[i].name);
        buf_printf(&out, ":%s%s\n", all.made[i].text, i + 1 < all.count ? "," : "");
    }
    buf_text(&out, "}\n");
    rc = file_write(path, out.at, out.len, 0644, why);
    buf_release(&out);
    free(path);
    return rc;
}

void derive_schema_end(void)
{
    for (size_t i = 0; i < all.count; i++) {
        free(all.made[i].name);
        free(all.made[i].text);
    }
    free(all.made);
}
