#include "mock/state/plans.h"

#include "common/json.h"

#include <string.h>

const struct plan_row plan_table[PLAN_COUNT] = {
    // Ids and names as recorded for free and enterprise; the others after their pattern (INF).
    [PLAN_FREE] = { "free", "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Free Website", 0, 0, 3 },
    [PLAN_PRO] = { "pro", "1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Pro Website", 25, 1, 20 },
    [PLAN_BUSINESS] = { "business", "2feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Business Website", 250, 1,
                        50 },
    [PLAN_ENTERPRISE] = { "enterprise", "94f3b7b768b0458b56d2cac4fe5ec0f9", "Enterprise Website", 0,
                          1, 100 },
};

bool plan_find(const char *id, enum plan *out)
{
    for (int i = 0; i < PLAN_COUNT; i++)
        if (strcmp(plan_table[i].legacy, id) == 0 || strcmp(plan_table[i].id, id) == 0) {
            *out = (enum plan)i;
            return true;
        }
    return false;
}

cJSON *plan_shown(enum plan plan)
{
    const struct plan_row *p = &plan_table[plan];
    bool paid = plan != PLAN_FREE;

    return json_object(J_TEXT("id", p->id), J_TEXT("name", p->name), J_WHOLE("price", p->price),
                       J_TEXT("currency", "USD"), J_TEXT("frequency", ""),
                       J_FLAG("is_subscribed", paid), J_FLAG("can_subscribe", paid),
                       J_TEXT("legacy_id", p->legacy), J_FLAG("legacy_discount", false),
                       J_FLAG("externally_managed", plan == PLAN_ENTERPRISE));
}
