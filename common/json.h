/* json: cJSON with the manners of this house: names are compared exactly, memory cannot fail, errors
 * have a place. Trees are the caller's unless the name says otherwise. Any thread, a tree at a time. */
#ifndef MF_JSON_H
#define MF_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

void json_setup(void); // once in main: hooks cJSON to xmalloc

/* Reading members. NULL or the fallback where the member is absent or of another type. */
cJSON *json_get(const cJSON *object, const char *name);
const char *json_text(const cJSON *object, const char *name);
bool json_flag(const cJSON *object, const char *name, bool fallback);
int64_t json_whole(const cJSON *object, const char *name, int64_t fallback);
/* Follows "a.b[2].c" from `root`; NULL if there is nothing. */
cJSON *json_at(const cJSON *root, const char *path);
bool json_is_whole(const cJSON *item); // a number without a fraction that a double holds exactly

/* Parses strict JSON; NULL if it is none (or is nested deeper than cJSON's limit). With an arena the
 * tree lives as long as the arena and nobody frees it. */
cJSON *json_parse(struct arena *a, const char *text, size_t len);
/* Parses JSON with line and block comments and trailing commas refused; `text` is changed in place
 * (comments become blanks, so places stay right). NULL: *why says "line:column: …", caller frees. */
cJSON *json_parse_commented(char *text, size_t len, char **why);
/* Line and column (from 1) of the value at `path` in `text`, of its key if `key`; 1:1 if not found. */
void json_where(const char *text, const char *path, bool key, unsigned *line, unsigned *column);

/* Building: json_object(J_TEXT("id", id), J_NULL("expires_on"), J_TREE("list", tree)). Order is kept. */
struct json_member {
    const char *name;
    cJSON *value; // moved in; NULL leaves the member out
};
cJSON *json_object_of(const struct json_member *members); // ends at a NULL name
#define json_object(...) json_object_of((const struct json_member[]){ __VA_ARGS__, { 0 } })
// clang-format off
#define J_TEXT(name, text)   { (name), cJSON_CreateString(text) }
#define J_TEXT_OR_NULL(name, text) { (name), json_text_or_null(text) }
#define J_WHOLE(name, n)     { (name), json_number(n) }
#define J_FLAG(name, flag)   { (name), cJSON_CreateBool(flag) }
#define J_NULL(name)         { (name), cJSON_CreateNull() }
#define J_TREE(name, tree)   { (name), (tree) }
// clang-format on
cJSON *json_text_or_null(const char *text);
cJSON *json_number(int64_t n); // exact beyond 2^53, too
void json_put(cJSON *object, const char *name, cJSON *value); // adds, or replaces in place
cJSON *json_list_of(const char *const *texts, size_t count);

/* Writing: compact, `/` and `<` not escaped, numbers as they came in where cJSON keeps them. */
void json_write(struct buf *out, const cJSON *item);
char *json_print_dup(const cJSON *item); // compact
char *json_pretty_dup(const cJSON *item); // two blanks an indent
bool json_equal(const cJSON *a, const cJSON *b); // member order does not matter

#endif
