#include "tests/live/live.h"

#include "common/fetch.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MOST 16
#define READY_MS 30000 // a sanitized build on a loaded machine
#define SILENCE_MS 10000

extern char **environ;

int64_t now_ms(void)
{
    return stamp_monotonic() / 1000;
}

const char *program(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", MF_BIN_DIR, name);
    return path;
}

static char *read_or_empty(const char *path)
{
    size_t len;
    char *text = NULL, *why = NULL;

    if (file_read(path, &text, &len, &why) == 0)
        return text;
    free(why);
    return xstrdup("");
}

static void pause_ms(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    nanosleep(&t, NULL);
}

/* In the child: output into files, an end together with the parent, then the program. */
static void become(char *const argv[], char *const env[], const char *folder)
{
    char *out = text_printf("%s/stdout", folder), *err = text_printf("%s/stderr", folder);
    int in_fd = open("/dev/null", O_RDONLY), out_fd = open(out, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    int err_fd = open(err, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in_fd, 0);
    dup2(out_fd, 1);
    dup2(err_fd, 2);
    execve(argv[0], argv, env);
    _exit(127);
}

static void make_folder(char folder[64])
{
    snprintf(folder, 64, "/tmp/mockflare-live-XXXXXX");
    if (!mkdtemp(folder))
        ck_abort_msg("mkdtemp: %s", strerror(errno));
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = { "ready.json", "stdout", "stderr" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = text_printf("%s/%s", folder, names[i]);

        unlink(path);
        free(path);
    }
    rmdir(folder);
}

/* ---- the server ---- */

static void wait_until_ready(struct server *s, const char *ready)
{
    int64_t end = now_ms() + READY_MS;
    cJSON *json = NULL;

    for (;;) {
        char *text = read_or_empty(ready);

        json = cJSON_Parse(text);
        free(text);
        if (json)
            break;
        if (!server_runs(s) || now_ms() > end) {
            char *said = server_said(s, "stderr");

            ck_abort_msg("the server did not get ready: %s", said);
        }
        pause_ms(2);
    }
    s->port = (int)json_whole(json, "port", 0);
    ck_assert_int_eq(json_whole(json, "pid", 0), s->pid);
    s->base_url = xstrdup(json_text(json, "base_url"));
    s->control_url = xstrdup(json_text(json, "control_url"));
    cJSON_Delete(json);
}

static char *token_of(const cJSON *env, const char *name)
{
    const cJSON *t = json_get(json_get(env, "tokens"), name);
    const char *value = cJSON_IsObject(t) ? json_text(t, "value") : cJSON_GetStringValue(t);

    return value ? xstrdup(value) : NULL;
}

static void learn_env(struct server *s)
{
    char *text = NULL;
    cJSON *env;
    long status = control(s, "GET", "/env", NULL, &text);

    ck_assert_msg(status == 200, "GET /_mockflare/env answers %ld: %s", status, text);
    env = cJSON_Parse(text);
    ck_assert_ptr_nonnull(env);
    if (json_text(env, "account_id"))
        s->account_id = xstrdup(json_text(env, "account_id"));
    if (json_text(env, "zone_id"))
        s->zone_id = xstrdup(json_text(env, "zone_id"));
    s->all = token_of(env, "all");
    s->org = token_of(env, "org");
    s->read_only = token_of(env, "read-only");
    cJSON_Delete(env);
    free(text);
}

void server_start(struct server *s, ...)
{
    char *argv[WORDS_MOST + 8] = { xstrdup(program("mockflare")), "serve", "--listen", "127.0.0.1:0",
                                   "--ready-file" };
    size_t n = 6;
    char *ready;
    va_list words;

    *s = (struct server){ 0 };
    make_folder(s->folder);
    argv[5] = ready = text_printf("%s/ready.json", s->folder);
    va_start(words, s);
    while ((argv[n] = va_arg(words, char *)) != NULL && n < WORDS_MOST)
        n++;
    va_end(words);
    s->pid = fork();
    if (s->pid == 0)
        become(argv, environ, s->folder);
    ck_assert_int_gt(s->pid, 0);
    wait_until_ready(s, ready);
    learn_env(s);
    free(ready);
    free(argv[0]);
}

bool server_runs(const struct server *s)
{
    siginfo_t info = { 0 };

    return s->pid > 0 && waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

int server_stop(struct server *s, int signal)
{
    int status = -1;
    int64_t end = now_ms() + 30000;

    kill(s->pid, signal);
    while (waitpid(s->pid, &status, WNOHANG) == 0) {
        if (now_ms() > end) {
            kill(s->pid, SIGKILL);
            ck_abort_msg("the server did not end within 30 s of signal %d", signal);
        }
        pause_ms(2);
    }
    s->pid = 0;
    return status;
}

char *server_said(const struct server *s, const char *stream)
{
    char *path = text_printf("%s/%s", s->folder, stream), *text = read_or_empty(path);

    free(path);
    return text;
}

void server_release(struct server *s)
{
    if (s->pid) {
        int status = server_stop(s, SIGTERM);
        char *said = server_said(s, "stderr");

        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ended with %d: %.4000s", status, said);
        free(said);
    }
    remove_folder(s->folder);
    free(s->base_url);
    free(s->control_url);
    free(s->account_id);
    free(s->zone_id);
    free(s->all);
    free(s->org);
    free(s->read_only);
}

/* ---- raw sockets ---- */

int dial(const struct server *s)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        ck_abort_msg("connect: %s", strerror(errno));
    return fd;
}

void tell_bytes(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return; // the server may have had enough; what it answers is the point
        at += n;
        len -= (size_t)n;
    }
}

void tell(int fd, const char *text)
{
    tell_bytes(fd, text, strlen(text));
}

/* One byte more, or 0 at the end, or -1 after silence. */
static int read_some(int fd, char *into, size_t room, size_t *got)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    ssize_t n;

    *got = 0;
    if (poll(&p, 1, SILENCE_MS) == 0)
        return -1;
    n = recv(fd, into, room, 0);
    if (n <= 0)
        return 0;
    *got = (size_t)n;
    return 1;
}

static void hear_headers(int fd, struct heard *h)
{
    size_t room = 65536, len = 0, got;

    h->head = xcalloc(1, room);
    while (len + 1 < room && !strstr(h->head, "\r\n\r\n")) {
        int more = read_some(fd, h->head + len, 1, &got); // one by one: the next answer stays unread

        if (more <= 0) {
            h->silent = more < 0;
            return;
        }
        len += got;
    }
    if (sscanf(h->head, "HTTP/1.1 %d", &h->status) != 1)
        ck_abort_msg("no status line: %.200s", h->head);
}

char *heard_header(const struct heard *h, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = strstr(h->head, "\r\n"); line && line[2] != '\r' && line[2]; line = strstr(line + 2, "\r\n")) {
        const char *at = line + 2;

        if (strncasecmp(at, name, len) == 0 && at[len] == ':') {
            at += len + 1 + strspn(at + len + 1, " ");
            return xstrndup(at, strcspn(at, "\r"));
        }
    }
    return NULL;
}

struct heard hear_head(int fd)
{
    struct heard h = { 0 };

    hear_headers(fd, &h);
    h.body = xstrdup("");
    return h;
}

struct heard hear(int fd)
{
    struct heard h = { 0 };
    char *length;
    size_t want = 0, got;

    hear_headers(fd, &h);
    length = h.status ? heard_header(&h, "Content-Length") : NULL;
    if (length)
        want = strtoul(length, NULL, 10);
    free(length);
    h.body = xcalloc(1, want + 1);
    while (h.body_len < want && read_some(fd, h.body + h.body_len, want - h.body_len, &got) > 0)
        h.body_len += got;
    return h;
}

void heard_release(struct heard *h)
{
    free(h->head);
    free(h->body);
    *h = (struct heard){ 0 };
}

struct heard ask(const struct server *s, const char *request)
{
    int fd = dial(s);
    struct heard h;

    tell(fd, request);
    h = hear(fd);
    close(fd);
    return h;
}

bool at_end(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char byte;

    return poll(&p, 1, 300) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

char *get_request(const char *path, const char *token)
{
    return text_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s\r\n", path,
                       token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "");
}

/* ---- by libcurl ---- */

static long send_one(const char *method, const char *url, const char *token, const char *body, char **answer)
{
    char *bearer = token ? text_printf("Bearer %s", token) : NULL;
    struct fetch_pair headers[] = { { token ? "Authorization" : NULL, bearer }, { NULL, NULL } };
    struct fetch_request q = { .method = method, .url = url, .headers = headers, .body = body,
                               .body_len = body ? strlen(body) : 0, .no_proxy = true };
    struct fetch_response r;
    long status;

    fetch(&q, &r);
    status = r.error == FETCH_OK ? r.status : 0;
    if (answer)
        *answer = xstrdup(r.body);
    fetch_response_release(&r);
    free(bearer);
    return status;
}

long get_status(const struct server *s, const char *path, const char *token, char **body)
{
    char *url = text_printf("%s%s", s->base_url, path);
    long status = send_one("GET", url, token, NULL, body);

    free(url);
    return status;
}

long control(const struct server *s, const char *method, const char *path, const char *body, char **answer)
{
    char *url = text_printf("%s%s", s->control_url, path);
    long status = send_one(method, url, NULL, body, answer);

    free(url);
    return status;
}

/* ---- programs ---- */

int run_program(char *const argv[], char *const env[], char **out, char **err)
{
    struct server place = { 0 };
    int status;

    make_folder(place.folder);
    place.pid = fork();
    if (place.pid == 0)
        become(argv, env ? env : environ, place.folder);
    waitpid(place.pid, &status, 0);
    *out = server_said(&place, "stdout");
    *err = server_said(&place, "stderr");
    remove_folder(place.folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
