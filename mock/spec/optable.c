#include "mock/spec/optable.h"

#include "mock/spec/tables.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

const char *spec_text(uint32_t offset)
{
    return spec_blob + offset;
}

const char *op_method(const struct op *op)
{
    return methods[op->method];
}

void op_name(const struct op *op, char *out, size_t room)
{
    snprintf(out, room, "%s %s", op_method(op), spec_text(op->path));
}

const char *op_param_name(const struct op *op, size_t i)
{
    return i < op->param_count ? spec_text(spec_param_names[op->params + i]) : "";
}

uint16_t spec_error_by_name(const char *name)
{
    for (size_t i = 1; i < spec_error_count; i++)
        if (!strcmp(spec_text(spec_errors[i].name), name))
            return (uint16_t)i;
    return 0;
}

uint8_t spec_dialect_by_name(const char *name)
{
    size_t i = 0;

    while (i < spec_dialect_count && strcmp(spec_text(spec_dialects[i].name), name) != 0)
        i++;
    assert(i < spec_dialect_count);
    return (uint8_t)i;
}
