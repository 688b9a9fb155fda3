/* The mock's own API: health, scenario, reset, sandboxes, clock, faults, changes, coverage, env. */
#include "mock/families/control.h"

#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/relay.h"
#include "mock/state/change.h"
#include "mock/state/clock.h"
#include "mock/state/coverage.h"
#include "mock/state/faults.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum step control_answer(struct call *c, int status, cJSON *json)
{
    char *text = json_print_dup(json);

    cJSON_Delete(json);
    answer_raw(c, status, "application/json", text, strlen(text));
    free(text);
    return ANSWERED;
}

enum step control_refuse_take(struct call *c, int status, char *why)
{
    cJSON *json = json_object(J_TEXT("error", why));

    free(why);
    return control_answer(c, status, json);
}

enum step control_health(struct call *c)
{
    return control_answer(c, 200, json_object(J_TEXT("status", "ok"), J_TEXT("version", MF_VERSION),
                                              J_WHOLE("operations", OPERATIONS_OF_DOCUMENT)));
}

enum step control_scenario_get(struct call *c)
{
    const char *secrets = call_query(c, "secrets");
    bool with = secrets && strcmp(secrets, "true") == 0;

    return control_answer(c, 200, scenario_snapshot(c->world, with));
}

static enum step refuse_scenario(struct call *c, struct scenario_errors *errors)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < errors->count; i++)
        cJSON_AddItemToArray(list, json_object(J_WHOLE("line", errors->items[i].line),
                                               J_WHOLE("column", errors->items[i].column),
                                               J_TEXT("path", errors->items[i].path),
                                               J_TEXT("what", errors->items[i].what)));
    scenario_errors_release(errors);
    return control_answer(c, 400, json_object(J_TEXT("error", "the scenario is not right; nothing was changed"),
                                              J_TREE("errors", list)));
}

/* Loads the body as the scenario of the sandbox `name`; NULL body: a fresh copy of the first one. */
static enum step load(struct call *c, const char *name, bool empty_is_fine)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = NULL;
    char *why = NULL;
    int rc;

    if (c->body_len || !empty_is_fine) {
        s = scenario_parse(c->body ? c->body : "", c->body_len, &errors);
        if (!s)
            return refuse_scenario(c, &errors);
    }
    rc = worlds_put(name, s, &why);
    scenario_unref(s);
    return rc == 0 ? GO_ON : control_refuse_take(c, 400, why);
}

enum step control_scenario_put(struct call *c)
{
    if (load(c, world_name(c->world), false) == ANSWERED)
        return ANSWERED;
    return control_answer(c, 200, json_object(J_FLAG("loaded", true)));
}

enum step control_reset(struct call *c)
{
    char *why = NULL;

    if (worlds_reset(world_name(c->world), &why) != 0)
        return control_refuse_take(c, 409, why);
    return control_answer(c, 200, json_object(J_FLAG("reset", true)));
}

enum step control_sandboxes_list(struct call *c)
{
    return control_answer(c, 200, json_object(J_TREE("sandboxes", worlds_list())));
}

enum step control_sandbox_put(struct call *c)
{
    const char *name = c->param[0].text, *host = call_header(c, "Host");
    char *base, *control;
    cJSON *json;

    if (load(c, name, true) == ANSWERED)
        return ANSWERED;
    base = arena_printf(c->arena, "%s://%s/sandbox/%s/client/v4", call_scheme(c), host, name);
    control = arena_printf(c->arena, "%s://%s/sandbox/%s/_mockflare", call_scheme(c), host, name);
    json = json_object(J_TEXT("name", name), J_TEXT("base_url", base), J_TEXT("control_url", control));
    return control_answer(c, 200, json);
}

enum step control_sandbox_delete(struct call *c)
{
    char *why = NULL;
    int rc = worlds_remove(c->param[0].text, &why);

    if (rc < 0)
        return control_refuse_take(c, 507, why);
    if (rc > 0)
        return control_refuse_take(c, 404, text_printf("there is no sandbox %s", c->param[0].text));
    relay_close_sandbox(c->param[0].text);
    return control_answer(c, 200, json_object(J_FLAG("deleted", true)));
}

enum step control_clock_get(struct call *c)
{
    char now[STAMP_ROOM];

    stamp_text(world_now(c->world), 6, now);
    return control_answer(c, 200, json_object(J_TEXT("now", now),
                                              J_FLAG("standing", clock_stands(world_clock(c->world)))));
}

enum step control_clock_put(struct call *c)
{
    const char *now = json_text(c->json, "now");
    int64_t stamp;

    if (json_flag(c->json, "real", false)) {
        clock_run(world_clock(c->world));
    } else if (now && stamp_parse(now, world_now(c->world), &stamp)) {
        clock_stand_at(world_clock(c->world), stamp);
    } else {
        return control_refuse_take(c, 400, text_printf("send {\"now\": a time such as 2026-03-01T09:00:00Z "
                                                       "or now+1h} or {\"real\": true}"));
    }
    return control_clock_get(c);
}

enum step control_clock_post(struct call *c)
{
    const cJSON *by = json_get(c->json, "advance_s");

    if (!cJSON_IsNumber(by) || !isfinite(by->valuedouble) || fabs(by->valuedouble) > 1e10)
        return control_refuse_take(c, 400, text_printf("send {\"advance_s\": a number of seconds}"));
    clock_advance(world_clock(c->world), (int64_t)(by->valuedouble * 1e6));
    return control_clock_get(c);
}

enum step control_faults_list(struct call *c)
{
    return control_answer(c, 200, json_object(J_TREE("faults", faults_list(world_faults(c->world), true))));
}

enum step control_faults_put(struct call *c)
{
    const cJSON *list = cJSON_IsArray(c->json) ? c->json : json_get(c->json, "faults");
    char *why = NULL;

    if (!cJSON_IsArray(list))
        return control_refuse_take(c, 400, text_printf("send an array of faults"));
    if (faults_replace(world_faults(c->world), list, &why) != 0)
        return control_refuse_take(c, 400, why);
    return control_faults_list(c);
}

enum step control_faults_post(struct call *c)
{
    char *why = NULL;

    if (!cJSON_IsObject(c->json))
        return control_refuse_take(c, 400, text_printf("send one fault: {\"when\": …, \"do\": …}"));
    if (faults_add(world_faults(c->world), c->json, &why) != 0)
        return control_refuse_take(c, 400, why);
    return control_faults_list(c);
}

enum step control_faults_clear(struct call *c)
{
    cJSON *none = cJSON_CreateArray();
    char *why = NULL;

    faults_replace(world_faults(c->world), none, &why);
    cJSON_Delete(none);
    return control_faults_list(c);
}

enum step control_token_patch(struct call *c)
{
    cJSON *shown = NULL;
    char *why = NULL;

    if (!cJSON_IsObject(c->json))
        return control_refuse_take(c, 400, text_printf("send an object such as {\"roll\": true}"));
    if (change_token(c->world, c->param[0].text, c->json, &shown, &why) != 0)
        return control_refuse_take(c, 400, why);
    return control_answer(c, 200, shown);
}

enum step control_user_patch(struct call *c)
{
    cJSON *shown = NULL;
    char *why = NULL;

    if (!cJSON_IsObject(c->json))
        return control_refuse_take(c, 400, text_printf("send an object such as {\"remove\": true}"));
    if (change_user(c->world, c->param[0].text, c->json, &shown, &why) != 0)
        return control_refuse_take(c, 400, why);
    return control_answer(c, 200, shown);
}

enum step control_coverage(struct call *c)
{
    return control_answer(c, 200, coverage_json());
}

enum step control_env(struct call *c)
{
    cJSON *env = scenario_env(c->world);
    const char *name = world_name(c->world);

    cJSON_AddStringToObject(env, "base_url",
                            arena_printf(c->arena, "%s://%s%s%s/client/v4", call_scheme(c), call_header(c, "Host"),
                                         *name ? "/sandbox/" : "", name));
    return control_answer(c, 200, env);
}
