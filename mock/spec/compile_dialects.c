/* Dialects: how a service writes its envelopes, and what it answers for each reason. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/compile.h"

#include <stdlib.h>
#include <string.h>

#define DIALECTS_MOST 64

static const char *const forms[] = { "result_first", "success_first", "short", "result_info_early",
                                     "error_alone", NULL };
static const char *const rates[] = { "none", "default", "list_zones", NULL };

static struct {
    const char *name;
    struct dialect dialect;
} all[DIALECTS_MOST];
static size_t count;
static int fallback = -1;

static uint8_t word(const struct source *s, const char *path, const cJSON *json, const char *member,
                    const char *const *words, uint8_t absent)
{
    const char *given = json_text(json, member), *near;

    if (!json_get(json, member))
        return absent;
    for (uint8_t i = 0; given && words[i]; i++)
        if (!strcmp(words[i], given))
            return i;
    near = given ? text_nearest(given, words) : NULL;
    fault(s, path_join(path, member), false, "not one of the words for it%s%s",
          near ? ", nearest: " : "", near ? near : "");
    return absent;
}

static void read_reason(const struct source *s, const char *path, const char *name,
                        struct dialect *d, const cJSON *json, enum reason reason)
{
    static const char *const known[] = { "form", "errors", NULL };
    struct reason_answer *answer = &d->reasons[reason];
    const cJSON *list = json_get(json, "errors"), *one;
    int n = 0;

    check_keys(s, path, json, known);
    *answer = (struct reason_answer){ .form = word(s, path, json, "form", forms, d->error_form) };
    if (cJSON_GetArraySize(list) < 1 || cJSON_GetArraySize(list) > 2)
        fault(s, path, false, "a reason has one or two errors");
    cJSON_ArrayForEach (one, list) {
        char *at = text_printf("%s.errors[%d]", path, n);
        char *full = text_printf("%s%s", reason_name(reason), n ? "_2" : "");

        if (n < 2)
            answer->error[n] = error_add(s, at, name, full, one);
        n++;
        free(full);
        free(at);
    }
    answer->errors_count = (uint8_t)(n > 2 ? 2 : n);
    answer->http = (uint16_t)json_whole(list ? list->child : NULL, "http", 0);
}

static void read_reasons(const struct source *s, const char *path, const char *name,
                         struct dialect *d, const cJSON *reasons)
{
    const char *names[WHY_COUNT + 1] = { NULL };
    const cJSON *one;

    for (int r = 1; r < WHY_COUNT; r++)
        names[r - 1] = reason_name((enum reason)r);
    check_keys(s, path, reasons, names);
    cJSON_ArrayForEach (one, reasons)
        for (int r = 1; r < WHY_COUNT; r++)
            if (!strcmp(names[r - 1], one->string))
                read_reason(s, path_join(path, one->string), name, d, one, (enum reason)r);
    for (int r = 1; r < WHY_COUNT; r++)
        if (!d->reasons[r].errors_count)
            fault(s, path, true, "no answer for the reason \"%s\"", names[r - 1]);
}

static void read_dialect(const struct source *s, const cJSON *json)
{
    static const char *const known[] = {
        "like",    "success", "list",    "error", "core_headers", "rate_headers", "route_prefix",
        "newline", "why",     "reasons", NULL
    };
    char *path = path_join("dialects", json->string);
    const char *like = json_text(json, "like");
    struct dialect *d = &all[count].dialect;
    uint8_t error_form;

    if (count == DIALECTS_MOST) {
        fault(s, path, true, "more than %d dialects", DIALECTS_MOST);
        return;
    }
    check_keys(s, path, json, known);
    if (like && dialect_find(like) >= 0)
        *d = all[dialect_find(like)].dialect;
    else if (like)
        fault(s, path_join(path, "like"), false, "no dialect of this name stands above");
    all[count].name = json->string;
    d->name = text_add(json->string);
    d->success_form = word(s, path, json, "success", forms, d->success_form);
    d->list_form = word(s, path, json, "list", forms, d->list_form);
    error_form = d->error_form;
    d->error_form = word(s, path, json, "error", forms, d->error_form);
    for (int r = 1; r < WHY_COUNT;
         r++) // inherited answers follow, unless they had a form of their own
        if (d->reasons[r].form == error_form)
            d->reasons[r].form = d->error_form;
    d->rate_headers = word(s, path, json, "rate_headers", rates, d->rate_headers);
    d->core_headers = json_flag(json, "core_headers", d->core_headers);
    d->route_prefix = json_flag(json, "route_prefix", d->route_prefix);
    d->newline = json_flag(json, "newline", d->newline);
    read_reasons(s, path_join(path, "reasons"), json->string, d, json_get(json, "reasons"));
    count++;
}

int dialect_find(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(all[i].name, name))
            return (int)i;
    return -1;
}

int dialect_default(void)
{
    return fallback;
}

void dialects_read(const char *file)
{
    static const char *const known[] = { "default", "dialects", NULL };
    static struct source s;
    const cJSON *one;

    if (!source_open(&s, file))
        return;
    check_keys(&s, "", s.root, known);
    cJSON_ArrayForEach (one, json_get(s.root, "dialects"))
        read_dialect(&s, one);
    if (json_text(s.root, "default"))
        fallback = dialect_find(json_text(s.root, "default"));
    if (fallback < 0)
        fault(&s, "default", false, "names no dialect");
}

void dialects_emit(struct buf *out)
{
    buf_text(out, "const struct dialect spec_dialects[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const struct dialect *d = &all[i].dialect;

        buf_printf(out, "    { .name = %u, .success_form = %u, .list_form = %u, .error_form = %u,",
                   d->name, d->success_form, d->list_form, d->error_form);
        buf_printf(out,
                   " .core_headers = %u, .rate_headers = %u, .route_prefix = %u, .newline = %u,\n",
                   d->core_headers, d->rate_headers, d->route_prefix, d->newline);
        buf_printf(out, "      .reasons = { // %s\n", all[i].name);
        for (int r = 1; r < WHY_COUNT; r++) {
            const struct reason_answer *a = &d->reasons[r];

            buf_printf(out, "        [%d] = { %u, %u, %u, { %u, %u } }, // %s\n", r, a->http,
                       a->form, a->errors_count, a->error[0], a->error[1],
                       reason_name((enum reason)r));
        }
        buf_text(out, "      } },\n");
    }
    buf_printf(out, "};\nconst size_t spec_dialect_count = %zu;\n", count);
}
