/* The second stage: is the token good for this account? GET /accounts/{id} says so to most tokens
 * with an account group. Others are still good for it if they were verified as the account's own,
 * see a zone of it, see it in a list, or may read one of its products. A policy that names the
 * account proves nothing: its user may have left. */
#include "linker/link.h"
#include "linker/probes.h"

#include "common/arena.h"
#include "common/groups.h"
#include "common/json.h"
#include "common/text.h"

static enum link_step proven(struct link *l)
{
    l->account_proven = true;
    return LINK_GO_ON;
}

/* An account that is not listed may be good all the same; one that is, is. */
static enum link_step look_in_list(struct link *l)
{
    if (link_need_accounts(l, STAGE_ACCOUNT) == LINK_ENDED)
        return LINK_ENDED;
    if (l->account_listed)
        l->verdict.account_name = json_text(l->account_listed, "name");
    l->account_proven = l->account_listed != NULL;
    return LINK_GO_ON;
}

static enum link_step try_products(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count && !l->account_proven; i++) {
        const struct probe *p = probe_of(l->verdict.rows[i].group, NULL);
        const struct answer *a;

        if (!p || p->scope != GROUP_ACCOUNT)
            continue;
        a = link_get_once(l, probe_path(l->arena, p, l->in.account_id), false);
        if (link_end_if_unanswered(l, STAGE_ACCOUNT, a) == LINK_ENDED ||
            link_end_if_dead(l, STAGE_ACCOUNT, a) == LINK_ENDED)
            return LINK_ENDED;
        l->account_proven = a->kind == ANSWER_GOOD;
    }
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
    static enum link_step (*const ways[])(struct link *) = { look_in_list, try_products };
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
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !l->account_proven; i++)
        if (ways[i](l) == LINK_ENDED)
            return LINK_ENDED;
    return l->account_proven ? LINK_GO_ON : end_mismatch(l, a);
}
