/* Names of zones: how they are kept and shown, and which of them can be registered. */
#include "common/mem.h"
#include "mock/state/domain.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Punycode of the samples as RFC 3492 and IDNA registries have it. */
static const struct {
    const char *given, *ascii, *shown, *why;
} names[] = {
    { "Example.COM", "example.com", "example.com", "case folds" },
    { "example.com.", "example.com", "example.com", "a final dot goes" },
    { "bücher.example", "xn--bcher-kva.example", "bücher.example", "one letter that is not ASCII" },
    { "BÜCHER.example", "xn--bcher-kva.example", "bücher.example", "its case folds, too" },
    { "xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example", "sent in ASCII, shown in ASCII" },
    { "münchen.example", "xn--mnchen-3ya.example", "münchen.example", "another" },
    { "\xff\xfe.example", "\xff\xfe.example", "\xff\xfe.example", "no UTF-8: as it is" },
    { "", "", "", "nothing" },
    { ".", ".", ".", "a dot alone" },
};

START_TEST(names_fold)
{
    char *ascii = domain_ascii_dup(names[_i].given), *shown = domain_shown_dup(names[_i].given);

    ck_assert_msg(!strcmp(ascii, names[_i].ascii), "%s: got %s", names[_i].why, ascii);
    ck_assert_msg(!strcmp(shown, names[_i].shown), "%s: got %s", names[_i].why, shown);
    free(ascii);
    free(shown);
}
END_TEST

#define LABEL_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
static const struct {
    const char *name;
    bool is_name, registrable;
    const char *why;
} rows[] = {
    { "example.com", true, true, "the usual case" },
    { "sub.example.com", true, false, "a subdomain" },
    { "example.co.uk", true, true, "below a suffix of two labels" },
    { "www.example.co.uk", true, false, "below that" },
    { "co.uk", true, false, "a suffix itself" },
    { "localhost", false, false, "one label" },
    { "", false, false, "nothing" },
    { "example..com", false, false, "an empty label" },
    { "-example.com", false, false, "a hyphen in front" },
    { "example-.com", false, false, "a hyphen behind" },
    { "exa_mple.com", false, false, "an underscore" },
    { "192.0.2.1", false, false, "an address" },
    { "1.example", true, true, "digits are fine in front" },
    { LABEL_63 ".com", true, true, "63 characters" },
    { LABEL_63 "x.com", false, false, "64 characters" },
    { LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, false, false, "255 characters" },
    { "xn--bcher-kva.example", true, true, "punycode" },
};

START_TEST(names_are_judged)
{
    ck_assert_msg(domain_is_name(rows[_i].name) == rows[_i].is_name, "%s", rows[_i].why);
    ck_assert_msg(domain_is_registrable(rows[_i].name) == rows[_i].registrable, "%s", rows[_i].why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("zone names");
    TCase *tc = tcase_create("names");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, names_fold, 0, ARRAY_LEN(names));
    tcase_add_loop_test(tc, names_are_judged, 0, ARRAY_LEN(rows));
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
