#include "common/fetch.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_MS 10000L
#define TOTAL_MS 30000L
#define MAX_BODY ((size_t)16 << 20)
#define MAX_HEADERS 256 // of one answer; what is beyond is dropped

struct fetch_wire {
    CURL *curl; // keeps its connections between requests
};

/* What the callbacks of one request fill. */
struct intake {
    struct fetch_response *r;
    struct buf body;
    size_t max_body;
    bool sent;      // the request's head has left
    bool abandoned; // and then its connection broke without an answer
};

int fetch_setup(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

void fetch_release(void)
{
    curl_global_cleanup();
}

struct fetch_wire *fetch_wire_new(void)
{
    struct fetch_wire *w = xcalloc(1, sizeof *w);

    w->curl = curl_easy_init();
    if (!w->curl)
        abort(); // libcurl gives NULL only when memory runs out
    return w;
}

void fetch_wire_free(struct fetch_wire *w)
{
    if (!w)
        return;
    curl_easy_cleanup(w->curl);
    free(w);
}

static void headers_drop(struct fetch_response *r)
{
    for (size_t i = 0; i < r->headers_count; i++) {
        free(r->headers[i].name);
        free(r->headers[i].value);
    }
    free(r->headers);
    r->headers = NULL;
    r->headers_count = 0;
}

/* libcurl hands over one line at a time, status lines included; a new status line begins a new
 * answer (100 Continue, a proxy's 200), whose predecessor's headers are void. */
static size_t take_header(char *line, size_t size, size_t count, void *to)
{
    struct fetch_response *r = ((struct intake *)to)->r;
    size_t len = size * count, end = len;
    const char *colon = memchr(line, ':', len);

    if (len > 5 && !strncmp(line, "HTTP/", 5)) {
        headers_drop(r);
        return len;
    }
    if (!colon || r->headers_count == MAX_HEADERS)
        return len;
    const char *value = colon + 1;

    while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n' || line[end - 1] == ' '))
        end--;
    while (value < line + end && (*value == ' ' || *value == '\t'))
        value++;
    r->headers = xrealloc(r->headers, (r->headers_count + 1) * sizeof *r->headers);
    r->headers[r->headers_count++] = (struct fetch_header){
        .name = xstrndup(line, (size_t)(colon - line)),
        .value = value < line + end ? xstrndup(value, (size_t)(line + end - value)) : xstrdup(""),
    };
    return len;
}

/* Returning less than was given ends the transfer: that is how an endless body is cut. */
static size_t take_body(char *bytes, size_t size, size_t count, void *to)
{
    struct intake *in = to;
    size_t len = size * count, room = in->max_body - in->body.len;

    buf_add(&in->body, bytes, len < room ? len : room);
    in->r->cut = len > room;
    return in->r->cut ? 0 : len;
}

/* When a kept connection breaks before the answer, libcurl sends the request once more on a new
 * one, unasked. Whether to try again is the caller's business, so that no second socket opens for
 * it. */
static curl_socket_t open_socket(void *to, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct intake *in = to;

    (void)purpose;
    in->abandoned = in->sent;
    return in->sent ? CURL_SOCKET_BAD
                    : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int note_sent(CURL *curl, curl_infotype type, char *bytes, size_t len, void *to)
{
    (void)curl, (void)bytes, (void)len;
    if (type == CURLINFO_HEADER_OUT)
        ((struct intake *)to)->sent = true;
    return 0;
}

static enum fetch_error error_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return FETCH_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FETCH_DNS;
    case CURLE_COULDNT_CONNECT:
        return FETCH_REFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        return FETCH_TIMEOUT;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return FETCH_RESET;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
        return FETCH_TLS;
    default:
        return FETCH_OTHER;
    }
}

const char *fetch_error_name(enum fetch_error e)
{
    static const char *const names[] = {
        [FETCH_OK] = "ok",       [FETCH_DNS] = "dns",         [FETCH_REFUSED] = "refused",
        [FETCH_RESET] = "reset", [FETCH_TIMEOUT] = "timeout", [FETCH_TLS] = "tls",
        [FETCH_OTHER] = "other",
    };

    return names[e];
}

static void set_method(CURL *curl, const struct fetch_request *q)
{
    const char *method = q->method ? q->method : "GET";

    if (q->body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body);
    } else if (!strcmp(method, "HEAD")) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static void set_limits(CURL *curl, const struct fetch_request *q)
{
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     q->connect_ms > 0 ? q->connect_ms : CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, q->total_ms > 0 ? q->total_ms : TOTAL_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (q->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, q->ca_file);
    if (q->no_proxy)
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
}

static void set_callbacks(CURL *curl, struct intake *in)
{
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, in);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, in);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, in);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_sent);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, in);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); // to note_sent alone
}

static struct curl_slist *headers_of(const struct fetch_request *q)
{
    // libcurl's own wishes: no "Expect", which stalls servers that do not know it
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (const struct fetch_pair *h = q->headers; h && h->name; h++) {
        char *line = text_printf(*h->value ? "%s: %s" : "%s;%s", h->name, h->value);

        list = curl_slist_append(list, line);
        free(line);
    }
    return list;
}

int fetch(const struct fetch_request *q, struct fetch_response *r)
{
    struct intake in = { .r = r, .max_body = q->max_body ? q->max_body : MAX_BODY };
    struct fetch_wire *own = q->wire ? NULL : fetch_wire_new();
    CURL *curl = q->wire ? q->wire->curl : own->curl;
    struct curl_slist *headers = headers_of(q);
    char text[CURL_ERROR_SIZE] = "";
    int64_t began = stamp_monotonic();

    memset(r, 0, sizeof *r);
    buf_init(&in.body);
    curl_easy_reset(curl); // options go, connections stay
    curl_easy_setopt(curl, CURLOPT_URL, q->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    set_callbacks(curl, &in);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
    set_limits(curl, q);
    set_method(curl, q);

    CURLcode code = curl_easy_perform(curl);

    if (code == CURLE_WRITE_ERROR && r->cut)
        code = CURLE_OK; // the answer is good as far as it goes
    if (in.abandoned)
        code = CURLE_GOT_NOTHING;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r->status);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL); // `text` ends with this function
    curl_slist_free_all(headers);
    fetch_wire_free(own);
    r->error = error_of(code);
    if (code != CURLE_OK)
        r->error_text = xstrdup(*text && !in.abandoned ? text : curl_easy_strerror(code));
    r->body_len = in.body.len;
    r->body = in.body.at ? buf_take(&in.body) : xstrdup("");
    r->elapsed_us = stamp_monotonic() - began;
    return code == CURLE_OK ? 0 : -1;
}

void fetch_response_release(struct fetch_response *r)
{
    headers_drop(r);
    free(r->error_text);
    free(r->body);
    memset(r, 0, sizeof *r);
}

const char *fetch_header(const struct fetch_response *r, const char *name)
{
    for (size_t i = 0; i < r->headers_count; i++)
        if (text_same_nocase(r->headers[i].name, name))
            return r->headers[i].value;
    return NULL;
}
