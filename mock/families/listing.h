/* listing: what the lists of several families share: the window of a page, docs held for the length
 * of a request, and members computed while showing. One thread: the request's. */
#ifndef MF_LISTING_H
#define MF_LISTING_H

#include "mock/call.h"
#include "mock/store/doc.h"

struct window {
    int64_t page, per_page;
    bool descending; // query `direction`
};

/* page, per_page and direction of the query. A per_page outside min..max is moved to the nearer
 * end, a page below 1 to 1 (INF: no refusal of such values is recorded for the core lists). */
struct window window_read(struct call *c, int64_t fallback, int64_t min, int64_t max);

/* Docs that live as long as the request. Start with { 0 }. */
struct doc_list {
    struct doc **at;
    size_t count, room;
};
void doc_list_add(struct call *c, struct doc_list *list, struct doc *d); // counts a reference
void doc_list_reverse(struct doc_list *list);

/* Answers the window's part of the list, each doc as `show` makes it. */
enum step window_answer(struct call *c, const struct window *w, const struct doc_list *list,
                        cJSON *(*show)(struct call *c, struct doc *d));

/* As above for a table that needs no showing; it is copied. */
enum step window_answer_table(struct call *c, const struct window *w, const cJSON *table);

/* The doc's JSON, parsed, living as long as the request. */
cJSON *doc_json(struct call *c, const struct doc *d);
/* The doc's text with the empty array of its member `name` replaced by `value` (moved in): a raw
 * item that costs no parsing. */
cJSON *doc_filled_take(struct call *c, const struct doc *d, const char *name, cJSON *value);

/* The doc of that kind, owner (NULL: any) and id, held for the length of the request; NULL: none.
 */
struct doc *doc_held(struct call *c, enum kind kind, const char *owner, const char *id);

/* Does the value fit the filter? With `operators`, as zones have them: `equal:`, `not:`,
 * `starts_with:`, `ends_with:`, `contains:`, each also with `_case_sensitive` before the colon;
 * none: equal. */
bool filter_fits(const char *filter, const char *value, bool operators);
bool filter_contains(const char *part, const char *value); // case is ignored

#endif
