#include "mock/commands.h"

#include "common/cli.h"
#include "mock/state/roster.h"
#include "mock/state/scenario.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cli_option options[] = { { 0 } };
static const struct cli_command command = {
    "mockflare",
    "check",
    "SCENARIO…",
    "Says what is wrong in scenario files, one line an error: file:line:column: path: what is "
    "wrong\n"
    "and what is allowed. \"-\" is standard input. Exit 0: all are right, 1: errors, 2: usage.",
    options,
};

static void print_count(const char *before, size_t count, const char *what)
{
    printf("%s%zu %s%s", before, count, what, count == 1 ? "" : "s");
}

static int check_file(const char *path)
{
    char *why = NULL;
    struct scenario *s = scenario_load(path, &why);
    struct roster r;

    if (!s) {
        puts(why);
        free(why);
        return 1;
    }
    roster_init(&r, scenario_json(s), scenario_seed(s, NULL), NULL);
    printf("%s: ok (", path);
    print_count("", r.accounts.count, "account");
    print_count(", ", r.users.count, "user");
    print_count(", ", r.zones.count, "zone");
    print_count(", ", r.tokens.count, "token");
    print_count(", ", (size_t)cJSON_GetArraySize(scenario_faults(s)), "fault");
    puts(")");
    roster_release(&r);
    scenario_unref(s);
    return 0;
}

int check_command(int argc, char **argv)
{
    struct cli_rest rest;
    char *why = NULL, nothing;
    int rc = 2;

    if (cli_parse(&command, argc, argv, &nothing, &rest, &why) != 0) {
        fprintf(stderr, "mockflare check: %s\n", why);
    } else if (rest.help) {
        cli_help(stdout, &command);
        rc = 0;
    } else if (rest.version) {
        puts("mockflare " MF_VERSION);
        rc = 0;
    } else if (!rest.words_count) {
        fputs("mockflare check: name at least one scenario file; see --help\n", stderr);
    } else {
        rc = 0;
        for (size_t i = 0; i < rest.words_count; i++)
            rc |= check_file(rest.words[i]);
    }
    cli_rest_release(&rest);
    free(why);
    return rc;
}
