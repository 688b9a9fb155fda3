/* judge: from the evidence of one run to findings. Pure functions of the evidence; any thread. */
#ifndef MF_JUDGE_H
#define MF_JUDGE_H

#include "evidence.h"

void judge(const struct evidence *e, struct findings *f); // all of these:
void judge_process(const struct evidence *e,
                   struct findings *f); // deadline, crash, shape, agree, bounds
void judge_verdict(const struct evidence *e, struct findings *f); // verdict, hint, stage, message
void judge_verify(const struct evidence *e, struct findings *f);  // verify.*
void judge_traffic(const struct evidence *e, struct findings *f); // traffic.*, auth.*, ua, pages
void judge_tls(const struct evidence *e, struct findings *f);     // tls.verified, hosts asked of a proxy
void judge_retry(const struct evidence *e, struct findings *f);   // retry.*
void judge_secrets(const struct evidence *e, struct findings *f); // secret.*
void judge_state(const struct evidence *e, struct findings *f);   // state.*
void judge_truth(const struct evidence *e, struct findings *f);   // truth, perm.checked

/* The reasons that the computed truth allows, as bits of rows of the protocol's table (reason_bit).
 */
uint32_t truth_reasons(const struct evidence *e);
uint32_t reason_bit(const char *name);
/* The reason that is right: the case's, or by the truth. A row of the protocol. NULL: not known. */
const char *judge_expected(const struct evidence *e);

#endif
