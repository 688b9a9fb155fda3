/* What a person pasted: what is tidied away, what is refused and why, and that a refusal quotes
 * nothing. */
#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "linker/input.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ID "023e105f4ecef8ad9ca31a8372d0c353"
#define OLD "V1gIHnbN8-IW0c3q4rvzWD-qJ0g9tlqhv8lWozry"
#define NEW "cfut_V1gIHnbN8OoIW0c3q4rvzWDYkqJ0g9tlqhv8lWozdf2200c1"

static const struct {
    const char *given, *token, *why;
} tokens[] = {
    { OLD, OLD, "the old form is taken as it is" },
    { NEW, NEW, "53 characters are no reason to refuse (C7)" },
    { "cfat_0123456789012345678901234567890123456789012345678901234567890", NULL,
      "nor are 65 (C7)" },
    { "-" OLD "_", NULL, "a hyphen or underscore at the ends belongs to it (C8)" },
    { OLD "\n", OLD, "a line feed of a secret file goes (C1)" },
    { " \t" OLD " \r\n", OLD, "blanks and CR LF go (C1)" },
    { "\xc2\xa0" OLD "\xc2\xa0", OLD, "no-break spaces at the ends go (C1)" },
    { "\xe2\x80\x8b" OLD "\xef\xbb\xbf", OLD, "zero-width space and BOM go (C1)" },
    { "Bearer " OLD, OLD, "the scheme goes (C6)" },
    { "bearer  Bearer\t" OLD, OLD, "twice, in any case (C6)" },
    { "Authorization: Bearer " OLD, OLD, "a whole header line, too (C6)" },
    { "Bearer" OLD, "Bearer" OLD, "but not letters that merely begin so" },
    { "abc-def", "abc-def", "short is for the API to judge (C10)" },
    { "YOUR_API_TOKEN", "YOUR_API_TOKEN", "so is a placeholder made of a token's characters" },
};

START_TEST(token_is_trimmed_and_not_judged_by_length)
{
    struct input_raw raw = { tokens[_i].given, ID, NULL };
    const char *want = tokens[_i].token ? tokens[_i].token : tokens[_i].given;
    struct arena *a = arena_new();
    struct input_fault fault;
    struct input in;

    ck_assert_msg(input_read(a, &raw, &in, &fault) == 0, "%s: %s", tokens[_i].why, fault.message);
    ck_assert_msg(!strcmp(in.token, want), "%s: got %s", tokens[_i].why, in.token);
    arena_free(a);
}
END_TEST

static const struct {
    const char *token;
    enum hint hint;
    const char *says, *why;
} refused[] = {
    { NULL, HINT_NONE, "empty", "not given" },
    { "", HINT_NONE, "empty", "empty" },
    { " \n", HINT_NONE, "empty", "blank" },
    { "Bearer ", HINT_NONE, "empty", "a scheme alone" },
    { "0123456789abcdef0123456789abcdef01234", HINT_GLOBAL_KEY, "Global API Key", "37 hex (C3)" },
    { "cfk_DqvypdTaxjEZmCRfl01cQzv24PgRLVpRDnjhAmuZ4be2709f", HINT_GLOBAL_KEY, "Global API Key",
      "the new key form (C3)" },
    { "cfoat_QRSZSmFYH9SmjafkejMlfgQiqS0uKqmVFJFsds0n9X4", HINT_OAUTH_TOKEN, "OAuth",
      "wrangler's token (C9)" },
    { "v1.0-0123456789abcdef", HINT_MALFORMED, "Origin CA", "an Origin CA key" },
    { "\"" OLD "\"", HINT_MALFORMED, "quotes", "in quotes (C6)" },
    { "\xe2\x80\x9c" OLD "\xe2\x80\x9d", HINT_MALFORMED, "quotes", "in curly quotes (C6)" },
    { "<API_TOKEN>", HINT_MALFORMED, "characters", "a placeholder in brackets (C6)" },
    { "V1gIHnbN8-IW0c3q4rvz\xc2\xa0WD-qJ0g9tlqhv8lWozry", HINT_MALFORMED, "characters",
      "a no-break space inside (C1)" },
    { "V1gIHnbN8-IW0c3q4rvz\nWD-qJ0g9tlqhv8lWozry", HINT_MALFORMED, "characters",
      "a line feed inside never reaches a header (C2)" },
};

START_TEST(wrong_value_is_named)
{
    struct input_raw raw = { refused[_i].token, ID, NULL };
    struct arena *a = arena_new();
    struct input_fault fault;
    struct input in;

    ck_assert_msg(input_read(a, &raw, &in, &fault) == -1, "%s: taken", refused[_i].why);
    ck_assert_msg(fault.hint == refused[_i].hint, "%s: hint %d", refused[_i].why, (int)fault.hint);
    ck_assert_msg(strstr(fault.message, refused[_i].says), "%s: %s", refused[_i].why,
                  fault.message);
    ck_assert_msg(!strstr(fault.message, "8lWozry") && !strstr(fault.message, "Amu"),
                  "%s: quoted: %s", refused[_i].why, fault.message);
    arena_free(a);
}
END_TEST

static const struct {
    const char *given, *id, *says, *why;
} accounts[] = {
    { ID, ID, NULL, "as it should be" },
    { " 023E105F4ECEF8AD9CA31A8372D0C353\n", ID, NULL, "upper case and blanks fold (D9)" },
    { "https://dash.cloudflare.com/" ID "/example.com/dns", ID, NULL, "out of the address (D3)" },
    { "dash.cloudflare.com/" ID "?to=/", ID, NULL, "out of an address without its scheme" },
    { "", NULL, "empty", "empty (D5)" },
    { NULL, NULL, "empty", "not given (D5)" },
    { "example.com", NULL, "domain", "a domain (D3)" },
    { "me@example.com", NULL, "e-mail", "an e-mail address (D3)" },
    { "023e105f-4ece-f8ad-9ca3-1a8372d0c353", NULL, "UUID", "a UUID (D3)" },
    { "023e105f4ecef8ad9ca31a8372d0c35", NULL, "short", "31 digits (D3)" },
    { ID "0", NULL, "long", "33 digits (D3)" },
    { "023e105f4ecef8ad9ca31a8372d0c35g", NULL, "something else", "32 characters, one not hex" },
    { "https://dash.cloudflare.com/login", NULL, "address", "an address without an id" },
    { NEW, NULL, "mixed up", "the token in the wrong box" },
    { ID "/../" ID, NULL, "address", "a path is no id" },
};

START_TEST(account_id_is_read_or_refused)
{
    struct input_raw raw = { OLD, accounts[_i].given, NULL };
    struct arena *a = arena_new();
    struct input_fault fault;
    struct input in;
    int rc = input_read(a, &raw, &in, &fault);

    if (accounts[_i].id) {
        ck_assert_msg(rc == 0, "%s: %s", accounts[_i].why, fault.message);
        ck_assert_str_eq(in.account_id, accounts[_i].id);
    } else {
        ck_assert_msg(rc == -1, "%s: taken", accounts[_i].why);
        ck_assert_msg(strstr(fault.message, accounts[_i].says), "%s: %s", accounts[_i].why,
                      fault.message);
        ck_assert_ptr_null(strstr(fault.message, "8lWoz"));
    }
    arena_free(a);
}
END_TEST

static const struct {
    const char *given;
    int rc;
    enum owner_kind kind;
} kinds[] = {
    { NULL, 0, OWNER_UNTOLD },    { "", 0, OWNER_UNTOLD },         { "user", 0, OWNER_USER },
    { " User\n", 0, OWNER_USER }, { "account", 0, OWNER_ACCOUNT }, { "zone", -1, OWNER_UNTOLD },
};

START_TEST(kind_is_read_or_refused)
{
    struct input_raw raw = { NEW, ID, kinds[_i].given };
    struct arena *a = arena_new();
    struct input_fault fault;
    struct input in;

    ck_assert_int_eq(input_read(a, &raw, &in, &fault), kinds[_i].rc);
    ck_assert_int_eq(in.kind, kinds[_i].kind);
    ck_assert_int_eq(in.kind_seen, OWNER_USER); // cfut_
    arena_free(a);
}
END_TEST

START_TEST(tidying_is_told)
{
    struct input_raw raw = { "Bearer " OLD, "https://dash.cloudflare.com/" ID, NULL };
    struct arena *a = arena_new();
    struct input_fault fault;
    struct input in;

    ck_assert_int_eq(input_read(a, &raw, &in, &fault), 0);
    ck_assert_ptr_nonnull(strstr(in.notes[0], "Bearer"));
    ck_assert_ptr_nonnull(strstr(in.notes[1], "account id"));
    ck_assert_ptr_null(in.notes[2]);
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("linker_input");
    TCase *tc = tcase_create("input");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, token_is_trimmed_and_not_judged_by_length, 0, ARRAY_LEN(tokens));
    tcase_add_loop_test(tc, wrong_value_is_named, 0, ARRAY_LEN(refused));
    tcase_add_loop_test(tc, account_id_is_read_or_refused, 0, ARRAY_LEN(accounts));
    tcase_add_loop_test(tc, kind_is_read_or_refused, 0, ARRAY_LEN(kinds));
    tcase_add_test(tc, tidying_is_told);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
