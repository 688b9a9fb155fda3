#include "mockctl.h"

#include "common/fetch.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 15000
#define STOP_MS 3000

struct mock {
    pid_t pid;  // 0: gone
    int status; // of waitpid, once it is gone
    char *ready, *log, *origin;
};

/* In the child: nothing but system calls, then the program. */
static void become(const char *program, const char *ready, const char *log)
{
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // the mock never outlives the suite
    setpgid(0, 0);                    // an interrupt at the terminal is for the suite
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    execlp(program, program, "serve", "--listen", "127.0.0.1:0", "--ready-file", ready, "--log",
           "none", (char *)NULL);
    _exit(127);
}

static char *last_words(const struct mock *m)
{
    char *text = NULL, *why = NULL;
    size_t len;

    if (file_read(m->log, &text, &len, &why) != 0) {
        free(why);
        return xstrdup("");
    }
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = '\0';
    return text;
}

static char *origin_of(const char *ready)
{
    const char *url = NULL, *end;
    char *text = NULL, *why = NULL, *origin = NULL;
    size_t len;
    cJSON *json = NULL;

    if (file_read(ready, &text, &len, &why) == 0)
        json = json_parse(NULL, text, len);
    url = json_text(json, "control_url");
    end = url ? strstr(url, "/_mockflare") : NULL;
    if (end)
        origin = xstrndup(url, (size_t)(end - url));
    cJSON_Delete(json);
    free(text);
    free(why);
    return origin;
}

bool mock_alive(struct mock *m)
{
    if (m->pid && waitpid(m->pid, &m->status, WNOHANG) == m->pid) {
        spawn_disown(m->pid);
        m->pid = 0;
    }
    return m->pid != 0;
}

struct mock *mock_start(const char *program, const char *dir, char **why)
{
    struct mock *m = xcalloc(1, sizeof *m);
    int64_t until = stamp_monotonic() + (int64_t)READY_MS * 1000;

    m->ready = text_printf("%s/mock.ready", dir);
    m->log = text_printf("%s/mock.log", dir);
    m->pid = fork();
    if (m->pid == 0)
        become(program, m->ready, m->log);
    if (m->pid < 0) {
        *why = text_printf("cannot start the mock: %s", strerror(errno));
        m->pid = 0;
        mock_stop(m);
        return NULL;
    }
    spawn_own(m->pid);
    while (mock_alive(m) && stamp_monotonic() < until && !m->origin && !spawn_stopping()) {
        poll(NULL, 0, 2);
        m->origin = origin_of(m->ready);
    }
    if (!m->origin) {
        char *said = last_words(m);

        *why = text_printf("the mock (%s) did not get ready%s%s", program, *said ? ": " : "", said);
        free(said);
        mock_stop(m);
        return NULL;
    }
    return m;
}

/* How the mock's end is told where it was no good one; NULL: it was. */
static char *bad_end(const struct mock *m)
{
    char *said, *why;

    if (WIFEXITED(m->status) && WEXITSTATUS(m->status) == 0)
        return NULL;
    said = last_words(m);
    why = text_printf("the mock ended with %s %d%s%s",
                      WIFSIGNALED(m->status) ? "signal" : "exit status",
                      WIFSIGNALED(m->status) ? WTERMSIG(m->status) : WEXITSTATUS(m->status),
                      *said ? ": " : "", said);
    free(said);
    return why;
}

int mock_end(struct mock *m, char **why)
{
    char *bad;

    if (!m)
        return 0;
    if (mock_alive(m))
        kill(m->pid, SIGTERM);
    for (int i = 0; i < STOP_MS / 10 && mock_alive(m); i++)
        poll(NULL, 0, 10);
    if (mock_alive(m)) {
        kill(m->pid, SIGKILL);
        waitpid(m->pid, &m->status, 0);
        spawn_disown(m->pid);
    }
    bad = bad_end(m);
    free(m->ready);
    free(m->log);
    free(m->origin);
    free(m);
    *why = bad;
    return bad ? -1 : 0;
}

void mock_stop(struct mock *m)
{
    char *why = NULL;

    mock_end(m, &why);
    free(why);
}

const char *mock_origin(const struct mock *m)
{
    return m->origin;
}

/* What a refusal says: the control API's sentence, with the scenario's mistakes if it has some. */
static char *refusal(const char *method, const char *path, const struct fetch_response *r,
                     const cJSON *answer)
{
    const char *said = json_text(answer, "error");
    const cJSON *first = cJSON_GetArrayItem(json_get(answer, "errors"), 0);

    if (first)
        return text_printf("the mock refused %s %s: %s: %s", method, path,
                           json_text(first, "path") ? json_text(first, "path") : "",
                           json_text(first, "what") ? json_text(first, "what") : "");
    return text_printf("the mock answered %s %s with %ld: %s", method, path, r->status,
                       said ? said : r->body);
}

int mock_ask(struct mock *m, struct fetch_wire *wire, const char *sandbox, const char *method,
             const char *path, const cJSON *body, cJSON **answer, char **why)
{
    static const struct fetch_pair headers[] = { { "Content-Type", "application/json" },
                                                 { "User-Agent", "mockflare-conform/" MF_VERSION },
                                                 { 0 } };
    char *text = body ? json_print_dup(body) : NULL;
    char *url = text_printf("%s%s%s/_mockflare%s", m->origin, sandbox ? "/sandbox/" : "",
                            sandbox ? sandbox : "", path);
    struct fetch_request q = { .method = method,
                               .url = url,
                               .headers = headers,
                               .body = text,
                               .body_len = text ? strlen(text) : 0,
                               .max_body = (size_t)256 << 20,
                               .no_proxy = true,
                               .wire = wire };
    struct fetch_response r;
    cJSON *json = NULL;
    int rc = -1;

    if (fetch(&q, &r) != 0) {
        *why = text_printf("the mock does not answer (%s %s): %s", method, path, r.error_text);
    } else {
        json = json_parse(NULL, r.body, r.body_len);
        if (r.status >= 200 && r.status < 300)
            rc = 0;
        else
            *why = refusal(method, path, &r, json);
    }
    if (rc == 0 && answer)
        *answer = json;
    else
        cJSON_Delete(json);
    fetch_response_release(&r);
    free(url);
    free(text);
    return rc;
}
