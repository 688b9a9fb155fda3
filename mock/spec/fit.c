#include "mock/spec/fit.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/sample_maker.h"
#include "mock/spec/sample_part.h"
#include "mock/spec/schema_check.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 40

/* What an object may hold in the alternatives that were chosen for it. */
struct fit_members {
    struct members list;
    uint32_t others; // node of members not named; 0: unsaid
};

static uint32_t pick(const uint32_t *nodes, uint32_t count, const cJSON *given, unsigned depth);

/* Names are texts of the table, where equal ones are one. */
static struct member *known_as(const struct members *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].name == name)
            return &list->at[i];
    return NULL;
}

static void add(struct members *list, const char *name, uint32_t node, bool required)
{
    struct member *known = known_as(list, name);
    struct schema old, fresh;

    if (known) {
        schema_open(known->node, &old);
        schema_open(node, &fresh);
        known->required = known->required || required;
        if (fresh.flags && !old.members_count && !old.enums_count && !old.one_count &&
            !old.any_count)
            known->node = node; // a part that says more than that it is there
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 32;
        list->at = xrealloc(list->at, list->room * sizeof *list->at);
    }
    list->at[list->count++] = (struct member){ name, node, required };
}

static void gather(struct fit_members *p, uint32_t node, const cJSON *given, unsigned depth)
{
    struct schema s;

    if (depth == DEPTH_MOST)
        return;
    schema_open(node, &s);
    for (uint32_t i = 0; i < s.members_count; i++)
        add(&p->list, schema_member_name(s.members[2 * i]), s.members[2 * i + 1],
            schema_member_required(s.members[2 * i]));
    if (s.flags & SCHEMA_OTHERS)
        p->others = s.others;
    for (uint32_t i = 0; i < s.all_count; i++)
        gather(p, s.all[i], given, depth + 1);
    for (uint32_t i = 0; given && i < s.any_count; i++) // of anyOf, all that fit
        if (schema_check(s.any[i], given, NULL))
            gather(p, s.any[i], given, depth + 1);
    if (s.any_count)
        gather(p, pick(s.any, s.any_count, given, depth + 1), given, depth + 1);
    if (s.one_count)
        gather(p, pick(s.one, s.one_count, given, depth + 1), given, depth + 1);
}

static bool takes(const struct schema *s, const cJSON *given)
{
    uint32_t types = s->flags & SCHEMA_TYPES;

    if (!types || !given)
        return true;
    if (cJSON_IsObject(given))
        return types & SCHEMA_OBJECT;
    if (cJSON_IsArray(given))
        return types & SCHEMA_ARRAY;
    if (cJSON_IsString(given))
        return types & SCHEMA_STRING;
    if (cJSON_IsNumber(given))
        return types & (SCHEMA_NUMBER | SCHEMA_INTEGER);
    return types & (cJSON_IsBool(given) ? SCHEMA_BOOL : SCHEMA_NULL);
}

/* How well an alternative suits what is given, where none fits whole. */
static int score(uint32_t node, const cJSON *given, unsigned depth)
{
    struct fit_members p = { 0 };
    struct schema s;
    const cJSON *one;
    int points = 0;

    schema_open(node, &s);
    if (!takes(&s, given) || depth == DEPTH_MOST)
        return -10000;
    gather(&p, node, given, depth);
    if (!cJSON_IsObject(given))
        given = NULL;
    cJSON_ArrayForEach (one, given) {
        const struct member *m = members_find(&p.list, one->string);
        struct schema own;

        if (!m)
            continue;
        schema_open(m->node, &own);
        points += schema_check(m->node, one, NULL) ? 3 : own.enums_count ? -50 : -3;
    }
    for (size_t i = 0; i < p.list.count; i++)
        points -= p.list.at[i].required && !json_get(given, p.list.at[i].name);
    members_release(&p.list);
    return points;
}

static uint32_t pick(const uint32_t *nodes, uint32_t count, const cJSON *given, unsigned depth)
{
    uint32_t best = nodes[0];
    int most = -100000;

    if (!given || count == 1)
        return best;
    for (uint32_t i = 0; i < count; i++)
        if (schema_check(nodes[i], given, NULL))
            return nodes[i];
    for (uint32_t i = 0; i < count; i++) {
        int points = score(nodes[i], given, depth);

        if (points > most) {
            most = points;
            best = nodes[i];
        }
    }
    return best;
}

static cJSON *value_dup(const struct fit *f, uint32_t node, const cJSON *given, const char *name,
                        unsigned depth);

/* A path parameter, where a member is called like it and it fits there. */
static cJSON *param_dup(const struct fit *f, const struct member *m)
{
    int which = f->op ? param_of_member(f->op, m->name) : -1;
    cJSON *made;

    if (which < 0 || (size_t)which >= f->ids_count || !strcmp(m->name, "id") ||
        !strcmp(m->name, "name"))
        return NULL;
    made = cJSON_CreateString(f->ids[which]);
    if (schema_check(m->node, made, NULL))
        return made;
    cJSON_Delete(made);
    return NULL;
}

static cJSON *default_dup(const struct member *m)
{
    struct schema s;
    cJSON *made;

    schema_open(m->node, &s);
    if (!s.default_text)
        return NULL;
    made = cJSON_Parse(spec_text(s.default_text));
    if (made && schema_check(m->node, made, NULL) && !cJSON_IsNull(made))
        return made;
    cJSON_Delete(made);
    return NULL;
}

static cJSON *absent_dup(const struct fit *f, const struct member *m, unsigned depth)
{
    cJSON *made = NULL;

    if (depth == 0 && !(f->how & FIT_INPUT))
        made = param_dup(f, m);
    if (!made && f->how & FIT_DEFAULTS)
        made = default_dup(m);
    if (!made && m->required && !(f->how & FIT_INPUT))
        made = sample_part_dup(m->node, m->name, f->seed ^ (uint64_t)m->node << 20);
    return made;
}

static cJSON *member_dup(const struct fit *f, const struct member *m, const cJSON *given,
                         unsigned depth)
{
    uint32_t barred = f->how & FIT_INPUT ? SCHEMA_READ_ONLY : SCHEMA_WRITE_ONLY;
    struct schema s;

    schema_open(m->node, &s);
    if (given && s.flags & barred && !(m->required && barred == SCHEMA_WRITE_ONLY))
        given = NULL;
    else if (cJSON_IsNull(given) && !(f->how & FIT_INPUT) && !fit_allows_null(m->node))
        given = NULL;
    return given ? value_dup(f, m->node, given, m->name, depth + 1) : absent_dup(f, m, depth);
}

static cJSON *object_dup(const struct fit *f, uint32_t node, const cJSON *given, unsigned depth)
{
    struct fit_members p = { 0 };
    cJSON *out = cJSON_CreateObject(), *made;
    const cJSON *one;
    bool open;

    gather(&p, node, given, 0);
    open = p.others ? p.others != SCHEMA_NOTHING : p.list.count == 0 || f->how & FIT_LOOSE;
    for (size_t i = 0; i < p.list.count; i++) {
        const struct member *m = &p.list.at[i];

        made = member_dup(f, m, json_get(given, m->name), depth);
        if (made)
            cJSON_AddItemToObject(out, m->name, made);
    }
    cJSON_ArrayForEach (one, given) {
        if (members_find(&p.list, one->string) || !open)
            continue;
        made = p.others && p.others != SCHEMA_NOTHING
                   ? value_dup(f, p.others, one, one->string, depth + 1)
                   : cJSON_Duplicate(one, true);
        cJSON_AddItemToObject(out, one->string, made);
    }
    members_release(&p.list);
    return out;
}

static uint32_t items_of(uint32_t node, const cJSON *given, unsigned depth)
{
    struct schema s;
    uint32_t items = 0;

    schema_open(node, &s);
    if (depth == DEPTH_MOST || s.items)
        return s.items;
    for (uint32_t i = 0; !items && i < s.all_count; i++)
        items = items_of(s.all[i], given, depth + 1);
    if (!items && s.any_count)
        items = items_of(pick(s.any, s.any_count, given, depth), given, depth + 1);
    if (!items && s.one_count)
        items = items_of(pick(s.one, s.one_count, given, depth), given, depth + 1);
    return items;
}

static cJSON *array_dup(const struct fit *f, uint32_t node, const cJSON *given, const char *name,
                        unsigned depth)
{
    uint32_t items = items_of(node, given, 0);
    cJSON *out = cJSON_CreateArray();
    const cJSON *one;

    cJSON_ArrayForEach (one, given)
        cJSON_AddItemToArray(out, items ? value_dup(f, items, one, name, depth + 1)
                                        : cJSON_Duplicate(one, true));
    return out;
}

static cJSON *value_dup(const struct fit *f, uint32_t node, const cJSON *given, const char *name,
                        unsigned depth)
{
    if (!given)
        return sample_part_dup(node, name, f->seed);
    if (depth < DEPTH_MOST && cJSON_IsObject(given))
        return object_dup(f, node, given, depth);
    if (depth < DEPTH_MOST && cJSON_IsArray(given))
        return array_dup(f, node, given, name, depth);
    return cJSON_Duplicate(given, true);
}

cJSON *fit_dup(const struct fit *f, uint32_t node, const cJSON *given, const char *name)
{
    return node    ? value_dup(f, node, given, name, 0)
           : given ? cJSON_Duplicate(given, true)
                   : cJSON_CreateObject();
}

struct fit_members *fit_members_new(uint32_t node, const cJSON *given)
{
    struct fit_members *m = xcalloc(1, sizeof *m);

    if (node)
        gather(m, node, given, 0);
    return m;
}

bool fit_members_find(const struct fit_members *m, const char *name, uint32_t *out)
{
    const struct member *found = members_find(&m->list, name);

    *out = found ? found->node : 0;
    return found != NULL;
}

void fit_members_free(struct fit_members *m)
{
    members_release(&m->list);
    free(m);
}

bool fit_member(uint32_t node, const cJSON *given, const char *name, uint32_t *out)
{
    struct fit_members *m = fit_members_new(node, given);
    bool found = fit_members_find(m, name, out);

    fit_members_free(m);
    return found;
}

bool fit_allows_null(uint32_t node)
{
    cJSON null = { .type = cJSON_NULL };

    return schema_check(node, &null, NULL);
}
