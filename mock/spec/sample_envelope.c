/* The members around a result, in the order of the dialect. */
#include "common/mem.h"
#include "mock/spec/sample_maker.h"
#include "mock/spec/schema_check.h"

#include <string.h>

static const char *const orders[][5] = {
    [FORM_RESULT_FIRST] = { "result", "success", "errors", "messages", "result_info" },
    [FORM_SUCCESS_FIRST] = { "success", "errors", "messages", "result", "result_info" },
    [FORM_SHORT] = { "success", "result", "errors", "messages", "result_info" },
    [FORM_RESULT_INFO_EARLY] = { "result", "result_info", "success", "errors", "messages" },
};

static bool fits(uint32_t node, const char *json)
{
    cJSON *value = cJSON_Parse(json);
    bool yes = schema_check(node, value, NULL);

    cJSON_Delete(value);
    return yes;
}

/* The value of one of the five; the schema may ask for more than the usual. */
static void make_part(struct maker *m, const char *name, const struct member *member)
{
    static const struct {
        const char *name, *usual;
    } parts[] = { { "success", "true" }, { "errors", "[]" }, { "messages", "[]" } };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!strcmp(parts[i].name, name) && (!member || fits(member->node, parts[i].usual))) {
            buf_text(&m->out, parts[i].usual);
            return;
        }
    if (!member)
        buf_text(&m->out, "null"); // a result that the schema does not speak of
    else if (!strcmp(name, "result"))
        make_value(m, member->node, name, PLACE_RESULT);
    else
        make_value(m, member->node, name,
                   !strcmp(name, "result_info") ? PLACE_PAGING : PLACE_INNER);
}

/* How many items the result will have: result_info may stand before it is written. */
static void count_elements(struct maker *m, const struct member *result)
{
    struct schema s;

    if (!result)
        return;
    schema_open(result->node, &s);
    m->elements = s.flags & SCHEMA_ARRAY && !m->beyond ? 1 : 0;
}

void make_envelope(struct maker *m, uint32_t node)
{
    const struct dialect *d = &spec_dialects[m->op->dialect];
    struct members list = { 0 };
    const char *const *order;
    struct schema s;
    size_t written = 0;

    schema_open(node, &s);
    members_gather(&list, &s, false);
    order = orders[members_find(&list, "result_info") ? d->list_form : d->success_form];
    count_elements(m, members_find(&list, "result"));
    buf_char(&m->out, '{');
    for (size_t i = 0; i < 5; i++) {
        struct member *member = members_find(&list, order[i]);

        if (!member && (!strcmp(order[i], "result_info") || s.others == SCHEMA_NOTHING))
            continue;
        buf_printf(&m->out, "%s\"%s\":", written++ ? "," : "", order[i]);
        make_part(m, order[i], member);
        if (member)
            member->name = "";
    }
    for (size_t i = 0; i < list.count; i++)
        if (*list.at[i].name) {
            buf_printf(&m->out, ",\"%s\":", list.at[i].name);
            make_value(m, list.at[i].node, list.at[i].name, PLACE_INNER);
        }
    buf_char(&m->out, '}');
    members_release(&list);
}
