/* Master files: what is read from them, and where reading ends. */
#include "common/arena.h"
#include "common/buf.h"
#include "common/mem.h"
#include "mock/families/dns_zone_file.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool write_down(void *to, const struct zone_record *r)
{
    buf_printf(to, "%s|%lld|%s|%s|%s\n", r->name, (long long)r->ttl, r->type, r->rdata, r->comment);
    return true;
}

static const struct {
    const char *text, *records, *why;
} files[] = {
    { "www 300 IN A 192.0.2.1\n", "www.example.test|300|A|192.0.2.1|\n", "the plain form" },
    { "www IN 300 A 192.0.2.1", "www.example.test|300|A|192.0.2.1|\n",
      "class first, no newline at the end" },
    { "www\tA\t192.0.2.1\r\n", "www.example.test|-1|A|192.0.2.1|\n", "neither; carriage return" },
    { "$TTL 1h30m\n@ A 192.0.2.1\n", "example.test|5400|A|192.0.2.1|\n", "$TTL with units" },
    { "$ORIGIN sub\nwww A 192.0.2.1\n$ORIGIN other.test.\nx A 192.0.2.2\n",
      "www.sub.example.test|-1|A|192.0.2.1|\nx.other.test|-1|A|192.0.2.2|\n",
      "$ORIGIN, relative and absolute" },
    { "www A 192.0.2.1\n    A 192.0.2.2\n",
      "www.example.test|-1|A|192.0.2.1|\nwww.example.test|-1|A|192.0.2.2|\n",
      "a blank repeats the owner" },
    { "@ SOA ns.test. root.test. (\n 1 ; serial\n 2 3 4 5 )\n",
      "example.test|-1|SOA|ns.test. root.test. 1 2 3 4 5|serial\n", "parentheses join lines" },
    { "a A 192.0.2.1 ; hello cf_tags=x:y\n", "a.example.test|-1|A|192.0.2.1|hello cf_tags=x:y\n",
      "the comment is kept" },
    { ";; head\n\n  ; only\na A 192.0.2.1\n", "a.example.test|-1|A|192.0.2.1|\n",
      "comments alone" },
    { "t TXT \"a ; b\" \"c\\\"d\" e\n", "t.example.test|-1|TXT|\"a ; b\" \"c\\\"d\" e|\n",
      "quotes keep what is in them" },
    { "$GENERATE 1-3 h$ A 192.0.2.$\n",
      "h1.example.test|-1|A|192.0.2.1|\nh2.example.test|-1|A|192.0.2.2|\nh3.example.test|-1|A|192."
      "0.2.3|\n",
      "$GENERATE" },
    { "$GENERATE 0-4/2 h${1,3,d} 60 IN CNAME x${0,2,x}.test.\n",
      "h001.example.test|60|CNAME|x00.test.|\nh003.example.test|60|CNAME|x02.test.|\nh005.example."
      "test|60|CNAME|x04.test.|\n",
      "with step, offset, width and base" },
    { "", "", "nothing" },
};

START_TEST(records_are_read)
{
    struct arena *a = arena_new();
    struct zone_fault fault = { 0 };
    struct buf got;

    buf_init(&got);
    buf_text(&got, "");
    ck_assert_msg(zone_file_read(a, files[_i].text, strlen(files[_i].text), "example.test",
                                 write_down, &got, &fault),
                  "%s: line %u: %s", files[_i].why, fault.line, fault.what);
    ck_assert_msg(strcmp(got.at ? got.at : "", files[_i].records) == 0, "%s: got %s", files[_i].why,
                  got.at);
    buf_release(&got);
    arena_free(a);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    bool include;
    const char *why;
} wrong[] = {
    { "a A 192.0.2.1\n$INCLUDE other\n", 2, true, "$INCLUDE is not followed" },
    { "a TXT \"open\n", 1, false, "an open quote" },
    { "a A (192.0.2.1\n", 1, false, "an open parenthesis" },
    { "a A )192.0.2.1\n", 1, false, "a closed one" },
    { "\n\n www A 192.0.2.1\n", 3, false, "no owner yet" },
    { "a 300 IN\n", 1, false, "no type" },
    { "$GENERATE 3-1 a A 192.0.2.1\n", 1, false, "a range backwards" },
    { "$GENERATE 0-99999999 a$ A 192.0.2.1\n", 1, false, "a range too wide" },
    { "$GENERATE 1-2 a${0,99,d} A 192.0.2.1\n", 1, false, "a width too wide" },
    { "$SOMETHING x\n", 1, false, "a directive nobody knows" },
    { "$TTL x\n", 1, false, "no period" },
};

START_TEST(faults_have_a_line)
{
    struct arena *a = arena_new();
    struct zone_fault fault = { 0 };
    struct buf got;

    buf_init(&got);
    ck_assert_msg(!zone_file_read(a, wrong[_i].text, strlen(wrong[_i].text), "example.test",
                                  write_down, &got, &fault),
                  "%s", wrong[_i].why);
    ck_assert_msg(fault.line == wrong[_i].line && fault.what && fault.include == wrong[_i].include,
                  "%s: line %u", wrong[_i].why, fault.line);
    buf_release(&got);
    arena_free(a);
}
END_TEST

static bool only_one(void *to, const struct zone_record *r)
{
    (void)r;
    return ++*(int *)to < 1;
}

START_TEST(taker_may_end_it)
{
    struct arena *a = arena_new();
    struct zone_fault fault = { 0 };
    static const char text[] = "a A 192.0.2.1\nb A 192.0.2.1\n";
    int count = 0;

    ck_assert(!zone_file_read(a, text, strlen(text), "example.test", only_one, &count, &fault));
    ck_assert_int_eq(count, 1);
    ck_assert_ptr_null(fault.what);
    arena_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dns_zone_file");
    TCase *tc = tcase_create("dns_zone_file");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tc, records_are_read, 0, ARRAY_LEN(files));
    tcase_add_loop_test(tc, faults_have_a_line, 0, ARRAY_LEN(wrong));
    tcase_add_test(tc, taker_may_end_it);
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
