/* Fuzzes the body of any operation, in examples mode, where no token and no resource stands before
 * it: the first line is METHOD and path, the second the Content-Type header, the rest the body. The
 * answer is a success, or a refusal in JSON. */
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

static void setup(void)
{
    struct scenario *plain, *examples;
    char *why = NULL;

    json_setup();
    plain = scenario_default();
    examples = scenario_as_examples(plain);
    if (worlds_setup(examples, &why) != 0)
        abort();
    scenario_unref(plain);
    scenario_unref(examples);
    atexit(worlds_release);
}

static char *next_line(char **at)
{
    char *line = *at, *end = strchr(line, '\n');

    if (end)
        *end = '\0';
    *at = end ? end + 1 : line + strlen(line);
    return line;
}

static void check_answer(const struct call *c)
{
    bool success = c->out.status >= 200 && c->out.status < 300;
    cJSON *json;

    assert(success || (c->out.status >= 400 && c->out.status < 500));
    if (c->out.no_body || c->out.content_type || c->out.status == 204)
        return;
    json = json_parse(NULL, c->out.body->at, c->out.body->len);
    assert(json);
    cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static bool ready;
    struct buf body = { 0 }, head = { 0 };
    struct call c = { .out = { .body = &body, .head = &head } };
    struct source source;
    char *text, *at, *target;

    if (!ready)
        setup();
    ready = true;
    c.arena = arena_new();
    text = at = arena_strndup(c.arena, (const char *)bytes, len);
    c.in.method = next_line(&at);
    target = strchr(c.in.method, ' ');
    c.in.path = target && target[1] == '/' ? target + 1 : "/user/tokens";
    if (target)
        *target = '\0';
    c.in.query = "";
    c.in.header[c.in.header_count++] =
        (struct call_header){ "X-Auth-User-Service-Key", "v1.0-fuzz" };
    c.in.header[c.in.header_count++] = (struct call_header){ "Content-Type", next_line(&at) };
    source = (struct source){ at, len - (size_t)(at - text) };
    c.in.read_body = read_body;
    c.in.body_from = &source;
    c.in.body_length = source.left ? (int64_t)source.left : 0;
    ((struct sockaddr_in *)&c.in.peer)->sin_family = AF_INET;
    ((struct sockaddr_in *)&c.in.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serve(&c);
    check_answer(&c);
    arena_free(c.arena);
    buf_release(&body);
    buf_release(&head);
    return 0;
}
