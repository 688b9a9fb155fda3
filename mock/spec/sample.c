#include "mock/spec/sample.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/names.h"
#include "mock/spec/sample_maker.h"
#include "mock/spec/schema_check.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Moulds of requests without a body: first page, and what lies behind it. Made at first use. */
static _Atomic(struct mould *) cache[2][SPEC_OP_COUNT];

/* What types that are no JSON get: the least that a reader of the type takes. */
static const unsigned char png[] = {
    0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,   'I',  'H',
    'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    6,    0,    0,
    0,    0x1f, 0x15, 0xc4, 0x89, 0,    0,    0,    13,   'I',  'D',  'A',  'T',  'x',
    0x9c, 0x63, 0xf8, 0xff, 0xff, 0xff, 0x7f, 0,    0x09, 0xfb, 0x03, 0xfd, 0x05, 0x43,
    0x45, 0xca, 0,    0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 'B',  '`',  0x82,
};
static const char zip[22] = "PK\005\006"; // an archive of nothing
static const char pcap[24] = "\324\303\262\241\002\000\004\000\0\0\0\0\0\0\0\0\377\377\000\000\001";
static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 "
                          "obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
                          "trailer<</Root 1 0 R>>\n%%EOF\n";
#define TEXT(text) (text), sizeof(text) - 1
static const struct {
    const char *type;
    const void *bytes;
    size_t len;
} bodies[] = {
    { "text/plain", TEXT("example\n") },
    { "text/html", TEXT("<!DOCTYPE html><html><body>example</body></html>\n") },
    { "text/csv", TEXT("id,name\n1,example\n") },
    { "text/markdown", TEXT("# example\n") },
    { "text/vtt", TEXT("WEBVTT\n") },
    { "text/event-stream", TEXT("data: {}\n\n") },
    { "application/x-ndjson", TEXT("{}\n") },
    { "application/javascript", TEXT("export default {};\n") },
    { "multipart/form-data",
      TEXT("--example\r\nContent-Disposition: form-data; name=\"index.js\"\r\n\r\n"
           "export default {};\r\n--example--\r\n") },
    { "application/x-pem-file", TEXT("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n") },
    { "message/rfc822", TEXT("Subject: example\r\n\r\nexample\r\n") },
    { "application/pdf", TEXT(pdf) },
    { "application/zip", zip, sizeof zip },
    { "application/vnd.tcpdump.pcap", pcap, sizeof pcap },
    { "image/png", png, sizeof png },
    { "application/octet-stream", TEXT("example") },
};

static bool is_json(const struct op *op)
{
    const char *type = spec_text(op->content_type);

    return !*type || strstr(type, "json") == type + strlen(type) - 4;
}

static void write_bytes(struct buf *out, const struct op *op)
{
    const char *type = spec_text(op->content_type);
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(bodies) && !text_starts(type, bodies[i].type))
        i++;
    buf_add(out, bodies[i].bytes, bodies[i].len);
}

static bool asks(const char *query, const char *name, bool number)
{
    size_t len = strlen(name);

    for (const char *at = query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
        if (!strncmp(at, name, len) && at[len] == '=')
            return number ? atol(at + len + 1) > 0 : at[len + 1] && at[len + 1] != '&';
    return false;
}

static long asked_page(const char *query, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
        if (!strncmp(at, name, len) && at[len] == '=')
            return atol(at + len + 1);
    return 0;
}

static bool is_beyond(const char *query)
{
    static const char *const tokens[] = { "cursor", "continuation_token", "page_token", "after" };
    static const char *const offsets[] = { "offset", "skip", "start" };

    if (!query || !*query)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        if (asks(query, tokens[i], false))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(offsets); i++)
        if (asks(query, offsets[i], true))
            return true;
    return asked_page(query, "page") > 1;
}

/* Has the answer the usual envelope? Some have their own form. */
static bool has_envelope(uint32_t node)
{
    struct schema s;
    struct members list = { 0 };
    bool yes;

    schema_open(node, &s);
    members_gather(&list, &s, false);
    yes = members_find(&list, "success") || members_find(&list, "result");
    members_release(&list);
    return yes;
}

struct mould *mould_new(const struct op *op, const cJSON *body, bool beyond)
{
    struct maker m = { .op = op, .body = cJSON_IsObject(body) ? body : NULL, .beyond = beyond };
    struct mould *t = xcalloc(1, sizeof *t);

    buf_init(&m.out);
    if (op->response && !has_envelope(op->response))
        make_value(&m, op->response, "result", PLACE_RESULT);
    else
        make_envelope(&m, op->response);
    if (spec_dialects[op->dialect].newline)
        buf_char(&m.out, '\n');
    t->len = m.out.len;
    t->text = buf_take(&m.out);
    t->holes = m.holes;
    t->holes_count = m.holes_count;
    return t;
}

void mould_free(struct mould *t)
{
    free(t->text);
    free(t->holes);
    free(t);
}

static const struct mould *cached(const struct op *op, bool beyond)
{
    _Atomic(struct mould *) *slot = &cache[beyond][op - spec_ops];
    struct mould *t = atomic_load_explicit(slot, memory_order_acquire), *none = NULL;

    if (t)
        return t;
    t = mould_new(op, NULL, beyond);
    if (atomic_compare_exchange_strong_explicit(slot, &none, t, memory_order_acq_rel,
                                                memory_order_acquire))
        return t;
    mould_free(t); // another thread was quicker
    return none;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The same for the same path with the same ids. */
static uint64_t seed_of(const struct op *op, const struct sample_source *from)
{
    uint64_t h = 14695981039346656037u;

    for (const char *at = spec_text(op->path); *at; at++)
        h = (h ^ (unsigned char)*at) * 1099511628211u;
    for (size_t i = 0; i < from->ids_count; i++)
        for (const char *at = from->ids[i]; *at; at++)
            h = (h ^ (unsigned char)*at) * 1099511628211u;
    return h;
}

static void write_id(struct buf *out, uint64_t seed, const struct hole *hole)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t half[2] = { mix(seed + hole->which), mix(seed + hole->which + 0x9e3779b97f4a7c15u) };
    char text[40];
    size_t n = 0;

    text[n++] = '"';
    for (unsigned i = 0; i < 32; i++) {
        if (hole->kind == HOLE_UUID && (i == 8 || i == 12 || i == 16 || i == 20))
            text[n++] = '-';
        text[n++] = digits[(half[i / 16] >> (4 * (i % 16))) & 15];
    }
    if (hole->kind == HOLE_UUID) { // version 4
        text[15] = '4';
        text[20] = '8';
    }
    text[n++] = '"';
    buf_add(out, text, n);
}

/* False: the parameter does not fit where it would stand. */
static bool write_param(struct buf *out, const char *text, uint32_t node)
{
    struct schema s;
    cJSON number = { .type = cJSON_Number, .valuedouble = atof(text) };

    schema_open(node, &s);
    if (schema_check_text(node, text)) {
        buf_json_text(out, text);
        return true;
    }
    if (!(s.flags & (SCHEMA_INTEGER | SCHEMA_NUMBER)) || !*text || strlen(text) > 15 ||
        text[strspn(text, "0123456789")] || (*text == '0' && text[1]) ||
        !schema_check(node, &number, NULL))
        return false;
    buf_text(out, text);
    return true;
}

static bool write_paging(struct buf *out, const char *query, const struct hole *hole)
{
    long asked = asked_page(query, hole->kind == HOLE_PAGE ? "page" : "per_page");
    cJSON number = { .type = cJSON_Number, .valuedouble = (double)asked };

    if (asked < 1 || !schema_check(hole->node, &number, NULL))
        return false;
    buf_printf(out, "%ld", asked);
    return true;
}

void mould_write(struct buf *out, const struct mould *t, const struct op *op,
                 const struct sample_source *from)
{
    uint64_t seed = t->holes_count ? seed_of(op, from) : 0;
    size_t done = 0;

    buf_reserve(out, t->len + 64 * t->holes_count);
    for (size_t i = 0; i < t->holes_count; i++) {
        const struct hole *hole = &t->holes[i];
        bool filled = false;

        buf_add(out, t->text + done, hole->at - done);
        done = hole->at;
        if (hole->kind == HOLE_HEX || hole->kind == HOLE_UUID) {
            write_id(out, seed, hole);
            filled = true;
        } else if (hole->kind == HOLE_PARAM) {
            filled = hole->which < from->ids_count &&
                     write_param(out, from->ids[hole->which], hole->node);
        } else {
            filled = from->query && *from->query && write_paging(out, from->query, hole);
        }
        if (filled)
            done += hole->skip;
    }
    buf_add(out, t->text + done, t->len - done);
}

void sample_write(struct buf *out, const struct op *op, const struct sample_source *from)
{
    bool beyond = op->method == M_GET && is_beyond(from->query);

    assert(op >= spec_ops && op < spec_ops + spec_op_count);
    if (op->ok == 204)
        return;
    if (!is_json(op)) {
        write_bytes(out, op);
    } else if (from->body && op->method != M_GET) {
        struct mould *t = mould_new(op, from->body, false);

        mould_write(out, t, op, from);
        mould_free(t);
    } else {
        mould_write(out, cached(op, beyond), op, from);
    }
}
