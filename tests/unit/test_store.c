/* The store: shelves keep their order, a transaction that is rolled back leaves no trace, indices find
 * and forget. */
#include "common/json.h"
#include "common/mem.h"
#include "mock/store/index.h"
#include "mock/store/store.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct doc *zone(const char *id, const char *owner, const char *key)
{
    cJSON *json = json_object(J_TEXT("id", id));
    struct doc *d = doc_new(KIND_ZONE, owner, id, key, json, NULL, NULL);

    cJSON_Delete(json);
    return d;
}

static void put(struct store *s, const char *id, const char *owner, const char *key)
{
    struct txn *t = txn_begin(s);

    txn_put_take(t, zone(id, owner, key));
    txn_commit(t);
}

/* The ids of a shelf in its order, blank-separated; the caller's. */
static char *order(struct store *s, const char *owner)
{
    struct view *v = view_begin(s);
    char *ids = xcalloc(1, 256);

    view_each (v, d, KIND_ZONE, owner) {
        strcat(ids, doc_id(d));
        strcat(ids, " ");
    }
    view_end(v);
    return ids;
}

static void expect_order(struct store *s, const char *owner, const char *ids)
{
    char *got = order(s, owner);

    ck_assert_str_eq(got, ids);
    free(got);
}

START_TEST(a_replaced_doc_keeps_its_place)
{
    struct store *s = store_new();

    put(s, "a", "x", NULL);
    put(s, "b", "x", NULL);
    put(s, "c", "y", NULL);
    put(s, "a", "x", "new");
    expect_order(s, "x", "a b ");
    expect_order(s, NULL, "a b c ");
    store_free(s);
}
END_TEST

START_TEST(a_doc_may_change_its_owner)
{
    struct store *s = store_new();

    put(s, "a", "x", NULL);
    put(s, "b", "x", NULL);
    put(s, "a", "y", NULL);
    expect_order(s, "x", "b ");
    expect_order(s, "y", "a ");
    expect_order(s, NULL, "a b ");
    store_free(s);
}
END_TEST

START_TEST(a_rollback_leaves_no_trace)
{
    struct store *s = store_new();
    struct txn *t;
    struct view *v;

    put(s, "a", "x", "key-a");
    put(s, "b", "x", NULL);
    put(s, "c", "x", NULL);
    t = txn_begin(s);
    ck_assert(txn_remove(t, KIND_ZONE, "b"));
    txn_put_take(t, zone("a", "x", "key-2"));
    txn_put_take(t, zone("d", "x", NULL));
    ck_assert(txn_remove(t, KIND_ZONE, "c"));
    txn_rollback(t);
    expect_order(s, "x", "a b c ");
    v = view_begin(s);
    ck_assert_ptr_nonnull(view_by_key(v, KIND_ZONE, "key-a"));
    ck_assert_ptr_null(view_by_key(v, KIND_ZONE, "key-2"));
    ck_assert_ptr_null(view_get(v, KIND_ZONE, NULL, "d"));
    view_end(v);
    store_free(s);
}
END_TEST

START_TEST(a_doc_is_found_under_its_own_owner_alone)
{
    struct store *s = store_new();
    struct view *v;

    put(s, "a", "x", NULL);
    v = view_begin(s);
    ck_assert_ptr_nonnull(view_get(v, KIND_ZONE, "x", "a"));
    ck_assert_ptr_null(view_get(v, KIND_ZONE, "y", "a"));
    ck_assert_uint_eq(view_count(v, KIND_ZONE, "y"), 0);
    view_end(v);
    store_free(s);
}
END_TEST

START_TEST(an_index_survives_growth_and_removal)
{
    static char keys[500][8];
    struct index ix;

    index_init(&ix);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i);
        index_put(&ix, keys[i], keys[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i += 3)
        ck_assert_ptr_eq(index_remove(&ix, keys[i]), keys[i]);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        ck_assert_ptr_eq(index_get(&ix, keys[i]), i % 3 ? keys[i] : NULL);
    ck_assert_ptr_null(index_remove(&ix, "absent"));
    index_release(&ix);
}
END_TEST

/* More docs than a chunk of a shelf holds, some removed again: every place is where it should be. */
START_TEST(a_long_shelf_keeps_its_order)
{
    struct store *s = store_new();
    struct txn *t = txn_begin(s);
    struct view *v;
    char id[16];
    size_t n = 0;

    for (size_t i = 0; i < 2000; i++) {
        snprintf(id, sizeof id, "%04zu", i);
        txn_put_take(t, zone(id, "x", NULL));
    }
    for (size_t i = 0; i < 2000; i += 3) {
        snprintf(id, sizeof id, "%04zu", i * 7 % 2000);
        n += txn_remove(t, KIND_ZONE, id);
    }
    txn_commit(t);
    v = view_begin(s);
    ck_assert_uint_eq(view_count(v, KIND_ZONE, "x"), 2000 - n);
    for (size_t i = 1; i < 2000 - n; i++)
        ck_assert_str_lt(doc_id(view_nth(v, KIND_ZONE, "x", i - 1)), doc_id(view_nth(v, KIND_ZONE, "x", i)));
    ck_assert_ptr_null(view_nth(v, KIND_ZONE, "x", 2000 - n));
    view_end(v);
    store_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tc = tcase_create("store");
    SRunner *runner = srunner_create(suite);
    int failed;

    json_setup();
    tcase_add_test(tc, a_replaced_doc_keeps_its_place);
    tcase_add_test(tc, a_doc_may_change_its_owner);
    tcase_add_test(tc, a_rollback_leaves_no_trace);
    tcase_add_test(tc, a_doc_is_found_under_its_own_owner_alone);
    tcase_add_test(tc, a_long_shelf_keeps_its_order);
    tcase_add_test(tc, an_index_survives_growth_and_removal);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
