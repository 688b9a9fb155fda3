#include "stage.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/text.h"
#include "mockctl.h"
#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int stage_ask(struct stage *s, const char *method, const char *path, const cJSON *body,
              cJSON **answer, char **why)
{
    return mock_ask(s->suite->mock, s->worker->wire, s->sandbox, method, path, body, answer, why);
}

static void replace_in_texts(cJSON *item, const char *what, const char *with)
{
    for (cJSON *child = item->child; child; child = child->next)
        replace_in_texts(child, what, with);
    if (cJSON_IsString(item) && strstr(item->valuestring, what)) {
        struct buf out;
        const char *at = item->valuestring, *hole;

        buf_init(&out);
        while ((hole = strstr(at, what))) {
            buf_add(&out, at, (size_t)(hole - at));
            buf_text(&out, with);
            at = hole + strlen(what);
        }
        buf_text(&out, at);
        cJSON_SetValuestring(item, out.at);
        buf_release(&out);
    }
}

static int snapshot(struct stage *s, cJSON **out, char **why)
{
    cJSON_Delete(*out);
    *out = NULL;
    return stage_ask(s, "GET", "/scenario?secrets=true", NULL, out, why);
}

/* The case's world in a sandbox of its own. */
static int open_world(struct stage *s, char **why)
{
    static const char hole[] = "{foreign_url}";
    cJSON *world = cJSON_Duplicate(s->c->world, true);
    char *text = json_print_dup(world), *path;
    int rc = -1;

    snprintf(s->sandbox, sizeof s->sandbox, "c%012llx",
             (unsigned long long)(rng_next(&s->worker->rng) >> 16));
    path = text_printf("/sandboxes/%s", s->sandbox);
    if (strstr(text, hole)) {
        s->foreign = sink_new(SINK_FOREIGN, why);
        if (!s->foreign)
            goto done;
        replace_in_texts(world, hole, sink_origin(s->foreign));
    }
    if (mock_ask(s->suite->mock, s->worker->wire, NULL, "PUT", path, world, NULL, why) == 0 &&
        snapshot(s, &s->first, why) == 0 && snapshot(s, &s->now, why) == 0)
        rc = 0;
done:
    free(path);
    free(text);
    cJSON_Delete(world);
    return rc;
}

void stage_close(struct stage *s)
{
    char *path = text_printf("/sandboxes/%s", s->sandbox), *why = NULL;

    if (*s->sandbox &&
        mock_ask(s->suite->mock, s->worker->wire, NULL, "DELETE", path, NULL, NULL, &why) != 0)
        free(why); // the world is no longer needed; a dead mock shows at the next case
    free(path);
    sink_free(s->foreign);
    cJSON_Delete(s->first);
    cJSON_Delete(s->now);
    place_remove(&s->place);
}

int stage_open(struct stage *s, char **why)
{
    char name[33];

    s->faults = json_get(s->c->world, "faults");
    rng_hex(&s->worker->rng, name, 32);
    return place_make(&s->place, s->suite->folder, name, why) == 0 ? open_world(s, why) : -1;
}

/* PATCH /tokens/NAME or /users/EMAIL for each member. */
static int patch_all(struct stage *s, const char *folder, const cJSON *patches, char **why)
{
    const cJSON *patch;

    cJSON_ArrayForEach (patch, patches) {
        char *name = text_percent_dup(patch->string), *path = text_printf("/%s/%s", folder, name);
        int rc = stage_ask(s, "PATCH", path, patch, NULL, why);

        free(path);
        free(name);
        if (rc != 0)
            return -1;
    }
    return 0;
}

int stage_change(struct stage *s, const cJSON *change, char **why)
{
    const cJSON *faults = json_get(change, "faults"), *ahead = json_get(change, "clock_advance_s");
    cJSON *advance = json_object(J_WHOLE("advance_s", json_whole(change, "clock_advance_s", 0)));
    int rc = -1;

    if (patch_all(s, "tokens", json_get(change, "tokens"), why) == 0 &&
        patch_all(s, "users", json_get(change, "users"), why) == 0 &&
        (!faults || stage_ask(s, "PUT", "/faults", faults, NULL, why) == 0) &&
        (!ahead || stage_ask(s, "POST", "/clock", advance, NULL, why) == 0) &&
        snapshot(s, &s->now, why) == 0)
        rc = 0;
    if (faults)
        s->faults = faults;
    cJSON_Delete(advance);
    return rc;
}

const cJSON *stage_find(const cJSON *list, const char *member, const char *value)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, list) {
        const char *text = json_text(item, member);

        if (value && text && strcmp(text, value) == 0)
            return item;
    }
    return NULL;
}

const char *stage_account(const struct stage *s, const char *name)
{
    const char *id = json_text(stage_find(json_get(s->now, "accounts"), "name", name), "id");

    return id ? id : text_is_hex32(name) ? name : NULL;
}
