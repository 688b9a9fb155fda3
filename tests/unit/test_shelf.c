/* A shelf beside a sorted array: the n-th, slices and heads agree whatever was added and removed before. */
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "mock/store/shelf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCS 3000

static int by_id(const struct doc *a, const struct doc *b)
{
    return strcmp(doc_id(a), doc_id(b));
}

static int by_id_at(const void *a, const void *b)
{
    return by_id(*(struct doc *const *)a, *(struct doc *const *)b);
}

static bool below(const struct doc *d, const void *id)
{
    return strcmp(doc_id(d), id) < 0;
}

/* What stands on the shelf, sorted; returns the count. */
static size_t sorted(struct doc *const *docs, const bool *on, struct doc **out)
{
    size_t n = 0;

    for (size_t i = 0; i < DOCS; i++)
        if (on[i])
            out[n++] = docs[i];
    qsort(out, n, sizeof *out, by_id_at);
    return n;
}

static void agree(const struct shelf *s, struct doc *const *docs, const bool *on, struct rng *r)
{
    static struct doc *want[DOCS], *got[DOCS];
    size_t n = sorted(docs, on, want);

    ck_assert_uint_eq(s->count, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_ptr_eq(shelf_nth(s, i), want[i]);
    ck_assert_ptr_null(shelf_nth(s, n));
    for (int k = 0; k < 20; k++) {
        size_t from = rng_below(r, n + 2), count = rng_below(r, n + 2), i;
        size_t there = from < n ? n - from : 0;

        ck_assert_uint_eq(shelf_slice(s, from, got, count), there < count ? there : count);
        for (i = 0; i < there && i < count; i++)
            ck_assert_ptr_eq(got[i], want[from + i]);
        i = rng_below(r, DOCS);
        for (from = 0; from < n && by_id(want[from], docs[i]) < 0;)
            from++;
        ck_assert_uint_eq(shelf_first_not(s, below, doc_id(docs[i])), from);
    }
}

START_TEST(shelf_agrees_with_an_array)
{
    static struct doc *docs[DOCS];
    static bool on[DOCS];
    cJSON *nothing = cJSON_CreateObject();
    struct shelf s;
    struct rng r;
    char id[17];

    rng_init(&r, (uint64_t)_i);
    shelf_init(&s, by_id);
    memset(on, 0, sizeof on);
    for (size_t i = 0; i < DOCS; i++) {
        if (_i == 0)
            snprintf(id, sizeof id, "%08zu", i); // in order
        else
            rng_hex(&r, id, 16);
        docs[i] = doc_new(KIND_ZONE, "x", id, NULL, nothing, NULL, NULL);
    }
    for (int round = 0; round < 6; round++) {
        for (size_t i = 0; i < DOCS; i++) {
            bool want = round == 5 ? false : _i == 0 && round == 0 ? true : rng_below(&r, 3) > 0;

            if (want && !on[i])
                shelf_add(&s, docs[i]);
            if (!want && on[i])
                shelf_remove(&s, docs[i]);
            on[i] = want;
        }
        agree(&s, docs, on, &r);
    }
    shelf_release(&s);
    for (size_t i = 0; i < DOCS; i++)
        doc_unref(docs[i]);
    cJSON_Delete(nothing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shelf");
    TCase *tc = tcase_create("shelf");
    SRunner *runner = srunner_create(suite);
    int failed;

    json_setup();
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, shelf_agrees_with_an_array, 0, 4);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
