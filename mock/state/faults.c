#include "mock/state/faults.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/state/change.h"
#include "mock/state/faults_parts.h"
#include "mock/state/identity.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fault {
    int64_t id;
    cJSON *json; // as given
    const cJSON *when, *what;
    char *name;
    const struct op *op;               // NULL: any
    const char *method, *path, *token; // NULL: any
    int64_t matched, fired;
};

struct faults {
    pthread_mutex_t lock;
    struct rng rng;
    struct fault *items;
    size_t count;
    int64_t last_id;
};

static void append(struct faults *f, const cJSON *json)
{
    struct fault *one;
    const char *name = json_text(json, "name"), *error, *operation;

    f->items = xrealloc(f->items, (f->count + 1) * sizeof *f->items);
    one = &f->items[f->count++];
    *one = (struct fault){ .id = ++f->last_id, .json = cJSON_Duplicate(json, true) };
    one->when = json_get(one->json, "when");
    one->what = json_get(one->json, "do");
    one->method = json_text(one->when, "method");
    one->path = json_text(one->when, "path");
    one->token = json_text(one->when, "token");
    operation = json_text(one->when, "operation");
    one->op = operation ? fault_operation(operation) : NULL;
    error = json_text(one->what, "error");
    one->name = name    ? xstrdup(name)
                : error ? xstrdup(error)
                        : text_printf("fault %lld", (long long)one->id);
}

static void drop_all(struct faults *f)
{
    for (size_t i = 0; i < f->count; i++) {
        cJSON_Delete(f->items[i].json);
        free(f->items[i].name);
    }
    free(f->items);
    f->items = NULL;
    f->count = 0;
}

struct faults *faults_new(const cJSON *list, uint64_t seed)
{
    struct faults *f = xcalloc(1, sizeof *f);
    const cJSON *one;

    pthread_mutex_init(&f->lock, NULL);
    rng_init(&f->rng, seed);
    cJSON_ArrayForEach (one, list)
        append(f, one);
    return f;
}

void faults_free(struct faults *f)
{
    if (!f)
        return;
    drop_all(f);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static bool concerns(const struct fault *one, const struct call *c)
{
    const struct token *t = token_of(c->who.token);

    return (!one->op || one->op == c->op) &&
           (!one->method || strcmp(one->method, c->in.method) == 0) &&
           (!one->path || text_glob(one->path, c->local_path)) &&
           (!one->token || (t && strcmp(t->name, one->token) == 0));
}

static bool is_listed(const cJSON *numbers, int64_t n)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, numbers)
        if ((int64_t)one->valuedouble == n)
            return true;
    return false;
}

/* Counts a request that the fault concerns, and tells whether it meets it. */
static bool has_turn(struct faults *f, struct fault *one)
{
    const cJSON *nth = json_get(one->when, "nth"), *percent = json_get(one->when, "percent");
    int64_t n = ++one->matched;

    // The generator turns for every such request, so that a fault's pattern depends on nothing
    // else.
    if (percent && rng_below(&f->rng, 1000000) >= (uint64_t)(percent->valuedouble * 10000))
        return false;
    return (!nth || is_listed(nth, n)) && n >= json_whole(one->when, "from", 1) &&
           one->fired < json_whole(one->when, "times", INT64_MAX);
}

/* The fault that this request meets, copied into the call's arena; NULL: none. */
static const struct fault *choose(struct faults *f, struct call *c)
{
    struct fault *chosen = NULL, *copy = NULL;

    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->count; i++)
        if (concerns(&f->items[i], c) && has_turn(f, &f->items[i]) && !chosen)
            chosen = &f->items[i];
    if (chosen) {
        chosen->fired++;
        copy = arena_alloc(c->arena, sizeof *copy);
        copy->name = arena_strdup(c->arena, chosen->name);
        copy->json = cJSON_Duplicate(chosen->what, true);
        arena_on_free(c->arena, (void (*)(void *))cJSON_Delete, copy->json);
    }
    pthread_mutex_unlock(&f->lock);
    return copy;
}

/* A number, or one drawn from [least, most], in microseconds. */
static int64_t duration_us(struct faults *f, const cJSON *ms)
{
    double least = ms ? ms->valuedouble : 0, most;
    int64_t drawn;

    if (!cJSON_IsArray(ms))
        return (int64_t)(least * 1000);
    least = cJSON_GetArrayItem(ms, 0)->valuedouble;
    most = cJSON_GetArrayItem(ms, 1)->valuedouble;
    pthread_mutex_lock(&f->lock);
    drawn = (int64_t)rng_below(&f->rng, (uint64_t)((most - least) * 1000) + 1);
    pthread_mutex_unlock(&f->lock);
    return (int64_t)(least * 1000) + drawn;
}

/* What goes wrong here (the token is gone already) is nobody's fault: the request goes on. */
static void change_world(struct call *c, const cJSON *what)
{
    const cJSON *token = json_get(what, "token"), *user = json_get(what, "user");
    cJSON *patch, *shown = NULL;
    char *why = NULL;

    if (token) {
        patch = fault_without(token, "name");
        if (change_token(c->world, json_text(token, "name"), patch, &shown, &why) == 0)
            cJSON_Delete(shown);
        cJSON_Delete(patch);
        free(why);
    }
    why = NULL;
    if (user) {
        patch = fault_without(user, "email");
        if (change_user(c->world, json_text(user, "email"), patch, &shown, &why) == 0)
            cJSON_Delete(shown);
        cJSON_Delete(patch);
        free(why);
    }
}

static enum fault_reset reset_of(const cJSON *what)
{
    const char *reset = json_text(what, "reset");

    if (!reset)
        return RESET_NONE;
    return strcmp(reset, "before") == 0 ? RESET_BEFORE_HEADERS : RESET_AFTER_HEADERS;
}

const struct fault_plan *faults_plan(struct faults *f, struct call *c)
{
    const struct fault *one = choose(f, c);
    struct fault_plan *plan;
    const cJSON *what;

    if (!one)
        return NULL;
    what = one->json;
    plan = arena_alloc(c->arena, sizeof *plan);
    *plan = (struct fault_plan){ .name = one->name,
                                 .delay_us = duration_us(f, json_get(what, "delay_ms")),
                                 .drip_us = json_whole(what, "drip_ms", 0) * 1000,
                                 .drip_bytes = (int)json_whole(what, "drip_bytes", 16),
                                 .reset = reset_of(what),
                                 .truncate_at = json_whole(what, "truncate", -1),
                                 .endless = json_flag(what, "endless", false),
                                 .malformed = json_flag(what, "malformed", false) };
    change_world(c, what);
    plan->answers = fault_answer(c, what);
    if (!plan->answers && json_text(what, "content_type"))
        plan->content_type = arena_strdup(c->arena, json_text(what, "content_type"));
    return plan;
}

cJSON *faults_list(struct faults *f, bool counts)
{
    cJSON *list = cJSON_CreateArray();

    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->count; i++) {
        const struct fault *one = &f->items[i];
        cJSON *shown = counts ? json_object(J_WHOLE("id", one->id), J_TEXT("name", one->name))
                              : cJSON_CreateObject();

        if (!counts && json_text(one->json, "name"))
            json_put(shown, "name", cJSON_CreateString(one->name));
        if (one->when)
            json_put(shown, "when", cJSON_Duplicate(one->when, true));
        json_put(shown, "do", cJSON_Duplicate(one->what, true));
        if (counts) {
            json_put(shown, "matched", json_number(one->matched));
            json_put(shown, "fired", json_number(one->fired));
        }
        cJSON_AddItemToArray(list, shown);
    }
    pthread_mutex_unlock(&f->lock);
    return list;
}

static int checked(const cJSON *list, const char *path, char **why)
{
    struct first_complaint first = { NULL };
    struct complaints c = { complaint_keep_first, &first };

    if (faults_check(list, path, &c))
        return 0;
    *why = first.text;
    return -1;
}

int faults_replace(struct faults *f, const cJSON *list, char **why)
{
    const cJSON *one;

    if (!cJSON_IsArray(list)) {
        *why = xstrdup("must be a list of faults");
        return -1;
    }
    if (checked(list, "faults", why) != 0)
        return -1;
    pthread_mutex_lock(&f->lock);
    drop_all(f);
    cJSON_ArrayForEach (one, list)
        append(f, one);
    pthread_mutex_unlock(&f->lock);
    return 0;
}

int faults_add(struct faults *f, const cJSON *one, char **why)
{
    cJSON *list = cJSON_CreateArray();
    int rc;

    cJSON_AddItemToArray(list, cJSON_Duplicate(one, true));
    rc = checked(list, "faults", why);
    cJSON_Delete(list);
    if (rc != 0)
        return -1;
    pthread_mutex_lock(&f->lock);
    append(f, one);
    pthread_mutex_unlock(&f->lock);
    return 0;
}
