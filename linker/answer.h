/* answer: what an HTTP answer means, before anybody asks what it means for the token. HTTP status,
 * the envelope and its `success` are judged together; a missing member is never an error of its
 * own. Pure; everything lives in the arena. */
#ifndef MF_ANSWER_H
#define MF_ANSWER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fetch_response;

enum answer_kind {
    ANSWER_GOOD,    // 2xx, the envelope, success: true
    ANSWER_REFUSED, // the envelope with success: false, whatever the status
    ANSWER_LIMITED, // 429
    ANSWER_OUTAGE,  // 408, 5xx, or a page of the edge instead of the API's answer
    ANSWER_NETWORK, // no answer, or not all of it
    ANSWER_TLS,     // the other side is not who it should be
    ANSWER_ODD,     // something else: no envelope, a redirect
};

#define ANSWER_CODES 8

struct answer {
    enum answer_kind kind;
    long status;                 // 0: none came
    int64_t codes[ANSWER_CODES]; // of errors[] and their error_chain[]
    size_t codes_count;
    const char *text;    // the first error's message, or ""
    const cJSON *json;   // the whole answer; NULL if it is no JSON
    const cJSON *result; // NULL: none
    bool edge_blocked;   // a challenge or a firewall of the edge
    bool timed_out;
    int64_t retry_after_us; // -1: not told
    const char *words;      // one line for a person: status, code and message, or the first bytes
};

/* `now` is the wall clock: Retry-After may be a date. */
void answer_read(struct arena *a, const struct fetch_response *r, int64_t now, struct answer *out);
bool answer_has_code(const struct answer *a, int64_t code);
bool answer_says(const struct answer *a, const char *part); // in any error's message

/* Retry-After: seconds, or an HTTP date. Microseconds from `now`, or -1 if it is neither. */
int64_t retry_after_read(const char *text, int64_t now);

#endif
