/* The journal's part of the control API. */
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/control.h"
#include "mock/state/journal.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

/* Reads the filters; a name that is none is refused with the nearest one. */
static enum step read_filter(struct call *c, struct journal_filter *f)
{
    static const char *const names[] = { "method", "path", "operation", "token", "status", "after",
                                         "limit", NULL };

    for (const char *at = c->in.query; *at;) {
        char *name = arena_strndup(c->arena, at, strcspn(at, "=&"));
        size_t i = 0;

        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (!names[i]) {
            const char *near = text_nearest(name, names);

            return control_refuse_take(c, 400, text_printf("unknown filter %s%s%s", name,
                                                           near ? "; did you mean " : "", near ? near : ""));
        }
        at += strcspn(at, "&");
        at += *at == '&';
    }
    *f = (struct journal_filter){
        .method = call_query(c, "method"),
        .path_glob = call_query(c, "path"),
        .operation = call_query(c, "operation"),
        .token = call_query(c, "token"),
        .status = (int)call_query_whole(c, "status", 0),
        .after = call_query_whole(c, "after", 0),
        .limit = call_query_whole(c, "limit", 0),
    };
    return GO_ON;
}

enum step control_journal_list(struct call *c)
{
    struct journal *j = world_journal(c->world);
    struct journal_filter f;

    if (read_filter(c, &f) == ANSWERED)
        return ANSWERED;
    return control_answer(c, 200, json_object(J_TREE("entries", journal_list(j, &f)),
                                              J_WHOLE("dropped", journal_dropped(j)),
                                              J_WHOLE("last", journal_last(j))));
}

enum step control_journal_count(struct call *c)
{
    struct journal_filter f;

    if (read_filter(c, &f) == ANSWERED)
        return ANSWERED;
    return control_answer(c, 200,
                          json_object(J_WHOLE("count", journal_count(world_journal(c->world), &f))));
}

enum step control_journal_clear(struct call *c)
{
    journal_clear(world_journal(c->world));
    return control_answer(c, 200, json_object(J_FLAG("cleared", true)));
}

enum step control_journal_watch(struct call *c)
{
    const cJSON *list = json_get(c->json, "strings"), *item;
    const char **strings;
    size_t n = 0;

    if (!cJSON_IsArray(list))
        return control_refuse_take(c, 400, text_printf("send {\"strings\": [text, …]}"));
    strings = arena_alloc(c->arena, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof *strings);
    cJSON_ArrayForEach (item, list)
        if (cJSON_IsString(item) && *item->valuestring)
            strings[n++] = item->valuestring;
    journal_watch(world_journal(c->world), strings, n);
    return control_answer(c, 200, json_object(J_WHOLE("watching", (int64_t)n)));
}
