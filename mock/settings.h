/* settings: what a client needs to meet a mock: environment variables, for `env` and `run`. */
#ifndef MF_SETTINGS_H
#define MF_SETTINGS_H

#include <cjson/cJSON.h>
#include <stddef.h>

struct setting {
    const char *name;
    const char *value; // borrowed from the env tree, or from the caller
};

#define SETTINGS_MOST 16

/* The variables for `env` (the object that scenario_env gives, with base_url) and the token of that
 * name; the number written. 0: there is no token of that name. */
size_t settings_list(const cJSON *env, const char *token, struct setting out[SETTINGS_MOST]);
/* The variables that send a client's requests to the API's own host to the mock: through the proxy at that
 * URL, with the authority in `ca_file` trusted. The number written, at most SETTINGS_MOST - 5. */
size_t settings_proxy(const char *proxy_url, const char *ca_file, struct setting *out);

#endif
