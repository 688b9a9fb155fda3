/* commands: the verbs of `mockflare`. Each takes argv from its own name on and returns the exit code. */
#ifndef MF_COMMANDS_H
#define MF_COMMANDS_H

int serve_command(int argc, char **argv);
int run_command(int argc, char **argv);
int env_command(int argc, char **argv);
int check_command(int argc, char **argv);
int coverage_command(int argc, char **argv);

#endif
