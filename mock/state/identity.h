/* identity: users, accounts, memberships, tokens and zones as the engine of permissions needs them:
 * the compiled form (`doc_extra`) beside the API's JSON. Made by the scenario loader and by the
 * families, read by authn, authz and the families. All immutable; strings live with the doc.
 * The constructors fill in what `json` leaves out (ids, times, name servers, plan …), in the member
 * order of recorded answers; `json` stays the caller's and was checked by it. Owner and key of the docs:
 *   user        ""           e-mail in lower case
 *   account     ""           none
 *   membership  account id   "<user id>:<account id>" ("<e-mail>:<account id>" while the user is unknown)
 *   token       user or account id   hex SHA-256 of the value
 *   zone        account id   none */
#ifndef MF_IDENTITY_H
#define MF_IDENTITY_H

#include "common/groups.h"
#include "mock/spec/plans.h"
#include "mock/store/store.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct world;

enum token_kind { TOKEN_USER, TOKEN_ACCOUNT };
enum place_form {
    RES_ACCOUNT,        // one account: account groups
    RES_ALL_ACCOUNTS,   // com.cloudflare.api.account.*
    RES_ZONE,           // one zone
    RES_ALL_ZONES,      // com.cloudflare.api.account.zone.*
    RES_ACCOUNT_ZONES,  // all zones of one account
    RES_USER,           // oneself
    RES_BUCKET,         // one R2 bucket
};

#define GROUP_WORDS 8 // room for 512 groups; checked at start against group_count

struct policy_place {
    enum place_form form;
    char id[33];       // account, zone or user; "" where the form names none
    const char *whole; // the key as written, for buckets
};

struct policy {
    bool deny;
    uint64_t groups[GROUP_WORDS]; // bit = group_index
    struct policy_place *resources;
    size_t resources_count;
};

struct cidr {
    unsigned char bytes[16]; // IPv4 as ::ffff:a.b.c.d
    unsigned bits;           // of 128
};

struct token {
    enum token_kind kind;
    char id[33];
    char owner[33];  // user id or account id
    const char *name;
    unsigned char sha256[32]; // of the value
    const char *value;        // NULL where only the hash is known
    bool disabled;
    int64_t not_before, expires_on; // 0: none
    int64_t fresh_since;            // created or rolled then (propagation); 0: old
    int64_t issued_on, modified_on, last_used_on;
    struct policy *policies;
    size_t policies_count;
    struct cidr *in, *not_in;
    size_t in_count, not_in_count;
};

struct user {
    char id[33];
    const char *email;
    const char *global_key; // NULL: none
    bool suspended;
};

struct account {
    char id[33];
    const char *name;
    bool enterprise;
};

/* A user in an account. doc id = member id. */
struct membership {
    char user[33], account[33]; // user: "" while an invited address belongs to no user
    bool accepted;
    uint64_t groups[GROUP_WORDS]; // what the roles let a user hold; user-scoped groups need no role
};

struct zone {
    char id[33], account[33];
    const char *name; // in ASCII; the JSON shows it as it was sent
    enum plan plan;
    int64_t activates_on; // pending until then; 0: it stays as it is
};

/* Reads a token in the API's own form ({name, status, policies, condition, not_before, expires_on}).
 * `kind`, `owner` and `value` (or `sha256` alone) come from the caller. NULL and *why if it is wrong.
 * The doc's id is `id`, or a fresh one if that is NULL; its key is the hex SHA-256 of the value. */
struct token_spec {
    enum token_kind kind;
    const char *id, *owner, *value;
    const unsigned char *sha256;
    const cJSON *json;
    int64_t issued_on, modified_on, last_used_on, fresh_since;
};
struct doc *token_doc_new(struct world *w, const struct token_spec *spec, char **why);
void token_value_make(struct world *w, enum token_kind kind, char out[64]); // cfut_ / cfat_ …
void token_value_from(uint64_t seed, enum token_kind kind, char out[64]); // the same seed, the same value
void token_sha256(const char *value, unsigned char out[32]);
/* The token's state at a time by the sandbox clock: "active", "disabled" or "expired". */
const char *token_status(const struct token *t, int64_t now);

struct doc *user_doc_new(struct world *w, const cJSON *json, const char *global_key);
struct doc *account_doc_new(struct world *w, const cJSON *json);
/* `json` is the member as the API shows it (user, status, roles or policies). A role may be its id, its
 * name, or an object with one of them. */
struct doc *membership_doc_new(struct world *w, const char *account, const cJSON *json);
/* `json` has name and account {id, name}; `plan` may be its legacy id ("free"); `activates_on` is a time
 * from which on a pending zone is active. */
struct doc *zone_doc_new(struct world *w, const cJSON *json);
/* The pair of name servers that the zones of an account have; from `time` 1 on the other ones, for zones
 * that were there before. The caller's. */
cJSON *zone_name_servers(const char *account, unsigned time);

const struct token *token_of(const struct doc *d);
const struct user *user_of(const struct doc *d);
const struct account *account_of(const struct doc *d);
const struct membership *membership_of(const struct doc *d);
const struct zone *zone_of(const struct doc *d);

bool cidr_parse(const char *text, struct cidr *out); // "198.51.100.0/24"; an address alone is refused
bool cidr_holds(const struct cidr *c, const char *address);

/* Roles of an account, and the permission groups of account members (iam) that mirror them: a static
 * table. Arrays and objects are borrowed and never freed. */
cJSON *role_table(void);
const cJSON *role_by_name(const char *name);     // or by id; NULL: none
cJSON *iam_group_table(void);
const cJSON *iam_group_by_name(const char *name); // or by id; NULL: none
/* ORs in what a role, or the iam group of that name, lets a member hold in the account. */
void role_groups(const cJSON *role, uint64_t groups[GROUP_WORDS]);

static inline bool group_bit(const uint64_t groups[GROUP_WORDS], size_t index)
{
    return groups[index / 64] >> (index % 64) & 1;
}

#endif
