/* What leaves the program: no form of the token, the protocol's members, a table with every row,
 * and a state file of one entry an account. */
#include "common/arena.h"
#include "common/file.h"
#include "common/groups.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "linker/probes.h"
#include "linker/redact.h"
#include "linker/report.h"
#include "linker/require.h"
#include "linker/state.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN "cfut_V1gIHnbN8OoIW0c3q4rvzWDYkqJ0g9tlqhv8lWozdf2200c1"
#define ID "023e105f4ecef8ad9ca31a8372d0c353"

START_TEST(token_is_taken_out)
{
    char *base64 = text_base64_dup(TOKEN, strlen(TOKEN));
    char *given = text_printf("a " TOKEN " b %s c cfut_V1gIHnbN8 d cfut_V1", base64);
    struct redact r;
    char *clean;

    redact_init(&r, TOKEN);
    clean = redact_dup(&r, given);
    ck_assert_ptr_null(strstr(clean, "V1gIHnb"));
    ck_assert_ptr_null(strstr(clean, "Y2Z1dF9W"));
    ck_assert_ptr_nonnull(strstr(clean, "a [token] b [token]"));
    ck_assert_ptr_nonnull(strstr(clean, "d cfut_V1")); // too little to be of use
    free(clean);
    free(given);
    free(base64);
    redact_release(&r);
}
END_TEST

START_TEST(percent_form_is_taken_out)
{
    struct redact r;
    char *clean;

    redact_init(&r, "ab+cd/ef=gh ij");
    clean = redact_dup(&r, "x?t=ab%2Bcd%2Fef%3Dgh%20ij&y");
    ck_assert_str_eq(clean, "x?t=[token]&y");
    free(clean);
    redact_release(&r);
}
END_TEST

START_TEST(short_input_blanks_nothing)
{
    struct redact r;
    char *clean;

    redact_init(&r, "abc");
    clean = redact_dup(&r, "the abc of linking");
    ck_assert_str_eq(clean, "the abc of linking");
    free(clean);
    redact_release(&r);
}
END_TEST

static void refused_verdict(struct arena *a, struct verdict *v)
{
    memset(v, 0, sizeof *v);
    ck_assert_ptr_null(require_read(a, "DNS Write, Account > D1 (Edit),DNS Write", v));
    v->reason = REASON_MISSING_PERMISSION;
    v->stage = STAGE_PERMISSIONS;
    v->kind = OWNER_ACCOUNT;
    v->account_name = "Example";
    v->message = "It lacks \"DNS\".";
    strcpy(v->account_id, ID);
    v->rows[0].state = ROW_MISSING;
    v->rows[1].state = ROW_UNVERIFIED;
    v->rows[1].note = "reading works";
}

START_TEST(result_has_the_members_of_the_protocol)
{
    struct arena *a = arena_new();
    struct verdict v;
    char *text;

    refused_verdict(a, &v);
    text = report_json_dup(&v);
    ck_assert_str_eq(
        text, "{\"linked\":false,\"reason\":\"missing_permission\",\"stage\":\"permissions\","
              "\"account_id\":\"" ID "\",\"account_name\":\"Example\","
              "\"token_type\":\"account\",\"missing\":[\"DNS Write\"],"
              "\"unverified\":[\"Account > D1 (Edit)\"],\"hint\":null,\"retryable\":false,"
              "\"message\":\"It lacks \\\"DNS\\\".\"}\n");
    free(text);
    arena_free(a);
}
END_TEST

START_TEST(table_has_every_row_and_its_mend)
{
    struct arena *a = arena_new();
    struct verdict v = { .stage = STAGE_VERIFY,
                         .reason = REASON_TOKEN_EXPIRED,
                         .message = "Expired." };
    char *text;

    ck_assert_ptr_null(require_read(a, NULL, &v));
    ck_assert_uint_eq(v.rows_count, 25);
    text = report_table_dup(&v, false);
    for (size_t i = 0; i < v.rows_count; i++)
        ck_assert_ptr_nonnull(strstr(text, v.rows[i].group->dashboard));
    ck_assert_ptr_nonnull(strstr(text, "token_expired (verify)"));
    ck_assert_ptr_nonnull(strstr(text, "mend the token first"));
    ck_assert_ptr_null(strchr(text, '\033'));
    free(text);
    refused_verdict(a, &v);
    text = report_table_dup(&v, true);
    ck_assert_ptr_nonnull(strstr(text, "MISSING"));
    ck_assert_ptr_nonnull(strstr(text, "add this row to the token"));
    ck_assert_ptr_nonnull(strstr(text, "Zone > DNS (Edit)"));
    free(text);
    arena_free(a);
}
END_TEST

START_TEST(required_names_are_read)
{
    struct arena *a = arena_new();
    struct verdict v = { 0 };

    ck_assert_str_eq(require_read(a, "DNS Write,DNS Wrote", &v), "DNS Wrote");
    v = (struct verdict){ 0 };
    ck_assert_ptr_null(require_read(a, "", &v));
    ck_assert_uint_eq(v.rows_count, 0);
    v = (struct verdict){ 0 };
    ck_assert_ptr_null(require_read(
        a, "DNS Write,Access: Organizations, Identity Providers, and Groups Read", &v));
    ck_assert_uint_eq(v.rows_count, 2);
    arena_free(a);
}
END_TEST

START_TEST(every_row_has_a_way_to_be_seen)
{
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];

        if (g->row)
            ck_assert_msg(probe_of(g, NULL) || probe_shown_as(g), "%s", g->name);
    }
}
END_TEST

START_TEST(state_keeps_one_entry_an_account)
{
    char path[] = P_tmpdir "/linker-state-XXXXXX", *text, *why = NULL;
    struct verdict v = { .account_id = ID, .kind = OWNER_USER, .account_name = "One" };
    struct stat st;
    size_t len;
    cJSON *list;

    ck_assert_int_ge(close(mkstemp(path)), 0);
    unlink(path);
    ck_assert_int_eq(state_store(path, &v, &why), 0);
    v.kind = OWNER_ACCOUNT;
    ck_assert_int_eq(state_store(path, &v, &why), 0);
    v.account_id[0] = '1';
    ck_assert_int_eq(state_store(path, &v, &why), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(file_read(path, &text, &len, &why), 0);
    list = json_parse(NULL, text, len);
    ck_assert_int_eq(cJSON_GetArraySize(list), 2);
    ck_assert_str_eq(json_text(cJSON_GetArrayItem(list, 0), "token_type"), "account");
    cJSON_Delete(list);
    free(text);
    unlink(path);
}
END_TEST

START_TEST(foreign_state_file_is_left_alone)
{
    char path[] = P_tmpdir "/linker-state-XXXXXX", *text, *why = NULL;
    struct verdict v = { .account_id = ID, .kind = OWNER_USER };
    int fd = mkstemp(path);
    size_t len;

    ck_assert_int_eq((int)write(fd, "{\"mine\":1}", 10), 10);
    close(fd);
    ck_assert_int_eq(state_store(path, &v, &why), -1);
    ck_assert_ptr_nonnull(strstr(why, "no list of links"));
    free(why);
    ck_assert_int_eq(file_read(path, &text, &len, &why), 0);
    ck_assert_str_eq(text, "{\"mine\":1}");
    free(text);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("linker_output");
    TCase *tc = tcase_create("output");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_test(tc, token_is_taken_out);
    tcase_add_test(tc, percent_form_is_taken_out);
    tcase_add_test(tc, short_input_blanks_nothing);
    tcase_add_test(tc, result_has_the_members_of_the_protocol);
    tcase_add_test(tc, table_has_every_row_and_its_mend);
    tcase_add_test(tc, required_names_are_read);
    tcase_add_test(tc, every_row_has_a_way_to_be_seen);
    tcase_add_test(tc, state_keeps_one_entry_an_account);
    tcase_add_test(tc, foreign_state_file_is_left_alone);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
