/* compile_resources: the kinds of resources on their way into spec_resources: named by descriptors,
 * derived from paths and schemas, then tied to the operations. Part of mockflare-compile. */
#ifndef MF_COMPILE_RESOURCES_H
#define MF_COMPILE_RESOURCES_H

#include "mock/spec/compile.h"
#include "mock/spec/compile_shape.h"
#include "mock/spec/resources.h"

enum hook_of_kind {
    HOOK_SHAPE,
    HOOK_CONFLICT,
    HOOK_AFTER,
    HOOK_REMOVED,
    HOOK_VIEW,
    HOOK_EXTRA,
    HOOK_ORDER,
    HOOK_ORDER_2,
    HOOKS_OF_KIND
};

#define ALSO_MOST 4

struct kind_row {
    struct resource r;
    const char *at, *shape;          // item path, or the singleton's own
    const char *also[ALSO_MOST + 1]; // other roots: item paths; [0] is `at`
    size_t also_count;
    const char *family;
    const struct source *source; // NULL: derived
    const char *place;           // "resources.dns_record"
    const char *hook[HOOKS_OF_KIND];
    const cJSON *json; // the descriptor's words
    struct row *op[VERB_COUNT];
};
struct kind_rows {
    struct kind_row *at; // [0] is KIND_NONE
    size_t count, room;
};
extern struct kind_rows kind_rows;

/* What rows say in lists. */
struct ref_row {
    struct resource_ref ref;
    const char *kind, *place;
    const struct source *source;
};
extern struct resource_filter *filters;
extern struct resource_unique *uniques;
extern struct ref_row *refs;
extern size_t filters_count, uniques_count, refs_count;

struct kind_row *kind_add(const char *at);
struct kind_row *kind_of_path(const char *shape); // the kind whose item or singleton stands there

/* A descriptor's `resources`: every word checked. `error` finds the family's error of a name. */
void kind_read(const struct source *s, const char *family, const cJSON *json);
/* Adds what paths and schemas show, then fills in for all kinds what no descriptor says. After the
 * actions are read: what hooks serve is not derived. */
void kinds_derive(void);
void filter_add(struct kind_row *k, const char *query, const char *member, enum filter_how how);
void refs_resolve(void);                                    // names of kinds, once all are known
void kinds_emit(struct buf *out);                           // gen/resources.c
void kinds_emit_hooks(struct buf *head, struct buf *table); // prototypes, spec_kind_hooks

/* Paths that are no kept resource, each with its reason, and the verbs that kept ones lack. By
 * facts alone, whatever descriptors say. */
struct candidate {
    const char *path, *shape; // of the item or singleton
    struct row *op[VERB_COUNT];
    struct body_shape shown; // what READ answers
    const cJSON *kept;       // of an item: the one thing in it that is kept
    const char *within;      // of an item: the member of the result that it is; ""
    const cJSON *made;       // of an item: the same in what CREATE answers, or NULL
    const char *id_member;   // of an item: which member of it holds the id; ""
    enum resource_form form; // RESOURCE_NONE: not one
    const char *reason;      // why not
    bool searched;           // POST on the collection looks for things: PUT does not make them
};
/* The candidate at a path that has a GET; *out is filled. */
void candidate_judge(const char *path, struct candidate *out);
/* Takes the writes off that carry bytes: they say nothing of the JSON that is kept. */
void candidate_drop_bytes(struct candidate *c);
void not_derived_write(struct buf *out);

/* The schema of the body an operation takes. Two requests are written down as the answer to them:
 * then it is what that answer carries (PUT of smart_shield/healthchecks, PATCH of a service's
 * settings). */
uint32_t request_node(const struct row *row);
/* Where things lie: `param` is the placeholder of the item. */
char *last_param_dup(const char *path);
/* Which member of a resource holds the id that stands in its path; "": none. */
const char *id_member_of(const char *param, const cJSON *shown);
/* The member of a result that is the resource itself, told by its id; "": the result is it. */
const char *within_of(const cJSON *result, const char *id_member);
/* What is kept: the result of READ, or the one thing in it (under the name *within) that has an id.
 */
const cJSON *kept_of(const char *param, const cJSON *result, const char **within);

/* Does the query have a parameter that must be there, or one of those that turn the pages of a
 * list? */
bool row_asks(const struct row *row);
/* Index of rows by shape, made once. */
struct row *row_at(const char *shape, enum method method);

#endif
