/* Random worlds: a seed repeats, every world is a right case, and they are as mixed as the protocol
 * asks. */
#include "common/json.h"
#include "common/text.h"
#include "conformance/random.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define WORLDS 640

static char *worlds[WORLDS]; // made once, before Check forks

static char *world_text(uint64_t seed)
{
    struct test_case *c = random_case(seed);
    char *text = json_print_dup(c->json);

    case_free(c);
    return text;
}

START_TEST(seed_repeats)
{
    char *a = world_text(77), *b = world_text(77), *other = world_text(109); // 109: the same turn

    ck_assert_str_eq(a, b);
    ck_assert_str_ne(a, other);
    free(a);
    free(b);
    free(other);
}
END_TEST

START_TEST(world_is_a_right_case)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct test_case *made = random_case(seed), *read;
        cJSON *refs = cJSON_CreateArray();
        char *text, *why = NULL;

        cJSON_AddItemToArray(refs, cJSON_CreateString("random"));
        json_put(made->json, "refs", refs); // a file has some
        text = json_print_dup(made->json);
        read = case_parse("world", text, strlen(text), &why);
        ck_assert_msg(read != NULL, "seed %llu: %s", (unsigned long long)seed, why ? why : "");
        case_free(read);
        case_free(made);
        free(text);
    }
}
END_TEST

static const struct {
    const char *mark; // in the text of the case
    double least, most;
} shares[] = {
    { "\"effect\":\"deny\"", 0.1, 0.5 },
    { "com.cloudflare.api.account.*\"", 0.02, 0.5 },
    { "com.cloudflare.api.account.zone.*\":\"*\"},\"permission", 0.02, 0.6 },
    { "\":{\"com.cloudflare.api.account.zone.*\":\"*\"}", 0.1, 0.9 },
    { "com.cloudflare.edge.r2.bucket.", 0.02, 0.3 },
    { "com.cloudflare.api.user.", 0.05, 0.7 },
    { "\"faults\"", 0.1, 0.5 },
    { " API Tokens Read\"", 0.05, 0.5 }, // policies that can be read: at most half
    { "\"status\":\"disabled\"", 0.02, 0.2 },
    { "\"expires_on\":\"now-1h\"", 0.02, 0.2 },
    { "\"not_before\":\"now+1d\"", 0.02, 0.2 },
    { "\"in\":[\"", 0.03, 0.3 },
    { "\"not_in\":[\"", 0.005, 0.2 },
    { "\"reason\":\"bad_input\"", 0.02, 0.2 },
    { "\"reason\":\"rate_limited\"", 0.02, 0.2 },
    { "\"reason\":\"service_unavailable\"", 0.02, 0.2 },
    { "\"reason\":\"network_error\"", 0.02, 0.2 },
    { "\"reason\":\"bad_response\"", 0.02, 0.2 },
    { "\"kind\":\"account\"", 0.3, 0.7 },
    { "Account 1", 0.3, 0.9 },
    { "zone-50.example", 0.01, 0.2 },
    { "\"inactive_verify\":\"reject\"", 0.1, 0.4 },
};

START_TEST(worlds_are_mixed)
{
    int count = 0;
    double share;

    for (size_t i = 0; i < WORLDS; i++)
        count += strstr(worlds[i], shares[_i].mark) != NULL;
    share = (double)count / WORLDS;
    ck_assert_msg(share >= shares[_i].least && share <= shares[_i].most, "%s: %.3f",
                  shares[_i].mark, share);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conform_random");
    TCase *tc = tcase_create("random");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    for (size_t i = 0; i < WORLDS; i++)
        worlds[i] = world_text(i);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(s, tc);
    tcase_add_test(tc, seed_repeats);
    tcase_add_test(tc, world_is_a_right_case);
    tcase_add_loop_test(tc, worlds_are_mixed, 0, sizeof shares / sizeof *shares);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (size_t i = 0; i < WORLDS; i++)
        free(worlds[i]);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
