#include "linker/report.h"

#include "common/buf.h"
#include "common/groups.h"
#include "common/json.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static cJSON *rows_with(const struct verdict *v, enum row_state state)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < v->rows_count; i++)
        if (v->rows[i].state == state)
            cJSON_AddItemToArray(list, cJSON_CreateString(v->rows[i].given));
    return list;
}

char *report_json_dup(const struct verdict *v)
{
    bool linked = v->reason == REASON_OK;
    cJSON *json = json_object(J_FLAG("linked", linked), J_TEXT("reason", reason_word(v->reason)),
                              J_TEXT("stage", stage_word(v->stage)),
                              J_TEXT_OR_NULL("account_id", *v->account_id ? v->account_id : NULL),
                              J_TEXT_OR_NULL("account_name", v->account_name),
                              J_TEXT_OR_NULL("token_type", owner_kind_word(v->kind)),
                              J_TREE("missing", rows_with(v, ROW_MISSING)),
                              J_TREE("unverified", rows_with(v, ROW_UNVERIFIED)),
                              J_TEXT_OR_NULL("hint", hint_word(v->hint)),
                              J_FLAG("retryable", reason_is_retryable(v->reason)),
                              J_TEXT("message", v->message));
    struct buf out;

    buf_init(&out);
    json_write(&out, json);
    buf_char(&out, '\n');
    cJSON_Delete(json);
    return buf_take(&out);
}

static const struct {
    const char *word, *colour;
} states[] = {
    [ROW_OPEN] = { "not checked", "\033[2m" },
    [ROW_GRANTED] = { "granted", "\033[32m" },
    [ROW_MISSING] = { "MISSING", "\033[31m" },
    [ROW_UNVERIFIED] = { "unverified", "\033[33m" },
};

static const char *mend_of(const struct verdict *v, const struct row *r)
{
    switch (r->state) {
    case ROW_MISSING:
        return "add this row to the token, then link again";
    case ROW_OPEN:
        return v->stage == STAGE_INPUT || v->stage == STAGE_VERIFY
                   ? "mend the token first, as told below"
                   : "mend what is told below, then link again";
    default:
        return r->note ? r->note : "";
    }
}

static int widest(const struct verdict *v)
{
    size_t most = 0;

    for (size_t i = 0; i < v->rows_count; i++) {
        size_t len = strlen(v->rows[i].group->dashboard);

        most = len > most ? len : most;
    }
    return (int)most;
}

static void add_row(struct buf *out, const struct verdict *v, const struct row *r, int width,
                    bool coloured)
{
    const char *on = coloured ? states[r->state].colour : "", *off = coloured ? "\033[0m" : "";

    buf_printf(out, "  %s%-11s%s  %-*s  %s\n", on, states[r->state].word, off, width,
               r->group->dashboard, mend_of(v, r));
}

char *report_table_dup(const struct verdict *v, bool coloured)
{
    bool linked = v->reason == REASON_OK;
    const char *kind = owner_kind_word(v->kind);
    int width = widest(v);
    struct buf out;

    buf_init(&out);
    buf_printf(&out, "%s%s%s\n", coloured ? linked ? "\033[1;32m" : "\033[1;31m" : "",
               linked ? "linked" : "not linked", coloured ? "\033[0m" : "");
    if (*v->account_id)
        buf_printf(&out, "  account      %s%s%s\n", v->account_id, v->account_name ? "  " : "",
                   v->account_name ? v->account_name : "");
    if (kind)
        buf_printf(&out, "  token        %s\n", v->kind == OWNER_USER ? "user" : "account-owned");
    if (!linked)
        buf_printf(&out, "  reason       %s (%s)\n", reason_word(v->reason), stage_word(v->stage));
    if (v->rows_count)
        buf_char(&out, '\n');
    for (size_t i = 0; i < v->rows_count; i++)
        add_row(&out, v, &v->rows[i], width, coloured);
    buf_printf(&out, "\n%s\n", v->message);
    return buf_take(&out);
}
