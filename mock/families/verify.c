/* verify: the two endpoints that say whether a token is one. They judge tokens that authentication
 * refuses everywhere else, so they are asked before the refusal is spoken. */
#include "mock/call.h"

#include "common/stamp.h"
#include "gen/hooks.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <string.h>

#define VALID "[{\"code\":10000,\"message\":\"This API Token is valid and active\",\"type\":null}]"

static void add_time(struct buf *b, const char *name, int64_t stamp)
{
    char text[STAMP_ROOM];

    if (!stamp)
        return;
    stamp_text(stamp, 0, text);
    buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

/* The 200 of a known token. Written by hand: every client's first call, and its `messages` tells
 * more than other envelopes do. */
static enum step known(struct call *c, const struct token *t, const char *status)
{
    bool active = strcmp(status, "active") == 0;
    struct buf *body = c->out.body;

    answer_raw(c, 200, NULL, "{\"result\":{\"id\":\"", 17);
    buf_text(body, t->id);
    buf_text(body, "\",\"status\":\"");
    buf_text(body, status);
    buf_char(body, '"');
    add_time(body, "not_before", t->not_before);
    add_time(body, "expires_on", t->expires_on);
    buf_text(body, "},\"success\":true,\"errors\":[],\"messages\":");
    buf_text(body, active ? VALID "}" : "[]}");
    return ANSWERED;
}

/* What the notes leave open is decided by the scenario's behaviour switches. */
static enum step judged(struct call *c, const struct token *t)
{
    const struct behaviour *b = world_behaviour(c->world);

    switch (c->who.refused) {
    case WHY_OK:
        return known(c, t, "active");
    case WHY_TOKEN_DISABLED:
    case WHY_TOKEN_EXPIRED:
        if (b->inactive_verify == INACTIVE_STATUS)
            return known(c, t, token_status(t, world_now(c->world)));
        break;
    case WHY_TOKEN_NOT_YET:
        if (b->not_yet_verify == NOT_YET_STATUS)
            return known(c, t, token_status(t, world_now(c->world)));
        break;
    case WHY_ADDRESS:
        if (b->ip_verify == IP_LOCATION) {
            c->why.reason = WHY_ADDRESS;
            return refuse(c, ERR_TOKENS_LOCATION, c->who.address);
        }
        break;
    default:
        break;
    }
    return refuse_reason(c, c->who.refused);
}

/* An account-owned token is unknown here: the body is that of any unknown token (REC). */
enum step verify_user(struct call *c)
{
    const struct token *t = token_of(c->who.token);

    if (!t)
        return refuse_reason(c, c->who.refused);
    if (t->kind != TOKEN_USER) {
        c->why.detail = "an account-owned token: it is verified below its account";
        return refuse_reason(c, WHY_UNKNOWN_TOKEN);
    }
    return judged(c, t);
}

enum step verify_account(struct call *c)
{
    const struct token *t = token_of(c->who.token);
    const char *account = call_param_named(c, "account_id");

    if (!t)
        return refuse_reason(c, c->who.refused);
    if (t->kind != TOKEN_ACCOUNT) {
        c->why.detail = "a user token: it is verified at /user/tokens/verify";
        return refuse_reason(c, WHY_UNKNOWN_TOKEN);
    }
    if (strcmp(t->owner, account) != 0) {
        if (world_behaviour(c->world)->foreign_account_verify == FOREIGN_REJECT)
            return refuse_reason(c, WHY_FOREIGN_ACCOUNT);
        c->why.reason = WHY_FOREIGN_ACCOUNT;
        return refuse(c, ERR_TOKENS_FOREIGN_ACCOUNT);
    }
    return judged(c, t);
}
