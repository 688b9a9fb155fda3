#include "mock/state/coverage.h"

#include "common/groups.h"
#include "common/json.h"
#include "common/text.h"
#include "mock/spec/optable.h"

#include <string.h>

static const char *const depths[] = { "schema", "generic", "family" };
static const char *const labels[] = { "schema-only", "inferred", "documented", "recorded" };

static bool is_api(const struct op *op)
{
    return !text_starts(spec_text(op->path), "/_mockflare");
}

static cJSON *groups_json(const struct op *op)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < op->groups_count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(group_table[spec_groups[op->groups + i]].name));
    return list;
}

static cJSON *row_json(const struct op *op)
{
    char name[256];
    cJSON *row;

    op_name(op, name, sizeof name);
    row = json_object(J_TEXT("operation", name), J_TEXT("depth", depths[op->depth]),
                      J_TEXT("fidelity", labels[op->fidelity]), J_TREE("groups", groups_json(op)));
    if (*spec_text(op->family))
        cJSON_AddStringToObject(row, "family", spec_text(op->family));
    if (*spec_text(op->evidence))
        cJSON_AddStringToObject(row, "evidence", spec_text(op->evidence));
    if (!op->in_document)
        cJSON_AddBoolToObject(row, "in_document", false);
    return row;
}

struct totals {
    size_t depth[3], fidelity[4], all;
};

static struct totals count(void)
{
    struct totals t = { 0 };

    for (size_t i = 0; i < spec_op_count; i++)
        if (is_api(&spec_ops[i])) {
            t.depth[spec_ops[i].depth]++;
            t.fidelity[spec_ops[i].fidelity]++;
            t.all++;
        }
    return t;
}

cJSON *coverage_json(void)
{
    cJSON *rows = cJSON_CreateArray(), *by_depth = cJSON_CreateObject(), *by_label = cJSON_CreateObject();
    struct totals t = count();

    for (size_t i = 0; i < spec_op_count; i++)
        if (is_api(&spec_ops[i]))
            cJSON_AddItemToArray(rows, row_json(&spec_ops[i]));
    for (size_t i = 0; i < 3; i++)
        cJSON_AddNumberToObject(by_depth, depths[i], (double)t.depth[i]);
    for (size_t i = 0; i < 4; i++)
        cJSON_AddNumberToObject(by_label, labels[i], (double)t.fidelity[i]);
    return json_object(J_TREE("operations", rows),
                       J_TREE("totals", json_object(J_WHOLE("routes", (int64_t)t.all),
                                                    J_WHOLE("document_operations", OPERATIONS_OF_DOCUMENT),
                                                    J_TREE("depth", by_depth), J_TREE("fidelity", by_label))));
}

void coverage_print(FILE *out, const char *path_glob)
{
    struct totals t = count();

    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];
        char name[256];

        if (!is_api(op) || (path_glob && !text_glob(path_glob, spec_text(op->path))))
            continue;
        op_name(op, name, sizeof name);
        fprintf(out, "%-8s %-12s %s%s%s\n", depths[op->depth], labels[op->fidelity], name,
                *spec_text(op->evidence) ? "  # " : "", spec_text(op->evidence));
    }
    fprintf(out, "\n%zu routes of the document's %d operations (paths for accounts or zones are two routes)\n",
            t.all, OPERATIONS_OF_DOCUMENT);
    fprintf(out, "depth:    family %zu, generic %zu, schema %zu\n", t.depth[2], t.depth[1], t.depth[0]);
    fprintf(out, "fidelity: recorded %zu, documented %zu, inferred %zu, schema-only %zu\n", t.fidelity[3],
            t.fidelity[2], t.fidelity[1], t.fidelity[0]);
}
