/* Whether the certificate was looked at, and nothing went around it. */
#include "judge.h"

#include "common/json.h"

#include <string.h>

void judge_tls(const struct evidence *e, struct findings *f)
{
    const char *kind = json_text(e->step->run, "tls");
    const cJSON *c;

    if (!e->tls)
        return;
    findings_judge(f, CHECK_TLS_VERIFIED);
    if (e->wrong_certificate && e->seen_count)
        findings_add(f, CHECK_TLS_VERIFIED, "saw %s %s at a server whose certificate is wrong (%s)",
                     e->seen[0].method, e->seen[0].path, kind ? kind : "");
    cJSON_ArrayForEach (c, json_get(e->connections, "connections")) {
        const char *end = json_text(c, "end"), *target = json_text(c, "target");

        if (end && strcmp(end, "plain") == 0)
            findings_add(f, CHECK_TLS_VERIFIED, "spoke plain HTTP to a port of HTTPS");
        if (end && strcmp(end, "refused") == 0)
            findings_add(f, CHECK_TRAFFIC_FOREIGN_HOST, "asked the proxy for another host: %.100s",
                         target ? target : "none");
    }
}
