#include "https.h"

#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#define FIXED_BASE "https://api.cloudflare.com/client/v4"

/* The case's word for the certificate, and the mock's. */
static const struct {
    const char *word, *kind;
} certificates[] = {
    { "ok", "valid" },
    { "foreign-ca", "foreign-ca" },
    { "expired", "expired" },
    { "wrong-name", "wrong-name" },
};

static const char *certificate_of(const struct step *step)
{
    const char *word = json_text(step->run, "tls");

    for (size_t i = 0; word && i < ARRAY_LEN(certificates); i++)
        if (strcmp(certificates[i].word, word) == 0)
            return certificates[i].kind;
    return "valid";
}

bool https_wanted(const struct stage *s, const struct step *step)
{
    return s->suite->intercept || json_get(step->run, "tls");
}

static int keep_authority(struct stage *s, struct https *h, const char *pem, char **why)
{
    h->ca_file = text_printf("%s/in/ca.pem", s->place.root);
    return file_write(h->ca_file, pem, strlen(pem), 0644, why);
}

/* The number of the last connection so far, of the sandbox. */
static int mark_connections(struct stage *s, struct https *h, char **why)
{
    cJSON *answer = NULL;
    int rc = stage_ask(s, "GET", "/connections", NULL, &answer, why);

    h->seen = json_whole(answer, "last", 0);
    cJSON_Delete(answer);
    return rc;
}

static char *base_of(const struct stage *s, struct https *h, const cJSON *listener)
{
    if (!s->suite->intercept)
        return text_printf("https://127.0.0.1:%d/sandbox/%s/client/v4", h->port, s->sandbox);
    h->proxy = xstrdup(json_text(listener, "proxy_url"));
    return xstrdup(FIXED_BASE);
}

char *https_open(struct stage *s, const struct step *step, struct https *h, char **why)
{
    const char *kind = certificate_of(step), *pem;
    cJSON *body = json_object(J_TEXT("certificate", kind), J_FLAG("proxy", s->suite->intercept));
    cJSON *listener = NULL;
    char *base = NULL;

    h->used = true;
    h->wrong = strcmp(kind, "valid") != 0;
    if (mark_connections(s, h, why) == 0 &&
        stage_ask(s, "POST", "/listeners", body, &listener, why) == 0) {
        h->port = (int)json_whole(listener, "port", 0);
        pem = json_text(listener, "ca_pem");
        if (!h->port || !pem || (s->suite->intercept && !json_text(listener, "proxy_url")))
            *why = text_printf("the mock's answer to POST /listeners lacks its port or authority");
        else if (keep_authority(s, h, pem, why) == 0)
            base = base_of(s, h, listener);
    }
    cJSON_Delete(body);
    cJSON_Delete(listener);
    return base;
}

char *https_behind(struct stage *s, struct https *h, const char *origin, char **why)
{
    struct step none = { 0 };
    char *base = https_open(s, &none, h, why); // for its authority

    if (!base)
        return NULL;
    free(h->proxy);
    h->proxy = xstrdup(origin);
    return base;
}

int https_connections(struct stage *s, const struct https *h, cJSON **out, char **why)
{
    char *path;
    int rc;

    if (!h->port)
        return 0;
    path = text_printf("/connections?after=%lld", (long long)h->seen);
    rc = stage_ask(s, "GET", path, NULL, out, why);
    free(path);
    return rc;
}

void https_close(struct stage *s, struct https *h)
{
    char *path = text_printf("/listeners/%d", h->port), *why = NULL;

    if (h->port && stage_ask(s, "DELETE", path, NULL, NULL, &why) != 0)
        free(why); // it goes with the sandbox; a dead mock shows at the next request
    free(path);
    free(h->proxy);
    free(h->ca_file);
    *h = (struct https){ 0 };
}
