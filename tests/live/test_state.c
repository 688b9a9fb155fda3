/* The state file against the real binary: kills at random moments under load, full disks, files that are
 * none. MF_KILLS (default 20) says how often the server is killed. */
#include "common/fetch.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS 8
#define RECORDS_MOST 4096 // that one writer makes in the whole run
#define LIVE_MOST 12      // of them that are there at once: a free zone takes 200
#define UP_MS 60          // a server under load lives for up to so long

static char folder[64], state[96];

static void setup(void)
{
    strcpy(folder, "/tmp/mockflare-state-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(state, sizeof state, "%s/state.db", folder);
}

static void teardown(void)
{
    static const char *const tails[] = { "", "-wal", "-journal" };

    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        char *path = text_printf("%s%s", state, tails[i]);

        unlink(path);
        free(path);
    }
    ck_assert_msg(rmdir(folder) == 0, "%s: %s", folder, strerror(errno));
}

/* One writer's records in the order in which it made them, and what it was told about each. */
struct record {
    char id[33];
    int value;     // of the last change that was acknowledged
    int tried;     // of the last change that was sent
    bool deleted;  // acknowledged
    bool deleting; // sent
};

struct writer {
    const struct server *server;
    int number;
    struct record records[RECORDS_MOST];
    int made, sent; // acknowledged, sent
    atomic_bool *stop;
    int wrong; // answers that are neither a success nor a broken connection
    pthread_t thread;
};

static struct writer writers[WRITERS];

/* METHOD on the zone's records; the status, 0 if the connection broke. The id of the answer in `id`. */
static long send_record(struct writer *w, struct fetch_wire *wire, const char *method, const char *id,
                        const char *body, char out[33])
{
    char *url = text_printf("%s/zones/%s/dns_records%s%s", w->server->base_url, w->server->zone_id, id ? "/" : "",
                            id ? id : "");
    char *bearer = text_printf("Bearer %s", w->server->all);
    struct fetch_pair headers[] = { { "Authorization", bearer }, { "Content-Type", "application/json" }, { NULL, NULL } };
    struct fetch_request q = { .method = method, .url = url, .headers = headers, .wire = wire, .no_proxy = true,
                               .body = body, .body_len = body ? strlen(body) : 0 };
    struct fetch_response r;
    long status;

    fetch(&q, &r);
    status = r.error == FETCH_OK ? r.status : 0;
    if (status == 200 && out) {
        cJSON *json = cJSON_Parse(r.body);

        snprintf(out, 33, "%s", json_text(json_get(json, "result"), "id"));
        cJSON_Delete(json);
    }
    if (status != 200 && status != 0 && status != 500)
        fprintf(stderr, "%s %s: %ld %.300s\n", method, url, status, r.body);
    fetch_response_release(&r);
    free(url);
    free(bearer);
    return status;
}

static char *record_body(const struct writer *w, int n, int value)
{
    return text_printf("{\"type\":\"TXT\",\"name\":\"w%d-%d\",\"content\":\"\\\"%d\\\"\",\"ttl\":300}", w->number, n,
                       value);
}

/* One of its records that is there, -1: none. *live: how many are. */
static int pick_record(const struct writer *w, struct rng *dice, int *live)
{
    int picked = -1;

    *live = 0;
    for (int n = 0; n < w->made; n++)
        if (!w->records[n].deleting && rng_below(dice, (uint64_t)++*live) == 0)
            picked = n;
    return picked;
}

static long make_record(struct writer *w, struct fetch_wire *wire)
{
    int n = w->sent++;
    char *body = record_body(w, n, 0);
    long status = send_record(w, wire, "POST", NULL, body, w->records[n].id);

    if (status == 200)
        w->made = n + 1;
    free(body);
    return status;
}

static long delete_record(struct writer *w, struct fetch_wire *wire, struct record *r)
{
    long status;

    r->deleting = true;
    status = send_record(w, wire, "DELETE", r->id, NULL, NULL);
    r->deleted = status == 200;
    return status;
}

static long change_record(struct writer *w, struct fetch_wire *wire, struct record *r)
{
    char *body = record_body(w, (int)(r - w->records), ++r->tried);
    long status = send_record(w, wire, "PATCH", r->id, body, NULL);

    if (status == 200)
        r->value = r->tried;
    free(body);
    return status;
}

/* Makes, changes or deletes one. False: the connection broke, or the answer was none of those expected. */
static bool work(struct writer *w, struct fetch_wire *wire, struct rng *dice)
{
    int live, pick = pick_record(w, dice, &live);
    uint64_t face = rng_below(dice, 4);
    long status;

    if (live >= LIVE_MOST || (live && face == 0))
        status = delete_record(w, wire, &w->records[pick]);
    else if (live && face == 1)
        status = change_record(w, wire, &w->records[pick]);
    else
        status = make_record(w, wire);
    w->wrong += status != 200 && status != 0;
    return status == 200;
}

static void *be_writer(void *of)
{
    struct writer *w = of;
    struct fetch_wire *wire = fetch_wire_new();
    struct rng dice;

    rng_init(&dice, (uint64_t)w->number * 1000 + (uint64_t)w->sent);
    while (!*w->stop && w->sent < RECORDS_MOST && work(w, wire, &dice))
        ;
    fetch_wire_free(wire);
    return NULL;
}

/* All records of the zone by their name, the caller's. */
static cJSON *records_by_name(const struct server *s)
{
    cJSON *by_name = cJSON_CreateObject(), *answer, *one, *next;
    char *body = NULL, *path = text_printf("/zones/%s/dns_records?per_page=5000000", s->zone_id);
    long status = get_status(s, path, s->all, &body);

    ck_assert_msg(status == 200, "%ld: %.300s", status, body);
    answer = cJSON_Parse(body);
    for (one = json_get(answer, "result")->child; one; one = next) {
        next = one->next;
        cJSON_AddItemToObject(by_name, json_text(one, "name"),
                              cJSON_DetachItemViaPointer(json_get(answer, "result"), one));
    }
    cJSON_Delete(answer);
    free(body);
    free(path);
    return by_name;
}

/* What a writer was told must be there, and of the rest no more than what was under way. A record that was
 * under way and is there becomes one of the made ones: the next round builds upon it. */
static void check_writer(struct writer *w, const cJSON *by_name, int round)
{
    for (int n = 0; n < w->sent; n++) {
        struct record *r = &w->records[n];
        char *name = text_printf("w%d-%d.example.com", w->number, n);
        const cJSON *found = json_get(by_name, name);
        int value = found ? atoi(json_text(found, "content") + 1) : -1;

        if (n < w->made && !found)
            ck_assert_msg(r->deleting, "round %d: %s is lost", round, name);
        if (found)
            ck_assert_msg(!r->deleted, "round %d: %s is back", round, name);
        if (found)
            ck_assert_msg(value >= r->value && value <= r->tried, "round %d: %s holds %d, not %d to %d", round, name,
                          value, r->value, r->tried);
        if (found && n < w->made)
            ck_assert_msg(!strcmp(r->id, json_text(found, "id")), "round %d: %s has another id", round, name);
        if (found && n >= w->made)
            snprintf(r->id, sizeof r->id, "%s", json_text(found, "id"));
        r->deleted = r->deleting = !found;
        if (found)
            r->value = r->tried = value;
        free(name);
    }
    w->made = w->sent;
    ck_assert_int_eq(w->wrong, 0);
}

static void count_ids(const cJSON *by_name, int round)
{
    cJSON *ids = cJSON_CreateObject();
    const cJSON *one;

    cJSON_ArrayForEach (one, by_name) {
        ck_assert_msg(!json_get(ids, json_text(one, "id")), "round %d: the id %s was given twice", round,
                      json_text(one, "id"));
        cJSON_AddTrueToObject(ids, json_text(one, "id"));
    }
    cJSON_Delete(ids);
}

static void pause_us(uint64_t us)
{
    usleep((useconds_t)us);
}

/* Under load for a random while, then gone. */
static void load_and_kill(struct server *s, struct rng *dice)
{
    atomic_bool stop = false;
    int status;

    for (int i = 0; i < WRITERS; i++) {
        writers[i].server = s;
        writers[i].stop = &stop;
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, be_writer, &writers[i]), 0);
    }
    pause_us(1000 + rng_below(dice, UP_MS * 1000));
    status = server_stop(s, SIGKILL);
    ck_assert(WIFSIGNALED(status));
    stop = true;
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
}

/* A server that does not live to see its first request. */
static void start_and_kill(struct rng *dice)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        freopen("/dev/null", "w", stdout);
        freopen("/dev/null", "w", stderr);
        execl(program("mockflare"), "mockflare", "serve", "--listen", "127.0.0.1:0", "--state", state, (char *)NULL);
        _exit(127);
    }
    pause_us(rng_below(dice, 40000));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status));
}

START_TEST(kills_lose_nothing)
{
    const char *asked = getenv("MF_KILLS");
    int kills = asked ? atoi(asked) : 20, made = 0;
    struct rng dice;

    rng_init(&dice, 4);
    memset(writers, 0, sizeof writers);
    for (int i = 0; i < WRITERS; i++)
        writers[i].number = i;
    for (int round = 0; round <= kills; round++) {
        struct server s;
        cJSON *by_name;

        server_start(&s, "--state", state, "--log", "none", NULL);
        by_name = records_by_name(&s);
        for (int i = 0; i < WRITERS; i++)
            check_writer(&writers[i], by_name, round);
        count_ids(by_name, round);
        cJSON_Delete(by_name);
        if (round < kills)
            load_and_kill(&s, &dice);
        server_release(&s);
        if (round % 4 == 3 && round < kills)
            start_and_kill(&dice);
    }
    for (int i = 0; i < WRITERS; i++)
        made += writers[i].made;
    fprintf(stderr, "%d kills, %d records\n", kills, made);
    ck_assert_int_gt(made, kills * 2); // else nothing was tried
}
END_TEST

START_TEST(a_stop_and_a_start_are_as_if_it_had_gone_on)
{
    struct server s;
    char *before = NULL, *after = NULL;

    server_start(&s, "scenarios/roles.jsonc", "--state", state, "--log", "none", NULL);
    ck_assert_int_eq(control(&s, "POST", "/clock", "{\"advance_s\":3600}", NULL), 200);
    ck_assert_int_eq(control(&s, "PUT", "/sandboxes/one", NULL, NULL), 200);
    ck_assert_int_eq(control(&s, "GET", "/scenario?secrets=true", NULL, &before), 200);
    server_release(&s);
    server_start(&s, "scenarios/agency.jsonc", "--state", state, "--log", "none", NULL);
    ck_assert_int_eq(control(&s, "GET", "/scenario?secrets=true", NULL, &after), 200);
    ck_assert_str_eq(before, after);
    free(after);
    after = server_said(&s, "stderr");
    ck_assert_msg(strstr(after, "scenarios/agency.jsonc is not read") != NULL, "%s", after);
    free(after);
    ck_assert_int_eq(control(&s, "GET", "/sandboxes", NULL, &after), 200);
    ck_assert_str_eq(after, "{\"sandboxes\":[\"one\"]}");
    server_release(&s);
    free(before);
    free(after);
}
END_TEST

/* Refused with exit code 1 and these words. */
static void expect_refused(const char *file, const char *words)
{
    char *argv[] = { (char *)program("mockflare"), "serve", "--listen", "127.0.0.1:0", "--state", (char *)file, NULL };
    char *out = NULL, *err = NULL;
    int code = run_program(argv, (char *[]){ NULL }, &out, &err);

    ck_assert_msg(code == 1, "%s: exit %d: %s%s", file, code, out, err);
    ck_assert_msg(strstr(err, words) != NULL, "%s: %s", file, err);
    free(out);
    free(err);
}

START_TEST(a_file_in_use_is_refused)
{
    struct server s;

    server_start(&s, "--state", state, "--log", "none", NULL);
    expect_refused(state, "in use by another process");
    ck_assert_int_eq(get_status(&s, "/zones", s.all, NULL), 200);
    server_release(&s);
}
END_TEST

START_TEST(what_is_no_state_file_is_refused)
{
    static const char text[] = "a text that somebody needs";
    char *why = NULL, *found;
    size_t len;

    expect_refused(folder, "a directory");
    ck_assert_int_eq(file_write(state, text, strlen(text), 0600, &why), 0);
    expect_refused(state, "not a state file");
    ck_assert_int_eq(file_read(state, &found, &len, &why), 0);
    ck_assert_str_eq(found, text);
    free(found);
}
END_TEST

/* A small file system of its own, if this user may make one. */
START_TEST(a_full_disk_is_told_and_recovered_from)
{
    struct server s;
    struct writer w = { .number = 1 };
    char *small = text_printf("%s/small", folder), *file = text_printf("%s/state.db", small), *body, *said;
    int kept = 0, refused = 0;

    mkdir(small, 0700);
    if (mount("mockflare-test", small, "tmpfs", 0, "size=1m") != 0) {
        fprintf(stderr, "skipped: no tmpfs for this user (%s); unit_persist fills a file instead\n", strerror(errno));
        goto done;
    }
    server_start(&s, "--state", file, "--log", "none", NULL);
    w.server = &s;
    for (int i = 0; i < 1000 && refused < 5; i++) {
        long status;

        body = record_body(&w, i, 0);
        status = send_record(&w, NULL, "POST", NULL, body, NULL);
        free(body);
        kept += status == 200;
        refused += status == 500;
        ck_assert_msg(status == 200 || status == 500, "%ld", status);
    }
    ck_assert_int_eq(refused, 5);
    ck_assert_int_gt(kept, 0);
    said = server_said(&s, "stderr");
    ck_assert_msg(strstr(said, "cannot be written") != NULL, "%s", said);
    free(said);
    for (int again = 0; again < 2; again++) { // the same before and after a kill
        cJSON *by_name = records_by_name(&s);

        ck_assert_int_eq(cJSON_GetArraySize(by_name), kept);
        cJSON_Delete(by_name);
        if (again)
            break;
        server_stop(&s, SIGKILL);
        server_release(&s);
        ck_assert_int_eq(mount("mockflare-test", small, "tmpfs", MS_REMOUNT, "size=8m"), 0);
        server_start(&s, "--state", file, "--log", "none", NULL);
    }
    server_release(&s);
    umount(small);
done:
    rmdir(small);
    free(small);
    free(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state");
    TCase *tc = tcase_create("state");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 3000);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, kills_lose_nothing);
    tcase_add_test(tc, a_stop_and_a_start_are_as_if_it_had_gone_on);
    tcase_add_test(tc, a_file_in_use_is_refused);
    tcase_add_test(tc, what_is_no_state_file_is_refused);
    tcase_add_test(tc, a_full_disk_is_told_and_recovered_from);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
