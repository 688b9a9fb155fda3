/* Resources as descriptors say them: every word checked against the vocabulary. */
#include "mock/spec/compile_resources.h"

#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct kind_rows kind_rows;

struct resource_filter *filters;
struct resource_unique *uniques;
struct ref_row *refs;
size_t filters_count, uniques_count, refs_count;

struct kind_row *kind_add(const char *at)
{
    struct kind_rows *k = &kind_rows;

    if (k->count == k->room) {
        k->room = k->room ? k->room * 2 : 256;
        k->at = xrealloc(k->at, k->room * sizeof *k->at);
    }
    if (!k->count)
        k->at[k->count++] = (struct kind_row){ .at = "", .shape = "" };
    k->at[k->count] =
        (struct kind_row){ .at = at, .shape = shape_dup(at), .also = { at }, .also_count = 1 };
    return &k->at[k->count++];
}

struct kind_row *kind_of_path(const char *shape)
{
    for (size_t i = 1; i < kind_rows.count; i++)
        for (size_t j = 0; j < kind_rows.at[i].also_count; j++) {
            char *other = shape_dup(kind_rows.at[i].also[j]);
            bool same = !strcmp(other, shape);

            free(other);
            if (same)
                return &kind_rows.at[i];
        }
    return NULL;
}

/* One word of a closed set; 0 and a fault if it is none of them. */
static uint8_t word_of(const struct kind_row *k, const char *path, const cJSON *value,
                       const char *const *words)
{
    const char *given = cJSON_GetStringValue(value), *near;

    if (!value)
        return 0;
    for (uint8_t i = 0; given && words[i]; i++)
        if (!strcmp(words[i], given))
            return i;
    near = given ? text_nearest(given, words) : NULL;
    fault(k->source, path, false, "none of the words allowed here%s%s", near ? ", nearest: " : "",
          near ? near : "");
    return 0;
}

/* Names of a list, blank-separated. */
static uint32_t words_of(const struct kind_row *k, const char *path, const cJSON *list)
{
    const cJSON *one;
    struct buf out;
    uint32_t text;

    if (!list)
        return 0;
    buf_init(&out);
    if (!cJSON_IsArray(list))
        fault(k->source, path, false, "a list of member names");
    cJSON_ArrayForEach (one, list) {
        const char *name = cJSON_GetStringValue(one);

        if (!name || !*name || strchr(name, ' '))
            fault(k->source, path, false, "holds what is no member name");
        else
            buf_printf(&out, "%s%s", out.len ? " " : "", name);
    }
    text = text_add(out.at);
    buf_release(&out);
    return text;
}

static uint32_t json_of(const cJSON *json)
{
    char *text = json ? json_print_dup(json) : NULL;
    uint32_t at = text_add(text);

    cJSON_free(text);
    return at;
}

static uint16_t error_named(const struct kind_row *k, const char *path, const cJSON *value)
{
    const char *name = cJSON_GetStringValue(value);
    uint16_t id = name ? error_find(k->family, name) : 0;

    if (value && !id)
        fault(k->source, path, false, "names no error of this family");
    return id;
}

static uint32_t size_of(const struct kind_row *k, const char *path, const cJSON *object,
                        const char *name, uint32_t fallback)
{
    const cJSON *value = json_get(object, name);

    if (!value)
        return fallback;
    if (!json_is_whole(value) || value->valuedouble < 0 || value->valuedouble > 1e9) {
        fault(k->source, path_join(path, name), false, "not a count");
        return fallback;
    }
    return (uint32_t)value->valuedouble;
}

static void read_filters(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const hows[] = {
        "equal", "contains", "text_ops", "tag_ops", "ignore", NULL
    };
    static const char *const known[] = { "how", "member", NULL };
    const cJSON *one;

    k->r.filters = (uint32_t)filters_count;
    cJSON_ArrayForEach (one, json) {
        const char *place = path_join(path, one->string), *member = NULL;
        const cJSON *how = one;

        if (cJSON_IsObject(one)) {
            check_keys(k->source, place, one, known);
            how = json_get(one, "how");
            member = json_text(one, "member");
        }
        filters = xrealloc(filters, (filters_count + 1) * sizeof *filters);
        filters[filters_count++] = (struct resource_filter){
            .query = text_add(one->string),
            .member = text_add(member ? member : one->string),
            .how = word_of(k, place, how, hows),
        };
        k->r.filters_count++;
    }
}

static void read_list(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "page",          "per_page", "order",
                                         "default_order", "filter",   NULL };
    static const char *const known_per_page[] = { "default", "min", "max", NULL };
    static const char *const pages[] = { "none", "number", "cursor", NULL };
    const cJSON *per_page = json_get(json, "per_page");
    const char *below = path_join(path, "per_page");

    check_keys(k->source, path, json, known);
    check_keys(k->source, below, per_page, known_per_page);
    k->r.page_style = word_of(k, path_join(path, "page"), json_get(json, "page"), pages);
    k->r.per_page = size_of(k, below, per_page, "default", 0);
    k->r.per_page_least = size_of(k, below, per_page, "min", 1);
    k->r.per_page_most = size_of(k, below, per_page, "max", 0);
    k->r.orders = words_of(k, path_join(path, "order"), json_get(json, "order"));
    k->r.default_order = text_add(json_text(json, "default_order"));
    read_filters(k, path_join(path, "filter"), json_get(json, "filter"));
}

static void read_uniques(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "fields", "error", NULL };
    const cJSON *one;
    int n = 0;

    k->r.uniques = (uint32_t)uniques_count;
    cJSON_ArrayForEach (one, json) {
        char *place = text_printf("%s[%d]", path, n++);

        check_keys(k->source, place, one, known);
        if (!json_get(one, "fields") || !json_get(one, "error"))
            fault(k->source, place, false, "has fields and error");
        uniques = xrealloc(uniques, (uniques_count + 1) * sizeof *uniques);
        uniques[uniques_count++] = (struct resource_unique){
            .members = words_of(k, path_join(place, "fields"), json_get(one, "fields")),
            .error = error_named(k, path_join(place, "error"), json_get(one, "error")),
        };
        k->r.uniques_count++;
    }
}

static void read_refs(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "member", "to", "error", NULL };
    const cJSON *one;
    int n = 0;

    k->r.refs = (uint32_t)refs_count;
    cJSON_ArrayForEach (one, json) {
        char *place = text_printf("%s[%d]", path, n++);

        check_keys(k->source, place, one, known);
        if (!json_text(one, "member") || !json_text(one, "to"))
            fault(k->source, place, false, "has member, to and error");
        refs = xrealloc(refs, (refs_count + 1) * sizeof *refs);
        refs[refs_count++] = (struct ref_row){
            .ref = { .member = text_add(json_text(one, "member")),
                     .error = error_named(k, path_join(place, "error"), json_get(one, "error")) },
            .kind = json_text(one, "to"),
            .place = path_join(place, "to"),
            .source = k->source,
        };
        k->r.refs_count++;
    }
}

static void read_delete(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "result", NULL };
    static const char *const words[] = { "whole", "absent", NULL };
    const cJSON *result = json_get(json, "result");
    const char *place = path_join(path, "result");

    check_keys(k->source, path, json, known);
    if (!json)
        return;
    if (cJSON_IsNull(result))
        k->r.delete_form = DELETE_NULL;
    else if (cJSON_IsArray(result) && cJSON_GetArraySize(result) == 1)
        k->r.delete_form = DELETE_ID;
    else if (cJSON_IsObject(result) && !result->child)
        k->r.delete_form = DELETE_EMPTY;
    else if (cJSON_IsString(result))
        k->r.delete_form = word_of(k, place, result, words) ? DELETE_ABSENT : DELETE_WHOLE;
    else
        fault(k->source, place, false, "none of [\"id\"], null, {}, \"whole\", \"absent\"");
}

static void read_hooks(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "shape", "conflict", "after",   "removed", "view",
                                         "extra", "order",    "order_2", NULL };
    const cJSON *one;

    check_keys(k->source, path, json, known);
    for (size_t i = 0; i < HOOKS_OF_KIND; i++)
        k->hook[i] = json_text(json, known[i]);
    cJSON_ArrayForEach (one, json) {
        const char *at = cJSON_GetStringValue(one);

        while (at && (isalnum((unsigned char)*at) || *at == '_'))
            at++;
        if (!at || *at || !*one->valuestring)
            fault(k->source, path_join(path, one->string), false, "not the name of a hook");
    }
}

static void read_also(struct kind_row *k, const char *path, const cJSON *json)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json)
        if (!cJSON_IsString(one) || k->also_count > ALSO_MOST)
            fault(k->source, path, false, "a list of at most %d item paths", ALSO_MOST);
        else
            k->also[k->also_count++] = one->valuestring;
}

static void read_stamps(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const touches[] = { "always", "if_changed", NULL };
    const cJSON *stamps = json_get(json, "stamps");

    if (stamps) {
        if (!cJSON_IsArray(stamps) || cJSON_GetArraySize(stamps) > 2)
            fault(k->source, path_join(path, "stamps"), false,
                  "names of the created and the modified stamp");
        k->r.created = text_add(cJSON_GetStringValue(cJSON_GetArrayItem(stamps, 0)));
        k->r.modified = text_add(cJSON_GetStringValue(cJSON_GetArrayItem(stamps, 1)));
    }
    k->r.stamp_digits = (uint8_t)size_of(k, path, json, "stamp_digits", 0);
    k->r.touch_if_changed =
        word_of(k, path_join(path, "touch"), json_get(json, "touch"), touches) == 1;
}

static void read_limit(struct kind_row *k, const char *path, const cJSON *json)
{
    static const char *const known[] = { "count", "error", NULL };

    check_keys(k->source, path, json, known);
    k->r.limit = size_of(k, path, json, "count", 0);
    k->r.limit_error = error_named(k, path_join(path, "error"), json_get(json, "error"));
}

static bool is_identity(const char *name)
{
    static const char *const names[] = { "account", "user", "membership", "token", "zone" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static void read_words(struct kind_row *k, const cJSON *json)
{
    static const char *const ids[] = { "hex32", "uuid", "number", "name", "hook", NULL };
    const char *path = k->place;

    k->r.id_style = word_of(k, path_join(path, "id"), json_get(json, "id"), ids);
    k->r.id_member = text_add(json_text(json, "id_member"));
    read_stamps(k, path, json);
    k->r.defaults = json_of(json_get(json, "defaults"));
    k->r.members = words_of(k, path_join(path, "members"), json_get(json, "members"));
    k->r.server = words_of(k, path_join(path, "server"), json_get(json, "server"));
    k->r.initial =
        cJSON_IsTrue(json_get(json, "singleton")) ? 0 : json_of(json_get(json, "singleton"));
    read_list(k, path_join(path, "list"), json_get(json, "list"));
    read_uniques(k, path_join(path, "unique"), json_get(json, "unique"));
    read_refs(k, path_join(path, "refs"), json_get(json, "refs"));
    read_delete(k, path_join(path, "delete"), json_get(json, "delete"));
    k->r.missing = error_named(k, path_join(path, "missing"), json_get(json, "missing"));
    read_limit(k, path_join(path, "limit"), json_get(json, "limit"));
    k->r.extra_members = json_flag(json, "extra_members", false);
    k->r.by_shape = json_flag(json, "by_shape", false);
    k->r.own_defaults = json_flag(json, "own_defaults", false);
    read_also(k, path_join(path, "also"), json_get(json, "also"));
    read_hooks(k, path_join(path, "hooks"), json_get(json, "hooks"));
}

void kind_read(const struct source *s, const char *family, const cJSON *json)
{
    static const char *const known[] = {
        "at",       "id",      "id_member",     "stamps",   "stamp_digits", "touch",
        "defaults", "server",  "unique",        "refs",     "list",         "singleton",
        "delete",   "missing", "limit",         "verbs",    "also",         "dialect",
        "actions",  "hooks",   "extra_members", "by_shape", "members",      "own_defaults",
        "why",      NULL
    };
    const char *at = json_text(json, "at"), *place = path_join("resources", json->string);
    struct kind_row *k;

    check_keys(s, place, json, known);
    if (!at || *at != '/') {
        fault(s, place, true, "\"at\" is needed: the item path");
        return;
    }
    if (names_add(&kinds, json->string) <= (kind_rows.count ? kind_rows.count - 1 : 0)) {
        fault(s, place, true, "a resource of that name is there already");
        return;
    }
    k = kind_add(at);
    k->source = s;
    k->place = place;
    k->family = family;
    k->json = json;
    k->r.name = text_add(json->string);
    k->r.named = true;
    k->r.by_hooks = is_identity(json->string);
    k->r.form = json_get(json, "singleton") || at[strlen(at) - 1] != '}' ? RESOURCE_SINGLETON
                                                                         : RESOURCE_COLLECTION;
    read_words(k, json);
}

/* Names of kinds in `refs`, once all descriptors are read. */
void refs_resolve(void)
{
    for (size_t i = 0; i < refs_count; i++) {
        uint16_t before = (uint16_t)kinds.count, kind = names_add(&kinds, refs[i].kind);

        if (kind > before) {
            kinds.count = before;
            fault(refs[i].source, refs[i].place, false, "no resource of that name");
        }
        refs[i].ref.kind = kind;
    }
}

void filter_add(struct kind_row *k, const char *query, const char *member, enum filter_how how)
{
    if (!k->r.filters_count)
        k->r.filters = (uint32_t)filters_count;
    filters = xrealloc(filters, (filters_count + 1) * sizeof *filters);
    filters[filters_count] =
        (struct resource_filter){ text_add(query), text_add(member), (uint8_t)how };
    k->r.filters_count++;
    filters_count++;
}
