/* shape: what a JSON file written by a person may hold, as a table of rows, and the complaints
 * about what it does hold. Scenarios, faults and changes of tokens are read through it. Tables are
 * static; the rest belongs to one thread. */
#ifndef MF_SHAPE_H
#define MF_SHAPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shape_kind {
    SHAPE_OBJECT, // members have rows of their own: "path.name"
    SHAPE_MAP,    // members of any name; their values have the row "path.*"
    SHAPE_LIST,   // elements have the row "path[]"
    SHAPE_WORD,   // one of the words in `allowed`, parted by '|'
    SHAPE_TEXT,   // any text that `good` accepts (NULL: all)
    SHAPE_SECRET, // as SHAPE_TEXT, but complaints do not repeat it
    SHAPE_WHOLE,  // an integer from `least` to `most`
    SHAPE_FLAG,   // true or false
    SHAPE_NULL,
    SHAPE_ANY, // whatever JSON there is
};

/* Several rows of one path are alternatives, told apart by the JSON type. */
struct shape_row {
    const char *path; // from the root of what is checked: "tokens[].ip.in[]"; "" is the root itself
    enum shape_kind kind;
    const char *allowed; // what is right here, for complaints: "an e-mail address"
    bool (*good)(const char *text);
    int64_t least, most;
    bool required; // the object around it is wrong without it
};
// clang-format off
#define SHAPE(path, kind, allowed)            { path, kind, allowed, NULL, 0, 0, false }
#define SHAPE_IF(path, kind, allowed, good)   { path, kind, allowed, good, 0, 0, false }
#define SHAPE_MUST(path, kind, allowed, good) { path, kind, allowed, good, 0, 0, true }
#define SHAPE_RANGE(path, allowed, least, most) { path, SHAPE_WHOLE, allowed, NULL, least, most, false }
#define SHAPE_END                             { NULL, SHAPE_NULL, NULL, NULL, 0, 0, false }
// clang-format on

/* Where complaints go. `path` is where it is in the whole file; `at_key`: the member's name is
 * meant, not its value. */
struct complaints {
    void (*add)(void *to, const char *path, bool at_key, const char *what);
    void *to;
};

__attribute__((format(printf, 4, 5))) void complain(const struct complaints *c, const char *path,
                                                    bool at_key, const char *format, ...);
/* Checks `item`, which stands at `path` in its file, against the rows (they end with a NULL path).
 * True: nothing was wrong. */
bool shape_check(const struct shape_row *rows, const cJSON *item, const char *path,
                 const struct complaints *c);
/* "; did you mean \"X\"?" or "" for the name among `names` (NULL-terminated) nearest to `word`. */
char *shape_hint_dup(const char *word, const char *const *names);
/* Complaints as one text for a person, for callers that want *why: the first one wins, "path:
 * what". */
struct first_complaint {
    char *text; // NULL: none yet; the caller's to free
};
void complaint_keep_first(void *first, const char *path, bool at_key, const char *what);

/* Common tests for `good`. */
bool shape_hex32(const char *text);
bool shape_hex64(const char *text);
bool shape_email(const char *text);
bool shape_time(const char *text); // RFC 3339, or relative
bool shape_cidr(const char *text);
bool shape_domain(const char *text);
bool shape_not_empty(const char *text);
bool shape_token_value(const char *text); // passes the check of the Authorization header
bool shape_global_key(const char *text);

#endif
