/* Family descriptors: what the OpenAPI document does not say, put on the rows. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile_resources.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct names hooks, kinds;

static const char *const auths[] = { "normal",     "none",  "user_only", "key_only",
                                     "hook_token", "other", NULL };

/* One descriptor on its way through. */
struct family {
    struct source source;
    const char *name;
    uint8_t dialect;
};

static void read_errors(struct family *f)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(f->source.root, "errors"))
        error_add(&f->source, path_join("errors", one->string), f->name, one->string, one);
}

static void read_resources(struct family *f)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(f->source.root, "resources"))
        kind_read(&f->source, f->name, one);
}

/* Rows belong to the family whose glob says most. */
static void cover(struct family *f, const char *glob, const char *place)
{
    char *pattern = text_printf("* %s", glob);
    size_t weight = 0, matched = 0;

    for (const char *at = glob; *at; at++)
        weight += *at != '*';
    for (size_t i = 0; i < rows.count; i++) {
        struct row *row = &rows.at[i];

        if (!row_matches(row, pattern))
            continue;
        matched++;
        if (weight < row->covered_by)
            continue;
        if (weight == row->covered_by && strcmp(text_at(row->op.family), f->name) != 0)
            fault(&f->source, place, false, "%s belongs to %s as well", row->path,
                  text_at(row->op.family));
        row->covered_by = weight;
        row->op.family = text_add(f->name);
        row->op.dialect = f->dialect;
    }
    if (!matched)
        fault(&f->source, place, false, "matches no operation");
    free(pattern);
}

static void read_covers(struct family *f)
{
    const cJSON *one;
    int n = 0;

    cJSON_ArrayForEach (one, json_get(f->source.root, "covers")) {
        char *place = text_printf("covers[%d]", n++);

        if (cJSON_IsString(one))
            cover(f, one->valuestring, place);
        else
            fault(&f->source, place, false, "not a path glob");
        free(place);
    }
}

/* An operation by its exact name, or NULL and a fault with the nearest. */
struct row *row_named(const struct source *s, const char *section, const char *name)
{
    const char *space = strchr(name, ' '), *near;
    char *method = space ? xstrndup(name, (size_t)(space - name)) : NULL;
    struct row *row = space ? row_find(method, space + 1) : NULL;

    free(method);
    if (row)
        return row;
    near = row_nearest(name);
    fault(s, path_join(section, name), true, "no such operation%s%s",
          near ? ", nearest: " : "", near ? near : "");
    return NULL;
}

static bool is_identifier(const char *text)
{
    if (!text || isdigit((unsigned char)*text) || !*text)
        return false;
    while (isalnum((unsigned char)*text) || *text == '_')
        text++;
    return !*text;
}

void action_set(const struct source *s, const char *place, struct row *row, const cJSON *value)
{
    static const char *const known[] = { "fixed", NULL };
    const cJSON *fixed = json_get(value, "fixed");
    char *text;

    check_keys(s, place, value, known);
    if (fixed) {
        text = json_print_dup(fixed);
        row->op.fixed = text_add(text);
        free(text);
    } else if (is_identifier(cJSON_GetStringValue(value))) {
        row->op.action = names_add(&hooks, value->valuestring);
    } else {
        fault(s, place, false, "neither the name of a hook nor {\"fixed\": result}");
        return;
    }
    row->op.depth = DEPTH_FAMILY;
}

static void read_actions_of(struct family *f, const char *section, const cJSON *actions)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, actions) {
        struct row *row = row_named(&f->source, section, one->string);

        if (row)
            action_set(&f->source, path_join(section, one->string), row, one);
    }
}

static void read_actions(struct family *f)
{
    const cJSON *one;

    read_actions_of(f, "actions", json_get(f->source.root, "actions"));
    cJSON_ArrayForEach (one, json_get(f->source.root, "resources"))
        read_actions_of(f, text_printf("resources.%s.actions", one->string), json_get(one, "actions"));
}

/* What a section does to one row. */
typedef void (*section_set)(struct family *f, const char *place, struct row *row,
                            const cJSON *value);

static uint16_t error_of(struct family *f, const char *place, const cJSON *value)
{
    const char *name = cJSON_GetStringValue(value);
    uint16_t id = name ? error_find(f->name, name) : 0;

    if (!id)
        fault(&f->source, place, false, "names no error of this family");
    return id;
}

static void set_denied(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    row->op.denied = error_of(f, place, value);
}

static void set_denied_account_token(struct family *f, const char *place, struct row *row,
                                     const cJSON *value)
{
    row->op.denied_account_token = error_of(f, place, value);
}

static void set_gone(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    row->op.gone = error_of(f, place, value);
}

static void set_off(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    row->op.off = error_of(f, place, value);
}

static void set_groups(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    struct buf all;
    const cJSON *one;

    buf_init(&all);
    cJSON_ArrayForEach (one, value) {
        if (!cJSON_IsString(one))
            fault(&f->source, place, false, "groups are a list of names");
        buf_printf(&all, "%s%s", all.len ? " | " : "", cJSON_IsString(one) ? one->valuestring : "");
    }
    row->cell_groups = all.len ? buf_take(&all) : "-";
}

static void set_dialect(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    int which = cJSON_IsString(value) ? dialect_find(value->valuestring) : -1;

    if (which < 0)
        fault(&f->source, place, false, "no such dialect");
    else
        row->op.dialect = (uint8_t)which;
}

static void set_auth(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    for (uint8_t i = 0; auths[i]; i++)
        if (cJSON_IsString(value) && !strcmp(auths[i], value->valuestring)) {
            row->op.auth = i;
            return;
        }
    fault(&f->source, place, false,
          "not one of normal, none, user_only, key_only, hook_token, other");
}

/* The label is for what this server answers: an operation that no descriptor's resource or action
 * serves keeps the label of its depth, whatever is known about the real one. */
static void set_evidence(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);

    row->op.evidence = text_add(text);
    if (!text || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") < 3)
        fault(&f->source, place, false, "begins with its tag: REC, LIVE, DOC, SRC, REP or INF");
    else if (row->op.depth != DEPTH_FAMILY)
        return;
    else if (text_starts(text, "REC") || text_starts(text, "LIVE"))
        row->op.fidelity = FIDELITY_RECORDED;
    else
        row->op.fidelity = text_starts(text, "DOC") || text_starts(text, "SRC")
                               ? FIDELITY_DOCUMENTED
                               : FIDELITY_INFERRED;
}

static void set_ok(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    if (!json_is_whole(value) || value->valueint < 200 || value->valueint > 299)
        fault(&f->source, place, false, "not a success status");
    else
        row->op.ok = (uint16_t)value->valueint;
}

static void set_body_most(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    intake_set_most(&f->source, place, row, value);
}

static void set_validate(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    intake_set_validate(&f->source, place, row, value);
}

static void set_optional(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    intake_set_optional(&f->source, place, row, value);
}

static void set_invalid(struct family *f, const char *place, struct row *row, const cJSON *value)
{
    row->invalid = error_of(f, place, value);
}

static const struct {
    const char *name;
    section_set set;
} sections[] = {
    { "dialects", set_dialect },
    { "groups", set_groups },
    { "denied", set_denied },
    { "denied_account_token", set_denied_account_token },
    { "gone", set_gone },
    { "off", set_off },
    { "auth", set_auth },
    { "ok", set_ok },
    { "body_most", set_body_most },
    { "validate", set_validate },
    { "optional", set_optional },
    { "invalid", set_invalid },
    { "evidence", set_evidence },
};

/* "READ /glob": value, the later line wins. A line touches only rows of its own family. */
static void read_section(struct family *f, const char *section, section_set set)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(f->source.root, section)) {
        char *place = path_join(section, one->string);
        size_t matched = 0;

        for (size_t i = 0; i < rows.count; i++)
            if (!strcmp(text_at(rows.at[i].op.family), f->name) &&
                row_matches(&rows.at[i], one->string)) {
                set(f, place, &rows.at[i], one);
                matched++;
            }
        if (!matched) {
            const char *near = row_nearest(one->string);

            fault(&f->source, place, true, "matches no operation of this family%s%s",
                  near ? ", nearest: " : "", near ? near : "");
        }
        free(place);
    }
}

/* One error for all of the family may stand alone. */
static void read_invalid(struct family *f)
{
    const cJSON *one = json_get(f->source.root, "invalid");

    for (size_t i = 0; cJSON_IsString(one) && i < rows.count; i++)
        if (!strcmp(text_at(rows.at[i].op.family), f->name))
            set_invalid(f, "invalid", &rows.at[i], one);
}

static bool open_family(struct family *f, const char *file)
{
    static const char *const known[] = {
        "family",  "dialect", "covers",   "errors",   "resources",
        "actions", "groups",  "denied",   "gone",     "denied_account_token", "off",
        "auth",    "ok",      "dialects", "evidence", "why",
        "body_most", "validate", "optional", "invalid", "values", "settings",
        NULL
    };
    const char *dialect;
    int which;

    if (!source_open(&f->source, file))
        return false;
    check_keys(&f->source, "", f->source.root, known);
    f->name = json_text(f->source.root, "family");
    if (!f->name) {
        fault(&f->source, "family", false, "a descriptor has a name");
        return false;
    }
    dialect = json_text(f->source.root, "dialect");
    which = dialect ? dialect_find(dialect) : dialect_default();
    if (which < 0)
        fault(&f->source, "dialect", false, "no such dialect");
    f->dialect = (uint8_t)(which < 0 ? 0 : which);
    return true;
}

void families_read(const char *const *files, size_t count)
{
    struct family *all = xcalloc(count, sizeof *all);
    size_t n = 0;

    for (size_t i = 0; i < rows.count; i++)
        rows.at[i].op.dialect = (uint8_t)dialect_default();
    for (size_t i = 0; i < count; i++)
        n += open_family(&all[n], files[i]);
    for (size_t i = 0; i < n; i++) { // who covers what, before anything is said about a row
        read_errors(&all[i]);
        read_resources(&all[i]);
        read_covers(&all[i]);
    }
    for (size_t i = 0; i < n; i++)
        read_actions(&all[i]);
    kinds_derive();
    for (size_t i = 0; i < n; i++) {
        read_invalid(&all[i]);
        settings_read(&all[i].source, all[i].name);
        for (size_t j = 0; j < ARRAY_LEN(sections); j++)
            read_section(&all[i], sections[j].name, sections[j].set);
    }
}
