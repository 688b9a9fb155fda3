/* The report for programs; its form is docs/suite-report.schema.json. */
#include "report.h"

#include "common/json.h"

#include <stdlib.h>

static cJSON *findings_json(const struct suite *s, const struct outcome *o)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < o->steps_count; i++)
        for (size_t k = 0; k < o->steps[i].findings.count; k++) {
            const struct finding *f = &o->steps[i].findings.items[k];

            cJSON_AddItemToArray(list, json_object(J_WHOLE("step", (int64_t)i + 1),
                                                   J_TEXT("check", check_name(f->check)),
                                                   J_TEXT("level", report_level(s, o, f->check)),
                                                   J_TEXT("text", f->text)));
        }
    return list;
}

static cJSON *steps_json(const struct outcome *o)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < o->steps_count; i++) {
        const struct step_outcome *step = &o->steps[i];
        const cJSON *entries = json_get(step->journal, "entries");

        cJSON_AddItemToArray(
            list, json_object(J_WHOLE("exit", step->exit_code), J_WHOLE("signal", step->signal),
                              J_WHOLE("elapsed_ms", step->elapsed_ms),
                              J_TEXT("stdout", step->said ? step->said : ""),
                              J_TEXT("stderr", step->murmured ? step->murmured : ""),
                              J_TREE("requests", entries ? cJSON_Duplicate(entries, true)
                                                         : cJSON_CreateArray())));
    }
    return list;
}

static cJSON *replay_json(const struct suite *s, const struct outcome *o)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    cJSON *json;

    report_replay(out, s, o);
    fclose(out);
    json = cJSON_CreateString(text);
    free(text);
    return json;
}

static cJSON *case_json(const struct suite *s, const struct outcome *o)
{
    bool plain = o->status == STATUS_PASS || o->status == STATUS_SKIP;

    return json_object(
        J_TEXT("id", o->c->id), J_TEXT("title", o->c->title),
        J_TEXT("level", o->c->must ? "MUST" : "SHOULD"),
        J_TREE("refs", o->c->refs ? cJSON_Duplicate(o->c->refs, true) : cJSON_CreateArray()),
        J_TEXT("status", status_name(o->status)), J_FLAG("scored", o->scored),
        J_WHOLE("elapsed_ms", o->elapsed_ms),
        J_TREE("why", o->why ? cJSON_CreateString(o->why) : NULL),
        J_TREE("findings", findings_json(s, o)), J_TREE("steps", plain ? NULL : steps_json(o)),
        J_TREE("replay", plain ? NULL : replay_json(s, o)));
}

static cJSON *distribution_json(const struct report_data *d)
{
    cJSON *json = cJSON_CreateObject();
    const char *reason;
    size_t count;

    for (size_t row = 0; (reason = report_reason(d, row, &count)); row++)
        json_put(json, reason, json_number((int64_t)count));
    return json;
}

void report_json(FILE *out, const struct report_data *d)
{
    cJSON *summary = cJSON_CreateObject(), *cases = cJSON_CreateArray(), *json;
    const struct suite *s = d->suite;
    size_t unscored = 0;
    char *text;

    for (int i = 0; i < STATUS_COUNT; i++) {
        json_put(summary, status_name((enum status)i),
                 json_number((int64_t)report_count(d, (enum status)i, true)));
        unscored += report_count(d, (enum status)i, false);
    }
    json_put(summary, "not_scored", json_number((int64_t)unscored));
    for (size_t i = 0; i < d->count; i++)
        cJSON_AddItemToArray(cases, case_json(s, &d->outcomes[i]));
    json = json_object(
        J_WHOLE("protocol", 1), J_TEXT("suite", "mockflare-conform"), J_TEXT("version", MF_VERSION),
        J_TEXT("profile", s->profile.name), J_TREE("mock", cJSON_Duplicate(s->health, true)),
        J_TREE("linker", s->described ? cJSON_Duplicate(s->described, true) : cJSON_CreateNull()),
        J_WHOLE("elapsed_ms", d->elapsed_ms), J_TREE("summary", summary),
        J_TREE("seed", d->random ? cJSON_CreateString(d->seed) : NULL),
        J_TREE("distribution", d->random ? distribution_json(d) : NULL), J_TREE("cases", cases));
    text = json_pretty_dup(json);
    fputs(text, out);
    putc('\n', out);
    free(text);
    cJSON_Delete(json);
}
