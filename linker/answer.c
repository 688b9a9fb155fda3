#include "linker/answer.h"

#include "common/arena.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXCERPT 200 // bytes of an answer that is no JSON

int64_t retry_after_read(const char *text, int64_t now)
{
    struct tm tm = { 0 };
    const char *end;

    if (isdigit((unsigned char)*text)) {
        long long seconds = strtoll(text, (char **)&end, 10);

        if (*end == '.') {
            end += 1 + strspn(end + 1, "0123456789");
            seconds++;
        }
        return *end || seconds > INT32_MAX ? -1 : seconds * STAMP_SECOND;
    }
    end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end)
        return -1;
    // the date was cut to whole seconds: wait the second out
    int64_t wait = ((int64_t)timegm(&tm) + 1) * STAMP_SECOND - now;

    return wait > 0 ? wait : 0;
}

static void gather_codes(const cJSON *errors, struct answer *out)
{
    const cJSON *e;

    if (!cJSON_IsArray(errors))
        return;
    cJSON_ArrayForEach (e, errors) {
        if (cJSON_IsNumber(json_get(e, "code")) && out->codes_count < ANSWER_CODES)
            out->codes[out->codes_count++] = json_whole(e, "code", 0);
        gather_codes(json_get(e, "error_chain"), out);
    }
}

bool answer_has_code(const struct answer *a, int64_t code)
{
    for (size_t i = 0; i < a->codes_count; i++)
        if (a->codes[i] == code)
            return true;
    return false;
}

bool answer_says(const struct answer *a, const char *part)
{
    const cJSON *e, *errors = json_get(a->json, "errors");

    if (!cJSON_IsArray(errors))
        return false;
    cJSON_ArrayForEach (e, errors) {
        const char *text = json_text(e, "message");

        if (text && strstr(text, part))
            return true;
    }
    return false;
}

/* Printable, on one line, at most EXCERPT bytes. */
static const char *excerpt(struct arena *a, const char *body, size_t len)
{
    char *text = arena_strndup(a, body, len < EXCERPT ? len : EXCERPT);

    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return text;
}

static const char *words_of(struct arena *a, const struct fetch_response *r,
                            const struct answer *out)
{
    const char *ray = fetch_header(r, "CF-Ray");
    const char *to = fetch_header(r, "Location");
    const char *tail = ray ? arena_printf(a, " (CF-Ray %.40s)", ray) : "";

    if (r->error != FETCH_OK)
        return arena_printf(a, "%s: %s", fetch_error_name(r->error), r->error_text);
    if (r->status >= 300 && r->status < 400 && to)
        return arena_printf(a, "HTTP %ld, a redirect to %.100s, not followed%s", r->status, to,
                            tail);
    if (out->codes_count > 0)
        return arena_printf(a, "HTTP %ld, code %lld \"%.200s\"%s", r->status,
                            (long long)out->codes[0], out->text, tail);
    if (*out->text)
        return arena_printf(a, "HTTP %ld \"%.200s\"%s", r->status, out->text, tail);
    if (r->body_len == 0)
        return arena_printf(a, "HTTP %ld without a body%s", r->status, tail);
    return arena_printf(a, "HTTP %ld \"%s\"%s", r->status, excerpt(a, r->body, r->body_len), tail);
}

static bool is_envelope(const cJSON *json)
{
    return cJSON_IsObject(json) && cJSON_IsBool(json_get(json, "success"));
}

static enum answer_kind kind_of(const struct fetch_response *r, const struct answer *out)
{
    if (r->error == FETCH_TLS)
        return ANSWER_TLS;
    if (r->error != FETCH_OK)
        return ANSWER_NETWORK;
    if (r->status == 429)
        return ANSWER_LIMITED;
    if (out->edge_blocked || r->status >= 500 || r->status == 408)
        return ANSWER_OUTAGE;
    if (r->status >= 400)
        return is_envelope(out->json) || json_get(out->json, "errors") ? ANSWER_REFUSED
               : out->json                                             ? ANSWER_ODD
                                                                       : ANSWER_OUTAGE;
    if (r->status < 200 || r->status >= 300 || !is_envelope(out->json))
        return ANSWER_ODD;
    return json_flag(out->json, "success", false) ? ANSWER_GOOD : ANSWER_REFUSED;
}

void answer_read(struct arena *a, const struct fetch_response *r, int64_t now, struct answer *out)
{
    const char *mitigated = fetch_header(r, "cf-mitigated");
    const char *again = fetch_header(r, "Retry-After");

    memset(out, 0, sizeof *out);
    out->status = r->status;
    out->timed_out = r->error == FETCH_TIMEOUT;
    out->json = r->error == FETCH_OK && !r->cut ? json_parse(a, r->body, r->body_len) : NULL;
    out->result =
        cJSON_IsNull(json_get(out->json, "result")) ? NULL : json_get(out->json, "result");
    gather_codes(json_get(out->json, "errors"), out);
    out->text = json_text(cJSON_GetArrayItem(json_get(out->json, "errors"), 0), "message");
    if (!out->text)
        out->text = "";
    // 1006 to 1020 are the edge's own refusals; 1015 comes as 429
    out->edge_blocked = (mitigated && text_same_nocase(mitigated, "challenge")) ||
                        (r->status == 403 && !out->json && text_starts(r->body, "error code: 10"));
    out->retry_after_us = again ? retry_after_read(again, now) : -1;
    out->kind = kind_of(r, out);
    out->words = words_of(a, r, out);
}
