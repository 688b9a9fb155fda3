/* zone_settings: changing one setting or many. All of a change or nothing: values are checked and
 * made without the lock, then swapped in if nobody was quicker. */
#include "mock/families/zone_settings.h"

#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/spec/schema_check.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

struct setting_change {
    const struct setting *setting;
    const cJSON *asked; // NULL: follows from another change
    cJSON *value;       // whole, as it will be kept; arena
    const struct doc *old;
    cJSON *json; // what is kept; arena
};

struct setting_changes {
    struct call *c;
    const struct doc *zone;
    struct setting_change *at;
    size_t count, asked; // the asked ones first
    struct refusal *refusals;
    size_t refusals_count;
    int64_t now; // one time for all of them
};

static void drop_json(void *json)
{
    cJSON_Delete(json);
}

static cJSON *in_arena(struct call *c, cJSON *tree)
{
    arena_on_free(c->arena, drop_json, tree);
    return tree;
}

static void refuse_later(struct setting_changes *all, enum error_id error, const char *name)
{
    all->refusals[all->refusals_count++] = (struct refusal){ error, name };
}

static struct setting_state state_of(const struct setting_changes *all,
                                     const struct setting_change *one)
{
    return (struct setting_state){ one->setting, all->zone,
                                   one->old ? doc_json(all->c, one->old) : NULL, all->now };
}

/* A number in quotes is as good as a number where numbers are shown in quotes. */
static cJSON *number_of(const cJSON *asked)
{
    const char *text = cJSON_GetStringValue(asked);

    if (!text || !*text || strlen(text) > 9 || text[strspn(text, "0123456789")])
        return cJSON_Duplicate(asked, true);
    return cJSON_CreateNumber(atoi(text));
}

static cJSON *as_text(const cJSON *number)
{
    char *text = json_print_dup(number);
    cJSON *made = cJSON_CreateString(text);

    free(text);
    return made;
}

/* Members that were not sent stay as they are (INF: the shape of a value never shrinks). */
static void merge(cJSON *into, const cJSON *from)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, from) {
        cJSON *old = json_get(into, one->string);

        if (cJSON_IsObject(old) && cJSON_IsObject(one))
            merge(old, one);
        else
            json_put(into, one->string, cJSON_Duplicate(one, true));
    }
}

static bool fits(const struct setting *s, enum plan plan, const cJSON *value)
{
    return schema_check(s->value, value, NULL) &&
           (!s->limits[plan] || schema_check(s->limits[plan], value, NULL));
}

/* The new value in full from the one that was asked for. The caller's. */
static cJSON *value_made(const struct setting_state *s, const cJSON *asked)
{
    cJSON *fresh = cJSON_Parse(spec_text(s->setting->fresh[zone_of(s->zone)->plan])), *value;

    if (s->setting->as_text)
        value = as_text(asked);
    else if (!cJSON_IsObject(fresh))
        value = cJSON_Duplicate(asked, true);
    else if (cJSON_IsObject(asked)) {
        value = setting_value(s);
        merge(value, asked);
        cJSON_DeleteItemFromObjectCaseSensitive(value, spec_text(s->setting->unkept));
    } else { // "off"
        value = cJSON_Duplicate(fresh, true);
    }
    cJSON_Delete(fresh);
    return value;
}

static bool lacks_what_it_needs(const struct setting *s, const cJSON *value)
{
    const char *needed = json_text(value, spec_text(s->needs));

    return s->lacking && json_flag(value, "enabled", false) && (!needed || !*needed);
}

/* ERR_NONE and one->value, or what is wrong with the change. */
static enum error_id judge(const struct setting_changes *all, struct setting_change *one)
{
    enum plan plan = zone_of(all->zone)->plan;
    const struct setting *s = one->setting;
    struct setting_state state = state_of(all, one);
    cJSON *asked;

    if (!(s->editable >> plan & 1))
        return s->locked;
    if (s->closed && s->closed_on >> plan & 1)
        return s->closed;
    if (!one->asked)
        return ERR_ZONE_SETTINGS_INVALID;
    asked =
        in_arena(all->c, s->as_text ? number_of(one->asked) : cJSON_Duplicate(one->asked, true));
    if (!fits(s, plan, asked))
        return ERR_ZONE_SETTINGS_INVALID;
    one->value = in_arena(all->c, value_made(&state, asked));
    return lacks_what_it_needs(s, one->value) ? s->lacking : ERR_NONE;
}

/* REP: 0-RTT is a form of TLS 1.3, so one moves the other. */
static const struct link {
    const char *path, *value, *other, *from, *to;
} links[] = {
    { "0rtt", "on", "tls_1_3", "on", "zrt" },
    { "0rtt", "off", "tls_1_3", "zrt", "on" },
    { "tls_1_3", "off", "0rtt", "on", "off" },
};

static struct setting_change *change_of(struct setting_changes *all, const struct setting *s)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].setting == s)
            return &all->at[i];
    return NULL;
}

static struct setting_change *change_add(struct setting_changes *all, const struct setting *s)
{
    struct setting_change *one = &all->at[all->count++];

    *one = (struct setting_change){ .setting = s,
                                    .old = doc_held(all->c, KIND_ZONE_SETTING,
                                                    settings_owner(all->c, doc_id(all->zone)),
                                                    spec_text(s->path)) };
    return one;
}

static bool is_text(const cJSON *item, const char *text)
{
    const char *is = cJSON_GetStringValue(item);

    return is && strcmp(is, text) == 0;
}

static void follow(struct setting_changes *all, const struct link *l)
{
    const struct setting *other = setting_find(l->other);
    const struct setting_change *one = change_of(all, setting_find(l->path));
    struct setting_change *two = change_of(all, other);
    bool added = !two;
    struct setting_state s;

    if (!one || !is_text(one->value, l->value))
        return;
    if (added) {
        two = change_add(all, other);
        s = state_of(all, two);
        two->value = in_arena(all->c, setting_value(&s));
    }
    if (is_text(two->value, l->from))
        two->value = in_arena(all->c, cJSON_CreateString(l->to));
    else if (added)
        all->count--; // it stays as it is
}

/* What is kept. Of development mode also when it ended, if it is off now. */
static cJSON *json_made(const struct setting_changes *all, const struct setting_change *one)
{
    const struct setting_state s = state_of(all, one);
    int64_t left = development_seconds(s.kept, s.now);
    char now[STAMP_ROOM], ended[STAMP_ROOM];
    cJSON *json;

    stamp_text(s.now, 6, now);
    json = json_object(J_TEXT("id", spec_text(one->setting->path)),
                       J_TREE(setting_member(one->setting), cJSON_Duplicate(one->value, true)),
                       J_TEXT("modified_on", now));
    if (strcmp(spec_text(one->setting->path), DEVELOPMENT_MODE) == 0 && left) {
        stamp_text(left > 0 ? s.now : s.now + left * STAMP_SECOND, 6, ended);
        json_put(json, "ended_on", cJSON_CreateString(ended));
    }
    return in_arena(all->c, json);
}

/* False: somebody changed one of them meanwhile, or the zone is gone. */
static bool swap(struct setting_changes *all)
{
    const char *owner = settings_owner(all->c, doc_id(all->zone));
    struct doc **made = arena_alloc(all->c->arena, all->count * sizeof(struct doc *));
    struct txn *t;
    bool same;

    for (size_t i = 0; i < all->count; i++)
        made[i] = doc_new(KIND_ZONE_SETTING, owner, spec_text(all->at[i].setting->path), NULL,
                          all->at[i].json, NULL, NULL);
    t = txn_begin(world_store(all->c->world));
    same = view_get(txn_view(t), KIND_ZONE, NULL, doc_id(all->zone)) != NULL;
    for (size_t i = 0; same && i < all->count; i++)
        same = view_get(txn_view(t), KIND_ZONE_SETTING, owner, doc_id(made[i])) == all->at[i].old;
    for (size_t i = 0; i < all->count; i++)
        if (same)
            txn_put_take(t, made[i]);
        else
            doc_unref(made[i]);
    txn_commit(t);
    return same;
}

static struct setting_changes changes_new(struct call *c, const struct doc *zone, size_t most)
{
    size_t room = most + ARRAY_LEN(links);

    return (
        struct setting_changes){ .c = c,
                                 .zone = zone,
                                 .now = world_now(c->world),
                                 .at = arena_alloc(c->arena, room * sizeof(struct setting_change)),
                                 .refusals = arena_alloc(c->arena, room * sizeof(struct refusal)) };
}

static void ask(struct setting_changes *all, const struct setting *s, const cJSON *asked)
{
    struct setting_change *one = change_of(all, s);
    enum error_id error;

    if (!one) {
        one = change_add(all, s);
        all->asked++;
    }
    one->asked = asked;
    error = judge(all, one);
    if (error)
        refuse_later(all, error, spec_text(s->path));
}

/* GO_ON: they are in the store; else c has the refusal, or nothing yet and *again is set. */
static enum step changes_do(struct setting_changes *all, bool *again)
{
    *again = false;
    if (all->refusals_count)
        return refuse_all(all->c, all->refusals, all->refusals_count);
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        follow(all, &links[i]);
    for (size_t i = 0; i < all->count; i++)
        all->at[i].json = json_made(all, &all->at[i]);
    *again = all->count && !swap(all);
    return GO_ON;
}

static cJSON *change_shown(const struct setting_changes *all, const struct setting_change *one)
{
    struct setting_state s = state_of(all, one);

    s.kept = one->json;
    return setting_shown(&s);
}

/* PATCH (and PUT) of one setting. */
enum step zone_setting_patch(struct call *c)
{
    bool again;

    do {
        struct doc *zone = setting_zone_asked(c);
        const struct setting *setting = zone ? setting_asked(c) : NULL;
        struct setting_changes all;

        if (!setting)
            return ANSWERED;
        all = changes_new(c, zone, 1);
        ask(&all, setting, json_get(c->json, setting_member(setting)));
        if (changes_do(&all, &again) == ANSWERED)
            return ANSWERED;
        if (!again)
            return answer(c, change_shown(&all, &all.at[0]));
    } while (true);
}

/* {"items": […]} as clients send it, or the bare list of the document; NULL: neither. */
static const cJSON *items_of(const cJSON *body)
{
    const cJSON *items = cJSON_IsArray(body) ? body : json_get(body, "items");

    return cJSON_IsArray(items) ? items : NULL;
}

static void ask_item(struct setting_changes *all, const cJSON *item)
{
    const char *name = json_text(item, "id");
    const struct setting *s = name ? setting_find(name) : NULL;

    if (s && s->listed) // those with a path of their own are unknown here (REC)
        ask(all, s, json_get(item, setting_member(s)));
    else
        refuse_later(all, ERR_ZONE_SETTINGS_UNRECOGNIZED, name ? name : "");
}

/* PATCH of many: all errors at once, and nothing is changed if there is one (REC). */
enum step zone_settings_patch(struct call *c)
{
    const cJSON *items = items_of(c->json), *item;
    bool again;

    if (!items)
        return refuse(c, ERR_ZONE_SETTINGS_NO_ITEMS);
    do {
        struct doc *zone = setting_zone_asked(c);
        struct setting_changes all;
        cJSON *shown;

        if (!zone)
            return ANSWERED;
        all = changes_new(c, zone, (size_t)cJSON_GetArraySize(items));
        cJSON_ArrayForEach (item, items)
            ask_item(&all, item);
        if (changes_do(&all, &again) == ANSWERED)
            return ANSWERED;
        if (again)
            continue;
        shown = cJSON_CreateArray();
        for (size_t i = 0; i < all.asked; i++)
            cJSON_AddItemToArray(shown, change_shown(&all, &all.at[i]));
        return answer(c, shown);
    } while (true);
}

/* DELETE: back to the value of an untouched zone; the answer has none. */
enum step zone_setting_reset(struct call *c)
{
    struct doc *zone = setting_zone_asked(c);
    const struct setting *setting = zone ? setting_asked(c) : NULL;
    char now[STAMP_ROOM];
    struct txn *t;

    if (!setting)
        return ANSWERED;
    t = txn_begin(world_store(c->world));
    txn_remove_of(t, KIND_ZONE_SETTING, settings_owner(c, doc_id(zone)), spec_text(setting->path));
    txn_commit(t);
    stamp_text(world_now(c->world), 6, now);
    return answer(c, json_object(J_TEXT("id", spec_text(setting->id)), J_TEXT("modified_on", now),
                                 J_FLAG("editable", true)));
}
