#include "api_report.h"

#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "text", "tap", "json", NULL };

static const char *verdict_word(enum api_verdict v)
{
    return v == API_PASS ? "pass" : v == API_FAIL ? "fail" : "error";
}

int api_report_check(const char *wish, char **why)
{
    size_t n = strcspn(wish, "=");

    for (size_t i = 0; kinds[i]; i++)
        if (strlen(kinds[i]) == n && memcmp(kinds[i], wish, n) == 0 && (!wish[n] || wish[n + 1]))
            return 0;
    *why = text_printf("--report takes text, tap or json, or one of them with =FILE, not \"%s\"",
                       wish);
    return -1;
}

struct api_totals api_report_totals(const struct api_entry *entries, size_t count)
{
    struct api_totals t = { 0 };

    for (size_t i = 0; i < count; i++) {
        t.passed += entries[i].result.verdict == API_PASS;
        t.failed += entries[i].result.verdict == API_FAIL;
        t.errors += entries[i].result.verdict == API_ERROR;
    }
    return t;
}

/* Every line of `text` behind `prefix`. */
static void add_lines(struct buf *out, const char *prefix, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, "\n");

        buf_printf(out, "%s%.*s\n", prefix, (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void add_text(struct buf *out, const struct api_entry *e)
{
    if (e->result.verdict == API_PASS) {
        buf_printf(out, "PASS  %s\n", e->id);
        return;
    }
    buf_printf(out, "%s  %s: %s   (%s)\n", e->result.verdict == API_FAIL ? "FAIL" : "ERROR", e->id,
               e->c->claim, e->c->evidence);
    add_lines(out, "      ", e->result.report);
}

void api_report_line(FILE *out, const struct api_entry *e)
{
    struct buf b;

    buf_init(&b);
    add_text(&b, e);
    fputs(b.at, out);
    buf_release(&b);
}

static void write_text(struct buf *out, const struct api_entry *entries, size_t count)
{
    struct api_totals t = api_report_totals(entries, count);

    for (size_t i = 0; i < count; i++)
        add_text(out, &entries[i]);
    buf_printf(out, "%zu passed, %zu failed\n", t.passed, t.failed + t.errors);
}

static void write_tap(struct buf *out, const struct api_entry *entries, size_t count)
{
    buf_printf(out, "TAP version 13\n1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        const struct api_entry *e = &entries[i];

        buf_printf(out, "%s %zu - %s\n", e->result.verdict == API_PASS ? "ok" : "not ok", i + 1,
                   e->id);
        add_lines(out, "# ", e->result.report);
    }
}

static cJSON *entry_json(const struct api_entry *e)
{
    return json_object(
        J_TEXT("id", e->id), J_TEXT("file", e->c->path), J_TEXT("claim", e->c->claim),
        J_TEXT("evidence", e->c->evidence), J_TEXT("status", verdict_word(e->result.verdict)),
        J_WHOLE("ms", e->result.took_us / 1000),
        J_TREE("report", e->result.report ? cJSON_CreateString(e->result.report) : NULL));
}

static void write_object(struct buf *out, const struct api_entry *entries, size_t count)
{
    struct api_totals t = api_report_totals(entries, count);
    cJSON *list = cJSON_CreateArray(), *all;

    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, entry_json(&entries[i]));
    all = json_object(J_TEXT("suite", "api"), J_TEXT("version", MF_VERSION),
                      J_WHOLE("passed", (int64_t)t.passed), J_WHOLE("failed", (int64_t)t.failed),
                      J_WHOLE("errors", (int64_t)t.errors), J_TREE("cases", list));
    json_write(out, all);
    buf_char(out, '\n');
    cJSON_Delete(all);
}

int api_report_write(const char *wish, const struct api_entry *entries, size_t count, char **why)
{
    const char *file = strchr(wish, '=');
    struct buf out;
    int rc = 0;

    buf_init(&out);
    if (text_starts(wish, "tap"))
        write_tap(&out, entries, count);
    else if (text_starts(wish, "json"))
        write_object(&out, entries, count);
    else
        write_text(&out, entries, count);
    if (file)
        rc = file_write(file + 1, out.at, out.len, 0644, why);
    else
        fwrite(out.at, 1, out.len, stdout);
    buf_release(&out);
    return rc;
}
