/* optable: the API's operations as compiled by mockflare-compile. Read-only, shared by all threads,
 * no pointers in the big tables (32-bit offsets for spec_text), so nothing is relocated at start. */
#ifndef MF_OPTABLE_H
#define MF_OPTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method { M_GET, M_POST, M_PUT, M_PATCH, M_DELETE, M_COUNT };

/* Whom a path belongs to: decides which resources a token's policy must cover. */
enum scope { SCOPE_NONE, SCOPE_USER, SCOPE_ACCOUNT, SCOPE_ZONE };

/* How deep an answer goes, and what is known about its truth. */
enum depth { DEPTH_SCHEMA, DEPTH_GENERIC, DEPTH_FAMILY };
enum fidelity { FIDELITY_SCHEMA_ONLY, FIDELITY_INFERRED, FIDELITY_DOCUMENTED, FIDELITY_RECORDED };

/* Which credentials an operation takes. */
enum auth {
    AUTH_NORMAL,
    AUTH_NONE,       // public
    AUTH_USER_ONLY,  // a user's token or key
    AUTH_KEY_ONLY,   // e-mail and key; tokens are refused as a method
    AUTH_HOOK_TOKEN, // any token, also one in a bad state: the hook judges (verify)
    AUTH_OTHER,      // a credential of its own kind: the hook judges (upload tokens)
};

/* Reasons for refusing, one row each in every dialect (mock/families/_dialects.json). */
enum reason {
    WHY_OK,
    WHY_NO_CREDENTIALS,
    WHY_KEY_WITHOUT_EMAIL,
    WHY_EMAIL_WITHOUT_KEY,
    WHY_BAD_EMAIL,
    WHY_BAD_KEY,
    WHY_BAD_EMAIL_AND_KEY,
    WHY_UNKNOWN_KEY,
    WHY_MALFORMED_TOKEN,
    WHY_UNKNOWN_TOKEN,
    WHY_TOKEN_DISABLED,
    WHY_TOKEN_EXPIRED,
    WHY_TOKEN_NOT_YET,
    WHY_TOKEN_FRESH,
    WHY_ADDRESS,
    WHY_NO_USER,               // account-owned token where a user is needed
    WHY_NOT_FOR_ACCOUNT_TOKEN, // page rules and their like
    WHY_METHOD_NEEDS_KEY,      // operation closed to tokens
    WHY_FOREIGN_ACCOUNT,
    WHY_FOREIGN_ZONE,
    WHY_MISSING_GROUP,
    WHY_DENIED_BY_POLICY,
    WHY_ROLE, // the owner's role does not reach that far
    WHY_NO_ROUTE,
    WHY_BAD_ID,
    WHY_METHOD,
    WHY_BAD_JSON,
    WHY_BAD_CONTENT_TYPE,
    WHY_BODY_TOO_LARGE,
    WHY_BODY_CUT,
    WHY_INVALID_BODY, // c->why.detail is the sentence
    WHY_NOT_FOUND,
    WHY_RATE_LIMITED,
    WHY_COUNT
};
const char *reason_name(enum reason reason); // "missing_group", as descriptors and journal write it

/* One operation. Generated: `spec_ops[spec_op_count]`, and `op_none` for paths nobody serves. */
struct op {
    uint32_t path;         // text: "/zones/{zone_id}/dns_records"
    uint32_t operation_id; // text
    uint32_t groups;       // first index into spec_groups
    uint32_t response;     // schema node of the success body, 0: none or not JSON
    uint32_t request;      // schema node of the JSON request body, 0: none
    uint32_t content_type; // text of the success body's type
    uint32_t family;       // text: name of the descriptor, "" if none
    uint32_t evidence;     // text, "" if none
    uint32_t params;       // first index into spec_param_names
    uint32_t result;        // schema node of what the success body carries, 0: nothing
    uint32_t result_member; // text: where it lies in the body: "result"; "": the body is it
    uint32_t within;        // text: member of the result that is the list, or the one resource; "": all of it
    uint32_t info;          // schema node of its result_info, 0: none
    uint32_t fixed;         // text: the result as JSON with "{param}" in it, 0: none
    uint16_t kind;          // enum kind that it serves; KIND_NONE
    uint16_t groups_count;
    uint16_t action; // 0: no hook; else index into spec_actions
    uint16_t ok;     // success status
    uint16_t denied; // an enum error_id that replaces the dialect's WHY_MISSING_GROUP, 0: none
    uint16_t denied_account_token; // error_id for any account-owned token, 0: allowed
    uint16_t gone;                 // error_id that a sunset operation answers, 0: alive
    uint16_t off; // error_id while the scenario has the product switched off (r2_enabled), 0: never
    uint8_t method;                // enum method
    uint8_t dialect;               // index into dialects
    uint8_t scope;                 // enum scope
    uint8_t scope_param;           // which path parameter holds the account or zone id
    uint8_t param_count;
    uint8_t auth;             // enum auth
    uint8_t depth;            // enum depth
    uint8_t fidelity;         // enum fidelity
    uint8_t request_kind;     // 0 none, 1 JSON, 2 multipart, 3 other bytes
    uint8_t request_required; // 1: a body must be sent
    uint8_t deprecated;
    uint8_t verb;     // enum verb (resources.h): what it does to a resource of its kind
    uint8_t plain;    // 1: the usual envelope around the result; 0: a form of its own
    uint8_t in_document; // 0: an endpoint that the OpenAPI document lacks (trap 7)
    uint8_t counted;     // 1: one of the document's 3207 (a template's second route is not)
};

extern const struct op spec_ops[];
extern const size_t spec_op_count;
extern const size_t spec_document_count; // 3207: what `counted` sums up to
extern const struct op op_none;
extern const uint16_t spec_groups[]; // indices into group_table (common/groups.h)

const char *spec_text(uint32_t offset);     // a generated string; "" for 0
const char *op_method(const struct op *op); // "GET"
/* "GET /zones/{zone_id}", for people, the journal and scenarios' faults. */
void op_name(const struct op *op, char *out, size_t room);
/* Name of the i-th placeholder of the path, without braces. Borrowed from a static table. */
const char *op_param_name(const struct op *op, size_t i);
/* The operation of a method and a path template as written in the table; NULL: none. */
const struct op *op_by_name(const char *method, const char *path);

/* One segment of a request path, still percent-encoded. */
struct segment {
    const char *at;
    size_t len;
};
#define ROUTE_PARAMS_MOST 8
struct route_found {
    const struct op *op;             // NULL: no operation here for this method
    bool path_known;                 // another method is served at this path
    size_t param[ROUTE_PARAMS_MOST]; // indices of the segments that fill the placeholders
    const struct op *other; // if !op && path_known: one of the operations there (for its dialect)
    const struct op *near; // if !path_known: the operation whose path shares most segments, or NULL
};
/* Walks the compiled trie: a literal before a parameter, backing up on a dead end. */
void route_find(const struct segment *segments, size_t count, enum method method,
                struct route_found *found);

/* Hooks named in descriptors are defined in families' .c files; gen/hooks.h has their prototypes
 * and `spec_actions`, to which op->action is the index. */

/* An error of a descriptor's catalogue. */
struct spec_error {
    uint32_t message; // text; may hold %s
    int32_t code;
    uint16_t http;
    uint16_t chain_code; // 0: no error_chain
    uint32_t chain_message;
    uint16_t chain2_code; // 0: one entry in it
    uint32_t chain2_message;
    uint32_t name; // "dns.identical"
};
extern const struct spec_error spec_errors[]; // by enum error_id (gen/names.h); [0] unused
extern const size_t spec_error_count;
uint16_t spec_error_by_name(const char *name); // "dns.identical" to its enum error_id; 0: none

/* How a dialect writes its envelopes, and what it answers for each reason. */
enum envelope_form {
    FORM_RESULT_FIRST,      // result, success, errors, messages
    FORM_SUCCESS_FIRST,     // success, errors, messages, result
    FORM_SHORT,             // success, errors only
    FORM_RESULT_INFO_EARLY, // lists: result, result_info, success, errors, messages
    FORM_ERROR_ALONE, // {"error": sentence}: the mock\'s own API
};
struct reason_answer {
    uint16_t http;
    uint8_t form;         // enum envelope_form
    uint8_t errors_count; // 1 or 2
    uint16_t error[2];    // enum error_id
};
struct dialect {
    uint32_t name;
    uint8_t success_form, list_form, error_form;
    uint8_t core_headers; // the zones service's Cache-Control, Pragma, Expires and so on
    uint8_t rate_headers; // 0 none, 1 "default", 2 "list_zones"
    uint8_t route_prefix; // 1: "/client/v4" stands in the 7003 text
    uint8_t newline;      // 1: the body ends with a newline
    struct reason_answer reasons[WHY_COUNT];
};
extern const struct dialect spec_dialects[];
extern const size_t spec_dialect_count;
uint8_t spec_dialect_by_name(const char *name); // "outside"; asserts that there is one

#endif
