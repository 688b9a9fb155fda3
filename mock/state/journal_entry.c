#include "mock/state/journal_entry.h"

#include "common/groups.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/faults.h"
#include "mock/state/identity.h"
#include "mock/state/redact.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const schemes[] = { "Authorization", "X-Auth-Email", "X-Auth-Key",
                                       "X-Auth-User-Service-Key" };
static const char *const auth_names[] = { "none", "bearer", "key", "both", "other" };
static const char *const form_names[] = { "", "clean", "untrimmed", "doubled", "malformed" };
static const char *const graphql_names[] = { "", "query", "mutation", "subscription" };
static const char *const depth_names[] = { "schema", "generic", "family" };
static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS" };

enum { AUTH_IS_NONE, AUTH_IS_BEARER, AUTH_IS_KEY, AUTH_IS_BOTH, AUTH_IS_OTHER };
enum { FORM_ABSENT, FORM_CLEAN, FORM_UNTRIMMED, FORM_DOUBLED, FORM_MALFORMED };

static uint32_t put(struct buf *texts, const char *text)
{
    uint32_t at = (uint32_t)texts->len;

    if (!text || !*text)
        return 0;
    buf_add(texts, text, strlen(text) + 1);
    return at;
}

static uint8_t form_of(const char *authorization)
{
    const char *value;

    if (!authorization)
        return FORM_ABSENT;
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return FORM_MALFORMED;
    value = authorization + 7;
    if (strncasecmp(value, "Bearer", 6) == 0)
        return FORM_DOUBLED;
    if (*value == ' ' || strpbrk(value, " \t\r\n\xc2\xe2"))
        return FORM_UNTRIMMED;
    return *value ? FORM_CLEAN : FORM_MALFORMED;
}

static void take_auth(struct entry *e, const struct call *c)
{
    const char *authorization = call_header(c, "Authorization");
    bool bearer = authorization && strncasecmp(authorization, "Bearer", 6) == 0, key;

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (call_header(c, schemes[i]))
            e->schemes |= (uint8_t)(1u << i);
    key = e->schemes & 6;
    e->form = form_of(authorization);
    e->auth = authorization && !bearer ? AUTH_IS_OTHER
              : bearer && key          ? AUTH_IS_BOTH
              : bearer                 ? AUTH_IS_BEARER
              : key                    ? AUTH_IS_KEY
                                       : AUTH_IS_NONE;
}

/* Whether a GraphQL document reads or writes: told by its first word. */
static uint8_t graphql_of(const struct call *c)
{
    const char *query = c->json ? json_text(c->json, "query") : NULL;

    if (!query || strcmp(c->local_path, "/graphql") != 0)
        return 0;
    for (;;) {
        query += strspn(query, " \t\r\n,");
        if (*query != '#')
            break;
        query += strcspn(query, "\n");
    }
    return text_starts(query, "mutation") ? 2 : text_starts(query, "subscription") ? 3 : 1;
}

static const char *method_name(const char *method)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (strcmp(methods[i], method) == 0)
            return methods[i];
    return "?";
}

static uint32_t put_headers(struct buf *texts, struct call *c)
{
    uint32_t at = (uint32_t)texts->len;

    for (size_t i = 0; i < c->in.header_count; i++) {
        const struct call_header *h = &c->in.header[i];

        if (!*h->name)
            continue;
        buf_add(texts, h->name, strlen(h->name) + 1);
        put(texts, redact_header(c->arena, c->world, h->name, h->value));
        if (!*h->value)
            buf_char(texts, '\0');
    }
    buf_char(texts, '\0');
    return at;
}

static void take_texts(struct entry *e, struct buf *texts, struct call *c)
{
    const struct token *t = c->who.token ? token_of(c->who.token) : NULL;

    buf_char(texts, '\0');
    e->path = put(texts, redact_text(c->arena, c->world, c->in.path));
    e->query = put(texts, redact_text(c->arena, c->world, c->in.query));
    e->host = put(texts, call_header(c, "Host"));
    e->agent = put(texts, redact_text(c->arena, c->world,
                                      call_header(c, "User-Agent") ? call_header(c, "User-Agent") : ""));
    e->client = put(texts, c->who.address);
    e->token = put(texts, t ? t->name : NULL);
    e->token_id = put(texts, t ? t->id : NULL);
    e->fault = put(texts, c->fault ? c->fault->name : NULL);
    e->detail = put(texts, c->why.detail);
    e->nearest = put(texts, c->why.nearest);
    e->ignored = put(texts, c->ignored_query);
    e->headers = put_headers(texts, c);
}

void entry_take(struct entry *e, struct buf *texts, struct call *c)
{
    int64_t wait = c->fault ? c->fault->delay_us : 0;

    *e = (struct entry){ 0 };
    e->time = c->now;
    e->at_ms = c->in.began / 1000;
    e->end_ms = (stamp_monotonic() + wait) / 1000;
    e->op = c->op;
    if (!*spec_text(c->op->path)) // made for this call alone: the table's own stands for it
        e->op = &op_none;
    e->method = method_name(c->in.method);
    e->status = (uint16_t)c->out.status;
    e->code = c->out.first_code;
    e->depth = (uint8_t)c->out.depth;
    e->reason = (uint8_t)c->why.reason;
    e->groups = c->why.groups;
    e->groups_count = (uint16_t)c->why.groups_count;
    e->would_deny = c->would_deny;
    e->body_bytes = c->body_len;
    e->graphql = graphql_of(c);
    take_auth(e, c);
    take_texts(e, texts, c);
}

void entry_add_watched(struct entry *e, struct buf *texts, const struct buf *places)
{
    e->watched = (uint32_t)texts->len;
    buf_add(texts, places->at, places->len);
    buf_char(texts, '\0');
}

const char *entry_text(const struct entry *e, uint32_t at)
{
    return e->texts + at;
}

static void add_text(cJSON *to, const char *name, const struct entry *e, uint32_t at)
{
    if (at)
        cJSON_AddStringToObject(to, name, entry_text(e, at));
}

static cJSON *headers_json(const struct entry *e)
{
    cJSON *headers = cJSON_CreateObject();

    for (const char *at = entry_text(e, e->headers); *at;) {
        const char *value = at + strlen(at) + 1;

        cJSON_AddStringToObject(headers, at, value);
        at = value + strlen(value) + 1;
    }
    return headers;
}

static cJSON *schemes_json(const struct entry *e)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (e->schemes >> i & 1)
            cJSON_AddItemToArray(list, cJSON_CreateString(schemes[i]));
    return list;
}

static cJSON *why_json(const struct entry *e)
{
    cJSON *why = json_object(J_TEXT("reason", reason_name(e->reason)));

    add_text(why, "detail", e, e->detail);
    if (e->groups_count) {
        cJSON *groups = cJSON_AddArrayToObject(why, "groups");

        for (size_t i = 0; i < e->groups_count; i++)
            cJSON_AddItemToArray(groups, cJSON_CreateString(group_table[e->groups[i]].name));
    }
    add_text(why, "nearest", e, e->nearest);
    return why;
}

static cJSON *watched_json(const struct entry *e)
{
    cJSON *list = cJSON_CreateArray();

    for (const char *at = entry_text(e, e->watched); *at; at += strlen(at) + 1)
        cJSON_AddItemToArray(list, cJSON_CreateString(at));
    return list;
}

/* Names, blank-separated. */
static cJSON *ignored_json(const struct entry *e)
{
    cJSON *list = cJSON_CreateArray();
    char *names = xstrdup(entry_text(e, e->ignored)), *rest = names, *one;

    while ((one = strsep(&rest, " ")) != NULL)
        cJSON_AddItemToArray(list, cJSON_CreateString(one));
    free(names);
    return list;
}

cJSON *entry_json(const struct entry *e)
{
    char time[STAMP_ROOM], name[256];
    cJSON *json;

    stamp_text(e->time, 6, time);
    op_name(e->op, name, sizeof name);
    json = json_object(J_WHOLE("n", e->number), J_TEXT("time", time), J_WHOLE("at_ms", e->at_ms),
                       J_WHOLE("end_ms", e->end_ms), J_TEXT("method", e->method),
                       J_TEXT("path", entry_text(e, e->path)));
    add_text(json, "query", e, e->query);
    add_text(json, "host", e, e->host);
    if (e->op != &op_none)
        cJSON_AddStringToObject(json, "operation", name);
    cJSON_AddStringToObject(json, "depth", depth_names[e->depth]);
    cJSON_AddNumberToObject(json, "status", e->status);
    if (e->code >= 0)
        cJSON_AddNumberToObject(json, "code", e->code);
    add_text(json, "token", e, e->token);
    add_text(json, "token_id", e, e->token_id);
    cJSON_AddStringToObject(json, "auth", auth_names[e->auth]);
    cJSON_AddItemToObject(json, "auth_schemes", schemes_json(e));
    if (e->form)
        cJSON_AddStringToObject(json, "authorization", form_names[e->form]);
    add_text(json, "client", e, e->client);
    add_text(json, "user_agent", e, e->agent);
    cJSON_AddItemToObject(json, "headers", headers_json(e));
    if (e->graphql)
        cJSON_AddStringToObject(json, "graphql", graphql_names[e->graphql]);
    if (e->watched)
        cJSON_AddItemToObject(json, "watched", watched_json(e));
    if (e->ignored)
        cJSON_AddItemToObject(json, "ignored_query", ignored_json(e));
    add_text(json, "fault", e, e->fault);
    cJSON_AddNumberToObject(json, "body_bytes", (double)e->body_bytes);
    if (e->would_deny)
        cJSON_AddBoolToObject(json, "would_deny", true);
    if (e->reason != WHY_OK || e->would_deny || e->detail)
        cJSON_AddItemToObject(json, "why", why_json(e));
    return json;
}
