#include "random.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "random_world.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWNER "owner@example.test"

/* Seeds in a row go through these in turn, so each reason gets its share in any few dozen worlds.
 */
static const enum wrong turns[] = {
    WRONG_INPUT,      WRONG_UNKNOWN,    WRONG_NOTHING,    WRONG_PERMISSION, WRONG_KIND,
    WRONG_DISABLED,   WRONG_NOTHING,    WRONG_PERMISSION, WRONG_EXPIRED,    WRONG_NOT_YET,
    WRONG_NOTHING,    WRONG_PERMISSION, WRONG_ADDRESS,    WRONG_ACCOUNT,    WRONG_NOTHING,
    WRONG_PERMISSION, WRONG_LIMITED,    WRONG_DOWN,       WRONG_NOTHING,    WRONG_PERMISSION,
    WRONG_NETWORK,    WRONG_ANSWER,     WRONG_NOTHING,    WRONG_PERMISSION, WRONG_ACCOUNT,
    WRONG_PERMISSION, WRONG_NOTHING,    WRONG_PERMISSION, WRONG_NOTHING,    WRONG_PERMISSION,
    WRONG_NOTHING,    WRONG_PERMISSION,
};

static void draw_value(struct draw *d, char out[64])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const char *prefix = d->account_token ? "cfat_" : "cfut_";
    bool old = draw_chance(d, 40);
    char sum[9];
    size_t n = 0;

    if (!old)
        n = (size_t)snprintf(out, 64, "%s", prefix);
    for (int i = 0; i < 40; i++)
        out[n++] = letters[rng_below(&d->rng, sizeof letters - 1)];
    out[n] = '\0';
    rng_hex(&d->rng, sum, 8);
    if (!old)
        snprintf(out + n, 64 - n, "%s", sum);
}

static cJSON *draw_token(struct draw *d)
{
    char value[64];
    const char *status = d->wrong == WRONG_DISABLED ? "disabled" : NULL;
    const char *expires = d->wrong == WRONG_EXPIRED ? "now-1h"
                          : draw_chance(d, 20)      ? "now+30d"
                                                    : NULL;
    const char *begins = d->wrong == WRONG_NOT_YET ? "now+1d"
                         : draw_chance(d, 10)      ? "now-30d"
                                                   : NULL;
    const char *range = draw_chance(d, 50) ? "203.0.113.0/24" : "2001:db8::/32",
               *here = "127.0.0.0/8";
    cJSON *ip = NULL;

    draw_value(d, value);
    if (d->wrong == WRONG_ADDRESS)
        ip = draw_chance(d, 50) ? json_object(J_TREE("in", json_list_of(&range, 1)))
                                : json_object(J_TREE("not_in", json_list_of(&here, 1)));
    else if (draw_chance(d, 10))
        ip = json_object(J_TREE("in", json_list_of(&here, 1)));
    return json_object(
        J_TEXT("name", "ci"), J_TEXT("kind", d->account_token ? "account" : "user"),
        J_TREE("owner", d->account_token ? NULL : cJSON_CreateString(OWNER)),
        J_TREE("account", d->account_token ? cJSON_CreateString(d->account[0]) : NULL),
        J_TEXT("value", value), J_TREE("status", status ? cJSON_CreateString(status) : NULL),
        J_TREE("expires_on", expires ? cJSON_CreateString(expires) : NULL),
        J_TREE("not_before", begins ? cJSON_CreateString(begins) : NULL), J_TREE("ip", ip),
        J_TREE("policies", draw_policies(d)));
}

static cJSON *draw_world(struct draw *d)
{
    cJSON *world = cJSON_CreateObject(), *tokens = cJSON_CreateArray(), *faults;

    json_put(world, "seed", json_number((int64_t)rng_below(&d->rng, 1000000)));
    json_put(world, "accounts", draw_accounts(d));
    json_put(world, "users", draw_users(d));
    json_put(world, "zones", draw_zones(d));
    draw_required(d);
    cJSON_AddItemToArray(tokens, draw_token(d));
    json_put(world, "tokens", tokens);
    json_put(world, "behaviour", draw_behaviour(d));
    faults = draw_faults(d);
    if (faults)
        json_put(world, "faults", faults);
    return world;
}

/* The account as the user pasted it. */
static cJSON *draw_account(struct draw *d)
{
    static const char *const bad[] = { "", "example.com", "me@example.com", "0123456789abcdef" };
    char id[33];
    cJSON *json;

    if (d->wrong == WRONG_INPUT)
        return cJSON_CreateString(draw_word(d, bad, ARRAY_LEN(bad)));
    if (d->wrong == WRONG_ACCOUNT) {
        rng_hex(&d->rng, id, 32);
        return cJSON_CreateString(draw_chance(d, 70) ? d->account[1] : id);
    }
    memcpy(id, d->account[0], sizeof id);
    for (char *at = id; *at && d->rng.state % 8 == 0; at++)
        *at = (char)toupper((unsigned char)*at);
    json = cJSON_CreateString(id);
    return json;
}

static cJSON *draw_run(struct draw *d)
{
    static const char *const wraps[] = { "  %s", "%s\n", "\t%s \r\n" };
    const char *kind = d->account_token != (d->wrong == WRONG_KIND) ? "account" : "user";
    cJSON *run = cJSON_CreateObject();
    char value[64];

    if (d->wrong == WRONG_UNKNOWN) {
        draw_value(d, value);
        json_put(run, "token_value", cJSON_CreateString(value));
    } else {
        json_put(run, "token", cJSON_CreateString("ci"));
    }
    if (draw_chance(d, 15))
        json_put(run, "wrap", cJSON_CreateString(draw_word(d, wraps, ARRAY_LEN(wraps))));
    json_put(run, "account_id", draw_account(d));
    if (d->wrong == WRONG_KIND || draw_chance(d, 50))
        json_put(run, "token_type", cJSON_CreateString(kind));
    json_put(run, "required", json_list_of(d->required, d->required_count));
    if (d->wrong == WRONG_NETWORK)
        json_put(run, "base_url", cJSON_CreateString("refused"));
    return run;
}

static cJSON *expectation(const struct draw *d)
{
    switch (d->wrong) {
    case WRONG_INPUT:
        return json_object(J_TEXT("reason", "bad_input"));
    case WRONG_LIMITED:
        return json_object(J_TEXT("reason", "rate_limited"));
    case WRONG_DOWN:
        return json_object(J_TEXT("reason", "service_unavailable"));
    case WRONG_NETWORK:
        return json_object(J_TEXT("reason", "network_error"));
    case WRONG_ANSWER:
        return json_object(J_TEXT("reason", "bad_response"));
    default:
        return json_object(J_FLAG("by_truth", true));
    }
}

struct test_case *random_case(uint64_t seed)
{
    struct draw d = { .wrong = turns[seed % ARRAY_LEN(turns)] };
    char *id = text_printf("random-%llu", (unsigned long long)seed);
    cJSON *json, *world, *run;

    rng_init(&d.rng, seed);
    d.account_token = draw_chance(&d, 50);
    world = draw_world(&d);
    run = draw_run(&d);
    json =
        json_object(J_TEXT("id", id), J_TEXT("title", "a random world"), J_TEXT("level", "MUST"),
                    J_TREE("world", world), J_TREE("run", run), J_TREE("expect", expectation(&d)),
                    J_TREE("traffic", json_object(J_WHOLE("max", 60))));
    free(id);
    return case_from_take(json);
}
