/* parts: what the files of the engine share. */
#ifndef MF_ENGINE_PARTS_H
#define MF_ENGINE_PARTS_H

#include "mock/engine/engine.h"
#include "mock/spec/fit.h"

static inline const struct resource *resource_of(enum kind kind)
{
    return &spec_resources[kind];
}

/* Is `name` one of the blank-separated words of a spec text? */
bool words_have(uint32_t words, const char *name);
/* Calls visit for each word of a blank-separated spec text; `word` lives for the call only. */
void words_each(uint32_t words, void (*visit)(void *to, const char *word), void *to);

/* Is the nearest kept parent of the call's resource there? */
bool parent_there(struct call *c, struct view *v, enum kind kind);
/* "/zones/<id>/dns_records" and an id become "/zones/<id>/dns_records/<id>"; the caller's. */
char *item_path_dup(const char *owner, const char *id);

/* A fit in the terms of the call: its path parameters are echoed. */
struct fit call_fit(struct call *c, unsigned how);
/* A tree that the arena frees. */
cJSON *call_tree(struct call *c, cJSON *tree);
/* The members of `from` (moved in) become those of `into`. */
void tree_become(cJSON *into, cJSON *from);

/* Does a value, found at a path such as "tags[].name", equal the text of a query? */
bool member_matches(const cJSON *json, const char *path,
                    bool (*fits)(const cJSON *value, const void *of), const void *of);

enum step engine_list(struct call *c);
enum step single_serve(struct call *c);
/* Answers `json` (moved in) as the result of c->op. */
enum step answer_value(struct call *c, const struct resource *r, cJSON *json);
/* The value in the form that the schema of c->op has for its result; moved in and out. */
cJSON *in_form_take(struct call *c, cJSON *json);
/* Where request and answer differ in the document, the answer must still be valid: a member that
 * does not fit is shown as invented. */
void value_repair(struct call *c, uint32_t node, cJSON *value);
/* Around a result that is text already, where the op has the usual envelope. */
bool answers_text(const struct call *c, const struct resource *r);

#endif
