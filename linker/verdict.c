#include "linker/verdict.h"

static const struct {
    const char *word;
    int exit_code;
    bool retryable;
} reasons[] = {
    // clang-format off
    [REASON_OK]                  = { "ok", 0, false },
    [REASON_BAD_INPUT]           = { "bad_input", 1, false },
    [REASON_INVALID_TOKEN]       = { "invalid_token", 1, false },
    [REASON_TOKEN_DISABLED]      = { "token_disabled", 1, false },
    [REASON_TOKEN_EXPIRED]       = { "token_expired", 1, false },
    [REASON_TOKEN_NOT_YET_VALID] = { "token_not_yet_valid", 1, false },
    [REASON_IP_NOT_ALLOWED]      = { "ip_not_allowed", 1, false },
    [REASON_ACCOUNT_MISMATCH]    = { "account_mismatch", 1, false },
    [REASON_MISSING_PERMISSION]  = { "missing_permission", 1, false },
    [REASON_RATE_LIMITED]        = { "rate_limited", 75, true },
    [REASON_SERVICE_UNAVAILABLE] = { "service_unavailable", 75, true },
    [REASON_NETWORK_ERROR]       = { "network_error", 75, true },
    [REASON_TLS_ERROR]           = { "tls_error", 1, false },
    [REASON_BAD_RESPONSE]        = { "bad_response", 75, true },
    // clang-format on
};

const char *reason_word(enum reason r)
{
    return reasons[r].word;
}

bool reason_is_retryable(enum reason r)
{
    return reasons[r].retryable;
}

int reason_exit_code(enum reason r)
{
    return reasons[r].exit_code;
}

const char *stage_word(enum stage s)
{
    static const char *const words[] = {
        [STAGE_INPUT] = "input",
        [STAGE_VERIFY] = "verify",
        [STAGE_ACCOUNT] = "account",
        [STAGE_PERMISSIONS] = "permissions",
    };

    return words[s];
}

const char *hint_word(enum hint h)
{
    static const char *const words[] = {
        [HINT_NONE] = NULL,
        [HINT_GLOBAL_KEY] = "global_key",
        [HINT_OAUTH_TOKEN] = "oauth_token",
        [HINT_MALFORMED] = "malformed",
        [HINT_OTHER_KIND] = "other_kind",
        [HINT_ZONE_ID] = "zone_id",
        [HINT_IP_ADDRESS] = "ip_address",
        [HINT_EDGE_BLOCKED] = "edge_blocked",
        [HINT_NOT_FOR_THIS_KIND] = "not_for_this_kind",
    };

    return words[h];
}

const char *owner_kind_word(enum owner_kind k)
{
    static const char *const words[] = {
        [OWNER_UNTOLD] = NULL,
        [OWNER_USER] = "user",
        [OWNER_ACCOUNT] = "account",
    };

    return words[k];
}

size_t verdict_count(const struct verdict *v, enum row_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < v->rows_count; i++)
        n += v->rows[i].state == state;
    return n;
}
