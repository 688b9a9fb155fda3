/* require: the list of required permission groups becomes the rows of the verdict. Pure. */
#ifndef MF_REQUIRE_H
#define MF_REQUIRE_H

#include "linker/verdict.h"

struct arena;

/* `names`: comma separated, API or dashboard names; NULL: the 25 rows of the integration. Returns
 * NULL, or the first name that no group has. */
const char *require_read(struct arena *a, const char *names, struct verdict *v);

#endif
