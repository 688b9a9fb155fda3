#include "session.h"

#include "common/fetch.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "pool.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *begin(void *with)
{
    struct worker *w = xcalloc(1, sizeof *w);

    (void)with;
    w->wire = fetch_wire_new();
    rng_init(&w->rng, rng_seed_from_system());
    return w;
}

static void end(void *with, void *own)
{
    struct worker *w = own;

    (void)with;
    fetch_wire_free(w->wire);
    free(w);
}

static bool ran_late(const struct outcome *o)
{
    for (size_t i = 0; i < o->steps_count; i++)
        if (findings_has(&o->steps[i].findings, CHECK_PROCESS_DEADLINE))
            return true;
    return false;
}

/* A failure is tried once more: what then goes well is flaky, which is not the same as right. */
static void try_again(const struct suite *s, struct worker *w, struct outcome *o)
{
    struct outcome again;

    case_run(s, w, o->c, &again);
    outcome_grade(s, &again);
    if (again.status == STATUS_PASS || again.status == STATUS_WARN ||
        again.status == STATUS_WAIVED) {
        o->status = STATUS_FLAKY;
        free(o->why);
        o->why = text_printf("failed once, and passed when it was run again");
    }
    outcome_release(&again);
}

static void item(void *with, void *own, size_t i)
{
    struct session *s = with;
    struct outcome *o = &s->outcomes[i];

    if (spawn_stopping()) {
        *o = (struct outcome){ .c = s->cases[i],
                               .status = STATUS_ERROR,
                               .scored = true,
                               .why = text_printf("interrupted before it ran") };
        return;
    }
    case_run(s->suite, own, s->cases[i], o);
    outcome_grade(s->suite, o);
    if (o->status == STATUS_FAIL && !ran_late(o) && !spawn_stopping())
        try_again(s->suite, own, o);
}

static void done(void *with, size_t i)
{
    struct session *s = with;

    s->ended[i] = true;
    while (s->printed < s->count && s->ended[s->printed]) {
        if (s->live && (!s->random || s->outcomes[s->printed].status != STATUS_PASS)) {
            report_line(s->live, s->suite, &s->outcomes[s->printed]);
            fflush(s->live);
        }
        s->printed++;
    }
}

void session_run(struct session *s)
{
    const struct pool_work work = { begin, item, done, end, s };
    int64_t begun = stamp_monotonic();

    s->outcomes = xcalloc(s->count + 1, sizeof *s->outcomes);
    s->ended = xcalloc(s->count + 1, sizeof *s->ended);
    pool_run(&work, s->count, s->jobs < s->count ? s->jobs : s->count);
    s->elapsed_ms = (stamp_monotonic() - begun) / 1000;
}

void session_release(struct session *s)
{
    for (size_t i = 0; s->outcomes && i < s->count; i++)
        outcome_release(&s->outcomes[i]);
    free(s->outcomes);
    free(s->ended);
}

static void write_lines(FILE *out, const struct report_data *d)
{
    for (size_t i = 0; i < d->count; i++)
        report_line(out, d->suite, &d->outcomes[i]);
    report_text_end(out, d);
}

int session_report(const struct session *s, const char *spec, char **why)
{
    const struct report_data d = { s->suite,      s->outcomes, s->count,
                                   s->elapsed_ms, s->random,   s->seed };
    const char *file = strchr(spec, '=');
    FILE *out = file ? fopen(file + 1, "we") : stdout;
    int broken;

    if (!out) {
        *why = text_printf("cannot write %s: %s", file + 1, strerror(errno));
        return -1;
    }
    if (text_starts(spec, "tap"))
        report_tap(out, &d);
    else if (text_starts(spec, "json"))
        report_json(out, &d);
    else if (out == s->live)
        report_text_end(out, &d);
    else
        write_lines(out, &d);
    fflush(out);
    broken = ferror(out);
    if (file && fclose(out) != 0)
        broken = 1;
    if (broken)
        *why = text_printf("cannot write %s", file ? file + 1 : "standard output");
    return broken ? -1 : 0;
}

int session_exit(const struct session *s)
{
    int code = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct outcome *o = &s->outcomes[i];

        if (o->status == STATUS_ERROR)
            return 3; // whether scored or not: the harness could not do its work
        if (o->scored && (o->status == STATUS_FAIL || o->status == STATUS_STALE))
            code = 1;
    }
    return code;
}
