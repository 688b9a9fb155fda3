#include "linker/link.h"

#include "common/arena.h"
#include "common/groups.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"
#include "linker/require.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum link_step link_end(struct link *l, enum stage stage, enum reason reason, enum hint hint,
                        const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = text_vprintf(format, args);
    va_end(args);
    arena_on_free(l->arena, free, text);
    l->verdict.stage = stage;
    l->verdict.reason = reason;
    l->verdict.hint = hint;
    l->verdict.message = text;
    return LINK_ENDED;
}

enum link_step link_end_if_unanswered(struct link *l, enum stage stage, const struct answer *a)
{
    switch (a->kind) {
    case ANSWER_LIMITED:
        if (a->retry_after_us >= 0)
            return link_end(
                l, stage, REASON_RATE_LIMITED, HINT_NONE,
                "Cloudflare asks for a pause of %lld s. Nothing is wrong with the token; try "
                "again after that. (%s)",
                (long long)((a->retry_after_us + STAMP_SECOND - 1) / STAMP_SECOND), a->words);
        return link_end(
            l, stage, REASON_RATE_LIMITED, HINT_NONE,
            "Cloudflare limits the rate of requests. Nothing is wrong with the token; try "
            "again in a few minutes. (%s)",
            a->words);
    case ANSWER_OUTAGE:
        if (a->edge_blocked)
            return link_end(
                l, stage, REASON_SERVICE_UNAVAILABLE, HINT_EDGE_BLOCKED,
                "Cloudflare's edge blocked the request before it reached the API; this says "
                "nothing about the token. Try again later or from another network. (%s)",
                a->words);
        return link_end(
            l, stage, REASON_SERVICE_UNAVAILABLE, HINT_NONE,
            "Cloudflare's API is not available right now; this says nothing about the token. "
            "Try again later. (%s)",
            a->words);
    case ANSWER_NETWORK:
        return link_end(l, stage, REASON_NETWORK_ERROR, HINT_NONE,
                        "No answer came from the API; this says nothing about the token. Check the "
                        "network and try again. (%s)",
                        a->words);
    case ANSWER_TLS:
        return link_end(
            l, stage, REASON_TLS_ERROR, HINT_NONE,
            "The server's certificate is not trusted, so nothing was sent to it. Check the "
            "system's clock, proxy and certificates. (%s)",
            a->words);
    case ANSWER_ODD:
        return link_end(
            l, stage, REASON_BAD_RESPONSE, HINT_NONE,
            "The answer is not the API's: %s. This says nothing about the token; check the "
            "base URL and what stands between here and Cloudflare.",
            a->words);
    default:
        return LINK_GO_ON;
    }
}

const char *link_address(struct link *l, const struct answer *a)
{
    static const char mark[] = "from location:";
    const char *at = strstr(a->text, mark);

    if (!at)
        return NULL;
    at += strlen(mark);
    at += strspn(at, " ");
    return arena_strndup(l->arena, at, strspn(at, "0123456789abcdefABCDEF.:"));
}

enum link_step link_end_for_address(struct link *l, enum stage stage, const struct answer *a)
{
    const char *address = link_address(l, a);

    if (!address || !*address)
        address = "of this machine";
    return link_end(
        l, stage, REASON_IP_NOT_ALLOWED, HINT_IP_ADDRESS,
        "The token's address filter (Client IP Address Filtering) does not allow the address "
        "%s, from which Cloudflare saw this request%s. Add it to the filter, or link from a "
        "machine that will use the token.",
        address, strchr(address, ':') ? " (an IPv6 address)" : "");
}

enum link_step link_end_if_dead(struct link *l, enum stage stage, const struct answer *a)
{
    if (a->kind != ANSWER_REFUSED)
        return LINK_GO_ON;
    if (answer_says(a, "from location"))
        return link_end_for_address(l, stage, a);
    if (answer_says(a, "Invalid access token") || (a->status == 401 && answer_has_code(a, 1000)))
        return link_end(
            l, stage, REASON_INVALID_TOKEN, HINT_NONE,
            "The token was good a moment ago and is refused now: it was rolled, deleted or "
            "disabled meanwhile. Paste its new value. (%s)",
            a->words);
    return LINK_GO_ON;
}

static const char *zones_page(struct link *l, int64_t page)
{
    return arena_printf(l->arena, "/zones?account.id=%s&per_page=50&page=%lld", l->in.account_id,
                        (long long)page);
}

static bool is_early(const struct answer *a)
{
    return a->kind == ANSWER_REFUSED && a->status == 403 &&
           (answer_has_code(a, 10000) || answer_has_code(a, 10001));
}

/* Asks other questions until one is answered otherwise, so that none is put more than twice. */
static void wait_for_token(struct link *l, const char *path)
{
    static const int64_t at_ms[] = { 400, 1200, 2400, 3800, 5150 };
    const char *account = arena_printf(l->arena, "/accounts/%s", l->in.account_id);
    const char *zones = zones_page(l, 1);
    const char *polls[] = { strcmp(path, account) ? account : zones, zones };
    int64_t began = stamp_monotonic();

    if (!strcmp(path, zones) || !strcmp(path, account))
        polls[1] = arena_printf(l->arena, "/zones/%s", l->in.account_id);
    for (size_t i = 0; i < sizeof at_ms / sizeof *at_ms; i++) {
        client_pause(&l->client, began + at_ms[i] * 1000 - stamp_monotonic());
        if (i + 1 < sizeof at_ms / sizeof *at_ms && !is_early(client_get(&l->client, polls[i % 2])))
            return;
    }
}

const struct answer *link_get_core(struct link *l, const char *path)
{
    const struct answer *a = client_get(&l->client, path);

    if (!is_early(a))
        return a;
    if (l->settled)
        client_pause(&l->client, STAMP_SECOND * 2 / 5);
    else
        wait_for_token(l, path);
    l->settled = true;
    return client_get(&l->client, path);
}

const struct answer *link_get_once(struct link *l, const char *path, bool again)
{
    struct asked *q = l->asked;
    const struct answer **place;

    while (q && strcmp(q->path, path) != 0)
        q = q->next;
    if (!q) {
        q = arena_alloc(l->arena, sizeof *q);
        *q = (struct asked){ .next = l->asked, .path = path };
        l->asked = q;
    }
    place = again ? &q->second : &q->first;
    if (!*place)
        *place = client_get(&l->client, path);
    return *place;
}

enum witness link_witness(struct link *l, const struct answer **said)
{
    const struct answer *a =
        client_get(&l->client, arena_printf(l->arena, "/zones/%s", l->in.account_id));

    *said = a;
    if (a->kind == ANSWER_GOOD)
        return WITNESS_ZONE;
    if (a->kind != ANSWER_REFUSED)
        return WITNESS_SILENT;
    if (answer_says(a, "from location"))
        return WITNESS_ADDRESS;
    if (answer_says(a, "Unauthorized to access"))
        return WITNESS_ALIVE;
    return answer_says(a, "Invalid access token") ? WITNESS_DEAD : WITNESS_SILENT;
}

static void note_account(struct link *l, const cJSON *account)
{
    const char *id = json_text(account, "id");

    if (id && text_same_nocase(id, l->in.account_id))
        l->account_listed = account;
    else if (id && !l->account_other)
        l->account_other = account;
}

enum link_step link_need_accounts(struct link *l, enum stage stage)
{
    bool more = !l->accounts_known;

    l->accounts_known = true;
    for (int64_t page = 1; more && !l->account_listed; page++) {
        const struct answer *a = client_get(
            &l->client, arena_printf(l->arena, "/accounts?per_page=50&page=%lld", (long long)page));
        const cJSON *account, *list = cJSON_IsArray(a->result) ? a->result : NULL;

        // 400 with code 1001: in 2024 this list was closed to account-owned tokens
        if (link_end_if_unanswered(l, stage, a) == LINK_ENDED ||
            link_end_if_dead(l, stage, a) == LINK_ENDED)
            return LINK_ENDED;
        cJSON_ArrayForEach (account, list)
            note_account(l, account);
        more = cJSON_GetArraySize(list) > 0 &&
               page < json_whole(json_get(a->json, "result_info"), "total_pages", 1);
    }
    return LINK_GO_ON;
}

static void add_zone(struct link *l, const cJSON *zone)
{
    const char *account = json_text(json_get(zone, "account"), "id"), *id = json_text(zone, "id");
    const cJSON *permissions = json_get(zone, "permissions");
    struct zone_seen *more;

    if (!account || !text_same_nocase(account, l->in.account_id) || !id || !text_is_hex32(id))
        return;
    // doubling would gain nothing: a page holds 50
    more = arena_alloc(l->arena, (l->zones_count + 1) * sizeof *more);
    if (l->zones_count)
        memcpy(more, l->zones, l->zones_count * sizeof *more);
    more[l->zones_count++] = (struct zone_seen){
        .id = id,
        .name = json_text(zone, "name"),
        .permissions = cJSON_IsArray(permissions) && permissions->child ? permissions : NULL,
    };
    l->zones = more;
}

enum link_step link_need_zones(struct link *l, enum stage stage)
{
    bool more = !l->zones_known;

    l->zones_known = true;
    for (int64_t page = 1; more; page++) {
        const struct answer *a = link_get_core(l, zones_page(l, page));
        const cJSON *zone, *info = json_get(a->json, "result_info");
        const cJSON *list = cJSON_IsArray(a->result) ? a->result : NULL;
        int items = cJSON_GetArraySize(list);
        int64_t per_page = json_whole(info, "per_page", 50);

        if (link_end_if_unanswered(l, stage, a) == LINK_ENDED ||
            link_end_if_dead(l, stage, a) == LINK_ENDED)
            return LINK_ENDED;
        if (a->kind != ANSWER_GOOD)
            break; // older tokens may not list zones: then none is seen
        cJSON_ArrayForEach (zone, list)
            add_zone(l, zone);
        more = items > 0 && page < json_whole(info, "total_pages", items < per_page ? 1 : page + 1);
    }
    return LINK_GO_ON;
}

static enum link_step ask_policies(struct link *l, enum stage stage)
{
    const char *path =
        l->kind == OWNER_USER
            ? arena_printf(l->arena, "/user/tokens/%s", l->token_id)
            : arena_printf(l->arena, "/accounts/%s/tokens/%s", l->in.account_id, l->token_id);
    const struct answer *a = client_get(&l->client, path);

    if (link_end_if_unanswered(l, stage, a) == LINK_ENDED ||
        link_end_if_dead(l, stage, a) == LINK_ENDED)
        return LINK_ENDED;
    l->policies_answer = a;
    if (a->kind == ANSWER_GOOD && cJSON_IsArray(json_get(a->result, "policies")))
        l->policies = json_get(a->result, "policies");
    return LINK_GO_ON;
}

enum link_step link_need_policies(struct link *l, enum stage stage)
{
    return l->policies_answer || !l->token_id ? LINK_GO_ON : ask_policies(l, stage);
}

enum link_step link_ask_policies_again(struct link *l, enum stage stage)
{
    return l->policies || !l->token_id ? LINK_GO_ON : ask_policies(l, stage);
}

static enum link_step read_input(struct link *l)
{
    const char *unknown = require_read(l->arena, l->order->required, &l->verdict);
    const char *near = unknown ? group_nearest(unknown) : NULL;
    struct input_fault fault;

    if (input_read(l->arena, &l->order->raw, &l->in, &fault) != 0)
        return link_end(l, STAGE_INPUT, REASON_BAD_INPUT, fault.hint, "%s", fault.message);
    strcpy(l->verdict.account_id, l->in.account_id);
    if (unknown)
        return link_end(l, STAGE_INPUT, REASON_BAD_INPUT, HINT_NONE,
                        "\"%s\" is no permission group%s%s%s.", unknown,
                        near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return LINK_GO_ON;
}

static void set_out(struct link *l)
{
    l->client = (struct client){
        .arena = l->arena,
        .base_url = l->order->base_url,
        .ca_file = l->order->ca_file,
        .token = l->in.token,
        .limit_us = l->order->limit_us,
        .trace = l->order->trace,
        .redact = &l->redact,
    };
    client_init(&l->client);
}

void link_run(struct link *l, const struct link_order *order)
{
    static enum link_step (*const stages[])(struct link *) = {
        verify_token,
        account_prove,
        permissions_check,
    };
    enum link_step step;

    memset(l, 0, sizeof *l);
    l->arena = arena_new();
    l->order = order;
    step = read_input(l);
    redact_init(&l->redact, l->in.token);
    if (step == LINK_ENDED)
        return;
    set_out(l);
    for (size_t i = 0; i < sizeof stages / sizeof *stages && stages[i](l) == LINK_GO_ON; i++)
        ;
    client_release(&l->client);
}

void link_release(struct link *l)
{
    redact_release(&l->redact);
    arena_free(l->arena);
}
