/* tokens: API tokens of a user and of an account: list, make, read, replace, roll, delete, and the
 * permission groups that they can hold. One set of hooks serves both owners. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/families/token_policies.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_PER_PAGE 20
#define TOKENS_LEAST 5
#define TOKENS_MOST 50
#define USER_TOKENS_MOST 50
#define ACCOUNT_TOKENS_MOST 500

static enum token_kind kind_asked(const struct call *c)
{
    return c->op->scope == SCOPE_ACCOUNT ? TOKEN_ACCOUNT : TOKEN_USER;
}

static const char *owner_asked(const struct call *c)
{
    return kind_asked(c) == TOKEN_ACCOUNT ? call_param_named(c, "account_id") : doc_id(c->who.user);
}

/* The token of the path, held for the length of the request. NULL: c has the refusal, for an id of
 * another shape that of a path which leads nowhere (INF, as everywhere in the core). */
static struct doc *token_asked(struct call *c)
{
    const char *id = call_param_named(c, "token_id");
    struct doc *d = doc_held(c, KIND_TOKEN, owner_asked(c), id);

    if (!text_is_hex32(id))
        refuse_reason(c, WHY_BAD_ID);
    else if (!d)
        refuse(c, ERR_TOKENS_UNKNOWN);
    return d;
}

/* As the API shows it: `expired` is not stored, it follows from the clock. */
static cJSON *token_shown(struct call *c, struct doc *d)
{
    const char *status = token_status(token_of(d), world_now(c->world));
    cJSON *shown;

    if (strcmp(status, "expired") != 0)
        return cJSON_CreateRaw(doc_text(d, NULL));
    shown = doc_json_dup(d);
    json_put(shown, "status", cJSON_CreateString(status));
    return shown;
}

enum step tokens_list(struct call *c)
{
    struct window w = window_read(c, TOKENS_PER_PAGE, TOKENS_LEAST, TOKENS_MOST);
    const char *expired = call_query(c, "include_expired");
    bool all = expired && strcmp(expired, "true") == 0;
    int64_t now = world_now(c->world);
    struct doc_list list = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_TOKEN, owner_asked(c))
        if (all || strcmp(token_status(token_of(d), now), "expired") != 0)
            doc_list_add(c, &list, d);
    view_end(v);
    if (w.descending)
        doc_list_reverse(&list);
    return window_answer(c, &w, &list, token_shown);
}

enum step tokens_get(struct call *c)
{
    struct doc *d = token_asked(c);

    return d ? answer(c, token_shown(c, d)) : ANSWERED;
}

/* What the form check let through and the reader did not take: a range or a resource. */
static void refuse_body(struct call *c, const char *why)
{
    static const char condition[] = "condition: ";

    if (text_starts(why, condition))
        refuse(c, ERR_TOKENS_CONDITION_BAD, why + strlen(condition));
    else
        refuse(c, ERR_TOKENS_POLICY_BAD, why);
}

/* A token from a body, checked; NULL: c has the refusal. The reference is the caller's. */
static struct doc *token_made(struct call *c, const struct token_spec *spec)
{
    char *why = NULL;
    struct doc *made = token_doc_new(c->world, spec, &why);

    if (!made) {
        refuse_body(c, why);
        free(why);
        return NULL;
    }
    if (token_policies_check(c, token_of(made)) == ANSWERED) {
        doc_unref(made);
        return NULL;
    }
    return made;
}

static bool owner_is_full(struct view *v, enum token_kind kind, const char *owner)
{
    return view_count(v, KIND_TOKEN, owner) >=
           (kind == TOKEN_USER ? USER_TOKENS_MOST : ACCOUNT_TOKENS_MOST);
}

enum step tokens_create(struct call *c)
{
    int64_t now = world_now(c->world);
    char value[64];
    struct token_spec spec = { .kind = kind_asked(c),
                               .owner = owner_asked(c),
                               .value = value,
                               .json = c->json,
                               .issued_on = now,
                               .modified_on = now,
                               .fresh_since = now };
    struct doc *made;
    struct txn *t;
    cJSON *shown;

    if (token_body_check(c, c->json, true) == ANSWERED)
        return ANSWERED;
    token_value_make(c->world, spec.kind, value);
    if (!(made = token_made(c, &spec)))
        return ANSWERED;
    shown = doc_json_dup(made);
    json_put(shown, "value", cJSON_CreateString(value)); // the only time it is shown
    t = txn_begin(world_store(c->world));
    if (owner_is_full(txn_view(t), spec.kind, spec.owner)) {
        txn_rollback(t);
        doc_unref(made);
        cJSON_Delete(shown);
        return refuse(c, ERR_TOKENS_QUOTA);
    }
    txn_put_take(t, made);
    txn_commit(t);
    return answer(c, shown);
}

/* Swaps the token for `made` if it is still there. */
static bool token_swap_take(struct call *c, struct doc *made)
{
    struct txn *t = txn_begin(world_store(c->world));
    bool there = view_get(txn_view(t), KIND_TOKEN, doc_owner(made), doc_id(made)) != NULL;

    if (there)
        txn_put_take(t, made);
    else
        doc_unref(made);
    txn_commit(t);
    return there;
}

/* PUT replaces all that a client can set: groups, dates and conditions not sent are gone (REC). The
 * status stays where none is sent, so that a change of name does not revive a disabled token (INF).
 */
enum step tokens_put(struct call *c)
{
    struct doc *old = token_asked(c), *made;
    const struct token *was = token_of(old);
    struct token_spec spec;
    cJSON *shown;

    if (!old)
        return ANSWERED;
    if (token_body_check(c, c->json, false) == ANSWERED)
        return ANSWERED;
    if (!json_text(c->json, "status") || strcmp(json_text(c->json, "status"), "expired") == 0)
        json_put(c->json, "status", cJSON_CreateString(was->disabled ? "disabled" : "active"));
    spec = (struct token_spec){ .kind = was->kind,
                                .id = was->id,
                                .owner = was->owner,
                                .value = was->value,
                                .sha256 = was->sha256,
                                .json = c->json,
                                .issued_on = was->issued_on,
                                .modified_on = world_now(c->world),
                                .last_used_on = was->last_used_on,
                                .fresh_since = was->fresh_since };
    if (!(made = token_made(c, &spec)))
        return ANSWERED;
    shown = token_shown(c, made);
    if (!token_swap_take(c, made)) {
        cJSON_Delete(shown);
        return refuse(c, ERR_TOKENS_UNKNOWN);
    }
    return answer(c, shown);
}

/* A new value for the same token; the old one is dead at once. */
enum step tokens_roll(struct call *c)
{
    struct doc *old = token_asked(c);
    const struct token *was = token_of(old);
    int64_t now = world_now(c->world);
    char value[64], *why = NULL;
    struct token_spec spec;
    struct doc *made;

    if (!old)
        return ANSWERED;
    if (!cJSON_IsObject(c->json))
        return refuse_reason(c, WHY_BAD_JSON); // the body must be {}
    token_value_make(c->world, was->kind, value);
    spec = (struct token_spec){ .kind = was->kind,
                                .id = was->id,
                                .owner = was->owner,
                                .value = value,
                                .json = doc_json(c, old),
                                .issued_on = was->issued_on,
                                .modified_on = now,
                                .last_used_on = was->last_used_on,
                                .fresh_since = now };
    made = token_doc_new(c->world, &spec, &why);
    if (!made || !token_swap_take(c, made)) {
        free(why);
        return refuse(c, ERR_TOKENS_UNKNOWN);
    }
    return answer(c, cJSON_CreateString(value));
}

enum step tokens_delete(struct call *c)
{
    struct doc *old = token_asked(c);
    struct txn *t;
    bool gone;

    if (!old)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    gone = txn_remove(t, KIND_TOKEN, doc_id(old));
    txn_commit(t);
    return gone ? answer(c, json_object(J_TEXT("id", doc_id(old)))) : refuse(c, ERR_TOKENS_UNKNOWN);
}
