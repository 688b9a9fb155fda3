#include "evidence.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void state_file_release(struct state_file *s)
{
    cJSON_Delete(s->links);
}

void evidence_release(struct evidence *e)
{
    free(e->token);
    free(e->value);
    free(e->account);
    free(e->account_right);
    leak_release(&e->leak);
    spawn_result_release(&e->process);
    result_release(&e->result);
    cJSON_Delete(e->journal);
    free(e->seen);
    hits_free(e->base, e->base_count);
    hits_free(e->foreign, e->foreign_count);
    cJSON_Delete(e->connections);
    free(e->leaked_file);
    state_file_release(&e->before);
    state_file_release(&e->after);
    cJSON_Delete(e->truth);
    *e = (struct evidence){ 0 };
}

static const char *word(const cJSON *entry, const char *name)
{
    const char *text = json_text(entry, name);

    return text ? text : "";
}

/* The fault of that name: its own, its error's, or "fault N" by its place in the list. */
static const cJSON *fault_did(const cJSON *faults, const char *name)
{
    const cJSON *fault;
    int place = 1;

    cJSON_ArrayForEach (fault, faults) {
        const cJSON *what = json_get(fault, "do");
        const char *own = json_text(fault, "name"), *error = json_text(what, "error");
        char by_place[24];

        snprintf(by_place, sizeof by_place, "fault %d", place++);
        if (strcmp(own ? own : error ? error : by_place, name) == 0)
            return what;
    }
    return cJSON_GetArraySize(faults) == 1 ? json_get(faults->child, "do") : NULL;
}

static void see(struct seen *s, const cJSON *entry, const cJSON *faults)
{
    const char *path = word(entry, "path");

    if (text_starts(path, "/client/v4"))
        path += strlen("/client/v4");
    *s = (struct seen){
        .method = word(entry, "method"),
        .path = path,
        .query = word(entry, "query"),
        .operation = word(entry, "operation"),
        .auth = word(entry, "auth"),
        .authorization = word(entry, "authorization"),
        .user_agent = word(entry, "user_agent"),
        .graphql = word(entry, "graphql"),
        .fault = word(entry, "fault"),
        .entry = entry,
        .code = json_whole(entry, "code", 0),
        .at_ms = json_whole(entry, "at_ms", 0),
        .end_ms = json_whole(entry, "end_ms", json_whole(entry, "at_ms", 0)),
        .status = (int)json_whole(entry, "status", 0),
    };
    s->did = *s->fault ? fault_did(faults, s->fault) : NULL;
}

static int by_time(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int64_t nx = json_whole(x->entry, "n", 0), ny = json_whole(y->entry, "n", 0);

    if (x->at_ms != y->at_ms)
        return x->at_ms > y->at_ms ? 1 : -1;
    return (nx > ny) - (nx < ny);
}

void evidence_take_journal(struct evidence *e, cJSON *answer)
{
    const cJSON *entry;

    e->journal = answer;
    e->dropped = json_whole(answer, "dropped", 0);
    e->seen = xcalloc((size_t)cJSON_GetArraySize(json_get(answer, "entries")) + 1, sizeof *e->seen);
    e->seen_count = 0;
    cJSON_ArrayForEach (entry, json_get(answer, "entries")) {
        see(&e->seen[e->seen_count++], entry, e->faults);
    }
    qsort(e->seen, e->seen_count, sizeof *e->seen, by_time);
}

static int by_operation(const void *a, const void *b)
{
    return strcmp(((const struct operation_groups *)a)->operation,
                  ((const struct operation_groups *)b)->operation);
}

void operations_take(struct operations *o, cJSON *coverage)
{
    const cJSON *list = cJSON_IsArray(coverage) ? coverage : json_get(coverage, "operations"), *row;

    *o = (struct operations){ .json = coverage };
    o->rows = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *o->rows);
    cJSON_ArrayForEach (row, list) {
        const char *name = json_text(row, "operation");

        if (name)
            o->rows[o->count++] = (struct operation_groups){ name, json_get(row, "groups") };
    }
    qsort(o->rows, o->count, sizeof *o->rows, by_operation);
}

void operations_release(struct operations *o)
{
    cJSON_Delete(o->json);
    free(o->rows);
    *o = (struct operations){ 0 };
}

bool operation_accepts(const struct operations *o, const char *operation, const char *group)
{
    struct operation_groups key = { operation, NULL }, *row;

    row = o->count ? bsearch(&key, o->rows, o->count, sizeof *o->rows, by_operation) : NULL;
    return row && list_has(row->groups, group);
}

bool seen_is_account_verify(const struct seen *s)
{
    return text_starts(s->path, "/accounts/") && text_glob("/accounts/*/tokens/verify", s->path);
}

bool seen_is_verify(const struct seen *s)
{
    return strcmp(s->path, "/user/tokens/verify") == 0 || seen_is_account_verify(s);
}

bool seen_broken(const struct seen *s)
{
    return s->status == 0 || json_get(s->did, "reset") || json_get(s->did, "truncate") ||
           json_get(s->did, "malformed") || json_get(s->did, "endless");
}

bool seen_transient(const struct seen *s)
{
    return seen_broken(s) || s->status == 408 || s->status == 429 || s->status >= 500 ||
           (*s->fault && s->status == 200);
}

bool seen_same(const struct seen *a, const struct seen *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0 &&
           strcmp(a->query, b->query) == 0;
}

bool reason_is(const struct evidence *e, const char *name)
{
    return e->result.reason && strcmp(e->result.reason->name, name) == 0;
}
