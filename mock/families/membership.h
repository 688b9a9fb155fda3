/* membership: changes of who belongs to an account, as members and memberships both make them. Each
 * opens its own transaction. */
#ifndef MF_MEMBERSHIP_H
#define MF_MEMBERSHIP_H

#include "mock/call.h"

enum membership_change {
    MEMBERSHIP_DONE,
    MEMBERSHIP_GONE,       // somebody else was faster
    MEMBERSHIP_LAST_SUPER, // the account would be left without a Super Administrator
    MEMBERSHIP_TWICE,      // the user belongs to the account already
};

/* Adds the doc if its user is not there yet. Counts a reference. */
enum membership_change membership_add(struct call *c, struct doc *made);
/* Puts the doc in the place of the one with its id. Counts a reference. */
enum membership_change membership_swap(struct call *c, struct doc *made);
/* Ends it. A user who belongs to no account any more loses his tokens, too. */
enum membership_change membership_remove(struct call *c, const struct doc *old);
/* Writes the user's present names into all of his memberships. */
void membership_show_user(struct call *c, const struct doc *user);

#endif
