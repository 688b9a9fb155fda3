/* The state file: what was committed comes back as it was, what cannot be written is undone, what is no
 * state file is refused and left alone. */
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/clock.h"
#include "mock/state/faults.h"
#include "mock/state/identity.h"
#include "mock/state/persist.h"
#include "mock/state/scenario.h"
#include "mock/store/blob.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG 1000000 // bytes of a value that stays in memory, and of the largest file while the disk is full

static char folder[64], path[96], wal[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/mockflare-persist-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state.db", folder);
    snprintf(wal, sizeof wal, "%s-wal", path);
}

static void drop_folder(void)
{
    char *journal = text_printf("%s-journal", path);

    unlink(path);
    unlink(wal);
    unlink(journal);
    free(journal);
    ck_assert_msg(rmdir(folder) == 0, "%s: %s", folder, strerror(errno));
}

/* Opens the file and sets the sandboxes up; what went wrong, or NULL. The caller frees. */
static char *set_up(const char *text)
{
    struct scenario_errors errors = { 0 };
    struct scenario *s = scenario_parse(text, strlen(text), &errors);
    char *why = NULL;
    struct persist *p = persist_open(path, &why);

    ck_assert_ptr_nonnull(s);
    if (p)
        worlds_setup_kept(p, s, &why);
    scenario_unref(s);
    return why;
}

static void must_set_up(const char *text)
{
    char *why = set_up(text);

    ck_assert_msg(!why, "%s", why);
}

static void put_record(const char *id, const char *content, const char *bytes)
{
    struct world *w = worlds_find("", 0);
    cJSON *json = json_object(J_TEXT("id", id), J_TEXT("type", "A"), J_TEXT("name", "www.example.com"),
                              J_TEXT("content", content));
    struct doc *d = doc_new(KIND_DNS_SETTINGS, "/zones/z/dns_records", id, NULL, json, NULL, NULL);
    struct txn *t = txn_begin(world_store(w));
    char *why = NULL;

    if (bytes)
        doc_set_bytes_take(d, blob_new(bytes, strlen(bytes), &why));
    txn_put_take(t, d);
    txn_commit(t);
    cJSON_Delete(json);
    world_unref(w);
}

static void remove_record(const char *id)
{
    struct world *w = worlds_find("", 0);
    struct txn *t = txn_begin(world_store(w));

    ck_assert(txn_remove_of(t, KIND_DNS_SETTINGS, "/zones/z/dns_records", id));
    txn_commit(t);
    world_unref(w);
}

/* Every doc with all that belongs to it, one a line; the caller's. */
struct told {
    char *text;
};

static void tell(void *to, struct doc *d)
{
    struct told *told = to;
    const struct blob *bytes = doc_bytes(d);
    size_t len = 0;
    const char *view = bytes ? blob_view(bytes, &len) : "-";
    char *more = text_printf("%s%d %s %s %s %s %lld %s %.*s\n", told->text, doc_kind(d), doc_owner(d), doc_id(d), doc_key(d),
                             doc_kind(d) == KIND_TOKEN && token_of(d)->value ? token_of(d)->value : "",
                             doc_kind(d) == KIND_ZONE ? (long long)zone_of(d)->activates_on : 0LL,
                             doc_text(d, NULL), bytes ? (int)len : 1, view);

    free(told->text);
    told->text = more;
}

static char *contents(const char *name)
{
    struct world *w = worlds_find(name, strlen(name));
    struct told told = { xstrdup("") };
    struct view *v;

    ck_assert_msg(w != NULL, "there is no world \"%s\"", name);
    v = view_begin(world_store(w));
    for (size_t k = 1; k < KIND_COUNT; k++)
        view_walk(v, (enum kind)k, tell, &told);
    view_end(v);
    world_unref(w);
    return told.text;
}

static const char rich[] =
    "{ \"seed\": 5, \"description\": \"kept\", \"behaviour\": { \"rate_headers\": \"none\" },"
    "  \"accounts\": [{ \"name\": \"Acme\", \"invitations\": [{ \"email\": \"new@acme.example\" }] }, { \"name\": \"B\", \"type\": \"enterprise\" }],"
    "  \"users\": [{ \"email\": \"Owner@acme.example\", \"global_key\": \"0123456789abcdef0123456789abcdef01234\" }, { \"email\": \"two@acme.example\", \"suspended\": true, \"memberships\": [{ \"account\": \"B\", \"roles\": [\"DNS\"] }] }],"
    "  \"zones\": [{ \"name\": \"example.com\", \"account\": \"Acme\" }, { \"name\": \"example.net\", \"account\": \"B\", \"type\": \"partial\", \"status\": \"pending\", \"activates_on\": \"now+1h\" }],"
    "  \"tokens\": [{ \"name\": \"ci\", \"permissions\": \"all\" }, { \"name\": \"hash\", \"owner\": \"owner@acme.example\", \"value_sha256\": \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", \"ip\": { \"in\": [\"192.0.2.0/24\"] }, \"expires_on\": \"now+1h\" },"
    "             { \"name\": \"org\", \"kind\": \"account\", \"account\": \"B\", \"permissions\": [\"DNS Write\"], \"status\": \"disabled\" }],"
    "  \"faults\": [{ \"when\": { \"token\": \"ci\" }, \"do\": { \"delay_ms\": 1 } }] }";

START_TEST(all_comes_back)
{
    char *before, *after, *why = NULL;
    uint64_t random, next;
    struct world *w;

    must_set_up(rich);
    put_record("a", "192.0.2.1", NULL);
    put_record("b", "192.0.2.2", "bytes \001\377 too");
    put_record("c", "192.0.2.3", NULL);
    put_record("a", "192.0.2.9", NULL);
    remove_record("c");
    put_record("d", "9007199254740993", "");
    w = worlds_find("", 0);
    clock_advance(world_clock(w), 3600000000);
    ck_assert_int_eq(persist_touch(w, &why), 0);
    before = contents("");
    random = world_random_state(w);
    world_unref(w);
    worlds_release();
    must_set_up("{}");
    after = contents("");
    ck_assert_str_eq(before, after);
    w = worlds_find("", 0);
    next = world_random_state(w);
    ck_assert_uint_eq(random, next); // closed in order: not one value is lost
    ck_assert_int_gt(world_now(w), 0);
    ck_assert_str_eq(json_text(scenario_json(world_scenario(w)), "description"), "kept");
    ck_assert_int_eq(world_behaviour(w)->rate_headers, RATE_HEADERS_NONE);
    world_unref(w);
    worlds_release();
    free(before);
    free(after);
}
END_TEST

START_TEST(clock_and_faults_come_back)
{
    char *why = NULL;
    struct world *w;
    cJSON *faults;
    int64_t shift;
    bool stands;

    must_set_up("{}");
    w = worlds_find("", 0);
    clock_advance(world_clock(w), 3600000000);
    faults = cJSON_Parse("[{ \"when\": { \"path\": \"/zones\" }, \"do\": { \"delay_ms\": 7 } }]");
    ck_assert_int_eq(faults_replace(world_faults(w), faults, &why), 0);
    cJSON_Delete(faults);
    ck_assert_int_eq(persist_touch(w, &why), 0);
    world_unref(w);
    worlds_release();
    must_set_up("{}");
    w = worlds_find("", 0);
    clock_read(world_clock(w), &stands, &shift);
    ck_assert(!stands);
    ck_assert_int_eq(shift, 3600000000);
    faults = faults_list(world_faults(w), false);
    ck_assert_int_eq(cJSON_GetArraySize(faults), 1);
    cJSON_Delete(faults);
    world_unref(w);
    worlds_release();
}
END_TEST

START_TEST(sandboxes_come_and_go)
{
    char *why = NULL, *list;
    cJSON *names;

    must_set_up("{}");
    ck_assert_int_eq(worlds_put("one", NULL, &why), 0);
    ck_assert_int_eq(worlds_put("two", NULL, &why), 0);
    ck_assert_int_eq(worlds_put("one", NULL, &why), 0);
    ck_assert_int_eq(worlds_remove("two", &why), 0);
    put_record("a", "192.0.2.1", NULL);
    ck_assert_int_eq(worlds_reset("", &why), 0);
    put_record("b", "192.0.2.1", NULL);
    worlds_release();
    must_set_up("{}");
    names = worlds_list();
    list = json_print_dup(names);
    ck_assert_str_eq(list, "[\"one\"]");
    cJSON_Delete(names);
    free(list);
    list = contents("");
    ck_assert_ptr_null(strstr(list, " a ")); // reset took it away
    ck_assert_ptr_nonnull(strstr(list, " b "));
    free(list);
    worlds_release();
}
END_TEST

/* Many threads, a shelf each; the file has all of them. */
static void *write_many(void *of)
{
    for (int i = 0; i < 50; i++) {
        char *id = text_printf("%s-%d", (char *)of, i);

        put_record(id, "192.0.2.1", NULL);
        ck_assert(!txn_was_undone());
        free(id);
    }
    return NULL;
}

START_TEST(threads_are_kept_in_order)
{
    pthread_t threads[8];
    char names[8][4], *before, *after;

    must_set_up("{}");
    for (int i = 0; i < 8; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        pthread_create(&threads[i], NULL, write_many, names[i]);
    }
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    before = contents("");
    worlds_release();
    must_set_up("{}");
    after = contents("");
    ck_assert_str_eq(before, after); // a shelf shows the order of creation
    worlds_release();
    free(before);
    free(after);
}
END_TEST

/* Ends without closing anything, as a kill does. */
static void in_a_child_that_dies(void (*work)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        work();
        kill(getpid(), SIGKILL);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void work_and_tell(void)
{
    FILE *out;

    must_set_up("{ \"seed\": 3 }");
    put_record("a", "192.0.2.1", NULL);
    put_record("b", "192.0.2.2", "bytes");
    out = fopen(wal, "r"); // not yet in the file proper
    ck_assert_ptr_nonnull(out);
    fclose(out);
}

START_TEST(a_kill_loses_nothing)
{
    char *found;
    uint64_t after;
    struct world *w;

    in_a_child_that_dies(work_and_tell);
    must_set_up("{}");
    found = contents("");
    ck_assert_ptr_nonnull(strstr(found, " a "));
    ck_assert_ptr_nonnull(strstr(found, " b "));
    ck_assert_ptr_nonnull(strstr(found, "bytes"));
    free(found);
    w = worlds_find("", 0);
    after = world_random_state(w) - 3;
    ck_assert_uint_ge(after * UINT64_C(0xf1de83e19937733d), UINT64_C(1) << 32); // inverse of RNG_STEP: values passed
    world_unref(w);
    worlds_release();
}
END_TEST

START_TEST(a_second_process_is_refused)
{
    char *why = NULL;
    pid_t child;
    int status;

    must_set_up("{}");
    child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "unit_persist", path, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    ck_assert_int_eq(WEXITSTATUS(status), 3);
    put_record("a", "192.0.2.1", NULL);
    worlds_release();
    must_set_up("{}");
    why = contents("");
    ck_assert_ptr_nonnull(strstr(why, " a "));
    free(why);
    worlds_release();
}
END_TEST

/* This program again: 3 if the file is in use. */
static int try_in_use(const char *file)
{
    char *why = NULL;
    struct persist *p = persist_open(file, &why);
    int rc = !p && strstr(why, "in use by another process") ? 3 : 1;

    free(why);
    return rc;
}

static void write_file(const char *to, const void *bytes, size_t len)
{
    FILE *out = fopen(to, "wb");

    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
    fclose(out);
}

/* Refused with these words, and not a byte is changed. */
static void expect_refused(const char *words, const char *what)
{
    char *before, *after, *why;
    size_t before_len, after_len;

    ck_assert_int_eq(file_read(path, &before, &before_len, &why), 0);
    why = set_up("{}");
    ck_assert_msg(why != NULL, "%s: was taken", what);
    ck_assert_msg(strstr(why, words) != NULL, "%s: %s", what, why);
    free(why);
    ck_assert_int_eq(file_read(path, &after, &after_len, &why), 0);
    ck_assert_msg(before_len == after_len && memcmp(before, after, after_len) == 0, "%s: was changed", what);
    free(before);
    free(after);
}

static const struct {
    const char *bytes, *words, *why;
} foreigners[] = {
    { "hello", "not a state file", "a short text" },
    { "This is a text, long enough to have a header's length: it goes on and on and on and on, and on, and on.\n",
      "not a state file", "a long text" },
    { "SQLite format 3", "too short", "half a header" },
};

START_TEST(foreign_files_are_refused)
{
    write_file(path, foreigners[_i].bytes, strlen(foreigners[_i].bytes));
    expect_refused(foreigners[_i].words, foreigners[_i].why);
}
END_TEST

START_TEST(places_that_are_no_file_are_refused)
{
    char *why = NULL;

    mkdir(path, 0700);
    ck_assert_ptr_null(persist_open(path, &why));
    ck_assert_msg(strstr(why, "a directory") != NULL, "%s", why);
    free(why);
    rmdir(path);
    why = NULL;
    ck_assert_ptr_null(persist_open("/nowhere/at/all/state.db", &why));
    ck_assert_msg(strstr(why, "cannot make") != NULL, "%s", why);
    free(why);
    why = NULL;
    ck_assert_ptr_null(persist_open("/dev/null", &why));
    ck_assert_msg(strstr(why, "no regular file") != NULL, "%s", why);
    free(why);
}
END_TEST

/* A file with something in it, closed in order. */
static char *make_good(size_t *len)
{
    char *bytes, *why;

    must_set_up(rich);
    for (int i = 0; i < 40; i++) {
        char *id = text_printf("r%d", i);

        put_record(id, "192.0.2.1", "some bytes that a bit may be flipped in");
        free(id);
    }
    worlds_release();
    ck_assert_int_eq(file_read(path, &bytes, len, &why), 0);
    return bytes;
}

START_TEST(other_databases_and_formats_are_refused)
{
    size_t len;
    char *good = make_good(&len);

    good[68] ^= 1;
    write_file(path, good, len);
    expect_refused("another program", "application id");
    good[68] ^= 1;
    good[63] = 2;
    write_file(path, good, len);
    expect_refused("newer mockflare", "format");
    free(good);
}
END_TEST

START_TEST(a_truncated_file_is_refused)
{
    size_t len;
    char *good = make_good(&len);

    for (size_t cut = 100; cut < len; cut += cut < 4096 ? 499 : 4096) {
        write_file(path, good, cut);
        unlink(wal);
        expect_refused("damaged", "truncated");
    }
    free(good);
}
END_TEST

/* One bit of the file is another. It is refused and left as it is, or it does not matter: then all is
 * there. Never is it taken with something else in it. */
static bool flip(char *good, size_t len, size_t bit, const char *expected)
{
    char *why, *found;
    bool refused;

    good[bit / 8] = (char)(good[bit / 8] ^ (1 << bit % 8));
    write_file(path, good, len);
    unlink(wal);
    why = set_up("{}");
    refused = why != NULL;
    if (refused) {
        char *after, *ignored;
        size_t after_len;

        ck_assert_msg(strstr(why, "Nothing was changed") != NULL, "bit %zu: %s", bit, why);
        ck_assert_int_eq(file_read(path, &after, &after_len, &ignored), 0);
        ck_assert_msg(after_len == len && memcmp(after, good, len) == 0, "bit %zu: the file was changed", bit);
        free(after);
    } else {
        found = contents("");
        ck_assert_msg(strcmp(found, expected) == 0, "bit %zu: taken, with other contents", bit);
        free(found);
        worlds_release();
    }
    good[bit / 8] = (char)(good[bit / 8] ^ (1 << bit % 8));
    free(why);
    return refused;
}

START_TEST(flipped_bits_are_seen)
{
    size_t len, refused = 0, tried = 0;
    char *good = make_good(&len), *expected;

    must_set_up("{}");
    expected = contents("");
    worlds_release();
    write_file(path, good, len);
    for (size_t bit = 0; bit < 100 * 8; bit += 3, tried++) // the header: each byte, and all places in a byte
        refused += flip(good, len, bit, expected);
    ck_assert_uint_gt(refused, tried / 2);
    for (size_t bit = 100 * 8; bit < len * 8; bit += 9001)
        refused += flip(good, len, bit, expected);
    free(expected);
    free(good);
}
END_TEST

START_TEST(a_full_disk_undoes_and_recovers)
{
    struct rlimit all, few;
    char *big = xcalloc(1, BIG + 1), *before, *after;
    int undone = 0;

    memset(big, 'x', BIG);
    must_set_up("{}");
    put_record("first", "192.0.2.1", NULL);
    before = contents("");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    few = (struct rlimit){ BIG, all.rlim_max };
    setrlimit(RLIMIT_FSIZE, &few);
    for (int i = 0; i < 5; i++) {
        put_record("big", "192.0.2.2", big);
        undone += txn_was_undone();
    }
    put_record("first", "192.0.2.66", big); // what was there must come back
    undone += txn_was_undone();
    ck_assert_int_eq(undone, 6);
    after = contents("");
    ck_assert_str_eq(before, after);
    free(after);
    put_record("small", "192.0.2.3", NULL); // there is room for this one
    ck_assert(!txn_was_undone());
    setrlimit(RLIMIT_FSIZE, &all);
    put_record("big", "192.0.2.2", big);
    ck_assert(!txn_was_undone());
    free(before);
    before = contents("");
    worlds_release();
    must_set_up("{}");
    after = contents("");
    ck_assert_str_eq(before, after);
    worlds_release();
    free(before);
    free(after);
    free(big);
}
END_TEST

/* Some of what they write cannot be written: whatever was acknowledged is there, nothing else is. */
static struct {
    pthread_mutex_t lock;
    bool fine[4][30];
} crowd = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *write_some(void *of)
{
    size_t me = (size_t)of;
    char *big = xcalloc(1, BIG + 1);

    memset(big, 'y', BIG);
    for (int i = 0; i < 30; i++) {
        char *id = text_printf("c%zu-%d", me, i);

        put_record(id, "192.0.2.1", i % 5 == 4 ? big : NULL);
        crowd.fine[me][i] = !txn_was_undone();
        free(id);
    }
    free(big);
    return NULL;
}

START_TEST(what_is_acknowledged_is_kept_on_a_full_disk)
{
    struct rlimit all, few;
    pthread_t threads[4];
    char *found;
    int lost = 0;

    must_set_up("{}");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    few = (struct rlimit){ BIG, all.rlim_max };
    setrlimit(RLIMIT_FSIZE, &few);
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_some, (void *)i);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    setrlimit(RLIMIT_FSIZE, &all);
    for (int again = 0; again < 2; again++) {
        found = contents("");
        for (size_t t = 0; t < 4; t++)
            for (int i = 0; i < 30; i++) {
                char *line = text_printf(" c%zu-%d ", t, i);

                ck_assert_msg(crowd.fine[t][i] == (strstr(found, line) != NULL), "%s: %s", line,
                              crowd.fine[t][i] ? "lost" : "kept, but not acknowledged");
                lost += !crowd.fine[t][i];
                free(line);
            }
        free(found);
        worlds_release();
        if (!again)
            must_set_up("{}");
    }
    ck_assert_int_ge(lost, 2 * 4 * 6); // the big ones at least
}
END_TEST

int main(int argc, char **argv)
{
    Suite *s;
    TCase *tc;
    SRunner *sr;
    int failed;

    json_setup();
    if (argc == 2)
        return try_in_use(argv[1]);
    s = suite_create("persist");
    tc = tcase_create("persist");
    tcase_add_checked_fixture(tc, make_folder, drop_folder);
    tcase_set_timeout(tc, 100);
    tcase_add_test(tc, all_comes_back);
    tcase_add_test(tc, clock_and_faults_come_back);
    tcase_add_test(tc, sandboxes_come_and_go);
    tcase_add_test(tc, threads_are_kept_in_order);
    tcase_add_test(tc, a_kill_loses_nothing);
    tcase_add_test(tc, a_second_process_is_refused);
    tcase_add_loop_test(tc, foreign_files_are_refused, 0, ARRAY_LEN(foreigners));
    tcase_add_test(tc, places_that_are_no_file_are_refused);
    tcase_add_test(tc, other_databases_and_formats_are_refused);
    tcase_add_test(tc, a_truncated_file_is_refused);
    tcase_add_test(tc, flipped_bits_are_seen);
    tcase_add_test(tc, a_full_disk_undoes_and_recovers);
    tcase_add_test(tc, what_is_acknowledged_is_kept_on_a_full_disk);
    suite_add_tcase(s, tc);
    sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
