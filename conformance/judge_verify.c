/* The verify endpoints: called, the right one, not too often. */
#include "judge.h"

#include "common/text.h"

#include <string.h>

static bool at_account(const struct evidence *e, size_t i)
{
    return seen_is_account_verify(&e->seen[i]);
}

/* The first answer of that endpoint that says "no such token here": 401 with code 1000. */
static bool refused_before(const struct evidence *e, size_t before, bool account)
{
    for (size_t i = 0; i < before; i++)
        if (seen_is_verify(&e->seen[i]) && at_account(e, i) == account &&
            e->seen[i].status == 401 && e->seen[i].code == 1000 && !seen_broken(&e->seen[i]))
            return true;
    return false;
}

static bool any_before(const struct evidence *e, size_t before, bool account)
{
    for (size_t i = 0; i < before; i++)
        if (seen_is_verify(&e->seen[i]) && at_account(e, i) == account)
            return true;
    return false;
}

/* Kind not told: one endpoint, and the other only after 401 with code 1000. */
static void judge_order(const struct evidence *e, struct findings *f)
{
    for (size_t i = 0; i < e->seen_count; i++) {
        bool account = seen_is_verify(&e->seen[i]) && at_account(e, i);

        if (!seen_is_verify(&e->seen[i]) || any_before(e, i, account) ||
            !any_before(e, i, !account))
            continue;
        if (!refused_before(e, i, !account))
            findings_add(f, CHECK_VERIFY_CALLED,
                         "%s was asked although the other endpoint had not said 401 with code 1000",
                         account ? "the account's verify endpoint" : "/user/tokens/verify");
    }
}

static bool declared(const struct evidence *e, const char *kind)
{
    return e->declared && strcmp(e->declared, kind) == 0;
}

static void judge_called(const struct evidence *e, struct findings *f)
{
    bool called = false;

    findings_judge(f, CHECK_VERIFY_CALLED);
    for (size_t i = 0; i < e->seen_count && !called; i++)
        called = seen_is_verify(&e->seen[i]) && !(declared(e, "user") && at_account(e, i)) &&
                 !(declared(e, "account") && !at_account(e, i));
    if (e->result.linked && !called)
        findings_add(f, CHECK_VERIFY_CALLED, "linked without asking %s",
                     declared(e, "account") ? "the account's verify endpoint"
                     : declared(e, "user")  ? "/user/tokens/verify"
                                            : "a verify endpoint");
    if (!declared(e, "user") && !declared(e, "account"))
        judge_order(e, f);
}

/* Kind told: that endpoint. The other one may be asked for the sake of a better message, once the
 * right one has said 401 with code 1000. */
static void judge_endpoint(const struct evidence *e, struct findings *f)
{
    bool account = declared(e, "account");

    if (!account && !declared(e, "user"))
        return;
    findings_judge(f, CHECK_VERIFY_RIGHT_ENDPOINT);
    for (size_t i = 0; i < e->seen_count; i++)
        if (seen_is_verify(&e->seen[i]) && at_account(e, i) != account &&
            !refused_before(e, i, account))
            findings_add(f, CHECK_VERIFY_RIGHT_ENDPOINT, "saw %s %s, token kind %s",
                         e->seen[i].method, e->seen[i].path, e->declared);
}

static void judge_once(const struct evidence *e, bool account, bool refusals_pass,
                       struct findings *f)
{
    const struct seen *last = NULL;
    int count = 0;

    for (size_t i = 0; i < e->seen_count; i++) {
        const struct seen *s = &e->seen[i];

        if (!seen_is_verify(s) || at_account(e, i) != account)
            continue;
        if (!last || !(seen_transient(last) || (refusals_pass && last->status >= 400)))
            count++;
        last = s;
    }
    if (count > 1)
        findings_add(f, CHECK_VERIFY_ONCE, "%s was asked %d times, retries apart", last->path,
                     count);
}

void judge_verify(const struct evidence *e, struct findings *f)
{
    bool refusals_pass =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(e->step->traffic, "transient_refusal"));

    if (!e->base) { // else the mock was not what it talked to
        judge_called(e, f);
        judge_endpoint(e, f);
        findings_judge(f, CHECK_VERIFY_ONCE);
        judge_once(e, true, refusals_pass, f);
        judge_once(e, false, refusals_pass, f);
    }
}
