/* token_policies: whether a token that somebody asks for is one that the API would give. */
#ifndef MF_TOKEN_POLICIES_H
#define MF_TOKEN_POLICIES_H

#include "mock/call.h"
#include "mock/state/identity.h"

/* The form of a body: name, policies, dates, condition. `creating`: policies with an id are
 * refused. */
enum step token_body_check(struct call *c, const cJSON *json, bool creating);
/* Whether the caller may give these policies: each group fits its resources, each resource is
 * within reach, and the caller holds each group on single resources. */
enum step token_policies_check(struct call *c, const struct token *t);

#endif
