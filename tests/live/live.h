/* live: the real binary on a free port, and raw sockets to it. A test that fails takes its server with
 * it: the kernel ends the server when its parent ends. Helpers end the test (ck_abort_msg) when they
 * cannot do their work. One thread may stop a server; dialling is free for all. */
#ifndef MF_LIVE_H
#define MF_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Values of the built-in scenario, as `mockflare env --json` shows them. Owned; server_release frees. */
struct server {
    pid_t pid;
    int port;
    char folder[64]; // the server's own: ready file, standard output and error
    char *base_url, *control_url;
    char *account_id, *zone_id;
    char *all, *org, *read_only; // token values
};

/* Starts `mockflare serve --listen 127.0.0.1:0 …` with the words given (ends with NULL) and waits until
 * it is ready. */
void server_start(struct server *s, ...);
/* Sends `signal` and waits for the end; the wait status. */
int server_stop(struct server *s, int signal);
/* Stops with SIGTERM if it still runs, checks that it ended with 0, and removes the folder. */
void server_release(struct server *s);
bool server_runs(const struct server *s);
/* What the server has written to "stdout" or "stderr" so far; the caller frees. */
char *server_said(const struct server *s, const char *stream);

/* A TCP connection to the server, with a receive time-out of 10 s. */
int dial(const struct server *s);
void tell(int fd, const char *text);
void tell_bytes(int fd, const void *bytes, size_t len);

/* One HTTP answer. `status` 0: the connection ended (or timed out, `silent`) before one came. */
struct heard {
    int status;
    bool silent;  // nothing came within the time-out
    char *head;   // status line and headers, as they came
    char *body;   // NUL-terminated
    size_t body_len;
};
struct heard hear(int fd);       // reads head, then Content-Length bytes
struct heard hear_head(int fd);  // of an answer without a body (HEAD)
void heard_release(struct heard *h);
/* Sends `request` on a connection of its own and hears the answer. */
struct heard ask(const struct server *s, const char *request);
/* Value of a header of the answer; the caller frees; NULL: none. */
char *heard_header(const struct heard *h, const char *name);
bool at_end(int fd); // the peer has closed: true; false after 300 ms of silence or if bytes came

/* The whole request for GET PATH with that token (NULL: none); the caller frees. */
char *get_request(const char *path, const char *token);
/* GET of a path of the API (behind /client/v4), by libcurl; the status, the body in *body unless NULL
 * (the caller frees). */
long get_status(const struct server *s, const char *path, const char *token, char **body);
/* METHOD on the control API (path behind /_mockflare); the status; body may be NULL. */
long control(const struct server *s, const char *method, const char *path, const char *body, char **answer);

/* Runs argv to its end; its exit code (128 + signal), what it wrote in *out and *err (callers free). */
int run_program(char *const argv[], char *const env[], char **out, char **err);
/* The path of a built program; static storage per name. */
const char *program(const char *name);

int64_t now_ms(void);

#endif
