/* Names and contents of DNS records: normal forms, data, the order of names. */
#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_name.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *given, *full, *why;
} names[] = {
    { "WWW.Example.Test.", "www.example.test", "case and final dot fold" },
    { "www", "www.example.test", "a label is relative" },
    { "a.b", "a.b.example.test", "so are two" },
    { "@", "example.test", "the zone itself" },
    { "example.test", "example.test", "the zone in full" },
    { "notexample.test", "notexample.test.example.test", "a suffix needs its dot" },
    { "*", "*.example.test", "a wildcard" },
    { "*.dev", "*.dev.example.test", "a wildcard further down" },
    { "_dmarc", "_dmarc.example.test", "underscores" },
    { "bücher", "xn--bcher-kva.example.test", "unicode to punycode" },
    { "BÜCHER.example.test", "xn--bcher-kva.example.test", "its case folds too" },
    { "0/25.2", "0/25.2.example.test", "classless reverse zones" },
    { "", NULL, "no name" },
    { ".", NULL, "the root lies outside" },
    { "a..b", NULL, "an empty label" },
    { "a b", NULL, "a blank" },
    { "a.*", NULL, "a wildcard label stands first" },
    { "x*", NULL, "and alone" },
    { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg", NULL, "a label of 64" },
    { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg",
      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.example.test",
      "a label of 63" },
};

START_TEST(name_becomes_full)
{
    struct arena *a = arena_new();
    char *got = dns_name_full(a, names[_i].given, "example.test");

    if (names[_i].full)
        ck_assert_msg(got && !strcmp(got, names[_i].full), "%s: got %s", names[_i].why, got);
    else
        ck_assert_msg(!got, "%s: got %s", names[_i].why, got);
    arena_free(a);
}
END_TEST

/* Recorded: `.`, `-` and `_` do not count. */
static const char *const sorted[] = {
    "example.test",  "multi1.example.test", "multi2.example.test", "multi.example.test",
    "_multi.a.test", "mu-lti.b.test",       "www.example.test",    "zz.example.test",
};

START_TEST(names_stand_in_dictionary_order)
{
    int by = dns_name_compare("multi1.zone", "multi.zone");

    ck_assert_int_lt(by, 0);
    ck_assert_int_lt(dns_name_compare("multi1.zone", "multi2.zone"), 0);
    ck_assert_int_gt(dns_name_compare("multi.zone", "multi2.zone"), 0);
    ck_assert_int_lt(dns_name_compare("_b.test", "c.test"), 0);
    ck_assert_int_lt(dns_name_compare("a.test", "_b.test"), 0);
    ck_assert_int_eq(dns_name_compare("a.test", "a.test"), 0);
    ck_assert_int_ne(dns_name_compare("a-b.test", "ab.test"), 0);
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) // a total order
        for (size_t j = 0; j < ARRAY_LEN(sorted); j++)
            ck_assert_int_eq(dns_name_compare(sorted[i], sorted[j]),
                             -dns_name_compare(sorted[j], sorted[i]));
}
END_TEST

static const struct {
    enum dns_type type;
    const char *data, *content, *kept, *why; // content NULL: refused; kept NULL: as given
} datas[] = {
    { DNS_SRV, "{\"priority\":10,\"weight\":5,\"port\":5223,\"target\":\"server.example.com\"}",
      "5 5223 server.example.com", NULL, "DOC: the priority stands beside it" },
    { DNS_SRV, "{\"priority\":1,\"weight\":0,\"port\":5222,\"target\":\"talk.example.\"}",
      "0 5222 talk.example",
      "{\"priority\":1,\"weight\":0,\"port\":5222,\"target\":\"talk.example\"}",
      "a final dot is cut" },
    { DNS_SRV, "{\"priority\":1,\"weight\":0,\"port\":5222}", NULL, NULL, "no target" },
    { DNS_SRV, "{\"priority\":1,\"weight\":0,\"port\":70000,\"target\":\"t.example\"}", NULL, NULL,
      "17 bits" },
    { DNS_LOC,
      "{\"lat_degrees\":37,\"lat_minutes\":46,\"lat_seconds\":46,\"lat_direction\":\"N\",\"long_"
      "degrees\":122,"
      "\"long_minutes\":23,\"long_seconds\":35,\"long_direction\":\"W\",\"altitude\":0,\"size\":"
      "100,"
      "\"precision_horz\":0,\"precision_vert\":0}",
      "37 46 46.000 N 122 23 35.000 W 0.00 100.00 0.00 0.00", NULL, "REP: Terraform's own test" },
    { DNS_LOC,
      "{\"lat_degrees\":91,\"lat_direction\":\"N\",\"long_degrees\":1,\"long_direction\":\"E\"}",
      NULL, NULL, "beyond the pole" },
    { DNS_LOC,
      "{\"lat_degrees\":9,\"lat_direction\":\"E\",\"long_degrees\":1,\"long_direction\":\"E\"}",
      NULL, NULL, "latitude goes north and south" },
    { DNS_CAA, "{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\"}", "0 issue \"ca.example\"",
      NULL, "REP" },
    { DNS_CAA, "{\"flags\":\"0\",\"tag\":\"issue\",\"value\":\"ca.example\"}",
      "0 issue \"ca.example\"", "{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\"}",
      "a number as text becomes one" },
    { DNS_CAA, "{\"flags\":256,\"tag\":\"issue\",\"value\":\"ca.example\"}", NULL, NULL,
      "nine bits" },
    { DNS_HTTPS,
      "{\"priority\":1,\"target\":\".\",\"value\":\"alpn=h3,h2 port=443 no-default-alpn\"}",
      "1 . alpn=\"h3,h2\" port=\"443\" no-default-alpn",
      "{\"priority\":1,\"target\":\".\",\"value\":\"alpn=\\\"h3,h2\\\" port=\\\"443\\\" "
      "no-default-alpn\"}",
      "REP: values get quotes" },
    { DNS_SVCB, "{\"priority\":1,\"target\":\"foo.\",\"value\":\"alpn=\\\"h3,h2\\\"\"}",
      "1 foo. alpn=\"h3,h2\"", NULL, "REP: the target keeps its dot" },
    { DNS_SSHFP, "{\"algorithm\":4,\"type\":2,\"fingerprint\":\"ABCDEF01\"}", "4 2 ABCDEF01", NULL,
      "blanks" },
    { DNS_TLSA, "{\"usage\":3,\"selector\":1,\"matching_type\":1,\"certificate\":\"abcd\"}",
      "3 1 1 abcd", NULL, "" },
    { DNS_SMIMEA, "{\"usage\":3,\"selector\":0,\"matching_type\":0,\"certificate\":\"abcd\"}",
      "3 0 0 abcd", NULL, "" },
    { DNS_DS, "{\"key_tag\":1,\"algorithm\":8,\"digest_type\":2,\"digest\":\"abcd\"}", "1 8 2 abcd",
      NULL, "" },
    { DNS_DNSKEY, "{\"flags\":257,\"protocol\":3,\"algorithm\":13,\"public_key\":\"AQID\"}",
      "257 3 13 AQID", NULL, "" },
    { DNS_CERT, "{\"type\":1,\"key_tag\":2,\"algorithm\":3,\"certificate\":\"AQID\"}", "1 2 3 AQID",
      NULL, "" },
    { DNS_NAPTR,
      "{\"order\":10,\"preference\":20,\"flags\":\"S\",\"service\":\"SIP+D2U\",\"regex\":\"\","
      "\"replacement\":"
      "\"_sip._udp.example.com\"}",
      "10 20 \"S\" \"SIP+D2U\" \"\" _sip._udp.example.com", NULL, "" },
    { DNS_URI, "{\"weight\":2,\"target\":\"http://example.com/\"}", "2 \"http://example.com/\"",
      NULL, "" },
    { DNS_TLSA, "{\"usage\":3,\"selector\":1,\"matching_type\":1,\"certificate\":\"ab\\\"cd\"}",
      NULL, NULL, "no hex" },
    { DNS_CAA, "{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\",\"port\":1,\"x\":null}",
      "0 issue \"ca.example\"", "{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\"}",
      "foreign members go" },
};

START_TEST(data_renders_content)
{
    struct arena *a = arena_new();
    cJSON *data = json_parse(a, datas[_i].data, strlen(datas[_i].data));
    const char *content = NULL, *member = NULL;
    enum dns_data_fault fault = dns_data_render(a, datas[_i].type, data, -1, &content, &member);
    char *kept = json_print_dup(data);

    ck_assert_msg((fault == DNS_DATA_FINE) == (datas[_i].content != NULL), "%s: fault %d at %s",
                  datas[_i].why, fault, member);
    if (fault == DNS_DATA_FINE) {
        const char *rdata = dns_data_rdata(a, datas[_i].type, content, 1, data);
        struct dns_data again = dns_data_read(a, datas[_i].type, rdata, "example.test");

        ck_assert_str_eq(content, datas[_i].content);
        ck_assert_str_eq(kept, datas[_i].kept ? datas[_i].kept : datas[_i].data);
        ck_assert_uint_gt(dns_data_wire(a, datas[_i].type, rdata), 0);
        ck_assert_ptr_nonnull(again.data); // what a zone file says comes to the same
        ck_assert_msg(strcasecmp(again.content, content) == 0 || datas[_i].type == DNS_LOC ||
                          datas[_i].type == DNS_HTTPS,
                      "%s became %s", content, again.content);
        cJSON_Delete(again.data);
    }
    free(kept);
    arena_free(a);
}
END_TEST

static const struct {
    enum dns_type type;
    const char *rdata, *content, *data;
    int priority;
} rdatas[] = {
    { DNS_A, "192.0.2.1", "192.0.2.1", NULL, -1 },
    { DNS_A, "192.0.2", NULL, NULL, -1 },
    { DNS_MX, "10 mail.example.com.", "mail.example.com", NULL, 10 },
    { DNS_MX, "0 .", ".", NULL, 0 },
    { DNS_MX, "10 mail", "mail.example.test", NULL, 10 },
    { DNS_CNAME, "@", "example.test", NULL, -1 },
    { DNS_TXT, "\"a b\" \"c\"", "\"a b\" \"c\"", NULL, -1 },
    { DNS_TXT, "word", "\"word\"", NULL, -1 },
    { DNS_CAA, "0 issue \"ca.example\"", "0 issue \"ca.example\"",
      "{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\"}", -1 },
    { DNS_SRV, "1 2 3 t.example.", "2 3 t.example",
      "{\"priority\":1,\"weight\":2,\"port\":3,\"target\":\"t.example\"}", 1 },
    { DNS_URI, "1 2 \"http://x/\"", "2 \"http://x/\"", "{\"weight\":2,\"target\":\"http://x/\"}",
      1 },
    { DNS_CERT, "PKIX 2 3 AQID", "1 2 3 AQID",
      "{\"type\":1,\"key_tag\":2,\"algorithm\":3,\"certificate\":\"AQID\"}", -1 },
    { DNS_DS, "1 8 2 XYZ", NULL, NULL, -1 },
};

START_TEST(presentation_form_reads_back)
{
    struct arena *a = arena_new();
    struct dns_data got = dns_data_read(a, rdatas[_i].type, rdatas[_i].rdata, "example.test");
    char *data = got.data ? json_print_dup(got.data) : NULL;

    if (!rdatas[_i].content) {
        ck_assert_ptr_null(got.content);
    } else {
        ck_assert_str_eq(got.content, rdatas[_i].content);
        ck_assert_int_eq(got.priority, rdatas[_i].priority);
        ck_assert_msg(!rdatas[_i].data == !data && (!data || !strcmp(data, rdatas[_i].data)), "%s",
                      data);
    }
    free(data);
    cJSON_Delete(got.data);
    arena_free(a);
}
END_TEST

START_TEST(texts_compare_by_what_they_say)
{
    struct arena *a = arena_new();
    char *long_text = arena_alloc(a, 301);

    memset(long_text, 'x', 300);
    ck_assert_int_eq(dns_text_compare("abc", "\"abc\""), 0);
    ck_assert_int_eq(dns_text_compare("\"ab\" \"c\"", "\"abc\""), 0);
    ck_assert_int_eq(dns_text_compare("\"a\\\"b\"", "a\"b"), 0);
    ck_assert_int_eq(dns_text_compare("\"a\\098\"", "ab"), 0);
    ck_assert_int_ne(dns_text_compare("abc", "abd"), 0);
    ck_assert_int_lt(dns_text_compare("ab", "abc"), 0);
    ck_assert_int_ne(dns_text_compare("a b", "ab"), 0);
    ck_assert_uint_eq(dns_text_wire("abc"), 4);
    ck_assert_uint_eq(dns_text_wire("\"a\" \"b\""), 4);
    ck_assert_uint_eq(dns_text_wire(""), 1);
    ck_assert_uint_eq(dns_text_wire(long_text), 302);
    ck_assert_str_eq(dns_text_quoted(a, "a\"b"), "\"a\\\"b\"");
    ck_assert_str_eq(dns_text_quoted(a, "\"a b\" \"c\""), "\"a b\" \"c\"");
    ck_assert_uint_eq(strlen(dns_text_quoted(a, long_text)), 305);
    arena_free(a);
}
END_TEST

START_TEST(targets_lose_their_dot)
{
    struct arena *a = arena_new();

    ck_assert_str_eq(dns_name_target(a, "mail.example.com."), "mail.example.com");
    ck_assert_str_eq(dns_name_target(a, "."), ".");
    ck_assert_str_eq(dns_name_target(a, "Bücher.example"), "xn--bcher-kva.example");
    ck_assert_ptr_null(dns_name_target(a, "a..b"));
    ck_assert_ptr_null(dns_name_target(a, ""));
    ck_assert_ptr_null(dns_name_target(a, "bad name"));
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dns_data");
    TCase *tc = tcase_create("dns_data");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_add_loop_test(tc, name_becomes_full, 0, ARRAY_LEN(names));
    tcase_add_test(tc, names_stand_in_dictionary_order);
    tcase_add_loop_test(tc, data_renders_content, 0, ARRAY_LEN(datas));
    tcase_add_loop_test(tc, presentation_form_reads_back, 0, ARRAY_LEN(rdatas));
    tcase_add_test(tc, texts_compare_by_what_they_say);
    tcase_add_test(tc, targets_lose_their_dot);
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
