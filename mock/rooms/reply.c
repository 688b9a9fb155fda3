/* Room 8: the status line and headers, and the journal's entry. The headers of each dialect as recorded
 * (reference notes: headers and JSON form; recorded behaviour §3). */
#include "common/stamp.h"
#include "common/text.h"
#include "mock/log.h"
#include "mock/rooms/rooms.h"
#include "mock/state/faults.h"
#include "mock/state/journal.h"
#include "mock/state/rates.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *words;
} phrases[] = {
    { 200, "OK" },           { 201, "Created" },          { 202, "Accepted" },
    { 204, "No Content" },   { 301, "Moved Permanently" }, { 302, "Found" },
    { 303, "See Other" },    { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
    { 400, "Bad Request" },  { 401, "Unauthorized" },     { 403, "Forbidden" },
    { 404, "Not Found" },    { 405, "Method Not Allowed" }, { 409, "Conflict" },
    { 410, "Gone" },         { 412, "Precondition Failed" }, { 413, "Payload Too Large" },
    { 415, "Unsupported Media Type" }, { 422, "Unprocessable Entity" }, { 429, "Too Many Requests" },
    { 500, "Internal Server Error" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
};

static const char *phrase_of(int status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (phrases[i].status == status)
            return phrases[i].words;
    return status >= 520 && status <= 530 ? "<none>" : "Other";
}

/* "Tue, 24 Nov 2026 23:15:33 GMT" of an RFC 3339 text; days are counted from a known Thursday (1970). */
static void http_date(int64_t stamp, const char *rfc3339, char out[32])
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t day = stamp / STAMP_SECOND / 86400;
    unsigned month = (unsigned)(rfc3339[5] - '0') * 10 + (unsigned)(rfc3339[6] - '0');

    snprintf(out, 32, "%s, %.2s %s %.4s %.8s GMT", days[((day % 7) + 7) % 7], rfc3339 + 8,
             months[(month + 11) % 12], rfc3339, rfc3339 + 11);
}

/* The texts of the second that a thread wrote last: most answers fall into the same one. */
static _Thread_local struct {
    int64_t second;
    char rfc3339[STAMP_ROOM], http[32];
} last_date = { .second = INT64_MIN };

static void take_date(int64_t stamp)
{
    int64_t second = stamp / STAMP_SECOND;

    if (last_date.second == second)
        return;
    stamp_text(stamp, 0, last_date.rfc3339);
    http_date(stamp, last_date.rfc3339, last_date.http);
    last_date.second = second;
}

/* A header's line from constants: this is written for every answer, and printf would show. */
static void line(struct buf *h, const char *name, const char *value)
{
    buf_text(h, name);
    buf_add(h, ": ", 2);
    buf_text(h, value);
    buf_add(h, "\r\n", 2);
}

static void line_whole(struct buf *h, const char *name, long long value)
{
    buf_text(h, name);
    buf_add(h, ": ", 2);
    buf_whole(h, value);
    buf_add(h, "\r\n", 2);
}

static const char core_headers[] =
    "Cache-Control: no-store, no-cache, must-revalidate, post-check=0, pre-check=0\r\n"
    "Expires: Sun, 25 Jan 1981 05:00:00 GMT\r\n"
    "Pragma: no-cache\r\n"
    "Strict-Transport-Security: max-age=31536000\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: SAMEORIGIN\r\n";

static void rate_headers(struct call *c, struct buf *h)
{
    const struct behaviour *b = world_behaviour(c->world);
    uint8_t policy = spec_dialects[c->op->dialect].rate_headers;
    /* Constant in reality: 130 of 131 answers in a row said r=1199 (REC 2026-09). */
    long long left = b->rate_headers == RATE_HEADERS_COUNTING && c->rate_left >= 0 ? c->rate_left
                                                                                  : RATE_MOST - 1;

    if (b->rate_headers == RATE_HEADERS_NONE || policy == 0)
        return;
    if (policy == 2) {
        buf_text(h, "Ratelimit: \"list_zones\";r=1200;t=1\r\n"
                    "Ratelimit-Policy: \"list_zones\";q=1201;w=300\r\n");
        return;
    }
    buf_text(h, "Ratelimit: \"default\";r=");
    buf_whole(h, left);
    buf_text(h, ";t=1\r\nRatelimit-Policy: \"default\";q=");
    buf_whole(h, RATE_MOST);
    buf_text(h, ";w=");
    buf_whole(h, RATE_WINDOW_S);
    buf_add(h, "\r\n", 2);
}

static void retry_header(struct call *c, struct buf *h, int64_t now)
{
    char text[STAMP_ROOM], date[32];

    if (c->retry_after_s <= 0)
        return;
    switch (world_behaviour(c->world)->retry_after) {
    case RETRY_SECONDS:
        line_whole(h, "Retry-After", c->retry_after_s);
        break;
    case RETRY_DATE:
        now += (c->retry_after_s + 1) * STAMP_SECOND - 1; // up to the next whole second: never too early
        stamp_text(now, 0, text);
        http_date(now, text, date);
        line(h, "Retry-After", date);
        break;
    case RETRY_NONE:
        break;
    }
}

static bool was_set(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->out.header_count; i++)
        if (text_same_nocase(c->out.header[i].name, name))
            return true;
    return false;
}

/* What the edge and the services add to every answer of the API. */
static void service_headers(struct call *c, struct buf *h)
{
    const struct dialect *d = &spec_dialects[c->op->dialect];
    char ray[17], log[37];

    world_hex(c->world, ray, 16);
    world_uuid7(c->world, c->now, log);
    buf_text(h, "CF-Ray: ");
    buf_add(h, ray, 16);
    buf_text(h, "-FRA\r\n");
    line(h, "cf-auditlog-id", log);
    buf_text(h, "api-version: ");
    buf_add(h, last_date.rfc3339, 10);
    if (c->why.reason != WHY_BAD_ID && c->why.reason != WHY_NO_ROUTE)
        buf_text(h, "\r\nCF-Cache-Status: DYNAMIC"); // absent where no service was reached (REC)
    buf_text(h, d->core_headers ? "\r\nServer: cloudflare\r\nVary: accept-encoding\r\n"
                                : "\r\nServer: cloudflare\r\nVary: Accept-Encoding\r\n");
    if (d->core_headers && !was_set(c, "Cache-Control"))
        buf_add(h, core_headers, sizeof core_headers - 1);
    rate_headers(c, h);
}

static void write_status(struct call *c, struct buf *h)
{
    h->len = 0;
    buf_reserve(h, 1024);
    buf_text(h, "HTTP/1.1 ");
    buf_whole(h, c->out.status);
    buf_char(h, ' ');
    buf_text(h, phrase_of(c->out.status));
    buf_add(h, "\r\n", 2);
}

static void write_head(struct call *c)
{
    struct buf *h = c->out.head;
    int64_t now = c->now;

    take_date(now);
    write_status(c, h);
    line(h, "Date", last_date.http);
    if (c->out.status != 204)
        line(h, "Content-Type", c->out.content_type ? c->out.content_type : "application/json");
    if (c->fault && c->fault->endless)
        c->out.close = true; // a body without a length ends with the connection
    else if (c->out.status != 204)
        line_whole(h, "Content-Length",
                   (long long)(c->out.blob ? blob_len(c->out.blob) : c->out.body->len));
    line(h, "Connection", c->in.keep_alive && !c->out.close ? "keep-alive" : "close");
    retry_header(c, h, now);
    if (text_starts(c->local_path, "/_mockflare"))
        buf_text(h, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    else
        service_headers(c, h);
    for (size_t i = 0; i < c->out.header_count; i++)
        line(h, c->out.header[i].name, c->out.header[i].value);
    buf_add(h, "\r\n", 2);
}

/* Faults work on plain bytes. */
static void copy_blob(struct call *c)
{
    size_t len;
    const char *bytes = blob_view(c->out.blob, &len);

    c->out.body->len = 0;
    buf_add(c->out.body, bytes, len);
    c->out.blob = NULL;
}

void reply_finish(struct call *c)
{
    if (c->fault && c->out.blob)
        copy_blob(c);
    if (c->is_head)
        c->out.no_body = true;
    if (c->fault && c->fault->malformed)
        c->out.body->len /= 2; // what is left of a JSON text is none
    if (c->fault && c->fault->content_type)
        c->out.content_type = c->fault->content_type;
    write_head(c);
    if (text_starts(c->local_path, "/_mockflare/"))
        return;
    journal_add(world_journal(c->world), c);
    log_call(c);
}
