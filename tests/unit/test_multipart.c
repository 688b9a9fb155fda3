/* Multipart bodies as clients send them, and as they should not: parts, boundaries, names folded
 * back. */
#include "mock/body/multipart.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/store/blob.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FORM "multipart/form-data; boundary=XX"
#define PART(name) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FIELD(name, value) PART(name) value "\r\n"
#define END "--XX--\r\n"

static const struct {
    const char *type, *body, *wrong, *parts, *why;
} bodies[] = {
    { FORM, FIELD("a", "1") FIELD("b", "two") END, NULL, "a=1;b=two;", "two fields" },
    { FORM, "preamble\r\n" FIELD("a", "1") END "epilogue", NULL, "a=1;", "text around is no part" },
    { FORM, END, NULL, "", "a form without parts" },
    { FORM, FIELD("a", "") FIELD("b", "\r\n") END, NULL, "a=;b=\r\n;",
      "empty, and line ends alone" },
    { FORM, FIELD("a", "1\r\n--X\r\n--XXX\r\n -- XX") END, NULL, "a=1\r\n--X\r\n--XXX\r\n -- XX;",
      "what only begins as the boundary does is content" },
    { FORM, "--XX  \r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--", NULL, "a=1;",
      "blanks behind the boundary, a name without quotes, no line end at the end" },
    { FORM, "--XX\nContent-Disposition: form-data; name=\"a\"\n\n1\n--XX--\n", NULL, "a=1;",
      "line ends of one byte" },
    { "multipart/form-data; charset=utf-8; boundary=\"a b\"",
      "--a b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--a b--", NULL, "a=1;",
      "a boundary in quotes, behind another parameter" },
    { "MULTIPART/Form-Data; Boundary=XX", FIELD("a", "1") END, NULL, "a=1;", "case of the header" },
    { "application/javascript", FIELD("a", "1") END, NULL, "a=1;",
      "TypeScript SDK: a script's type over a form (clients notes)" },
    { "multipart/form-data", FIELD("a", "1") END, NULL, "a=1;", "a header that lost its boundary" },
    { NULL,
      "--long-boundary-1\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; "
      "name=\"a\"\r\n"
      "\r\n1\r\n--long-boundary-1--",
      NULL, "a[text/plain]=1;", "no header, disposition second" },
    { FORM,
      "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"worker.mjs\"\r\n"
      "Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n" END,
      NULL, "files(worker.mjs)[application/javascript+module]=export default {};", "a file" },
    { FORM,
      "--XX\r\nContent-Disposition: form-data; name=\"a%22b\"; "
      "filename=\"c\\\"d;e.js\"\r\n\r\n1\r\n" END,
      NULL, "a\"b(c\"d;e.js)=1;", "quotes as browsers and as curl send them" },
    { FORM,
      "--XX\r\nContent-Disposition: form-data; filename=\"x\"; filename*=UTF-8''caf%C3%A9.js; "
      "name=f"
      "\r\n\r\n1\r\n" END,
      NULL, "f(caf\xc3\xa9.js)=1;", "an extended file name wins" },
    { FORM, "--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n" END, NULL, "[text/plain]=1;",
      "no name at all" },
    { FORM, FIELD("a", "1"), "ends before its last boundary", NULL, "cut behind a part" },
    { FORM, PART("a") "1", "ends before its last boundary", NULL, "cut in a part" },
    { FORM, "--XX\r\nContent-Disposition: form-data; name=\"a\"",
      "has a part without an end of its headers", NULL, "cut in headers" },
    { FORM, "--XX", "has a part without an end of its headers", NULL, "cut in the boundary" },
    { FORM, "{\"a\":1}", "does not hold its boundary", NULL, "JSON under a form's header" },
    { FORM, "", "does not hold its boundary", NULL, "nothing" },
    { "multipart/form-data", "{}", "has no boundary", NULL, "no boundary anywhere" },
};

static char *shown(const struct multipart *m)
{
    struct buf out;

    buf_init(&out);
    for (size_t i = 0; i < m->count; i++) {
        const struct multipart_part *p = &m->part[i];
        size_t len;
        const char *bytes = blob_view(p->bytes, &len);

        buf_text(&out, p->name);
        if (p->filename)
            buf_printf(&out, "(%s)", p->filename);
        if (p->content_type)
            buf_printf(&out, "[%s]", p->content_type);
        buf_char(&out, '=');
        buf_add(&out, bytes, len);
        buf_char(&out, ';');
    }
    return buf_take(&out);
}

static struct blob *blob_of(const char *text)
{
    char *why = NULL;

    return blob_new(text, strlen(text), &why);
}

START_TEST(body_is_split)
{
    struct arena *a = arena_new();
    struct blob *body = blob_of(bodies[_i].body);
    struct multipart m;
    const char *wrong = multipart_read(a, body, bodies[_i].type, &m);
    char *got;

    if (bodies[_i].wrong)
        ck_assert_msg(wrong && !strcmp(wrong, bodies[_i].wrong), "%s: %s", bodies[_i].why, wrong);
    else
        ck_assert_msg(!wrong, "%s: %s", bodies[_i].why, wrong);
    got = shown(&m);
    if (bodies[_i].parts)
        ck_assert_msg(!strcmp(got, bodies[_i].parts), "%s: %s", bodies[_i].why, got);
    free(got);
    arena_free(a);
    blob_unref(body);
}
END_TEST

static const struct {
    const char *body, *json, *why;
} forms[] = {
    { FIELD("a", "1") FIELD("b", "x"), "{\"a\":\"1\",\"b\":\"x\"}", "plain names" },
    { FIELD("metadata[main_module]", "worker.mjs") FIELD("metadata[bindings][][type]", "plain_text")
          FIELD("metadata[bindings][][name]", "A")
              FIELD("metadata[bindings][][type]", "kv_namespace")
                  FIELD("metadata[bindings][][name]", "B"),
      "{\"metadata\":{\"main_module\":\"worker.mjs\",\"bindings\":[{\"type\":\"plain_text\","
      "\"name\":\"A\"},"
      "{\"type\":\"kv_namespace\",\"name\":\"B\"}]}}",
      "TypeScript SDK 7.3 (clients notes)" },
    { FIELD("tags[]", "a") FIELD("tags[]", "b"), "{\"tags\":[\"a\",\"b\"]}", "a list" },
    { FIELD("a[][b][]", "1") FIELD("a[][b][]", "2") FIELD("a[][c]", "3") FIELD("a[][c]", "4"),
      "{\"a\":[{\"b\":[\"1\",\"2\"],\"c\":\"3\"},{\"c\":\"4\"}]}",
      "a list within a list's element" },
    { FIELD("a[b][c]", "1") FIELD("a[b][d]", "2"), "{\"a\":{\"b\":{\"c\":\"1\",\"d\":\"2\"}}}",
      "objects" },
    { FIELD("a", "1") FIELD("a[b]", "2"), "{\"a\":{\"b\":\"2\"}}", "the later form wins" },
    { FIELD("a[b", "1") FIELD("c]", "2") FIELD("[]", "3"),
      "{\"a[b\":\"1\",\"c]\":\"2\",\"\":[\"3\"]}", "brackets that are none" },
    { "--XX\r\nContent-Disposition: form-data; name=\"m\"\r\nContent-Type: "
      "application/json\r\n\r\n{\"x\":1}\r\n",
      "{\"m\":{\"x\":1}}", "a JSON part" },
    { "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n1\r\n" FIELD("b",
                                                                                              "2"),
      "{\"b\":\"2\"}", "files are left out" },
};

START_TEST(form_is_folded)
{
    struct arena *a = arena_new();
    char *text = text_printf("%s%s", forms[_i].body, END), *got;
    struct blob *body = blob_of(text);
    struct multipart m;

    ck_assert_ptr_null(multipart_read(a, body, FORM, &m));
    got = json_print_dup(multipart_fold(a, &m));
    ck_assert_msg(!strcmp(got, forms[_i].json), "%s: %s", forms[_i].why, got);
    free(got);
    free(text);
    arena_free(a);
    blob_unref(body);
}
END_TEST

static const struct {
    const char *type, *start;
    bool yes;
} starts[] = {
    { FORM, "", true },
    { "text/plain", "--XX\r\nContent-Disposition: form-data", true },
    { "application/json", "{}", false },
    { NULL, "--XX\r\n\r\nContent-Disposition:", false },
    { NULL, "-- a line of SQL or a YAML document\nselect 1", false },
    { NULL, "--\r\n", false },
    { NULL, "--", false },
};

START_TEST(form_is_recognised)
{
    ck_assert_int_eq(
        multipart_looks_like(starts[_i].type, starts[_i].start, strlen(starts[_i].start)),
        starts[_i].yes);
}
END_TEST

START_TEST(large_part_is_a_slice)
{
    size_t len = 3 * BLOB_IN_MEMORY, got;
    char *big = xmalloc(len), *why = NULL;
    struct blob_maker *maker = blob_maker_new();
    struct arena *a = arena_new();
    struct multipart m;
    struct blob *body, *kept;

    memset(big, '-', len);
    ck_assert_int_eq(blob_maker_add(maker, PART("value"), strlen(PART("value")), &why), 0);
    ck_assert_int_eq(blob_maker_add(maker, big, len, &why), 0);
    ck_assert_int_eq(blob_maker_add(maker, "\r\n" END, strlen("\r\n" END), &why), 0);
    body = blob_maker_end(maker, &why);
    ck_assert_ptr_null(multipart_read(a, body, FORM, &m));
    ck_assert_ptr_nonnull(multipart_find(&m, "value"));
    ck_assert_ptr_null(multipart_find(&m, "other"));
    kept = blob_ref(multipart_find(&m, "value")->bytes);
    arena_free(a);
    blob_unref(body);
    ck_assert_uint_eq(blob_len(kept), len);
    ck_assert_mem_eq(blob_view(kept, &got), big, len);
    blob_unref(kept);
    free(big);
}
END_TEST

START_TEST(too_many_parts_are_refused)
{
    struct arena *a = arena_new();
    struct buf text;
    struct blob *body;
    struct multipart m;
    char *why = NULL;

    buf_init(&text);
    for (int i = 0; i < 4001; i++)
        buf_text(&text, FIELD("a", "1"));
    buf_text(&text, END);
    body = blob_new(text.at, text.len, &why);
    ck_assert_str_eq(multipart_read(a, body, FORM, &m), "has too many parts");
    buf_release(&text);
    arena_free(a);
    blob_unref(body);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("multipart");
    TCase *tc = tcase_create("multipart");
    SRunner *runner = srunner_create(s);
    int failed;

    json_setup();
    tcase_add_loop_test(tc, body_is_split, 0, ARRAY_LEN(bodies));
    tcase_add_loop_test(tc, form_is_folded, 0, ARRAY_LEN(forms));
    tcase_add_loop_test(tc, form_is_recognised, 0, ARRAY_LEN(starts));
    tcase_add_test(tc, large_part_is_a_slice);
    tcase_add_test(tc, too_many_parts_are_refused);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
