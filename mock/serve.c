#include "mock/serve.h"

#include "common/mem.h"
#include "mock/rooms/rooms.h"

/* The whole walk. A room returns GO_ON, or ANSWERED when call.out already holds the answer. */
static enum step (*const rooms[])(struct call *c) = {
    route_enter, gate_enter, authn_enter, authz_enter, intake_enter, engine_enter,
};

void serve(struct call *c)
{
    for (size_t i = 0; i < ARRAY_LEN(rooms) && rooms[i](c) == GO_ON; i++)
        ;
    reply_finish(c);
}
