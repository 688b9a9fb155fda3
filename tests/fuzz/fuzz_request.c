/* Fuzzes one request through all rooms, as the front would hand it over: the first line is method and
 * target, then header lines up to an empty one, then the body. Nothing may crash, and every answer must
 * have a status, a head, and JSON where it says so. */
#include "common/json.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/serve.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct source {
    const char *at;
    size_t left;
};

static long read_body(void *from, void *into, size_t room)
{
    struct source *s = from;
    size_t n = s->left < room ? s->left : room;

    memcpy(into, s->at, n);
    s->at += n;
    s->left -= n;
    return (long)n;
}

/* Cuts the next line off in place. */
static char *next_line(char **at)
{
    char *line = *at, *end = strchr(line, '\n');

    if (end) {
        *end = '\0';
        *at = end + 1;
    } else {
        *at = line + strlen(line);
    }
    return line;
}

static void take_target(struct call *c, char *line)
{
    char *target = strchr(line, ' '), *query;

    c->in.method = line;
    c->in.path = "/client/v4/";
    c->in.query = "";
    if (!target)
        return;
    *target++ = '\0';
    query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    c->in.path = *target == '/' ? target : c->in.path;
    c->in.query = query ? query : "";
}

static void take_headers(struct call *c, char **at)
{
    for (char *line = next_line(at); *line; line = next_line(at)) {
        char *colon = strchr(line, ':');

        if (!colon || c->in.header_count >= CALL_HEADERS_MOST)
            continue;
        *colon++ = '\0';
        c->in.header[c->in.header_count++] = (struct call_header){ line, colon + strspn(colon, " ") };
    }
}

static void check_answer(const struct call *c)
{
    cJSON *json;

    assert(c->out.status >= 200 && c->out.status < 600);
    assert(c->out.status != 500 && c->out.status != 501);
    assert(text_starts(c->out.head->at, "HTTP/1.1 "));
    if (c->out.no_body || c->out.content_type || c->out.status == 204)
        return;
    json = json_parse(NULL, c->out.body->at, c->out.body->len);
    assert(json);
    cJSON_Delete(json);
}

static void setup(void)
{
    struct scenario *s;
    char *why = NULL;

    json_setup();
    s = scenario_default();
    if (worlds_setup(s, &why) != 0)
        abort();
    scenario_unref(s);
    atexit(worlds_release);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static bool ready;
    struct buf body = { 0 }, head = { 0 };
    struct arena *arena;
    struct source source;
    struct call c = { 0 };
    char *text, *at;

    if (!ready)
        setup();
    ready = true;
    arena = arena_new();
    text = at = arena_strndup(arena, (const char *)bytes, len);
    c.arena = arena;
    c.out.body = &body;
    c.out.head = &head;
    take_target(&c, next_line(&at));
    take_headers(&c, &at);
    source = (struct source){ at, len - (size_t)(at - text) };
    c.in.read_body = read_body;
    c.in.body_from = &source;
    c.in.body_length = source.left ? (int64_t)source.left : 0;
    ((struct sockaddr_in *)&c.in.peer)->sin_family = AF_INET;
    ((struct sockaddr_in *)&c.in.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serve(&c);
    check_answer(&c);
    arena_free(arena);
    buf_release(&body);
    buf_release(&head);
    return 0;
}
