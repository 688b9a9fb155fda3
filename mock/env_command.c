/* `mockflare env` and `mockflare coverage`: print and end. */
#include "common/cli.h"
#include "common/json.h"
#include "common/text.h"
#include "mock/commands.h"
#include "mock/serve_command.h"
#include "mock/settings.h"
#include "mock/state/coverage.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct env_options {
    const char *token, *base_url;
    bool json;
};

#define AT(field) offsetof(struct env_options, field)

static const struct cli_option env_options[] = {
    { 0, "json", NULL, "one JSON object: base_url, account_id, zone_id, zone_name, tokens by name",
      CLI_FLAG, AT(json) },
    { 't', "token", "NAME", "the token to name (default: all)", CLI_TEXT, AT(token) },
    { 0, "base-url", "URL", "where the mock listens (default http://127.0.0.1:4010/client/v4)", CLI_TEXT,
      AT(base_url) },
    { 0 },
};

static const struct cli_command env_cli = {
    "mockflare", "env", "[SCENARIO] [options]",
    "Prints the settings of a client of that scenario as lines for a shell: eval \"$(mockflare env)\".",
    env_options,
};

static int print_env(const struct env_options *o)
{
    struct world *w = worlds_find("", 0);
    cJSON *env = scenario_env(w);
    struct setting settings[SETTINGS_MOST];
    size_t n;
    int rc = 0;

    world_unref(w);
    json_put(env, "base_url", cJSON_CreateString(o->base_url));
    n = settings_list(env, o->token, settings);
    if (o->json) {
        char *text = json_pretty_dup(env);

        puts(text);
        free(text);
    } else if (n == 0) {
        fprintf(stderr, "mockflare env: the scenario has no token named \"%s\"\n", o->token);
        rc = 2;
    } else {
        for (size_t i = 0; i < n; i++)
            printf("export %s='%s'\n", settings[i].name, settings[i].value);
    }
    cJSON_Delete(env);
    return rc;
}

int env_command(int argc, char **argv)
{
    struct env_options o = { .token = "all", .base_url = "http://127.0.0.1:4010/client/v4" };
    struct cli_rest rest;
    const char *path = NULL;
    char *why = NULL;
    int rc = command_begin(&env_cli, argc, argv, &o, &rest);

    if (rc < 0)
        rc = one_scenario(&env_cli, &rest, &path);
    if (rc < 0) {
        if (load_world(path, false, &why) != 0) {
            fprintf(stderr, "%s\n", why);
            free(why);
            rc = 1;
        } else {
            rc = print_env(&o);
        }
        worlds_release();
    }
    cli_rest_release(&rest);
    return rc;
}

struct coverage_options {
    bool json;
    const char *path;
};

static const struct cli_option coverage_options[] = {
    { 0, "json", NULL, "the object that GET /_mockflare/coverage answers", CLI_FLAG,
      offsetof(struct coverage_options, json) },
    { 0, "path", "GLOB", "only these paths, e.g. '/zones/*/dns_records/**'", CLI_TEXT,
      offsetof(struct coverage_options, path) },
    { 0 },
};

static const struct cli_command coverage_cli = {
    "mockflare", "coverage", "[options]",
    "Lists every operation with its depth (how it is answered) and fidelity label (how well the answer\n"
    "is known), with the evidence where a descriptor names it.",
    coverage_options,
};

int coverage_command(int argc, char **argv)
{
    struct coverage_options o = { 0 };
    struct cli_rest rest;
    int rc = command_begin(&coverage_cli, argc, argv, &o, &rest);

    if (rc < 0 && (rest.words_count || rest.command_count)) {
        fprintf(stderr, "mockflare coverage: takes options alone; see --help\n");
        rc = 2;
    }
    if (rc < 0 && o.json) {
        cJSON *json = coverage_json();
        char *text = json_print_dup(json);

        puts(text);
        free(text);
        cJSON_Delete(json);
        rc = 0;
    } else if (rc < 0) {
        coverage_print(stdout, o.path);
        rc = 0;
    }
    cli_rest_release(&rest);
    return rc;
}
