/* Prints the sample of every operation that has a JSON schema, a line each, for check_samples.py:
 * method, path, first page or behind it, body. */
#include "common/json.h"
#include "common/text.h"
#include "mock/spec/sample.h"

#include <stdio.h>

static const char *const ids[ROUTE_PARAMS_MOST] = {
    "023e105f4ecef8ad9ca31a8372d0c353",
    "b5c2a1d4e6f70123456789abcdef0123",
    "third",
    "fourth",
    "5",
    "6",
    "7",
    "8",
};

static void print(const struct op *op, const char *query)
{
    struct sample_source from = { .ids = ids, .ids_count = op->param_count, .query = query };
    struct buf out;

    buf_init(&out);
    sample_write(&out, op, &from);
    printf("%s\t%s\t%s\t%s%s", op_method(op), spec_text(op->path), query, out.at,
           text_ends(out.at, "\n") ? "" : "\n");
    buf_release(&out);
}

int main(void)
{
    json_setup();
    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];

        if (!op->response || op->ok == 204 || !text_ends(spec_text(op->content_type), "json"))
            continue;
        print(op, "page=1");
        print(op, "page=2&per_page=50&cursor=abc");
    }
    return 0;
}
