#include "linker/client.h"

#include "common/arena.h"
#include "common/fetch.h"
#include "common/stamp.h"
#include "common/text.h"
#include "linker/redact.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define TRIES 4
#define TRIES_TIMEOUT 2 // a stall costs its whole time limit
#define FIRST_PAUSE (STAMP_SECOND / 4)
#define LONGEST_WAIT (10 * STAMP_SECOND) // a longer Retry-After is reported, not waited for
#define LEAST_TIME (STAMP_SECOND / 20)   // less is not worth a request
#define MAX_BODY ((size_t)4 << 20)

void client_init(struct client *c)
{
    c->authorization = arena_printf(c->arena, "Bearer %s", c->token);
    c->wire = fetch_wire_new();
    c->began = stamp_monotonic();
    c->sent = 0;
}

void client_release(struct client *c)
{
    fetch_wire_free(c->wire);
    c->wire = NULL;
}

int64_t client_time_left(const struct client *c)
{
    int64_t left = c->began + c->limit_us - stamp_monotonic();

    return left > 0 ? left : 0;
}

static void sleep_us(int64_t us)
{
    struct timespec t = { us / STAMP_SECOND, us % STAMP_SECOND * 1000 };

    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

void client_pause(struct client *c, int64_t us)
{
    int64_t left = client_time_left(c);

    sleep_us(us < left ? us : left);
}

static void trace_line(const struct client *c, const char *path, const struct answer *a, int64_t us)
{
    char *line, *clean;

    if (!c->trace)
        return;
    line = arena_printf(c->arena, "GET %s: %s, %lld ms", path,
                        a->kind == ANSWER_GOOD ? "good" : a->words, (long long)us / 1000);
    clean = redact_dup(c->redact, line);
    fprintf(c->trace, "%s\n", clean);
    free(clean);
}

static struct answer *out_of_time(struct client *c)
{
    struct answer *a = arena_alloc(c->arena, sizeof *a);

    a->kind = ANSWER_NETWORK;
    a->timed_out = true;
    a->text = "";
    a->retry_after_us = -1;
    a->words =
        arena_printf(c->arena, "no end within %lld s", (long long)(c->limit_us / STAMP_SECOND));
    return a;
}

static struct answer *send_once(struct client *c, const char *path)
{
    const struct fetch_pair headers[] = {
        { "Authorization", c->authorization },
        { "Accept", "application/json" },
        { "User-Agent", "mockflare-link/" MF_VERSION },
        { NULL, NULL },
    };
    int64_t left = client_time_left(c), most = c->limit_us / 3;
    long ms = (long)((left < most ? left : most) / 1000);
    struct fetch_request q = {
        .url = arena_printf(c->arena, "%s%s", c->base_url, path),
        .headers = headers,
        .connect_ms = ms,
        .total_ms = ms,
        .ca_file = c->ca_file,
        .max_body = MAX_BODY,
        .no_proxy =
            text_starts(c->base_url, "http://"), // a test double next door; no token to a proxy
        .wire = c->wire,
    };
    struct answer *a = arena_alloc(c->arena, sizeof *a);
    struct fetch_response r;

    if (left < LEAST_TIME)
        return out_of_time(c);
    c->sent++;
    fetch(&q, &r);
    answer_read(c->arena, &r, stamp_now(), a);
    trace_line(c, path, a, r.elapsed_us);
    fetch_response_release(&r);
    return a;
}

/* How long to wait before the next try; -1: this answer is the last word. */
static int64_t pause_before(int next, const struct answer *a)
{
    int64_t pause = FIRST_PAUSE << (next - 2);

    if (next > TRIES || a->edge_blocked)
        return -1;
    if (a->kind != ANSWER_LIMITED && a->kind != ANSWER_OUTAGE && a->kind != ANSWER_NETWORK)
        return -1;
    if (a->timed_out && next > TRIES_TIMEOUT)
        return -1;
    if (a->retry_after_us > LONGEST_WAIT)
        return a->kind == ANSWER_LIMITED ? -1
                                         : pause; // an outage may be over sooner than announced
    return a->retry_after_us > pause ? a->retry_after_us : pause;
}

const struct answer *client_get(struct client *c, const char *path)
{
    for (int next = 2;; next++) {
        const struct answer *a = send_once(c, path);
        int64_t pause = pause_before(next, a);

        if (pause < 0 || pause + LEAST_TIME > client_time_left(c))
            return a;
        sleep_us(pause);
    }
}
