/* cli: options as a table. Parsing and --help come from the same rows. Once, at start. */
#ifndef MF_CLI_H
#define MF_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum cli_kind {
    CLI_FLAG,   // bool
    CLI_TEXT,   // const char *
    CLI_NUMBER, // long, not negative
    CLI_LIST,   // struct cli_list, may be given again
};

struct cli_list {
    const char **items;
    size_t count;
};

struct cli_option {
    char letter; // 0: none
    const char *name, *value, *help;
    enum cli_kind kind;
    size_t at; // offsetof the field in the options struct
};

struct cli_command {
    const char *program; // "mockflare"
    const char *name;    // "serve", or NULL where the program has one job
    const char *usage;   // "[SCENARIO] [options]"
    const char *about;   // one or more lines under the usage
    const struct cli_option *options; // ends with { 0 }; --help and --version need no row
};

/* What is left: `words` before "--" (options taken out), `command` behind it (NULL-terminated argv). */
struct cli_rest {
    const char **words;
    size_t words_count;
    char **command;
    size_t command_count;
    bool help, version;
};

/* Reads argv[1…]. 0; or -1 and one line in *why (caller frees) that names what is wrong and the nearest
 * right option. Exit 2 is the caller's. Strings in `options` and `rest` point into argv. */
int cli_parse(const struct cli_command *c, int argc, char **argv, void *options,
              struct cli_rest *rest, char **why);
void cli_rest_release(struct cli_rest *rest);
void cli_help(FILE *out, const struct cli_command *c);

#endif
