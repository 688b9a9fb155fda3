/* api_mock: the mock that the cases are run against: a process of our own, or one that runs already.
 * Started and stopped by the main thread; between that it is read-only, for all threads. */
#ifndef MF_API_MOCK_H
#define MF_API_MOCK_H

#include <sys/types.h>

struct api_mock {
    char *origin; // what stands before /client/v4, no slash at its end
    pid_t pid;    // 0: not ours
    char *dir;    // ready file and log, removed by api_mock_stop; NULL: none
};

/* The program to start: `given`, else `mockflare` beside this program, else the one in PATH. The caller
 * frees it. */
char *api_mock_program(const char *given);
/* Starts `program` and waits until it answers. 0, or -1 and *why (caller frees). */
int api_mock_start(struct api_mock *m, const char *program, char **why);
/* A running server by its base URL ("http://127.0.0.1:4010/client/v4"). */
int api_mock_use(struct api_mock *m, const char *base_url, char **why);
/* Ends it. 0, or -1 and *why if it crashed or would not go. */
int api_mock_stop(struct api_mock *m, char **why);

#endif
