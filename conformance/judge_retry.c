/* Manners after a refusal or an outage: wait as told, do not insist, do not hammer. */
#include "judge.h"

#include "common/json.h"
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_SLACK_MS 50
#define TRIES_MOST 4
#define REPEATS_MOST 1
#define PAUSE_LEAST_MS 200
#define PAUSE_SLACK_MS 20

/* Milliseconds that the answer told to wait: the case says so, or the fault that gave the answer.
 * 0: none told. A date tells whole seconds only, so up to one of them may be lost. */
static int64_t wait_told_ms(const struct evidence *e, const struct seen *s)
{
    const char *form = json_text(json_get(e->c->world, "behaviour"), "retry_after");
    const cJSON *traffic = e->step->traffic;
    int64_t told = json_whole(s->did, "retry_after", 0) * 1000;

    if (json_get(traffic, "wait_after_429_s"))
        return json_whole(traffic, "wait_after_429_s", 0) * 1000;
    if (form && strcmp(form, "none") == 0)
        return 0;
    return form && strcmp(form, "date") == 0 && told ? told - 1000 : told;
}

static void judge_after(const struct evidence *e, struct findings *f)
{
    for (size_t i = 0; i < e->seen_count; i++) {
        const struct seen *s = &e->seen[i];
        int64_t told = s->status == 429 ? wait_told_ms(e, s) : 0;

        if (s->status == 429)
            findings_judge(f, CHECK_RETRY_AFTER);
        for (size_t k = i + 1; told && k < e->seen_count; k++) {
            int64_t waited = e->seen[k].at_ms - s->end_ms;

            if (waited >= 0 && waited < told - WAIT_SLACK_MS)
                findings_add(f, CHECK_RETRY_AFTER, "%s came %lld ms after a 429 that said %lld ms",
                             e->seen[k].path, (long long)waited, (long long)told);
        }
    }
}

static bool is_refusal(const struct seen *s)
{
    return !seen_broken(s) && (s->status == 400 || s->status == 401 || s->status == 403);
}

static void judge_never(const struct evidence *e, struct findings *f)
{
    if (json_flag(e->step->traffic, "transient_refusal", false))
        return;
    findings_judge(f, CHECK_RETRY_NEVER);
    for (size_t i = 0; i < e->seen_count; i++) {
        int repeats = 0;

        if (!is_refusal(&e->seen[i]))
            continue;
        for (size_t k = i + 1; k < e->seen_count; k++)
            repeats += seen_same(&e->seen[i], &e->seen[k]);
        if (repeats > REPEATS_MOST)
            findings_add(f, CHECK_RETRY_NEVER, "%s %s was repeated %d times after %d",
                         e->seen[i].method, e->seen[i].path, repeats, e->seen[i].status);
    }
}

/* The next try of the same request; seen_count: none. */
static size_t next_try(const struct evidence *e, size_t i)
{
    size_t k = i + 1;

    while (k < e->seen_count && !seen_same(&e->seen[i], &e->seen[k]))
        k++;
    return k;
}

static bool is_later_try(const struct evidence *e, size_t i)
{
    for (size_t k = i; k-- > 0;)
        if (seen_same(&e->seen[k], &e->seen[i]))
            return seen_transient(&e->seen[k]);
    return false;
}

/* From the first try of a request on: how many, and whether the pauses are civil. A first pause
 * after a broken connection is the HTTP library's own repeat, not the linker's. */
static void judge_tries(const struct evidence *e, size_t first, struct findings *f)
{
    int tries = 1;
    int64_t before = -1;

    for (size_t i = first, k; seen_transient(&e->seen[i]) && (k = next_try(e, i)) < e->seen_count;
         i = k) {
        int64_t pause = e->seen[k].at_ms - e->seen[i].end_ms;
        bool library = tries == 1 && seen_broken(&e->seen[i]);

        tries++;
        if (!library && pause < PAUSE_LEAST_MS - PAUSE_SLACK_MS && pause <= before)
            findings_add(f, CHECK_RETRY_BOUNDED, "%s %s was tried again after %lld ms",
                         e->seen[i].method, e->seen[i].path, (long long)pause);
        else if (before < 0 && !library && pause < PAUSE_LEAST_MS - PAUSE_SLACK_MS &&
                 next_try(e, k) == e->seen_count)
            findings_add(f, CHECK_RETRY_BOUNDED, "%s %s was tried again after only %lld ms",
                         e->seen[i].method, e->seen[i].path, (long long)pause);
        before = pause;
    }
    if (tries > TRIES_MOST)
        findings_add(f, CHECK_RETRY_BOUNDED, "%s %s was tried %d times, %d are the most",
                     e->seen[first].method, e->seen[first].path, tries, TRIES_MOST);
}

/* Where the base URL is no mock: the same first line may come four times. */
static void judge_base(const struct evidence *e, struct findings *f)
{
    for (size_t i = 0; i < e->base_count; i++) {
        size_t len = strcspn(e->base[i].head, "\r\n");
        int same = 0;

        for (size_t k = 0; k < e->base_count; k++)
            same += len && strncmp(e->base[i].head, e->base[k].head, len + 1) == 0;
        if (same > TRIES_MOST)
            findings_add(f, CHECK_RETRY_BOUNDED,
                         "the same request was tried %d times, %d are the most", same, TRIES_MOST);
    }
}

void judge_retry(const struct evidence *e, struct findings *f)
{
    judge_after(e, f);
    judge_never(e, f);
    findings_judge(f, CHECK_RETRY_BOUNDED);
    for (size_t i = 0; i < e->seen_count; i++)
        if (!is_later_try(e, i))
            judge_tries(e, i, f);
    judge_base(e, f);
}
