/* Walks every collection and singleton that the engine derives from paths and schemas through its
 * life: made with a body from its own request schema, shown as sent, listed, replaced, merged,
 * deleted, gone. Every answer on the way must be valid by the response schema of its operation. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/resources.h"
#include "mock/spec/schema_check.h"
#include "mock/world.h"
#include "tests/unit/ask.h"
#include "tests/unit/bodies.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the issue asks for at least. */
#define COLLECTIONS_LEAST 250
#define SINGLETONS_LEAST 350

/* Where the document speaks of one thing in two ways, so that what was sent can't be shown. */
static const struct {
    const char *where, *member, *why;
} excused[] = {
    { "GET /accounts/{account_id}/tags", "worker_id",
      "asked by resource_type, shown by type: the alternatives differ" },
    { "GET /zones/{zone_id}/tags", "zone_id",
      "asked by resource_type, shown by type: the alternatives differ" },
};

static size_t failures, answers_checked, contradictions;

__attribute__((format(printf, 2, 3))) static void complain(const char *where, const char *format,
                                                           ...)
{
    va_list args;

    printf("%s: ", where);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    failures++;
}

/* The one resource in the answer's result. */
static cJSON *kept_in(const struct answer *a)
{
    const char *within = spec_text(a->op->within);

    return *within && a->op->verb != VERB_LIST ? json_get(a->result, within) : a->result;
}

/* Is a good answer valid by its schema? */
static bool is_good(const char *where, const struct answer *a)
{
    struct schema_fault fault;
    char *text;

    fflush(stdout);
    if (a->status < 200 || a->status > 299) {
        text = a->json ? json_print_dup(a->json) : xstrdup("");
        complain(where, "status %d: %s", a->status, text);
        free(text);
        return false;
    }
    answers_checked++;
    if (!a->json || !a->op->response || schema_check(a->op->response, a->json, &fault))
        return true;
    text = json_print_dup(a->json);
    complain(where, "%s %s in %.400s", fault.path, fault.what, text);
    free(text);
    return true;
}

static bool is_excused(const char *where, const char *member)
{
    for (size_t i = 0; i < ARRAY_LEN(excused); i++)
        if (!strcmp(excused[i].where, where) && !strcmp(excused[i].member, member))
            return true;
    return false;
}

/* Does `got` show what was sent? Members that the schema of what is shown does not know are not. */
static bool shows(const char *where, uint32_t shown, const cJSON *sent, const cJSON *got,
                  const char *id)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, sent) {
        uint32_t seen = member_of(shown, one->string, SCHEMA_WRITE_ONLY | SCHEMA_READ_ONLY);
        const cJSON *there = json_get(got, one->string);
        char *text, *other;

        if (!seen || !strcmp(one->string, id) || (there && json_equal(one, there)) ||
            cJSON_IsNull(one))
            continue;
        if (!fits_some(shown, one->string, one, 0)) { // the document contradicts itself: valid wins
            contradictions++;
            continue;
        }
        if (there && cJSON_IsObject(one) && cJSON_IsObject(there)) {
            if (!shows(where, seen, one, there, ""))
                return false;
            continue;
        }
        if (cJSON_IsArray(one) && cJSON_IsArray(there) &&
            cJSON_GetArraySize(one) == cJSON_GetArraySize(there))
            continue; // items are the same but for what the schema does not know of them
        if (is_excused(where, one->string))
            continue;
        text = json_print_dup(one);
        other = there ? json_print_dup(there) : xstrdup("nothing");
        complain(where, "%s was sent as %.200s and is shown as %.200s", one->string, text, other);
        free(text);
        free(other);
        return false;
    }
    return true;
}

/* -- places ---------------------------------------------------------------------------------------
 */

static char *made_items[KIND_COUNT]; // the concrete path of one resource that stays
static char *make_parent(enum kind kind);

/* The concrete path of the first `count` segments of the kind's path. */
static char *concrete(const struct resource *r, size_t count)
{
    const struct resource *p = &spec_resources[r->parent];
    const char *at = spec_text(r->at);
    char *base =
        r->parent && !p->by_hooks && p->form == RESOURCE_COLLECTION ? make_parent(r->parent) : NULL;
    struct buf out;
    size_t done = 0;

    buf_init(&out);
    if (base) {
        buf_text(&out, base);
        for (const char *s = base; *s; s++)
            done += *s == '/';
    }
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(at + 1, "/");

        if (i >= done && at[1] == '{')
            buf_text(&out, text_starts(out.at, "/accounts") && i == 1 ? "/" ACCOUNT
                           : text_starts(out.at, "/zones") && i == 1
                               ? "/" ZONE
                               : "/c0000000000000000000000000000001");
        else if (i >= done)
            buf_printf(&out, "/%.*s", (int)len, at + 1);
        at += 1 + len;
    }
    return buf_take(&out);
}

static size_t segments(const struct resource *r)
{
    size_t n = 0;

    for (const char *at = spec_text(r->at); *at; at++)
        n += *at == '/';
    return n;
}

static const struct op *op_of(const struct resource *r, enum verb verb)
{
    return r->op[verb] ? &spec_ops[r->op[verb] - 1] : NULL;
}

/* The first object in the answer that has the id. */
static const cJSON *find_id(const cJSON *at, const char *member, const char *id)
{
    const cJSON *one, *found = NULL, *own = cJSON_IsObject(at) ? json_get(at, member) : NULL;
    char *text = own && !cJSON_IsString(own) ? json_print_dup(own) : NULL;

    if (own && !strcmp(text ? text : own->valuestring, id))
        found = at;
    free(text);
    if (cJSON_IsString(at) && !strcmp(at->valuestring, id))
        return at;
    cJSON_ArrayForEach (one, at)
        if (!found)
            found = find_id(one, member, id);
    return found;
}

static char *id_dup(const cJSON *resource, const char *member)
{
    const cJSON *id = json_get(resource, member);

    return !id ? NULL : cJSON_IsString(id) ? xstrdup(id->valuestring) : json_print_dup(id);
}

/* An answer that does not name what was made (it tells of a job, or nothing): the list does. */
static char *listed_id(const struct resource *r, const char *collection)
{
    const struct op *list = op_of(r, VERB_LIST);
    struct answer a = list ? ask("GET", collection, "", NULL) : (struct answer){ 0 };
    const cJSON *items = a.result;
    char *id = NULL;

    if (list && *spec_text(list->within))
        items = json_get(items, spec_text(list->within));
    if (cJSON_IsArray(items) && items->child)
        id = id_dup(cJSON_GetArrayItem(items, cJSON_GetArraySize(items) - 1),
                    spec_text(r->id_member));
    answer_release(&a);
    return id;
}

/* Where POST makes it: the collection, or a word below it. */
static char *create_path(const struct op *create, const char *collection, const struct resource *r)
{
    size_t wanted = segments(r) - 1, have = 0;
    const char *path = spec_text(create->path);

    for (const char *at = path; *at; at++)
        have += *at == '/';
    return have > wanted ? text_printf("%s%s", collection, strrchr(path, '/'))
                         : xstrdup(collection);
}

/* Makes one in the collection; returns its id, or NULL and has complained. */
static char *make_one(const struct resource *r, const char *collection, cJSON **sent)
{
    const struct op *create =
        op_of(r, VERB_CREATE) ? op_of(r, VERB_CREATE) : op_of(r, VERB_REPLACE);
    bool put = create == op_of(r, VERB_REPLACE);
    const char *own_id = r->id_style == ID_NUMBER ? "7"
                         : r->id_style == ID_UUID ? "c0000000-0000-4000-8000-000000000001"
                                                  : "c0000000000000000000000000000009";
    char *path =
             put ? text_printf("%s/%s", collection, own_id) : create_path(create, collection, r),
         *id = NULL;
    cJSON *body = body_dup(create, r), *whole = as_sent_dup(create, body);
    struct answer a = ask(op_method(create), path, "", whole);
    char *where = text_printf("%s %s", op_method(create), spec_text(create->path));

    if (is_good(where, &a)) {
        const cJSON *result = cJSON_IsArray(kept_in(&a)) ? kept_in(&a)->child : kept_in(&a);

        id = put                        ? xstrdup(own_id)
             : cJSON_IsString(a.result) ? xstrdup(a.result->valuestring)
                                        : id_dup(result, spec_text(r->id_member));
        if (!id)
            id = listed_id(r, collection);
        if (!id)
            complain(where, "neither answer nor list has an id under \"%s\"",
                     spec_text(r->id_member));
    }
    answer_release(&a);
    cJSON_Delete(whole);
    free(where);
    free(path);
    *sent = body;
    return id;
}

static char *item_path(const char *collection, const char *id)
{
    char *encoded = text_percent_dup(id), *path = text_printf("%s/%s", collection, encoded);

    free(encoded);
    return path;
}

static char *make_parent(enum kind kind)
{
    const struct resource *r = &spec_resources[kind];
    char *collection, *id;
    cJSON *sent = NULL;

    if (made_items[kind])
        return made_items[kind];
    collection = concrete(r, segments(r) - 1);
    id = make_one(r, collection, &sent);
    made_items[kind] = item_path(collection, id ? id : "c0000000000000000000000000000009");
    cJSON_Delete(sent);
    free(collection);
    free(id);
    return made_items[kind];
}

/* -- lives ----------------------------------------------------------------------------------------
 */

static void check_shown(const struct resource *r, const char *path, const cJSON *sent)
{
    const struct op *read = op_of(r, VERB_READ);
    char *where = text_printf("GET %s", spec_text(read->path));
    struct answer a = ask("GET", path, "", NULL);

    if (is_good(where, &a) && cJSON_IsObject(sent))
        shows(where, r->shown, sent, kept_in(&a), spec_text(r->id_member));
    answer_release(&a);
    free(where);
}

static void check_listed(const struct resource *r, const char *collection, const char *id)
{
    const struct op *list = op_of(r, VERB_LIST);
    char *where = list ? text_printf("GET %s", spec_text(list->path)) : NULL;
    struct answer a = { 0 };

    if (!list)
        return;
    a = ask("GET", collection, "", NULL);
    if (is_good(where, &a) && *spec_text(r->id_member) &&
        !find_id(a.json, spec_text(r->id_member), id)) {
        char *text = json_print_dup(a.json);

        complain(where, "does not hold %s: %.300s", id, text);
        free(text);
    }
    answer_release(&a);
    free(where);
}

/* PUT or PATCH of another value; then GET shows it. */
static void check_changed(const struct resource *r, const char *path, enum verb verb)
{
    const struct op *op = op_of(r, verb);
    char *where = op ? text_printf("%s %s", op_method(op), spec_text(op->path)) : NULL;
    struct answer before, a;
    cJSON *change, *body, *whole;

    if (!op)
        return;
    before = ask("GET", path, "", NULL);
    change = change_dup(op, r, kept_in(&before));
    body = verb == VERB_MERGE && change ? cJSON_Duplicate(change, true) : body_dup(op, r);
    if (verb != VERB_MERGE && change && cJSON_IsObject(body))
        json_put(body, change->child->string, cJSON_Duplicate(change->child, true));
    whole = as_sent_dup(op, body);
    a = ask(op_method(op), path, "", whole);
    if (is_good(where, &a))
        check_shown(r, path, body);
    if (verb == VERB_MERGE && cJSON_IsObject(kept_in(&before)) && change) {
        cJSON_DeleteItemFromObjectCaseSensitive(kept_in(&before), spec_text(r->modified));
        cJSON_DeleteItemFromObjectCaseSensitive(kept_in(&before), change->child->string);
        check_shown(r, path, kept_in(&before)); // what was not sent stays
    }
    cJSON_Delete(change);
    cJSON_Delete(body);
    cJSON_Delete(whole);
    answer_release(&before);
    answer_release(&a);
    free(where);
}

static void check_deleted(const struct resource *r, const char *path)
{
    const struct op *op = op_of(r, VERB_DELETE);
    char *where = op ? text_printf("DELETE %s", spec_text(op->path)) : NULL;
    struct answer a;

    if (!op)
        return;
    a = ask("DELETE", path, "", NULL);
    is_good(where, &a);
    answer_release(&a);
    a = ask("GET", path, "", NULL);
    if (r->form == RESOURCE_COLLECTION &&
        (a.status != (r->missing ? spec_errors[r->missing].http : 404) ||
         json_flag(a.json, "success", false)))
        complain(where, "GET says %d afterwards", a.status);
    answer_release(&a);
    free(where);
}

/* The client names it, and one was made already to lie other things in: that one goes. */
static void make_room(const struct resource *r)
{
    char **made = &made_items[r - spec_resources];
    struct answer a;

    if (!*made || r->id_style != ID_NAME || !op_of(r, VERB_DELETE))
        return;
    a = ask("DELETE", *made, "", NULL);
    answer_release(&a);
    free(*made);
    *made = NULL;
}

static void live_in_collection(const struct resource *r)
{
    char *collection = concrete(r, segments(r) - 1), *id, *path;
    cJSON *sent = NULL;

    make_room(r);
    id = make_one(r, collection, &sent);
    if (id) {
        path = item_path(collection, id);
        check_shown(r, path, sent);
        check_listed(r, collection, id);
        check_changed(r, path, VERB_REPLACE);
        check_changed(r, path, VERB_MERGE);
        check_deleted(r, path);
        free(path);
    }
    cJSON_Delete(sent);
    free(collection);
    free(id);
}

static void live_alone(const struct resource *r)
{
    char *path = concrete(r, segments(r));

    check_shown(r, path, NULL);
    check_changed(r, path, VERB_CREATE);
    check_changed(r, path, VERB_REPLACE);
    check_changed(r, path, VERB_MERGE);
    check_deleted(r, path);
    free(path);
}

static size_t count_form(enum resource_form form)
{
    size_t n = 0;

    for (size_t k = 1; k < KIND_COUNT; k++)
        n += spec_resources[k].form == form && !spec_resources[k].by_hooks;
    return n;
}

static void walk(enum resource_form form)
{
    size_t walked = 0;
    const char *only = getenv("LIFE_CYCLE_ONLY");

    failures = answers_checked = contradictions = 0;
    for (size_t k = 1; k < KIND_COUNT; k++) {
        const struct resource *r = &spec_resources[k];

        if (r->form != form || r->named || (only && !strstr(spec_text(r->at), only)))
            continue;
        walked++;
        if (form == RESOURCE_COLLECTION)
            live_in_collection(r);
        else
            live_alone(r);
    }
    printf("%s: %zu kept, %zu of them derived and walked, %zu answers valid by their schemas, "
           "%zu members of requests that the answer cannot show, %zu complaints\n",
           form == RESOURCE_COLLECTION ? "collections" : "singletons", count_form(form), walked,
           answers_checked, contradictions, failures);
    ck_assert_uint_eq(failures, 0);
}

START_TEST(every_derived_collection_lives)
{
    ck_assert_uint_ge(count_form(RESOURCE_COLLECTION), COLLECTIONS_LEAST);
    walk(RESOURCE_COLLECTION);
}
END_TEST

START_TEST(every_derived_singleton_lives)
{
    ck_assert_uint_ge(count_form(RESOURCE_SINGLETON), SINGLETONS_LEAST);
    walk(RESOURCE_SINGLETON);
}
END_TEST

static void teardown(void)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        free(made_items[k]);
        made_items[k] = NULL;
    }
    worlds_release();
}

int main(void)
{
    Suite *suite = suite_create("life_cycle");
    TCase *tcase = tcase_create("life_cycle");
    SRunner *runner = srunner_create(suite);
    int failed;

    json_setup();
    tcase_add_checked_fixture(tcase, ask_setup, teardown);
    tcase_set_timeout(tcase, 110);
    tcase_add_test(tcase, every_derived_collection_lives);
    tcase_add_test(tcase, every_derived_singleton_lives);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
