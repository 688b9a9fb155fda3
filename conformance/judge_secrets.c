/* Where the token was seen that it must not be. */
#include "judge.h"

#include "common/json.h"
#include "common/text.h"
#include "sink.h"

#include <string.h>

static void judge_requests(const struct evidence *e, struct findings *f)
{
    const cJSON *place;

    for (size_t i = 0; i < e->seen_count; i++) {
        const struct seen *s = &e->seen[i];

        cJSON_ArrayForEach (place, json_get(s->entry, "watched")) {
            const char *where = place->valuestring;

            if (strcmp(where, "url") == 0)
                findings_add(f, CHECK_SECRET_URL, "the token stands in the URL of %s %s", s->method,
                             s->operation);
            else if (text_starts(where, "header:"))
                findings_add(f, CHECK_SECRET_HEADER, "the token stands in the header %s of %s %s",
                             where + strlen("header:"), s->method, s->operation);
            else
                findings_add(f, CHECK_SECRET_HEADER, "the token stands in the body of %s %s",
                             s->method, s->operation);
        }
    }
}

/* A request as a listener of the suite's own got it. */
static void judge_head(const struct evidence *e, const char *head, struct findings *f)
{
    size_t len = strcspn(head, "\n");

    if (leak_in(&e->leak, head, len))
        findings_add(f, CHECK_SECRET_URL, "the token stands in a URL");
    for (head += len; *head; head += len) {
        head++;
        len = strcspn(head, "\n");
        if (strncasecmp(head, "Authorization:", strlen("Authorization:")) != 0 &&
            leak_in(&e->leak, head, len))
            findings_add(f, CHECK_SECRET_HEADER,
                         "the token stands in another header than Authorization");
    }
}

static void judge_state_file(const struct evidence *e, struct findings *f)
{
    findings_judge(f, CHECK_SECRET_STATE);
    if (e->after.leaks && (e->after.mode & 077))
        findings_add(f, CHECK_SECRET_STATE,
                     "the state file holds the token and has mode %04o, not 0600", e->after.mode);
}

void judge_secrets(const struct evidence *e, struct findings *f)
{
    const struct spawn_result *p = &e->process;

    findings_judge(f, CHECK_SECRET_URL);
    findings_judge(f, CHECK_SECRET_HEADER);
    findings_judge(f, CHECK_SECRET_STDOUT);
    findings_judge(f, CHECK_SECRET_STDERR);
    findings_judge(f, CHECK_SECRET_FILES);
    judge_requests(e, f);
    for (size_t i = 0; i < e->base_count; i++)
        judge_head(e, e->base[i].head, f);
    if (leak_in(&e->leak, p->out, p->out_len))
        findings_add(f, CHECK_SECRET_STDOUT, "the token stands on standard output");
    if (leak_in(&e->leak, p->err, p->err_len))
        findings_add(f, CHECK_SECRET_STDERR, "the token stands on stderr");
    if (e->leaked_file)
        findings_add(f, CHECK_SECRET_FILES, "the token stands in %s", e->leaked_file);
    judge_state_file(e, f);
    if (e->token_in_argv) // asked for by an option: a warning, never more
        findings_add(f, CHECK_SECRET_ARGV, "the token stands among the linker's arguments");
}
