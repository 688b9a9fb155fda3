#include "describe.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define DESCRIBE_MS 5000

static const char *const known[] = { "auto_type", "permissions", "state", "tls", NULL };

static cJSON *read_description(const struct spawn_result *r)
{
    cJSON *json = r->exit_code == 0 ? json_parse(NULL, r->out, r->out_len) : NULL;

    if (json && json_is_whole(json_get(json, "protocol")))
        return json;
    cJSON_Delete(json);
    return NULL;
}

int describe_ask(struct suite *s, char **why)
{
    struct suite asking = *s;
    struct rng rng;
    struct spawn_result r;
    struct spawn_plan plan;
    struct inputs in = { .home = s->folder, .tmp = s->folder, .deadline_ms = DESCRIBE_MS };
    char mark[33], **argv, **env;
    int rc = -1;

    rng_init(&rng, rng_seed_from_system());
    rng_hex(&rng, mark, 32);
    in.run = mark;
    asking.compat_env = false;
    argv = inputs_argv(&asking, &in);
    argv = xrealloc(argv, (s->command_count + 2) * sizeof *argv);
    argv[s->command_count] = xstrdup("--mf-describe");
    argv[s->command_count + 1] = NULL;
    env = inputs_env(&asking, &in);
    plan = (struct spawn_plan){ .argv = argv,
                                .env = env,
                                .cwd = s->folder,
                                .run = mark,
                                .deadline_ms = DESCRIBE_MS,
                                .out_most = RESULT_MOST,
                                .err_most = 4096 };
    spawn_run(&plan, &r);
    if (r.why) {
        *why = xstrdup(r.why);
    } else {
        s->described = read_description(&r);
        rc = 0;
        if (s->described && json_whole(s->described, "protocol", 1) != 1) {
            *why = text_printf("the linker speaks protocol %lld, this suite speaks 1",
                               (long long)json_whole(s->described, "protocol", 0));
            rc = -1;
        }
    }
    spawn_result_release(&r);
    words_free(argv);
    words_free(env);
    return rc;
}

static void add(struct suite *s, const char *name)
{
    for (size_t i = 0; known[i]; i++)
        if (strcmp(known[i], name) == 0) {
            s->features = xrealloc(s->features, (s->features_count + 1) * sizeof *s->features);
            s->features[s->features_count++] = known[i];
        }
    s->permissions = s->permissions || strcmp(name, "permissions") == 0;
    s->state = s->state || strcmp(name, "state") == 0;
}

static int add_told(struct suite *s, const char *told, char **why)
{
    while (*told) {
        size_t len = strcspn(told, ","), before = s->features_count;
        char *name = xstrndup(told, len);
        const char *near = text_nearest(name, known);

        add(s, name);
        if (len && s->features_count == before) {
            *why = text_printf("--features: there is no feature \"%s\"%s%s", name,
                               near ? "; nearest: " : "", near ? near : "");
            free(name);
            return -1;
        }
        free(name);
        told += len + (told[len] == ',');
    }
    return 0;
}

int describe_features(struct suite *s, const char *told, char **why)
{
    const cJSON *features = json_get(s->described, "features"), *item;

    if (told)
        return add_told(s, told, why);
    if (!s->described)
        add(s, "auto_type");
    cJSON_ArrayForEach (item, features) {
        if (cJSON_IsString(item))
            add(s, item->valuestring);
    }
    return 0;
}
