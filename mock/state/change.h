/* change: what the control API and a fault in mid-flow do to a token or a user of a running world.
 * Any thread; each change is one transaction. */
#ifndef MF_CHANGE_H
#define MF_CHANGE_H

#include "mock/state/shape.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct world;

extern const struct shape_row change_token_rows[], change_user_rows[];

/* A patch of a token: "roll": true, "delete": true, or any of status, expires_on, not_before, ip,
 * value, and permissions with accounts and zones (absent: "*") or policies. Times may be relative.
 */
bool change_check_token(const cJSON *patch, const char *path, const struct complaints *c);
/* A patch of a user: "remove": true (with its memberships and tokens) or "suspended". */
bool change_check_user(const cJSON *patch, const char *path, const struct complaints *c);

/* Changes the token of that name (or id). 0 and the token as the API shows it, with its `value`
 * where that is new ({"name", "deleted": true} if it is gone), the caller's; or -1 and *why (caller
 * frees). */
int change_token(struct world *w, const char *name, const cJSON *patch, cJSON **shown, char **why);
/* As above for the user of that e-mail address: {"email", "suspended"} or {"email", "removed":
 * true}. */
int change_user(struct world *w, const char *email, const cJSON *patch, cJSON **shown, char **why);

#endif
