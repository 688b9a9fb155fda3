#include "mock/spec/compile_words.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"
#include "mock/spec/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (1u << 18) // far more than nodes, so probing stays short

static uint32_t *all; // all[0] is no node
static size_t all_count = 1, all_room;
static struct {
    uint32_t node, count;
} known[SLOTS];
static double *numbers;
static size_t numbers_count;

void words_begin(struct words *w)
{
    *w = (struct words){ 0 };
    words_add(w, 0);
}

void words_add(struct words *w, uint32_t word)
{
    if (w->count == w->room) {
        w->room = w->room ? w->room * 2 : 16;
        w->at = xrealloc(w->at, w->room * sizeof *w->at);
    }
    w->at[w->count++] = word;
}

uint32_t words_store_take(struct words *w)
{
    size_t bytes = w->count * sizeof *w->at;
    uint32_t hash = 2166136261u, slot, node;

    for (size_t i = 0; i < w->count; i++)
        hash = (hash ^ w->at[i]) * 16777619u;
    hash ^= hash >> 15;
    for (slot = hash % SLOTS; known[slot].node; slot = (slot + 1) % SLOTS)
        if (known[slot].count == w->count && !memcmp(all + known[slot].node, w->at, bytes))
            break;
    if (!known[slot].node) {
        while (all_count + w->count > all_room) {
            all_room = all_room ? all_room * 2 : 1 << 16;
            all = xrealloc(all, all_room * sizeof *all);
        }
        memcpy(all + all_count, w->at, bytes);
        known[slot].node = (uint32_t)all_count;
        known[slot].count = (uint32_t)w->count;
        all_count += w->count;
    }
    node = known[slot].node;
    free(w->at);
    return node;
}

void words_add_format(struct words *w, const cJSON *json)
{
    static const struct {
        const char *name;
        enum schema_format format;
    } formats[] = {
        { "date-time", FORMAT_DATE_TIME },
        { "date", FORMAT_DATE },
        { "uuid", FORMAT_UUID },
        { "uri", FORMAT_URI },
        { "URI", FORMAT_URI },
        { "uri-reference", FORMAT_URI },
        { "uri-template", FORMAT_URI },
        { "email", FORMAT_EMAIL },
        { "hostname", FORMAT_HOSTNAME },
        { "ipv4", FORMAT_IPV4 },
        { "ipv6", FORMAT_IPV6 },
        { "cidr", FORMAT_CIDR },
        { "A.B.C.D/N", FORMAT_CIDR },
        { "byte", FORMAT_BYTE },
    };
    const char *name = json_text(json, "format");

    for (size_t i = 0; name && i < ARRAY_LEN(formats); i++)
        if (!strcmp(formats[i].name, name)) {
            words_add(w, formats[i].format);
            w->at[0] |= SCHEMA_FORMAT;
            return;
        }
}

void words_add_enum(struct words *w, const cJSON *json)
{
    const cJSON *list = json_get(json, "enum"), *one;

    if (!cJSON_GetArraySize(list))
        return;
    words_add(w, (uint32_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach (one, list) {
        char *text = json_print_dup(one);

        words_add(w, text_add(text));
        free(text);
    }
    w->at[0] |= SCHEMA_ENUM;
}

static uint32_t number_add(double value)
{
    for (size_t i = 0; i < numbers_count; i++)
        if (numbers[i] == value)
            return (uint32_t)i;
    numbers = xrealloc(numbers, (numbers_count + 1) * sizeof *numbers);
    numbers[numbers_count] = value;
    return (uint32_t)numbers_count++;
}

/* An exclusive limit may be a mark beside the limit (OpenAPI 3.0) or the limit itself (3.1). */
static void add_number(struct words *w, const cJSON *json, const char *name, const char *exclusive,
                       uint32_t flag)
{
    const cJSON *value = json_get(json, name);

    if (exclusive && cJSON_IsNumber(json_get(json, exclusive)))
        value = json_get(json, exclusive);
    if (!cJSON_IsNumber(value))
        return;
    words_add(w, number_add(value->valuedouble));
    w->at[0] |= flag;
}

static void add_range(struct words *w, const cJSON *json, const char *least, const char *most,
                      uint32_t flag)
{
    int64_t low = json_whole(json, least, 0), high = json_whole(json, most, -1);

    if (low <= 0 && high < 0)
        return;
    words_add(w, low > 0 ? (uint32_t)low : 0);
    words_add(w, high < 0 || high >= SCHEMA_NO_LIMIT ? SCHEMA_NO_LIMIT : (uint32_t)high);
    w->at[0] |= flag;
}

void words_add_limits(struct words *w, const cJSON *json)
{
    add_number(w, json, "minimum", "exclusiveMinimum", SCHEMA_MIN);
    add_number(w, json, "maximum", "exclusiveMaximum", SCHEMA_MAX);
    add_number(w, json, "multipleOf", NULL, SCHEMA_MULTIPLE);
    add_range(w, json, "minLength", "maxLength", SCHEMA_LENGTH);
    add_range(w, json, "minItems", "maxItems", SCHEMA_COUNT);
    add_range(w, json, "minProperties", "maxProperties", SCHEMA_SIZE);
}

void words_add_default(struct words *w, const cJSON *json)
{
    const cJSON *value = json_get(json, "default");
    char *text;

    if (!value)
        return;
    text = json_print_dup(value);
    words_add(w, text_add(text));
    w->at[0] |= SCHEMA_DEFAULT;
    free(text);
}

void words_emit(struct buf *out)
{
    buf_text(out, "const uint32_t schema_words[] = {\n    0,");
    for (size_t i = 1; i < all_count; i++)
        buf_printf(out, "%s%u,", i % 16 ? " " : "\n    ", all[i]);
    buf_text(out, "\n};\nconst double schema_numbers[] = {\n");
    for (size_t i = 0; i < numbers_count; i++)
        buf_printf(out, "    %.17g,\n", numbers[i]);
    buf_text(out, "    0\n};\n");
}
