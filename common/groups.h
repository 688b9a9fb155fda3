/* groups: the permission groups of the API and the 25 rows of the integration, compiled from
 * common/data/permission-groups.json. Read-only, any thread. */
#ifndef MF_GROUPS_H
#define MF_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum group_scope { GROUP_USER, GROUP_ACCOUNT, GROUP_ZONE, GROUP_BUCKET };

struct group {
    const char *id;        // 32 hex
    const char *name;      // "DNS Write"
    const char *dashboard; // "Zone > DNS (Edit)" for every group (made by rule), never NULL
    const char *former;    // a former name, or NULL
    const char *also;      // another spelling that the OpenAPI document uses, or NULL
    enum group_scope scope;
    bool row;       // one of the 25 rows of the integration
    bool seeded_id; // the real id is not known (INF)
};

extern const struct group group_table[];
extern const size_t group_count;

/* By id, or by API name, dashboard name, former or other spelling. The first match; NULL: none. A
 * name that exists in two scopes is found again with `after` = the last one found. */
const struct group *group_by_id(const char *id);
const struct group *group_by_name(const char *name, const struct group *after);
const char *group_nearest(const char *word); // the closest name, for error texts; NULL: none
size_t group_index(const struct group *g);

/* The group that lets one write what `g` lets one read: "DNS Write" for "DNS Read"; NULL: none. */
const struct group *group_writer(const struct group *g);

#endif
