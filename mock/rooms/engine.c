/* Room 7: what the operation does: the family's hook or fixed answer where a descriptor has one,
 * else the engine on the kept resource, else an answer from the response schema. */
#include "mock/engine/engine.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/rooms/rooms.h"
#include "mock/world.h"

#include <string.h>

/* "{pool_id}" as a whole text becomes the path's parameter. */
static void fill_params(struct call *c, cJSON *at)
{
    cJSON *item;

    if (cJSON_IsString(at) && *at->valuestring == '{' && text_ends(at->valuestring, "}")) {
        char *name = arena_strndup(c->arena, at->valuestring + 1, strlen(at->valuestring) - 2);
        const char *value = call_param_named(c, name);

        if (value)
            cJSON_SetValuestring(at, value);
        return;
    }
    cJSON_ArrayForEach (item, at)
        fill_params(c, item);
}

static enum step answer_fixed(struct call *c)
{
    cJSON *result = cJSON_Parse(spec_text(c->op->fixed));

    fill_params(c, result);
    return answer(c, result);
}

enum step engine_enter(struct call *c)
{
    spec_action action = spec_actions[c->op->action];

    c->why.reason = WHY_OK;
    if (world_mode(c->world) == MODE_EXAMPLES && !text_starts(c->local_path, "/_mockflare/"))
        return answer_from_schema(c);
    if (c->op->gone && world_behaviour(c->world)->sunset == SUNSET_GONE)
        return refuse(c, c->op->gone);
    if (action)
        return action(c);
    if (c->op->fixed)
        return answer_fixed(c);
    return engine_serve(c) == ANSWERED ? ANSWERED : answer_from_schema(c);
}
