#include "check.h"

#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

// clang-format off
static const char *const names[CHECK_COUNT + 1] = {
    [CHECK_VERDICT]               = "verdict",
    [CHECK_RESULT_SHAPE]          = "result.shape",
    [CHECK_HINT_RIGHT]            = "hint.right",
    [CHECK_STAGE_RIGHT]           = "stage.right",
    [CHECK_MESSAGE_RIGHT]         = "message.right",
    [CHECK_VERIFY_CALLED]         = "verify.called",
    [CHECK_VERIFY_RIGHT_ENDPOINT] = "verify.right-endpoint",
    [CHECK_VERIFY_ONCE]           = "verify.once",
    [CHECK_TRAFFIC_READ_ONLY]     = "traffic.read-only",
    [CHECK_TRAFFIC_OTHER_ACCOUNT] = "traffic.other-account",
    [CHECK_TRAFFIC_USER_LEVEL]    = "traffic.user-level",
    [CHECK_TRAFFIC_MAX]           = "traffic.max",
    [CHECK_TRAFFIC_FOREIGN_HOST]  = "traffic.foreign-host",
    [CHECK_TLS_VERIFIED]          = "tls.verified",
    [CHECK_AUTH_ONE_SCHEME]       = "auth.one-scheme",
    [CHECK_SECRET_URL]            = "secret.url",
    [CHECK_SECRET_HEADER]         = "secret.header",
    [CHECK_SECRET_STDOUT]         = "secret.stdout",
    [CHECK_SECRET_STDERR]         = "secret.stderr",
    [CHECK_SECRET_STATE]          = "secret.state",
    [CHECK_SECRET_FILES]          = "secret.files",
    [CHECK_SECRET_ARGV]           = "secret.argv",
    [CHECK_OUTPUT_BOUNDED]        = "output.bounded",
    [CHECK_RETRY_AFTER]           = "retry.after",
    [CHECK_RETRY_NEVER]           = "retry.never",
    [CHECK_RETRY_BOUNDED]         = "retry.bounded",
    [CHECK_PAGE_COMPLETE]         = "page.complete",
    [CHECK_PERM_CHECKED]          = "perm.checked",
    [CHECK_UA_PRESENT]            = "ua.present",
    [CHECK_STATE_CLEAN]           = "state.clean",
    [CHECK_STATE_SINGLE]          = "state.single",
    [CHECK_TRUTH]                 = "truth",
    [CHECK_PROCESS_DEADLINE]      = "process.deadline",
    [CHECK_PROCESS_CRASH]         = "process.crash",
    [CHECK_PROCESS_AGREE]         = "process.agree",
};
// clang-format on

const char *check_name(enum check c)
{
    return names[c];
}

bool check_by_name(const char *name, enum check *out)
{
    for (size_t i = 0; i < CHECK_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum check)i;
            return true;
        }
    return false;
}

const char *const *check_names(void)
{
    return names;
}

void findings_release(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->items[i].text);
    free(f->items);
    *f = (struct findings){ 0 };
}

void findings_judge(struct findings *f, enum check c)
{
    f->judged |= UINT64_C(1) << c;
}

void findings_add(struct findings *f, enum check c, const char *format, ...)
{
    va_list args;

    findings_judge(f, c);
    if (findings_has(f, c))
        return;
    f->items = xrealloc(f->items, (f->count + 1) * sizeof *f->items);
    va_start(args, format);
    f->items[f->count++] = (struct finding){ c, text_vprintf(format, args) };
    va_end(args);
}

bool findings_has(const struct findings *f, enum check c)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].check == c)
            return true;
    return false;
}
