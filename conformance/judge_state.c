/* The linker's file of links. Judged for linkers that declare the feature `state`. */
#include "judge.h"

#include "common/json.h"

#include <string.h>

static int entries_of(const struct state_file *s, const char *account)
{
    const cJSON *link;
    int count = 0;

    cJSON_ArrayForEach (link, s->links) {
        const char *id = json_text(link, "account_id");

        count += id && strcmp(id, account) == 0;
    }
    return count;
}

static void judge_linked(const struct evidence *e, struct findings *f)
{
    const char *account = json_text(e->result.json, "account_id"), *kind;
    const cJSON *link;
    int count = account ? entries_of(&e->after, account) : 0;

    findings_judge(f, CHECK_STATE_SINGLE);
    if (!account)
        return;
    if (count != 1)
        findings_add(f, CHECK_STATE_SINGLE,
                     "linked, and the state file has %d entries for the account", count);
    cJSON_ArrayForEach (link, e->after.links) {
        kind = json_text(link, "token_type");
        if (!kind || !json_text(link, "account_id"))
            findings_add(f, CHECK_STATE_SINGLE, "an entry lacks account_id or token_type");
    }
}

/* Entries of `these` that `those` lacks, by account. */
static const char *outside(const struct state_file *these, const struct state_file *those)
{
    const cJSON *link;

    cJSON_ArrayForEach (link, these->links) {
        const char *id = json_text(link, "account_id");

        if (!id || entries_of(those, id) < entries_of(these, id))
            return id ? id : "(no account_id)";
    }
    return NULL;
}

static void judge_refused(const struct evidence *e, struct findings *f)
{
    const char *gained = outside(&e->after, &e->before), *lost = outside(&e->before, &e->after);
    bool outage = e->result.reason && e->result.reason->class == CLASS_TRANSIENT;

    findings_judge(f, CHECK_STATE_CLEAN);
    if (gained)
        findings_add(f, CHECK_STATE_CLEAN,
                     "not linked, and yet the state file has a new entry for %.40s", gained);
    else if (outage && lost)
        findings_add(f, CHECK_STATE_CLEAN, "an outage (%s) took the link of %.40s away",
                     e->result.reason->name, lost);
}

void judge_state(const struct evidence *e, struct findings *f)
{
    if (!e->state || !e->result.json)
        return;
    if (e->after.there && e->after.broken)
        findings_add(f, CHECK_STATE_CLEAN, "the state file is not a JSON array of objects");
    else if (e->result.linked)
        judge_linked(e, f);
    else
        judge_refused(e, f);
}
