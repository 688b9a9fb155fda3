/* Room 7: what the operation does: the family's hook where a descriptor names one, else an answer from
 * the response schema. */
#include "mock/rooms/rooms.h"

enum step engine_enter(struct call *c)
{
    spec_action action = spec_actions[c->op->action];

    c->why.reason = WHY_OK;
    if (action)
        return (enum step)action(c);
    return answer_from_schema(c);
}
