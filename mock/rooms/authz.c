/* Room 5: may this principal do this here. The answer and the reason come from state/policy. */
#include "mock/rooms/rooms.h"
#include "mock/state/policy.h"
#include "mock/world.h"

/* In the modes soft and learn the call goes on; a header and the journal say what would have been. */
static enum step let_pass(struct call *c)
{
    c->would_deny = true;
    call_answer_header(c, "Mockflare-Would-Deny",
                       c->why.groups_count ? group_table[c->why.groups[0]].name : "no permission group");
    return GO_ON;
}

enum step authz_enter(struct call *c)
{
    const char *scoped = c->param_count ? c->param[c->op->scope_param].text : NULL;
    enum reason reason;
    struct view *v;

    if (world_mode(c->world) == MODE_EXAMPLES || c->op->auth == AUTH_NONE || c->op->auth == AUTH_OTHER || c->op->auth == AUTH_HOOK_TOKEN)
        return GO_ON;
    v = view_begin(world_store(c->world));
    reason = policy_allows(v, &c->who, c->op, c->op->scope == SCOPE_ACCOUNT ? scoped : NULL,
                           c->op->scope == SCOPE_ZONE ? scoped : NULL, &c->why);
    view_end(v);
    c->why.reason = reason;
    if (c->op->off && world_behaviour(c->world)->r2_disabled && reason != WHY_FOREIGN_ACCOUNT)
        return refuse(c, c->op->off); // a switched-off product asks for no permission (REC: every call)
    if (reason == WHY_OK)
        return GO_ON;
    if (world_mode(c->world) != MODE_ENFORCE && reason != WHY_FOREIGN_ACCOUNT &&
        reason != WHY_FOREIGN_ZONE)
        return let_pass(c);
    if (c->op->denied)
        return refuse(c, c->op->denied);
    return refuse_reason(c, reason);
}
