/* api_match: compares answers with the patterns of a case. A pattern's text may hold forms: <any>
 * <text> <int> <digits> <flag> <uuid> <uuid7> <time> <time:N> <date> <hexN> <alnumN> <upperN>; any
 * of them with :NAME at its end also remembers what it met. In objects a member "...": "..." lets
 * others stand beside and frees the order; in arrays "..." at the end lets more follow, "<set>" in
 * front frees the order, and
 * ["<each>", P] wants at least one element and P of every one. One thread per matcher. */
#ifndef MF_API_MATCH_H
#define MF_API_MATCH_H

#include "common/buf.h"
#include "conformance/api_names.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct api_match {
    struct api_names *names; // recalled from, remembered into
    struct buf *report;      // one line for each difference; NULL: none is written
    unsigned differences;
    unsigned effort; // bounded, so that no pattern runs for ever
};

void api_match_init(struct api_match *m, struct api_names *names, struct buf *report);
/* true: `got` is what `pattern` says. */
bool api_match_json(struct api_match *m, const cJSON *pattern, const cJSON *got);
/* The whole of `got` against a text with forms; `where` names it in the report. */
bool api_match_text(struct api_match *m, const char *where, const char *pattern, const char *got);
/* As above, but `pattern` need only be met by some part of `got`. */
bool api_match_part(struct api_match *m, const char *where, const char *pattern, const char *got);

#endif
