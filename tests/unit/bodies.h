/* bodies: what schemas say of members, told without the engine, and request bodies made from them.
 * For the one test that walks all resources. */
#ifndef MF_TESTS_BODIES_H
#define MF_TESTS_BODIES_H

#include "common/json.h"
#include "common/text.h"
#include "mock/spec/optable.h"
#include "mock/spec/resources.h"
#include "mock/spec/sample_part.h"
#include "mock/spec/schema.h"
#include "mock/spec/schema_check.h"

#include <stdlib.h>
#include <string.h>

/* Does any part of the schema name the member? *marks gathers the marks it has anywhere. */
static bool knows(uint32_t node, const char *name, unsigned depth, uint32_t *marks, uint32_t *found)
{
    struct schema s;
    bool any = false;

    if (!node || depth > 12)
        return false;
    schema_open(node, &s);
    for (uint32_t i = 0; i < s.members_count; i++)
        if (!strcmp(schema_member_name(s.members[2 * i]), name)) {
            struct schema own;

            schema_open(s.members[2 * i + 1], &own);
            *marks |= own.flags;
            if (!*found || (own.flags & SCHEMA_TYPES))
                *found = s.members[2 * i + 1];
            any = true;
        }
    for (uint32_t i = 0; i < s.all_count; i++)
        any |= knows(s.all[i], name, depth + 1, marks, found);
    for (uint32_t i = 0; i < s.any_count; i++)
        any |= knows(s.any[i], name, depth + 1, marks, found);
    for (uint32_t i = 0; i < s.one_count; i++)
        any |= knows(s.one[i], name, depth + 1, marks, found);
    return any;
}

/* The schema of the member, if the schema lets it be read (or sent, for `barred` READ_ONLY). */
static uint32_t member_of(uint32_t node, const char *name, uint32_t barred)
{
    uint32_t marks = 0, found = 0;

    return knows(node, name, 0, &marks, &found) && !(marks & barred) ? found : 0;
}

/* Does the value fit the member in one of the alternatives that name it? */
static bool fits_some(uint32_t node, const char *name, const cJSON *value, unsigned depth)
{
    struct schema s;

    if (!node || depth > 12)
        return false;
    schema_open(node, &s);
    for (uint32_t i = 0; i < s.members_count; i++)
        if (!strcmp(schema_member_name(s.members[2 * i]), name) &&
            schema_check(s.members[2 * i + 1], value, NULL))
            return true;
    for (uint32_t i = 0; i < s.all_count; i++)
        if (fits_some(s.all[i], name, value, depth + 1))
            return true;
    for (uint32_t i = 0; i < s.any_count; i++)
        if (fits_some(s.any[i], name, value, depth + 1))
            return true;
    for (uint32_t i = 0; i < s.one_count; i++)
        if (fits_some(s.one[i], name, value, depth + 1))
            return true;
    return false;
}

static uint32_t body_node(const struct op *op, bool *list)
{
    struct schema s;

    *list = false;
    if (!op->request || op->request_kind != 1)
        return 0;
    schema_open(op->request, &s);
    *list = s.items && !s.members_count;
    return *list ? s.items : op->request;
}

/* A member that the answer cannot show as the request has it is sent as both allow, or not at all.
 */
static void agree(uint32_t request, uint32_t shown, cJSON *body)
{
    for (cJSON *one = body->child, *next; one; one = next) {
        uint32_t asked = member_of(request, one->string, 0),
                 seen = member_of(shown, one->string, 0);
        cJSON *without, *other;

        next = one->next;
        if (!seen || fits_some(shown, one->string, one, 0))
            continue;
        other = sample_part_dup(seen, one->string, 7);
        without = cJSON_Duplicate(body, true);
        json_put(without, one->string, cJSON_Duplicate(other, true));
        if (asked && other && schema_check(request, without, NULL)) {
            json_put(body, one->string, other);
            cJSON_Delete(without);
            continue;
        }
        cJSON_Delete(other);
        cJSON_DeleteItemFromObjectCaseSensitive(without, one->string);
        if (schema_check(request, without, NULL))
            cJSON_DeleteItemFromObjectCaseSensitive(body, one->string);
        cJSON_Delete(without);
    }
}

/* One resource as the operation takes it; NULL: it takes none. */
static cJSON *body_dup(const struct op *op, const struct resource *r)
{
    bool list;
    uint32_t node = body_node(op, &list);
    cJSON *body = node ? sample_part_dup(node, "body", 5) : NULL;

    if (cJSON_IsObject(body))
        agree(node, r->shown, body);
    return body;
}

/* The body as it is sent. */
static cJSON *as_sent_dup(const struct op *op, const cJSON *body)
{
    bool list;
    cJSON *sent = body ? cJSON_Duplicate(body, true) : NULL, *wrap;

    body_node(op, &list);
    if (!list || !sent)
        return sent;
    wrap = cJSON_CreateArray();
    cJSON_AddItemToArray(wrap, sent);
    return wrap;
}

/* Another value for one member that both schemas take; NULL: there is none. */
static cJSON *change_dup(const struct op *op, const struct resource *r, const cJSON *shown)
{
    bool list;
    uint32_t node = body_node(op, &list);
    const cJSON *one;

    if (!cJSON_IsObject(shown))
        return NULL;
    cJSON_ArrayForEach (one, shown) {
        uint32_t asked = member_of(node, one->string, SCHEMA_READ_ONLY);
        uint32_t seen = member_of(r->shown, one->string, SCHEMA_WRITE_ONLY | SCHEMA_READ_ONLY);
        char *text = cJSON_IsString(one) ? text_printf("%s2", one->valuestring) : NULL;
        cJSON *other = text                  ? cJSON_CreateString(text)
                       : cJSON_IsBool(one)   ? cJSON_CreateBool(!cJSON_IsTrue(one))
                       : cJSON_IsNumber(one) ? cJSON_CreateNumber(one->valuedouble + 1)
                                             : NULL;
        cJSON *whole = cJSON_Duplicate(shown, true);
        bool fits = asked && seen && other && strcmp(one->string, spec_text(r->id_member)) != 0 &&
                    strcmp(one->string, spec_text(r->created)) != 0 &&
                    strcmp(one->string, spec_text(r->modified)) != 0 &&
                    schema_check(asked, other, NULL);

        free(text);
        if (fits) {
            json_put(whole, one->string, cJSON_Duplicate(other, true));
            fits = schema_check(r->shown, whole, NULL);
        }
        cJSON_Delete(whole);
        if (fits)
            return json_object(J_TREE(one->string, other));
        cJSON_Delete(other);
    }
    return NULL;
}

#endif
