/* One case, from its sandbox to its findings. */
#include "suite.h"

#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "https.h"
#include "judge.h"
#include "mockctl.h"
#include "sink.h"
#include "stage.h"

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE_MS 30000
#define STDERR_KEPT ((size_t)1 << 20)
#define SHOWN 2000  // characters of output that a report keeps
#define SETTLE_MS 3 // a request's entry is written just after its answer is sent

static int take_token(struct stage *s, struct evidence *e, char **why)
{
    const cJSON *run = e->step->run;
    const char *name = json_text(run, "token"), *value = json_text(run, "token_value");
    const char *wrap = json_text(run, "wrap"), *hole = wrap ? strstr(wrap, "%s") : NULL;
    const cJSON *world = json_flag(run, "old_value", false) ? s->first : s->now, *token;

    token = name ? stage_find(json_get(world, "tokens"), "name", name)
                 : stage_find(json_get(world, "tokens"), "value", value);
    if (!token && name) // deleted since: what the linker has is what it had
        token = stage_find(json_get(s->first, "tokens"), "name", name);
    if (name)
        value = json_text(token, "value");
    if (!value) {
        *why = text_printf("the world has no token \"%s\" with a value", name);
        return -1;
    }
    e->token =
        hole ? text_printf("%.*s%s%s", (int)(hole - wrap), wrap, value, hole + 2) : xstrdup(value);
    e->kind = json_text(token, "kind");
    e->value = xstrdup(value);
    leak_init(&e->leak, value);
    return 0;
}

/* The 32 hex digits in what the user pasted, lower case; "" if it holds none. */
static char *hex32_in_dup(const char *pasted)
{
    for (const char *at = pasted; *at; at++) {
        size_t n = strspn(at, "0123456789abcdefABCDEF");

        if (n == 32) {
            char *id = xstrndup(at, 32);

            text_lower(id);
            return id;
        }
        at += n ? n - 1 : 0;
    }
    return xstrdup("");
}

static int take_account(struct stage *s, struct evidence *e, char **why)
{
    const cJSON *run = e->step->run;
    const char *name = json_text(run, "account"), *id = json_text(run, "account_id");
    const char *right = json_text(e->step->expect, "account");

    if (name)
        id = stage_account(s, name);
    if (!id || (right && !stage_account(s, right))) {
        *why = text_printf("the world has no account \"%s\"", id ? right : name);
        return -1;
    }
    e->account = xstrdup(id);
    e->account_right = hex32_in_dup(right ? stage_account(s, right) : id);
    return 0;
}

static char *join_names(const cJSON *list)
{
    const cJSON *item;
    struct buf out;

    if (!list)
        return NULL;
    buf_init(&out);
    cJSON_ArrayForEach (item, list) {
        buf_printf(&out, "%s%s", out.len ? "," : "", item->valuestring);
    }
    return buf_take(&out);
}

/* The base URL of the step, and the listener behind it if it is not the mock: with --intercept,
 * that is the proxy. */
static char *take_base(struct stage *s, const struct evidence *e, struct sink **behind,
                       struct https *h, char **why)
{
    const char *base = json_text(e->step->run, "base_url");

    if (!base && https_wanted(s, e->step))
        return https_open(s, e->step, h, why);
    if (!base)
        return text_printf("%s/sandbox/%s/client/v4", mock_origin(s->suite->mock), s->sandbox);
    if (strcmp(base, "dns") == 0)
        return s->suite->intercept ? https_behind(s, h, "http://unknown.invalid:8080", why)
                                   : xstrdup("http://unknown.invalid/client/v4");
    *behind = sink_new(strcmp(base, "hang") == 0      ? SINK_HANG
                       : strcmp(base, "garbage") == 0 ? SINK_GARBAGE
                                                      : SINK_CLOSED,
                       why);
    if (*behind && s->suite->intercept)
        return https_behind(s, h, sink_origin(*behind), why);
    return *behind ? text_printf("%s/client/v4", sink_origin(*behind)) : NULL;
}

static bool wrong_certificate(const struct step *step)
{
    const char *tls = json_text(step->run, "tls");

    return tls && strcmp(tls, "ok") != 0;
}

static int ask_truth(struct stage *s, struct evidence *e, char **why)
{
    cJSON *body;
    int rc;

    if ((!e->required && !json_flag(e->step->expect, "by_truth", false)) || !*e->account_right ||
        json_text(e->step->run, "base_url") || wrong_certificate(e->step))
        return 0;
    body = json_object(
        J_TEXT("token_value", e->value), J_TEXT("account_id", e->account_right),
        J_TREE("required", e->required ? cJSON_Duplicate(e->required, true) : cJSON_CreateArray()));
    rc = stage_ask(s, "POST", "/truth", body, &e->truth, why);
    cJSON_Delete(body);
    return rc;
}

static int watch_leaks(struct stage *s, const struct evidence *e, char **why)
{
    cJSON *body = json_object(
        J_TREE("strings", json_list_of((const char *const *)e->leak.forms, e->leak.count)));
    int rc = stage_ask(s, "PUT", "/journal/watch", body, NULL, why);

    cJSON_Delete(body);
    return rc;
}

/* Starts the linker with the step's inputs and waits for it. */
static int run_linker(struct stage *s, struct evidence *e, const char *base, const struct https *h,
                      char **why)
{
    const cJSON *run = e->step->run;
    char mark[33];
    struct inputs in = { .run = mark,
                         .base_url = base,
                         .ca_file = h->ca_file,
                         .proxy = h->proxy,
                         .home = s->place.home,
                         .tmp = s->place.tmp,
                         .state_file = s->place.state,
                         .token_file = s->place.token,
                         .token = e->token,
                         .account = e->account,
                         .token_type = e->declared,
                         .required = join_names(e->required),
                         .verbose = json_flag(run, "verbose", false),
                         .deadline_ms = (long)json_whole(run, "deadline_ms", DEADLINE_MS) };
    char **argv, **env;
    struct spawn_plan plan;

    rng_hex(&s->worker->rng, mark, 32);
    if (file_write(s->place.token, e->token, strlen(e->token), 0600, why) != 0) {
        free(in.required);
        return -1;
    }
    argv = inputs_argv(s->suite, &in);
    env = inputs_env(s->suite, &in);
    plan = (struct spawn_plan){ .argv = argv,
                                .env = env,
                                .cwd = s->place.home,
                                .run = mark,
                                .deadline_ms = in.deadline_ms,
                                .out_most = RESULT_MOST + 1,
                                .err_most = STDERR_KEPT };
    spawn_run(&plan, &e->process);
    words_free(argv);
    words_free(env);
    free(in.required);
    if (!e->process.why && !e->process.stopped)
        return 0;
    *why = e->process.why ? xstrdup(e->process.why) : text_printf("interrupted");
    return -1;
}

/* What the step left in the journal. */
static int take_traffic(struct stage *s, struct evidence *e, int64_t after, char **why)
{
    char *path = text_printf("/journal?after=%lld", (long long)after);
    cJSON *answer = NULL;
    int rc;

    poll(NULL, 0, SETTLE_MS);
    rc = stage_ask(s, "GET", path, NULL, &answer, why);
    if (rc == 0)
        evidence_take_journal(e, answer);
    free(path);
    return rc;
}

/* The number of the newest entry, so that the step's own can be told apart. */
static int journal_mark(struct stage *s, int64_t *mark, char **why)
{
    cJSON *answer = NULL;
    int rc = stage_ask(s, "GET", "/journal?limit=1", NULL, &answer, why);

    *mark = json_whole(answer, "last", 0);
    cJSON_Delete(answer);
    return rc;
}

static void take_features(const struct suite *s, struct evidence *e)
{
    e->exact = s->profile.exact;
    e->permissions = s->permissions;
    e->state = s->state;
    e->last_line = s->last_line;
    e->token_in_argv = s->token_in_argv && inputs_use(s->command, "{token}");
    e->operations = &s->operations;
    e->declared = json_text(e->step->run, "token_type");
    e->required = json_get(e->step->run, "required");
}

/* Collects everything about one step. */
static int observe(struct stage *s, struct evidence *e, char **why)
{
    const cJSON *change = json_get(e->step->run, "change");
    struct sink *behind = NULL;
    struct https https = { 0 };
    char *base = NULL;
    size_t strangers = s->foreign ? sink_count(s->foreign) : 0;
    int64_t mark;
    int rc = -1;

    take_features(s->suite, e);
    if ((change && stage_change(s, change, why) != 0) || place_empty_home(&s->place, why) != 0 ||
        take_token(s, e, why) != 0 || take_account(s, e, why) != 0 || ask_truth(s, e, why) != 0 ||
        watch_leaks(s, e, why) != 0 || journal_mark(s, &mark, why) != 0)
        goto done;
    base = take_base(s, e, &behind, &https, why);
    if (!base)
        goto done;
    e->faults = s->faults;
    place_state(&s->place, &e->leak, &e->before);
    if (run_linker(s, e, base, &https, why) != 0 || take_traffic(s, e, mark, why) != 0 ||
        https_connections(s, &https, &e->connections, why) != 0)
        goto done;
    e->tls = https.used;
    e->wrong_certificate = https.wrong;
    place_state(&s->place, &e->leak, &e->after);
    e->leaked_file = place_leak_dup(&s->place, &e->leak);
    result_read(e->process.out,
                e->process.out_total > RESULT_MOST ? RESULT_MOST + 1 : e->process.out_len,
                e->last_line, &e->result);
    if (behind)
        e->base = sink_hits_dup(behind, 0, &e->base_count);
    if (s->foreign)
        e->foreign = sink_hits_dup(s->foreign, strangers, &e->foreign_count);
    rc = 0;
done:
    https_close(s, &https);
    sink_free(behind);
    free(base);
    return rc;
}

/* Output for a report: secrets hidden, control characters gone, cut. */
static char *shown_dup(const struct leak *leak, const char *text)
{
    char *hidden = leak_hide_dup(leak, text ? text : "");
    size_t len = strlen(hidden);

    if (len > SHOWN)
        strcpy(hidden + SHOWN - 4, " ...");
    for (char *at = hidden; *at; at++)
        if (iscntrl((unsigned char)*at) && *at != '\n')
            *at = ' ';
    return hidden;
}

static void keep(struct step_outcome *o, struct evidence *e)
{
    o->exit_code = e->process.exit_code;
    o->signal = e->process.signal;
    o->elapsed_ms = e->process.elapsed_ms;
    o->said = shown_dup(&e->leak, e->process.out);
    o->murmured = shown_dup(&e->leak, e->process.err);
    o->journal = e->journal;
    e->journal = NULL;
}

/* One step. -1 and *why: the harness, or the linker's own use, went wrong. */
static int run_step(struct stage *s, const struct step *step, struct step_outcome *o, char **why)
{
    struct evidence e = { .c = s->c, .step = step };
    int rc = observe(s, &e, why);

    if (rc == 0) {
        judge(&e, &o->findings);
        o->expected = judge_expected(&e);
        keep(o, &e);
        if (o->exit_code == 2) {
            *why = text_printf("the linker says that it was called wrongly (exit 2): %.200s",
                               *o->murmured ? o->murmured : o->said);
            rc = -1;
        }
    }
    evidence_release(&e);
    return rc;
}

static bool has_feature(const struct suite *s, const char *name)
{
    for (size_t i = 0; i < s->features_count; i++)
        if (strcmp(s->features[i], name) == 0)
            return true;
    return false;
}

/* The feature that the case needs and the linker lacks; NULL: none. */
static const char *lacked_feature(const struct suite *s, const struct test_case *c)
{
    const cJSON *feature;

    if (c->auto_type && !has_feature(s, "auto_type"))
        return "auto_type";
    for (size_t i = 0; i < c->steps_count; i++)
        if (json_get(c->steps[i].run, "tls") && !has_feature(s, "tls"))
            return "tls";
    cJSON_ArrayForEach (feature, c->features) {
        if (!has_feature(s, feature->valuestring))
            return feature->valuestring;
    }
    return NULL;
}

void case_run(const struct suite *s, struct worker *w, const struct test_case *c, struct outcome *o)
{
    struct stage stage = { .suite = s, .worker = w, .c = c };
    const char *lacked = lacked_feature(s, c);
    int64_t begun = stamp_monotonic();
    char *why = NULL;

    *o = (struct outcome){ .c = c,
                           .scored =
                               !c->path || s->score_all || profile_scores(&s->profile, c->id) };
    if (lacked) {
        o->status = STATUS_SKIP;
        o->why = text_printf("needs the feature %s", lacked);
        return;
    }
    o->steps = xcalloc(c->steps_count, sizeof *o->steps);
    if (stage_open(&stage, &why) == 0)
        while (!why && o->steps_count < c->steps_count) {
            run_step(&stage, &c->steps[o->steps_count], &o->steps[o->steps_count], &why);
            o->steps_count++;
        }
    stage_close(&stage);
    o->elapsed_ms = (stamp_monotonic() - begun) / 1000;
    if (why) {
        o->status = STATUS_ERROR;
        o->why = why;
    }
}
