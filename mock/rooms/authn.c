/* Room 4: who calls. What the gate looked up is judged, and refused in the operation's dialect. */
#include "mock/rooms/credential.h"
#include "mock/rooms/rooms.h"
#include "mock/world.h"

#include <string.h>

/* An account-owned token where a user is needed. The memberships service answered otherwise in 2025. */
static enum step refuse_no_user(struct call *c)
{
    if (world_behaviour(c->world)->memberships_account_token == MEMBERSHIPS_9106 ||
        strcmp(spec_text(c->op->family), "memberships") != 0)
        return refuse_reason(c, WHY_NO_USER);
    c->why.reason = WHY_NO_USER;
    return refuse(c, ERR_MEMBERSHIPS_ACCOUNT_TOKEN_2025);
}

/* Without state, a credential is right if its form is. */
static enum step by_form(struct call *c)
{
    enum reason reason = c->who.refused != WHY_OK ? c->who.refused : c->why.reason;

    return reason == WHY_OK ? GO_ON : refuse_reason(c, reason);
}

enum step authn_enter(struct call *c)
{
    bool tokens_only = c->op->auth == AUTH_HOOK_TOKEN;

    if (c->op->auth == AUTH_NONE)
        return GO_ON;
    if (world_mode(c->world) == MODE_EXAMPLES)
        return by_form(c);
    credential_judge(c);
    if (tokens_only && !c->who.token && c->who.refused != WHY_UNKNOWN_TOKEN)
        return refuse_reason(c, WHY_NO_CREDENTIALS); // the verify endpoints do not know keys (REC)
    if (tokens_only || c->op->auth == AUTH_OTHER)
        return GO_ON; // the family's hook judges
    if (c->who.refused != WHY_OK)
        return refuse_reason(c, c->who.refused);
    if (c->why.reason != WHY_OK) // no such path or method below an account or zone
        return refuse_reason(c, c->why.reason);
    if (c->op->auth == AUTH_KEY_ONLY && c->who.token)
        return refuse_reason(c, WHY_METHOD_NEEDS_KEY);
    if (c->who.kind == WHO_ACCOUNT_TOKEN &&
        (c->op->auth == AUTH_USER_ONLY || c->op->scope == SCOPE_USER))
        return refuse_no_user(c);
    if (c->who.kind == WHO_ACCOUNT_TOKEN && c->op->denied_account_token) {
        c->why.reason = WHY_NOT_FOR_ACCOUNT_TOKEN;
        return refuse(c, c->op->denied_account_token);
    }
    return GO_ON;
}
