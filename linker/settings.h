/* settings: where the inputs of a run come from: options first, then the environment: the variables
 * of the linker protocol if it is spoken, else those that Cloudflare's own tools read. Once, at
 * start. */
#ifndef MF_SETTINGS_H
#define MF_SETTINGS_H

#include <stdbool.h>

struct cli_rest;
struct link_order;

struct settings {
    /* Options. */
    const char *token_file, *token, *account_id, *token_type, *require, *base_url, *ca_file;
    const char *state_file;
    bool token_stdin, allow_token, json, table, verbose, describe;
    long timeout_s;
    /* Found out. */
    bool protocol;    // MF_PROTOCOL=1: one JSON object, short time limit
    bool unsupported; // another version of the protocol is asked for
    char *secret;     // the token as given
    char *base;       // without slashes at the end
};

/* Reads options and environment, and the token. 0; or -1 and one line in *why (caller frees): a
 * usage error. `rest` is the caller's to release. */
int settings_read(struct settings *s, int argc, char **argv, struct cli_rest *rest, char **why);
void settings_release(struct settings *s);
void settings_help(void); // on standard output
/* What the run needs of them; borrowed from `s`. */
void settings_order(const struct settings *s, struct link_order *order);

#endif
