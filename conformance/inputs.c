#include "suite.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    char **at;
    size_t count;
};

static void add_take(struct words *w, char *word)
{
    w->at = xrealloc(w->at, (w->count + 2) * sizeof *w->at);
    w->at[w->count++] = word;
    w->at[w->count] = NULL;
}

void words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

bool inputs_use(char *const *command, const char *placeholder)
{
    for (; *command; command++)
        if (strstr(*command, placeholder))
            return true;
    return false;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* One word with its placeholders filled; other braces stay. */
static char *fill(const char *word, const struct inputs *in)
{
    const struct {
        const char *name, *value;
    } places[] = {
        { "{base_url}", in->base_url },     { "{account_id}", in->account },
        { "{token_type}", in->token_type }, { "{ca_file}", in->ca_file },
        { "{token_file}", in->token_file }, { "{state_file}", in->state_file },
        { "{required}", in->required },     { "{token}", in->token },
    };
    struct buf out;

    buf_init(&out);
    while (*word) {
        size_t i = 0;

        while (i < ARRAY_LEN(places) && !text_starts(word, places[i].name))
            i++;
        if (i < ARRAY_LEN(places)) {
            buf_text(&out, or_empty(places[i].value));
            word += strlen(places[i].name);
        } else {
            buf_char(&out, *word++);
        }
    }
    return buf_take(&out);
}

char **inputs_argv(const struct suite *s, const struct inputs *in)
{
    struct words w = { 0 };

    for (size_t i = 0; i < s->command_count; i++)
        add_take(&w, fill(s->command[i], in));
    return w.at;
}

static void set(struct words *w, const char *name, const char *value)
{
    if (value)
        add_take(w, text_printf("%s=%s", name, value));
}

char **inputs_env(const struct suite *s, const struct inputs *in)
{
    struct words w = { 0 };
    char number[32];

    snprintf(number, sizeof number, "%ld", in->deadline_ms);
    set(&w, "PATH", getenv("PATH"));
    set(&w, "LANG", getenv("LANG"));
    set(&w, "TZ", getenv("TZ"));
    set(&w, "HOME", in->home);
    set(&w, "TMPDIR", in->tmp);
    set(&w, "MF_PROTOCOL", "1");
    set(&w, "MF_RUN", in->run);
    set(&w, "MF_BASE_URL", in->base_url);
    set(&w, "MF_API_TOKEN", in->token);
    set(&w, "MF_ACCOUNT_ID", in->account);
    set(&w, "MF_TOKEN_TYPE", in->token_type);
    set(&w, "MF_REQUIRED", in->required);
    set(&w, "MF_STATE_FILE", in->state_file);
    set(&w, "MF_CA_FILE", in->ca_file);
    set(&w, "SSL_CERT_FILE", in->ca_file);
    set(&w, "CURL_CA_BUNDLE", in->ca_file);
    set(&w, "REQUESTS_CA_BUNDLE", in->ca_file);
    set(&w, "NODE_EXTRA_CA_CERTS", in->ca_file);
    set(&w, "HTTPS_PROXY", in->proxy);
    set(&w, "MF_VERBOSE", in->verbose ? "1" : NULL);
    set(&w, "MF_DEADLINE_MS", number);
    if (s->compat_env) {
        set(&w, "CLOUDFLARE_API_BASE_URL", in->base_url);
        set(&w, "CLOUDFLARE_BASE_URL", in->base_url);
        set(&w, "CLOUDFLARE_API_TOKEN", in->token);
        set(&w, "CLOUDFLARE_ACCOUNT_ID", in->account);
    }
    return w.at;
}
