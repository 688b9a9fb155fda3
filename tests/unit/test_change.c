/* Changes of tokens and users in a running world, as the control API and faults make them. */
#include "common/json.h"
#include "common/mem.h"
#include "mock/state/change.h"
#include "mock/state/identity.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "a0000000000000000000000000000001"

static const char world_text[] =
    "{ \"clock\": \"2026-03-01T09:00:00Z\", \"seed\": 7,"
    "\"accounts\": [{ \"name\": \"Acme\", \"id\": \"" ACCOUNT
    "\" }], \"users\": [{ \"email\": \"o@acme.example\" },"
    "{ \"email\": \"other@acme.example\" }],"
    "\"zones\": [{ \"name\": \"acme.example\" }],"
    "\"tokens\": [{ \"name\": \"ci\", \"permissions\": \"all\" }, { \"name\": \"other\", "
    "\"owner\": \"other@acme.example\" },"
    "{ \"name\": \"org\", \"kind\": \"account\", \"permissions\": \"all\" }] }";

static struct world *w;

static void up(void)
{
    struct scenario_errors e = { 0 };
    struct scenario *s = scenario_parse(world_text, sizeof world_text - 1, &e);
    char *why = NULL;

    ck_assert_msg(s != NULL, "%s", e.count ? e.items[0].what : "");
    w = world_new("", s, &why);
    ck_assert_msg(w != NULL, "%s", why);
    scenario_unref(s);
}

static void down(void)
{
    world_unref(w);
}

static struct doc *token_doc(const char *name)
{
    struct view *v = view_begin(world_store(w));
    struct doc *found = NULL;

    view_each (v, d, KIND_TOKEN, NULL)
        if (strcmp(token_of(d)->name, name) == 0)
            found = doc_ref(d);
    view_end(v);
    return found;
}

static cJSON *parsed(const char *text)
{
    cJSON *json = json_parse(NULL, text, strlen(text));

    ck_assert_msg(json != NULL, "%s", text);
    return json;
}

/* A change of "ci": what the token then shows, or what is said against it. */
// clang-format off
static const struct {
    const char *patch, *member, *shows, *refused;
} changes[] = {
    { "{\"status\":\"disabled\"}", "status", "disabled", NULL },
    { "{\"expires_on\":\"now+1h\"}", "expires_on", "2026-03-01T10:00:00Z", NULL },
    { "{\"not_before\":\"2026-04-01T00:00:00Z\"}", "not_before", "2026-04-01T00:00:00Z", NULL },
    { "{\"value\":\"0123456789abcdefghijABCDEFGHIJ_-56789012\"}", "value", "0123456789abcdefghijABCDEFGHIJ_-56789012", NULL },
    { "{\"ip\":{\"in\":[\"192.0.2.0/24\"]}}", "condition.request_ip.in[0]", "192.0.2.0/24", NULL },
    { "{\"permissions\":[\"D1 Read\"]}", "policies[0].permission_groups[0].name", "D1 Read", NULL },
    { "{\"permissions\":[\"D1 Read\"],\"accounts\":[\"Acme\"]}", "policies[0].resources.com", NULL, NULL },
    { "{\"policies\":[{\"effect\":\"deny\",\"resources\":{\"com.cloudflare.api.account.*\":\"*\"},\"permission_groups\":[{\"name\":\"D1 Read\"}]}]}", "policies[0].effect", "deny", NULL },
    { "{}", NULL, NULL, "changes nothing" },
    { "{\"stats\":\"disabled\"}", NULL, NULL, "did you mean \"status\"?" },
    { "{\"roll\":false}", NULL, NULL, "true or absent" },
    { "{\"delete\":true,\"status\":\"active\"}", NULL, NULL, "stands alone" },
    { "{\"value\":\"short\"}", NULL, NULL, "value: must be" },
    { "{\"permissions\":[\"D1 Reed\"]}", NULL, NULL, "did you mean \"D1 Read\"?" },
    { "{\"permissions\":\"all\",\"zones\":[\"nowhere.example\"]}", NULL, NULL, "no \"nowhere.example\"" },
    { "{\"zones\":[\"acme.example\"]}", NULL, NULL, "need \"permissions\"" },
};
// clang-format on

START_TEST(token_is_changed)
{
    cJSON *patch = parsed(changes[_i].patch), *shown = NULL;
    struct doc *before = token_doc("ci"), *after;
    char *why = NULL;
    int rc = change_token(w, "ci", patch, &shown, &why);

    after = token_doc("ci");
    if (changes[_i].refused) {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strstr(why, changes[_i].refused), "%s", why);
        ck_assert_ptr_eq(before, after);
    } else {
        ck_assert_msg(rc == 0, "%s", why);
        ck_assert_ptr_ne(before, after);
        ck_assert_str_eq(token_of(after)->id, token_of(before)->id);
        if (changes[_i].shows)
            ck_assert_str_eq(cJSON_GetStringValue(json_at(shown, changes[_i].member)),
                             changes[_i].shows);
        ck_assert_str_eq(json_text(shown, "modified_on"), "2026-03-01T09:00:00Z");
    }
    doc_unref(before);
    doc_unref(after);
    cJSON_Delete(shown);
    cJSON_Delete(patch);
    free(why);
}
END_TEST

START_TEST(value_of_another_token_is_refused)
{
    struct doc *other = token_doc("other");
    cJSON *patch = json_object(J_TEXT("value", token_of(other)->value)), *shown = NULL;
    char *why = NULL;

    ck_assert_int_eq(change_token(w, "ci", patch, &shown, &why), -1);
    ck_assert_str_eq(why, "value: another token has it already");
    free(why);
    ck_assert_int_eq(change_token(w, "cj", patch, &shown, &why), -1);
    ck_assert_msg(strstr(why, "did you mean \"ci\"?"), "%s", why);
    free(why);
    doc_unref(other);
    cJSON_Delete(patch);
}
END_TEST

START_TEST(user_is_changed)
{
    cJSON *suspend = json_object(J_FLAG("suspended", true)),
          *remove = json_object(J_FLAG("remove", true));
    cJSON *shown = NULL;
    char *why = NULL;

    ck_assert_int_eq(change_user(w, "O@acme.example", suspend, &shown, &why), 0);
    ck_assert(json_flag(shown, "suspended", false));
    cJSON_Delete(shown);
    ck_assert_int_eq(change_user(w, "o@acme.example", remove, &shown, &why), 0);
    cJSON_Delete(shown);
    ck_assert_ptr_null(token_doc("ci"));
    ck_assert_int_eq(change_user(w, "o@acme.example", remove, &shown, &why), -1);
    free(why);
    cJSON_Delete(suspend);
    cJSON_Delete(remove);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("change");
    TCase *tc = tcase_create("change");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_add_checked_fixture(tc, up, down);
    tcase_add_loop_test(tc, token_is_changed, 0, ARRAY_LEN(changes));
    tcase_add_test(tc, value_of_another_token_is_refused);
    tcase_add_test(tc, user_is_changed);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
