/* report: the verdict for a program (one JSON object, the linker protocol's) or for a person (a
 * table). */
#ifndef MF_REPORT_H
#define MF_REPORT_H

#include "linker/verdict.h"

#include <stdbool.h>

/* Both end with a line feed and are the caller's to free; no token has been taken out yet. */
char *report_json_dup(const struct verdict *v);
char *report_table_dup(const struct verdict *v, bool coloured);

#endif
