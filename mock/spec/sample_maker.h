/* sample_maker: the walk over a response schema that writes a mould. For the files of this
 * folder; one thread, on the stack. */
#ifndef MF_SAMPLE_MAKER_H
#define MF_SAMPLE_MAKER_H

#include "mock/spec/sample_mould.h"
#include "mock/spec/schema.h"

struct maker {
    const struct op *op;
    const cJSON *body; // members to echo at the top of the result, or NULL
    bool beyond;
    struct buf out;
    struct hole *holes;
    size_t holes_count, holes_room;
    unsigned depth;  // of the value being written
    unsigned nth;    // which of several equal items is being written
    uint16_t salt;   // tells the invented ids of one answer apart
    size_t elements; // of a result that is a list
};

/* Where a value stands: at the top of a result the path's ids and the body are echoed. */
enum place { PLACE_INNER, PLACE_RESULT, PLACE_PAGING };

/* The members an object may have, its parts and its first (or last) alternative included. */
struct member {
    const char *name;
    uint32_t node;
    bool required;
};
struct members {
    struct member *at;
    size_t count, room;
};
void members_gather(struct members *list, const struct schema *s, bool last);
struct member *members_find(const struct members *list, const char *name);
void members_release(struct members *list);

void make_value(struct maker *m, uint32_t node, const char *name, enum place place);
/* A string that fits: an id, a date, a word, by format and by what the member is called. */
void make_text(struct maker *m, const struct schema *s, const char *name);
void make_hole(struct maker *m, enum hole_kind kind, unsigned which, uint32_t node,
               const char *text);
/* The path parameter that a member called `name` shows; -1: none. */
int param_of_member(const struct op *op, const char *name);
void make_envelope(struct maker *m, uint32_t node);

#endif
