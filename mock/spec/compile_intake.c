/* What operations take as bodies: the descriptors' words about it, as `spec_intake`. */
#include "mock/spec/compile.h"
#include "mock/spec/intake.h"

#include <string.h>

void intake_set_most(const struct source *s, const char *place, struct row *row, const cJSON *value)
{
    if (!json_is_whole(value) || value->valuedouble < 1 || value->valuedouble > 1 << 30)
        fault(s, place, false, "not a count of bytes up to 1 GiB");
    else
        row->body_most = (uint32_t)value->valueint;
}

void intake_set_validate(const struct source *s, const char *place, struct row *row,
                         const cJSON *value)
{
    if (!cJSON_IsBool(value))
        fault(s, place, false, "neither true nor false");
    row->validate = cJSON_IsTrue(value) ? VALIDATE_YES : VALIDATE_NO;
}

void intake_set_optional(const struct source *s, const char *place, struct row *row,
                         const cJSON *value)
{
    const cJSON *one;
    struct buf all;

    buf_init(&all);
    cJSON_ArrayForEach (one, value) {
        if (!cJSON_IsString(one) || strchr(one->valuestring, ' '))
            fault(s, place, false, "a list of names of members");
        else
            buf_printf(&all, "%s%s", all.len ? " " : "", one->valuestring);
    }
    if (!all.len)
        fault(s, place, false, "a list of names of members");
    else
        row->optional = text_add(all.at);
    buf_release(&all);
}

void intake_emit(struct buf *out)
{
    buf_text(out, "const struct op_intake spec_intake[] = {\n");
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.at[i];

        if (row->body_most || row->optional || row->invalid || row->validate)
            buf_printf(out, "    [%zu] = { %u, %u, %u, %u }, // %s\n", i, row->body_most,
                       row->optional, row->invalid, row->validate, row->path);
    }
    buf_printf(out, "    [%zu] = { 0 },\n};\n", rows.count);
}
