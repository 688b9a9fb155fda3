#include "mock/serve_command.h"

#include "common/cli.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/commands.h"
#include "mock/front.h"
#include "mock/log.h"
#include "mock/state/persist.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct serve_options {
    const char *listen, *ready_file, *log, *tls_dir, *certificate, *state;
    long threads;
    bool examples, tls, proxy, tunnel, watch, quiet;
};

#define AT(field) offsetof(struct serve_options, field)

static const struct cli_option serve_options[] = {
    { 'l', "listen", "HOST:PORT", "listen there (default 127.0.0.1:4010); port 0 picks one", CLI_TEXT,
      AT(listen) },
    { 0, "ready-file", "FILE", "write FILE once the first request can be answered", CLI_TEXT,
      AT(ready_file) },
    { 0, "log", "text|json|none", "a line a request on stderr (default text)", CLI_TEXT, AT(log) },
    { 0, "threads", "N", "worker threads, one a connection (default 128)", CLI_NUMBER, AT(threads) },
    { 0, "state", "FILE", "keep all worlds in FILE (SQLite): it is begun from SCENARIO if new, else SCENARIO is not read",
      CLI_TEXT, AT(state) },
    { 0, "examples", NULL, "no state: any id and well-formed credential, answers by schema, also under /", CLI_FLAG,
      AT(examples) },
    { 0, "tls", NULL, "HTTPS, with a certificate of an authority of the mock's own (the ready file's ca_file)",
      CLI_FLAG, AT(tls) },
    { 0, "tls-dir", "DIR", "keep that authority in DIR (ca.pem, ca-key.pem) and use it again", CLI_TEXT,
      AT(tls_dir) },
    { 0, "certificate", "KIND", "valid, foreign-ca, expired or wrong-name: how a client takes it (default valid)",
      CLI_TEXT, AT(certificate) },
    { 0, "proxy", NULL, "be an HTTPS proxy on the same port: answer for api.cloudflare.com, refuse other hosts",
      CLI_FLAG, AT(proxy) },
    { 0, "proxy-tunnel", NULL, "as --proxy, but pass other hosts on", CLI_FLAG, AT(tunnel) },
    { 'w', "watch", NULL, "load the scenario again when its file changes", CLI_FLAG, AT(watch) },
    { 'q', "quiet", NULL, "print the address and nothing else", CLI_FLAG, AT(quiet) },
    { 0 },
};

static const struct cli_command serve_cli = {
    "mockflare", "serve", "[SCENARIO] [options]",
    "Serves the API under /client/v4 from a scenario file (without one: a built-in world; see\n"
    "`mockflare env`). The mock's own API is under /_mockflare. SIGTERM and SIGINT end it.\n"
    "With --state FILE every change is in the file before it is answered; the next start goes on from there.\n"
    "POST /_mockflare/listeners {\"certificate\": KIND, \"proxy\": true} opens more ports while it runs;\n"
    "GET /_mockflare/connections lists what came by TLS or through a proxy, and what was refused.",
    serve_options,
};

int command_begin(const struct cli_command *cli, int argc, char **argv, void *options,
                  struct cli_rest *rest)
{
    char *why = NULL;

    if (cli_parse(cli, argc, argv, options, rest, &why) != 0) {
        fprintf(stderr, "%s %s: %s\n", cli->program, cli->name, why);
        free(why);
        return 2;
    }
    if (rest->help) {
        cli_help(stdout, cli);
        return 0;
    }
    if (rest->version) {
        puts("mockflare " MF_VERSION);
        return 0;
    }
    return -1;
}

int one_scenario(const struct cli_command *cli, const struct cli_rest *rest, const char **path)
{
    *path = rest->words_count ? rest->words[0] : NULL;
    if (rest->words_count <= 1)
        return -1;
    fprintf(stderr, "mockflare %s: one scenario at most; \"%s\" is too many\n", cli->name, rest->words[1]);
    return 2;
}

static struct scenario *load_scenario(const char *path, bool examples, char **why)
{
    struct scenario *s = path ? scenario_load(path, why) : scenario_default(), *same = s;

    if (s && examples) {
        s = scenario_as_examples(same);
        scenario_unref(same);
    }
    return s;
}

int load_world(const char *path, bool examples, char **why)
{
    struct scenario *s = load_scenario(path, examples, why);
    int rc = s ? worlds_setup(s, why) : -1;

    scenario_unref(s);
    return rc;
}

/* The worlds of the state file; of the scenario, where it has none yet. *path becomes what was loaded. */
static int load_state(const struct serve_options *o, const char **path, char **why)
{
    struct persist *file = persist_open(o->state, why);
    struct scenario *s = NULL;
    int rc = -1;

    if (!file)
        return -1;
    if (persist_is_fresh(file) && (s = load_scenario(*path, false, why)) == NULL) {
        persist_close(file);
        return -1;
    }
    if (!s && *path && !o->quiet)
        fprintf(stderr, "mockflare: %s holds worlds already; %s is not read (move %s away to begin from it)\n",
                o->state, *path, o->state);
    if (!s)
        *path = o->state;
    rc = worlds_setup_kept(file, s, why);
    scenario_unref(s);
    return rc;
}

static int write_ready(const char *path, const struct front *f, const struct front_options *o, char **why)
{
    char *api = text_printf("%s/client/v4", front_origin(f)), *control = text_printf("%s/_mockflare", front_origin(f));
    char *proxy = text_printf("http%s", strstr(front_origin(f), "://"));
    cJSON *json = json_object(J_TEXT("base_url", api), J_TEXT("control_url", control), J_WHOLE("pid", getpid()),
                              J_WHOLE("port", front_port(f)),
                              J_TREE("ca_file", json_text_or_null(front_ca_file(f))),
                              J_TREE("proxy_url", json_text_or_null(o->proxy ? proxy : NULL)));
    char *text = json_print_dup(json);
    int rc = file_write(path, text, strlen(text), 0644, why);

    cJSON_Delete(json);
    free(text);
    free(api);
    free(control);
    free(proxy);
    return rc;
}

static bool log_form_of(const char *name, enum log_form *form)
{
    static const char *const names[] = { "none", "text", "json" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0) {
            *form = (enum log_form)i;
            return true;
        }
    return false;
}

static void load_again(const char *path, bool examples)
{
    char *why = NULL;
    struct scenario *s = load_scenario(path, examples, &why);

    if (s && worlds_put("", s, &why) == 0)
        fprintf(stderr, "mockflare: loaded %s again\n", path);
    else
        fprintf(stderr, "%s\nmockflare: %s is not right; the former world stays\n", why, path);
    free(why);
    scenario_unref(s);
}

/* Waits for the signal that ends the server; meanwhile looks after a watched scenario. */
static void wait_for_end(const sigset_t *ends, const char *watched, bool examples)
{
    struct timespec half = { 0, 500000000 };
    struct stat now, last = { 0 };

    if (watched)
        stat(watched, &last);
    for (;;) {
        int signal = watched ? sigtimedwait(ends, NULL, &half) : sigwaitinfo(ends, NULL);

        if (signal > 0)
            return;
        if (watched && stat(watched, &now) == 0 &&
            (now.st_mtim.tv_sec != last.st_mtim.tv_sec || now.st_mtim.tv_nsec != last.st_mtim.tv_nsec ||
             now.st_ino != last.st_ino)) {
            last = now;
            load_again(watched, examples);
        }
    }
}

static int fail(const char *what, char *why)
{
    fprintf(stderr, "%s%s\n", what, why);
    free(why);
    return 1;
}

static void greet(const struct serve_options *o, const struct front *f, const char *path)
{
    printf("%s/client/v4\n", front_origin(f));
    fflush(stdout);
    if (o->quiet)
        return;
    fprintf(stderr, "mockflare " MF_VERSION ": %s; control API %s/_mockflare/health\n",
            path ? path : "built-in scenario", front_origin(f));
    if (front_ca_file(f))
        fprintf(stderr, "mockflare: clients must trust %s\n", front_ca_file(f));
}

/* The first world, made beside the start of the server's threads: each takes some milliseconds. */
struct first_world {
    const struct serve_options *options;
    const char *path, *loaded;
    char *why;
    int rc;
};

static void *make_first_world(void *first_world)
{
    struct first_world *first = first_world;

    first->rc = first->options->state ? load_state(first->options, &first->loaded, &first->why)
                                      : load_world(first->path, first->options->examples, &first->why);
    if (first->rc == 0)
        worlds_open();
    return NULL;
}

/* No world: the server's threads may wait for one, so the process ends where it stands. */
static void end_without_world(const struct first_world *first)
{
    fail(first->options->state ? "mockflare serve: " : "", first->why);
    fflush(NULL);
    _exit(1);
}

static int serve_until_told(const struct serve_options *o, const struct front_options *front, const char *path)
{
    struct first_world first = { .options = o, .path = path, .loaded = path };
    struct front *f;
    pthread_t maker;
    sigset_t ends;
    char *why = NULL;
    int rc = 0;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); // before threads exist, so that all inherit it
    signal(SIGPIPE, SIG_IGN);
    worlds_hold();
    pthread_create(&maker, NULL, make_first_world, &first);
    f = front_start(front, &why);
    pthread_join(maker, NULL);
    if (first.rc != 0)
        end_without_world(&first);
    if (!f) {
        worlds_release();
        return fail("mockflare serve: ", why);
    }
    if (o->ready_file && write_ready(o->ready_file, f, front, &why) != 0) {
        rc = fail("mockflare serve: ", why);
    } else {
        greet(o, f, first.loaded);
        wait_for_end(&ends, o->watch ? path : NULL, o->examples);
    }
    front_stop(f);
    worlds_release();
    return rc;
}

/* What the options say about the front; -1, or 2 after a sentence. */
static int front_of(const struct serve_options *o, struct front_options *out)
{
    const char *near = text_nearest(o->certificate, tls_certificate_names());

    *out = (struct front_options){ .listen = o->listen, .threads = o->threads, .tls = o->tls,
                                   .proxy = o->proxy || o->tunnel, .tunnel = o->tunnel, .tls_dir = o->tls_dir };
    if (!front_listen_is_right(o->listen)) {
        fprintf(stderr, "mockflare serve: --listen takes HOST:PORT, such as 127.0.0.1:4010 or [::1]:0, not \"%s\"\n",
                o->listen);
        return 2;
    }
    if (o->threads < 1 || o->threads > 4096) {
        fprintf(stderr, "mockflare serve: --threads takes 1 to 4096\n");
        return 2;
    }
    if (!tls_certificate_by_name(o->certificate, &out->certificate)) {
        fprintf(stderr, "mockflare serve: --certificate takes valid, foreign-ca, expired or wrong-name, not \"%s\"%s%s\n",
                o->certificate, near ? "; nearest: " : "", near ? near : "");
        return 2;
    }
    if (!out->tls && !out->proxy && (o->tls_dir || out->certificate != TLS_VALID)) {
        fprintf(stderr, "mockflare serve: --%s goes with --tls or --proxy\n", o->tls_dir ? "tls-dir" : "certificate");
        return 2;
    }
    return -1;
}

int serve_command(int argc, char **argv)
{
    struct serve_options o = { .listen = "127.0.0.1:4010", .log = "text", .threads = 128, .certificate = "valid" };
    struct front_options front;
    enum log_form form = LOG_TEXT;
    struct cli_rest rest;
    const char *path = NULL;
    int rc = command_begin(&serve_cli, argc, argv, &o, &rest);

    if (rc < 0)
        rc = one_scenario(&serve_cli, &rest, &path);
    if (rc < 0 && rest.command_count) {
        fprintf(stderr, "mockflare serve: no command is run here; see mockflare run --help\n");
        rc = 2;
    }
    if (rc < 0 && !log_form_of(o.log, &form)) {
        fprintf(stderr, "mockflare serve: --log takes text, json or none, not \"%s\"\n", o.log);
        rc = 2;
    }
    if (rc < 0 && o.state && o.examples) {
        fprintf(stderr, "mockflare serve: --examples has no state for --state to keep\n");
        rc = 2;
    }
    if (rc < 0)
        rc = front_of(&o, &front);
    if (rc < 0) {
        log_setup(o.quiet ? LOG_NONE : form);
        rc = serve_until_told(&o, &front, path);
    }
    cli_rest_release(&rest);
    return rc;
}
