/* plans: what the API shows of the four plans of zones, their prices and quotas. Read-only, any
 * thread. */
#ifndef MF_STATE_PLANS_H
#define MF_STATE_PLANS_H

#include "mock/spec/plans.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct plan_row {
    const char *legacy, *id, *name; // "free", "0feee…", "Free Website"
    int64_t price;                  // dollars a month
    int custom_certificates, page_rules;
};
extern const struct plan_row plan_table[PLAN_COUNT];

/* By id or legacy id; false: unknown. */
bool plan_find(const char *id, enum plan *out);
cJSON *plan_shown(enum plan plan); // as a zone has it; the caller's

#endif
