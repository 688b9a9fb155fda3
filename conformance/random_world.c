#include "random_world.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>

#define OWNER "owner@example.test"

bool draw_chance(struct draw *d, unsigned percent)
{
    return rng_below(&d->rng, 100) < percent;
}

const char *draw_word(struct draw *d, const char *const *words, size_t count)
{
    return words[rng_below(&d->rng, count)];
}

cJSON *draw_accounts(struct draw *d)
{
    cJSON *list = cJSON_CreateArray();
    char name[32];

    d->accounts = 1 + rng_below(&d->rng, DRAW_ACCOUNTS);
    if (d->wrong == WRONG_ACCOUNT && d->accounts == 1)
        d->accounts = 2;
    for (size_t i = 0; i < d->accounts; i++) {
        rng_hex(&d->rng, d->account[i], 32);
        snprintf(name, sizeof name, "Account %zu", i);
        cJSON_AddItemToArray(list, json_object(J_TEXT("id", d->account[i]), J_TEXT("name", name)));
    }
    return list;
}

cJSON *draw_zones(struct draw *d)
{
    cJSON *list = cJSON_CreateArray();
    size_t own = draw_chance(d, 5) ? 51 + rng_below(&d->rng, 10) : rng_below(&d->rng, 4);
    char name[48], other[33];

    for (size_t i = 0; i < own; i++) {
        rng_hex(&d->rng, d->zone[i], 32);
        snprintf(name, sizeof name, "zone-%zu.example", i);
        cJSON_AddItemToArray(list, json_object(J_TEXT("id", d->zone[i]), J_TEXT("name", name),
                                               J_TEXT("account", d->account[0])));
    }
    d->zones = own;
    for (size_t a = 1; a < d->accounts; a++) {
        rng_hex(&d->rng, other, 32);
        snprintf(name, sizeof name, "other-%zu.example", a);
        cJSON_AddItemToArray(list, json_object(J_TEXT("id", other), J_TEXT("name", name),
                                               J_TEXT("account", d->account[a])));
    }
    return list;
}

cJSON *draw_users(struct draw *d)
{
    static const char *const roles[] = { "Super Administrator - All Privileges", "Administrator" };
    cJSON *memberships = cJSON_CreateArray(), *list = cJSON_CreateArray();

    rng_hex(&d->rng, d->user, 32);
    for (size_t i = 0; i < d->accounts; i++) {
        const char *role = draw_chance(d, 90) ? roles[0] : roles[1];

        cJSON_AddItemToArray(memberships, json_object(J_TEXT("account", d->account[i]),
                                                      J_TREE("roles", json_list_of(&role, 1))));
    }
    cJSON_AddItemToArray(list, json_object(J_TEXT("id", d->user), J_TEXT("email", OWNER),
                                           J_TREE("memberships", memberships)));
    return list;
}

cJSON *draw_behaviour(struct draw *d)
{
    static const struct {
        const char *name, *other;
    } switches[] = {
        { "inactive_verify", "reject" }, { "not_yet_verify", "status" },
        { "ip_verify", "location" },     { "foreign_account_verify", "unauthorized" },
        { "accounts_list", "legacy" },   { "memberships_account_token", "10001" },
        { "upper_case_ids", "reject" },  { "retry_after", "date" },
        { "rate_headers", "none" },
    };
    cJSON *json = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(switches); i++)
        if (draw_chance(d, 20))
            json_put(json, switches[i].name, cJSON_CreateString(switches[i].other));
    if (draw_chance(d, 10))
        json_put(json, "r2_enabled", cJSON_CreateBool(false));
    return json;
}

static cJSON *fault_list(cJSON *when_take, cJSON *do_take)
{
    cJSON *list = cJSON_CreateArray();

    cJSON_AddItemToArray(list, json_object(J_TREE("when", when_take), J_TREE("do", do_take)));
    return list;
}

/* A fault that is over after one or two answers: it may not change the verdict. */
static cJSON *healing(struct draw *d)
{
    static const char *const paths[] = { "/user/tokens/verify",
                                         "/accounts/*/tokens/verify",
                                         "/accounts/*",
                                         "/zones",
                                         "/zones/*",
                                         "**" };
    static const char *const errors[] = { "upstream_503", "edge_502", "edge_504", "edge_522" };
    cJSON *when = json_object(J_TEXT("path", draw_word(d, paths, ARRAY_LEN(paths))),
                              J_WHOLE("times", 1 + (int64_t)rng_below(&d->rng, 2)));

    switch (rng_below(&d->rng, 4)) {
    case 0:
        return fault_list(when,
                          json_object(J_TEXT("error", "rate_limited"), J_WHOLE("retry_after", 1)));
    case 1:
        return fault_list(when, json_object(J_TEXT("reset", "before")));
    case 2:
        return fault_list(when, json_object(J_WHOLE("delay_ms", 50)));
    default:
        return fault_list(when,
                          json_object(J_TEXT("error", draw_word(d, errors, ARRAY_LEN(errors))),
                                      J_NULL("retry_after")));
    }
}

cJSON *draw_faults(struct draw *d)
{
    static const char *const down[] = { "upstream_503", "edge_502", "edge_520", "edge_525",
                                        "maintenance" };
    cJSON *everywhere = json_object(J_TEXT("path", "**"));

    if (d->wrong == WRONG_LIMITED)
        return fault_list(everywhere,
                          json_object(J_TEXT("error", "rate_limited"), J_WHOLE("retry_after", 60)));
    if (d->wrong == WRONG_DOWN)
        return fault_list(everywhere,
                          json_object(J_TEXT("error", draw_word(d, down, ARRAY_LEN(down)))));
    if (d->wrong == WRONG_ANSWER)
        return fault_list(everywhere,
                          json_object(J_WHOLE("status", 200), J_TEXT("body", "<html>hello</html>"),
                                      J_TEXT("content_type", "text/html")));
    cJSON_Delete(everywhere);
    return draw_chance(d, 25) ? healing(d) : NULL;
}
