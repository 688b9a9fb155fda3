/* Room 6: the body, read once and taken for what it is, whatever its header claims (wrangler sends JSON
 * as text/plain). A body on an operation that has none is ignored (REC). */
#include "mock/rooms/rooms.h"

#include <ctype.h>
#include <string.h>

#define JSON_MOST ((size_t)8 << 20)
#define BYTES_MOST ((size_t)100 << 20)
#define PIECE 65536

enum { REQUEST_NONE, REQUEST_JSON, REQUEST_MULTIPART, REQUEST_BYTES };

static enum step too_large(struct call *c)
{
    c->out.close = true; // the rest is not read
    return refuse_reason(c, WHY_BODY_TOO_LARGE);
}

static void release(void *body)
{
    buf_release(body);
}

static enum step read_all(struct call *c, size_t most)
{
    struct buf *body = arena_alloc(c->arena, sizeof *body);
    long n;

    if (c->in.body_length > (int64_t)most)
        return too_large(c);
    buf_init(body);
    arena_on_free(c->arena, release, body);
    do {
        buf_reserve(body, PIECE);
        n = c->in.read_body(c->in.body_from, body->at + body->len, PIECE);
        if (n > 0)
            body->len += (size_t)n;
        if (body->len > most)
            return too_large(c);
    } while (n > 0);
    body->at[body->len] = '\0';
    c->body = body->at;
    c->body_len = body->len;
    if (n < 0 || (c->in.body_length > 0 && body->len < (size_t)c->in.body_length)) {
        c->out.close = true;
        return refuse_reason(c, WHY_BODY_CUT);
    }
    return GO_ON;
}

static bool is_blank(const char *text, size_t len)
{
    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    return len == 0;
}

enum step intake_enter(struct call *c)
{
    bool is_json = c->op->request_kind == REQUEST_JSON;

    if (c->op->request_kind == REQUEST_NONE || !c->in.read_body || c->in.body_length == 0)
        return GO_ON;
    if (read_all(c, is_json ? JSON_MOST : BYTES_MOST) == ANSWERED)
        return ANSWERED;
    if (is_blank(c->body, c->body_len))
        return GO_ON;
    c->json = json_parse(c->arena, c->body, c->body_len);
    if (is_json && !c->json)
        return refuse_reason(c, WHY_BAD_JSON);
    return GO_ON;
}
