/* filter: which docs of a shelf a list's query wants, and in which order. One thread: the
 * request's. */
#ifndef MF_ENGINE_FILTER_H
#define MF_ENGINE_FILTER_H

#include "mock/engine/parts.h"

#define FILTERS_MOST 16

enum text_op { TEXT_EQUAL, TEXT_CONTAINS, TEXT_STARTS, TEXT_ENDS, TEXT_PRESENT, TEXT_ABSENT };

struct filter {
    const char *member, *value;
    enum text_op op;
    bool fold, tags; // case is ignored; items are "name:value"
};

struct wanted {
    struct filter filters[FILTERS_MOST];
    size_t count;
    bool any;          // match=any: one of them is enough
    const char *order; // member to sort by, or NULL
    bool descending;
};

/* Reads the query; documented parameters that have no effect are noted in c->ignored_query. */
void wanted_read(struct call *c, const struct resource *r, struct wanted *out);
bool wanted_fits(const struct wanted *w, const struct doc *d);
void wanted_sort(const struct wanted *w, struct doc **docs, size_t count);

#endif
