#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    { "serve", serve_command, "serve the API from a scenario until told to stop" },
    { "run", run_command, "run a command against a mock of its own" },
    { "env", env_command, "print the settings of a client as export lines or JSON" },
    { "check", check_command, "check scenario files" },
    { "coverage", coverage_command, "list every operation with its depth and evidence" },
};

static void help(FILE *out)
{
    fputs("usage: mockflare COMMAND [options]\n\n"
          "A test double of the Cloudflare v4 API: the whole API, with state and permissions.\n\ncommands:\n",
          out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].about);
    fputs("\n`mockflare COMMAND --help` says more; `mockflare --version` prints the version.\n", out);
}

static int unknown(const char *word)
{
    const char *names[ARRAY_LEN(commands) + 1] = { 0 };
    const char *near;

    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i].name;
    near = text_nearest(word + strspn(word, "-"), names);
    fprintf(stderr, "mockflare: unknown %s %s; %s%s%s\n", *word == '-' ? "option" : "command", word,
            near ? "did you mean " : "see mockflare --help", near ? near : "", near ? "?" : "");
    return 2;
}

int main(int argc, char **argv)
{
    json_setup();
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("mockflare " MF_VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}
