#include "api_main.h"

#include "api_list.h"
#include "common/cli.h"
#include "common/fetch.h"
#include "common/mem.h"
#include "common/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_DEFAULT 4
#define JOBS_MOST 64

enum { EXIT_RIGHT, EXIT_FAILED, EXIT_USAGE, EXIT_HARNESS };

struct options {
    const char *mock, *base_url, *glob;
    long jobs;
    bool list;
    struct cli_list reports;
};

#define AT(field) offsetof(struct options, field)

static const struct cli_option rows[] = {
    { 0, "mock", "PATH", "the mock to start (default: beside this program, or in PATH)", CLI_TEXT,
      AT(mock) },
    { 0, "base-url", "URL", "run against this mock, whose control API is beside it", CLI_TEXT,
      AT(base_url) },
    { 0, "case", "GLOB", "only these cases: auth/*, 03-unknown-token, **", CLI_TEXT, AT(glob) },
    { 'j', "jobs", "N", "so many cases at a time (default 4)", CLI_NUMBER, AT(jobs) },
    { 0, "list", NULL, "print the cases and what they claim, run none", CLI_FLAG, AT(list) },
    { 0, "report", "KIND[=FILE]", "text, tap or json; may be given again", CLI_LIST, AT(reports) },
    { 0 },
};

static const struct cli_command command = {
    "mockflare-conform", "api", "[options] [CASEFILE|DIR]…",
    "Runs golden cases (conversations with the API) against a mock, each in a sandbox of its own.\n"
    "Exit status: 0 all passed, 1 one failed, 2 wrong usage or case file, 3 no mock.",
    rows
};

/* What the workers share. */
struct crew {
    const struct api_mock *mock;
    struct api_entry *entries;
    size_t count;
    pthread_mutex_t lock; // guards all below
    size_t next, printed;
    bool lines; // print each case when its turn comes
};

/* Prints, in the order of the cases, those that are done. The lock is held. */
static void print_done(struct crew *w)
{
    while (w->printed < w->count && w->entries[w->printed].done) {
        if (w->lines)
            api_report_line(stdout, &w->entries[w->printed]);
        w->printed++;
    }
    fflush(stdout);
}

static void *work(void *arg)
{
    struct crew *w = arg;
    struct fetch_wire *wire = fetch_wire_new();

    pthread_mutex_lock(&w->lock);
    while (w->next < w->count) {
        size_t i = w->next++;
        char *sandbox = text_printf("case-%ld-%zu", (long)getpid(), i + 1);

        pthread_mutex_unlock(&w->lock);
        api_run(w->mock, wire, w->entries[i].c, sandbox, &w->entries[i].result);
        free(sandbox);
        pthread_mutex_lock(&w->lock);
        w->entries[i].done = 1;
        print_done(w);
    }
    pthread_mutex_unlock(&w->lock);
    fetch_wire_free(wire);
    return NULL;
}

static void run_all(struct crew *w, long jobs)
{
    pthread_t threads[JOBS_MOST];
    long started = 0;

    pthread_mutex_init(&w->lock, NULL);
    while (started < jobs - 1 && pthread_create(&threads[started], NULL, work, w) == 0)
        started++;
    work(w); // this thread is one of them
    while (started)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&w->lock);
}

static int complain(char *why, int status)
{
    fprintf(stderr, "mockflare-conform: %s\n", why);
    free(why);
    return status;
}

static int check_options(struct options *o, const struct cli_rest *rest, char **why)
{
    if (rest->command)
        *why = text_printf("api takes no command behind --");
    else if (o->mock && o->base_url)
        *why = text_printf("--mock and --base-url exclude one another");
    else if (o->jobs < 1 || o->jobs > JOBS_MOST)
        *why = text_printf("--jobs takes 1 to %d", JOBS_MOST);
    for (size_t i = 0; !*why && i < o->reports.count; i++)
        api_report_check(o->reports.items[i], why);
    return *why ? -1 : 0;
}

static void print_list(const struct api_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        printf("%-48s %s   [%s]\n", list->entries[i].id, list->entries[i].c->claim,
               list->entries[i].c->evidence);
}

/* Text goes to standard output unless another report does. */
static bool wants_lines(const struct options *o)
{
    for (size_t i = 0; i < o->reports.count; i++)
        if (!strchr(o->reports.items[i], '='))
            return false;
    return true;
}

static int finish(const struct options *o, const struct api_list *list, int status)
{
    struct api_totals t = api_report_totals(list->entries, list->count);
    char *why = NULL;

    for (size_t i = 0; i < o->reports.count; i++)
        if (api_report_write(o->reports.items[i], list->entries, list->count, &why) != 0) {
            status = complain(why, EXIT_HARNESS);
            why = NULL;
        }
    if (wants_lines(o))
        printf("%zu passed, %zu failed\n", t.passed, t.failed + t.errors);
    return status ? status : t.errors ? EXIT_HARNESS : t.failed ? EXIT_FAILED : EXIT_RIGHT;
}

static int run_cases(const struct options *o, struct api_list *list)
{
    struct crew w = { .entries = list->entries, .count = list->count, .lines = wants_lines(o) };
    struct api_mock mock;
    char *why = NULL;
    int status = EXIT_RIGHT;

    if ((o->base_url ? api_mock_use(&mock, o->base_url, &why)
                     : api_mock_start(&mock, o->mock, &why)) != 0)
        return complain(why, EXIT_HARNESS);
    w.mock = &mock;
    run_all(&w, o->jobs);
    if (api_mock_stop(&mock, &why) != 0)
        status = complain(why, EXIT_HARNESS);
    return finish(o, list, status);
}

int api_main(int argc, char **argv)
{
    struct options o = { .jobs = JOBS_DEFAULT };
    struct cli_rest rest = { 0 };
    struct api_list list = { 0 };
    char *why = NULL;
    int status;

    if (cli_parse(&command, argc, argv, &o, &rest, &why) != 0 ||
        (!rest.help && !rest.version && check_options(&o, &rest, &why) != 0)) {
        status = complain(why, EXIT_USAGE);
    } else if (rest.help) {
        cli_help(stdout, &command);
        status = EXIT_RIGHT;
    } else if (rest.version) {
        printf("mockflare-conform %s\n", MF_VERSION);
        status = EXIT_RIGHT;
    } else if (api_list_read(&list, rest.words, rest.words_count, o.glob, &why) != 0) {
        status = complain(why, EXIT_USAGE);
    } else if (o.list) {
        print_list(&list);
        status = EXIT_RIGHT;
    } else {
        status = run_cases(&o, &list);
    }
    api_list_release(&list);
    cli_rest_release(&rest);
    free(o.reports.items);
    return status;
}
