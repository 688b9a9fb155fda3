/* Rows: the two tables of operations, read, checked and written as `spec_ops`. */
#include "common/file.h"
#include "common/groups.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column {
    METHOD,
    PATH,
    GROUPS,
    SECURITY,
    SUCCESS,
    TYPE,
    RESPONSE,
    REQUEST_TYPE,
    REQUEST,
    QUERY,
    DEPRECATED,
    OPERATION_ID,
    TWIN,
    COLUMNS
};

static const char heads[] =
    "method\tpath\tgroups\tsecurity\tsuccess\ttype\tresponse\trequest_type\t"
    "request\tquery\tdeprecated\toperation_id\ttwin";
static const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

struct rows rows;
static uint32_t *param_texts;
static size_t param_texts_count;

char *shape_dup(const char *path)
{
    char *out = xstrdup(path), *to = out;

    for (const char *at = path; *at; at++) {
        *to++ = *at;
        if (*at == '{') {
            while (*at && *at != '}')
                at++;
            *to++ = '}';
            if (!*at)
                break;
        }
    }
    *to = '\0';
    return out;
}

static int method_of(const char *name)
{
    for (int i = 0; i < M_COUNT; i++)
        if (!strcmp(method_names[i], name))
            return i;
    return -1;
}

/* A placeholder fills a whole segment here; one that shares it with other characters takes it
 * whole, under its first name. */
static void read_params(struct row *row)
{
    row->op.params = (uint32_t)param_texts_count;
    for (const char *at = row->path; (at = strchr(at, '/')); at++) {
        size_t len = strcspn(at + 1, "/");
        const char *open = memchr(at + 1, '{', len);
        char *name;

        if (!open)
            continue;
        name = xstrndup(open + 1, strcspn(open + 1, "}/"));
        param_texts = xrealloc(param_texts, (param_texts_count + 1) * sizeof *param_texts);
        param_texts[param_texts_count++] = text_add(name);
        row->op.param_count++;
        free(name);
    }
}

static void read_scope(struct row *row)
{
    if (text_starts(row->path, "/accounts/{"))
        row->op.scope = SCOPE_ACCOUNT;
    else if (text_starts(row->path, "/zones/{"))
        row->op.scope = SCOPE_ZONE;
    else if (text_starts(row->path, "/user") || text_starts(row->path, "/memberships"))
        row->op.scope = SCOPE_USER;
    else
        row->op.scope = SCOPE_NONE;
}

static uint8_t request_kind(const char *type)
{
    if (*type == '-')
        return 0;
    if (text_starts(type, "application/json") || text_starts(type, "application/scim+json"))
        return 1;
    return text_starts(type, "multipart/form-data") ? 2 : 3;
}

/* The first of the media types; some rows name words that are none. */
static const char *content_type(const char *cell)
{
    char *first;

    if (*cell == '-')
        return "";
    first = xstrndup(cell, strcspn(cell, ","));
    if (!strcmp(first, "string"))
        return "text/plain";
    return strcmp(first, "image/*") ? first : "image/png";
}

/* Rows that name no success, and those that switch to another protocol, count as 200 here. */
static uint16_t success_of(const char *cell)
{
    int status = atoi(cell);

    return status >= 200 && status <= 299 ? (uint16_t)status : 200;
}

static void read_row(char **cell, const char *file, unsigned line, bool in_document)
{
    int method = method_of(cell[METHOD]);
    struct row row = { .path = cell[PATH], .file = file, .line = line };

    if (method < 0 || *row.path != '/') {
        fault_line(file, line, "%s %s: not an operation", cell[METHOD], cell[PATH]);
        return;
    }
    row.shape = shape_dup(row.path);
    row.cell_groups = cell[GROUPS];
    row.cell_response = cell[RESPONSE];
    row.cell_request = cell[REQUEST];
    row.cell_query = cell[QUERY];
    row.twin_zone = !strcmp(cell[TWIN], "zones");
    row.op = (struct op){
        .path = text_add(row.path),
        .operation_id = text_add(*cell[OPERATION_ID] == '-' ? "" : cell[OPERATION_ID]),
        .content_type = text_add(content_type(cell[TYPE])),
        .ok = success_of(cell[SUCCESS]),
        .method = (uint8_t)method,
        .request_kind = request_kind(cell[REQUEST_TYPE]),
        .request_required = text_ends(cell[REQUEST_TYPE], "!"),
        .deprecated = *cell[DEPRECATED] != '-',
        .in_document = in_document,
        .counted = in_document && !row.twin_zone,
    };
    read_params(&row);
    read_scope(&row);
    if (rows.count == rows.room) {
        rows.room = rows.room ? rows.room * 2 : 4096;
        rows.at = xrealloc(rows.at, rows.room * sizeof *rows.at);
    }
    rows.at[rows.count++] = row;
}

void rows_read(const char *file, bool in_document)
{
    char *text, *why = NULL, *next;
    size_t len;
    unsigned line = 1;

    if (file_read(file, &text, &len, &why) != 0) {
        fault_line(file, 1, "%s", why);
        return;
    }
    for (char *at = text; at && *at; at = next, line++) {
        char *cell[COLUMNS];
        size_t n = 0;

        next = strchr(at, '\n');
        if (next)
            *next++ = '\0';
        if (line == 1) {
            if (strcmp(at, heads) != 0)
                fault_line(file, 1, "the column heads are not: %s", heads);
            continue;
        }
        for (char *end = at; n < COLUMNS && end; n++) {
            cell[n] = end;
            if ((end = strchr(end, '\t')))
                *end++ = '\0';
        }
        if (n == COLUMNS && !strchr(cell[n - 1], '\t'))
            read_row(cell, file, line, in_document);
        else
            fault_line(file, line, "%zu columns, not %d", n, COLUMNS);
    }
}

static int by_shape(const void *a, const void *b)
{
    const struct row *left = *(const struct row *const *)a, *right = *(const struct row *const *)b;
    int order = strcmp(left->shape, right->shape);

    return order ? order : left->op.method - right->op.method;
}

static void check_doubles(void)
{
    const struct row **sorted = xcalloc(rows.count, sizeof *sorted);

    for (size_t i = 0; i < rows.count; i++)
        sorted[i] = &rows.at[i];
    qsort(sorted, rows.count, sizeof *sorted, by_shape);
    for (size_t i = 1; i < rows.count; i++)
        if (!by_shape(&sorted[i - 1], &sorted[i]))
            fault_line(sorted[i]->file, sorted[i]->line, "%s %s stands also in %s:%u",
                       method_names[sorted[i]->op.method], sorted[i]->path, sorted[i - 1]->file,
                       sorted[i - 1]->line);
    free(sorted);
}

void rows_check(void)
{
    for (size_t i = 1; i < rows.count; i++) {
        const struct row *row = &rows.at[i], *last = row - 1;

        if (row->file == last->file && strcmp(last->path, row->path) > 0)
            fault_line(row->file, row->line, "%s is not in order (sort by path)", row->path);
    }
    check_doubles();
}

struct row *row_find(const char *method, const char *path)
{
    char *shape = shape_dup(path);
    int which = method_of(method);
    struct row *found = NULL;

    for (size_t i = 0; !found && i < rows.count; i++)
        if (rows.at[i].op.method == which && !strcmp(rows.at[i].shape, shape))
            found = &rows.at[i];
    free(shape);
    return found;
}

const char *row_nearest(const char *name)
{
    static const char **all;

    if (!all) {
        all = xcalloc(rows.count + 1, sizeof *all);
        for (size_t i = 0; i < rows.count; i++)
            all[i] = text_printf("%s %s", method_names[rows.at[i].op.method], rows.at[i].path);
    }
    return text_nearest(name, all);
}

bool row_matches(const struct row *row, const char *pattern)
{
    const char *path = strchr(pattern, ' ');
    size_t word = path ? (size_t)(path - pattern) : 0;
    bool read = row->op.method == M_GET;
    char *shape;
    bool yes;

    if (!path)
        return false;
    if (!strncmp(pattern, "READ ", 5) ? !read
        : !strncmp(pattern, "WRITE ", 6)
            ? read
            : strncmp(pattern, "* ", 2) != 0 &&
                  (strncmp(pattern, method_names[row->op.method], word) != 0 ||
                   method_names[row->op.method][word]))
        return false;
    shape = shape_dup(path + 1);
    yes = text_glob(shape, row->shape);
    free(shape);
    return yes;
}

static void emit_op(struct buf *out, const struct op *op, const char *name)
{
    buf_printf(out,
               "    { .path = %u, .operation_id = %u, .groups = %u, .response = %u, .request = %u,",
               op->path, op->operation_id, op->groups, op->response, op->request);
    buf_printf(out, " .content_type = %u, .family = %u, .evidence = %u, .params = %u,",
               op->content_type, op->family, op->evidence, op->params);
    buf_printf(out, " .groups_count = %u, .action = %u, .ok = %u, .denied = %u,", op->groups_count,
               op->action, op->ok, op->denied);
    buf_printf(out,
               " .denied_account_token = %u, .gone = %u, .off = %u, .method = %u, .dialect = %u, .scope = %u,",
               op->denied_account_token, op->gone, op->off, op->method, op->dialect, op->scope);
    buf_printf(out,
               " .scope_param = %u, .param_count = %u, .auth = %u, .depth = %u, .fidelity = %u,",
               op->scope_param, op->param_count, op->auth, op->depth, op->fidelity);
    buf_printf(out, " .request_kind = %u, .request_required = %u, .deprecated = %u,",
               op->request_kind, op->request_required, op->deprecated);
    buf_printf(out, " .result = %u, .result_member = %u, .within = %u, .info = %u, .fixed = %u,",
               op->result, op->result_member, op->within, op->info, op->fixed);
    buf_printf(out, " .kind = %u, .verb = %u, .plain = %u,", op->kind, op->verb, op->plain);
    buf_printf(out, " .in_document = %u, .counted = %u }, // %s\n", op->in_document, op->counted,
               name);
}

void rows_emit(struct buf *out)
{
    size_t counted = 0;

    buf_text(out, "const struct op spec_ops[] = {\n");
    for (size_t i = 0; i < rows.count; i++) {
        char *name = text_printf("%s %s", method_names[rows.at[i].op.method], rows.at[i].path);

        emit_op(out, &rows.at[i].op, name);
        counted += rows.at[i].op.counted;
        free(name);
    }
    buf_printf(out,
               "};\nconst size_t spec_op_count = %zu;\nconst size_t spec_document_count = %zu;\n",
               rows.count, counted);
    buf_printf(out, "const struct op op_none = { .dialect = %d };\n", dialect_find("core"));
    buf_text(out, "const uint32_t spec_param_names[] = {");
    for (size_t i = 0; i < param_texts_count; i++)
        buf_printf(out, "%s%u,", i % 12 ? " " : "\n    ", param_texts[i]);
    buf_text(out, " 0\n};\n");
}
