/* serve_command: what `serve` and `run` share: a scenario, a front, and the ready file. */
#ifndef MF_SERVE_COMMAND_H
#define MF_SERVE_COMMAND_H

#include <stdbool.h>

struct cli_command;
struct cli_rest;
struct front;

/* Loads `path` (NULL: the built-in scenario) as the default sandbox. 0, or -1 and *why. */
int load_world(const char *path, bool examples, char **why);
/* Parses; handles --help and --version. Returns -1 to go on, else the exit code. */
int command_begin(const struct cli_command *cli, int argc, char **argv, void *options,
                  struct cli_rest *rest);
/* At most one SCENARIO among the words; exit code 2 with a sentence, or -1 to go on. */
int one_scenario(const struct cli_command *cli, const struct cli_rest *rest, const char **path);

#endif
