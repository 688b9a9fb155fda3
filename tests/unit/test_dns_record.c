/* Records: normal form, stamps, the order of lists and look-ups by name. */
#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/families/dns_record.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NOON INT64_C(1772366400000000) // 2026-03-01T12:00:00Z

static const struct dns_zone zone = {
    .name = "example.test", .quota = 200, .tags_quota = 2, .ttl_least = 60
};

static const struct {
    const char *given, *shown, *why;
} records[] = {
    { "{\"type\":\"A\",\"name\":\"www\",\"content\":\"192.0.2.1\"}",
      "{\"id\":\"\",\"name\":\"www.example.test\",\"type\":\"A\",\"content\":\"192.0.2.1\","
      "\"proxiable\":true,\"proxied\":false,"
      "\"ttl\":1,\"settings\":{},\"meta\":{},\"comment\":null,\"tags\":[]}",
      "DOC: defaults" },
    { "{\"type\":\"A\",\"name\":\"www\",\"content\":\"192.0.2.1\",\"ttl\":null,\"proxied\":null,"
      "\"tags\":null,\"data\":null,"
      "\"settings\":null,\"comment\":null}",
      "{\"id\":\"\",\"name\":\"www.example.test\",\"type\":\"A\",\"content\":\"192.0.2.1\","
      "\"proxiable\":true,\"proxied\":false,"
      "\"ttl\":1,\"settings\":{},\"meta\":{},\"comment\":null,\"tags\":[]}",
      "nulls count as absent" },
    { "{\"type\":\"MX\",\"name\":\"@\",\"content\":\"Mail.Example.net.\",\"priority\":10,\"ttl\":"
      "300}",
      "{\"id\":\"\",\"name\":\"example.test\",\"type\":\"MX\",\"content\":\"Mail.Example.net\","
      "\"priority\":10,"
      "\"proxiable\":false,\"proxied\":false,\"ttl\":300,\"settings\":{},\"meta\":{},\"comment\":"
      "null,\"tags\":[]}",
      "REC: no final dot, the priority behind the content" },
    { "{\"type\":\"CNAME\",\"name\":\"c\",\"content\":\"example.net\",\"proxied\":true,\"ttl\":300,"
      "\"settings\":{\"ipv4_only\":true,\"other\":1},\"tags\":[\"a:b\",\"a:b\"]}",
      "{\"id\":\"\",\"name\":\"c.example.test\",\"type\":\"CNAME\",\"content\":\"example.net\","
      "\"proxiable\":true,\"proxied\":true,"
      "\"ttl\":1,\"settings\":{\"ipv4_only\":true,\"flatten_cname\":false},\"meta\":{},\"comment\":"
      "null,\"tags\":[\"a:b\"]}",
      "proxied forces ttl 1; settings that apply" },
    { "{\"type\":\"SRV\",\"name\":\"_s._tcp\",\"content\":\"ignored\",\"priority\":7,\"data\":{"
      "\"weight\":1,\"port\":2,\"target\":\"t.test.\"}}",
      "{\"id\":\"\",\"name\":\"_s._tcp.example.test\",\"type\":\"SRV\",\"content\":\"1 2 "
      "t.test\",\"priority\":7,"
      "\"proxiable\":false,\"proxied\":false,\"ttl\":1,\"data\":{\"weight\":1,\"port\":2,"
      "\"target\":\"t.test\",\"priority\":7},"
      "\"settings\":{},\"meta\":{},\"comment\":null,\"tags\":[]}",
      "content is rendered; the priority beside the data serves" },
};

static cJSON *parsed(const char *text)
{
    cJSON *json = json_parse(NULL, text, strlen(text));

    ck_assert_ptr_nonnull(json);
    return json;
}

START_TEST(records_come_into_normal_form)
{
    struct arena *a = arena_new();
    cJSON *fresh = parsed(records[_i].given);
    struct dns_fault fault = { 0 };
    char *shown;

    ck_assert_msg(dns_record_normal(a, &zone, fresh, &fault), "%s: error %d", records[_i].why,
                  fault.error);
    shown = json_print_dup(fresh);
    ck_assert_msg(strcmp(shown, records[_i].shown) == 0, "%s: got %s", records[_i].why, shown);
    free(shown);
    cJSON_Delete(fresh);
    arena_free(a);
}
END_TEST

static const struct {
    const char *given;
    enum error_id error;
} refused[] = {
    { "{}", ERR_DNS_TYPE_INVALID },
    { "{\"type\":\"a\",\"name\":\"x\",\"content\":\"192.0.2.1\"}", ERR_DNS_TYPE_INVALID },
    { "{\"type\":1,\"name\":\"x\",\"content\":\"192.0.2.1\"}", ERR_DNS_BODY },
    { "{\"type\":\"A\",\"content\":\"192.0.2.1\"}", ERR_DNS_NAME_INVALID },
    { "{\"type\":\"A\",\"name\":\"x\"}", ERR_DNS_NOT_IPV4 },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\" 192.0.2.1\"}", ERR_DNS_NOT_IPV4 },
    { "{\"type\":\"AAAA\",\"name\":\"x\",\"content\":\"::g\"}", ERR_DNS_NOT_IPV6 },
    { "{\"type\":\"CNAME\",\"name\":\"x\",\"content\":\"192.0.2.1\"}", ERR_DNS_CONTENT_INVALID },
    { "{\"type\":\"OPENPGPKEY\",\"name\":\"x\",\"content\":\"***\"}", ERR_DNS_CONTENT_INVALID },
    { "{\"type\":\"TXT\",\"name\":\"x\",\"content\":\"\"}", ERR_DNS_CONTENT_EMPTY },
    { "{\"type\":\"MX\",\"name\":\"x\",\"content\":\"m.test\"}", ERR_DNS_DATA_LACKS },
    { "{\"type\":\"MX\",\"name\":\"x\",\"content\":\"m.test\",\"priority\":65536}", ERR_DNS_BODY },
    { "{\"type\":\"URI\",\"name\":\"x\",\"data\":{\"weight\":1,\"target\":\"http://x/\"}}",
      ERR_DNS_DATA_LACKS },
    { "{\"type\":\"CAA\",\"name\":\"x\",\"content\":\"0 issue \\\"ca.test\\\"\"}",
      ERR_DNS_DATA_LACKS },
    { "{\"type\":\"DS\",\"name\":\"x\",\"data\":{\"key_tag\":1,\"algorithm\":1,\"digest_type\":1,"
      "\"digest\":\"xyz\"}}",
      ERR_DNS_CONTENT_INVALID },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"ttl\":59}", ERR_DNS_TTL_INVALID },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"ttl\":60.5}",
      ERR_DNS_TTL_INVALID },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"10.0.0.1\",\"proxied\":true}",
      ERR_DNS_NOT_PROXIABLE },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"tags\":[\"a:1\",\"b:1\",\"c:1\"]"
      "}",
      ERR_DNS_TAGS_MANY },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"tags\":[1]}", ERR_DNS_BODY },
    { "{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"comment\":7}", ERR_DNS_BODY },
};

START_TEST(wrong_records_are_refused)
{
    struct arena *a = arena_new();
    cJSON *fresh = parsed(refused[_i].given);
    struct dns_fault fault = { 0 };

    ck_assert(!dns_record_normal(a, &zone, fresh, &fault));
    ck_assert_msg(fault.error == refused[_i].error, "%s: error %d", refused[_i].given, fault.error);
    cJSON_Delete(fresh);
    arena_free(a);
}
END_TEST

static const struct {
    int64_t stamp;
    const char *text;
} stamps[] = {
    { NOON, "2026-03-01T12:00:00Z" },
    { NOON + 345260, "2026-03-01T12:00:00.34526Z" },
    { NOON + 1, "2026-03-01T12:00:00.000001Z" },
    { NOON + 500000, "2026-03-01T12:00:00.5Z" },
};

START_TEST(stamps_lose_their_zeros)
{
    char text[STAMP_ROOM];

    dns_stamp(stamps[_i].stamp, text);
    ck_assert_str_eq(text, stamps[_i].text);
}
END_TEST

static struct doc *made(const char *type, const char *name, const char *content,
                        const char *created, uint64_t sequence)
{
    cJSON *shown = json_object(J_TEXT("name", name), J_TEXT("type", type),
                               J_TEXT("content", content), J_TEXT("created_on", created));
    void (*done)(void *) = NULL;
    void *extra = dns_record_extra(shown, &done);
    struct doc *d = doc_new(KIND_DNS_RECORD, "x", "id", NULL, shown, extra, done);

    doc_set_sequence(d, sequence);
    cJSON_Delete(shown);
    return d;
}

/* In the order in which a list shows them. */
static const struct {
    const char *type, *name, *content, *created;
    uint64_t sequence;
} listed[] = {
    { "A", "multi1.test", "192.0.2.1", "2026-01-01T00:00:00Z", 5 },
    { "A", "multi2.test", "192.0.2.1", "2026-01-01T00:00:00Z", 4 },
    { "A", "multi.test", "192.0.2.1", "2026-01-02T00:00:00Z", 6 },
    { "A", "multi.test", "192.0.2.2", "2026-01-01T00:00:00Z", 2 },
    { "A", "multi.test", "192.0.2.1", "2026-01-01T00:00:00Z", 3 },
    { "AAAA", "a.test", "::1", "2026-01-01T00:00:00Z", 7 },
    { "TXT", "a.test", "x", "2026-01-01T00:00:00Z", 1 },
};

START_TEST(lists_stand_as_recorded)
{
    struct doc *docs[ARRAY_LEN(listed)];

    for (size_t i = 0; i < ARRAY_LEN(listed); i++)
        docs[i] = made(listed[i].type, listed[i].name, listed[i].content, listed[i].created,
                       listed[i].sequence);
    for (size_t i = 0; i < ARRAY_LEN(listed); i++)
        for (size_t j = 0; j < ARRAY_LEN(listed); j++) {
            int by = dns_record_order(docs[i], docs[j]),
                other = dns_record_by_name(docs[i], docs[j]);

            ck_assert_msg((by > 0) - (by < 0) == (i > j) - (i < j), "%zu and %zu", i, j);
            ck_assert_msg((other == 0) == (i == j), "%zu and %zu by name", i, j);
        }
    for (size_t i = 0; i < ARRAY_LEN(listed); i++)
        doc_unref(docs[i]);
}
END_TEST

START_TEST(heads_of_names_are_found)
{
    struct doc *d = made("MX", "b.test", "Mail.test", "2026-01-01T00:00:00Z", 1);
    struct dns_sought by_name = { "b.test", DNS_TYPE_COUNT, NULL, -1 },
                      whole = { "b.test", DNS_MX, "mail.test", -1 },
                      text = { "b.test", DNS_TXT, "x", -1 },
                      before = { "a.test", DNS_TYPE_COUNT, NULL, -1 };

    ck_assert_int_eq(dns_sought_compare(d, &by_name), 0);
    ck_assert_int_eq(dns_sought_compare(d, &whole), 0); // hosts have no case
    ck_assert_int_lt(dns_sought_compare(d, &text), 0);
    ck_assert_int_gt(dns_sought_compare(d, &before), 0);
    doc_unref(d);
}
END_TEST

START_TEST(stamps_move_with_what_changed)
{
    struct arena *a = arena_new();
    cJSON *old =
              parsed("{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"comment\":\"c\"}"),
          *fresh =
              parsed("{\"type\":\"A\",\"name\":\"x\",\"content\":\"192.0.2.1\",\"comment\":\"c\"}");
    struct dns_fault fault;

    ck_assert(dns_record_normal(a, &zone, old, &fault) &&
              dns_record_normal(a, &zone, fresh, &fault));
    dns_record_stamp(old, NULL, NOON);
    json_put(old, "id", cJSON_CreateString("one"));
    dns_record_stamp(fresh, old, NOON + STAMP_SECOND);
    ck_assert(json_equal(fresh, old)); // nothing changed
    json_put(fresh, "ttl", json_number(300));
    dns_record_stamp(fresh, old, NOON + STAMP_SECOND);
    ck_assert_str_eq(json_text(fresh, "created_on"), "2026-03-01T12:00:00Z");
    ck_assert_str_eq(json_text(fresh, "modified_on"), "2026-03-01T12:00:01Z");
    ck_assert_str_eq(json_text(fresh, "comment_modified_on"), "2026-03-01T12:00:00Z");
    cJSON_Delete(old);
    cJSON_Delete(fresh);
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dns_record");
    TCase *tc = tcase_create("dns_record");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_add_loop_test(tc, records_come_into_normal_form, 0, ARRAY_LEN(records));
    tcase_add_loop_test(tc, wrong_records_are_refused, 0, ARRAY_LEN(refused));
    tcase_add_loop_test(tc, stamps_lose_their_zeros, 0, ARRAY_LEN(stamps));
    tcase_add_test(tc, lists_stand_as_recorded);
    tcase_add_test(tc, heads_of_names_are_found);
    tcase_add_test(tc, stamps_move_with_what_changed);
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
