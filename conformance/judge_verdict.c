/* The verdict against what the case expects: the reason, the account, what is missing, and the
 * words. */
#include "judge.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

uint32_t reason_bit(const char *name)
{
    const struct reason_row *row = reason_find(name), *first = reason_find("ok");

    return row ? UINT32_C(1) << (row - first) : 0;
}

/* What the case allows: its reason and what it accepts beside it. */
static uint32_t allowed_reasons(const struct evidence *e)
{
    const cJSON *expect = e->step->expect, *other;
    uint32_t bits;

    if (json_flag(expect, "by_truth", false))
        return truth_reasons(e);
    bits = reason_bit(json_text(expect, "reason"));
    cJSON_ArrayForEach (other, json_get(expect, "accept")) {
        bits |= reason_bit(other->valuestring);
    }
    return bits;
}

/* In a random world, core-1 lets a linker say "try later" where an outage was in the way, however
 * short. */
static bool outage_excuses(const struct evidence *e)
{
    if (e->exact || !json_flag(e->step->expect, "by_truth", false) ||
        e->result.reason->class != CLASS_TRANSIENT)
        return false;
    for (size_t i = 0; i < e->seen_count; i++)
        if (seen_transient(&e->seen[i]))
            return true;
    return false;
}

static bool reason_allowed(const struct evidence *e, uint32_t allowed)
{
    const struct reason_row *row = reason_find("ok"), *got = e->result.reason;

    if (outage_excuses(e))
        return true;
    if (e->exact)
        return (allowed & reason_bit(got->name)) != 0;
    for (; allowed; allowed >>= 1, row++)
        if ((allowed & 1) && row->class == got->class)
            return true;
    return false;
}

static char *names_dup(uint32_t bits)
{
    const struct reason_row *row = reason_find("ok");
    struct buf out;

    buf_init(&out);
    for (; bits; bits >>= 1, row++)
        if (bits & 1)
            buf_printf(&out, "%s%s", out.len ? " or " : "", row->name);
    return buf_take(&out);
}

/* Is every name of `these` also in `those` (or, if given, in `also`)? The first that is not, or
 * NULL. */
static const char *outside(const cJSON *these, const cJSON *those, const cJSON *also)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, these) {
        if (cJSON_IsString(item) && !list_has(those, item->valuestring) &&
            !list_has(also, item->valuestring))
            return item->valuestring;
    }
    return NULL;
}

static void judge_missing(const struct evidence *e, struct findings *f)
{
    const cJSON *expected = json_get(e->step->expect, "missing");
    const cJSON *missing = json_get(e->result.json, "missing");
    const cJSON *unverified = json_get(e->result.json, "unverified");
    const char *lost, *invented;

    if (!expected || !reason_is(e, "missing_permission"))
        return;
    lost = outside(expected, missing, e->exact ? NULL : unverified);
    invented = outside(missing, expected, NULL);
    if (lost)
        findings_add(f, CHECK_VERDICT, "missing does not name \"%s\"", lost);
    else if (invented)
        findings_add(f, CHECK_VERDICT, "missing names \"%.80s\", which the token has", invented);
}

static void judge_link(const struct evidence *e, struct findings *f)
{
    const char *kind = json_text(e->step->expect, "token_type"),
               *got = json_text(e->result.json, "token_type");
    const char *account = json_text(e->result.json, "account_id"), *lost;

    if (!e->result.linked)
        return;
    kind = kind ? kind : e->kind;
    lost = outside(json_get(e->step->expect, "unverified"), json_get(e->result.json, "unverified"),
                   NULL);
    if (account && *e->account_right && strcmp(account, e->account_right) != 0)
        findings_add(f, CHECK_VERDICT, "linked the account %.40s instead of %s", account,
                     e->account_right);
    else if (kind && got && strcmp(kind, got) != 0)
        findings_add(f, CHECK_VERDICT, "told token_type %.20s, the token is of kind %s", got, kind);
    else if (lost)
        findings_add(f, CHECK_VERDICT, "unverified does not name \"%s\"", lost);
}

static void judge_word(const struct evidence *e, struct findings *f, enum check check,
                       const char *name)
{
    const char *expected = json_text(e->step->expect, name), *got = json_text(e->result.json, name);

    if (!expected)
        return;
    findings_judge(f, check);
    if (!got || strcmp(got, expected) != 0)
        findings_add(f, check, "expected %s \"%s\", saw %s%.40s%s", name, expected, got ? "\"" : "",
                     got ? got : "none", got ? "\"" : "");
}

static bool says(const char *message, const char *part)
{
    return strcasestr(message, part) != NULL;
}

static bool says_any(const char *message, const cJSON *part)
{
    const cJSON *one;

    if (cJSON_IsString(part))
        return says(message, part->valuestring);
    cJSON_ArrayForEach (one, part) {
        if (says(message, one->valuestring))
            return true;
    }
    return false;
}

static void judge_message(const struct evidence *e, struct findings *f)
{
    const cJSON *has = json_get(e->step->expect, "message_has"), *part;
    const cJSON *has_not = json_get(e->step->expect, "message_has_not");
    const char *message = json_text(e->result.json, "message");

    if (!has && !has_not)
        return;
    findings_judge(f, CHECK_MESSAGE_RIGHT);
    message = message ? message : "";
    cJSON_ArrayForEach (part, has) {
        if (!says_any(message, part)) {
            char *wanted = json_print_dup(part);

            findings_add(f, CHECK_MESSAGE_RIGHT, "the message does not say %s", wanted);
            free(wanted);
        }
    }
    cJSON_ArrayForEach (part, has_not) {
        if (says(message, part->valuestring))
            findings_add(f, CHECK_MESSAGE_RIGHT, "the message says \"%s\"", part->valuestring);
    }
}

void judge_verdict(const struct evidence *e, struct findings *f)
{
    uint32_t allowed = allowed_reasons(e);
    char *names;

    findings_judge(f, CHECK_VERDICT);
    if (!e->result.json || (e->result.broken && !e->result.reason)) {
        findings_add(f, CHECK_VERDICT, "there is no verdict to judge");
        return;
    }
    if (e->result.skipped || e->process.exit_code == 77) {
        findings_add(f, CHECK_VERDICT, "skipped, though the linker has what the case needs");
        return;
    }
    names = names_dup(allowed);
    if (allowed && e->result.reason && !reason_allowed(e, allowed))
        findings_add(f, CHECK_VERDICT, "expected %s, saw %s", names, e->result.reason->name);
    free(names);
    judge_link(e, f);
    judge_missing(e, f);
    judge_word(e, f, CHECK_HINT_RIGHT, "hint");
    judge_word(e, f, CHECK_STAGE_RIGHT, "stage");
    judge_message(e, f);
}
