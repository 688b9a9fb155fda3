/* The third stage: does the token hold each required group? The surest source comes first: the
 * token's own policies, where it may read them; else what zone.permissions shows; else a GET that
 * needs the group. A refused read proves a lack; a successful one proves a Read group. Nothing is
 * ever written, so an Edit right that only a write would show stays unverified. */
#include "linker/link.h"
#include "linker/policies.h"
#include "linker/probes.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/groups.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define ZONES_ASKED_ALL                                                                            \
    6 // up to so many zones are all asked; of more, one of each set of permissions
#define REQUESTS_BESIDE 10 // requests that a run may take beside one for each row

static void set_row(struct row *r, enum row_state state, const char *note)
{
    r->state = state;
    r->note = note;
}

/* Groups that such a token cannot hold, or whose endpoints are closed to it (code 1011). */
static void set_aside_other_kind(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++) {
        struct row *r = &l->verdict.rows[i];

        if (l->kind != OWNER_ACCOUNT)
            continue;
        if (r->group->scope == GROUP_USER)
            set_row(r, ROW_UNVERIFIED,
                    "an account-owned token cannot hold user permissions; use a user token if you "
                    "need it");
        else if (text_starts(r->group->name, "Page Rules "))
            set_row(r, ROW_UNVERIFIED,
                    "the Page Rules endpoint is closed to account-owned tokens; use a user token "
                    "if you "
                    "need it");
    }
}

static bool is_open(const struct link *l, enum group_scope scope)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++)
        if (l->verdict.rows[i].state == ROW_OPEN && l->verdict.rows[i].group->scope == scope)
            return true;
    return false;
}

static bool any_open(const struct link *l)
{
    return verdict_count(&l->verdict, ROW_OPEN) > 0;
}

/* A name that exists for accounts and for zones is held if either is. */
static bool held_by_policies(const struct link *l, const struct row *r,
                             const struct policies_place *p)
{
    for (const struct group *g = r->group; g; g = group_by_name(r->given, g))
        if (policies_hold(l->policies, g, p))
            return true;
    return false;
}

static void judge_by_policies(struct link *l)
{
    const char **zones = arena_alloc(l->arena, (l->zones_count + 1) * sizeof *zones);
    struct policies_place place = { l->in.account_id, zones, l->zones_count };

    for (size_t i = 0; i < l->zones_count; i++)
        zones[i] = l->zones[i].id;
    for (size_t i = 0; i < l->verdict.rows_count; i++) {
        struct row *r = &l->verdict.rows[i];

        if (r->state == ROW_OPEN)
            set_row(r, held_by_policies(l, r, &place) ? ROW_GRANTED : ROW_MISSING,
                    "by the token's own policies");
    }
}

/* Whether the token may read its own policies is a probe, too. */
static void judge_by_own_read(struct link *l)
{
    const char *stem = l->kind == OWNER_USER ? "API Tokens " : "Account API Tokens ";
    const struct answer *a = l->policies_answer;

    for (size_t i = 0; a && i < l->verdict.rows_count; i++) {
        struct row *r = &l->verdict.rows[i];

        if (r->state == ROW_OPEN && text_starts(r->group->name, stem) &&
            a->kind == ANSWER_REFUSED && a->status == 403)
            set_row(r, ROW_MISSING, "the token may not read its own policies");
    }
}

static bool zone_shows(const struct zone_seen *z, const char *name, const char *verb)
{
    const cJSON *p;
    size_t len = strlen(name);

    cJSON_ArrayForEach (p, z->permissions) {
        const char *text = cJSON_GetStringValue(p);

        if (text && text[0] == '#' && !strncmp(text + 1, name, len) && text[1 + len] == ':' &&
            !strcmp(text + 2 + len, verb))
            return true;
    }
    return false;
}

static void judge_row_by_zones(struct link *l, struct row *r, const struct shown_as *as)
{
    bool edit = probe_wants_edit(r->group), shows_read = false, all_tell = l->zones_count > 0;

    for (size_t z = 0; z < l->zones_count; z++) {
        const struct zone_seen *zone = &l->zones[z];
        bool reads = zone_shows(zone, as->name, "read");

        if (zone_shows(zone, as->name, "edit") || (!edit && reads)) {
            set_row(r, ROW_GRANTED, arena_printf(l->arena, "shown by the zone %s", zone->name));
            return;
        }
        shows_read = shows_read || reads;
        all_tell = all_tell && zone->permissions;
    }
    // a name that shows a Read right would show the Edit right, too
    if (shows_read || (all_tell && as->recorded))
        set_row(r, ROW_MISSING, "no zone of the account shows it");
}

static void judge_by_zone_permissions(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++) {
        const struct shown_as *as = probe_shown_as(l->verdict.rows[i].group);

        if (l->verdict.rows[i].state == ROW_OPEN && as)
            judge_row_by_zones(l, &l->verdict.rows[i], as);
    }
}

static bool same_permissions(const struct zone_seen *a, const struct zone_seen *b)
{
    return a->permissions && b->permissions && json_equal(a->permissions, b->permissions);
}

/* Is the zone worth a question, given that all before it refused? */
static bool zone_is_new(const struct link *l, size_t z)
{
    for (size_t i = 0; l->zones_count > ZONES_ASKED_ALL && i < z; i++)
        if (same_permissions(&l->zones[i], &l->zones[z]))
            return false;
    return true;
}

/* Codes of a 400 or 403 that have nothing to do with the token's permissions. */
static const char *other_cause(const struct answer *a)
{
    static const struct {
        int64_t code;
        const char *cause;
    } causes[] = {
        { 10042, "R2 is not enabled for this account" },
        { 10002, "the account has no subscription for it" },
        { 10010, "the account's plan does not include it" },
        { 1011, "the endpoint is closed to account-owned tokens" },
        { 1016, "the endpoint is closed to account-owned tokens" },
    };

    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (answer_has_code(a, causes[i].code))
            return causes[i].cause;
    return NULL;
}

static bool is_refusal(const struct answer *a)
{
    return a->kind == ANSWER_REFUSED && !other_cause(a) &&
           (a->status == 401 || a->status == 403 || answer_has_code(a, 10001));
}

/* Some products answer reads without the envelope. */
static bool is_plain_data(const struct answer *a)
{
    return a->kind == ANSWER_ODD && a->status == 200 && a->json;
}

/* What an answer says about one row that the probe stands for. */
static void judge_row(struct link *l, struct row *r, const struct probe *p, const struct answer *a)
{
    const char *cause = other_cause(a);

    if (is_refusal(a))
        set_row(r, ROW_MISSING,
                arena_printf(l->arena, "a read that needs it is refused: %s", a->words));
    else if (a->kind != ANSWER_GOOD)
        set_row(r, ROW_UNVERIFIED,
                cause ? cause : arena_printf(l->arena, "a read told nothing: %s", a->words));
    else if (probe_wants_edit(r->group))
        set_row(r, ROW_UNVERIFIED, "reading works; only a write would prove the right to edit");
    else if (p->shared)
        set_row(r, ROW_UNVERIFIED, "reading works, but another permission may be the cause");
    else
        set_row(r, ROW_GRANTED, "a read that needs it works");
}

/* Asks with one probe, until a zone allows it. */
static enum link_step ask(struct link *l, const struct probe *p, bool again,
                          const struct answer **said)
{
    size_t places = p->scope == GROUP_ZONE ? l->zones_count : 1;
    const struct answer *a = NULL;
    const char *path;

    for (size_t z = 0; z < places && (!a || is_refusal(a)); z++) {
        if (p->scope == GROUP_ZONE && !zone_is_new(l, z))
            continue;
        path = probe_path(l->arena, p, p->scope == GROUP_ZONE ? l->zones[z].id : l->in.account_id);
        a = link_get_once(l, path, again);
        if (is_plain_data(a))
            break;
        if (link_end_if_unanswered(l, STAGE_PERMISSIONS, a) == LINK_ENDED ||
            link_end_if_dead(l, STAGE_PERMISSIONS, a) == LINK_ENDED)
            return LINK_ENDED;
    }
    *said = a;
    return LINK_GO_ON;
}

/* Asks what stands for a row until it is found missing, and judges the other rows of the same probe
 * (the Read group beside the Write group) with it. */
static enum link_step ask_for_row(struct link *l, struct row *r, bool again)
{
    const struct answer *a;

    for (const struct probe *p = probe_of(r->group, NULL); p && r->state != ROW_MISSING;
         p = probe_of(r->group, p)) {
        if (ask(l, p, again, &a) == LINK_ENDED)
            return LINK_ENDED;
        for (struct row *o = r; o < l->verdict.rows + l->verdict.rows_count; o++)
            if (o == r || (o->state == ROW_OPEN && probe_of(o->group, NULL) == p))
                judge_row(l, o, p, a);
    }
    return LINK_GO_ON;
}

static enum link_step judge_by_probes(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++) {
        struct row *r = &l->verdict.rows[i];

        if (r->state != ROW_OPEN)
            continue;
        if (r->group->scope == GROUP_ZONE && l->zones_count == 0)
            set_row(r, ROW_UNVERIFIED, "the token sees no zone of this account to try it on");
        else if (!probe_of(r->group, NULL))
            set_row(r, ROW_UNVERIFIED,
                    "no read shows it, and the token may not read its own policies");
        else if (ask_for_row(l, r, false) == LINK_ENDED)
            return LINK_ENDED;
    }
    return LINK_GO_ON;
}

static bool may_be_stray(const struct row *r)
{
    return r->state == ROW_MISSING && probe_of(r->group, NULL) && strstr(r->note, "HTTP 403");
}

/* Cloudflare refuses a good token now and then with a single 403. While the run has requests
 * left, each row that such a refusal condemned is asked once more. */
static enum link_step ask_again(struct link *l)
{
    struct row *end = l->verdict.rows + l->verdict.rows_count;
    size_t most = REQUESTS_BESIDE + l->verdict.rows_count - 1; // one is for the witness
    bool paused = false;

    if (link_ask_policies_again(l, STAGE_PERMISSIONS) == LINK_ENDED)
        return LINK_ENDED;
    if (l->policies)
        return LINK_GO_ON;
    for (struct row *r = l->verdict.rows; r < end; r++) {
        const struct probe *p = probe_of(r->group, NULL);
        size_t places = p && p->scope == GROUP_ZONE ? l->zones_count : 1;

        if (!may_be_stray(r) || l->client.sent + places + 1 > most)
            continue;
        if (!paused)
            client_pause(&l->client, STAMP_SECOND / 4);
        paused = true;
        for (struct row *o = r; o < end; o++)
            if (may_be_stray(o) && probe_of(o->group, NULL) == p)
                set_row(o, ROW_OPEN, NULL);
        if (ask_for_row(l, r, true) == LINK_ENDED)
            return LINK_ENDED;
    }
    return LINK_GO_ON;
}

/* A right to a product that is off is not missing: nothing could be done with it. */
static enum link_step excuse_what_is_off(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++) {
        struct row *r = &l->verdict.rows[i];
        const struct answer *a;

        if (r->state != ROW_MISSING || !text_starts(r->group->name, "Workers R2 ") ||
            !probe_of(r->group, NULL))
            continue;
        if (ask(l, probe_of(r->group, NULL), false, &a) == LINK_ENDED)
            return LINK_ENDED;
        if (other_cause(a))
            set_row(r, ROW_UNVERIFIED, other_cause(a));
    }
    return LINK_GO_ON;
}

/* Refusals by products look the same for a lacking permission and for a token that died meanwhile
 * or an address filter; the core tells them apart. */
static enum link_step ask_witness(struct link *l)
{
    const struct answer *said;

    link_witness(l, &said);
    return link_end_if_dead(l, STAGE_PERMISSIONS, said);
}

static const char *rows_in_words(struct link *l, enum row_state state)
{
    struct buf out;
    char *text;

    buf_init(&out);
    for (size_t i = 0; i < l->verdict.rows_count; i++)
        if (l->verdict.rows[i].state == state)
            buf_printf(&out, "%s%s", out.len ? ", " : "", l->verdict.rows[i].group->dashboard);
    text = buf_take(&out);
    arena_on_free(l->arena, free, text);
    return text;
}

static enum hint hint_of(const struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++)
        if (l->verdict.rows[i].state == ROW_UNVERIFIED && l->kind == OWNER_ACCOUNT &&
            (l->verdict.rows[i].group->scope == GROUP_USER ||
             text_starts(l->verdict.rows[i].group->name, "Page Rules ")))
            return HINT_NOT_FOR_THIS_KIND;
    return HINT_NONE;
}

static enum link_step end_by_rows(struct link *l)
{
    const char *account = l->verdict.account_name ? l->verdict.account_name : l->in.account_id;
    size_t unverified = verdict_count(&l->verdict, ROW_UNVERIFIED);

    if (verdict_count(&l->verdict, ROW_MISSING) > 0)
        return link_end(
            l, STAGE_PERMISSIONS, REASON_MISSING_PERMISSION, HINT_NONE,
            "The token is good for the account %s, but it lacks: %s. Edit the token in the "
            "dashboard under %s, add these rows, and link again.",
            account, rows_in_words(l, ROW_MISSING),
            l->kind == OWNER_USER ? "My Profile > API Tokens"
                                  : "Manage Account > Account API Tokens");
    if (unverified > 0)
        return link_end(
            l, STAGE_PERMISSIONS, REASON_OK, hint_of(l),
            "Linked the account %s with %s token. Not verified, because it cannot be seen "
            "without writing or not with this token: %s.%s",
            account, l->kind == OWNER_USER ? "a user" : "an account-owned",
            rows_in_words(l, ROW_UNVERIFIED),
            l->zones_known && l->zones_count == 0 ? " The token sees no zone of this account."
                                                  : "");
    return link_end(l, STAGE_PERMISSIONS, REASON_OK, HINT_NONE,
                    "Linked the account %s with %s token.", account,
                    l->kind == OWNER_USER ? "a user" : "an account-owned");
}

static void reopen(struct link *l)
{
    for (size_t i = 0; i < l->verdict.rows_count; i++)
        set_row(&l->verdict.rows[i], ROW_OPEN, NULL);
    set_aside_other_kind(l);
}

static enum link_step check_by_reads(struct link *l)
{
    judge_by_own_read(l);
    judge_by_zone_permissions(l);
    if (judge_by_probes(l) == LINK_ENDED)
        return LINK_ENDED;
    if (verdict_count(&l->verdict, ROW_MISSING) == 0)
        return LINK_GO_ON;
    return ask_again(l) == LINK_ENDED || ask_witness(l) == LINK_ENDED ? LINK_ENDED : LINK_GO_ON;
}

static enum link_step check_by_policies(struct link *l)
{
    judge_by_policies(l);
    return excuse_what_is_off(l);
}

enum link_step permissions_check(struct link *l)
{
    set_aside_other_kind(l);
    if (any_open(l) && link_need_policies(l, STAGE_PERMISSIONS) == LINK_ENDED)
        return LINK_ENDED;
    if (is_open(l, GROUP_ZONE) && link_need_zones(l, STAGE_PERMISSIONS) == LINK_ENDED)
        return LINK_ENDED;
    if (!l->policies && check_by_reads(l) == LINK_ENDED)
        return LINK_ENDED;
    if (l->policies) {
        reopen(l);
        if (check_by_policies(l) == LINK_ENDED)
            return LINK_ENDED;
    }
    return end_by_rows(l);
}
