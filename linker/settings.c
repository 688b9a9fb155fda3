#include "linker/settings.h"

#include "common/cli.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "linker/link.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define API "https://api.cloudflare.com/client/v4"
#define LIMIT_PERSON 30 // seconds for everything
#define LIMIT_PROTOCOL 6

#define AT(field) offsetof(struct settings, field)

static const struct cli_option options[] = {
    { 0, "token-file", "FILE", "read the API token from FILE", CLI_TEXT, AT(token_file) },
    { 0, "token-stdin", NULL, "read the API token from standard input", CLI_FLAG, AT(token_stdin) },
    { 'a', "account-id", "ID", "the account to link", CLI_TEXT, AT(account_id) },
    { 't', "token-type", "KIND", "user or account; found out if left out", CLI_TEXT,
      AT(token_type) },
    { 'r', "require", "NAMES", "permission groups that the token must hold, comma separated",
      CLI_TEXT, AT(require) },
    { 0, "base-url", "URL", "where the API is (default: " API ")", CLI_TEXT, AT(base_url) },
    { 0, "ca-file", "FILE", "trust the certificates in FILE (PEM)", CLI_TEXT, AT(ca_file) },
    { 0, "state-file", "FILE", "keep the list of links in FILE", CLI_TEXT, AT(state_file) },
    { 'j', "json", NULL, "print the JSON object also on a terminal", CLI_FLAG, AT(json) },
    { 0, "table", NULL, "print the table also into a pipe", CLI_FLAG, AT(table) },
    { 'v', "verbose", NULL, "tell each request on standard error", CLI_FLAG, AT(verbose) },
    { 0, "timeout", "SECONDS", "give up after so long (default: 30)", CLI_NUMBER, AT(timeout_s) },
    { 0, "allow-token-in-argv", NULL, "permit --token, which other users of this machine may see",
      CLI_FLAG, AT(allow_token) },
    { 0, "token", "TOKEN", "the API token itself", CLI_TEXT, AT(token) },
    { 0, "mf-describe", NULL, "describe this linker to a conformance suite", CLI_FLAG,
      AT(describe) },
    { 0 },
};

static const struct cli_command command = {
    .program = "mockflare-link",
    .usage = "[options]",
    .about =
        "Links a Cloudflare account: checks an API token, the account and the permissions it "
        "needs.\n"
        "Nothing is written to Cloudflare, and the token is never printed or stored.\n"
        "The environment gives what options do not: CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID,\n"
        "CLOUDFLARE_API_BASE_URL; or the MF_ variables of the linker protocol.\n"
        "Exit status: 0 linked, 1 refused, 75 try again later, 2 wrong usage.",
    .options = options,
};

void settings_help(void)
{
    cli_help(stdout, &command);
}

/* The first variable that is set, also to nothing; the protocol's alone if it is spoken. */
static const char *from_environment(const struct settings *s, const char *own, const char *common,
                                    const char *older)
{
    const char *value = s->protocol ? getenv(own) : getenv(common);

    return value || s->protocol || !older ? value : getenv(older);
}

static void fill(const char **field, const char *value)
{
    if (!*field && value)
        *field = value;
}

static void read_environment(struct settings *s)
{
    const char *version = getenv("MF_PROTOCOL"), *verbose;

    s->protocol = version != NULL;
    s->unsupported = version && strcmp(version, "1") != 0;
    fill(&s->account_id, from_environment(s, "MF_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID", NULL));
    fill(&s->base_url,
         from_environment(s, "MF_BASE_URL", "CLOUDFLARE_API_BASE_URL", "CLOUDFLARE_BASE_URL"));
    if (!s->protocol)
        return;
    fill(&s->token_type, getenv("MF_TOKEN_TYPE"));
    fill(&s->require, getenv("MF_REQUIRED"));
    fill(&s->ca_file, getenv("MF_CA_FILE"));
    fill(&s->state_file, getenv("MF_STATE_FILE"));
    verbose = getenv("MF_VERBOSE");
    s->verbose = s->verbose || (verbose && !strcmp(verbose, "1"));
}

/* The token on the command line is copied and blanked there. */
static int read_argument(struct settings *s, char **why)
{
    if (!s->allow_token) {
        *why = xstrdup("--token shows the token to every user of this machine; use --token-file, "
                       "--token-stdin or CLOUDFLARE_API_TOKEN (or add --allow-token-in-argv)");
        return -1;
    }
    s->secret = xstrdup(s->token);
    memset((char *)s->token, 'x', strlen(s->token));
    return 0;
}

static int read_token(struct settings *s, char **why)
{
    const char *given;
    size_t len;

    if (s->token)
        return read_argument(s, why);
    if (s->token_stdin || s->token_file)
        return file_read(s->token_stdin ? "-" : s->token_file, &s->secret, &len, why);
    given = from_environment(s, "MF_API_TOKEN", "CLOUDFLARE_API_TOKEN", NULL);
    if (!given && !s->protocol) {
        *why =
            xstrdup("no API token: give --token-file FILE, --token-stdin or CLOUDFLARE_API_TOKEN");
        return -1;
    }
    s->secret = xstrdup(given ? given : "");
    return 0;
}

static int read_base(struct settings *s, char **why)
{
    s->base = xstrdup(s->base_url && *s->base_url ? s->base_url : API);
    for (size_t n = strlen(s->base); n > 0 && s->base[n - 1] == '/'; n--)
        s->base[n - 1] = '\0';
    if (text_starts(s->base, "https://") || text_starts(s->base, "http://"))
        return 0;
    *why = xstrdup("--base-url must begin with https:// (or http://)");
    return -1;
}

int settings_read(struct settings *s, int argc, char **argv, struct cli_rest *rest, char **why)
{
    memset(s, 0, sizeof *s);
    if (cli_parse(&command, argc, argv, s, rest, why) != 0)
        return -1;
    if (rest->help || rest->version || s->describe)
        return 0;
    if (rest->words_count || rest->command_count) {
        *why = xstrdup("nothing but options is expected; see --help");
        return -1;
    }
    read_environment(s);
    if (s->unsupported)
        return 0;
    return read_base(s, why) == 0 && read_token(s, why) == 0 ? 0 : -1;
}

void settings_release(struct settings *s)
{
    if (s->secret)
        explicit_bzero(s->secret, strlen(s->secret));
    free(s->secret);
    free(s->base);
}

void settings_order(const struct settings *s, struct link_order *order)
{
    long limit = s->timeout_s ? s->timeout_s : s->protocol ? LIMIT_PROTOCOL : LIMIT_PERSON;

    *order = (struct link_order){
        .raw = { s->secret, s->account_id, s->token_type },
        .required = s->require,
        .base_url = s->base,
        .ca_file = s->ca_file && *s->ca_file ? s->ca_file : NULL,
        .limit_us = limit * STAMP_SECOND,
        .trace = s->verbose ? stderr : NULL,
    };
}
