/* api_mock: the mock that the cases are run against: a process of our own, or one that runs
 * already. Started and stopped by the main thread; between that it is read-only, for all threads.
 */
#ifndef MF_API_MOCK_H
#define MF_API_MOCK_H

struct mock;

struct api_mock {
    char *origin;      // what stands before /client/v4, no slash at its end
    struct mock *mock; // NULL: not ours
    char *dir;         // its files, removed by api_mock_stop; NULL: none
};

/* Starts a mock and waits until it answers; `program` NULL: the one beside this program, or in
 * PATH. 0, or -1 and *why (caller frees). */
int api_mock_start(struct api_mock *m, const char *program, char **why);
/* A running server by its base URL ("http://127.0.0.1:4010/client/v4"). */
int api_mock_use(struct api_mock *m, const char *base_url, char **why);
/* Ends it. 0, or -1 and *why if it crashed or would not go. */
int api_mock_stop(struct api_mock *m, char **why);

#endif
