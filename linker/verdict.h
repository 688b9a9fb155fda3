/* verdict: what a linking ends with, in the words of the linker protocol, version 1. Texts and rows
 * live in the arena of the linking; the tables of words are read-only. */
#ifndef MF_VERDICT_H
#define MF_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

struct group;

enum reason {
    REASON_OK,
    REASON_BAD_INPUT,
    REASON_INVALID_TOKEN,
    REASON_TOKEN_DISABLED,
    REASON_TOKEN_EXPIRED,
    REASON_TOKEN_NOT_YET_VALID,
    REASON_IP_NOT_ALLOWED,
    REASON_ACCOUNT_MISMATCH,
    REASON_MISSING_PERMISSION,
    REASON_RATE_LIMITED,
    REASON_SERVICE_UNAVAILABLE,
    REASON_NETWORK_ERROR,
    REASON_TLS_ERROR,
    REASON_BAD_RESPONSE,
};

enum stage { STAGE_INPUT, STAGE_VERIFY, STAGE_ACCOUNT, STAGE_PERMISSIONS };

enum hint {
    HINT_NONE,
    HINT_GLOBAL_KEY,
    HINT_OAUTH_TOKEN,
    HINT_MALFORMED,
    HINT_OTHER_KIND,
    HINT_ZONE_ID,
    HINT_IP_ADDRESS,
    HINT_EDGE_BLOCKED,
    HINT_NOT_FOR_THIS_KIND,
};

enum owner_kind { OWNER_UNTOLD, OWNER_USER, OWNER_ACCOUNT };

/* One required permission group and what became of it. */
enum row_state {
    ROW_OPEN,       // not looked at (yet)
    ROW_GRANTED,    // proved
    ROW_MISSING,    // proved to be lacking
    ROW_UNVERIFIED, // cannot be seen without writing, or not with this token
};
struct row {
    const char *given;         // the name as it was asked for
    const struct group *group; // with that name; the first of them if it exists in two scopes
    enum row_state state;
    const char *note; // how it was proved, or why not, or how to mend it; NULL: nothing to say
};

struct verdict {
    enum reason reason;
    enum stage stage;
    enum hint hint;
    const char *message;      // for a person; no secret in it
    char account_id[33];      // "" until the input was read
    const char *account_name; // NULL until it is known
    enum owner_kind kind;
    struct row *rows;
    size_t rows_count;
};

const char *reason_word(enum reason r);
bool reason_is_retryable(enum reason r);
int reason_exit_code(enum reason r); // 0 linked, 1 refused, 75 try later
const char *stage_word(enum stage s);
const char *hint_word(enum hint h);             // NULL for HINT_NONE
const char *owner_kind_word(enum owner_kind k); // "user", "account"; NULL where untold

size_t verdict_count(const struct verdict *v, enum row_state state);

#endif
