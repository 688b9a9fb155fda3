/* The answers of faults: errors by name in the dialect of the operation, pages of the edge, and
 * what a scenario writes out. Shapes and headers of the edge as recorded (reference notes: failures
 * at the edge; recorded behaviour §8); the words on the pages are ours. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "gen/names.h"
#include "mock/call.h"
#include "mock/state/faults_parts.h"

#include <stdlib.h>
#include <string.h>

#define HTML "text/html; charset=UTF-8"
#define PLAIN "text/plain; charset=UTF-8"
#define EDGE_RETRY_S 120       // REC 2026, of a 52x page
#define PAGE_LEAST 6500        // a recorded page has 6.5 to 7 kB
#define RATE_LIMITED_RETRY_S 2 // where the scenario does not say

static const struct {
    const char *name;
    int status;
    const char *title;
} pages[] = {
    { "edge_502", 502, "Bad gateway" },
    { "edge_503", 503, "Service unavailable" },
    { "edge_504", 504, "Gateway time-out" },
    { "edge_520", 520, "Web server is returning an unknown error" },
    { "edge_521", 521, "Web server is down" },
    { "edge_522", 522, "Connection timed out" },
    { "edge_523", 523, "Origin is unreachable" },
    { "edge_524", 524, "A timeout occurred" },
    { "edge_525", 525, "SSL handshake failed" },
    { "edge_526", 526, "Invalid SSL certificate" },
};

static void add_page_head(struct buf *b, const char *title)
{
    buf_text(b, "<!DOCTYPE html>\n"
                "<!--[if lt IE 9]> <html class=\"no-js old-ie\" lang=\"en-US\"> <![endif]-->\n"
                "<!--[if gt IE 8]><!--> <html class=\"no-js\" lang=\"en-US\"> <!--<![endif]-->\n"
                "<head>\n");
    buf_printf(b, "<title>%s</title>\n", title);
    buf_text(b,
             "<meta charset=\"UTF-8\" />\n<meta name=\"robots\" content=\"noindex, nofollow\" />\n"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\" />\n");
}

/* Style rules in such number that the page has the size of a real one. */
static void add_page_style(struct buf *b)
{
    buf_text(b, "<style>\nbody{font-family:sans-serif;margin:2rem;color:#333}\n");
    for (int i = 1; b->len < PAGE_LEAST - 250; i++)
        buf_printf(b, ".column-%d{width:%d.%02d%%;float:left;padding:0 1rem}\n", i, 100 / i,
                   10000 / i % 100);
    buf_text(b, "</style>\n</head>\n<body>\n");
}

/* Adds a header that the scenario has not written itself. */
static void put_header(struct call *c, const char *name, const char *value)
{
    for (size_t i = 0; i < c->out.header_count; i++)
        if (text_same_nocase(c->out.header[i].name, name))
            return;
    call_answer_header(c, name, value);
}

/* The edge always writes seconds; null leaves the header out. */
static void edge_retry(struct call *c, const cJSON *what)
{
    if (!cJSON_IsNull(json_get(what, "retry_after")))
        put_header(c, "Retry-After",
                   arena_printf(c->arena, "%lld",
                                (long long)json_whole(what, "retry_after", EDGE_RETRY_S)));
}

static void edge_headers(struct call *c, const cJSON *what)
{
    edge_retry(c, what);
    put_header(c, "Cache-Control",
               "private, max-age=0, no-store, no-cache, must-revalidate, "
               "post-check=0, pre-check=0");
    put_header(c, "Expires", "Thu, 01 Jan 1970 00:00:01 GMT");
}

static void answer_page_of(struct call *c, const cJSON *what, int status, const char *words)
{
    char *title = text_printf("api.cloudflare.com | %d: %s", status, words);
    struct buf b;

    buf_init(&b);
    add_page_head(&b, title);
    add_page_style(&b);
    buf_printf(&b,
               "<h1><span class=\"code\">Error code %d</span> %s</h1>\n"
               "<h2>What happened?</h2>\n"
               "<p>The edge asked api.cloudflare.com for this page and got no usable answer.</p>\n"
               "<h2>What can I do?</h2>\n<p>Please try again in a few minutes.</p>\n"
               "<p>Your IP: %s</p>\n</body>\n</html>\n",
               status, words, c->who.address);
    if (status >= 520)
        edge_headers(c, what);
    answer_raw(c, status, HTML, b.at, b.len);
    buf_release(&b);
    free(title);
}

static void answer_challenge(struct call *c)
{
    struct buf b;

    buf_init(&b);
    add_page_head(&b, "Just a moment...");
    add_page_style(&b);
    buf_text(&b,
             "<noscript>Enable JavaScript and cookies to continue</noscript>\n</body>\n</html>\n");
    put_header(c, "cf-mitigated", "challenge");
    answer_raw(c, 403, HTML, b.at, b.len);
    buf_release(&b);
}

static int edge_text_status(int64_t code)
{
    if (code < 1000)
        return (int)code;
    return code == 1015 ? 429 : 403;
}

/* The reply writes it as the scenario's `behaviour` says: seconds, a date, or not at all. */
static void set_retry_after(struct call *c, const cJSON *what, int64_t fallback)
{
    if (!cJSON_IsNull(json_get(what, "retry_after")))
        c->retry_after_s = json_whole(what, "retry_after", fallback);
}

static void answer_edge_text(struct call *c, const cJSON *what)
{
    int64_t code = json_whole(what, "code", 0);
    char *text = text_printf("error code: %lld", (long long)code);

    set_retry_after(c, what, 0);
    answer_raw(c, (int)json_whole(what, "status", edge_text_status(code)), PLAIN, text,
               strlen(text));
    free(text);
}

/* No recorded answer shows a maintenance; the shape is that of the core's errors (INF). */
static void answer_maintenance(struct call *c, const cJSON *what)
{
    static const char body[] = "{\"success\":false,\"errors\":[{\"code\":7010,\"message\":"
                               "\"Service unavailable\"}],\"messages\":[],\"result\":null}";

    edge_retry(c, what);
    answer_raw(c, 503, NULL, body, sizeof body - 1);
    c->out.first_code = 7010;
}

/* An error of a family's catalogue. What stands in its `%s` is the last id of the path. */
static void answer_catalogue(struct call *c, const char *name)
{
    const char *word = c->param_count ? c->param[c->param_count - 1].text : "";

    refuse(c, (enum error_id)spec_error_by_name(name), word, word, word, word);
}

/* 403 10000, in the core's dialect 403 9109: as if a group were missing, which the journal must not
 * say. */
static void answer_authentication_error(struct call *c)
{
    enum reason before = c->why.reason;

    refuse_reason(c, WHY_MISSING_GROUP);
    c->why.reason = before;
}

static void answer_error(struct call *c, const cJSON *what, const char *name)
{
    static const char upstream[] = "upstream connect error or disconnect/reset before headers. "
                                   "reset reason: connection timeout";

    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (strcmp(pages[i].name, name) == 0) {
            answer_page_of(c, what, pages[i].status, pages[i].title);
            return;
        }
    }
    if (strcmp(name, "rate_limited") == 0) {
        set_retry_after(c, what, RATE_LIMITED_RETRY_S);
        refuse_reason(c, WHY_RATE_LIMITED);
    } else if (strcmp(name, "authentication_error") == 0) {
        answer_authentication_error(c);
    } else if (strcmp(name, "upstream_503") == 0) {
        answer_raw(c, 503, "text/plain", upstream, sizeof upstream - 1);
    } else if (strcmp(name, "challenge") == 0) {
        answer_challenge(c);
    } else if (strcmp(name, "edge_text") == 0) {
        answer_edge_text(c, what);
    } else if (strcmp(name, "maintenance") == 0) {
        answer_maintenance(c, what);
    } else {
        answer_catalogue(c, name);
    }
}

/* code of errors[0] of a written body, for the journal. */
static int first_code_of(const cJSON *body)
{
    return (int)json_whole(cJSON_GetArrayItem(json_get(body, "errors"), 0), "code", -1);
}

static void answer_written(struct call *c, const cJSON *what)
{
    const cJSON *body = json_get(what, "body");
    const char *given = json_text(what, "content_type"), *text = cJSON_GetStringValue(body);
    const char *type = given ? arena_strdup(c->arena, given) : text ? PLAIN : NULL;
    char *rendered = text || !body ? xstrdup(text ? text : "") : json_print_dup(body);

    set_retry_after(c, what, 0);
    answer_raw(c, (int)json_whole(what, "status", 200), type, rendered, strlen(rendered));
    c->out.first_code = text || !body ? -1 : first_code_of(body);
    free(rendered);
}

static void answer_redirect(struct call *c, const cJSON *what)
{
    call_answer_header(c, "Location", arena_strdup(c->arena, json_text(what, "redirect")));
    answer_raw(c, (int)json_whole(what, "status", 302), HTML, "", 0);
}

bool fault_answer(struct call *c, const cJSON *what)
{
    const char *error = json_text(what, "error");
    const cJSON *header;

    // First, so that put_header finds them: what the scenario writes wins. Without an answer of the
    // fault's own they stand on the real one.
    cJSON_ArrayForEach (header, json_get(what, "headers"))
        call_answer_header(c, arena_strdup(c->arena, header->string),
                           arena_strdup(c->arena, header->valuestring));
    if (error)
        answer_error(c, what, error);
    else if (json_get(what, "redirect"))
        answer_redirect(c, what);
    else if (json_get(what, "status") || json_get(what, "body"))
        answer_written(c, what);
    else
        return false;
    return true;
}
