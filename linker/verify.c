#include "linker/verify.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"
#include "linker/link.h"

#include <string.h>

#define SKEW (VERIFY_SKEW_S * STAMP_SECOND)

bool verify_knows_not(const struct answer *a)
{
    return a->kind == ANSWER_REFUSED && a->status == 401 && answer_has_code(a, 1000);
}

static enum reason judge_good(const cJSON *result, int64_t now)
{
    const char *status = json_text(result, "status");
    const char *from = json_text(result, "not_before"), *until = json_text(result, "expires_on");
    int64_t at;

    if (!status)
        return REASON_BAD_RESPONSE;
    if (!strcmp(status, "disabled"))
        return REASON_TOKEN_DISABLED;
    if (!strcmp(status, "expired") || (until && stamp_parse(until, now, &at) && at + SKEW < now))
        return REASON_TOKEN_EXPIRED;
    if (from && stamp_parse(from, now, &at) && at - SKEW > now)
        return REASON_TOKEN_NOT_YET_VALID;
    // "revoked (exposed)" and words yet to come: whatever is not active is refused
    return strcmp(status, "active") ? REASON_INVALID_TOKEN : REASON_OK;
}

enum reason verify_judge(const struct answer *a, int64_t now)
{
    if (a->kind == ANSWER_GOOD)
        return judge_good(a->result, now);
    if (answer_says(a, "from location"))
        return REASON_IP_NOT_ALLOWED;
    if (answer_has_code(a, 9109) && answer_says(a, "Unauthorized to access"))
        return REASON_ACCOUNT_MISMATCH; // a good token, asked about somebody else's account
    if (a->status == 401 || a->status == 403 || answer_has_code(a, 1000) ||
        answer_has_code(a, 6003) || answer_has_code(a, 9106) || answer_has_code(a, 10000) ||
        answer_has_code(a, 10001))
        return REASON_INVALID_TOKEN;
    return REASON_BAD_RESPONSE;
}

static const char *verify_path(struct link *l, enum owner_kind kind)
{
    return kind == OWNER_USER
               ? "/user/tokens/verify"
               : arena_printf(l->arena, "/accounts/%s/tokens/verify", l->in.account_id);
}

static enum owner_kind other_kind(enum owner_kind kind)
{
    return kind == OWNER_USER ? OWNER_ACCOUNT : OWNER_USER;
}

static const char *kind_in_words(enum owner_kind kind)
{
    return kind == OWNER_USER ? "a user token (My Profile > API Tokens)"
                              : "an account-owned token (Manage Account > Account API Tokens)";
}

static enum link_step end_other_kind(struct link *l)
{
    enum owner_kind told = l->in.kind;

    return link_end(
        l, STAGE_VERIFY, REASON_INVALID_TOKEN, HINT_OTHER_KIND,
        "The token was declared as %s, but it is %s. Choose the other token type, or paste a "
        "token of the declared one.",
        kind_in_words(told), kind_in_words(other_kind(told)));
}

static enum link_step end_foreign(struct link *l, bool is_zone)
{
    if (is_zone)
        return link_end(
            l, STAGE_VERIFY, REASON_ACCOUNT_MISMATCH, HINT_ZONE_ID,
            "The account id %s is the id of a zone. The account id stands beside it on the "
            "zone's overview page.",
            l->in.account_id);
    return link_end(
        l, STAGE_VERIFY, REASON_ACCOUNT_MISMATCH, HINT_NONE,
        "The token is good, but it is owned by another account than %s. Check the account "
        "id, or create the token in that account.",
        l->in.account_id);
}

/* A user token gets this far only when it was declared as account-owned. */
static bool is_user_token(struct link *l)
{
    const struct answer *a;

    if (l->in.kind == OWNER_USER)
        return false;
    if (l->in.kind_seen != OWNER_UNTOLD || l->in.kind == OWNER_UNTOLD)
        return l->in.kind == OWNER_ACCOUNT && l->in.kind_seen == OWNER_USER;
    a = client_get(&l->client, "/user");
    return a->kind == ANSWER_GOOD ||
           (a->kind == ANSWER_REFUSED && answer_says(a, "Unauthorized to access"));
}

/* The verify endpoint does not know the token. Why not? */
static enum link_step end_unknown(struct link *l, const struct answer *a)
{
    const struct answer *said;

    switch (link_witness(l, &said)) {
    case WITNESS_ADDRESS:
        return link_end_for_address(l, STAGE_VERIFY, said);
    case WITNESS_ZONE:
        if (l->in.kind != OWNER_USER)
            return end_foreign(l, true);
        return end_other_kind(l);
    case WITNESS_ALIVE:
        if (l->in.kind == OWNER_USER || is_user_token(l))
            return end_other_kind(l);
        return end_foreign(l, false);
    default:
        break;
    }
    return link_end(
        l, STAGE_VERIFY, REASON_INVALID_TOKEN, HINT_NONE,
        "Cloudflare does not know this token%s: it was deleted or rolled, it is not complete, "
        "it is not valid yet, or its address filter excludes this machine. (%s)",
        l->in.kind == OWNER_USER      ? " as a user token; an account-owned token must be "
                                        "declared as such"
        : l->in.kind == OWNER_ACCOUNT ? " as a token of this account; a user token must be "
                                        "declared as such"
                                      : ", neither as a user token nor as one owned by this "
                                        "account",
        a->words);
}

static enum link_step end_refused(struct link *l, enum reason reason, const struct answer *a)
{
    const char *status = json_text(a->result, "status");

    switch (reason) {
    case REASON_TOKEN_DISABLED:
        return link_end(l, STAGE_VERIFY, reason, HINT_NONE,
                        "The token is disabled. Enable it in the dashboard, or create a new one.");
    case REASON_TOKEN_EXPIRED:
        return link_end(
            l, STAGE_VERIFY, reason, HINT_NONE,
            "The token has expired. Give it a later end date in the dashboard, or create a "
            "new one.");
    case REASON_TOKEN_NOT_YET_VALID:
        return link_end(l, STAGE_VERIFY, reason, HINT_NONE, "The token is not valid before %s.",
                        json_text(a->result, "not_before"));
    case REASON_IP_NOT_ALLOWED:
        return link_end_for_address(l, STAGE_VERIFY, a);
    case REASON_ACCOUNT_MISMATCH:
        return end_foreign(l, false);
    case REASON_BAD_RESPONSE:
        return link_end(
            l, STAGE_VERIFY, reason, HINT_NONE,
            "The API's answer about the token makes no sense: %s. Check the base URL; else "
            "try again later.",
            a->words);
    default:
        break;
    }
    if (verify_knows_not(a))
        return end_unknown(l, a);
    if (answer_has_code(a, 6003) || answer_has_code(a, 6111))
        return link_end(
            l, STAGE_VERIFY, reason, HINT_MALFORMED,
            "This is not an API token: Cloudflare refuses its form. Paste the token's value, "
            "as it was shown once when the token was created. (%s)",
            a->words);
    return link_end(l, STAGE_VERIFY, reason, HINT_NONE,
                    status ? "Cloudflare says the token's status is \"%s\"; it must be \"active\"."
                           : "Cloudflare refuses the token: %s.",
                    status ? status : a->words);
}

static enum link_step verified(struct link *l, enum owner_kind kind, const struct answer *a)
{
    const char *id = json_text(a->result, "id");

    l->kind = l->verdict.kind = kind;
    l->token_id = id && text_is_hex32(id) ? id : NULL;
    return LINK_GO_ON;
}

/* The account's verify endpoint says that the account is not the token's own. One that the token
 * reaches all the same is: then the refusal was a stray one. */
static enum link_step reaches_account(struct link *l, bool *reaches)
{
    const struct answer *a =
        client_get(&l->client, arena_printf(l->arena, "/accounts/%s", l->in.account_id));

    *reaches = a->kind == ANSWER_GOOD;
    if (*reaches)
        return LINK_GO_ON;
    if (link_need_accounts(l, STAGE_VERIFY) == LINK_ENDED)
        return LINK_ENDED;
    *reaches = l->account_listed != NULL;
    return LINK_GO_ON;
}

enum link_step verify_token(struct link *l)
{
    enum owner_kind kind = l->in.kind ? l->in.kind : l->in.kind_seen ? l->in.kind_seen : OWNER_USER;
    const struct answer *a = link_get_core(l, verify_path(l, kind));
    enum reason reason;
    bool reaches = false;

    if (l->in.kind == OWNER_UNTOLD && verify_knows_not(a)) {
        kind = other_kind(kind);
        a = link_get_core(l, verify_path(l, kind));
    }
    if (link_end_if_unanswered(l, STAGE_VERIFY, a) == LINK_ENDED)
        return LINK_ENDED;
    reason = verify_judge(a, stamp_now());
    if (reason == REASON_ACCOUNT_MISMATCH && reaches_account(l, &reaches) == LINK_ENDED)
        return LINK_ENDED;
    if (reaches) {
        a = client_get(&l->client, verify_path(l, kind));
        if (link_end_if_unanswered(l, STAGE_VERIFY, a) == LINK_ENDED)
            return LINK_ENDED;
        reason = verify_judge(a, stamp_now());
    }
    return reason == REASON_OK ? verified(l, kind, a) : end_refused(l, reason, a);
}
