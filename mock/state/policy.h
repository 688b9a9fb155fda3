/* policy: the one function that answers "may this principal do this operation on this resource, and
 * why not". The API's answers, the journal's explanations, zone.permissions, and the truth that judges
 * linkers all come from here. Takes a view: it reads the store. */
#ifndef MF_POLICY_H
#define MF_POLICY_H

#include "mock/call.h"
#include "mock/state/identity.h"

/* May `who` do `op` on this account and zone (NULL: the operation names none)? WHY_OK, or the reason,
 * with the rest in *why (never NULL). */
enum reason policy_allows(struct view *v, const struct who *who, const struct op *op,
                          const char *account, const char *zone, struct why *why);

/* Does the principal hold one group there? `zone` for zone groups, `account` for account groups; a zone
 * group with only an account: on at least one zone of it. Cut by deny policies and the owner's role. */
enum reason policy_judge(struct view *v, const struct who *who, const struct group *g,
                         const char *account, const char *zone);
bool policy_holds(struct view *v, const struct who *who, const struct group *g, const char *account,
                  const char *zone);
/* Can the principal see the account or zone in lists: any group at all that applies to it. */
bool policy_sees_account(struct view *v, const struct who *who, const char *account);
bool policy_sees_zone(struct view *v, const struct who *who, const struct zone *z);
/* Does GET /accounts list it: as above, but by an account group (REC: without one the list is
 * empty). */
bool policy_lists_account(struct view *v, const struct who *who, const char *account);
/* All zone groups that the principal holds on the zone, as bits: policy_holds for each of them at
 * once. */
void policy_zone_groups(struct view *v, const struct who *who, const struct zone *z,
                        uint64_t held[GROUP_WORDS]);
/* The names of zone.permissions for this principal: "#zone:read" … sorted; raw JSON text, the caller's. */
const char *zone_permission_name(const struct group *g); // "#dns_records:edit"; NULL: not shown there
cJSON *policy_zone_permissions(struct view *v, const struct who *who, const struct zone *z);

#endif
