/* The envelopes: how a result, a page or an error is written in the dialect of the operation. What is
 * said comes from the descriptors; here is only how. */
#include "mock/call.h"

#include "mock/rooms/rooms.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdarg.h>
#include <string.h>

static const struct dialect *dialect_of(const struct call *c)
{
    return &spec_dialects[c->op->dialect];
}

static void begin(struct call *c, int status)
{
    c->out.status = status;
    c->out.body->len = 0;
    c->out.blob = NULL;
    buf_reserve(c->out.body, 512);
    c->out.first_code = -1;
    c->out.depth = c->op->depth;
}

static void finish(struct call *c)
{
    if (dialect_of(c)->newline)
        buf_char(c->out.body, '\n');
}

static const char fine[] = "\"success\":true,\"errors\":[],\"messages\":[]";

/* Writes the envelope around a result that is already text, and a result_info that may be NULL. */
static enum step envelope(struct call *c, int status, const char *result, size_t len,
                          const char *info)
{
    struct buf *b = c->out.body;
    uint8_t form = info ? dialect_of(c)->list_form : dialect_of(c)->success_form;

    begin(c, status);
    buf_char(b, '{');
    if (form == FORM_SUCCESS_FIRST) {
        buf_text(b, fine);
        buf_char(b, ',');
    }
    buf_text(b, "\"result\":");
    buf_add(b, result, len);
    if (info && form == FORM_RESULT_INFO_EARLY)
        buf_printf(b, ",\"result_info\":%s", info);
    if (form != FORM_SUCCESS_FIRST) {
        buf_char(b, ',');
        buf_text(b, fine);
    }
    if (info && form != FORM_RESULT_INFO_EARLY)
        buf_printf(b, ",\"result_info\":%s", info);
    buf_char(b, '}');
    finish(c);
    return ANSWERED;
}

enum step answer_text(struct call *c, const char *result, size_t len)
{
    return envelope(c, c->op->ok, result, len, NULL);
}

enum step answer_text_list(struct call *c, const char *result, size_t len, cJSON *info)
{
    struct buf text;

    if (!info)
        return envelope(c, c->op->ok, result, len, NULL);
    buf_init(&text);
    json_write(&text, info);
    cJSON_Delete(info);
    envelope(c, c->op->ok, result, len, text.at);
    buf_release(&text);
    return ANSWERED;
}

static enum step answer_tree(struct call *c, int status, cJSON *result, const char *info)
{
    struct buf text;

    buf_init(&text);
    if (result)
        json_write(&text, result);
    else
        buf_text(&text, "null");
    cJSON_Delete(result);
    envelope(c, status, text.at, text.len, info);
    buf_release(&text);
    return ANSWERED;
}

enum step answer_status(struct call *c, int status, cJSON *result)
{
    return answer_tree(c, status, result, NULL);
}

enum step answer(struct call *c, cJSON *result)
{
    return answer_status(c, c->op->ok, result);
}

enum step answer_list(struct call *c, cJSON *result, cJSON *info)
{
    struct buf text;
    enum step step;

    buf_init(&text);
    json_write(&text, info);
    cJSON_Delete(info);
    step = answer_tree(c, c->op->ok, result, text.at);
    buf_release(&text);
    return step;
}

enum step answer_page(struct call *c, cJSON *result, int64_t page, int64_t per_page, int64_t total)
{
    int64_t count = cJSON_GetArraySize(result);

    return answer_list(c, result,
                       json_object(J_WHOLE("page", page), J_WHOLE("per_page", per_page),
                                   J_WHOLE("total_pages", (total + per_page - 1) / per_page),
                                   J_WHOLE("count", count), J_WHOLE("total_count", total)));
}

enum step answer_raw(struct call *c, int status, const char *content_type, const void *bytes,
                     size_t len)
{
    begin(c, status);
    c->out.content_type = content_type;
    buf_add(c->out.body, bytes, len);
    return ANSWERED;
}

enum step answer_blob(struct call *c, int status, const char *content_type, const struct blob *bytes)
{
    begin(c, status);
    c->out.content_type = content_type;
    c->out.blob = blob_ref(bytes);
    arena_on_free(c->arena, blob_unref_any, c->out.blob);
    return ANSWERED;
}

/* A JSON string whose `%s` are filled, in turn, from `words`. */
static void write_message(struct buf *b, const char *format, const char *const *words, size_t count)
{
    struct buf plain;
    size_t used = 0;

    buf_init(&plain);
    for (const char *hole; (hole = strstr(format, "%s")) != NULL; format = hole + 2) {
        buf_add(&plain, format, (size_t)(hole - format));
        buf_text(&plain, used < count ? words[used++] : "");
    }
    buf_text(&plain, format);
    buf_json_text(b, plain.at);
    buf_release(&plain);
}

static void write_link(struct buf *b, int code, uint32_t message, const char *const *words, size_t count)
{
    buf_printf(b, "{\"code\":%d,\"message\":", code);
    write_message(b, spec_text(message), words, count);
    buf_char(b, '}');
}

static void write_error(struct call *c, enum error_id id, const char *const *words, size_t count)
{
    const struct spec_error *e = &spec_errors[id];
    struct buf *b = c->out.body;

    buf_printf(b, "{\"code\":%d,\"message\":", e->code);
    write_message(b, spec_text(e->message), words, count);
    if (e->chain_code) {
        buf_text(b, ",\"error_chain\":[");
        write_link(b, e->chain_code, e->chain_message, words, count);
        if (e->chain2_code) {
            buf_char(b, ',');
            write_link(b, e->chain2_code, e->chain2_message, words, count);
        }
        buf_char(b, ']');
    }
    buf_char(b, '}');
}

/* The mock's own API: one sentence. */
static enum step error_alone(struct call *c, int status, uint16_t id, const char *const *words,
                             size_t words_count)
{
    struct buf *b = c->out.body;

    begin(c, status);
    buf_text(b, "{\"error\":");
    write_message(b, spec_text(spec_errors[id].message), words, words_count);
    buf_char(b, '}');
    return ANSWERED;
}

static bool result_first(uint8_t form)
{
    return form == FORM_RESULT_FIRST || form == FORM_RESULT_INFO_EARLY;
}

static void errors_begin(struct call *c, int status, uint8_t form)
{
    begin(c, status);
    buf_text(c->out.body, result_first(form) ? "{\"result\":null,\"success\":false,\"errors\":["
                                             : "{\"success\":false,\"errors\":[");
}

static enum step errors_end(struct call *c, uint8_t form, uint16_t first)
{
    buf_text(c->out.body, result_first(form)   ? "],\"messages\":[]}"
                          : form == FORM_SHORT ? "]}"
                                               : "],\"messages\":[],\"result\":null}");
    finish(c);
    c->out.first_code = spec_errors[first].code;
    return ANSWERED;
}

static enum step errors(struct call *c, int status, uint8_t form, const uint16_t *ids, size_t ids_count,
                        const char *const *words, size_t words_count)
{
    if (form == FORM_ERROR_ALONE)
        return error_alone(c, status, ids[0], words, words_count);
    errors_begin(c, status, form);
    for (size_t i = 0; i < ids_count; i++) {
        if (i)
            buf_char(c->out.body, ',');
        write_error(c, ids[i], words, words_count);
    }
    return errors_end(c, form, ids[0]);
}

#define WORDS_MOST 4

static size_t holes_of(uint32_t message)
{
    size_t holes = 0;

    for (const char *at = spec_text(message); (at = strstr(at, "%s")) != NULL; at += 2)
        holes++;
    return holes;
}

enum step refuse(struct call *c, enum error_id error, ...)
{
    const char *words[WORDS_MOST];
    const uint16_t id = (uint16_t)error;
    size_t count = 0, holes;
    va_list args;

    holes = holes_of(spec_errors[error].message);
    if (spec_errors[error].chain_code && holes_of(spec_errors[error].chain_message) > holes)
        holes = holes_of(spec_errors[error].chain_message);
    va_start(args, error);
    while (count < holes && count < WORDS_MOST)
        words[count++] = va_arg(args, const char *);
    va_end(args);
    return errors(c, spec_errors[error].http, dialect_of(c)->error_form, &id, 1, words, count);
}

enum step refuse_all(struct call *c, const struct refusal *list, size_t count)
{
    uint8_t form = dialect_of(c)->error_form;

    errors_begin(c, spec_errors[list[0].error].http, form);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(c->out.body, ',');
        write_error(c, list[i].error, &list[i].word, 1);
    }
    return errors_end(c, form, (uint16_t)list[0].error);
}

/* What stands in the `%s` of the messages that a reason has in some dialect. */
static const char *word_of(struct call *c, enum reason reason)
{
    switch (reason) {
    case WHY_ADDRESS:
        return c->who.address;
    case WHY_METHOD:
    case WHY_METHOD_NEEDS_KEY:
        return c->in.method;
    case WHY_INVALID_BODY:
        return c->why.detail;
    default:
        return arena_printf(c->arena, "%s%s", dialect_of(c)->route_prefix ? "/client/v4" : "",
                            c->local_path);
    }
}

enum step refuse_reason(struct call *c, enum reason reason)
{
    const struct reason_answer *r = &dialect_of(c)->reasons[reason];
    const char *word = word_of(c, reason);
    int status = r->http;

    c->why.reason = reason;
    if (reason == WHY_UNKNOWN_TOKEN && status == 401 && spec_errors[r->error[0]].code == 10000 &&
        world_behaviour(c->world)->product_bad_token_status == PRODUCT_403)
        status = 403;
    return errors(c, status, r->form, r->error, r->errors_count, &word, 1);
}
