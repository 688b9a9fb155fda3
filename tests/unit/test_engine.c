/* The engine by claims: what is kept, what is kept out, pages, filters, orders, what goes with a
 * parent, and that writers at the same time lose nothing. Told on collections that no descriptor
 * names; the shapes of their members are the document's. */
#include "common/json.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/spec/sample_part.h"
#include "mock/state/journal.h"
#include "mock/world.h"
#include "tests/unit/ask.h"

#include <check.h>
#include <pthread.h>

#define CHECKS "/zones/" ZONE "/smart_shield/healthchecks"
#define TAGS "/accounts/" ACCOUNT "/access/tags"
#define GROUPS "/accounts/" ACCOUNT "/access/groups"
#define SPACES "/accounts/" ACCOUNT "/ai-search/namespaces"
#define MEMORY "/accounts/" ACCOUNT "/agent-memory/namespaces"

static char *text_in(const cJSON *at, const char *path)
{
    const cJSON *item = json_at(at, path);

    return !item                  ? xstrdup("(none)")
           : cJSON_IsString(item) ? xstrdup(item->valuestring)
                                  : json_print_dup(item);
}

static void expect(const struct answer *a, const char *path, const char *wanted)
{
    char *got = text_in(a->result, path);

    ck_assert_str_eq(got, wanted);
    free(got);
}

/* Posts and returns the id. */
static char *make(const char *collection, const char *body)
{
    struct answer a = ask_text("POST", collection, "", body);
    char *id = text_in(a.result, "id");

    if (!strcmp(id, "(none)")) {
        free(id);
        id = text_in(a.result, "name");
    }
    ck_assert_msg(a.status == 200 || a.status == 201, "%s: %d", collection, a.status);
    answer_release(&a);
    return id;
}

static char *make_check(int n)
{
    char *body = text_printf("{\"name\":\"check-%02d\",\"address\":\"a%d.example.com\"}", n, n % 3);
    char *id = make(CHECKS, body);

    free(body);
    return id;
}

static int status_of(const char *method, const char *path)
{
    struct answer a = ask(method, path, "", NULL);
    int status = a.status;

    answer_release(&a);
    return status;
}

START_TEST(what_was_sent_is_kept_and_the_rest_is_the_servers)
{
    struct answer a = ask_text(
        "POST", CHECKS, "",
        "{\"name\":\"one\",\"address\":\"www.example.com\",\"interval\":90,"
        "\"id\":\"ffffffffffffffffffffffffffffffff\",\"created_on\":\"1999-01-01T00:00:00Z\","
        "\"failure_reason\":\"mine\",\"no_such_member\":1}");

    ck_assert_int_eq(a.status, 200);
    expect(&a, "name", "one");
    expect(&a, "interval", "90");
    expect(&a, "retries", "2"); // the schema's default
    expect(&a, "no_such_member", "(none)");
    expect(&a, "failure_reason", "(none)"); // read-only
    expect(&a, "created_on", "2026-03-01T09:00:00Z");
    ck_assert_str_ne(json_text(a.result, "id"), "ffffffffffffffffffffffffffffffff");
    ck_assert(text_is_hex32(json_text(a.result, "id")));
    answer_release(&a);
}
END_TEST

START_TEST(put_replaces_and_patch_merges)
{
    char *id = make(
        CHECKS,
        "{\"name\":\"one\",\"address\":\"a.example.com\",\"description\":\"old\",\"interval\":90}");
    char *path = text_printf("%s/%s", CHECKS, id);
    struct answer a =
        ask_text("PATCH", path, "", "{\"name\":\"two\",\"address\":\"a.example.com\"}");

    expect(&a, "name", "two");
    expect(&a, "description", "old");
    expect(&a, "interval", "90");
    answer_release(&a);
    a = ask_text("PUT", path, "", "{\"name\":\"three\",\"address\":\"b.example.com\"}");
    expect(&a, "name", "three");
    expect(&a, "description", "(none)");
    expect(&a, "interval", "60"); // the default again
    expect(&a, "id", id);
    expect(&a, "created_on", "2026-03-01T09:00:00Z");
    answer_release(&a);
    free(path);
    free(id);
}
END_TEST

START_TEST(each_zone_has_its_own)
{
    char *id = make_check(1), *here = text_printf("%s/%s", CHECKS, id);
    char *there = text_printf("/zones/" OTHER_ZONE "/smart_shield/healthchecks/%s", id);

    ck_assert_int_eq(status_of("GET", here), 200);
    ck_assert_int_eq(status_of("GET", there), 404);
    ck_assert_int_eq(status_of("DELETE", there), 404);
    for (char *at = here + strlen(CHECKS); *at; at++)
        *at = (char)(*at >= 'a' && *at <= 'f' ? *at - 32 : *at);
    ck_assert_int_eq(status_of("GET", here), 200); // hex ids in either case are one
    free(here);
    free(there);
    free(id);
}
END_TEST

START_TEST(name_that_is_taken_is_refused)
{
    struct answer a;

    free(make(TAGS, "{\"name\":\"red\"}"));
    a = ask_text("POST", TAGS, "", "{\"name\":\"red\"}");
    ck_assert_int_eq(a.status, 400);
    ck_assert(!json_flag(a.json, "success", true));
    answer_release(&a);
    free(make(TAGS, "{\"name\":\"blue\"}"));
}
END_TEST

static const struct {
    const char *query, *first;
    int count, page, per_page;
    const char *why;
} pages[] = {
    { "", "check-00", 20, 1, 20, "the usual page" },
    { "per_page=10", "check-00", 10, 1, 10, "a smaller one" },
    { "page=3&per_page=10", "check-20", 5, 3, 10, "the last one is short" },
    { "page=4&per_page=10", "(none)", 0, 4, 10, "behind the end" },
    { "page=999999999999&per_page=10", "(none)", 0, -1, 10, "far behind the end" },
    { "page=0&per_page=10", "check-00", 10, 1, 10, "pages begin with 1" },
    { "per_page=-1", "check-00", 5, 1, 5, "no less than the least" },
    { "per_page=x", "check-00", 20, 1, 20, "what is no number counts as absent" },
    { "direction=desc&per_page=10", "check-24", 10, 1, 10, "from the end" },
    { "direction=desc&per_page=10&page=3", "check-04", 5, 3, 10, "to the beginning" },
};

START_TEST(page_is_the_part_that_is_asked_for)
{
    struct answer a;
    cJSON *info;

    for (int i = 0; i < 25; i++)
        free(make_check(i));
    a = ask("GET", CHECKS, pages[_i].query, NULL);
    info = json_get(a.json, "result_info");
    ck_assert_msg(cJSON_GetArraySize(a.result) == pages[_i].count, "%s: %d", pages[_i].why,
                  cJSON_GetArraySize(a.result));
    expect(&a, "[0].name", pages[_i].first);
    ck_assert_int_eq(json_whole(info, "per_page", 0), pages[_i].per_page);
    if (pages[_i].page > 0)
        ck_assert_int_eq(json_whole(info, "page", 0), pages[_i].page);
    ck_assert_int_eq(json_whole(info, "total_count", 0), 25);
    ck_assert_int_eq(json_whole(info, "count", -1), pages[_i].count);
    answer_release(&a);
}
END_TEST

/* Follows cursors to the end; what is deleted on the way takes nothing else with it. */
START_TEST(cursors_lead_through_all)
{
    char seen[32] = "", *query = xstrdup("limit=3&per_page=3");
    const char *cursor;
    int pages_read = 0;

    for (char name = 'a'; name < 'k'; name++) {
        char *body = text_printf("{\"name\":\"%c\"}", name);

        free(make(MEMORY, body));
        free(body);
    }
    do {
        struct answer a = ask("GET", MEMORY, query, NULL);
        const cJSON *one;

        ck_assert_int_eq(a.status, 200);
        cJSON_ArrayForEach (one, a.result)
            strncat(seen, json_text(one, "name"), 1);
        if (pages_read == 0)
            ck_assert_int_lt(status_of("DELETE", MEMORY "/a"), 300);
        cursor = json_text(json_get(a.json, "result_info"), "cursor");
        free(query);
        query = cursor && *cursor ? text_printf("limit=3&per_page=3&cursor=%s", cursor) : NULL;
        answer_release(&a);
    } while (query && ++pages_read < 20);
    ck_assert_str_eq(seen, "abcdefghij");
}
END_TEST

START_TEST(parameter_named_like_a_member_filters)
{
    struct answer a;

    free(make(GROUPS, "{\"name\":\"red\",\"include\":[{\"everyone\":{}}]}"));
    free(make(GROUPS, "{\"name\":\"blue\",\"include\":[{\"everyone\":{}}]}"));
    a = ask("GET", GROUPS, "name=blue", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(a.result), 1);
    expect(&a, "[0].name", "blue");
    answer_release(&a);
    a = ask("GET", GROUPS, "name=green", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(a.result), 0);
    answer_release(&a);
    a = ask("GET", GROUPS, "name=", NULL); // no value filters nothing
    ck_assert_int_eq(cJSON_GetArraySize(a.result), 2);
    answer_release(&a);
}
END_TEST

/* "search" is in the document for this list and no member is called so: it may not be ignored in
 * silence. */
START_TEST(documented_parameter_without_effect_is_told)
{
    struct world *w = worlds_find("", 0);
    struct journal_filter all = { 0 };
    struct answer a = ask("GET", GROUPS, "search=x&nobody_knows=1", NULL);
    cJSON *journal;
    const cJSON *last;

    ck_assert_int_eq(a.status, 200);
    answer_release(&a);
    journal = journal_list(world_journal(w), &all);
    last = cJSON_GetArrayItem(journal, cJSON_GetArraySize(journal) - 1);
    ck_assert_int_eq(cJSON_GetArraySize(json_get(last, "ignored_query")), 1);
    ck_assert_str_eq(json_at(last, "ignored_query[0]")->valuestring, "search");
    cJSON_Delete(journal);
    world_unref(w);
}
END_TEST

START_TEST(parent_takes_its_children_along)
{
    const struct resource *r = NULL;
    struct world *w = worlds_find("", 0);
    struct view *v;
    char *id, *path;
    size_t k = 0;

    while (++k < KIND_COUNT &&
           strcmp(spec_text(spec_resources[k].at),
                  "/accounts/{account_id}/ai-search/namespaces/{name}/instances/{id}") != 0)
        ;
    ck_assert_uint_lt(k, KIND_COUNT);
    r = &spec_resources[k];
    free(make(SPACES, "{\"name\":\"space\"}"));
    id = make(SPACES "/space/instances", "{\"id\":\"inst\",\"type\":\"r2\",\"source\":\"bucket\"}");
    path = text_printf(SPACES "/space/instances/%s", id);
    ck_assert_int_eq(status_of("GET", path), 200);
    ck_assert_int_lt(status_of("DELETE", SPACES "/space"), 300);
    ck_assert_int_eq(status_of("GET", path), 404);
    ck_assert_int_eq(status_of("GET", SPACES "/space/instances"), 404);
    v = view_begin(world_store(w));
    ck_assert_uint_eq(view_count(v, (enum kind)(r - spec_resources), SPACES "/space/instances"), 0);
    view_end(v);
    free(make(SPACES, "{\"name\":\"space\"}")); // and a new one of that name is empty
    ck_assert_int_eq(status_of("GET", path), 404);
    world_unref(w);
    free(path);
    free(id);
}
END_TEST

START_TEST(singleton_begins_again_when_it_is_deleted)
{
    static const char path[] = "/zones/" ZONE "/cache/variants";
    struct answer a = ask("GET", path, "", NULL);

    ck_assert_int_eq(a.status, 200);
    answer_release(&a);
    a = ask_text("PATCH", path, "", "{\"value\":{\"jpeg\":[\"image/webp\",\"image/avif\"]}}");
    ck_assert_int_eq(a.status, 200);
    expect(&a, "value.jpeg", "[\"image/webp\",\"image/avif\"]");
    answer_release(&a);
    a = ask("GET", path, "", NULL);
    expect(&a, "value.jpeg", "[\"image/webp\",\"image/avif\"]");
    answer_release(&a);
    ck_assert_int_eq(status_of("DELETE", path), 200);
    a = ask("GET", path, "", NULL);
    ck_assert(!json_at(a.result, "value.jpeg[1]"));
    answer_release(&a);
}
END_TEST

/* Whatever is sent, an answer comes, and what is taken is valid. */
START_TEST(wrong_bodies_do_no_harm)
{
    static const char *const bodies[] = { "[]",         "{}",
                                          "null",       "1",
                                          "\"x\"",      "[[[[]]]]",
                                          "{\"\":{}}",  "{\"id\":[],\"name\":{},\"created_on\":1}",
                                          "[1,{},null]" };
    size_t asked = 0;

    for (size_t k = 1; k < KIND_COUNT; k++)
        for (size_t v = VERB_CREATE; v < VERB_COUNT; v++) {
            const struct resource *r = &spec_resources[k];
            const struct op *op = r->op[v] ? &spec_ops[r->op[v] - 1] : NULL;
            struct buf path;

            if (!op || op->request_kind > 1 || r->by_hooks)
                continue;
            buf_init(&path);
            for (const char *at = spec_text(op->path); *at; at++)
                if (*at != '{')
                    buf_char(&path, *at);
                else {
                    buf_text(&path, text_starts(spec_text(op->path), "/zones") && path.len == 7
                                        ? ZONE
                                        : ACCOUNT);
                    at = strchr(at, '}');
                }
            for (size_t b = 0; b < ARRAY_LEN(bodies); b++, asked++) {
                struct answer a = ask_text(op_method(op), path.at, "", bodies[b]);

                ck_assert_msg(a.status >= 200 && a.status < 500, "%s %s %s: %d", op_method(op),
                              path.at, bodies[b], a.status);
                answer_release(&a);
            }
            buf_release(&path);
        }
    ck_assert_uint_gt(asked, 5000);
}
END_TEST

#define WRITERS 8
#define WRITES 60

static char *shared_path;

static void *write_many(void *number)
{
    int mine = *(int *)number;

    for (int i = 0; i < WRITES; i++) {
        char *body = text_printf(
            "{\"header\":{\"w%d-%d\":[\"x\"]},\"name\":\"one\",\"address\":\"a.example.com\"}",
            mine, i);
        char *patch = text_printf(
            "{\"http_config\":%s,\"name\":\"one\",\"address\":\"a.example.com\"}", body);
        struct answer a = ask_text("PATCH", shared_path, "", patch);

        ck_assert_int_eq(a.status, 200);
        answer_release(&a);
        free(make_check(mine * WRITES + i));
        free(body);
        free(patch);
    }
    return NULL;
}

/* Each writer adds members of its own to one resource, and resources of its own to one collection.
 */
START_TEST(writers_at_once_lose_nothing)
{
    pthread_t threads[WRITERS];
    int numbers[WRITERS];
    char *id = make(CHECKS, "{\"name\":\"one\",\"address\":\"a.example.com\",\"http_config\":{"
                            "\"header\":{\"w\":[\"x\"]}}}");
    struct answer a;

    shared_path = text_printf("%s/%s", CHECKS, id);
    for (int i = 0; i < WRITERS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, write_many, &numbers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    a = ask("GET", CHECKS, "", NULL);
    ck_assert_int_eq(json_whole(json_get(a.json, "result_info"), "total_count", 0),
                     WRITERS * WRITES + 1);
    answer_release(&a);
    a = ask("GET", shared_path, "", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(json_at(a.result, "http_config.header")),
                     WRITERS * WRITES + 1);
    answer_release(&a);
    free(shared_path);
    free(id);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tcase = tcase_create("engine");
    SRunner *runner = srunner_create(suite);
    int failed;

    json_setup();
    tcase_add_checked_fixture(tcase, ask_setup, worlds_release);
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, what_was_sent_is_kept_and_the_rest_is_the_servers);
    tcase_add_test(tcase, put_replaces_and_patch_merges);
    tcase_add_test(tcase, each_zone_has_its_own);
    tcase_add_test(tcase, name_that_is_taken_is_refused);
    tcase_add_loop_test(tcase, page_is_the_part_that_is_asked_for, 0, ARRAY_LEN(pages));
    tcase_add_test(tcase, cursors_lead_through_all);
    tcase_add_test(tcase, parameter_named_like_a_member_filters);
    tcase_add_test(tcase, documented_parameter_without_effect_is_told);
    tcase_add_test(tcase, parent_takes_its_children_along);
    tcase_add_test(tcase, singleton_begins_again_when_it_is_deleted);
    tcase_add_test(tcase, wrong_bodies_do_no_harm);
    tcase_add_test(tcase, writers_at_once_lose_nothing);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
