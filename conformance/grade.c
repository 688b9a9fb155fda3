/* From findings to the status of a case: levels of the case and the profile, waivers. */
#include "suite.h"

#include "common/mem.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

const char *status_name(enum status s)
{
    static const char *const names[STATUS_COUNT] = { "pass",  "warn", "fail",  "waived",
                                                     "stale", "skip", "flaky", "error" };

    return names[s];
}

bool finding_counts(const struct suite *s, const struct test_case *c, enum check check)
{
    return profile_must(&s->profile, check) && (c->must || s->profile.exact);
}

static bool found_anywhere(const struct outcome *o, const struct waiver *w)
{
    for (size_t i = 0; i < o->steps_count; i++)
        if (w->any ? o->steps[i].findings.count != 0
                   : findings_has(&o->steps[i].findings, w->check))
            return true;
    return false;
}

/* A waiver of this case that waives nothing any more. */
static const struct waiver *stale_waiver(const struct suite *s, const struct outcome *o)
{
    for (size_t i = 0; i < s->waivers.count; i++)
        if (strcmp(s->waivers.items[i].case_id, o->c->id) == 0 &&
            !found_anywhere(o, &s->waivers.items[i]))
            return &s->waivers.items[i];
    return NULL;
}

void outcome_grade(const struct suite *s, struct outcome *o)
{
    const struct waiver *stale;
    bool fails = false, waived = false, warns = false;

    if (o->status == STATUS_SKIP || o->status == STATUS_ERROR)
        return;
    for (size_t i = 0; i < o->steps_count; i++)
        for (size_t k = 0; k < o->steps[i].findings.count; k++) {
            enum check check = o->steps[i].findings.items[k].check;
            bool is_waived = waiver_for(&s->waivers, o->c->id, check) != NULL;

            waived = waived || is_waived;
            fails = fails || (!is_waived && finding_counts(s, o->c, check));
            warns = warns || (!is_waived && !finding_counts(s, o->c, check));
        }
    stale = stale_waiver(s, o);
    if (stale && !fails)
        o->why =
            text_printf("the waiver in line %u waives nothing any more: take it out", stale->line);
    o->status = fails    ? STATUS_FAIL
                : stale  ? STATUS_STALE
                : warns  ? STATUS_WARN
                : waived ? STATUS_WAIVED
                         : STATUS_PASS;
}

void outcome_release(struct outcome *o)
{
    for (size_t i = 0; i < o->steps_count; i++) {
        findings_release(&o->steps[i].findings);
        cJSON_Delete(o->steps[i].journal);
        free(o->steps[i].said);
        free(o->steps[i].murmured);
    }
    free(o->steps);
    free(o->why);
    *o = (struct outcome){ 0 };
}
