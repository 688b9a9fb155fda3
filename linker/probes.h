/* probes: for each permission group, the GET that needs it and little else, and the name under
 * which zone.permissions shows it. Read-only tables, any thread. */
#ifndef MF_PROBES_H
#define MF_PROBES_H

#include "common/groups.h"

#include <stdbool.h>

struct arena;

struct probe {
    const char *stem; // "DNS" for "DNS Read" and "DNS Write"; else the whole name
    enum group_scope scope;
    const char *path; // below the account, the zone, or (user groups) the base URL
    bool shared;      // other groups open it too: only a refusal says something
};

/* The first one, or the one behind `after`; NULL: no more. Any of them that is refused proves a
 * lack. */
const struct probe *probe_of(const struct group *g, const struct probe *after);
/* The path below the base URL; `id`: the account's or a zone's, as the probe's scope wants. */
const char *probe_path(struct arena *a, const struct probe *p, const char *id);

/* How zone.permissions shows a group: as "#dns_records:edit" and "#dns_records:read". */
struct shown_as {
    const char *stem, *name;
    bool recorded; // seen in recorded zones beside what their tokens held: where it is not shown,
                   // the group is not held. Else the name is documented only: its absence proves
                   // nothing
};
const struct shown_as *probe_shown_as(const struct group *g); // NULL: nobody has seen how
bool probe_wants_edit(const struct group *g);                 // not a "… Read" group

#endif
