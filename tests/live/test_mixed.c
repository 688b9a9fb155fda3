/* 64 clients that write and read at the same time, in one sandbox and each in its own. A client knows
 * what it has made, so every answer is checked: nothing may be lost, and nothing of another's be seen.
 * MF_ROUNDS: steps of a client (1000; 50 under a sanitizer). */
#include "common/fetch.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 64
#define SLOTS 8 // names of records, and of keys, that a client uses
#define TOKEN "mixedmixedmixedmixedmixedmixedmixedmixed"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ROUNDS "50"
#else
#define ROUNDS "1000"
#endif

static const char world[] =
    "{\"seed\":7,\"accounts\":[{\"name\":\"Mixed\"}],\"users\":[{\"email\":\"m@mixed.example\",\"memberships\":"
    "[{\"account\":\"Mixed\",\"roles\":[\"Super Administrator - All Privileges\"]}]}],"
    "\"zones\":[{\"name\":\"mixed.example\",\"account\":\"Mixed\",\"plan\":\"enterprise\"}],"
    "\"tokens\":[{\"name\":\"m\",\"owner\":\"m@mixed.example\",\"permissions\":\"all\",\"value\":\"" TOKEN "\"}]}";

/* One sandbox: where its records and keys are. */
struct place {
    char *base, *records, *space;
};

struct record {
    char id[33]; // empty: there is none
    unsigned address;
};

struct client {
    const struct place *place;
    int number;
    bool alone; // in its sandbox
    struct fetch_wire *wire;
    struct rng dice;
    unsigned serial; // of contents: each is written once
    struct record records[SLOTS];
    unsigned keys[SLOTS]; // the serial that is the value; 0: no such key
    char *wrong;          // what went wrong first
    pthread_t thread;
};

static struct server s;

static void setup(void)
{
    server_start(&s, "--log", "none", NULL);
}

static void teardown(void)
{
    server_release(&s);
}

static int rounds(void)
{
    const char *given = getenv("MF_ROUNDS");

    return atoi(given ? given : ROUNDS);
}

/* ---- one request ---- */

/* The answer's body as it came; the caller frees. *status 0: none came. */
static char *exchange(struct fetch_wire *wire, const char *method, const char *url, const char *body, long *status)
{
    struct fetch_pair headers[] = { { "Authorization", "Bearer " TOKEN }, { "Content-Type", "application/json" }, { NULL, NULL } };
    struct fetch_request q = { .method = method, .url = url, .headers = headers, .body = body,
                               .body_len = body ? strlen(body) : 0, .wire = wire, .no_proxy = true };
    struct fetch_response r;
    char *text;

    fetch(&q, &r);
    *status = r.error == FETCH_OK ? r.status : 0;
    text = xstrdup(r.body);
    fetch_response_release(&r);
    return text;
}

/* The client's request below its place. A status other than `want` is noted. The caller frees the body. */
static char *call(struct client *c, const char *method, const char *url, const char *body, long want)
{
    long status;
    char *text = exchange(c->wire, method, url, body, &status);

    if (status != want && !c->wrong)
        c->wrong = text_printf("client %d: %s %s: %ld, not %ld: %.300s", c->number, method, url, status, want, text);
    return text;
}

static void expect(struct client *c, bool right, const char *what, const char *found)
{
    if (!right && !c->wrong)
        c->wrong = text_printf("client %d: %s: %.300s", c->number, what, found);
}

/* ---- records ---- */

static char *name_of(const struct client *c, int slot)
{
    return text_printf("c%d-s%d.mixed.example", c->alone ? 0 : c->number, slot); // alone: all use the same names
}

/* The client and its serial: no content is written twice, and none is like another client's. */
static char *content_of(unsigned address)
{
    return text_printf("10.%u.%u.%u", address >> 16 & 255, address >> 8 & 255, address & 255);
}

static unsigned fresh_address(struct client *c)
{
    return (unsigned)c->number << 16 | ++c->serial;
}

static bool is_record(const cJSON *json, const struct client *c, int slot)
{
    char *name = name_of(c, slot), *content = content_of(c->records[slot].address);
    const char *n = json_text(json, "name"), *t = json_text(json, "content"), *id = json_text(json, "id");
    bool right = n && t && id && !strcmp(n, name) && !strcmp(t, content) && !strcmp(id, c->records[slot].id);

    free(name);
    free(content);
    return right;
}

/* POST, or PATCH of the record that is there. */
static void write_record(struct client *c, int slot)
{
    struct record *r = &c->records[slot];
    bool there = r->id[0] != '\0';
    char *name = name_of(c, slot), *content, *body, *url, *text;
    cJSON *json;
    const char *id;

    r->address = fresh_address(c);
    content = content_of(r->address);
    body = text_printf("{\"type\":\"A\",\"name\":\"%s\",\"content\":\"%s\",\"ttl\":300}", name, content);
    url = text_printf("%s%s%s", c->place->records, there ? "/" : "", r->id);
    text = call(c, there ? "PATCH" : "POST", url, body, 200);
    json = cJSON_Parse(text);
    id = json_text(json_get(json, "result"), "id");
    if (id && !there)
        snprintf(r->id, sizeof r->id, "%s", id);
    expect(c, is_record(json_get(json, "result"), c, slot), "the answer to a write is not what was written", text);
    cJSON_Delete(json);
    free(text);
    free(url);
    free(body);
    free(content);
    free(name);
}

static void read_record(struct client *c, int slot)
{
    char *url = text_printf("%s/%s", c->place->records, c->records[slot].id), *text = call(c, "GET", url, NULL, 200);
    cJSON *json = cJSON_Parse(text);

    expect(c, is_record(json_get(json, "result"), c, slot), "a record is not what was written", text);
    cJSON_Delete(json);
    free(text);
    free(url);
}

/* By name: the one record, or none. */
static void find_record(struct client *c, int slot)
{
    char *name = name_of(c, slot), *url = text_printf("%s?name=%s", c->place->records, name);
    char *text = call(c, "GET", url, NULL, 200);
    cJSON *json = cJSON_Parse(text), *list = json_get(json, "result");
    int count = cJSON_GetArraySize(list);

    if (c->records[slot].id[0])
        expect(c, count == 1 && is_record(list->child, c, slot), "a record is not found by its name", text);
    else
        expect(c, count == 0, "a deleted record is found by its name", text);
    cJSON_Delete(json);
    free(text);
    free(url);
    free(name);
}

static void delete_record(struct client *c, int slot)
{
    char *url = text_printf("%s/%s", c->place->records, c->records[slot].id);

    free(call(c, "DELETE", url, NULL, 200));
    free(call(c, "GET", url, NULL, 404));
    c->records[slot].id[0] = '\0';
    free(url);
}

/* ---- keys ---- */

static char *key_of(const struct client *c, int slot)
{
    return text_printf("c%d-%d", c->alone ? 0 : c->number, slot);
}

static char *value_of(const struct client *c, unsigned serial)
{
    return text_printf("value %u of client %d", serial, c->number);
}

static void write_key(struct client *c, int slot)
{
    char *key = key_of(c, slot), *url = text_printf("%s/values/%s", c->place->space, key), *value;

    c->keys[slot] = ++c->serial;
    value = value_of(c, c->keys[slot]);
    free(call(c, "PUT", url, value, 200));
    free(value);
    free(url);
    free(key);
}

static void read_key(struct client *c, int slot)
{
    char *key = key_of(c, slot), *url = text_printf("%s/values/%s", c->place->space, key);
    char *text = call(c, "GET", url, NULL, c->keys[slot] ? 200 : 404), *value = value_of(c, c->keys[slot]);

    expect(c, !c->keys[slot] || !strcmp(text, value), "a value is not what was written", text);
    free(value);
    free(text);
    free(url);
    free(key);
}

static void delete_key(struct client *c, int slot)
{
    char *key = key_of(c, slot), *url = text_printf("%s/values/%s", c->place->space, key);

    free(call(c, "DELETE", url, NULL, 200));
    c->keys[slot] = 0;
    free(url);
    free(key);
}

/* The client's own keys: just those, in order. */
static void list_keys(struct client *c)
{
    char *url = text_printf("%s/keys?prefix=c%d-", c->place->space, c->alone ? 0 : c->number);
    char *text = call(c, "GET", url, NULL, 200);
    cJSON *json = cJSON_Parse(text), *list = json_get(json, "result"), *item = list ? list->child : NULL;
    bool right = list != NULL;

    for (int slot = 0; slot < SLOTS; slot++) {
        char *key = key_of(c, slot);

        if (c->keys[slot]) {
            right = right && item && json_text(item, "name") && !strcmp(json_text(item, "name"), key);
            item = item ? item->next : NULL;
        }
        free(key);
    }
    expect(c, right && !item, "the keys are not those that were written", text);
    cJSON_Delete(json);
    free(text);
    free(url);
}

/* ---- the crowd ---- */

static void step(struct client *c)
{
    int slot = (int)rng_below(&c->dice, SLOTS);
    bool there = c->records[slot].id[0] != '\0';

    switch (rng_below(&c->dice, 10)) {
    case 0:
    case 1:
        write_record(c, slot);
        break;
    case 2:
    case 3:
        if (there)
            read_record(c, slot);
        else
            write_record(c, slot);
        break;
    case 4:
        find_record(c, slot);
        break;
    case 5:
        if (there)
            delete_record(c, slot);
        else
            write_record(c, slot);
        break;
    case 6:
        write_key(c, slot);
        break;
    case 7:
        read_key(c, slot);
        break;
    case 8:
        list_keys(c);
        break;
    default:
        delete_key(c, slot);
    }
}

static void *be_client(void *arg)
{
    struct client *c = arg;
    int count = rounds();

    for (int i = 0; i < count && !c->wrong; i++)
        step(c);
    for (int slot = 0; slot < SLOTS; slot++) { // all of it is there to the end
        find_record(c, slot);
        read_key(c, slot);
    }
    list_keys(c);
    return NULL;
}

static char *need_id(const char *method, const char *url, const char *body, const char *path)
{
    long status;
    char *text = exchange(NULL, method, url, body, &status), *id;
    cJSON *json = cJSON_Parse(text);

    ck_assert_msg(status == 200 && json_at(json, path), "%s %s: %ld %s", method, url, status, text);
    id = xstrdup(json_at(json, path)->valuestring);
    cJSON_Delete(json);
    free(text);
    return id;
}

static void place_make(struct place *p, const char *sandbox)
{
    char *path = text_printf("/sandboxes/%s", sandbox), *url, *id, *answer = NULL;
    cJSON *json;

    ck_assert_int_eq(control(&s, "PUT", path, world, &answer), 200);
    json = cJSON_Parse(answer);
    p->base = xstrdup(json_text(json, "base_url"));
    cJSON_Delete(json);
    free(answer);
    free(path);
    url = text_printf("%s/zones", p->base);
    id = need_id("GET", url, NULL, "result[0].id");
    p->records = text_printf("%s/zones/%s/dns_records", p->base, id);
    free(id);
    free(url);
    url = text_printf("%s/accounts", p->base);
    id = need_id("GET", url, NULL, "result[0].id");
    free(url);
    url = text_printf("%s/accounts/%s/storage/kv/namespaces", p->base, id);
    free(id);
    id = need_id("POST", url, "{\"title\":\"mixed\"}", "result.id");
    p->space = text_printf("%s/%s", url, id);
    free(id);
    free(url);
}

static void place_release(struct place *p)
{
    free(p->base);
    free(p->records);
    free(p->space);
}

/* All records of the place are the clients' own, and none is missing. */
static void check_records(const struct place *p, const struct client *clients, size_t count)
{
    char *url = text_printf("%s?per_page=5000", p->records), *text;
    long status;
    cJSON *json, *list;
    int wanted = 0, found = 0;

    text = exchange(NULL, "GET", url, NULL, &status);
    json = cJSON_Parse(text);
    list = json_get(json, "result");
    ck_assert_msg(status == 200 && list, "%s: %ld", url, status);
    for (size_t i = 0; i < count; i++)
        for (int slot = 0; slot < SLOTS; slot++)
            wanted += clients[i].records[slot].id[0] != '\0';
    for (const cJSON *item = list->child; item; item = item->next)
        for (size_t i = 0; i < count; i++)
            for (int slot = 0; slot < SLOTS; slot++)
                found += is_record(item, &clients[i], slot);
    ck_assert_int_eq(cJSON_GetArraySize(list), wanted);
    ck_assert_int_eq(found, wanted);
    ck_assert_int_eq((int)json_whole(json_get(json, "result_info"), "total_count", -1), wanted);
    cJSON_Delete(json);
    free(text);
    free(url);
}

static void crowd_run(struct client *clients)
{
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].number = i;
        clients[i].wire = fetch_wire_new();
        rng_init(&clients[i].dice, (uint64_t)i + 1);
        ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, be_client, &clients[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i].thread, NULL);
    for (int i = 0; i < CLIENTS; i++) {
        ck_assert_msg(!clients[i].wrong, "%s", clients[i].wrong);
        fetch_wire_free(clients[i].wire);
    }
}

START_TEST(one_sandbox_loses_nothing)
{
    static struct client clients[CLIENTS];
    struct place p;

    place_make(&p, "shared");
    memset(clients, 0, sizeof clients);
    for (int i = 0; i < CLIENTS; i++)
        clients[i].place = &p;
    crowd_run(clients);
    check_records(&p, clients, CLIENTS);
    place_release(&p);
}
END_TEST

START_TEST(sandboxes_share_nothing)
{
    static struct client clients[CLIENTS];
    static struct place places[CLIENTS];

    memset(clients, 0, sizeof clients);
    for (int i = 0; i < CLIENTS; i++) {
        char name[16];

        snprintf(name, sizeof name, "own-%d", i);
        place_make(&places[i], name);
        clients[i].place = &places[i];
        clients[i].alone = true;
        ck_assert_str_eq(strstr(places[i].records, "/zones/"), strstr(places[0].records, "/zones/")); // the same ids in each
    }
    crowd_run(clients);
    for (int i = 0; i < CLIENTS; i++) {
        check_records(&places[i], &clients[i], 1);
        place_release(&places[i]);
    }
}
END_TEST

/* ---- all want the same ---- */

struct race {
    const char *url, *body;
    atomic_int won, late, wrong;
    long code; // of those that are late
};

static void *be_racer(void *arg)
{
    struct race *r = arg;
    long status;
    char *text = exchange(NULL, "POST", r->url, r->body, &status);
    cJSON *json = cJSON_Parse(text);
    const cJSON *error = json_at(json, "errors[0]");

    if (status == 200)
        r->won++;
    else if (status == 400 && json_whole(error, "code", 0) == r->code)
        r->late++;
    else
        r->wrong++;
    cJSON_Delete(json);
    free(text);
    return NULL;
}

static void race_run(struct race *r)
{
    pthread_t threads[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, be_racer, r), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(r->won, 1);
    ck_assert_int_eq(r->late, CLIENTS - 1);
    ck_assert_int_eq(r->wrong, 0);
}

/* What must be unique is made once, however many ask at the same time (codes: REC). */
START_TEST(one_of_all_wins)
{
    struct place p;
    char *spaces;

    place_make(&p, "race");
    for (int i = 0; i < 5; i++) {
        char *title = text_printf("{\"title\":\"race %d\"}", i);
        char *record = text_printf("{\"type\":\"A\",\"name\":\"race-%d\",\"content\":\"192.0.2.1\",\"ttl\":60}", i);

        spaces = xstrndup(p.space, (size_t)(strrchr(p.space, '/') - p.space));
        race_run(&(struct race){ .url = p.records, .body = record, .code = 81058 });
        race_run(&(struct race){ .url = spaces, .body = title, .code = 10014 });
        free(spaces);
        free(record);
        free(title);
    }
    place_release(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixed");
    TCase *tc = tcase_create("mixed");
    SRunner *runner;
    int failed;

    json_setup();
    fetch_setup();
    tcase_set_timeout(tc, 280);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, one_sandbox_loses_nothing);
    tcase_add_test(tc, sandboxes_share_nothing);
    tcase_add_test(tc, one_of_all_wins);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
