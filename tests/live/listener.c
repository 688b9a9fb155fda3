#include "tests/live/listener.h"

#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* POST …/listeners with that body, on the sandbox's control API ("" or "/sandbox/NAME"). */
struct listener listener_open(const struct server *s, const char *sandbox, const char *body)
{
    char path[] = "/tmp/mockflare-test-ca-XXXXXX", *url, *why = NULL;
    struct listener l = { 0 };
    struct fetch_response r;
    struct fetch_request q = {
        .method = "POST", .body = body, .body_len = strlen(body), .no_proxy = true
    };
    const char *pem;
    cJSON *json;

    url = text_printf("http://127.0.0.1:%d%s/_mockflare/listeners", s->port, sandbox);
    q.url = url;
    ck_assert_int_eq(fetch(&q, &r), 0);
    ck_assert_msg(r.status == 200, "%s answers %ld: %s", url, r.status, r.body);
    json = cJSON_Parse(r.body);
    l.port = (int)json_whole(json, "port", 0);
    l.base = xstrdup(json_text(json, "base_url"));
    pem = json_text(json, "ca_pem");
    close(mkstemp(path));
    ck_assert_int_eq(file_write(path, pem, strlen(pem), 0600, &why), 0);
    l.ca = xstrdup(path);
    cJSON_Delete(json);
    fetch_response_release(&r);
    free(url);
    return l;
}

void listener_close(const struct server *s, struct listener *l)
{
    char *path = text_printf("/listeners/%d", l->port);

    control(s, "DELETE", path, NULL, NULL);
    unlink(l->ca);
    free(path);
    free(l->base);
    free(l->ca);
}

enum fetch_error get_by_tls(const char *url, const char *token, const char *ca, long *status)
{
    char *bearer = text_printf("Bearer %s", token ? token : "");
    struct fetch_pair headers[] = { { token ? "Authorization" : NULL, bearer }, { NULL, NULL } };
    struct fetch_request q = {
        .url = url, .headers = headers, .ca_file = ca, .no_proxy = true, .total_ms = 20000
    };
    struct fetch_response r;
    enum fetch_error error;

    fetch(&q, &r);
    error = r.error;
    *status = r.status;
    fetch_response_release(&r);
    free(bearer);
    return error;
}
