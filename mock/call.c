#include "mock/call.h"

#include "common/text.h"
#include "mock/body/multipart.h"
#include "mock/store/blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CALL_PART_JSON_MOST ((size_t)8 << 20)

const char *call_scheme(const struct call *c)
{
    return c->in.tls ? "https" : "http";
}

const char *call_header(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->in.header_count; i++)
        if ((c->in.header[i].name[0] | 32) == (name[0] | 32) && // most differ there already
            text_same_nocase(c->in.header[i].name, name))
            return c->in.header[i].value;
    return NULL;
}

/* Decodes one piece of a query: `+` is a blank there. */
static char *query_decoded(struct call *c, const char *at, size_t len)
{
    char *copy = arena_strndup(c->arena, at, len);

    for (size_t i = 0; i < len; i++)
        if (copy[i] == '+')
            copy[i] = ' ';
    text_unpercent(copy, len);
    return copy;
}

/* The next value of `name` from *at on, which moves behind it; NULL: there is none. */
static const char *query_next(struct call *c, const char **at, const char *name)
{
    while (**at) {
        const char *one = *at;
        size_t len = strcspn(one, "&"), key = strcspn(one, "=&");

        *at += len;
        *at += **at == '&';
        if (strcmp(query_decoded(c, one, key), name) == 0)
            return key < len ? query_decoded(c, one + key + 1, len - key - 1) : "";
    }
    return NULL;
}

const char *call_query(struct call *c, const char *name)
{
    const char *at = c->in.query;

    return query_next(c, &at, name);
}

const char *call_query_all(struct call *c, const char *name)
{
    const char *at = c->in.query, *all = query_next(c, &at, name), *more;

    while ((more = query_next(c, &at, name)) != NULL)
        all = arena_printf(c->arena, "%s,%s", all, more);
    return all;
}

int64_t call_query_whole(struct call *c, const char *name, int64_t fallback)
{
    const char *text = call_query(c, name);
    char *end;
    long long n;

    if (!text || !*text)
        return fallback;
    errno = 0;
    n = strtoll(text, &end, 10);
    return errno || *end ? fallback : n;
}

const char *call_param_named(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (strcmp(op_param_name(c->op, i), name) == 0)
            return c->param[i].text;
    return NULL;
}

const struct multipart_part *call_part(const struct call *c, const char *name)
{
    return c->parts ? multipart_find(c->parts, name) : NULL;
}

cJSON *call_part_json(struct call *c, const char *name)
{
    const struct multipart_part *part = call_part(c, name);
    cJSON *folded = c->parts ? json_get(c->json, name) : NULL;
    cJSON *json = NULL;

    if (part && blob_len(part->bytes) <= CALL_PART_JSON_MOST) {
        size_t len;
        const char *text = blob_view(part->bytes, &len);

        json = json_parse(c->arena, text, len);
    }
    if (json)
        return json;
    return cJSON_IsObject(folded) || cJSON_IsArray(folded) ? folded : NULL;
}

void call_answer_header(struct call *c, const char *name, const char *value)
{
    if (c->out.header_count < sizeof c->out.header / sizeof c->out.header[0])
        c->out.header[c->out.header_count++] = (struct call_header){ name, value };
}
