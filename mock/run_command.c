/* `mockflare run`: a mock on a free port, a command with the settings to meet it, and a word on what it
 * did. Exit: the command's; 125 the mock failed; 126, 127 as env(1); 3 an assertion failed. */
#include "common/cli.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/commands.h"
#include "mock/connections.h"
#include "mock/front.h"
#include "mock/serve_command.h"
#include "mock/settings.h"
#include "mock/state/journal.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { EXIT_ASSERTION = 3, EXIT_MOCK = 125, EXIT_NOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct run_options {
    const char *token;
    bool no_denied, no_errors, examples, proxy, tunnel, quiet;
};

#define AT(field) offsetof(struct run_options, field)

static const struct cli_option run_options[] = {
    { 't', "token", "NAME", "the scenario's token that the command gets (default: all)", CLI_TEXT, AT(token) },
    { 0, "assert-no-denied", NULL, "exit 3 if a call was refused for its credential or permission", CLI_FLAG,
      AT(no_denied) },
    { 0, "assert-no-errors", NULL, "exit 3 if any call got a 4xx or 5xx", CLI_FLAG, AT(no_errors) },
    { 0, "examples", NULL, "no state: any id and well-formed credential, answers by schema, also under /", CLI_FLAG,
      AT(examples) },
    { 0, "proxy", NULL, "for clients with a fixed host: requests to api.cloudflare.com come to the mock", CLI_FLAG,
      AT(proxy) },
    { 0, "proxy-tunnel", NULL, "as --proxy, but pass other hosts on instead of refusing them", CLI_FLAG,
      AT(tunnel) },
    { 'q', "quiet", NULL, "do not print calls and failures", CLI_FLAG, AT(quiet) },
    { 0 },
};

static const struct cli_command run_cli = {
    "mockflare", "run", "[SCENARIO] [options] -- COMMAND…",
    "Starts a mock on a free port and runs COMMAND with CLOUDFLARE_API_BASE_URL, CLOUDFLARE_BASE_URL,\n"
    "CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_ZONE_ID set, every inherited\n"
    "CLOUDFLARE_* and CF_* variable removed, and a private configuration home. With --proxy also sets\n"
    "HTTPS_PROXY, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE. Afterwards\n"
    "prints the calls and each failure with its reason on stderr. Exit: the command's; 125 if the mock failed,\n"
    "126 or 127 if the command could not be run or found, 3 if an --assert… failed.",
    run_options,
};

static bool is_set(const char *variable, const struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(settings[i].name);

        if (strncmp(variable, settings[i].name, len) == 0 && variable[len] == '=')
            return true;
    }
    return false;
}

/* The command's environment: ours without credentials, and the settings. NULL-terminated, the caller's. */
static char **make_environment(const struct setting *settings, size_t count, const char *home)
{
    size_t n = 0, kept = 0;
    char **env;

    while (environ[n])
        n++;
    env = xcalloc(n + count + 2, sizeof *env);
    for (size_t i = 0; i < n; i++)
        if (!text_starts(environ[i], "CLOUDFLARE_") && !text_starts(environ[i], "CF_") &&
            !text_starts(environ[i], "XDG_CONFIG_HOME=") && !is_set(environ[i], settings, count))
            env[kept++] = xstrdup(environ[i]);
    for (size_t i = 0; i < count; i++)
        env[kept++] = text_printf("%s=%s", settings[i].name, settings[i].value);
    env[kept] = text_printf("XDG_CONFIG_HOME=%s", home);
    return env;
}

static void free_environment(char **env)
{
    for (char **at = env; *at; at++)
        free(*at);
    free(env);
}

/* Waits for the child and passes SIGTERM and SIGINT on to it. */
static int wait_for_child(pid_t child, const sigset_t *signals)
{
    int status, signal;

    for (;;) {
        signal = sigwaitinfo(signals, NULL);
        if (signal == SIGTERM || signal == SIGINT)
            kill(child, signal);
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

static int spawn(char **command, char **env, const sigset_t *signals)
{
    posix_spawnattr_t attr;
    sigset_t none, defaults;
    pid_t child;
    int rc;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    rc = posix_spawnp(&child, command[0], NULL, &attr, command, env);
    posix_spawnattr_destroy(&attr);
    if (rc != 0) {
        fprintf(stderr, "mockflare run: %s: %s\n", command[0], strerror(rc));
        return rc == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
    }
    return wait_for_child(child, signals);
}

struct tally {
    int64_t calls, denied, errors;
};

static void report_failure(const cJSON *entry)
{
    const cJSON *why = json_get(entry, "why"), *groups = json_get(why, "groups");
    const char *reason = json_text(why, "reason"), *nearest = json_text(why, "nearest");

    fprintf(stderr, "  %s %s: %d", json_text(entry, "method"), json_text(entry, "path"),
            (int)json_whole(entry, "status", 0));
    if (reason)
        fprintf(stderr, ", %s", reason);
    for (int i = 0; i < cJSON_GetArraySize(groups) && i < 4; i++)
        fprintf(stderr, "%s%s", i ? " | " : ": needs ", cJSON_GetArrayItem(groups, i)->valuestring);
    if (nearest)
        fprintf(stderr, "; nearest: %s", nearest);
    fputc('\n', stderr);
}

static struct tally report(struct world *w, bool quiet)
{
    struct journal_filter all = { 0 };
    cJSON *entries = journal_list(world_journal(w), &all);
    struct tally t = { 0 };
    const cJSON *e;

    cJSON_ArrayForEach (e, entries) {
        int64_t status = json_whole(e, "status", 0);
        const char *reason = json_text(json_get(e, "why"), "reason");

        t.calls++;
        t.errors += status >= 400;
        t.denied += status >= 400 && reason;
    }
    t.calls += journal_dropped(world_journal(w));
    if (!quiet) {
        fprintf(stderr, "mockflare: %lld calls, %lld failed\n", (long long)t.calls, (long long)t.errors);
        cJSON_ArrayForEach (e, entries)
            if (json_whole(e, "status", 0) >= 400)
                report_failure(e);
    }
    cJSON_Delete(entries);
    return t;
}

/* Hosts that the proxy refused, and clients that did not take its certificate. */
static void report_connections(void)
{
    cJSON *all = connections_list("", 0);
    const cJSON *c;

    cJSON_ArrayForEach (c, json_get(all, "connections")) {
        const char *end = json_text(c, "end"), *target = json_text(c, "target"), *why = json_text(c, "why");

        if (strcmp(end, "answered") != 0 && strcmp(end, "tunnelled") != 0)
            fprintf(stderr, "  CONNECT %s: %s%s%s\n", target ? target : "none", end, why ? ", " : "", why ? why : "");
    }
    cJSON_Delete(all);
}

/* What clients shall trust: the mock's authority alone, or, where other hosts can be reached, the system's
 * as well. The caller's; NULL: the mock's own file does. */
static char *make_bundle(const char *home, const char *ca_file, char **why)
{
    const char *places[] = { getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt",
                             "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
    char *ours = NULL, *theirs = NULL, *both, *path = NULL;
    size_t len;

    for (size_t i = 0; i < ARRAY_LEN(places) && !theirs; i++)
        if (places[i] && file_read(places[i], &theirs, &len, why) != 0) {
            free(*why);
            *why = NULL;
        }
    if (theirs && file_read(ca_file, &ours, &len, why) == 0) {
        both = text_printf("%s\n%s", ours, theirs);
        path = text_printf("%s/mockflare-ca-bundle.pem", home);
        if (file_write(path, both, strlen(both), 0644, why) != 0) {
            free(path);
            path = NULL;
        }
        free(both);
    }
    free(ours);
    free(theirs);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* All that the command is told. Borrows from the env tree and the front, too. */
struct told {
    struct setting at[SETTINGS_MOST];
    size_t count;
    char *base, *bundle;
};

static int tell(struct told *t, const struct run_options *o, struct front *f, cJSON *env, const char *home)
{
    char *why = NULL;

    *t = (struct told){ .base = text_printf("%s/client/v4", front_origin(f)) };
    json_put(env, "base_url", cJSON_CreateString(t->base));
    t->count = settings_list(env, o->token, t->at);
    if (t->count == 0) {
        fprintf(stderr, "mockflare run: the scenario has no token named \"%s\"\n", o->token);
        return -1;
    }
    if (o->tunnel)
        t->bundle = make_bundle(home, front_ca_file(f), &why);
    if (why) {
        fprintf(stderr, "mockflare run: %s\n", why);
        free(why);
        return -1;
    }
    if (o->proxy || o->tunnel)
        t->count += settings_proxy(front_origin(f), t->bundle ? t->bundle : front_ca_file(f), t->at + t->count);
    return 0;
}

static int run_in_world(const struct run_options *o, char **command, struct front *f, const char *home,
                        const sigset_t *signals)
{
    struct world *w = worlds_find("", 0);
    cJSON *env = scenario_env(w);
    struct told told;
    struct tally t;
    int rc = EXIT_MOCK;

    if (tell(&told, o, f, env, home) == 0) {
        char **environment = make_environment(told.at, told.count, home);

        rc = spawn(command, environment, signals);
        free_environment(environment);
        t = report(w, o->quiet);
        if (!o->quiet)
            report_connections();
        if ((o->no_denied && t.denied) || (o->no_errors && t.errors))
            rc = EXIT_ASSERTION;
    }
    free(told.base);
    free(told.bundle);
    cJSON_Delete(env);
    world_unref(w);
    return rc;
}

static int run_mock(const struct run_options *o, const char *path, char **command)
{
    const char *tmp = getenv("TMPDIR");
    char *home = text_printf("%s/mockflare-home-XXXXXX", tmp && *tmp ? tmp : "/tmp"), *why = NULL;
    struct front_options front = { .listen = "127.0.0.1:0", .threads = 128, .proxy = o->proxy || o->tunnel,
                                   .tunnel = o->tunnel };
    struct front *f = NULL;
    sigset_t signals;
    int rc = EXIT_MOCK;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(home)) {
        why = text_printf("%s: %s", home, strerror(errno));
    } else {
        if (load_world(path, o->examples, &why) == 0 && (f = front_start(&front, &why)) != NULL)
            rc = run_in_world(o, command, f, home, &signals);
        front_stop(f);
        worlds_release();
        nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (why)
        fprintf(stderr, "mockflare run: %s\n", why);
    free(why);
    free(home);
    return rc;
}

int run_command(int argc, char **argv)
{
    struct run_options o = { .token = "all" };
    struct cli_rest rest;
    const char *path = NULL;
    int rc = command_begin(&run_cli, argc, argv, &o, &rest);

    if (rc < 0)
        rc = one_scenario(&run_cli, &rest, &path);
    if (rc < 0 && !rest.command_count) {
        fprintf(stderr, "mockflare run: no command; write mockflare run [SCENARIO] -- COMMAND…\n");
        rc = 2;
    }
    if (rc < 0)
        rc = run_mock(&o, path, rest.command);
    cli_rest_release(&rest);
    return rc;
}
