/* Bytes that never change: in memory or in a file without a name, as slices, counted. */
#include "mock/store/blob.h"

#include "common/file.h"
#include "common/mem.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *pattern(size_t len)
{
    char *bytes = xmalloc(len + 1);

    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 31 + i / 253);
    return bytes;
}

static const struct {
    size_t len, piece;
    const char *why;
} lengths[] = {
    { 0, 1, "none" },
    { 1, 1, "one byte" },
    { BLOB_IN_MEMORY - 1, 4096, "just in memory" },
    { BLOB_IN_MEMORY, 65536, "the last that stays in memory" },
    { BLOB_IN_MEMORY + 1, 65537, "the first in a file" },
    { 5 * BLOB_IN_MEMORY + 17, 1 << 20, "some pieces" },
};

START_TEST(what_was_put_in_comes_out)
{
    size_t len = lengths[_i].len, got_len, n;
    char *want = pattern(len), *why = NULL, piece[1000];
    struct blob_maker *m = blob_maker_new();
    struct blob *b;

    for (size_t at = 0; at < len; at += n) {
        n = len - at < lengths[_i].piece ? len - at : lengths[_i].piece;
        ck_assert_msg(blob_maker_add(m, want + at, n, &why) == 0, "%s: %s", lengths[_i].why, why);
    }
    ck_assert_uint_eq(blob_maker_len(m), len);
    b = blob_maker_end(m, &why);
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(blob_len(b), len);
    ck_assert_msg(memcmp(blob_view(b, &got_len), want, len) == 0, "%s", lengths[_i].why);
    ck_assert_uint_eq(got_len, len);
    blob_rest(b);
    for (size_t at = 0; (n = blob_read(b, at, piece, sizeof piece)) > 0; at += n)
        ck_assert_mem_eq(piece, want + at, n);
    ck_assert_uint_eq(blob_read(b, len, piece, sizeof piece), 0);
    ck_assert_uint_eq(blob_read(b, len + 5, piece, sizeof piece), 0);
    blob_unref(b);
    free(want);
}
END_TEST

START_TEST(slice_outlives_its_whole)
{
    size_t len = 3 * BLOB_IN_MEMORY, got;
    char *want = pattern(len), *why = NULL;
    struct blob *whole = blob_new(want, len, &why);
    struct blob *small = blob_slice(whole, 7, 100),
                *large = blob_slice(whole, 11, 2 * BLOB_IN_MEMORY);
    struct blob *inner = blob_slice(large, 1, BLOB_IN_MEMORY),
                *past = blob_slice(whole, len - 3, 100);
    struct blob *none = blob_slice(whole, len + 9, 4), *all = blob_slice(whole, 0, len);

    ck_assert_ptr_eq(all, whole);
    blob_unref(all);
    blob_unref(whole);
    ck_assert_mem_eq(blob_view(small, &got), want + 7, 100);
    ck_assert_uint_eq(got, 100);
    ck_assert_mem_eq(blob_view(large, &got), want + 11, 2 * BLOB_IN_MEMORY);
    blob_unref(large);
    blob_rest(inner);
    ck_assert_mem_eq(blob_view(inner, &got), want + 12, BLOB_IN_MEMORY);
    ck_assert_uint_eq(blob_len(past), 3);
    ck_assert_uint_eq(blob_len(none), 0);
    blob_unref(small);
    blob_unref(inner);
    blob_unref(past);
    blob_unref(none);
    free(want);
}
END_TEST

START_TEST(file_and_taken_bytes_are_kept)
{
    size_t len = 2 * BLOB_IN_MEMORY, got;
    char *want = pattern(len), *why = NULL, path[] = "/tmp/test-blob-XXXXXX";
    int file = mkstemp(path);
    struct blob *read, *taken;

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(file_write(path, want, len, 0600, &why), 0);
    read = blob_from_file(path, &why);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_ptr_nonnull(read);
    ck_assert_mem_eq(blob_view(read, &got), want, len);
    ck_assert_ptr_null(blob_from_file(path, &why));
    ck_assert_ptr_nonnull(strstr(why, path));
    free(why);
    why = NULL;
    taken = blob_new_take(want, len, &why);
    ck_assert_mem_eq(blob_view(taken, &got), blob_view(read, &got), len);
    blob_unref(read);
    blob_unref(taken);
    taken = blob_new_take(xstrdup("short"), 5, &why);
    ck_assert_mem_eq(blob_view(taken, &got), "short", 5);
    blob_unref(taken);
}
END_TEST

START_TEST(folder_that_is_not_there_is_named)
{
    char *before = getenv("TMPDIR") ? xstrdup(getenv("TMPDIR")) : NULL, *why = NULL;
    char *bytes = pattern(BLOB_IN_MEMORY + 1);

    setenv("TMPDIR", "/nowhere/at/all", 1);
    ck_assert_ptr_null(blob_new(bytes, BLOB_IN_MEMORY + 1, &why));
    ck_assert_ptr_nonnull(strstr(why, "/nowhere/at/all"));
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
    free(bytes);
    free(why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blob");
    TCase *tc = tcase_create("blob");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, what_was_put_in_comes_out, 0, ARRAY_LEN(lengths));
    tcase_add_test(tc, slice_outlives_its_whole);
    tcase_add_test(tc, file_and_taken_bytes_are_kept);
    tcase_add_test(tc, folder_that_is_not_there_is_named);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
