/* The permission groups: the 25 rows, names in all spellings, ids. */
#include "common/groups.h"
#include "common/mem.h"
#include "common/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *given, *name, *why;
    enum group_scope scope;
} spellings[] = {
    { "DNS Write", "DNS Write", "API name", GROUP_ZONE },
    { "Zone > DNS (Edit)", "DNS Write", "dashboard name", GROUP_ZONE },
    { "Zone DNS Edit", "DNS Write", "the document's other spelling", GROUP_ZONE },
    { "Zone Zone Read", "Zone Read", "the document's other spelling", GROUP_ZONE },
    { "Account Read", "Account Settings Read", "the document's other spelling", GROUP_ACCOUNT },
    { "Account Filter Lists Edit", "Account Rule Lists Write", "the document's other spelling",
      GROUP_ACCOUNT },
    { "Argo Tunnel Write", "Cloudflare Tunnel Write", "former name", GROUP_ACCOUNT },
    { "Account > Cloudflare Pages (Edit)", "Pages Write", "the dashboard's own word",
      GROUP_ACCOUNT },
    { "Zone > Cache Purge (Purge)", "Cache Purge", "neither Read nor Edit", GROUP_ZONE },
    { "Account > Queues (Read)", "Queues Read", "dashboard name by rule", GROUP_ACCOUNT },
    { "Account > Zero Trust (Edit)", "Zero Trust Write", "dashboard name by rule", GROUP_ACCOUNT },
    { "User > API Tokens (Read)", "API Tokens Read", "user scope", GROUP_USER },
    { "Flagship Evaluate", "Flagship Evaluate", "named by operations only", GROUP_ACCOUNT },
};

START_TEST(name_finds_its_group)
{
    const struct group *g = group_by_name(spellings[_i].given, NULL);

    ck_assert_msg(g != NULL, "%s: %s is unknown", spellings[_i].why, spellings[_i].given);
    ck_assert_str_eq(g->name, spellings[_i].name);
    ck_assert_int_eq(g->scope, spellings[_i].scope);
}
END_TEST

START_TEST(rows_of_the_integration)
{
    size_t rows = 0, users = 0, edits = 0;

    for (size_t i = 0; i < group_count; i++)
        if (group_table[i].row) {
            rows++;
            users += group_table[i].scope == GROUP_USER;
            edits += text_ends(group_table[i].dashboard, "(Edit)");
        }
    ck_assert_uint_eq(rows, 25);
    ck_assert_uint_eq(users, 2); // DESIGN: an account-owned token cannot hold the two user rows
    ck_assert_uint_eq(edits, 17);
}
END_TEST

START_TEST(every_group_is_whole)
{
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];

        ck_assert_msg(text_is_hex32(g->id), "%s: id %s", g->name, g->id);
        ck_assert_ptr_eq(group_by_id(g->id), g); // no id twice
        ck_assert_msg(strstr(g->dashboard, " > ") != NULL, "%s: %s", g->name, g->dashboard);
        ck_assert_uint_eq(group_index(g), i);
    }
    ck_assert_ptr_null(group_by_id("00000000000000000000000000000000"));
}
END_TEST

START_TEST(name_in_two_scopes_is_found_twice)
{
    const struct group *first = group_by_name("Logs Read", NULL);
    const struct group *second = group_by_name("Logs Read", first);

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(second);
    ck_assert_int_ne(first->scope, second->scope);
    ck_assert_ptr_null(group_by_name("Logs Read", second));
}
END_TEST

START_TEST(nearest_name_mends_a_slip)
{
    ck_assert_str_eq(group_nearest("DNS Wrte"), "DNS Write");
    ck_assert_str_eq(group_nearest("Zone > DNS (Edt)"), "Zone > DNS (Edit)");
    ck_assert_ptr_null(group_by_name("DNS Wrte", NULL));
}
END_TEST

static const struct {
    const char *reader, *writer, *why;
} writers[] = {
    { "DNS Read", "DNS Write", "Read and Write" },
    { "Artifacts Read", "Artifacts Edit", "Edit instead of Write" },
    { "Domain API Gateway Read", "Domain API Gateway", "the name alone writes" },
    { "Analytics Read", NULL, "nothing writes it" },
    { "DNS Write", NULL, "writes already" },
};

START_TEST(writer_of_a_reader)
{
    const struct group *g = group_writer(group_by_name(writers[_i].reader, NULL));

    if (writers[_i].writer)
        ck_assert_msg(g && !strcmp(g->name, writers[_i].writer), "%s", writers[_i].why);
    else
        ck_assert_msg(!g, "%s: got %s", writers[_i].why, g ? g->name : "");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("groups");
    TCase *tc = tcase_create("all");
    SRunner *r;
    int failed;

    tcase_add_loop_test(tc, name_finds_its_group, 0, ARRAY_LEN(spellings));
    tcase_add_test(tc, rows_of_the_integration);
    tcase_add_test(tc, every_group_is_whole);
    tcase_add_test(tc, name_in_two_scopes_is_found_twice);
    tcase_add_test(tc, nearest_name_mends_a_slip);
    tcase_add_loop_test(tc, writer_of_a_reader, 0, ARRAY_LEN(writers));
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
