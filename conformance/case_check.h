/* case_check: what is wrong with a case file, told with its place. */
#ifndef MF_CASE_CHECK_H
#define MF_CASE_CHECK_H

#include <cjson/cJSON.h>

struct buf;

/* Adds one line a mistake, "name:line:column: path: what", to `wrong`. `text` is what `json` was
 * read from, comments blanked; the id must be the file's name if `name` ends in .jsonc. */
void case_check(const char *name, const char *text, const cJSON *json, struct buf *wrong);

#endif
