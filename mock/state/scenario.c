#include "mock/state/scenario.h"

#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/scenario_default.h"
#include "mock/state/scenario_parts.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scenario {
    atomic_uint refs;
    cJSON *json;
    struct behaviour behaviour;
    enum mode mode;
};

/* Where the complaints of one parse go. */
struct gathering {
    struct scenario_errors *errors;
    const char *text;
};

static void gather(void *to, const char *path, bool at_key, const char *what)
{
    struct gathering *g = to;

    scenario_error_add(g->errors, g->text, path, at_key, what);
}

static enum mode mode_of(const cJSON *json)
{
    const char *mode = json_text(json, "mode");

    if (mode && strcmp(mode, "soft") == 0)
        return MODE_SOFT;
    if (mode && strcmp(mode, "examples") == 0)
        return MODE_EXAMPLES;
    return mode && strcmp(mode, "learn") == 0 ? MODE_LEARN : MODE_ENFORCE;
}

struct scenario *scenario_parse(const char *text, size_t len, struct scenario_errors *errors)
{
    char *copy = xmalloc(len + 1);
    struct gathering g = { errors, copy };
    struct complaints c = { gather, &g };
    struct scenario *s = NULL;
    cJSON *json;

    memcpy(copy, text, len);
    copy[len] = '\0';
    json = scenario_read(copy, len, errors);
    if (json && scenario_check(json, &c)) {
        s = xcalloc(1, sizeof *s);
        atomic_init(&s->refs, 1);
        s->json = json;
        s->mode = mode_of(json);
        scenario_read_behaviour(json_get(json, "behaviour"), &s->behaviour);
        json = NULL;
    }
    scenario_errors_sort(errors);
    cJSON_Delete(json);
    free(copy);
    return s;
}

struct scenario *scenario_as_examples(const struct scenario *s)
{
    struct scenario *made = xcalloc(1, sizeof *made);

    *made = *s;
    atomic_init(&made->refs, 1);
    made->json = cJSON_Duplicate(s->json, true);
    json_put(made->json, "mode", cJSON_CreateString("examples"));
    made->mode = MODE_EXAMPLES;
    return made;
}

static char *errors_text_dup(const char *path, const struct scenario_errors *errors)
{
    struct buf all;

    buf_init(&all);
    for (size_t i = 0; i < errors->count; i++) {
        const struct scenario_error *e = &errors->items[i];

        buf_printf(&all, "%s%s:%u:%u: %s%s%s", i ? "\n" : "", path, e->line, e->column, e->path,
                   *e->path ? ": " : "", e->what);
    }
    return buf_take(&all);
}

struct scenario *scenario_load(const char *path, char **why)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = NULL;
    char *text = NULL;
    size_t len;

    if (file_read(path, &text, &len, why) != 0)
        return NULL;
    s = scenario_parse(text, len, &errors);
    if (!s)
        *why = errors_text_dup(path, &errors);
    scenario_errors_release(&errors);
    free(text);
    return s;
}

struct scenario *scenario_default(void)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s =
        scenario_parse((const char *)scenario_default_text, sizeof scenario_default_text, &errors);

    if (!s) { // the file was changed and not checked: the build is wrong
        fprintf(stderr, "scenarios/default.jsonc:%u:%u: %s: %s\n", errors.items[0].line,
                errors.items[0].column, errors.items[0].path, errors.items[0].what);
        abort();
    }
    return s;
}

struct scenario *scenario_ref(const struct scenario *s)
{
    struct scenario *counted = (struct scenario *)s;

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return counted;
}

void scenario_unref(struct scenario *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    cJSON_Delete(s->json);
    free(s);
}

const struct behaviour *scenario_behaviour(const struct scenario *s)
{
    return &s->behaviour;
}

enum mode scenario_mode(const struct scenario *s)
{
    return s->mode;
}

const char *scenario_address_header(const struct scenario *s)
{
    return json_text(s->json, "client_address_header");
}

uint64_t scenario_seed(const struct scenario *s, bool *given)
{
    if (given)
        *given = json_get(s->json, "seed") != NULL;
    return (uint64_t)json_whole(s->json, "seed", 0);
}

bool scenario_clock(const struct scenario *s, int64_t *stands_at)
{
    const char *clock = json_text(s->json, "clock");

    // A relative time has nothing but the machine's clock to refer to: the sandbox's is being set.
    return clock && stamp_parse(clock, stamp_now(), stands_at);
}

const cJSON *scenario_faults(const struct scenario *s)
{
    return json_get(s->json, "faults");
}

const cJSON *scenario_json(const struct scenario *s)
{
    return s->json;
}

/* The word or number of one switch, as text in `room`; "" if it is not given. */
static const char *switch_of(const cJSON *json, const char *name, char room[24])
{
    const cJSON *item = json_get(json, name);

    if (cJSON_IsString(item))
        return item->valuestring;
    snprintf(room, 24, "%.0f", cJSON_IsNumber(item) ? item->valuedouble : 0);
    return room;
}

static bool is(const cJSON *json, const char *name, const char *value)
{
    char room[24];

    return strcmp(switch_of(json, name, room), value) == 0;
}

void scenario_read_behaviour(const cJSON *json, struct behaviour *b)
{
    b->inactive_verify = is(json, "inactive_verify", "reject") ? INACTIVE_REJECT : INACTIVE_STATUS;
    b->not_yet_verify = is(json, "not_yet_verify", "status") ? NOT_YET_STATUS : NOT_YET_REJECT;
    b->ip_verify = is(json, "ip_verify", "location") ? IP_LOCATION : IP_REJECT;
    b->foreign_account_verify =
        is(json, "foreign_account_verify", "unauthorized") ? FOREIGN_UNAUTHORIZED : FOREIGN_REJECT;
    b->accounts_list = is(json, "accounts_list", "legacy") ? ACCOUNTS_LEGACY : ACCOUNTS_OWN;
    b->memberships_account_token =
        is(json, "memberships_account_token", "10001") ? MEMBERSHIPS_10001 : MEMBERSHIPS_9106;
    b->product_bad_token_status =
        is(json, "product_bad_token_status", "403") ? PRODUCT_403 : PRODUCT_401;
    b->upper_case_ids = is(json, "upper_case_ids", "reject") ? UPPER_REJECT : UPPER_ACCEPT;
    b->rate_limit = is(json, "rate_limit", "real") ? RATE_REAL : RATE_OFF;
    b->rate_headers = is(json, "rate_headers", "counting") ? RATE_HEADERS_COUNTING
                      : is(json, "rate_headers", "none")   ? RATE_HEADERS_NONE
                                                           : RATE_HEADERS_REAL;
    b->retry_after = is(json, "retry_after", "date")   ? RETRY_DATE
                     : is(json, "retry_after", "none") ? RETRY_NONE
                                                       : RETRY_SECONDS;
    b->propagation_s = json_whole(json, "propagation_s", 0);
    b->r2_disabled = !json_flag(json, "r2_enabled", true);
    b->sunset = is(json, "sunset", "alive") ? SUNSET_ALIVE : SUNSET_GONE;
}
