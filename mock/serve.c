#include "mock/serve.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/rooms/rooms.h"
#include "mock/state/persist.h"
#include "mock/store/store.h"

#include <stdlib.h>
#include <string.h>

/* The whole walk. A room returns GO_ON, or ANSWERED when call.out already holds the answer. */
static enum step (*const rooms[])(struct call *c) = {
    route_enter, gate_enter, authn_enter, authz_enter, intake_enter, engine_enter,
};

/* With a state file: what it could not keep was undone, and is not acknowledged. */
static void settle(struct call *c)
{
    bool touches = text_starts(c->local_path, "/_mockflare/") && strcmp(c->in.method, "GET") != 0;
    char *why = NULL;
    bool undone = txn_was_undone();

    if (touches && persist_touch(c->world, &why) != 0)
        undone = true;
    free(why);
    if (!undone)
        return;
    c->why.detail = "the state file could not be written, so the change was undone";
    refuse(c, ERR_CONTROL_NOT_KEPT);
}

void serve(struct call *c)
{
    for (size_t i = 0; i < ARRAY_LEN(rooms) && rooms[i](c) == GO_ON; i++)
        ;
    settle(c);
    reply_finish(c);
}
