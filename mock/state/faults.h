/* faults: what a sandbox does wrong on purpose. `when` chooses requests, `do` says what happens.
 * The gate asks once a request; the front carries out what concerns the wire. Any thread, own
 * mutex. */
#ifndef MF_FAULTS_H
#define MF_FAULTS_H

#include "mock/state/shape.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct call;
struct faults;

enum fault_reset { RESET_NONE, RESET_BEFORE_HEADERS, RESET_AFTER_HEADERS };

/* What one request meets. Lives in the call's arena. */
struct fault_plan {
    const char *name; // for the journal
    int64_t delay_us; // before the answer
    int64_t drip_us;  // pause between pieces of the body; 0: at once
    int drip_bytes;   // size of a piece
    enum fault_reset reset;
    int64_t truncate_at;      // bytes of the body that are sent, then the connection ends; -1: all
    bool endless;             // the body never ends (until the client goes)
    bool malformed;           // the body is no JSON
    const char *content_type; // of the real answer, NULL: its own
    bool answers;             // call.out holds the answer already: the walk ends at the gate
};

struct faults *faults_new(const cJSON *list,
                          uint64_t seed); // list was checked by scenario_parse; may be NULL
void faults_free(struct faults *f);
/* The first fault that matches and whose turn it is; NULL: none. Every fault that matches counts
 * the request, also one that stands behind the first. If it answers (named error, status and body,
 * redirect), c->out is filled. Token and user changes in mid-flow are carried out here; the request
 * itself goes on with the credential as it was looked up, the next one meets the change. */
const struct fault_plan *faults_plan(struct faults *f, struct call *c);
/* [{id, name, when, do, matched, fired}]; without `counts` as a scenario has them: {name, when,
 * do}. */
cJSON *faults_list(struct faults *f, bool counts);
/* Replaces all faults; *why (caller frees) says what is wrong, nothing is changed then. */
int faults_replace(struct faults *f, const cJSON *list, char **why);
int faults_add(struct faults *f, const cJSON *one, char **why);
/* Checks a list of faults, as a scenario's; whether tokens and users exist is the caller's to
 * check. */
bool faults_check(const cJSON *list, const char *path, const struct complaints *c);

#endif
