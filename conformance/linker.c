#include "linker.h"

#include "case.h"
#include "common/buf.h"
#include "common/cli.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "describe.h"
#include "locate.h"
#include "mockctl.h"
#include "place.h"
#include "random.h"
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_DEFAULT 8 // most of a case's time is waiting
#define JOBS_MOST 64
#define RANDOM_MOST 1000000

enum { EXIT_ALL_RIGHT, EXIT_FAILED, EXIT_USAGE, EXIT_HARNESS };

struct options {
    const char *profile, *waivers, *features, *stdout_form, *mock, *cases, *seed;
    struct cli_list globs, reports;
    bool list, token_in_argv, compat_env, intercept;
    long jobs, random;
};

#define AT(field) offsetof(struct options, field)
static const struct cli_option linker_cli[] = {
    { 0, "profile", "NAME", "core-1 or strict-1 (default core-1)", CLI_TEXT, AT(profile) },
    { 0, "case", "GLOB", "only cases whose id matches; may be given again", CLI_LIST, AT(globs) },
    { 0, "list", NULL, "print the cases (random worlds whole) and end", CLI_FLAG, AT(list) },
    { 0, "waivers", "FILE", "known failures, one a line: case[:check]  reason  link", CLI_TEXT,
      AT(waivers) },
    { 0, "features", "LIST", "what the linker has: auto_type,permissions,state,tls", CLI_TEXT,
      AT(features) },
    { 0, "jobs", "N", "cases at the same time (default 8)", CLI_NUMBER, AT(jobs) },
    { 0, "random", "N", "N random worlds instead of the cases", CLI_NUMBER, AT(random) },
    { 0, "seed", "S", "seed of the first random world", CLI_TEXT, AT(seed) },
    { 0, "report", "FORM", "text, tap or json, each with =FILE; may be given again", CLI_LIST,
      AT(reports) },
    { 0, "stdout", "last-line", "the result is the last line of standard output", CLI_TEXT,
      AT(stdout_form) },
    { 0, "allow-token-in-argv", NULL, "allow the placeholder {token}", CLI_FLAG,
      AT(token_in_argv) },
    { 0, "compat-env", NULL, "also set CLOUDFLARE_API_TOKEN and its like", CLI_FLAG,
      AT(compat_env) },
    { 0, "intercept", NULL,
      "by a proxy, for linkers with a fixed host: HTTPS_PROXY answers for api.cloudflare.com",
      CLI_FLAG, AT(intercept) },
    { 0, "mock", "PATH", "the mockflare to use (default: beside this program, else in PATH)",
      CLI_TEXT, AT(mock) },
    { 0, "cases", "DIR", "other cases; all of them are scored", CLI_TEXT, AT(cases) },
    { 0 },
};
static const struct cli_command linker_command = {
    .program = "mockflare-conform",
    .name = "linker",
    .usage = "[options] -- COMMAND [ARG…]",
    .about =
        "Runs COMMAND once for each case with the case's inputs in its environment, and judges "
        "its\n"
        "verdict, its traffic and what it leaks (docs/linker-protocol.md). In ARGs these are "
        "filled in:\n"
        "{base_url} {account_id} {token_type} {ca_file} {token_file} {state_file} {required}\n"
        "Exit: 0 all right, 1 a case failed or a waiver is stale, 2 usage, 3 the harness failed.",
    .options = linker_cli,
};

struct work { // what one call of the program holds
    struct options o;
    struct suite suite;
    struct session session;
    struct case_list cases, random; // own the cases
    uint64_t seed;
    char seed_text[24];
    char *data, *cases_dir, *replay;
    char *why;
};

static void interrupted(int signal)
{
    (void)signal;
    spawn_stop();
}

static void listen_to_signals(void)
{
    struct sigaction stop = { .sa_handler = interrupted }, ignore = { .sa_handler = SIG_IGN };

    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL); // a closed pipe must not leave things behind
}

static int say(struct work *w, int code)
{
    fprintf(stderr, "mockflare-conform linker: %s\n", w->why);
    return code;
}

static bool report_known(const char *spec)
{
    static const char *const forms[] = { "text", "tap", "json" };

    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (text_starts(spec, forms[i]) &&
            (!spec[strlen(forms[i])] || spec[strlen(forms[i])] == '='))
            return !text_ends(spec, "=");
    return false;
}

/* What cannot be right, whatever the cases are. NULL: nothing. */
static char *wrong_options(const struct options *o, const struct cli_rest *rest)
{
    for (size_t i = 0; i < o->reports.count; i++)
        if (!report_known(o->reports.items[i]))
            return text_printf("--report takes text, tap or json, each with =FILE, not \"%s\"",
                               o->reports.items[i]);
    if (rest->words_count)
        return text_printf("unexpected word \"%s\"; the linker's command comes behind --",
                           rest->words[0]);
    if (o->stdout_form && strcmp(o->stdout_form, "last-line") != 0)
        return text_printf("--stdout takes last-line, not \"%s\"", o->stdout_form);
    if (strcmp(o->profile, "core-1") != 0 && strcmp(o->profile, "strict-1") != 0)
        return text_printf("there is no profile \"%s\"; there are core-1 and strict-1", o->profile);
    if (o->jobs < 1 || o->jobs > JOBS_MOST)
        return text_printf("--jobs takes 1 to %d", JOBS_MOST);
    if (o->random > RANDOM_MOST)
        return text_printf("--random takes at most %d", RANDOM_MOST);
    if (o->seed && (!*o->seed || strspn(o->seed, "0123456789") != strlen(o->seed)))
        return text_printf("--seed takes a whole number, not \"%s\"", o->seed);
    if (!o->list && rest->command_count == 0)
        return text_printf("needs the linker's command: -- COMMAND [ARG…]");
    if (!o->list && !o->token_in_argv && inputs_use(rest->command, "{token}"))
        return text_printf(
            "{token} puts the token among the arguments, where every user of the machine "
            "can read it; --allow-token-in-argv allows it");
    return NULL;
}

static bool case_known(const char *id, const void *with)
{
    const struct case_list *l = with;

    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->items[i]->id, id) == 0)
            return true;
    return false;
}

static bool chosen(const struct options *o, const char *id)
{
    for (size_t i = 0; i < o->globs.count; i++)
        if (text_glob(o->globs.items[i], id))
            return true;
    return o->globs.count == 0;
}

static void choose(struct work *w, const struct case_list *from)
{
    w->session.cases = xcalloc(from->count + 1, sizeof *w->session.cases);
    for (size_t i = 0; i < from->count; i++)
        if (w->o.random || chosen(&w->o, from->items[i]->id))
            w->session.cases[w->session.count++] = from->items[i];
}

static int refuse_globs(struct work *w)
{
    const char **ids = xcalloc(w->cases.count + 1, sizeof *ids), *near;

    for (size_t i = 0; i < w->cases.count; i++)
        ids[i] = w->cases.items[i]->id;
    near = text_nearest(w->o.globs.items[0], ids);
    w->why = text_printf("no case matches %s%s%s", w->o.globs.items[0], near ? "; nearest: " : "",
                         near ? near : "");
    free(ids);
    return -1;
}

static void make_worlds(struct work *w)
{
    w->seed = w->o.seed ? strtoull(w->o.seed, NULL, 10) : rng_seed_from_system() % 1000000000;
    snprintf(w->seed_text, sizeof w->seed_text, "%llu", (unsigned long long)w->seed);
    w->random.items = xcalloc((size_t)w->o.random, sizeof *w->random.items);
    while (w->random.count < (size_t)w->o.random) {
        w->random.items[w->random.count] = random_case(w->seed + w->random.count);
        w->random.count++;
    }
}

static int read_waivers(struct work *w)
{
    char *text = NULL;
    size_t len;
    int rc;

    if (!w->o.waivers)
        return 0;
    rc = file_read(w->o.waivers, &text, &len, &w->why);
    if (rc == 0)
        rc = waivers_parse(w->o.waivers, text, case_known, &w->cases, &w->suite.waivers, &w->why);
    free(text);
    return rc;
}

/* Cases, profile, waivers. 0, or -1 and w->why: the caller's mistake. */
static int read_files(struct work *w)
{
    char *profiles;
    int rc;

    w->data = locate_data_dup();
    w->cases_dir = w->o.cases ? xstrdup(w->o.cases) : text_printf("%s/cases/linker", w->data);
    profiles = text_printf("%s/profiles", w->data);
    rc = cases_load(w->cases_dir, &w->cases, &w->why);
    if (rc == 0)
        rc = profile_load(profiles, w->o.profile, &w->suite.profile, &w->why);
    free(profiles);
    if (rc == 0)
        rc = read_waivers(w);
    if (rc != 0)
        return -1;
    w->suite.score_all = w->o.cases != NULL;
    if (w->o.random)
        make_worlds(w);
    choose(w, w->o.random ? &w->random : &w->cases);
    return w->session.count ? 0 : refuse_globs(w);
}

/* A random world has no file: the whole case is shown, ready to become one. */
static void print_worlds(const struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        char *text = json_pretty_dup(s->cases[i]->json);

        puts(text);
        free(text);
    }
}

static void print_list(const struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct test_case *c = s->cases[i];
        const cJSON *ref;

        printf("%s\t%s\t%s\t", c->id, c->must ? "MUST" : "SHOULD", c->title);
        cJSON_ArrayForEach (ref, c->refs) {
            printf("%s%s", ref == c->refs->child ? "" : "; ", ref->valuestring);
        }
        putchar('\n');
    }
}

/* The options that decide what a run does, for the command that repeats it. */
static char *replay_options_dup(const struct options *o)
{
    struct buf b;

    buf_init(&b);
    buf_text(&b, "");
    if (o->features)
        buf_printf(&b, " --features %s", o->features);
    if (o->mock)
        buf_printf(&b, " --mock '%s'", o->mock);
    if (o->cases)
        buf_printf(&b, " --cases '%s'", o->cases);
    buf_printf(&b, "%s%s%s%s", o->stdout_form ? " --stdout=last-line" : "",
               o->token_in_argv ? " --allow-token-in-argv" : "",
               o->compat_env ? " --compat-env" : "", o->intercept ? " --intercept" : "");
    return buf_take(&b);
}

static int take_command(struct work *w, const struct cli_rest *rest)
{
    struct suite *s = &w->suite;

    s->command = xcalloc(rest->command_count + 1, sizeof *s->command);
    for (size_t i = 0; i < rest->command_count; i++)
        s->command[s->command_count++] = locate_word_dup(rest->command[i]);
    s->token_in_argv = w->o.token_in_argv;
    s->compat_env = w->o.compat_env;
    s->intercept = w->o.intercept;
    s->last_line = w->o.stdout_form != NULL;
    w->replay = replay_options_dup(&w->o);
    s->replay = w->replay;
    s->folder =
        text_printf("%s/mockflare-conform-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (mkdtemp(s->folder))
        return 0;
    w->why = text_printf("cannot make %s: %s", s->folder, strerror(errno));
    free(s->folder);
    s->folder = NULL;
    return -1;
}

static int start_mock(struct work *w)
{
    char *program = locate_mock_dup(w->o.mock);
    cJSON *coverage = NULL;

    w->suite.mock = mock_start(program, w->suite.folder, &w->why);
    free(program);
    if (!w->suite.mock ||
        mock_ask(w->suite.mock, NULL, NULL, "GET", "/coverage", NULL, &coverage, &w->why) != 0 ||
        mock_ask(w->suite.mock, NULL, NULL, "GET", "/health", NULL, &w->suite.health, &w->why) !=
            0) {
        cJSON_Delete(coverage);
        return -1;
    }
    operations_take(&w->suite.operations, coverage);
    return 0;
}

static bool prints_text(const struct options *o)
{
    for (size_t i = 0; i < o->reports.count; i++)
        if (!strchr(o->reports.items[i], '='))
            return strcmp(o->reports.items[i], "text") == 0;
    return true; // nothing else goes to standard output
}

static int write_reports(struct work *w)
{
    bool named = false;

    for (size_t i = 0; i < w->o.reports.count; i++) {
        named = named || strcmp(w->o.reports.items[i], "text") == 0;
        if (session_report(&w->session, w->o.reports.items[i], &w->why) != 0)
            return -1;
    }
    return w->session.live && !named ? session_report(&w->session, "text", &w->why) : 0;
}

static int run(struct work *w, const struct cli_rest *rest)
{
    struct session *s = &w->session;

    spawn_setup();
    if (take_command(w, rest) != 0 || start_mock(w) != 0 || describe_ask(&w->suite, &w->why) != 0)
        return say(w, EXIT_HARNESS);
    if (describe_features(&w->suite, w->o.features, &w->why) != 0)
        return say(w, EXIT_USAGE);
    s->suite = &w->suite;
    s->jobs = (size_t)w->o.jobs;
    s->random = w->o.random != 0;
    s->seed = w->seed_text;
    s->live = prints_text(&w->o) ? stdout : NULL;
    session_run(s);
    if (write_reports(w) != 0)
        return say(w, EXIT_HARNESS);
    return session_exit(s);
}

static void release(struct work *w)
{
    struct suite *s = &w->suite;

    session_release(&w->session);
    mock_stop(s->mock);
    if (s->folder)
        folder_remove(s->folder);
    free(s->folder);
    words_free(s->command);
    free(s->features);
    profile_release(&s->profile);
    waivers_release(&s->waivers);
    operations_release(&s->operations);
    cJSON_Delete(s->described);
    cJSON_Delete(s->health);
    free(w->session.cases);
    case_list_release(&w->cases);
    case_list_release(&w->random);
    free(w->o.globs.items);
    free(w->o.reports.items);
    free(w->data);
    free(w->cases_dir);
    free(w->replay);
    free(w->why);
}

int linker_main(int argc, char **argv)
{
    struct work w = { .o = { .profile = "core-1", .jobs = JOBS_DEFAULT } };
    struct cli_rest rest;
    int code = EXIT_ALL_RIGHT;

    if (cli_parse(&linker_command, argc, argv, &w.o, &rest, &w.why) != 0) {
        code = say(&w, EXIT_USAGE);
    } else if (rest.help) {
        cli_help(stdout, &linker_command);
    } else if (rest.version) {
        printf("mockflare-conform %s\n", MF_VERSION);
    } else if ((w.why = wrong_options(&w.o, &rest)) != NULL || read_files(&w) != 0) {
        code = say(&w, EXIT_USAGE);
    } else if (w.o.list) {
        (w.o.random ? print_worlds : print_list)(&w.session);
    } else {
        listen_to_signals();
        code = run(&w, &rest);
    }
    cli_rest_release(&rest);
    release(&w);
    return code;
}
