/* What a fault may say: its members, the operations and errors it may name. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "gen/names.h"
#include "mock/spec/optable.h"
#include "mock/state/change.h"
#include "mock/state/faults_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MOST 1000000000

static bool is_path_glob(const char *text)
{
    return (*text == '/' || *text == '*') && !text_starts(text, "/client/v4");
}

static bool is_url(const char *text)
{
    return (text_starts(text, "http://") || text_starts(text, "https://")) &&
           !strpbrk(text, " \r\n\t");
}

static bool is_header_value(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

// clang-format off
const struct shape_row fault_rows[] = {
    SHAPE("", SHAPE_OBJECT, "a fault"),
    SHAPE_IF("name", SHAPE_TEXT, "a name", shape_not_empty),
    SHAPE("when", SHAPE_OBJECT, "an object that chooses requests"),
    SHAPE("when.operation", SHAPE_TEXT, "an operation such as \"GET /zones/{zone_id}\""),
    SHAPE("when.method", SHAPE_WORD, "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"),
    SHAPE_IF("when.path", SHAPE_TEXT, "a pattern for the path behind /client/v4 such as \"/accounts/*/d1/**\"", is_path_glob),
    SHAPE_IF("when.token", SHAPE_TEXT, "the name of a token", shape_not_empty),
    SHAPE("when.nth", SHAPE_LIST, "a list of numbers, 1 for the first request"),
    SHAPE_RANGE("when.nth[]", "a number from 1", 1, COUNT_MOST),
    SHAPE_RANGE("when.from", "a number from 1", 1, COUNT_MOST),
    SHAPE_RANGE("when.times", "a number from 1", 1, COUNT_MOST),
    SHAPE("when.percent", SHAPE_ANY, "a number above 0, to 100"),
    SHAPE_MUST("do", SHAPE_OBJECT, "an object that says what happens", NULL),
    SHAPE("do.error", SHAPE_TEXT, "the name of an error such as \"rate_limited\""),
    SHAPE_RANGE("do.retry_after", "a number of seconds", 0, COUNT_MOST),
    SHAPE("do.retry_after", SHAPE_NULL, "null for no such header"),
    SHAPE_RANGE("do.code", "an edge code such as 1015 or 522", 500, 1999),
    SHAPE_RANGE("do.status", "an HTTP status from 200 to 599", 200, 599),
    SHAPE("do.headers", SHAPE_MAP, "an object of headers"),
    SHAPE_IF("do.headers.*", SHAPE_TEXT, "a text without line breaks", is_header_value),
    SHAPE("do.body", SHAPE_ANY, "a text or JSON"),
    SHAPE_IF("do.content_type", SHAPE_TEXT, "a content type", is_header_value),
    SHAPE_RANGE("do.delay_ms", "a number of milliseconds (at most 600000)", 0, FAULTS_DELAY_MOST_MS),
    SHAPE("do.delay_ms", SHAPE_LIST, "a pair [least, most] of them"),
    SHAPE_RANGE("do.delay_ms[]", "a number of milliseconds (at most 600000)", 0, FAULTS_DELAY_MOST_MS),
    SHAPE_RANGE("do.drip_ms", "a number of milliseconds (at most 600000)", 1, FAULTS_DELAY_MOST_MS),
    SHAPE_RANGE("do.drip_bytes", "a number of bytes from 1", 1, 1 << 20),
    SHAPE("do.reset", SHAPE_WORD, "before|after"),
    SHAPE_RANGE("do.truncate", "a number of bytes", 0, COUNT_MOST),
    SHAPE("do.endless", SHAPE_FLAG, "true or false"),
    SHAPE("do.malformed", SHAPE_FLAG, "true or false"),
    SHAPE_IF("do.redirect", SHAPE_TEXT, "an http or https URL", is_url),
    SHAPE("do.token", SHAPE_ANY, "an object with the token's \"name\" and what changes"),
    SHAPE("do.user", SHAPE_ANY, "an object with the user's \"email\" and what changes"),
    SHAPE_END,
};
// clang-format on

cJSON *fault_without(const cJSON *object, const char *name)
{
    cJSON *copy = cJSON_Duplicate(object, true);

    cJSON_DeleteItemFromObjectCaseSensitive(copy, name);
    return copy;
}

/* Same path, whatever the placeholders are called. */
static bool same_template(const char *a, const char *b)
{
    while (*a && *b) {
        if (*a == '{' && *b == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
        }
        if (*a != *b)
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return *a == *b;
}

const struct op *fault_operation(const char *text)
{
    const char *path = strchr(text, ' ');
    size_t len = path ? (size_t)(path - text) : 0;

    for (size_t i = 0; path && i < spec_op_count; i++) {
        const char *method = op_method(&spec_ops[i]);

        if (strlen(method) == len && memcmp(method, text, len) == 0 &&
            same_template(path + 1, spec_text(spec_ops[i].path)))
            return &spec_ops[i];
    }
    return NULL;
}

static size_t segments(const char *path)
{
    size_t n = 0;

    for (; *path; path++)
        n += *path == '/';
    return n;
}

/* The nearest operation of nearly as many segments: all 3207 would take a person's time. */
static char *operation_hint_dup(const char *text)
{
    char near[256] = "", name[256];
    size_t best = strlen(text) / 2 + 1, n = segments(text);

    for (size_t i = 0; strlen(text) < sizeof near && i < spec_op_count; i++) {
        size_t there = segments(spec_text(spec_ops[i].path)), distance;

        if (there > n + 1 || n > there + 1)
            continue;
        op_name(&spec_ops[i], name, sizeof name);
        distance = text_distance(text, name);
        if (distance < best) {
            best = distance;
            strcpy(near, name);
        }
    }
    return *near ? text_printf("; did you mean \"%s\"?", near)
                 : xstrdup("; write METHOD /path as the API's reference does");
}

static bool check_operation(const cJSON *fault, const char *path, const struct complaints *c)
{
    const char *operation = json_text(json_get(fault, "when"), "operation");
    char *at, *hint;

    if (!operation || fault_operation(operation))
        return true;
    at = text_printf("%s.when.operation", path);
    hint = operation_hint_dup(operation);
    complain(c, at, false, "there is no operation \"%.120s\"%s", operation, hint);
    free(hint);
    free(at);
    return false;
}

static char *error_hint_dup(const char *name, const char *const *ours)
{
    size_t n = 0;
    const char **names;
    char *hint;

    while (ours[n])
        n++;
    names = xcalloc(n + spec_error_count + 1, sizeof *names);
    memcpy(names, ours, n * sizeof *names);
    for (size_t i = 1; i < spec_error_count; i++)
        names[n++] = spec_text(spec_errors[i].name);
    hint = shape_hint_dup(name, names);
    free(names);
    return hint;
}

static const char *const our_errors[] = {
    "rate_limited", "edge_520",  "edge_521",    "edge_522",
    "edge_523",     "edge_524",  "edge_525",    "edge_526",
    "edge_502",     "edge_503",  "edge_504",    "upstream_503",
    "edge_text",    "challenge", "maintenance", "authentication_error",
    NULL,
};

bool fault_is_error(const char *name)
{
    for (size_t i = 0; our_errors[i]; i++)
        if (strcmp(our_errors[i], name) == 0)
            return true;
    return spec_error_by_name(name) != 0;
}

static bool check_error(const cJSON *what, const char *path, const struct complaints *c)
{
    const char *error = json_text(what, "error");
    bool edge_text = error && strcmp(error, "edge_text") == 0, fine = true;
    char *at = text_printf("%s.do.error", path), *hint;

    if (error && !fault_is_error(error)) {
        hint = error_hint_dup(error, our_errors);
        complain(
            c, at, false,
            "there is no error \"%.80s\"%s (known: rate_limited, edge_520 to edge_526, edge_502, "
            "edge_503, edge_504, upstream_503, edge_text with \"code\", challenge, maintenance, "
            "authentication_error, and the errors of the families such as zones.create_denied)",
            error, hint);
        free(hint);
        fine = false;
    } else if (edge_text != (json_get(what, "code") != NULL)) {
        complain(c, at, false,
                 edge_text ? "\"edge_text\" needs \"code\", such as 1015 or 522"
                           : "\"code\" belongs to \"error\": \"edge_text\"");
        fine = false;
    }
    free(at);
    return fine;
}

/* One answer a fault: a named error, a redirect, or one written out. */
static bool check_answers(const cJSON *what, const char *path, const struct complaints *c)
{
    bool error = json_get(what, "error") != NULL, redirect = json_get(what, "redirect") != NULL;
    bool written = json_get(what, "body") || json_get(what, "content_type");
    bool edge_text = error && json_get(what, "code"), status = json_get(what, "status") != NULL;
    char *at = text_printf("%s.do", path);
    const char *wrong = NULL;
    int64_t code = json_whole(what, "status", 302);

    if (!what->child)
        wrong = "does nothing; write \"error\", \"status\", \"delay_ms\", \"reset\" …";
    else if (error && redirect)
        wrong = "has both \"error\" and \"redirect\"; write one of them";
    else if ((error || redirect) && written)
        wrong = "has \"body\" or \"content_type\" beside an answer of its own; write one of them";
    else if (error && status && !edge_text)
        wrong = "has \"status\" beside \"error\", which has its own";
    else if (redirect && (code < 300 || code > 308))
        wrong = "has a \"redirect\" whose \"status\" is none of 301, 302, 303, 307, 308";
    else if (cJSON_GetArraySize(json_get(what, "headers")) > 10)
        wrong = "has more than 10 headers";
    if (wrong)
        complain(c, at, false, "%s", wrong);
    free(at);
    return !wrong;
}

/* Numbers that the table cannot say: percent (fractions are fine), and pairs in order. */
static bool check_numbers(const cJSON *fault, const char *path, const struct complaints *c)
{
    const cJSON *percent = json_at(fault, "when.percent"), *pair = json_at(fault, "do.delay_ms");
    bool fine = true;
    char *at;

    if (percent &&
        (!cJSON_IsNumber(percent) || !(percent->valuedouble > 0) || percent->valuedouble > 100)) {
        at = text_printf("%s.when.percent", path);
        complain(c, at, false, "must be a number above 0, to 100");
        free(at);
        fine = false;
    }
    if (cJSON_IsArray(pair) &&
        (cJSON_GetArraySize(pair) != 2 ||
         !(cJSON_GetArrayItem(pair, 0)->valuedouble <= cJSON_GetArrayItem(pair, 1)->valuedouble))) {
        at = text_printf("%s.do.delay_ms", path);
        complain(c, at, false, "must be a number or two of them, the smaller one first");
        free(at);
        fine = false;
    }
    return fine;
}

static bool check_headers(const cJSON *what, const char *path, const struct complaints *c)
{
    const cJSON *header;
    bool fine = true;
    char *at = text_printf("%s.do.headers", path);

    cJSON_ArrayForEach (header, json_get(what, "headers")) {
        const char *name = header->string;

        if (!*name || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789-_")]) {
            complain(c, at, false, "\"%.80s\" is no name of a header", name);
            fine = false;
        }
    }
    free(at);
    return fine;
}

/* A change of a token or user: its key, and the patch beside it. */
static bool check_change(const cJSON *what, const char *member, const char *key, const char *path,
                         bool (*check)(const cJSON *, const char *, const struct complaints *),
                         const struct complaints *c)
{
    const cJSON *change = json_get(what, member);
    char *at = text_printf("%s.do.%s", path, member);
    bool fine = true;
    cJSON *patch;

    if (cJSON_IsObject(change) && json_text(change, key)) {
        patch = fault_without(change, key);
        fine = check(patch, at, c);
        cJSON_Delete(patch);
    } else if (change) {
        complain(c, at, false, "must be an object with the %s's \"%s\" and what changes", member,
                 key);
        fine = false;
    }
    free(at);
    return fine;
}

static bool check_fault(const cJSON *fault, const char *path, const struct complaints *c)
{
    const cJSON *what = json_get(fault, "do");
    bool fine = shape_check(fault_rows, fault, path, c);

    if (!fine)
        return false; // what follows relies on the types
    fine &= check_operation(fault, path, c);
    fine &= check_error(what, path, c);
    fine &= check_answers(what, path, c);
    fine &= check_numbers(fault, path, c);
    fine &= check_headers(what, path, c);
    fine &= check_change(what, "token", "name", path, change_check_token, c);
    fine &= check_change(what, "user", "email", path, change_check_user, c);
    return fine;
}

bool faults_check(const cJSON *list, const char *path, const struct complaints *c)
{
    bool fine = true;
    const cJSON *fault;
    size_t i = 0;

    cJSON_ArrayForEach (fault, list) {
        char *at = text_printf("%s[%zu]", path, i++);

        if (!check_fault(fault, at, c))
            fine = false;
        free(at);
    }
    return fine;
}
