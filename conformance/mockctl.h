/* mockctl: the mock as a child process, and its control API. One mock serves the whole run; every
 * case has a sandbox of its own. Threads: mock_ask with a wire per thread. */
#ifndef MF_MOCKCTL_H
#define MF_MOCKCTL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct fetch_wire;
struct mock;

/* Starts `program serve` on a free port and waits until it answers; `dir` gets its ready file and
 * what it says. Call it before threads start. NULL: *why (caller frees). */
struct mock *mock_start(const char *program, const char *dir, char **why);
bool mock_alive(struct mock *m);
void mock_stop(struct mock *m); // TERM, then KILL; reaped. NULL is fine
/* As mock_stop, and tells how it went: 0, or -1 and *why (caller frees) if it had gone by itself,
 * crashed, or would not go. NULL is fine. */
int mock_end(struct mock *m, char **why);
const char *mock_origin(const struct mock *m); // "http://127.0.0.1:41003"

/* One request to the control API. `sandbox` NULL: the default one's. `path` without "/_mockflare",
 * with its slash. 0 and the answer (caller's, may be NULL where there is no body); -1 and *why with
 * what the mock said. */
int mock_ask(struct mock *m, struct fetch_wire *wire, const char *sandbox, const char *method,
             const char *path, const cJSON *body, cJSON **answer, char **why);

#endif
