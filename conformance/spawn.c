#include "spawn.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 2000 // between TERM and KILL
#define TICK_MS 20
#define OWNED_MOST 1024

static volatile sig_atomic_t stopping;

/* The children that somebody waits for. Starting one and entering it here is one step for whoever
 * looks for orphans, so none is reaped under its owner's feet. */
static pthread_mutex_t owned_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t owned[OWNED_MOST];
static size_t owned_count;

void spawn_setup(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void spawn_stop(void)
{
    stopping = 1;
}

bool spawn_stopping(void)
{
    return stopping != 0;
}

static void own_locked(pid_t pid)
{
    if (owned_count < OWNED_MOST)
        owned[owned_count++] = pid;
}

void spawn_own(int pid)
{
    pthread_mutex_lock(&owned_lock);
    own_locked(pid);
    pthread_mutex_unlock(&owned_lock);
}

void spawn_disown(int pid)
{
    pthread_mutex_lock(&owned_lock);
    for (size_t i = 0; i < owned_count; i++)
        if (owned[i] == pid) {
            owned[i] = owned[--owned_count];
            break;
        }
    pthread_mutex_unlock(&owned_lock);
}

static bool is_owned_locked(pid_t pid)
{
    for (size_t i = 0; i < owned_count; i++)
        if (owned[i] == pid)
            return true;
    return false;
}

/* Reads a small file of /proc; the bytes read. */
static size_t proc_read(pid_t pid, const char *name, char *out, size_t room)
{
    char path[64];
    ssize_t n = 0;
    size_t len = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    while (len + 1 < room && (n = read(fd, out + len, room - len - 1)) > 0)
        len += (size_t)n;
    close(fd);
    out[len] = '\0';
    return len;
}

static bool is_our_child(pid_t pid, char *state)
{
    char stat[512], *end;
    int parent = 0;

    proc_read(pid, "stat", stat, sizeof stat);
    end = strrchr(stat, ')');
    return end && sscanf(end + 1, " %c %d", state, &parent) == 2 && parent == getpid();
}

static bool carries(pid_t pid, const char *word, char *room, size_t room_len)
{
    size_t len = proc_read(pid, "environ", room, room_len);

    return memmem(room, len, word, strlen(word) + 1) != NULL;
}

/* One look through the processes: kills what carries this run's mark, reaps orphans that ended.
 * True if there was anything of this run. */
static bool sweep_once(const char *mark)
{
    static const size_t room_len = 128 * 1024;
    DIR *dir = opendir("/proc");
    char *room = xmalloc(room_len), state;
    struct dirent *d;
    bool found = false;

    pthread_mutex_lock(&owned_lock);
    while (dir && (d = readdir(dir))) {
        pid_t pid = isdigit((unsigned char)d->d_name[0]) ? atoi(d->d_name) : 0;

        if (pid <= 0 || pid == getpid() || is_owned_locked(pid))
            continue;
        if (is_our_child(pid, &state) && state == 'Z') {
            waitpid(pid, NULL, WNOHANG);
        } else if (carries(pid, mark, room, room_len)) {
            kill(pid, SIGKILL);
            found = true;
        }
    }
    pthread_mutex_unlock(&owned_lock);
    if (dir)
        closedir(dir);
    free(room);
    return found;
}

static void sweep(const char *run)
{
    char *mark = text_printf("MF_RUN=%s", run);

    for (int i = 0; i < 50 && sweep_once(mark); i++)
        poll(NULL, 0, 2);
    free(mark);
}

/* Starts it; the ends of its output in fds[]. 0, or an errno. */
static int start(const struct spawn_plan *p, pid_t *pid, int fds[2])
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 }, rc;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, broken_pipe;

    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
        rc = errno;
        close(out[0]);
        close(out[1]);
        return rc;
    }
    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE); // ignored by the suite, not by the command
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addchdir_np(&files, p->cwd);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    posix_spawn_file_actions_adddup2(&files, err[1], 2);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                        POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &broken_pipe);
    pthread_mutex_lock(&owned_lock);
    rc = posix_spawnp(pid, p->argv[0], &files, &attr, p->argv, p->env);
    if (rc == 0)
        own_locked(*pid);
    pthread_mutex_unlock(&owned_lock);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    close(out[1]);
    close(err[1]);
    if (rc != 0) {
        close(out[0]);
        close(err[0]);
        return rc;
    }
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    fds[0] = out[0];
    fds[1] = err[0];
    return 0;
}

/* Takes what is there. False at the end of the stream. */
static bool drain(int fd, struct buf *into, size_t most, size_t *total)
{
    char chunk[16384];
    ssize_t n;

    while ((n = read(fd, chunk, sizeof chunk)) > 0) {
        size_t room = most > into->len ? most - into->len : 0;

        buf_add(into, chunk, (size_t)n < room ? (size_t)n : room);
        *total += (size_t)n;
        if (*total > most && *total - (size_t)n > most)
            return true; // a flood: let the caller look at the clock
    }
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

struct watch {
    int fds[2];
    struct buf kept[2];
    size_t most[2], total[2];
};

static void watch_drain(struct watch *w, int wait_ms)
{
    struct pollfd p[2] = { { w->fds[0], POLLIN, 0 }, { w->fds[1], POLLIN, 0 } };

    poll(p, 2, wait_ms); // a closed stream is -1 and sleeps
    for (int i = 0; i < 2; i++)
        if (w->fds[i] >= 0 && p[i].revents &&
            !drain(w->fds[i], &w->kept[i], w->most[i], &w->total[i])) {
            close(w->fds[i]);
            w->fds[i] = -1;
        }
}

/* Until the process ends: TERM at the deadline, KILL two seconds later. The wait status. */
static int watch_process(const struct spawn_plan *p, pid_t pid, struct watch *w,
                         struct spawn_result *r)
{
    int64_t begun = stamp_monotonic(), termed = 0;
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        int64_t now = stamp_monotonic();

        watch_drain(w, w->fds[0] < 0 && w->fds[1] < 0 ? 1 : TICK_MS);
        if (!termed && (stopping || now - begun > (int64_t)p->deadline_ms * 1000)) {
            r->late = !stopping;
            r->stopped = stopping;
            kill(-pid, SIGTERM);
            termed = now;
        } else if (termed && now - termed > (int64_t)GRACE_MS * 1000) {
            kill(-pid, SIGKILL);
        }
    }
    r->elapsed_ms = (stamp_monotonic() - begun) / 1000;
    return status;
}

void spawn_run(const struct spawn_plan *p, struct spawn_result *r)
{
    struct watch w = { .most = { p->out_most, p->err_most } };
    pid_t pid = 0;
    int status, rc;

    *r = (struct spawn_result){ .exit_code = -1 };
    rc = start(p, &pid, w.fds);
    if (rc != 0) {
        r->why = text_printf("cannot start %s: %s", p->argv[0], strerror(rc));
        return;
    }
    buf_init(&w.kept[0]);
    buf_init(&w.kept[1]);
    status = watch_process(p, pid, &w, r);
    kill(-pid, SIGKILL); // what it left in its group
    spawn_disown(pid);
    sweep(p->run);
    for (int i = 0; i < 100 && (w.fds[0] >= 0 || w.fds[1] >= 0); i++)
        watch_drain(&w, 5);
    for (int i = 0; i < 2; i++)
        if (w.fds[i] >= 0)
            close(w.fds[i]);
    if (WIFEXITED(status))
        r->exit_code = WEXITSTATUS(status);
    else if (WIFSIGNALED(status))
        r->signal = WTERMSIG(status);
    r->out_len = w.kept[0].len;
    r->err_len = w.kept[1].len;
    r->out_total = w.total[0];
    r->err_total = w.total[1];
    r->out = buf_take(&w.kept[0]);
    r->err = buf_take(&w.kept[1]);
}

void spawn_result_release(struct spawn_result *r)
{
    free(r->why);
    free(r->out);
    free(r->err);
    *r = (struct spawn_result){ 0 };
}
