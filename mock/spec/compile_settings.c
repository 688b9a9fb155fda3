/* The catalogue of zone settings: the sections `values` and `settings` of a descriptor. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"
#include "mock/spec/settings.h"

#include <stdlib.h>
#include <string.h>

static struct setting *settings;
static size_t settings_count;

/* One setting being read. */
struct reading {
    const struct source *source;
    const char *family;
    const char *path; // of the setting in the descriptor
    const cJSON *json;
};

static void wrong(const struct reading *r, const char *member, const char *what)
{
    fault(r->source, path_join(r->path, member), false, "%s", what);
}

/* "PBE" to bits; the fallback where the member is absent. */
static uint8_t plans_of(const struct reading *r, const char *member, uint8_t fallback)
{
    const char *letters = json_text(r->json, member);
    uint8_t bits = 0;

    if (!json_get(r->json, member))
        return fallback;
    for (const char *at = letters; at && *at; at++) {
        const char *found = strchr(PLAN_LETTERS, *at);

        if (found)
            bits |= (uint8_t)(1u << (found - PLAN_LETTERS));
        else
            wrong(r, member, "names plans by the letters " PLAN_LETTERS);
    }
    if (!letters)
        wrong(r, member, "names plans by the letters " PLAN_LETTERS);
    return bits;
}

static uint16_t error_of(const struct reading *r, const char *member, const char *fallback)
{
    const char *name = json_text(r->json, member);
    uint16_t id = 0;

    if (name || fallback)
        id = error_find(r->family, name ? name : fallback);
    if (!id && json_get(r->json, member))
        wrong(r, member, "names no error of this family");
    return id;
}

/* A schema, or the name of one in `values`. */
static uint32_t value_of(const struct reading *r)
{
    const cJSON *value = json_get(r->json, "value");
    const char *name = cJSON_GetStringValue(value), *place = path_join(r->path, "value");

    if (name) {
        value = json_get(json_get(r->source->root, "values"), name);
        place = path_join("values", name);
    }
    if (!cJSON_IsObject(value)) {
        wrong(r, "value", "is a schema or the name of one in \"values\"");
        return 0;
    }
    return schema_compile(r->source, place, value);
}

/* Calls set for each plan that a key of the member ("FP") names. */
static void by_plan(const struct reading *r, const char *member, struct setting *out,
                    void (*set)(const struct reading *r, const char *place, struct setting *out,
                                enum plan plan, const cJSON *value))
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(r->json, member)) {
        char *place = path_join(path_join(r->path, member), one->string);

        for (const char *at = one->string; *at; at++) {
            const char *found = strchr(PLAN_LETTERS, *at);

            if (found)
                set(r, place, out, (enum plan)(found - PLAN_LETTERS), one);
            else
                fault(r->source, place, true, "names plans by the letters " PLAN_LETTERS);
        }
        free(place);
    }
}

static uint32_t json_add(const cJSON *value)
{
    char *text = value ? json_print_dup(value) : NULL;
    uint32_t offset = text_add(text);

    free(text);
    return offset;
}

static void set_fresh(const struct reading *r, const char *place, struct setting *out,
                      enum plan plan, const cJSON *value)
{
    (void)r;
    (void)place;
    out->fresh[plan] = json_add(value);
}

static void set_limit(const struct reading *r, const char *place, struct setting *out,
                      enum plan plan, const cJSON *value)
{
    out->limits[plan] = schema_compile(r->source, place, value);
}

static void read_members(const struct reading *r, struct setting *out)
{
    const char *member = json_text(r->json, "member");
    const cJSON *one;

    out->enabled = member && !strcmp(member, "enabled");
    if (json_get(r->json, "member") && !out->enabled)
        wrong(r, "member", "can only be \"enabled\"");
    cJSON_ArrayForEach (one, json_get(r->json, "without")) {
        const char *name = cJSON_GetStringValue(one);

        if (name && !strcmp(name, "modified_on"))
            out->undated = true;
        else if (name && !strcmp(name, "editable"))
            out->unflagged = true;
        else
            wrong(r, "without", "can only hold \"modified_on\" and \"editable\"");
    }
}

static void read_setting(const struct reading *r, const char *name)
{
    static const char *const known[] = { "id",        "value",    "fresh",   "fresh_on", "limits",
                                         "beside",    "editable", "listed",  "locked",   "closed",
                                         "closed_on", "member",   "without", "as_text",  "why",
                                         "unkept",    "needs",    "lacking", "dated",    NULL };
    const char *id = json_text(r->json, "id");
    struct setting out = { .path = text_add(name),
                           .id = text_add(id ? id : name),
                           .value = value_of(r),
                           .beside = json_add(json_get(r->json, "beside")),
                           .unkept = text_add(json_text(r->json, "unkept")),
                           .needs = text_add(json_text(r->json, "needs")),
                           .lacking = error_of(r, "lacking", NULL),
                           .locked = error_of(r, "locked", "not_allowed"),
                           .closed = error_of(r, "closed", NULL),
                           .editable = plans_of(r, "editable", PLANS_ALL),
                           .closed_on = plans_of(r, "closed_on", PLANS_ALL),
                           .listed = plans_of(r, "listed", PLANS_ALL),
                           .as_text = json_flag(r->json, "as_text", false),
                           .dated = json_flag(r->json, "dated", false) };

    check_keys(r->source, r->path, r->json, known);
    if (!json_get(r->json, "fresh"))
        fault(r->source, r->path, true, "lacks \"fresh\": the value of an untouched zone");
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        out.fresh[plan] = json_add(json_get(r->json, "fresh"));
    by_plan(r, "fresh_on", &out, set_fresh);
    by_plan(r, "limits", &out, set_limit);
    read_members(r, &out);
    settings = xrealloc(settings, (settings_count + 1) * sizeof *settings);
    settings[settings_count++] = out;
}

void settings_read(const struct source *s, const char *family)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(s->root, "settings")) {
        struct reading r = { s, family, path_join("settings", one->string), one };

        if (strcmp(one->string, "why") != 0)
            read_setting(&r, one->string);
    }
}

static int by_path(const void *a, const void *b)
{
    const struct setting *one = a, *two = b;

    return strcmp(text_at(one->path), text_at(two->path));
}

void settings_emit(struct buf *out)
{
    if (settings_count)
        qsort(settings, settings_count, sizeof *settings, by_path);
    buf_text(out, "const struct setting spec_settings[] = {\n");
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *s = &settings[i];

        buf_printf(out, "    { .path = %u, .id = %u, .value = %u, .beside = %u, .fresh = {",
                   s->path, s->id, s->value, s->beside);
        for (int plan = 0; plan < PLAN_COUNT; plan++)
            buf_printf(out, " %u,", s->fresh[plan]);
        buf_printf(out, " }, .unkept = %u, .needs = %u, .lacking = %u, .dated = %d, .limits = {",
                   s->unkept, s->needs, s->lacking, s->dated);
        for (int plan = 0; plan < PLAN_COUNT; plan++)
            buf_printf(out, " %u,", s->limits[plan]);
        buf_printf(out, " }, .locked = %u, .closed = %u,", s->locked, s->closed);
        buf_printf(out, " .editable = %u, .closed_on = %u, .listed = %u,", s->editable,
                   s->closed_on, s->listed);
        buf_printf(out, " .enabled = %d, .as_text = %d, .undated = %d, .unflagged = %d }, // %s\n",
                   s->enabled, s->as_text, s->undated, s->unflagged, text_at(s->path));
    }
    buf_printf(out, "    { 0 }\n};\nconst size_t spec_settings_count = %zu;\n", settings_count);
}
