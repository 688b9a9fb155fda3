/* Room 6: the body, read once and taken for what it is, whatever its header claims (wrangler sends
 * JSON as text/plain, the TypeScript SDK multipart as application/javascript). What is not JSON may
 * be long and goes to a blob. A body on an operation that has none is ignored (REC). */
#include "mock/spec/intake.h"
#include "mock/body/json_body.h"
#include "mock/body/multipart.h"
#include "mock/rooms/intake_check.h"
#include "mock/rooms/rooms.h"
#include "mock/store/blob.h"

#include "common/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JSON_MOST ((size_t)8 << 20)
#define CONTROL_MOST ((size_t)256 << 20) // a snapshot with bytes in it
#define BYTES_MOST ((size_t)128 << 20)
#define PIECE ((size_t)64 << 10)

enum { REQUEST_NONE, REQUEST_JSON, REQUEST_MULTIPART, REQUEST_BYTES };

/* A body on its way in. */
struct body {
    struct call *c;
    size_t most, taken;
    bool ended, cut;
};

static enum step too_large(struct call *c, const char *detail)
{
    c->out.close = true; // the rest is not read
    c->why.detail = detail;
    return refuse_reason(c, WHY_BODY_TOO_LARGE);
}

static enum step is_cut(struct call *c)
{
    c->out.close = true;
    c->why.detail = "the body ended before its announced length, or its chunks are malformed";
    return refuse_reason(c, WHY_BODY_CUT);
}

static enum step no_room(struct call *c, char *why)
{
    static const char sorry[] = "the mock server cannot keep this body; its log says why\n";

    fprintf(stderr, "mockflare: a request body: %s\n", why);
    free(why);
    c->out.close = true;
    return answer_raw(c, 507, "text/plain", sorry, sizeof sorry - 1);
}

/* Fills `room`, less only at the end of the body. */
static size_t take(struct body *b, char *into, size_t room)
{
    size_t len = 0;

    while (len < room && !b->ended) {
        long n = b->c->in.read_body(b->c->in.body_from, into + len, room - len);

        b->cut = n < 0;
        b->ended = n <= 0;
        len += n > 0 ? (size_t)n : 0;
    }
    b->taken += len;
    if (b->ended && b->c->in.body_length > 0 && b->taken < (size_t)b->c->in.body_length)
        b->cut = true;
    if (b->c->in.body_length > 0 && b->taken == (size_t)b->c->in.body_length)
        b->ended = true;
    return len;
}

static void release(void *buf)
{
    buf_release(buf);
}

/* The whole text, in memory; `head` is what was read of it. */
static enum step take_text(struct body *b, const char *head, size_t len)
{
    struct call *c = b->c;
    struct buf *text;

    c->body = head;
    c->body_len = len;
    if (b->ended)
        return b->cut ? is_cut(c) : GO_ON;
    text = arena_alloc(c->arena, sizeof *text);
    arena_on_free(c->arena, release, text);
    buf_reserve(text, c->in.body_length > 0 ? (size_t)c->in.body_length : len * 4);
    buf_add(text, head, len);
    while (!b->ended) {
        buf_reserve(text, PIECE);
        text->len += take(b, text->at + text->len, PIECE);
        if (text->len > b->most)
            return too_large(c, "a JSON body of this operation may not be that long");
    }
    text->at[text->len] = '\0';
    c->body = text->at;
    c->body_len = text->len;
    return b->cut ? is_cut(c) : GO_ON;
}

static enum step spool(struct body *b, struct blob_maker *m, char *piece, size_t len)
{
    char *why = NULL;

    for (;;) {
        if (blob_maker_len(m) + len > b->most)
            return too_large(b->c, "a body of this operation may not be that long");
        if (blob_maker_add(m, piece, len, &why) != 0)
            return no_room(b->c, why);
        if (b->ended)
            return b->cut ? is_cut(b->c) : GO_ON;
        len = take(b, piece, PIECE);
    }
}

/* The whole as a blob; `piece` has room for PIECE bytes and holds the first ones. */
static enum step take_bytes(struct body *b, char *piece, size_t len)
{
    struct blob_maker *m = blob_maker_new();
    struct call *c = b->c;
    char *why = NULL;
    size_t all;
    const char *text;

    if (spool(b, m, piece, len) == ANSWERED) {
        blob_maker_free(m);
        return ANSWERED;
    }
    c->bytes = blob_maker_end(m, &why);
    if (!c->bytes)
        return no_room(c, why);
    arena_on_free(c->arena, blob_unref_any, c->bytes);
    text = blob_view(c->bytes, &all);
    c->body_len = all;
    c->body = all <= BLOB_IN_MEMORY ? text : NULL; // in memory a NUL stands behind it
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

static bool is_form_header(const char *content_type)
{
    return content_type && strncasecmp(content_type, "application/x-www-form-urlencoded", 33) == 0;
}

/* The mock's own API says by itself what is wrong with a text, and takes comments in scenarios. */
static bool is_control(const struct call *c)
{
    return text_starts(c->local_path, "/_mockflare/");
}

static enum step read_json(struct call *c)
{
    bool too_many = false;

    if (is_blank(c->body, c->body_len))
        return GO_ON;
    c->why.detail = json_body_read(c->arena, c->body, c->body_len, &c->json, &too_many);
    if (!c->why.detail || is_control(c))
        return GO_ON;
    if (too_many)
        return refuse_reason(c, WHY_BODY_TOO_LARGE);
    if (is_form_header(call_header(c, "Content-Type")))
        return refuse_reason(c, WHY_BAD_CONTENT_TYPE);
    return refuse_reason(c, WHY_BAD_JSON);
}

static enum step read_parts(struct call *c)
{
    struct multipart *parts = arena_alloc(c->arena, sizeof *parts);
    const char *wrong = multipart_read(c->arena, c->bytes, call_header(c, "Content-Type"), parts);

    if (wrong) {
        c->why.detail = arena_printf(c->arena, "the multipart body %s", wrong);
        return refuse_reason(c, WHY_INVALID_BODY);
    }
    c->parts = parts;
    c->json = multipart_fold(c->arena, parts);
    return GO_ON;
}

/* An operation that takes a file or a form gets JSON all the same from some clients. */
static void try_json(struct call *c)
{
    const char *type = call_header(c, "Content-Type");
    bool ignored;

    if (c->body && type && strstr(type, "json"))
        json_body_read(c->arena, c->body, c->body_len, &c->json, &ignored);
}

static size_t limit_of(const struct call *c, bool json)
{
    if (is_control(c))
        return CONTROL_MOST;
    if (op_intake(c->op)->most)
        return op_intake(c->op)->most;
    return json ? JSON_MOST : BYTES_MOST;
}

static enum step read_body(struct call *c)
{
    struct body b = { .c = c };
    size_t room = c->in.body_length > 0 && c->in.body_length < (int64_t)PIECE
                      ? (size_t)c->in.body_length
                      : PIECE;
    const char *type = call_header(c, "Content-Type");
    bool as_json = c->op->request_kind == REQUEST_JSON && !multipart_looks_like(type, "", 0),
         as_form;
    char *piece;
    size_t len;

    if (c->in.body_length > (int64_t)limit_of(c, as_json))
        return too_large(c, "the announced length is beyond what this operation takes");
    piece = arena_alloc(c->arena, room + 1);
    len = take(&b, piece, room);
    as_form = multipart_looks_like(type, piece, c->op->request_kind == REQUEST_BYTES ? 0 : len);
    as_json = as_json && !as_form;
    b.most = limit_of(c, as_json);
    if (as_json)
        return take_text(&b, piece, len) == ANSWERED ? ANSWERED : read_json(c);
    if (take_bytes(&b, piece, len) == ANSWERED)
        return ANSWERED;
    if (as_form)
        return read_parts(c);
    try_json(c);
    return GO_ON;
}

enum step intake_enter(struct call *c)
{
    if (c->op->request_kind != REQUEST_NONE && c->in.read_body && c->in.body_length != 0 &&
        read_body(c) == ANSWERED)
        return ANSWERED;
    return intake_check(c);
}
