#include "report.h"

#include "common/text.h"

#include <stdlib.h>
#include <string.h>

size_t report_count(const struct report_data *d, enum status s, bool scored)
{
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++)
        count += d->outcomes[i].status == s && d->outcomes[i].scored == scored;
    return count;
}

/* A word as a shell takes it. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";

    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            putc(*word, out);
    putc('\'', out);
}

void report_replay(FILE *out, const struct suite *s, const struct outcome *o)
{
    const char *seed =
        text_starts(o->c->id, "random-") && !o->c->path ? o->c->id + strlen("random-") : NULL;

    fprintf(out, "mockflare-conform linker --profile %s%s", s->profile.name, s->replay);
    if (seed)
        fprintf(out, " --random 1 --seed %s", seed);
    else
        fprintf(out, " --case %s", o->c->id);
    fputs(" --", out);
    for (size_t i = 0; i < s->command_count; i++) {
        putc(' ', out);
        put_word(out, s->command[i]);
    }
}

const char *report_level(const struct suite *s, const struct outcome *o, enum check check)
{
    if (waiver_for(&s->waivers, o->c->id, check))
        return "waived";
    return finding_counts(s, o->c, check) ? "fail" : "warn";
}

static int rank(const char *level)
{
    return strcmp(level, "fail") == 0 ? 2 : strcmp(level, "warn") == 0 ? 1 : 0;
}

const struct finding *report_first(const struct suite *s, const struct outcome *o)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < o->steps_count; i++)
        for (size_t k = 0; k < o->steps[i].findings.count; k++) {
            const struct finding *f = &o->steps[i].findings.items[k];

            if (!worst ||
                rank(report_level(s, o, f->check)) > rank(report_level(s, o, worst->check)))
                worst = f;
        }
    return worst;
}

const char *report_reason(const struct report_data *d, size_t row, size_t *count)
{
    static const char *const reasons[] = { "ok",
                                           "bad_input",
                                           "invalid_token",
                                           "token_disabled",
                                           "token_expired",
                                           "token_not_yet_valid",
                                           "ip_not_allowed",
                                           "account_mismatch",
                                           "missing_permission",
                                           "rate_limited",
                                           "service_unavailable",
                                           "network_error",
                                           "bad_response",
                                           NULL };

    *count = 0;
    for (size_t i = 0; reasons[row] && i < d->count; i++) {
        const struct outcome *o = &d->outcomes[i];
        const char *expected = o->steps_count ? o->steps[0].expected : NULL;

        *count += expected && strcmp(expected, reasons[row]) == 0;
    }
    return reasons[row];
}
