#include "report.h"

#include <string.h>

/* TAP reads `#` as the start of a directive, so it may not stand in a description. */
static void put_plain(FILE *out, const char *text)
{
    for (; *text; text++)
        putc(*text == '#' || *text == '\n' || *text == '\r' ? ' ' : *text, out);
}

/* A YAML text in double quotes. */
static void put_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            putc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    putc('"', out);
}

static void put_directive(FILE *out, const struct suite *s, const struct outcome *o)
{
    const struct finding *f = report_first(s, o);
    const struct waiver *w = f ? waiver_for(&s->waivers, o->c->id, f->check) : NULL;

    if (o->status == STATUS_SKIP) {
        fputs(" # SKIP ", out);
        put_plain(out, o->why);
    } else if (!o->scored) {
        fputs(" # TODO not scored in this profile", out);
    } else if (o->status == STATUS_WAIVED && w) {
        fputs(" # TODO waived: ", out);
        put_plain(out, w->reason);
        putc(' ', out);
        put_plain(out, w->link);
    }
}

static void put_details(FILE *out, const struct suite *s, const struct outcome *o)
{
    fprintf(out, "  ---\n  status: %s\n", status_name(o->status));
    if (o->why) {
        fputs("  why: ", out);
        put_quoted(out, o->why);
        putc('\n', out);
    }
    if (report_first(s, o))
        fputs("  findings:\n", out);
    for (size_t i = 0; i < o->steps_count; i++)
        for (size_t k = 0; k < o->steps[i].findings.count; k++) {
            const struct finding *f = &o->steps[i].findings.items[k];

            fprintf(out, "    - check: %s\n      level: %s\n      step: %zu\n      text: ",
                    check_name(f->check), report_level(s, o, f->check), i + 1);
            put_quoted(out, f->text);
            putc('\n', out);
        }
    fputs("  ...\n", out);
}

void report_tap(FILE *out, const struct report_data *d)
{
    fprintf(out, "TAP version 13\n1..%zu\n", d->count);
    for (size_t i = 0; i < d->count; i++) {
        const struct outcome *o = &d->outcomes[i];
        bool fine = o->status == STATUS_PASS || o->status == STATUS_WARN ||
                    o->status == STATUS_SKIP || o->status == STATUS_FLAKY;

        fprintf(out, "%sok %zu - %s ", fine ? "" : "not ", i + 1, o->c->id);
        put_plain(out, o->c->title);
        put_directive(out, d->suite, o);
        putc('\n', out);
        if (o->status != STATUS_PASS && o->status != STATUS_SKIP)
            put_details(out, d->suite, o);
    }
}
