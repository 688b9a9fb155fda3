/* ask: one request through all rooms, in the process, for tests that need no network. */
#ifndef MF_TESTS_ASK_H
#define MF_TESTS_ASK_H

#include "common/json.h"
#include "common/mem.h"
#include "mock/call.h"
#include "mock/serve.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "a0000000000000000000000000000001"
#define OTHER_ACCOUNT "a0000000000000000000000000000002"
#define ZONE "b0000000000000000000000000000001"
#define OTHER_ZONE "b0000000000000000000000000000002"
#define TOKEN "ask-token-0123456789abcdef0123456789abcd"

static const char ask_scenario[] =
    "{\"seed\":4,\"clock\":\"2026-03-01T09:00:00Z\",\"behaviour\":{\"sunset\":\"alive\"},"
    "\"accounts\":[{\"id\":\"" ACCOUNT "\",\"name\":\"Acme\"},{\"id\":\"" OTHER_ACCOUNT
    "\",\"name\":\"Other\"}],"
    "\"users\":[{\"email\":\"owner@acme.example\",\"memberships\":["
    "{\"account\":\"Acme\",\"roles\":[\"Super Administrator - All Privileges\"]},"
    "{\"account\":\"Other\",\"roles\":[\"Super Administrator - All Privileges\"]}]}],"
    "\"zones\":[{\"id\":\"" ZONE "\",\"name\":\"one.example\",\"account\":\"Acme\"},"
    "{\"id\":\"" OTHER_ZONE "\",\"name\":\"two.example\",\"account\":\"Acme\"}],"
    "\"tokens\":[{\"name\":\"all\",\"kind\":\"user\",\"value\":\"" TOKEN
    "\",\"permissions\":\"all\"}]}";

struct answer {
    int status;
    cJSON *json;   // NULL: no body, or none of JSON
    cJSON *result; // in json: where the operation's answer carries it
    const struct op *op;
};

struct ask_source {
    const char *at;
    size_t left;
};

static inline long ask_read_body(void *from, void *into, size_t room)
{
    struct ask_source *s = from;
    size_t n = s->left < room ? s->left : room;

    memcpy(into, s->at, n);
    s->at += n;
    s->left -= n;
    return (long)n;
}

static inline void ask_header(struct call *c, const char *name, const char *value)
{
    c->in.header[c->in.header_count++] = (struct call_header){ name, value };
}

static inline struct answer ask_take(const struct call *c)
{
    const char *member = spec_text(c->op->result_member);
    struct answer a = { .status = c->out.status, .op = c->op };

    if (!c->out.no_body && c->out.body->len)
        a.json = json_parse(NULL, c->out.body->at, c->out.body->len);
    a.result = a.json && *member ? json_get(a.json, member) : a.json;
    return a;
}

/* `body` is sent as it is; NULL: none. The answer is released with answer_release. */
static inline struct answer ask_text(const char *method, const char *path, const char *query,
                                     const char *body)
{
    struct ask_source source = { body ? body : "", body ? strlen(body) : 0 };
    struct buf out = { 0 }, head = { 0 };
    struct call c = { .arena = arena_new() };
    struct answer a;

    c.in.method = method;
    c.in.path = arena_printf(c.arena, "/client/v4%s", path);
    c.in.query = query;
    ask_header(&c, "Host", "127.0.0.1");
    ask_header(&c, "Authorization", "Bearer " TOKEN);
    ask_header(&c, "Content-Type", "application/json");
    c.in.read_body = ask_read_body;
    c.in.body_from = &source;
    c.in.body_length = (int64_t)source.left;
    ((struct sockaddr_in *)&c.in.peer)->sin_family = AF_INET;
    ((struct sockaddr_in *)&c.in.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c.out.body = &out;
    c.out.head = &head;
    serve(&c);
    a = ask_take(&c);
    arena_free(c.arena);
    buf_release(&out);
    buf_release(&head);
    return a;
}

static inline struct answer ask(const char *method, const char *path, const char *query,
                                const cJSON *body)
{
    char *text = body ? json_print_dup(body) : NULL;
    struct answer a = ask_text(method, path, query, text);

    free(text);
    return a;
}

static inline void answer_release(struct answer *a)
{
    cJSON_Delete(a->json);
    *a = (struct answer){ 0 };
}

static inline void ask_setup(void)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = scenario_parse(ask_scenario, strlen(ask_scenario), &errors);
    char *why = NULL;

    for (size_t i = 0; i < errors.count; i++)
        printf("%s: %s\n", errors.items[i].path, errors.items[i].what);
    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(worlds_setup(s, &why), 0);
    scenario_unref(s);
}

#endif
