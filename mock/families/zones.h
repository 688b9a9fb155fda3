/* zones: what the files of this family share. Docs are held for the length of the request. One thread:
 * the request's. */
#ifndef MF_ZONES_H
#define MF_ZONES_H

#include "mock/call.h"
#include "mock/state/identity.h"

/* The zone of the path, activated if its time has come; NULL: c has the refusal. */
struct doc *zone_asked(struct call *c);
/* The zone as it is now: a pending one whose time has come is active. */
struct doc *zone_settled(struct call *c, struct doc *d);
struct doc *zone_activated(struct call *c, struct doc *d, int64_t when);
/* As the calling token may see it; the caller's. */
cJSON *zone_shown(struct call *c, struct doc *d);

/* The zone's JSON to be changed, for zone_swap_take; the caller's. */
cJSON *zone_json_dup(const struct doc *d);
/* Puts a zone made from `json` (freed) in the place of `old`; NULL: somebody changed it meanwhile, or it
 * is gone. The plan and what follows from it can be changed by zone_set_plan. */
struct doc *zone_swap_take(struct call *c, struct doc *old, cJSON *json);
void zone_set_plan(cJSON *json, enum plan plan);
void zone_touch(struct call *c, cJSON *json); // modified_on is now

/* Does a hold forbid the account to create a zone of that name (ASCII)? */
bool zone_name_is_held(struct call *c, const char *name, const char *account);

/* Where the docs of zones that the account had before stand: id the name, member `times` (arena). */
const char *zone_former_owner(struct call *c, const char *account);

#endif
