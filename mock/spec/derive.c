/* mockflare-derive: takes the facts out of Cloudflare's OpenAPI document, run by hand when a new
 * one is published: mockflare-derive OPENAPI.json mock/spec writes operations.tsv (one row per
 * operation) and schemas.json (the bodies' schemas, one a line). Facts only: names, types, limits,
 * codes; no sentence of the document comes along. */
#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/derive_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verbs[] = { "get", "post", "put", "patch", "delete" };

/* The column heads are the file's documentation; compile_rows.c holds them against its own. */
static const char heads[] =
    "method\tpath\tgroups\tsecurity\tsuccess\ttype\tresponse\trequest_type\t"
    "request\tquery\tdeprecated\toperation_id\ttwin\n";

struct rows {
    char **at;
    size_t count, room;
};

static const cJSON *follow(const cJSON *root, const cJSON *item)
{
    const char *ref;

    while ((ref = json_text(item, "$ref"))) {
        const char *kind = ref + strlen("#/components/");
        const char *slash = strchr(kind, '/');
        char *name = xstrndup(kind, (size_t)(slash - kind));

        item = json_get(json_get(json_get(root, "components"), name), slash + 1);
        free(name);
    }
    return item;
}

/* Cells have no tabs, no line ends and are never empty. */
static void cell(struct buf *row, const char *text)
{
    if (row->len)
        buf_char(row, '\t');
    buf_text(row, text && *text ? text : "-");
}

static void cell_groups(struct buf *row, const cJSON *op)
{
    const cJSON *group;
    struct buf all;

    buf_init(&all);
    cJSON_ArrayForEach (group, json_get(op, "x-api-token-group"))
        if (cJSON_IsString(group)) {
            buf_text(&all, all.len ? " | " : "");
            buf_text(&all, group->valuestring);
        }
    cell(row, all.at);
    buf_release(&all);
}

static void cell_security(struct buf *row, const cJSON *op)
{
    const cJSON *choice, *scheme;
    struct buf all;

    buf_init(&all);
    cJSON_ArrayForEach (choice, json_get(op, "security")) {
        buf_text(&all, all.len ? "; " : "");
        cJSON_ArrayForEach (scheme, choice) {
            buf_text(&all, scheme == choice->child ? "" : "+");
            buf_text(&all, scheme->string);
        }
    }
    cell(row, all.at);
    buf_release(&all);
}

/* The media types of a body, JSON first, then as the document has them, joined by commas. Returns
 * the media type object whose schema counts: the first written. */
static const cJSON *media(const cJSON *content, struct buf *types)
{
    const cJSON *first = json_get(content, "application/json"), *type;

    if (!first)
        first = json_get(content, "multipart/form-data");
    if (!first && content)
        first = content->child;
    if (first)
        buf_text(types, first->string);
    cJSON_ArrayForEach (type, content)
        if (type != first)
            buf_printf(types, ",%s", type->string);
    return first;
}

static void cells_response(struct buf *row, const cJSON *root, const cJSON *op, const char *name)
{
    const cJSON *found = NULL, *response, *body;
    struct buf types;
    char *schema, *full = text_printf("%s.ok", name);

    buf_init(&types);
    cJSON_ArrayForEach (response, json_get(op, "responses"))
        if ((response->string[0] == '2' || !strcmp(response->string, "101")) &&
            (!found || strcmp(response->string, found->string) < 0))
            found = response;
    cell(row, found ? found->string : "-");
    body = media(json_get(follow(root, found), "content"), &types);
    schema = derive_schema_ref(json_get(body, "schema"), full);
    cell(row, types.at);
    cell(row, schema);
    free(schema);
    free(full);
    buf_release(&types);
}

static void cells_request(struct buf *row, const cJSON *root, const cJSON *op, const char *name)
{
    const cJSON *request = follow(root, json_get(op, "requestBody"));
    const cJSON *body;
    struct buf types;
    char *schema, *full = text_printf("%s.body", name);

    buf_init(&types);
    body = media(json_get(request, "content"), &types);
    schema = derive_schema_ref(json_get(body, "schema"), full);
    if (types.len && json_flag(request, "required", false))
        buf_char(&types, '!');
    cell(row, types.at);
    cell(row, schema);
    free(schema);
    free(full);
    buf_release(&types);
}

static void query_limits(struct buf *all, const cJSON *root, const cJSON *schema)
{
    const cJSON *at = follow(root, schema);
    const cJSON *least = json_get(at, "minimum"), *most = json_get(at, "maximum");

    if (json_text(at, "type"))
        buf_printf(all, ":%s", json_text(at, "type"));
    if (cJSON_IsNumber(least) || cJSON_IsNumber(most)) {
        buf_char(all, '(');
        if (cJSON_IsNumber(least))
            buf_printf(all, "%.15g", least->valuedouble);
        buf_text(all, "..");
        if (cJSON_IsNumber(most))
            buf_printf(all, "%.15g", most->valuedouble);
        buf_char(all, ')');
    }
}

static void query_of(struct buf *all, const cJSON *root, const cJSON *parameters)
{
    const cJSON *each;

    cJSON_ArrayForEach (each, parameters) {
        const cJSON *one = follow(root, each);
        const char *in = json_text(one, "in");

        if (!in || strcmp(in, "query") != 0)
            continue;
        buf_text(all, all->len ? " " : "");
        buf_text(all, json_flag(one, "required", false) ? "!" : "");
        buf_text(all, json_text(one, "name"));
        query_limits(all, root, json_get(one, "schema"));
    }
}

static void cell_query(struct buf *row, const cJSON *root, const cJSON *item, const cJSON *op)
{
    struct buf all;

    buf_init(&all);
    query_of(&all, root, json_get(item, "parameters"));
    query_of(&all, root, json_get(op, "parameters"));
    cell(row, all.at);
    buf_release(&all);
}

static void rows_add(struct rows *rows, char *row)
{
    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 4096;
        rows->at = xrealloc(rows->at, rows->room * sizeof *rows->at);
    }
    rows->at[rows->count++] = row;
}

/* One row; `path` is the expanded path, `twin` says which half of a pair it is. */
static void derive_row(struct rows *rows, const cJSON *root, const cJSON *item, const cJSON *op,
                       const char *path, const char *twin)
{
    struct buf row;
    char method[8] = "";
    const char *id = json_text(op, "operationId");
    char *name;

    for (size_t i = 0; op->string[i] && i < sizeof method - 1; i++)
        method[i] = (char)(op->string[i] - 'a' + 'A');
    name = id ? xstrdup(id) : text_printf("%s %s", method, item->string);
    buf_init(&row);
    cell(&row, method);
    cell(&row, path);
    cell_groups(&row, op);
    cell_security(&row, op);
    cells_response(&row, root, op, name);
    cells_request(&row, root, op, name);
    cell_query(&row, root, item, op);
    cell(&row, json_flag(op, "deprecated", false) ? "deprecated" : "-");
    cell(&row, id);
    cell(&row, twin);
    buf_char(&row, '\n');
    rows_add(rows, buf_take(&row));
    free(name);
}

/* A templated path of the document is two routes of the API: below an account and below a zone. */
static void derive_operation(struct rows *rows, const cJSON *root, const cJSON *item,
                             const cJSON *op)
{
    static const char both[] = "/{accounts_or_zones}/{account_or_zone_id}";
    char *path;

    if (!text_starts(item->string, both)) {
        derive_row(rows, root, item, op, item->string, "-");
        return;
    }
    path = text_printf("/accounts/{account_id}%s", item->string + strlen(both));
    derive_row(rows, root, item, op, path, "accounts");
    free(path);
    path = text_printf("/zones/{zone_id}%s", item->string + strlen(both));
    derive_row(rows, root, item, op, path, "zones");
    free(path);
}

static int by_path_then_method(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    int order = strcmp(strchr(left, '\t'), strchr(right, '\t'));

    return order ? order : strcmp(left, right);
}

static int write_rows(struct rows *rows, const char *folder, char **why)
{
    char *path = text_printf("%s/operations.tsv", folder);
    struct buf all;
    int rc;

    qsort(rows->at, rows->count, sizeof *rows->at, by_path_then_method);
    buf_init(&all);
    buf_text(&all, heads);
    for (size_t i = 0; i < rows->count; i++)
        buf_text(&all, rows->at[i]);
    rc = file_write(path, all.at, all.len, 0644, why);
    buf_release(&all);
    free(path);
    return rc;
}

static int derive(const cJSON *root, const char *folder, char **why)
{
    struct rows rows = { 0 };
    const cJSON *item, *op;
    int rc;

    derive_schema_begin(json_get(json_get(root, "components"), "schemas"));
    cJSON_ArrayForEach (item, json_get(root, "paths"))
        for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
            if ((op = json_get(item, verbs[i])))
                derive_operation(&rows, root, item, op);
    rc = write_rows(&rows, folder, why);
    if (rc == 0)
        rc = derive_schema_write(folder, why);
    for (size_t i = 0; i < rows.count; i++)
        free(rows.at[i]);
    free(rows.at);
    derive_schema_end();
    return rc;
}

int main(int argc, char **argv)
{
    char *text = NULL, *why = NULL;
    cJSON *root = NULL;
    size_t len;
    int rc = 1;

    if (argc != 3) {
        fprintf(stderr, "usage: mockflare-derive OPENAPI.json FOLDER\n");
        return 2;
    }
    json_setup();
    if (file_read(argv[1], &text, &len, &why) != 0)
        goto done;
    root = json_parse(NULL, text, len);
    if (!root) {
        why = text_printf("%s: not JSON", argv[1]);
        goto done;
    }
    if (derive(root, argv[2], &why) == 0)
        rc = 0;
done:
    if (why)
        fprintf(stderr, "mockflare-derive: %s\n", why);
    cJSON_Delete(root);
    free(text);
    free(why);
    return rc;
}
