/* spawn: one run of a command: own process group, the environment given and no other, empty
 * standard input, output kept up to a limit, a deadline. Nothing of it is left behind: after the
 * run its group and every process that carries its MF_RUN are killed and reaped. Any thread. */
#ifndef MF_SPAWN_H
#define MF_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spawn_plan {
    char *const *argv; // NULL-terminated; argv[0] is looked up in PATH if it has no slash
    char *const *env;
    const char *cwd;
    const char *run; // the value of MF_RUN in `env`
    long deadline_ms;
    size_t out_most, err_most; // more is read and thrown away
};

struct spawn_result {
    char *why;     // it could not be started; NULL: it ran
    int exit_code; // -1: ended by `signal`
    int signal;
    bool late;    // the deadline passed
    bool stopped; // spawn_stop() ended it
    char *out, *err;
    size_t out_len, err_len;     // what was kept
    size_t out_total, err_total; // what came
    int64_t elapsed_ms;
};

void spawn_setup(void); // once: orphans of the commands come back to this process
void spawn_stop(void);  // ends all runs, those to come as well; async-signal-safe
bool spawn_stopping(void);
void spawn_run(const struct spawn_plan *p, struct spawn_result *r); // fills `r` in every case
void spawn_result_release(struct spawn_result *r);
/* A process that is to outlive runs (the mock): is not taken for an orphan until it is disowned. */
void spawn_own(int pid);
void spawn_disown(int pid);

#endif
