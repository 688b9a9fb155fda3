/* api_names: what stands in braces in a case: {token.all}, {zone.example}, {account}, {user}, and
 * what a pattern remembered. Also knows which values are secrets, so that nothing printed holds
 * one. Belongs to one case and its thread. */
#ifndef MF_API_NAMES_H
#define MF_API_NAMES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct api_names {
    struct arena *arena;
    struct api_name {
        const char *name, *value;
        bool secret;
    } * items;
    size_t count, room;
};

void api_names_init(struct api_names *n, struct arena *a); // freed with the arena
void api_names_set(struct api_names *n, const char *name, const char *value, bool secret);
/* The value of a name; for `kind.word`, also where `word` is the first part (up to a dot, @ or
 * blank) of the resource's name, in any case. NULL: none. */
const char *api_names_get(const struct api_names *n, const char *name);
/* Takes accounts, users, tokens and zones of a scenario snapshot (with ids and token values). */
void api_names_take_world(struct api_names *n, const cJSON *snapshot);
/* `text` with {name} replaced and {{name}} freed of one pair. Where `json`, values are escaped as
 * inside a JSON string. NULL and *why (caller frees) if a name is unknown. */
char *api_names_expand(struct api_names *n, const char *text, bool json, char **why);
/* `text` without secrets: known values and whatever looks like a token show their last four. */
char *api_names_redact(const struct api_names *n, const char *text);

#endif
