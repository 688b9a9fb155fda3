/* probes: for each permission group, the GET that needs it and little else, and the name under
 * which zone.permissions shows it. Read-only tables, any thread. */
#ifndef MF_PROBES_H
#define MF_PROBES_H

#include "common/groups.h"

#include <stdbool.h>

struct probe {
    const char *stem; // "DNS" for "DNS Read" and "DNS Write"; else the whole name
    enum group_scope scope;
    const char *path; // below the account, the zone, or (user groups) the base URL
    bool shared;      // other groups open it too: only a refusal says something
};

const struct probe *probe_of(const struct group *g); // NULL: none is known

/* "dns_records" for "DNS Write": zone.permissions then shows "#dns_records:edit". NULL: nobody has
 * seen how it shows this group. */
const char *probe_legacy_name(const struct group *g);
bool probe_wants_edit(const struct group *g); // not a "… Read" group

#endif
