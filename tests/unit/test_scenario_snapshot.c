/* A world becomes a scenario again, and the editor's schema knows what the check knows. */
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/change.h"
#include "mock/state/faults_parts.h"
#include "mock/state/scenario.h"
#include "mock/state/scenario_parts.h"
#include "mock/world.h"

#include <check.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static struct world *world_of(const char *text)
{
    struct scenario_errors e = { 0 };
    struct scenario *s = scenario_parse(text, strlen(text), &e);
    struct world *w;
    char *why = NULL;

    ck_assert_msg(s != NULL, "%s: %s", e.count ? e.items[0].path : "",
                  e.count ? e.items[0].what : "");
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    scenario_unref(s);
    scenario_errors_release(&e);
    return w;
}

static glob_t ready;

/* Every ready world loads; its snapshot loads again, and gives the same snapshot. */
START_TEST(snapshot_loads_again)
{
    bool secrets = _i % 2;
    char *why = NULL, *first, *second;
    struct scenario *s = scenario_load(ready.gl_pathv[_i / 2], &why);
    struct world *w, *again;
    cJSON *shown;

    ck_assert_msg(s != NULL, "%s", why);
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    shown = scenario_snapshot(w, secrets);
    first = json_pretty_dup(shown);
    ck_assert_msg(!secrets == !strstr(first, "\"value\":"), "values only where they are asked for");
    cJSON_Delete(shown);
    again = world_of(first);
    shown = scenario_snapshot(again, secrets);
    second = json_pretty_dup(shown);
    ck_assert_str_eq(first, second);
    cJSON_Delete(shown);
    world_unref(again);
    world_unref(w);
    scenario_unref(s);
    free(first);
    free(second);
}
END_TEST

START_TEST(snapshot_holds_what_changed)
{
    struct world *
        w = world_of(
           "{ \"tokens\": [{ \"name\": \"ci\", \"permissions\": \"all\" }, { \"name\": \"gone\" }],"
           "\"faults\": [{ \"when\": { \"token\": \"gone\" }, \"do\": { \"delay_ms\": 1 } },"
           "{ \"when\": { \"token\": \"ci\" }, \"do\": { \"delay_ms\": 1 } }] }"),
       *again;
    cJSON *patch = json_object(J_TEXT("status", "disabled")), *shown = NULL;
    cJSON *gone = json_object(J_FLAG("delete", true));
    char *why = NULL, *text;

    ck_assert_int_eq(change_token(w, "ci", patch, &shown, &why), 0);
    cJSON_Delete(shown);
    ck_assert_int_eq(change_token(w, "gone", gone, &shown, &why), 0);
    cJSON_Delete(shown);
    shown = scenario_snapshot(w, false);
    ck_assert_int_eq(cJSON_GetArraySize(json_get(shown, "tokens")), 1);
    ck_assert_str_eq(json_text(json_at(shown, "tokens[0]"), "status"), "disabled");
    ck_assert_int_eq(cJSON_GetArraySize(json_get(shown, "faults")),
                     1); // the other can never happen
    text = json_print_dup(shown);
    again = world_of(text);
    world_unref(again);
    free(text);
    cJSON_Delete(shown);
    cJSON_Delete(patch);
    cJSON_Delete(gone);
    world_unref(w);
}
END_TEST

/* The schema for editors and the rows of the check know the same members. */
static const cJSON *resolved(const cJSON *schema, const cJSON *root)
{
    const char *ref = json_text(schema, "$ref");
    const char *name = ref ? strrchr(ref, '/') : NULL;

    return name ? json_get(json_get(root, "$defs"), name + 1) : schema;
}

/* The part of a schema that has `member`, itself or among its alternatives. */
static const cJSON *part_with(const cJSON *schema, const cJSON *root, const char *member)
{
    const cJSON *one, *found = NULL;

    schema = resolved(schema, root);
    if (json_get(schema, member))
        return schema;
    cJSON_ArrayForEach (one, json_get(schema, "anyOf"))
        if (!found)
            found = part_with(one, root, member);
    return found;
}

static const cJSON *schema_at(const cJSON *root, const cJSON *schema, const char *path)
{
    while (schema && *path) {
        if (strncmp(path, "[]", 2) == 0) {
            schema = json_get(part_with(schema, root, "items"), "items");
            path += 2;
        } else if (strncmp(path, ".*", 2) == 0) {
            schema =
                json_get(part_with(schema, root, "additionalProperties"), "additionalProperties");
            path += 2;
        } else {
            size_t len;
            char *name;

            path += *path == '.';
            len = strcspn(path, ".[");
            name = xstrndup(path, len);
            schema = json_get(json_get(part_with(schema, root, "properties"), "properties"), name);
            free(name);
            path += len;
        }
    }
    return schema;
}

static size_t count_properties(const cJSON *schema)
{
    size_t n = 0;
    const cJSON *m;

    cJSON_ArrayForEach (m, schema) {
        if (m->string && strcmp(m->string, "properties") == 0)
            n += (size_t)cJSON_GetArraySize(m);
        n += count_properties(m);
    }
    return n;
}

/* Checks that each row is in the schema; the number of members (not of alternatives or elements).
 */
static size_t rows_in_schema(const struct shape_row *rows, const cJSON *root, const char *at)
{
    const cJSON *from = schema_at(root, root, at);
    size_t members = 0;

    ck_assert_msg(from != NULL, "%s", at);
    for (const struct shape_row *row = rows; row->path; row++) {
        bool again = row > rows && strcmp(row->path, row[-1].path) == 0;
        bool member = *row->path && !text_ends(row->path, "[]") && !text_ends(row->path, "*");

        ck_assert_msg(schema_at(root, from, row->path) != NULL, "%s lacks %s", at, row->path);
        members += !again && member;
    }
    return members;
}

START_TEST(schema_and_rows_agree)
{
    char *text, *why = NULL;
    size_t len, members;
    cJSON *root;

    ck_assert_int_eq(file_read(MF_SOURCE_DIR "/scenarios/scenario.schema.json", &text, &len, &why),
                     0);
    root = json_parse(NULL, text, len);
    ck_assert_ptr_nonnull(root);
    members = rows_in_schema(scenario_rows, root, "");
    members += rows_in_schema(fault_rows, root, "faults[]");
    members += rows_in_schema(change_token_rows, root, "faults[].do.token") + 1; // + "name"
    members += rows_in_schema(change_user_rows, root, "faults[].do.user") + 1;   // + "email"
    members += 4 + 3; // a fault's policies[] have the members that a token's have
    ck_assert_uint_eq(count_properties(root), members);
    cJSON_Delete(root);
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot");
    TCase *tc = tcase_create("snapshot");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    if (glob(MF_SOURCE_DIR "/scenarios/*.jsonc", 0, NULL, &ready) != 0)
        return 1;
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, snapshot_loads_again, 0, 2 * (int)ready.gl_pathc);
    tcase_add_test(tc, snapshot_holds_what_changed);
    tcase_add_test(tc, schema_and_rows_agree);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    globfree(&ready);
    return failed ? 1 : 0;
}
