/* zone_settings: the settings of a zone: the catalogue (mock/spec/settings.h) and what was changed. Only
 * changed settings are kept: a doc of KIND_ZONE_SETTING each, its id the setting's name in paths. All
 * trees are the caller's. Any thread. */
#ifndef MF_ZONE_SETTINGS_H
#define MF_ZONE_SETTINGS_H

#include "mock/call.h"
#include "mock/spec/settings.h"
#include "mock/state/identity.h"

/* By its name in paths; NULL: unknown. */
const struct setting *setting_find(const char *path);
const char *settings_owner(struct call *c, const char *zone); // where their docs stand (arena)

/* What is known of a setting of one zone. */
struct setting_state {
    const struct setting *setting;
    const struct doc *zone;
    const cJSON *kept; // the doc's JSON; NULL: untouched
    int64_t now;
};
const char *setting_member(const struct setting *setting); // "value" or "enabled"
cJSON *setting_value(const struct setting_state *s); // as it is now: a spent development mode is off
cJSON *setting_shown(const struct setting_state *s);

/* The zone of the path, held for the length of the request; the setting of the path. NULL: c has the
 * refusal. */
struct doc *setting_zone_asked(struct call *c);
const struct setting *setting_asked(struct call *c);
/* What is kept of it, held for the length of the request. */
struct setting_state setting_state_of(struct call *c, const struct doc *zone,
                                      const struct setting *setting);

#define DEVELOPMENT_MODE "development_mode"
/* Seconds that are left of development mode; negative: since it ended; 0: it is over this second, or
 * never was. `kept` is the setting's doc. */
int64_t development_seconds(const cJSON *kept, int64_t now);

#endif
