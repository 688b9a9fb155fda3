/* Where a resource and its id lie in what the API answers. */
#include "mock/spec/compile_resources.h"

#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t request_node(const struct row *row)
{
    struct body_shape b;

    body_shape(row->cell_request, &b);
    if (!strcmp(b.result_member, "result") && shape_member(b.whole, "success"))
        return schema_node(b.result);
    return schema_named(row->cell_request, row);
}

/* The last placeholder of a path: "pool_id". */
char *last_param_dup(const char *path)
{
    const char *open = strrchr(path, '{');

    return open ? xstrndup(open + 1, strcspn(open + 1, "}")) : xstrdup("");
}

/* "zone_id", "zoneId", "zone_identifier" and "zone_tag" are one name. */
static char *fold_dup(const char *name)
{
    static const char *const endings[] = { "identifier", "tag" };
    char *out = xstrdup(name), *to = out;

    for (const char *at = name; *at; at++)
        if (*at != '_' && *at != '-')
            *to++ = (char)tolower((unsigned char)*at);
    *to = '\0';
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (text_ends(out, endings[i]) && strlen(out) > strlen(endings[i]))
            memcpy(out + strlen(out) - strlen(endings[i]), "id", 3);
    return out;
}

struct sought {
    const char *param; // the placeholder
    const char *found;
};

/* Called the same as the placeholder but for its spelling, or by its end: {oauth_client_id}:
 * client_id. */
static void like_visit(void *to, const char *name, const cJSON *schema)
{
    struct sought *s = to;
    char *own = fold_dup(name), *param = fold_dup(s->param);
    size_t more = strlen(s->param) - strlen(name);
    bool end = strchr(name, '_') && strlen(s->param) > strlen(name) && text_ends(s->param, name) &&
               s->param[more - 1] == '_';

    if (!s->found && (end || !strcmp(own, param)) && shape_type(schema) != TYPE_OBJECT)
        s->found = name;
    free(own);
    free(param);
}

const char *id_member_of(const char *param, const cJSON *shown)
{
    static const char *const own_names[] = { "name", "slug", "key",  "hostname",
                                             "uuid", "tag",  "email" };
    static const char *const ends[] = { "", "_name", "_id", "_tag" };
    static const char *const usual[] = { "id", "uuid", "uid", "tag" };
    const char *last = strrchr(param, '_'), *ending = last ? last + 1 : param;
    struct sought like = { .param = param };

    if (!shown)
        return "";
    if (shape_member(shown, param))
        return text_at(text_add(param));
    for (size_t i = 0; i < ARRAY_LEN(own_names); i++)
        if (!strcmp(ending, own_names[i]) && shape_member(shown, ending))
            return own_names[i];
    if (shape_member(shown, "id"))
        return "id";
    shape_each(shown, like_visit, &like);
    for (size_t i = 0; !like.found && i < ARRAY_LEN(ends); i++) {
        char name[128];

        snprintf(name, sizeof name, "%s%s", ending, ends[i]);
        if (shape_member(shown, name))
            like.found = text_at(text_add(name));
    }
    for (size_t i = 0; !like.found && i < ARRAY_LEN(usual); i++)
        if (shape_member(shown, usual[i]))
            like.found = usual[i];
    return like.found ? like.found : "";
}

struct within {
    const char *id_member, *found;
    const cJSON *schema;
    bool lists;
};

static void within_visit(void *to, const char *name, const cJSON *schema)
{
    struct within *w = to;
    bool list = shape_type(schema) == TYPE_ARRAY;
    const cJSON *one = list ? shape_items(schema) : schema;

    if (w->found || list != w->lists || shape_type(one) != TYPE_OBJECT ||
        !shape_member(one, w->id_member))
        return;
    w->found = name;
    w->schema = one;
}

const char *within_of(const cJSON *result, const char *id_member)
{
    struct within w = { .id_member = id_member };

    if (!result || !*id_member || shape_type(result) != TYPE_OBJECT ||
        shape_member(result, id_member))
        return "";
    shape_each(result, within_visit, &w);
    w.lists = true;
    if (!w.found)
        shape_each(result, within_visit, &w);
    return w.found ? w.found : "";
}

static void wrap_visit(void *to, const char *name, const cJSON *schema)
{
    struct within *w = to;
    const char *member =
        shape_type(schema) == TYPE_OBJECT ? id_member_of(w->id_member, schema) : "";

    if (w->found || !*member)
        return;
    w->found = name;
    w->schema = schema;
}

const cJSON *kept_of(const char *param, const cJSON *result, const char **within)
{
    struct within w = { .id_member = param };

    if (result && !*id_member_of(param, result))
        shape_each(result, wrap_visit, &w);
    *within = w.found ? w.found : "";
    return w.found ? w.schema : result;
}
