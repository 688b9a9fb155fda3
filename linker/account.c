/* The second stage: is the token good for this account? GET /accounts/{id} says so if the token
 * holds any account group there. A token without one is still good for the account if it was
 * verified as the account's own, sees a zone of it, or has a policy that names it. */
#include "linker/link.h"
#include "linker/policies.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/text.h"

static enum link_step proven(struct link *l)
{
    l->account_proven = true;
    return LINK_GO_ON;
}

/* A policy for all accounts or all zones reaches this account only if the user is a member of it.
 */
static enum link_step is_member(struct link *l, bool *member)
{
    bool more = true;

    *member = false;
    for (int64_t page = 1; more && !*member; page++) {
        const struct answer *a = client_get(
            &l->client, arena_printf(l->arena, "/memberships?status=accepted&per_page=50&page=%lld",
                                     (long long)page));
        const cJSON *m, *list = cJSON_IsArray(a->result) ? a->result : NULL;

        if (link_end_if_unanswered(l, STAGE_ACCOUNT, a) == LINK_ENDED)
            return LINK_ENDED;
        cJSON_ArrayForEach (m, list) {
            const char *id = json_text(json_get(m, "account"), "id");

            *member = *member || (id && text_same_nocase(id, l->in.account_id));
        }
        more = cJSON_GetArraySize(list) > 0 &&
               page < json_whole(json_get(a->json, "result_info"), "total_pages", 1);
    }
    return LINK_GO_ON;
}

static enum link_step prove_by_policies(struct link *l)
{
    enum policies_touch touch;
    bool member = false;

    if (link_need_policies(l, STAGE_ACCOUNT) == LINK_ENDED)
        return LINK_ENDED;
    touch = policies_touch(l->policies, l->in.account_id);
    if (touch == POLICIES_EVERYWHERE && is_member(l, &member) == LINK_ENDED)
        return LINK_ENDED;
    l->account_proven = member || touch == POLICIES_NAMED;
    return LINK_GO_ON;
}

static enum link_step end_mismatch(struct link *l, const struct answer *refusal)
{
    const struct answer *said;
    enum witness w = link_witness(l, &said);

    if (link_end_if_dead(l, STAGE_ACCOUNT, said) == LINK_ENDED)
        return LINK_ENDED;
    if (w == WITNESS_ZONE)
        return link_end(
            l, STAGE_ACCOUNT, REASON_ACCOUNT_MISMATCH, HINT_ZONE_ID,
            "The account id %s is the id of the zone %s. The account id stands beside it on "
            "the zone's overview page.",
            l->in.account_id, json_text(said->result, "name"));
    return link_end(
        l, STAGE_ACCOUNT, REASON_ACCOUNT_MISMATCH, HINT_NONE,
        "The token is good, but not for the account %s: it reaches neither the account nor "
        "any zone of it. Check the account id, and the account and zone resources in the "
        "token's settings. (%s)",
        l->in.account_id, refusal->words);
}

enum link_step account_prove(struct link *l)
{
    const struct answer *a =
        link_get_core(l, arena_printf(l->arena, "/accounts/%s", l->in.account_id));
    const char *id = json_text(a->result, "id");

    if (link_end_if_unanswered(l, STAGE_ACCOUNT, a) == LINK_ENDED ||
        link_end_if_dead(l, STAGE_ACCOUNT, a) == LINK_ENDED)
        return LINK_ENDED;
    if (a->kind == ANSWER_GOOD && id && text_same_nocase(id, l->in.account_id)) {
        l->verdict.account_name = json_text(a->result, "name");
        return proven(l);
    }
    if (l->kind == OWNER_ACCOUNT)
        return proven(l); // the verify endpoint of the account itself said so
    if (link_need_zones(l, STAGE_ACCOUNT) == LINK_ENDED)
        return LINK_ENDED;
    if (l->zones_count > 0)
        return proven(l);
    if (prove_by_policies(l) == LINK_ENDED)
        return LINK_ENDED;
    return l->account_proven ? LINK_GO_ON : end_mismatch(l, a);
}
