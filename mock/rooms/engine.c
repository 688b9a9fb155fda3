/* Room 7: what the operation does: the family's hook where a descriptor names one, else an answer from
 * the response schema. */
#include "gen/hooks.h"
#include "mock/rooms/rooms.h"
#include "mock/world.h"

enum step engine_enter(struct call *c)
{
    spec_action action = spec_actions[c->op->action];

    c->why.reason = WHY_OK;
    if (c->op->gone && world_behaviour(c->world)->sunset == SUNSET_GONE)
        return refuse(c, c->op->gone);
    if (action)
        return action(c);
    return answer_from_schema(c);
}
