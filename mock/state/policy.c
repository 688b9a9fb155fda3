#include "mock/state/policy.h"

#include "common/mem.h"

#include <pthread.h>
#include <string.h>

static bool has_bit(const uint64_t *groups, size_t i)
{
    return groups[i / 64] >> (i % 64) & 1;
}

static const struct token *token_in(const struct who *who)
{
    return who->token ? token_of(who->token) : NULL;
}

/* The caller's membership in an account; NULL: none, or not accepted. */
static const struct membership *member_of(struct view *v, const struct who *who, const char *account)
{
    char key[33 + 33];
    struct doc *d;

    if (!who->user || strlen(account) > 32)
        return NULL;
    memcpy(key, user_of(who->user)->id, 32); // "<user>:<account>", see identity.h
    key[32] = ':';
    strcpy(key + 33, account);
    d = view_by_key(v, KIND_MEMBERSHIP, key);
    return d && membership_of(d)->accepted ? membership_of(d) : NULL;
}

/* Is the account one that the principal's owner belongs to at all? */
static bool belongs(struct view *v, const struct who *who, const char *account)
{
    if (who->kind == WHO_ACCOUNT_TOKEN)
        return strcmp(who->account_id, account) == 0;
    return member_of(v, who, account) != NULL;
}

static const char *account_of_zone(struct view *v, const char *zone)
{
    struct doc *d = view_get(v, KIND_ZONE, NULL, zone);

    return d ? zone_of(d)->account : NULL;
}

/* Does a resource of a policy cover this place? Zone NULL and a zone group: any zone of the account. */
static bool covers(struct view *v, const struct policy_place *r, enum group_scope scope,
                   const char *account, const char *zone)
{
    const char *own;

    switch (r->form) {
    case RES_ACCOUNT:
        return scope == GROUP_ACCOUNT && (!account || strcmp(r->id, account) == 0);
    case RES_ALL_ACCOUNTS:
        return scope == GROUP_ACCOUNT;
    case RES_ZONE:
        if (scope != GROUP_ZONE)
            return false;
        if (zone)
            return strcmp(r->id, zone) == 0;
        own = account_of_zone(v, r->id);
        return own && (!account || strcmp(own, account) == 0);
    case RES_ALL_ZONES:
        return scope == GROUP_ZONE;
    case RES_ACCOUNT_ZONES:
        return scope == GROUP_ZONE && (!account || strcmp(r->id, account) == 0);
    case RES_USER:
        return scope == GROUP_USER;
    case RES_BUCKET:
        return scope == GROUP_BUCKET;
    }
    return false;
}

static bool policy_covers(struct view *v, const struct policy *p, enum group_scope scope,
                          const char *account, const char *zone)
{
    for (size_t i = 0; i < p->resources_count; i++)
        if (covers(v, &p->resources[i], scope, account, zone))
            return true;
    return false;
}

/* A deny that covers only some zones of an account does not deny the account's other zones. */
static bool deny_covers(struct view *v, const struct policy *p, enum group_scope scope,
                        const char *account, const char *zone)
{
    for (size_t i = 0; i < p->resources_count; i++) {
        const struct policy_place *r = &p->resources[i];
        bool whole = r->form != RES_ZONE || zone;

        if (whole && covers(v, r, scope, account, zone))
            return true;
    }
    return false;
}

enum held { HELD_NOT, HELD_DENIED, HELD };

/* What the token's policies alone say of one group at one place. */
static enum held held_there(struct view *v, const struct token *t, const struct group *g,
                            const char *account, const char *zone)
{
    size_t bit = group_index(g);
    enum held held = HELD_NOT;

    for (size_t i = 0; i < t->policies_count; i++) {
        const struct policy *p = &t->policies[i];

        if (!has_bit(p->groups, bit))
            continue;
        if (p->deny && deny_covers(v, p, g->scope, account, zone))
            return HELD_DENIED;
        if (!p->deny && policy_covers(v, p, g->scope, account, zone))
            held = HELD;
    }
    return held;
}

/* A zone group asked for a whole account, with denials of single zones: held if one zone is left. */
static enum held held_on_some_zone(struct view *v, const struct who *who, const struct token *t,
                                   const struct group *g, const char *account)
{
    enum held best = held_there(v, t, g, account, NULL);
    bool any_zone = false;

    if (best != HELD)
        return best;
    view_each (v, d, KIND_ZONE, NULL) {
        const struct zone *z = zone_of(d);

        if (account ? strcmp(z->account, account) == 0 : belongs(v, who, z->account)) {
            any_zone = true;
            if (held_there(v, t, g, z->account, z->id) == HELD)
                return HELD;
        }
    }
    return any_zone ? HELD_DENIED : best;
}

static bool role_reaches(struct view *v, const struct who *who, const struct group *g,
                         const char *account)
{
    size_t bit = group_index(g);

    if (who->kind == WHO_ACCOUNT_TOKEN || g->scope == GROUP_USER)
        return true;
    if (account) {
        const struct membership *m = member_of(v, who, account);

        return m && has_bit(m->groups, bit);
    }
    view_each (v, d, KIND_MEMBERSHIP, NULL) {
        const struct membership *m = membership_of(d);

        if (who->user && m->accepted && strcmp(m->user, user_of(who->user)->id) == 0 &&
            has_bit(m->groups, bit))
            return true;
    }
    return false;
}

static enum reason judge_group(struct view *v, const struct who *who, const struct group *g,
                               const char *account, const char *zone)
{
    const struct token *t = token_in(who);
    enum held held;

    if (g->scope == GROUP_USER && who->kind == WHO_ACCOUNT_TOKEN)
        return WHY_NO_USER;
    if (account && g->scope != GROUP_USER && !belongs(v, who, account))
        return WHY_FOREIGN_ACCOUNT;
    if (!t) // an e-mail and key: all that the roles allow
        held = who->kind == WHO_USER_KEY ? HELD : HELD_NOT;
    else if (g->scope == GROUP_ZONE && !zone)
        held = held_on_some_zone(v, who, t, g, account);
    else
        held = held_there(v, t, g, account, zone);
    if (held != HELD)
        return held == HELD_DENIED ? WHY_DENIED_BY_POLICY : WHY_MISSING_GROUP;
    return role_reaches(v, who, g, account) ? WHY_OK : WHY_ROLE;
}

bool policy_holds(struct view *v, const struct who *who, const struct group *g, const char *account,
                  const char *zone)
{
    return policy_judge(v, who, g, account, zone) == WHY_OK;
}

enum reason policy_judge(struct view *v, const struct who *who, const struct group *g,
                         const char *account, const char *zone)
{
    if (zone && !account)
        account = account_of_zone(v, zone);
    if (zone && !account)
        return WHY_FOREIGN_ZONE;
    return judge_group(v, who, g, account, zone);
}

/* Any allow at all that touches the account or one of its zones. */
static bool touches(struct view *v, const struct token *t, const char *account)
{
    for (size_t i = 0; i < t->policies_count; i++)
        if (!t->policies[i].deny &&
            (policy_covers(v, &t->policies[i], GROUP_ACCOUNT, account, NULL) ||
             policy_covers(v, &t->policies[i], GROUP_ZONE, account, NULL)))
            return true;
    return false;
}

bool policy_sees_account(struct view *v, const struct who *who, const char *account)
{
    const struct token *t = token_in(who);

    return belongs(v, who, account) && (!t || touches(v, t, account));
}

/* The groups of each scope as bits, made once. */
static uint64_t scope_bits[GROUP_BUCKET + 1][GROUP_WORDS];
static pthread_once_t sorted_out = PTHREAD_ONCE_INIT;

static void sort_out(void)
{
    for (size_t i = 0; i < group_count; i++)
        scope_bits[group_table[i].scope][i / 64] |= UINT64_C(1) << (i % 64);
}

/* All groups of a scope that the token's policies alone leave at one place: held_there for every
 * group at once. No token: all that the scope has. */
static void bits_there(struct view *v, const struct token *t, enum group_scope scope,
                       const char *account, const char *zone, uint64_t held[GROUP_WORDS])
{
    uint64_t denied[GROUP_WORDS] = { 0 };

    pthread_once(&sorted_out, sort_out);
    memset(held, t ? 0 : 0xff, GROUP_WORDS * sizeof *held);
    for (size_t i = 0; t && i < t->policies_count; i++) {
        const struct policy *p = &t->policies[i];
        bool covered = p->deny ? deny_covers(v, p, scope, account, zone)
                               : policy_covers(v, p, scope, account, zone);

        for (size_t w = 0; covered && w < GROUP_WORDS; w++)
            (p->deny ? denied : held)[w] |= p->groups[w];
    }
    for (size_t w = 0; w < GROUP_WORDS; w++)
        held[w] &= scope_bits[scope][w] & ~denied[w];
}

static bool any_bit(const uint64_t *groups)
{
    for (size_t w = 0; w < GROUP_WORDS; w++)
        if (groups[w])
            return true;
    return false;
}

bool policy_lists_account(struct view *v, const struct who *who, const char *account)
{
    uint64_t held[GROUP_WORDS];

    if (!belongs(v, who, account))
        return false;
    bits_there(v, token_in(who), GROUP_ACCOUNT, account, NULL, held);
    return any_bit(held);
}

bool policy_sees_zone(struct view *v, const struct who *who, const struct zone *z)
{
    uint64_t held[GROUP_WORDS];

    if (!belongs(v, who, z->account))
        return false;
    bits_there(v, token_in(who), GROUP_ZONE, z->account, z->id, held);
    return any_bit(held);
}

void policy_zone_groups(struct view *v, const struct who *who, const struct zone *z,
                        uint64_t held[GROUP_WORDS])
{
    const struct membership *m = NULL;

    memset(held, 0, GROUP_WORDS * sizeof *held);
    if (who->kind == WHO_ACCOUNT_TOKEN ? !belongs(v, who, z->account)
                                       : !(m = member_of(v, who, z->account)))
        return;
    bits_there(v, token_in(who), GROUP_ZONE, z->account, z->id, held);
    for (size_t w = 0; m && w < GROUP_WORDS; w++)
        held[w] &= m->groups[w];
}

/* An operation without groups: any credential that reaches the account or zone of its path. */
static enum reason judge_place(struct view *v, const struct who *who, const struct op *op,
                               const char *account, const char *zone)
{
    if (op->scope == SCOPE_ZONE) {
        struct doc *d = view_get(v, KIND_ZONE, NULL, zone);

        return d && policy_sees_zone(v, who, zone_of(d)) ? WHY_OK : WHY_FOREIGN_ZONE;
    }
    if (op->scope == SCOPE_ACCOUNT)
        return policy_sees_account(v, who, account) ? WHY_OK : WHY_FOREIGN_ACCOUNT;
    return WHY_OK;
}

/* Of several reasons the one that says most: a right that is there but denied or cut by the role, before
 * one that is simply missing. */
static enum reason weightier(enum reason a, enum reason b)
{
    static const unsigned char weight[WHY_COUNT] = {
        [WHY_NO_USER] = 1,          [WHY_FOREIGN_ACCOUNT] = 2, [WHY_MISSING_GROUP] = 3,
        [WHY_DENIED_BY_POLICY] = 4, [WHY_ROLE] = 5,
    };

    return weight[b] > weight[a] ? b : a;
}

enum reason policy_allows(struct view *v, const struct who *who, const struct op *op,
                          const char *account, const char *zone, struct why *why)
{
    enum reason worst = WHY_OK;

    if (zone && !(account = account_of_zone(v, zone)))
        return WHY_FOREIGN_ZONE;
    if (account && !belongs(v, who, account))
        return zone ? WHY_FOREIGN_ZONE : WHY_FOREIGN_ACCOUNT;
    if (op->groups_count == 0)
        return judge_place(v, who, op, account, zone);
    why->groups = spec_groups + op->groups;
    why->groups_count = op->groups_count;
    for (size_t i = 0; i < op->groups_count; i++) {
        enum reason r = judge_group(v, who, &group_table[why->groups[i]], account, zone);

        if (r == WHY_OK) {
            why->groups_count = 0;
            return WHY_OK;
        }
        worst = weightier(worst, r);
    }
    if (worst == WHY_MISSING_GROUP && zone) {
        struct doc *d = view_get(v, KIND_ZONE, NULL, zone);

        if (!policy_sees_zone(v, who, zone_of(d)))
            return WHY_FOREIGN_ZONE;
    }
    return worst;
}
