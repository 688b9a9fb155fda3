/* The verdict against the truth that the mock's enforcement engine computed, and whether the linker
 * looked at all that it vouches for. */
#include "judge.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <string.h>

enum lack { HELD, VISIBLE, INVISIBLE, NOT_FOR_KIND, ROLE_ONLY };

static enum lack lack_of(const cJSON *group)
{
    static const char *const states[] = { "held", "lacking_visible", "lacking_invisible",
                                          "not_for_this_kind", "role_only" };
    const char *state = json_text(group, "state");

    for (size_t i = 0; state && i < ARRAY_LEN(states); i++)
        if (strcmp(states[i], state) == 0)
            return (enum lack)i;
    return INVISIBLE; // a group the mock does not know: nothing shows it
}

static bool any_lack(const struct evidence *e, enum lack lack)
{
    const cJSON *group;

    cJSON_ArrayForEach (group, json_get(e->truth, "groups")) {
        if (lack_of(group) == lack)
            return true;
    }
    return false;
}

/* zone.permissions shows these (and no others) with evidence. */
static bool shown_by_zone(const char *group)
{
    static const char *const areas[] = { "Analytics",      "DNS",
                                         "Health Checks",  "Load Balancers",
                                         "Logs",           "SSL and Certificates",
                                         "Waiting Rooms",  "Firewall Services",
                                         "Workers Routes", "Zone",
                                         "Zone Settings" };
    size_t len = strrchr(group, ' ') ? (size_t)(strrchr(group, ' ') - group) : 0;

    for (size_t i = 0; i < ARRAY_LEN(areas); i++)
        if (strlen(areas[i]) == len && strncmp(areas[i], group, len) == 0)
            return true;
    return strcmp(group, "Cache Purge") == 0;
}

static bool reads_policies(const struct seen *s)
{
    return s->status == 200 && !seen_is_verify(s) &&
           (strcmp(s->path, "/user/tokens") == 0 || text_glob("/user/tokens/*", s->path) ||
            text_glob("/accounts/*/tokens", s->path) || text_glob("/accounts/*/tokens/*", s->path));
}

static bool reads_zones(const struct seen *s)
{
    return s->status == 200 && (strcmp(s->path, "/zones") == 0 || text_glob("/zones/*", s->path));
}

static bool refused_for(const struct evidence *e, const struct seen *s, const char *group)
{
    return s->status == 403 && !seen_broken(s) &&
           operation_accepts(e->operations, s->operation, group);
}

/* A visible lack that the linker never saw, since it asked nothing that shows it, and honestly told
 * as unverified: core-1 lets that pass. */
static bool is_excused(const struct evidence *e, const char *group)
{
    bool by_zone = shown_by_zone(group) && json_whole(e->truth, "zones_seen", 1) > 0;

    if (e->exact || !list_has(json_get(e->result.json, "unverified"), group))
        return false;
    for (size_t i = 0; i < e->seen_count; i++)
        if (reads_policies(&e->seen[i]) || (reads_zones(&e->seen[i]) && by_zone) ||
            refused_for(e, &e->seen[i], group))
            return false;
    return true;
}

/* Is there a visible lack that core-1 does not excuse? */
static bool any_plain_lack(const struct evidence *e)
{
    const cJSON *group;

    cJSON_ArrayForEach (group, json_get(e->truth, "groups")) {
        if (lack_of(group) == VISIBLE && !is_excused(e, json_text(group, "name")))
            return true;
    }
    return false;
}

static const char *credential_state(const struct evidence *e)
{
    const char *state = json_text(json_get(e->truth, "credential"), "state");

    return state ? state : "unknown";
}

static bool behaves(const struct evidence *e, const char *name, const char *value)
{
    const char *set = json_text(json_get(e->c->world, "behaviour"), name);

    return set && strcmp(set, value) == 0;
}

/* By the credential alone; "ok" if nothing is wrong with it. */
static uint32_t credential_reasons(const struct evidence *e)
{
    const char *state = credential_state(e),
               *kind = json_text(json_get(e->truth, "credential"), "kind");
    uint32_t bits = 0;

    if (strcmp(state, "disabled") == 0)
        bits = reason_bit("token_disabled");
    else if (strcmp(state, "expired") == 0)
        bits = reason_bit("token_expired");
    else if (strcmp(state, "not_yet") == 0)
        bits = reason_bit("token_not_yet_valid") | reason_bit("invalid_token");
    else if (strcmp(state, "address") == 0)
        bits = reason_bit("ip_not_allowed") | reason_bit("invalid_token");
    else if (strcmp(state, "malformed") == 0)
        bits = reason_bit("invalid_token") | reason_bit("bad_input");
    else if (strcmp(state, "ok") != 0)
        bits = reason_bit("invalid_token");
    if (bits && behaves(e, "inactive_verify", "reject"))
        bits |= reason_bit("invalid_token");
    if (e->declared && kind && strcmp(kind, e->declared) != 0)
        bits |= reason_bit("invalid_token");
    return bits;
}

uint32_t truth_reasons(const struct evidence *e)
{
    const char *kind = json_text(json_get(e->truth, "credential"), "kind");
    bool proven = json_flag(json_get(e->truth, "account"), "proven", false);
    uint32_t bits = credential_reasons(e);

    if (!e->truth || bits) // of a bad credential it is not told which accounts it would reach
        return e->truth ? bits : 0;
    if (!proven && kind &&
        strcmp(kind, "account") == 0) // its verify endpoint does not tell these apart
        return reason_bit("account_mismatch") | reason_bit("invalid_token");
    if (!proven)
        return reason_bit("account_mismatch");
    if (any_plain_lack(e))
        return reason_bit("missing_permission");
    if (any_lack(e, VISIBLE) || any_lack(e, INVISIBLE) || any_lack(e, NOT_FOR_KIND) ||
        any_lack(e, ROLE_ONLY))
        return reason_bit("ok") | reason_bit("missing_permission");
    return reason_bit("ok");
}

const char *judge_expected(const struct evidence *e)
{
    const struct reason_row *row = reason_find("ok");
    uint32_t bits;

    if (!json_flag(e->step->expect, "by_truth", false))
        return json_text(e->step->expect, "reason");
    bits = truth_reasons(e);
    if (!bits || (bits & reason_bit("ok")))
        return bits ? row->name : NULL;
    for (; bits > 1; bits >>= 1) // the later of several is the more particular one
        row++;
    return row->name;
}

/* One required group against what the linker said of it. */
static void judge_group(const struct evidence *e, const cJSON *group, struct findings *f)
{
    const char *name = json_text(group, "name");
    bool missing = list_has(json_get(e->result.json, "missing"), name);
    bool unverified = list_has(json_get(e->result.json, "unverified"), name);
    enum lack lack = lack_of(group);

    if (lack == NOT_FOR_KIND && strstr(name, "R2 ") &&
        json_flag(e->truth, "policies_readable", false))
        return; // the product is off, yet its own policies tell the token's right: both views are
                // fair
    if (lack == VISIBLE && is_excused(e, name))
        return;
    if (lack == HELD && missing)
        findings_add(f, CHECK_TRUTH, "missing names \"%s\", which the token holds", name);
    else if (lack == NOT_FOR_KIND && missing)
        findings_add(f, CHECK_TRUTH, "missing names \"%s\", which this kind of token cannot show",
                     name);
    else if (lack == VISIBLE && e->result.linked)
        findings_add(f, CHECK_TRUTH, "linked, but \"%s\" is missing and can be seen to be", name);
    else if (lack == VISIBLE && !missing)
        findings_add(f, CHECK_TRUTH, "missing does not name \"%s\"", name);
    else if ((lack == INVISIBLE || lack == NOT_FOR_KIND) && e->result.linked && !unverified)
        findings_add(f, CHECK_TRUTH, "linked with \"%s\" unproven, and unverified does not name it",
                     name);
}

/* Is this a case whose verdict the truth can speak about: no outage is in the way, the token is
 * what the user pasted. */
static bool truth_speaks(const struct evidence *e)
{
    const char *expected = json_text(e->step->expect, "reason"),
               *wrap = json_text(e->step->run, "wrap");

    if (!e->truth || !e->required || !e->permissions || !e->result.reason ||
        (wrap && strspn(wrap, " \t\r\n%s") != strlen(wrap)))
        return false;
    return json_flag(e->step->expect, "by_truth", false) ||
           reason_bit(expected) == reason_bit("ok") ||
           reason_bit(expected) == reason_bit("missing_permission");
}

static void judge_facts(const struct evidence *e, struct findings *f)
{
    bool good = strcmp(credential_state(e), "ok") == 0;
    bool proven = json_flag(json_get(e->truth, "account"), "proven", false);
    bool spurious = json_flag(e->step->traffic, "transient_refusal", false);
    const cJSON *group;

    findings_judge(f, CHECK_TRUTH);
    if (e->result.linked && (!good || !proven))
        findings_add(f, CHECK_TRUTH, "linked, but %s",
                     good ? "the token does not reach the account" : "the token is not good");
    if (!good || !proven || spurious || !(e->result.linked || reason_is(e, "missing_permission")))
        return;
    if (!e->result.linked && !any_lack(e, VISIBLE) && !any_lack(e, INVISIBLE) &&
        !any_lack(e, NOT_FOR_KIND) && !any_lack(e, ROLE_ONLY))
        findings_add(f, CHECK_TRUTH, "not linked, but the token holds every required group");
    cJSON_ArrayForEach (group, json_get(e->truth, "groups")) {
        judge_group(e, group, f);
    }
}

static bool was_tested(const struct evidence *e, const char *group)
{
    for (size_t i = 0; i < e->seen_count; i++) {
        const struct seen *s = &e->seen[i];
        bool answered = s->status && !seen_transient(s);

        if (reads_policies(s) || (reads_zones(s) && shown_by_zone(group)) ||
            (answered && operation_accepts(e->operations, s->operation, group)))
            return true;
    }
    return false;
}

static void judge_looked(const struct evidence *e, struct findings *f)
{
    const cJSON *group, *unverified = json_get(e->result.json, "unverified");

    findings_judge(f, CHECK_PERM_CHECKED);
    if (!e->result.linked && !reason_is(e, "missing_permission"))
        return;
    cJSON_ArrayForEach (group, e->required) {
        if (!list_has(unverified, group->valuestring) && !was_tested(e, group->valuestring))
            findings_add(f, CHECK_PERM_CHECKED,
                         "nothing was asked that shows \"%s\", and it is not in unverified",
                         group->valuestring);
    }
}

void judge_truth(const struct evidence *e, struct findings *f)
{
    if (truth_speaks(e))
        judge_facts(e, f);
    if (e->required && e->permissions && e->result.json && !e->base)
        judge_looked(e, f);
}
