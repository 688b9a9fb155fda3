/* zone_settings: what the catalogue and the kept changes show. */
#include "mock/families/zone_settings.h"

#include "common/stamp.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <string.h>

#define DEVELOPMENT_TIME (3 * 3600 * STAMP_SECOND) // DOC: it ends by itself after three hours

const struct setting *setting_find(const char *path)
{
    for (size_t i = 0; i < spec_settings_count; i++)
        if (strcmp(spec_text(spec_settings[i].path), path) == 0)
            return &spec_settings[i];
    return NULL;
}

const char *settings_owner(struct call *c, const char *zone)
{
    return arena_printf(c->arena, "/zones/%s/settings", zone);
}

/* `modified_on` is when it was switched, `ended_on` when it was last switched off before its time.
 */
int64_t development_seconds(const cJSON *kept, int64_t now)
{
    const char *value = json_text(kept, "value");
    const char *on = json_text(kept, "modified_on"), *off = json_text(kept, "ended_on");
    int64_t end;

    if (value && strcmp(value, "on") == 0 && on && stamp_parse(on, now, &end))
        end += DEVELOPMENT_TIME;
    else if (!off || !stamp_parse(off, now, &end))
        return 0;
    return (end - now) / STAMP_SECOND;
}

static bool is_development(const struct setting *s)
{
    return strcmp(spec_text(s->path), DEVELOPMENT_MODE) == 0;
}

const char *setting_member(const struct setting *setting)
{
    return setting->enabled ? "enabled" : "value";
}

cJSON *setting_value(const struct setting_state *s)
{
    const cJSON *kept = json_get(s->kept, setting_member(s->setting));

    if (is_development(s->setting) && development_seconds(s->kept, s->now) <= 0)
        return cJSON_CreateString("off");
    if (kept)
        return cJSON_Duplicate(kept, true);
    return cJSON_Parse(spec_text(s->setting->fresh[zone_of(s->zone)->plan]));
}

/* Null until something was changed; a few settings show the zone's creation instead. */
static cJSON *modified_on(const struct setting_state *s)
{
    const char *when = json_text(s->kept, "modified_on");
    cJSON *zone, *made;

    if (when || !s->setting->dated)
        return json_text_or_null(when);
    zone = doc_json_dup(s->zone);
    made = json_text_or_null(json_text(zone, "created_on"));
    cJSON_Delete(zone);
    return made;
}

/* Members that single settings have beside the usual ones. */
static void add_beside(const struct setting_state *s, cJSON *shown)
{
    const char *path = spec_text(s->setting->path);
    cJSON *beside = s->setting->beside ? cJSON_Parse(spec_text(s->setting->beside)) : NULL, *one;
    int64_t left = development_seconds(s->kept, s->now);

    while (beside && (one = cJSON_DetachItemFromArray(beside, 0)) != NULL)
        json_put(shown, one->string, one);
    cJSON_Delete(beside);
    if (is_development(s->setting) && s->kept)
        json_put(shown, "time_remaining", json_number(left > 0 ? left : 0));
    if (strcmp(path, "ssl_automatic_mode") == 0 && strcmp(json_text(shown, "value"), "auto") == 0)
        json_put(shown, "next_scheduled_scan", cJSON_CreateNull());
}

cJSON *setting_shown(const struct setting_state *s)
{
    bool editable = s->setting->editable >> zone_of(s->zone)->plan & 1;
    cJSON *shown = json_object(J_TEXT("id", spec_text(s->setting->id)),
                               J_TREE(setting_member(s->setting), setting_value(s)));

    if (!s->setting->undated)
        json_put(shown, "modified_on", modified_on(s));
    if (!s->setting->unflagged)
        json_put(shown, "editable", cJSON_CreateBool(editable));
    add_beside(s, shown);
    return shown;
}

struct doc *setting_zone_asked(struct call *c)
{
    struct doc *zone = doc_held(c, KIND_ZONE, NULL, call_param_named(c, "zone_id"));

    if (!zone)
        refuse_reason(c, WHY_FOREIGN_ZONE); // it went while authz looked
    return zone;
}

static struct setting_state state_with(struct call *c, const struct doc *zone,
                                       const struct setting *setting, const struct doc *kept)
{
    return (struct setting_state){ setting, zone, kept ? doc_json(c, kept) : NULL,
                                   world_now(c->world) };
}

struct setting_state setting_state_of(struct call *c, const struct doc *zone,
                                      const struct setting *setting)
{
    return state_with(
        c, zone, setting,
        doc_held(c, KIND_ZONE_SETTING, settings_owner(c, doc_id(zone)), spec_text(setting->path)));
}

static const struct doc *kept_of(const struct doc_list *kept, const struct setting *setting)
{
    for (size_t i = 0; i < kept->count; i++)
        if (strcmp(doc_id(kept->at[i]), spec_text(setting->path)) == 0)
            return kept->at[i];
    return NULL;
}

/* Sorted by id, which is the order of the catalogue; unpaged (REC). */
enum step zone_settings_list(struct call *c)
{
    struct doc *zone = setting_zone_asked(c);
    struct doc_list kept = { 0 };
    struct view *v;
    cJSON *all;

    if (!zone)
        return ANSWERED;
    v = view_begin(world_store(c->world));
    view_each (v, d, KIND_ZONE_SETTING, settings_owner(c, doc_id(zone)))
        doc_list_add(c, &kept, d);
    view_end(v);
    all = cJSON_CreateArray();
    for (size_t i = 0; i < spec_settings_count; i++) {
        const struct setting *setting = &spec_settings[i];
        struct setting_state s;

        if (!(setting->listed >> zone_of(zone)->plan & 1))
            continue;
        s = state_with(c, zone, setting, kept_of(&kept, setting));
        cJSON_AddItemToArray(all, setting_shown(&s));
    }
    return answer(c, all);
}

const struct setting *setting_asked(struct call *c)
{
    const char *name = strrchr(spec_text(c->op->path), '/') + 1;
    const struct setting *setting;

    if (*name == '{')
        name = call_param_named(c, "setting_id");
    setting = setting_find(name);
    if (!setting)
        refuse(c, ERR_ZONE_SETTINGS_UNDEFINED, name);
    return setting;
}

enum step zone_setting_get(struct call *c)
{
    struct doc *zone = setting_zone_asked(c);
    const struct setting *setting = zone ? setting_asked(c) : NULL;
    struct setting_state s;

    if (!setting)
        return ANSWERED;
    s = setting_state_of(c, zone, setting);
    return answer(c, setting_shown(&s));
}
