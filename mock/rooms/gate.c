/* Room 3: the edge. Looks the credential up, applies faults and rate limits, then refuses what never
 * reaches a service: headers of the wrong form, ids of the wrong shape, paths that nobody serves. */
#include "common/text.h"
#include "mock/rooms/credential.h"
#include "mock/rooms/rooms.h"
#include "mock/state/faults.h"
#include "mock/state/identity.h"
#include "mock/state/rates.h"
#include "mock/world.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool is_loopback(const struct sockaddr *peer)
{
    if (peer->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)peer)->sin_addr.s_addr) >> 24 == 127;
    if (peer->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)peer)->sin6_addr;

        return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
    }
    return peer->sa_family == AF_UNIX;
}

/* A Host or Origin of this machine: the whole name counts, "localhost.evil.example" is none. */
static bool host_is_loopback(const char *host)
{
    const char *scheme = strstr(host, "://");
    struct in_addr four;
    char name[64];
    size_t len;

    host = scheme ? scheme + 3 : host;
    len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (len >= sizeof name || (host[len] && host[len] != ':'))
        return false;
    memcpy(name, host, len);
    name[len] = '\0';
    return text_same_nocase(name, "localhost") || strcmp(name, "[::1]") == 0 ||
           (inet_pton(AF_INET, name, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

static enum step refuse_control(struct call *c, int status, const char *what)
{
    cJSON *json = json_object(J_TEXT("error", what),
                              J_TREE("nearest", c->why.nearest ? cJSON_CreateString(c->why.nearest) : NULL));
    char *text = json_print_dup(json);

    answer_raw(c, status, NULL, text, strlen(text));
    cJSON_Delete(json);
    free(text);
    return ANSWERED;
}

/* The mock's own API: for this machine alone, and not for a web page of another origin (a browser on
 * this machine would carry such a page's requests, or resolve its name to loopback). */
static enum step control_gate(struct call *c)
{
    const char *host = call_header(c, "Host"), *origin = call_header(c, "Origin");

    c->who.refused = WHY_OK;
    if (!is_loopback((const struct sockaddr *)&c->in.peer) || !host || !host_is_loopback(host) ||
        (origin && !host_is_loopback(origin)))
        return refuse_control(c, 403, "the control API answers this machine only: loopback peer, Host, Origin");
    if (c->why.reason == WHY_METHOD)
        return refuse_control(c, 405, "this path is served for other methods");
    if (c->why.reason != WHY_OK)
        return refuse_control(c, 404, "the control API has no such path");
    return GO_ON;
}

static bool is_control(const struct call *c)
{
    return text_starts(c->local_path, "/_mockflare/");
}

static enum step count_rate(struct call *c)
{
    const struct behaviour *b = world_behaviour(c->world);
    const char *who = c->who.account_id ? token_of(c->who.token)->id
                      : c->who.user     ? user_of(c->who.user)->id
                                        : NULL;
    int64_t left;

    if (!who || (b->rate_limit == RATE_OFF && b->rate_headers != RATE_HEADERS_COUNTING))
        return GO_ON;
    left = rates_count(world_rates(c->world), who, c->now);
    c->rate_left = left < 0 ? 0 : left;
    if (left >= 0 || b->rate_limit == RATE_OFF)
        return GO_ON;
    c->retry_after_s = -left;
    return refuse_reason(c, WHY_RATE_LIMITED);
}

static bool is_header_fault(enum reason r)
{
    return r == WHY_MALFORMED_TOKEN || r == WHY_BAD_EMAIL || r == WHY_BAD_KEY ||
           r == WHY_BAD_EMAIL_AND_KEY;
}

/* The account or zone id of the path: 32 hex digits, compared in lower case. */
static enum step check_scope_id(struct call *c)
{
    struct call_param *p;
    bool upper;

    if (world_mode(c->world) == MODE_EXAMPLES || !c->param_count ||
        (c->op->scope != SCOPE_ACCOUNT && c->op->scope != SCOPE_ZONE))
        return GO_ON;
    p = &c->param[c->op->scope_param];
    upper = strpbrk(p->text, "ABCDEF") != NULL;
    if (!text_is_hex32(p->text) || p->text_len != 32 ||
        (upper && world_behaviour(c->world)->upper_case_ids == UPPER_REJECT))
        return refuse_reason(c, WHY_BAD_ID);
    if (upper) {
        char *lower = arena_strdup(c->arena, p->text);

        text_lower(lower);
        p->text = lower;
    }
    return GO_ON;
}

enum step gate_enter(struct call *c)
{
    bool below_owner = c->op->scope == SCOPE_ACCOUNT || c->op->scope == SCOPE_ZONE;

    c->rate_left = -1;
    credential_address(c);
    if (is_control(c))
        return control_gate(c);
    if (world_mode(c->world) == MODE_EXAMPLES)
        credential_form(c);
    else
        credential_look_up(c);
    c->fault = faults_plan(world_faults(c->world), c);
    if (c->fault && c->fault->answers)
        return ANSWERED;
    if (count_rate(c) == ANSWERED)
        return ANSWERED;
    if (is_header_fault(c->who.refused) && c->op->auth != AUTH_NONE && c->why.reason == WHY_OK)
        return refuse_reason(c, c->who.refused);
    if (c->why.reason != WHY_OK && !below_owner) // below an account or zone a bad token comes first
        return refuse_reason(c, c->why.reason);
    return check_scope_id(c);
}
