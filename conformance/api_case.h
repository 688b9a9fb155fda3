/* api_case: one `.case` file, a conversation with the API and what each answer must be. Read into
 * an arena; never changes afterwards, so threads may share it. The form:
 *
 *   # conformance/cases/api/zones/01-x.case: what it claims     evidence: REC §4
 *   scenario default                  a file of scenarios/, or `scenario {` … `}` with JSON lines
 *   clock 2026-03-01T12:00:00Z        optional: the sandbox's time stands there
 *   > GET /client/v4/zones  as {token.all}        `as none`, `as key`; `times 3` repeats
 *   Some-Header: value                request headers, then the body's lines (`= ` before raw ones)
 *   < 200                             `< 4xx`; `< broken`: no whole answer came; `< 200 >=300ms`
 *   cf-ray: <hex16>-<any>             header expectations; `! name`: must be absent
 *   {"result":"<any>","...":"..."}    body: a JSON pattern, `<any>`, `<= ` lines (exact bytes),
 *                                     `text: ` and `! text: ` lines (parts of it; not in it)
 *
 * No body lines: the answer's body is empty. A path that begins with `@` starts at the server's
 * root, all others inside the case's sandbox. `{name}` is replaced everywhere, `{{name}}` stands
 * for `{name}`. */
#ifndef MF_API_CASE_H
#define MF_API_CASE_H

#include "common/json.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct api_field {
    const char *name, *value; // value NULL: must be absent
    unsigned line;
};

struct api_fields {
    struct api_field *items;
    size_t count;
};

struct api_part {
    const char *text;
    bool absent;
};

enum api_as { API_AS_NONE, API_AS_TOKEN, API_AS_KEY };
enum api_form {
    API_EMPTY, // no body
    API_JSON,  // `pattern`
    API_BYTES, // `text` is the whole body
    API_PARTS, // each of `parts` stands somewhere in it, or nowhere
    API_ANY,
};

struct api_step {
    unsigned line; // of the request
    const char *method, *path;
    enum api_as as;
    const char *as_text; // "{token.all}"
    unsigned times;      // at least 1
    struct api_fields headers;
    const char *body; // NULL: none
    unsigned answer_line;
    bool broken;
    int status;       // below 10: any of that hundred
    long at_least_ms; // 0: no matter
    struct api_fields expect;
    enum api_form form;
    cJSON *pattern;
    const char *text;
    struct api_part *parts;
    size_t parts_count;
};

struct api_case {
    const char *path, *claim, *evidence;
    const char *scenario; // a name; NULL where `world` stands
    cJSON *world;         // inline scenario, or NULL
    const char *clock;    // NULL: none
    struct api_step *steps;
    size_t steps_count;
};

/* Reads `text` (copied). 0, or -1 and "file:line: what, what is allowed" in *why, the caller's to
 * free. */
int api_case_parse(struct arena *a, const char *path, const char *text, size_t len,
                   struct api_case **out, char **why);

#endif
