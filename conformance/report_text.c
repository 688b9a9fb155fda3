#include "report.h"

#include "common/json.h"
#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ALL_ROWS 100  // from so many worlds on, a reason that none has is worth telling
#define TRACE_MOST 40 // lines of one step's trace

static void put_status(FILE *out, enum status s)
{
    const char *name = status_name(s);

    for (size_t i = 0; i < 6; i++)
        putc(*name ? toupper((unsigned char)*name++) : ' ', out);
}

static size_t findings_of(const struct outcome *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->steps_count; i++)
        n += o->steps[i].findings.count;
    return n;
}

void report_line(FILE *out, const struct suite *s, const struct outcome *o)
{
    const struct finding *f = report_first(s, o);
    size_t n = findings_of(o);

    put_status(out, o->status);
    fprintf(out, " %s", o->c->id);
    if (o->why)
        fprintf(out, ": %s", o->why);
    else if (f)
        fprintf(out, " %s: %s", check_name(f->check), f->text);
    else
        fprintf(out, ": %s", o->c->title);
    if (n > 1)
        fprintf(out, " (and %zu more)", n - 1);
    fputs(o->scored ? "\n" : " (not scored)\n", out);
}

/* One request of the trace: when, what, and how it was answered; redacted by the journal. */
static void put_request(FILE *out, const cJSON *entry, int64_t begun)
{
    const char *query = json_text(entry, "query"), *fault = json_text(entry, "fault");
    const char *method = json_text(entry, "method"), *path = json_text(entry, "path");
    const char *detail = json_text(json_get(entry, "why"), "detail");
    int64_t status = json_whole(entry, "status", 0), code = json_whole(entry, "code", 0);

    fprintf(out, "      %+6lld ms  %s %s%s%s -> ",
            (long long)(json_whole(entry, "at_ms", begun) - begun), method ? method : "",
            path ? path : "", query && *query ? "?" : "", query ? query : "");
    if (status)
        fprintf(out, "%lld", (long long)status);
    else
        fputs("no answer", out);
    if (code)
        fprintf(out, " code %lld", (long long)code);
    if (fault)
        fprintf(out, "  [fault %s]", fault);
    if (detail)
        fprintf(out, "  (%s)", detail);
    putc('\n', out);
}

static void put_trace(FILE *out, const cJSON *journal)
{
    const cJSON *entries = json_get(journal, "entries"), *entry;
    int64_t begun = json_whole(cJSON_GetArrayItem(entries, 0), "at_ms", 0);
    int n = 0;

    if (cJSON_GetArraySize(entries) == 0)
        fputs("      no request reached the mock\n", out);
    cJSON_ArrayForEach (entry, entries) {
        if (n++ < TRACE_MOST)
            put_request(out, entry, begun);
    }
    if (n > TRACE_MOST)
        fprintf(out, "      … %d more\n", n - TRACE_MOST);
}

/* Text of several lines, indented; nothing if there is none. */
static void put_block(FILE *out, const char *name, const char *text)
{
    if (!text || !text[strspn(text, " \n")])
        return;
    fprintf(out, "    %s:\n", name);
    while (*text) {
        size_t len = strcspn(text, "\n");

        fprintf(out, "      %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void put_step(FILE *out, const struct suite *s, const struct outcome *o, size_t i)
{
    const struct step_outcome *step = &o->steps[i];

    if (o->steps_count > 1)
        fprintf(out, "  step %zu\n", i + 1);
    for (size_t k = 0; k < step->findings.count; k++)
        fprintf(out, "    %s %s: %s\n", report_level(s, o, step->findings.items[k].check),
                check_name(step->findings.items[k].check), step->findings.items[k].text);
    if (step->signal)
        fprintf(out, "    ended by signal %d after %lld ms\n", step->signal,
                (long long)step->elapsed_ms);
    else
        fprintf(out, "    exit %d after %lld ms\n", step->exit_code, (long long)step->elapsed_ms);
    put_block(out, "printed", step->said);
    put_block(out, "stderr", step->murmured);
    fputs("    requests:\n", out);
    put_trace(out, step->journal);
}

static void put_failure(FILE *out, const struct suite *s, const struct outcome *o)
{
    const cJSON *ref;

    fprintf(out, "\n%s %s: %s\n", o->status == STATUS_FLAKY ? "flaky" : "failed", o->c->id,
            o->c->title);
    fputs("  refs:", out);
    cJSON_ArrayForEach (ref, o->c->refs) {
        fprintf(out, "%s %s", ref == o->c->refs->child ? "" : ";", ref->valuestring);
    }
    putc('\n', out);
    for (size_t i = 0; i < o->steps_count; i++)
        put_step(out, s, o, i);
    fputs("    again: ", out);
    report_replay(out, s, o);
    putc('\n', out);
}

static void put_distribution(FILE *out, const struct report_data *d)
{
    const char *reason;
    size_t count;

    fprintf(out, "\n%zu random worlds from seed %s; what is right in them:\n", d->count, d->seed);
    for (size_t row = 0; (reason = report_reason(d, row, &count)); row++)
        if (count || d->count >= ALL_ROWS)
            fprintf(out, "  %5zu  %5.1f %%  %s\n", count,
                    d->count ? 100.0 * (double)count / (double)d->count : 0, reason);
}

void report_text_end(FILE *out, const struct report_data *d)
{
    size_t unscored = 0;

    for (size_t i = 0; i < d->count; i++)
        if (d->outcomes[i].status == STATUS_FAIL || d->outcomes[i].status == STATUS_FLAKY)
            put_failure(out, d->suite, &d->outcomes[i]);
    if (d->random)
        put_distribution(out, d);
    fprintf(out, "\n%s, %zu %s:", d->suite->profile.name, d->count, d->random ? "worlds" : "cases");
    for (int s = 0; s < STATUS_COUNT; s++) {
        size_t n = report_count(d, (enum status)s, true);

        unscored += report_count(d, (enum status)s, false);
        if (n || s == STATUS_PASS || s == STATUS_FAIL)
            fprintf(out, " %zu %s", n, status_name((enum status)s));
    }
    if (unscored)
        fprintf(out, " %zu not scored", unscored);
    fprintf(out, "; %.1f s\n", (double)d->elapsed_ms / 1000);
}
