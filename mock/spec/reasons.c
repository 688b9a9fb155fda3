/* Names of the reasons, as descriptors and the journal write them. */
#include "mock/spec/optable.h"

static const char *const names[WHY_COUNT] = {
    [WHY_OK] = "ok",
    [WHY_NO_CREDENTIALS] = "no_credentials",
    [WHY_KEY_WITHOUT_EMAIL] = "key_without_email",
    [WHY_EMAIL_WITHOUT_KEY] = "email_without_key",
    [WHY_BAD_EMAIL] = "bad_email",
    [WHY_BAD_KEY] = "bad_key",
    [WHY_BAD_EMAIL_AND_KEY] = "bad_email_and_key",
    [WHY_UNKNOWN_KEY] = "unknown_key",
    [WHY_MALFORMED_TOKEN] = "malformed_token",
    [WHY_UNKNOWN_TOKEN] = "unknown_token",
    [WHY_TOKEN_DISABLED] = "token_disabled",
    [WHY_TOKEN_EXPIRED] = "token_expired",
    [WHY_TOKEN_NOT_YET] = "token_not_yet",
    [WHY_TOKEN_FRESH] = "token_fresh",
    [WHY_ADDRESS] = "address",
    [WHY_NO_USER] = "no_user",
    [WHY_NOT_FOR_ACCOUNT_TOKEN] = "not_for_account_token",
    [WHY_METHOD_NEEDS_KEY] = "method_needs_key",
    [WHY_FOREIGN_ACCOUNT] = "foreign_account",
    [WHY_FOREIGN_ZONE] = "foreign_zone",
    [WHY_MISSING_GROUP] = "missing_group",
    [WHY_DENIED_BY_POLICY] = "denied_by_policy",
    [WHY_ROLE] = "role",
    [WHY_NO_ROUTE] = "no_route",
    [WHY_BAD_ID] = "bad_id",
    [WHY_METHOD] = "method",
    [WHY_BAD_JSON] = "bad_json",
    [WHY_BAD_CONTENT_TYPE] = "bad_content_type",
    [WHY_BODY_TOO_LARGE] = "body_too_large",
    [WHY_BODY_CUT] = "body_cut",
    [WHY_INVALID_BODY] = "invalid_body",
    [WHY_NOT_FOUND] = "not_found",
    [WHY_RATE_LIMITED] = "rate_limited",
};

const char *reason_name(enum reason reason)
{
    return reason < WHY_COUNT && names[reason] ? names[reason] : "unknown";
}
