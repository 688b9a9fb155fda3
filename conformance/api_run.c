#include "api_run.h"

#include "api_match.h"
#include "common/arena.h"
#include "common/fetch.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELDS_MOST 64
#define BODY_SHOWN 2000 // bytes of an answer in a report
#define TOTAL_MS 20000L

struct run {
    const struct api_mock *mock;
    struct fetch_wire *wire;
    const struct api_case *c;
    const char *sandbox;
    struct arena *arena;
    struct api_names names;
    struct buf report;
};

/* A request that makes or ends the case's world. 0, or -1 with the sentence in the report. */
static int control(struct run *r, const char *method, const char *path, const char *body,
                   struct fetch_response *answer)
{
    static const struct fetch_pair json_headers[] = { { "Content-Type", "application/json" },
                                                      { 0 } };
    struct fetch_request q = { .method = method,
                               .headers = body ? json_headers : NULL,
                               .body = body,
                               .body_len = body ? strlen(body) : 0,
                               .total_ms = TOTAL_MS,
                               .wire = r->wire,
                               .no_proxy = true };
    char *text;

    q.url = arena_printf(r->arena, "%s%s", r->mock->origin, path);
    if (fetch(&q, answer) == 0 && answer->status / 100 == 2)
        return 0;
    text = answer->error == FETCH_OK
               ? arena_printf(r->arena, "status %ld: %.*s", answer->status, BODY_SHOWN,
                              api_names_redact(&r->names, answer->body))
               : arena_strdup(r->arena, answer->error_text);
    buf_printf(&r->report, "%s: %s %s: %s\n", r->c->path, method, path, text);
    return -1;
}

/* scenarios/NAME.jsonc in a folder above the case; NULL if there is none. */
static char *find_scenario(struct run *r)
{
    char full[PATH_MAX];

    if (!realpath(r->c->path, full))
        return NULL;
    for (char *slash = strrchr(full, '/'); slash; slash = strrchr(full, '/')) {
        char *path;

        *slash = '\0';
        path = arena_printf(r->arena, "%s/scenarios/%s.jsonc", full, r->c->scenario);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

/* The text of the scenario to put: "" is the one the server started with. NULL: report says why. */
static const char *scenario_text(struct run *r)
{
    bool is_default = r->c->scenario && strcmp(r->c->scenario, "default") == 0;
    char *text = NULL, *why = NULL, *path, *out;
    cJSON *json = NULL;
    size_t len;

    if (is_default && !r->c->clock)
        return "";
    if (r->c->world) {
        json = cJSON_Duplicate(r->c->world, true);
    } else {
        path = find_scenario(r);
        if (!path)
            why = text_printf("no scenarios/%s.jsonc in a folder above", r->c->scenario);
        else if (file_read(path, &text, &len, &why) == 0)
            json = json_parse_commented(text, len, &why);
    }
    free(text);
    if (!json) {
        buf_printf(&r->report, "%s: scenario %s: %s\n", r->c->path,
                   r->c->scenario ? r->c->scenario : "", why);
        free(why);
        return NULL;
    }
    if (r->c->clock)
        json_put(json, "clock", cJSON_CreateString(r->c->clock));
    text = json_print_dup(json);
    out = arena_strdup(r->arena, text);
    free(text);
    cJSON_Delete(json);
    return out;
}

static int make_world(struct run *r)
{
    struct fetch_response made = { 0 }, shown = { 0 };
    const char *text = scenario_text(r);
    cJSON *snapshot;
    int rc = -1;

    if (!text)
        return -1;
    if (control(r, "PUT", arena_printf(r->arena, "/_mockflare/sandboxes/%s", r->sandbox), text,
                &made) != 0)
        goto done;
    if (control(r, "GET",
                arena_printf(r->arena, "/sandbox/%s/_mockflare/scenario?secrets=true", r->sandbox),
                NULL, &shown) != 0)
        goto done;
    snapshot = json_parse(r->arena, shown.body, shown.body_len);
    if (!snapshot) {
        buf_printf(&r->report, "%s: the sandbox's scenario is no JSON\n", r->c->path);
        goto done;
    }
    api_names_take_world(&r->names, snapshot);
    api_names_set(&r->names, "sandbox", r->sandbox, false);
    api_names_set(&r->names, "origin", r->mock->origin, false);
    rc = 0;
done:
    fetch_response_release(&made);
    fetch_response_release(&shown);
    return rc;
}

static void drop_world(struct run *r)
{
    struct fetch_response gone = { 0 };

    control(r, "DELETE", arena_printf(r->arena, "/_mockflare/sandboxes/%s", r->sandbox), NULL,
            &gone);
    fetch_response_release(&gone);
}

static bool has_field(const struct api_step *s, const char *name)
{
    for (size_t i = 0; i < s->headers.count; i++)
        if (text_same_nocase(s->headers.items[i].name, name))
            return true;
    return false;
}

/* A header whose value is written with names. -1: an unknown one. */
static int put_field(struct run *r, struct fetch_pair *pairs, size_t *count, const char *name,
                     const char *value, char **why)
{
    const char *text = api_names_expand(&r->names, value, false, why);

    if (!text)
        return -1;
    if (*count + 1 < FIELDS_MOST)
        pairs[(*count)++] = (struct fetch_pair){ name, text };
    pairs[*count] = (struct fetch_pair){ 0 };
    return 0;
}

static int request_fields(struct run *r, const struct api_step *s, struct fetch_pair *pairs,
                          char **why)
{
    size_t count = 0;
    int rc = 0;

    if (s->as == API_AS_TOKEN)
        rc = put_field(r, pairs, &count, "Authorization",
                       arena_printf(r->arena, "Bearer %s", s->as_text), why);
    if (s->as == API_AS_KEY)
        rc = put_field(r, pairs, &count, "X-Auth-Email", "{email}", why) != 0 ||
                     put_field(r, pairs, &count, "X-Auth-Key", "{key}", why) != 0
                 ? -1
                 : 0;
    if (rc == 0 && s->body && !has_field(s, "Content-Type"))
        rc = put_field(r, pairs, &count, "Content-Type", "application/json", why);
    for (size_t i = 0; rc == 0 && i < s->headers.count; i++)
        rc = put_field(r, pairs, &count, s->headers.items[i].name, s->headers.items[i].value, why);
    return rc;
}

/* Sends the step's request. -1 and *why: the case itself is wrong. */
static int send_step(struct run *r, const struct api_step *s, struct fetch_response *answer,
                     char **why)
{
    struct fetch_pair pairs[FIELDS_MOST] = { 0 };
    struct fetch_request q = {
        .method = s->method, .headers = pairs, .total_ms = TOTAL_MS, .no_proxy = true
    };
    const char *path = api_names_expand(&r->names, s->path, false, why);
    const char *body = NULL;

    if (!path || request_fields(r, s, pairs, why) != 0)
        return -1;
    if (s->body) {
        body = api_names_expand(&r->names, s->body, strchr(s->body, '"') != NULL, why);
        if (!body)
            return -1;
    }
    q.url = path[0] == '@'
                ? arena_printf(r->arena, "%s%s", r->mock->origin, path + 1)
                : arena_printf(r->arena, "%s/sandbox/%s%s", r->mock->origin, r->sandbox, path);
    q.body = body;
    q.body_len = body ? strlen(body) : 0;
    // libcurl tries again on a kept connection that breaks: a fault would be met twice
    q.wire = s->broken ? NULL : r->wire;
    fetch(&q, answer);
    return 0;
}

static void check_fields(struct api_match *m, const struct api_step *s,
                         const struct fetch_response *answer)
{
    for (size_t i = 0; i < s->expect.count; i++) {
        const struct api_field *f = &s->expect.items[i];
        const char *got = fetch_header(answer, f->name);
        bool met = false;
        struct api_match quiet = *m;

        if (!f->value) {
            if (got && ++m->differences)
                buf_printf(m->report, "header %s: expected to be absent, got %s\n", f->name, got);
            continue;
        }
        quiet.report = NULL;
        for (size_t j = 0; j < answer->headers_count && !met; j++)
            met = text_same_nocase(answer->headers[j].name, f->name) &&
                  api_match_text(&quiet, f->name, f->value, answer->headers[j].value);
        if (!met)
            api_match_text(m, arena_printf(m->names->arena, "header %s", f->name), f->value, got);
    }
}

static void check_json(struct api_match *m, const struct api_step *s,
                       const struct fetch_response *answer)
{
    cJSON *got = json_parse(m->names->arena, answer->body, answer->body_len);

    if (got) {
        api_match_json(m, s->pattern, got);
    } else {
        m->differences++;
        buf_text(m->report, "body: expected JSON, got none\n");
    }
}

static void check_part(struct api_match *m, const struct api_part *part, const char *got)
{
    struct api_match quiet = *m;

    if (!part->absent) {
        api_match_part(m, "body", part->text, got);
        return;
    }
    quiet.report = NULL;
    if (api_match_part(&quiet, "body", part->text, got) && ++m->differences)
        buf_printf(m->report, "body: holds %s, which must not stand there\n", part->text);
}

static void check_body(struct api_match *m, const struct api_step *s,
                       const struct fetch_response *answer)
{
    switch (s->form) {
    case API_ANY:
        break;
    case API_EMPTY:
        if (answer->body_len && ++m->differences)
            buf_printf(m->report, "body: expected none, got %zu bytes\n", answer->body_len);
        break;
    case API_JSON:
        check_json(m, s, answer);
        break;
    case API_BYTES:
        api_match_text(m, "body", s->text, answer->body);
        break;
    case API_PARTS:
        for (size_t i = 0; i < s->parts_count; i++)
            check_part(m, &s->parts[i], answer->body);
    }
}

/* true: the answer is as the step says; else the report holds the differences. */
static bool check_answer(struct run *r, const struct api_step *s,
                         const struct fetch_response *answer)
{
    struct api_match m;

    api_match_init(&m, &r->names, &r->report);
    if (s->broken != (answer->error != FETCH_OK)) {
        buf_printf(&r->report, "expected %s, got %s\n", s->broken ? "a broken answer" : "an answer",
                   s->broken ? "a whole one" : answer->error_text);
        return false;
    }
    if (s->at_least_ms && answer->elapsed_us < s->at_least_ms * 1000 && ++m.differences)
        buf_printf(&r->report, "time: expected at least %ld ms, got %lld ms\n", s->at_least_ms,
                   (long long)(answer->elapsed_us / 1000));
    if (!s->broken) {
        if (s->status != (s->status < 10 ? answer->status / 100 : answer->status) &&
            ++m.differences)
            buf_printf(&r->report, "status: expected %d%s, got %ld\n", s->status,
                       s->status < 10 ? "xx" : "", answer->status);
        check_fields(&m, s, answer);
        check_body(&m, s, answer);
    }
    return m.differences == 0;
}

/* What was asked and what came, behind the differences. */
static void show_exchange(struct run *r, const struct api_step *s,
                          const struct fetch_response *answer)
{
    const char *got = api_names_redact(&r->names, answer->body); // before it is cut

    buf_printf(&r->report, "request: %s %s%s%s\n", s->method, s->path, s->as_text ? " as " : "",
               s->as_text ? s->as_text : "");
    for (size_t i = 0; i < s->headers.count; i++)
        buf_printf(&r->report, "  %s: %s\n", s->headers.items[i].name, s->headers.items[i].value);
    if (s->body)
        buf_printf(&r->report, "  %.*s\n", BODY_SHOWN, s->body);
    buf_printf(&r->report, "answer: %ld %.*s%s\n", answer->status, BODY_SHOWN, got,
               strlen(got) > BODY_SHOWN ? "…" : "");
}

static enum api_verdict run_step(struct run *r, const struct api_step *s)
{
    struct fetch_response answer = { 0 };
    enum api_verdict verdict = API_PASS;
    char *why = NULL;

    if (send_step(r, s, &answer, &why) != 0) {
        buf_printf(&r->report, "%s:%u: %s\n", r->c->path, s->line, why);
        free(why);
        return API_ERROR;
    }
    if (!check_answer(r, s, &answer)) {
        char *differences = buf_take(&r->report);

        buf_printf(&r->report, "%s:%u: the answer differs\n%s", r->c->path, s->answer_line,
                   differences);
        free(differences);
        show_exchange(r, s, &answer);
        verdict = API_FAIL;
    }
    fetch_response_release(&answer);
    return verdict;
}

static enum api_verdict run_steps(struct run *r)
{
    enum api_verdict verdict = API_PASS;

    for (size_t i = 0; i < r->c->steps_count && verdict == API_PASS; i++)
        for (unsigned t = 0; t < r->c->steps[i].times && verdict == API_PASS; t++)
            verdict = run_step(r, &r->c->steps[i]);
    return verdict;
}

void api_run(const struct api_mock *m, struct fetch_wire *wire, const struct api_case *c,
             const char *sandbox, struct api_result *out)
{
    struct run r = { .mock = m, .wire = wire, .c = c, .sandbox = sandbox, .arena = arena_new() };
    int64_t began = stamp_monotonic();

    buf_init(&r.report);
    api_names_init(&r.names, r.arena);
    out->verdict = make_world(&r) == 0 ? run_steps(&r) : API_ERROR;
    out->report = out->verdict == API_PASS
                      ? NULL
                      : xstrdup(api_names_redact(&r.names, r.report.at ? r.report.at : ""));
    drop_world(&r);
    out->took_us = stamp_monotonic() - began;
    buf_release(&r.report);
    arena_free(r.arena);
}

void api_result_release(struct api_result *r)
{
    free(r->report);
    *r = (struct api_result){ 0 };
}
