/* suite: one run of the linker suite: what it was told, what it works with, and what came of every
 * case. Filled before the workers start and read-only then, outcomes apart (one worker each). */
#ifndef MF_SUITE_H
#define MF_SUITE_H

#include "evidence.h"
#include "profile.h"

#include "common/rng.h"

struct fetch_wire;
struct mock;

struct suite {
    char **command; // the linker's words; argv[0] and files made absolute
    size_t command_count;
    const char **features; // what it has, of the known ones
    size_t features_count;
    bool permissions, state; // of these features
    bool token_in_argv, compat_env, last_line, intercept;
    struct profile profile;
    bool score_all; // cases of the caller's own: the profile does not list them
    struct waivers waivers;
    struct operations operations;
    struct mock *mock;
    char *folder;       // of all places
    const char *replay; // the options that a replay needs, as typed; before "--case ID -- …"
    cJSON *described;   // the linker's own description; NULL: none
    cJSON *health;      // the mock's own
};

struct worker {
    struct fetch_wire *wire;
    struct rng rng; // names that nobody can guess
};

enum status {
    STATUS_PASS,
    STATUS_WARN,
    STATUS_FAIL,
    STATUS_WAIVED,
    STATUS_STALE,
    STATUS_SKIP,
    STATUS_FLAKY,
    STATUS_ERROR,
    STATUS_COUNT
};
const char *status_name(enum status s);

struct step_outcome {
    struct findings findings;
    cJSON *journal;        // for the trace; redacted by its writer
    char *said, *murmured; // what it printed and told on stderr, secrets hidden, cut
    int exit_code, signal;
    int64_t elapsed_ms;
    const char *expected; // the reason that was right (a row of the protocol), for random worlds
};

struct outcome {
    const struct test_case *c;
    enum status status;
    bool scored;
    char *why; // of skip, error, flaky, stale
    struct step_outcome *steps;
    size_t steps_count; // of those that ran
    int64_t elapsed_ms;
};

/* Runs a case and judges it, without waivers. Fills `o` in every case. */
void case_run(const struct suite *s, struct worker *w, const struct test_case *c,
              struct outcome *o);
/* The status by profile and waivers, from the findings. */
void outcome_grade(const struct suite *s, struct outcome *o);
void outcome_release(struct outcome *o);
/* Does this finding count as a failure here (else it warns)? */
bool finding_counts(const struct suite *s, const struct test_case *c, enum check check);

/* Where the words of a command go (inputs.c): the linker's argv and environment for one run. */
struct inputs {
    const char *run, *base_url, *home, *tmp, *state_file, *token_file;
    const char *ca_file, *proxy; // NULL: no https; no proxy
    const char *token, *account, *token_type; // token_type NULL: not told
    char *required;                           // comma separated; NULL: not told
    bool verbose;
    long deadline_ms;
};
char **inputs_argv(const struct suite *s, const struct inputs *in); // NULL-terminated, words_free
char **inputs_env(const struct suite *s, const struct inputs *in);
bool inputs_use(char *const *command, const char *placeholder); // "{token}"
void words_free(char **words);

#endif
