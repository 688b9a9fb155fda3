/* mockflare-link: the reference linker. Options and environment in, one verdict out. */
#include "common/cli.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/text.h"
#include "linker/link.h"
#include "linker/report.h"
#include "linker/settings.h"
#include "linker/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define EXIT_UNSUPPORTED 77

static int usage(char *why)
{
    fprintf(stderr, "mockflare-link: %s\n", why);
    free(why);
    return EXIT_USAGE;
}

static int describe(void)
{
    static const char *const features[] = { "auto_type", "permissions", "state", "tls" };
    cJSON *json =
        json_object(J_WHOLE("protocol", 1), J_TEXT("name", "mockflare-link"),
                    J_TEXT("version", MF_VERSION), J_TREE("features", json_list_of(features, 4)));
    char *text = json_print_dup(json);

    puts(text);
    free(text);
    cJSON_Delete(json);
    return 0;
}

static void warn(const struct link *l, const struct settings *s)
{
    const char *host = text_starts(s->base, "http://") ? s->base + strlen("http://") : NULL;

    for (const char *const *note = l->in.notes; *note; note++)
        fprintf(stderr, "note: %s\n", *note);
    if (host && !text_starts(host, "127.") && !text_starts(host, "localhost") &&
        !text_starts(host, "[::1]"))
        fprintf(stderr, "note: the token goes unencrypted to %s\n", s->base);
}

static void print_verdict(const struct link *l, const struct settings *s)
{
    bool terminal = isatty(STDOUT_FILENO);
    bool table = !s->protocol && !s->json && (s->table || terminal);
    char *text = table ? report_table_dup(&l->verdict, terminal && !getenv("NO_COLOR"))
                       : report_json_dup(&l->verdict);
    char *clean = redact_dup(&l->redact, text);

    fputs(clean, stdout);
    free(clean);
    free(text);
}

static int link_and_tell(const struct settings *s)
{
    struct link_order order;
    struct link l;
    char *why = NULL;
    int rc;

    settings_order(s, &order);
    link_run(&l, &order);
    rc = reason_exit_code(l.verdict.reason);
    warn(&l, s);
    if (l.verdict.reason == REASON_OK && s->state_file && *s->state_file &&
        state_store(s->state_file, &l.verdict, &why) != 0)
        rc = usage(why);
    else
        print_verdict(&l, s);
    link_release(&l);
    return rc;
}

static int answer(const struct settings *s, const struct cli_rest *rest)
{
    int rc;

    if (rest->help) {
        settings_help();
        return 0;
    }
    if (rest->version) {
        puts("mockflare-link " MF_VERSION);
        return 0;
    }
    if (s->describe)
        return describe();
    if (s->unsupported) {
        fputs("mockflare-link: only version 1 of the linker protocol is spoken here\n", stderr);
        return EXIT_UNSUPPORTED;
    }
    if (fetch_setup() != 0) {
        fputs("mockflare-link: libcurl cannot start\n", stderr);
        return EXIT_USAGE;
    }
    rc = link_and_tell(s);
    fetch_release();
    return rc;
}

int main(int argc, char **argv)
{
    struct cli_rest rest = { 0 };
    struct settings s;
    char *why = NULL;
    int rc;

    json_setup();
    rc = settings_read(&s, argc, argv, &rest, &why) == 0 ? answer(&s, &rest) : usage(why);
    settings_release(&s);
    cli_rest_release(&rest);
    if (fflush(stdout) != 0)
        rc = EXIT_USAGE;
    return rc;
}
