/* plans: what a zone is paid for. Descriptors name them by their letters, in this order. */
#ifndef MF_PLANS_H
#define MF_PLANS_H

enum plan { PLAN_FREE, PLAN_PRO, PLAN_BUSINESS, PLAN_ENTERPRISE, PLAN_COUNT };
#define PLAN_LETTERS "FPBE"
#define PLANS_ALL ((1u << PLAN_COUNT) - 1) // as bits, 1 << enum plan

#endif
