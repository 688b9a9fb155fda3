/* How the program behaved as a program: time, end, output, and whether exit and object agree. */
#include "judge.h"

#include "common/json.h"

#include <string.h>

void judge(const struct evidence *e, struct findings *f)
{
    judge_process(e, f);
    judge_verdict(e, f);
    judge_verify(e, f);
    judge_traffic(e, f);
    judge_tls(e, f);
    judge_retry(e, f);
    judge_secrets(e, f);
    judge_state(e, f);
    judge_truth(e, f);
}

static void judge_agree(const struct evidence *e, struct findings *f)
{
    const struct reason_row *reason = e->result.reason;
    const cJSON *retryable = json_get(e->result.json, "retryable");
    int exit_code = e->process.exit_code, right = 1;

    findings_judge(f, CHECK_PROCESS_AGREE);
    if (!reason || e->result.broken || exit_code < 0 || exit_code == 2)
        return;
    if (reason->class == CLASS_OK)
        right = 0;
    else if (reason->retryable)
        right = 75;
    if (exit_code != right && !(right == 75 && exit_code == 1 && !e->exact))
        findings_add(f, CHECK_PROCESS_AGREE, "reason %s goes with exit %d, saw %d", reason->name,
                     right, exit_code);
    else if (cJSON_IsBool(retryable) && cJSON_IsTrue(retryable) != reason->retryable)
        findings_add(f, CHECK_PROCESS_AGREE, "reason %s, but retryable is %s", reason->name,
                     cJSON_IsTrue(retryable) ? "true" : "false");
}

void judge_process(const struct evidence *e, struct findings *f)
{
    const struct spawn_result *p = &e->process;

    findings_judge(f, CHECK_PROCESS_DEADLINE);
    findings_judge(f, CHECK_PROCESS_CRASH);
    findings_judge(f, CHECK_RESULT_SHAPE);
    findings_judge(f, CHECK_OUTPUT_BOUNDED);
    if (p->late)
        findings_add(f, CHECK_PROCESS_DEADLINE, "still running at its deadline");
    else if (p->exit_code < 0)
        findings_add(f, CHECK_PROCESS_CRASH, "ended by signal %d (%s)", p->signal,
                     strsignal(p->signal));
    else if (p->exit_code >= 126)
        findings_add(f, CHECK_PROCESS_CRASH, "exit %d", p->exit_code);
    if (e->result.broken)
        findings_add(f, CHECK_RESULT_SHAPE, "%s", e->result.broken);
    if (p->err_total > STDERR_MOST)
        findings_add(f, CHECK_OUTPUT_BOUNDED, "%zu bytes on stderr, 64 KiB are the most",
                     p->err_total);
    judge_agree(e, f);
}
