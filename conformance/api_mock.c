#include "api_mock.h"

#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_WAIT (30 * STAMP_SECOND)
#define STOP_WAIT (10 * STAMP_SECOND)

char *api_mock_program(const char *given)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *beside, *slash;

    if (given)
        return xstrdup(given);
    self[n > 0 ? n : 0] = '\0';
    slash = strrchr(self, '/');
    if (slash) {
        *slash = '\0';
        beside = text_printf("%s/mockflare", self);
        if (access(beside, X_OK) == 0)
            return beside;
        free(beside);
    }
    return xstrdup("mockflare");
}

static void nap(long milliseconds)
{
    struct timespec t = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

/* In the child: runs the server, its words into `log`. */
static void run_server(const char *program, const char *ready, const char *log)
{
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600), in = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execlp(program, program, "serve", "--listen", "127.0.0.1:0", "--ready-file", ready, "--log",
           "none", (char *)NULL);
    dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

/* What the server said before it ended, as a sentence. */
static char *last_words(const char *program, const char *log)
{
    char *text = NULL, *why = NULL, *out;
    size_t len;

    if (file_read(log, &text, &len, &why) != 0)
        text = why;
    out = text_printf("%s did not start: %s", program, *text ? text : "it said nothing");
    free(text);
    return out;
}

static int read_ready(const char *ready, char **origin)
{
    char *text = NULL, *why = NULL;
    const char *base;
    cJSON *json = NULL;
    size_t len;

    if (file_read(ready, &text, &len, &why) == 0)
        json = json_parse(NULL, text, len);
    base = json_text(json, "base_url");
    if (base && text_ends(base, "/client/v4"))
        *origin = xstrndup(base, strlen(base) - strlen("/client/v4"));
    cJSON_Delete(json);
    free(text);
    free(why);
    return *origin ? 0 : -1;
}

static int wait_ready(struct api_mock *m, const char *program, const char *ready, const char *log,
                      char **why)
{
    int64_t until = stamp_monotonic() + READY_WAIT;
    int status;

    for (;;) {
        if (access(ready, R_OK) == 0 && read_ready(ready, &m->origin) == 0)
            return 0;
        if (waitpid(m->pid, &status, WNOHANG) == m->pid) {
            m->pid = 0;
            *why = last_words(program, log);
            return -1;
        }
        if (stamp_monotonic() > until) {
            *why = text_printf("%s was not ready after %d s", program,
                               (int)(READY_WAIT / STAMP_SECOND));
            return -1;
        }
        nap(2);
    }
}

int api_mock_start(struct api_mock *m, const char *program, char **why)
{
    const char *tmp = getenv("TMPDIR");
    char *ready, *log, *ignored = NULL;
    int rc;

    *m = (struct api_mock){ 0 };
    m->dir = text_printf("%s/mockflare-api-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(m->dir)) {
        *why = text_printf("%s: %s", m->dir, strerror(errno));
        free(m->dir);
        m->dir = NULL;
        return -1;
    }
    ready = text_printf("%s/ready.json", m->dir);
    log = text_printf("%s/log", m->dir);
    m->pid = fork();
    if (m->pid == 0)
        run_server(program, ready, log);
    if (m->pid < 0) {
        m->pid = 0;
        *why = text_printf("fork: %s", strerror(errno));
        rc = -1;
    } else {
        rc = wait_ready(m, program, ready, log, why);
    }
    free(ready);
    free(log);
    if (rc != 0)
        api_mock_stop(m, &ignored);
    free(ignored);
    return rc;
}

int api_mock_use(struct api_mock *m, const char *base_url, char **why)
{
    size_t len = strlen(base_url);

    *m = (struct api_mock){ 0 };
    while (len && base_url[len - 1] == '/')
        len--;
    m->origin = xstrndup(base_url, len);
    if (text_ends(m->origin, "/client/v4"))
        m->origin[len - strlen("/client/v4")] = '\0';
    if (text_starts(m->origin, "http://") || text_starts(m->origin, "https://"))
        return 0;
    *why = text_printf("--base-url takes an address such as http://127.0.0.1:4010/client/v4");
    free(m->origin);
    m->origin = NULL;
    return -1;
}

static int end_process(pid_t pid, char **why)
{
    int64_t until = stamp_monotonic() + STOP_WAIT;
    int status = 0;

    kill(pid, SIGTERM);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (stamp_monotonic() > until) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            *why = text_printf("the mock did not end within %d s of SIGTERM",
                               (int)(STOP_WAIT / STAMP_SECOND));
            return -1;
        }
        nap(5);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    *why = WIFSIGNALED(status)
               ? text_printf("the mock was ended by signal %d", WTERMSIG(status))
               : text_printf("the mock ended with exit status %d", WEXITSTATUS(status));
    return -1;
}

/* The log's text behind *why, so that a sanitizer's words are not lost with the folder. */
static void add_log(const char *log, char **why)
{
    char *text = NULL, *ignored = NULL, *both;
    size_t len;

    if (file_read(log, &text, &len, &ignored) == 0 && len) {
        both = text_printf("%s; its log:\n%s", *why, text);
        free(*why);
        *why = both;
    }
    free(text);
    free(ignored);
}

int api_mock_stop(struct api_mock *m, char **why)
{
    int rc = m->pid > 0 ? end_process(m->pid, why) : 0;

    if (m->dir) {
        char *ready = text_printf("%s/ready.json", m->dir), *log = text_printf("%s/log", m->dir);

        if (rc != 0)
            add_log(log, why);
        unlink(ready);
        unlink(log);
        rmdir(m->dir);
        free(ready);
        free(log);
    }
    free(m->dir);
    free(m->origin);
    *m = (struct api_mock){ 0 };
    return rc;
}
