/* What went over the wire: methods, accounts, hosts, headers, how much of it. */
#include "judge.h"

#include "common/json.h"
#include "common/text.h"
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BASE 10
#define MAX_GROUPS 25 // the linker's own default set

static bool wants_analytics(const struct evidence *e)
{
    const cJSON *group;

    cJSON_ArrayForEach (group, e->required) {
        if (strstr(group->valuestring, "Analytics"))
            return true;
    }
    return e->required == NULL;
}

static void judge_read_only(const struct evidence *e, const struct seen *s, struct findings *f)
{
    bool query = strcmp(s->method, "POST") == 0 && strcmp(s->path, "/graphql") == 0 &&
                 *s->graphql && strcmp(s->graphql, "mutation") != 0 && wants_analytics(e);

    if (strcmp(s->method, "GET") != 0 && strcmp(s->method, "HEAD") != 0 && !query)
        findings_add(f, CHECK_TRAFFIC_READ_ONLY, "saw %s %s", s->method, s->path);
}

/* The 32 hex digits at `at`, if they end there: lower case into `id`. */
static bool take_id(const char *at, char id[33])
{
    size_t n = strspn(at, "0123456789abcdefABCDEF");

    if (n != 32 || (at[n] && !strchr("/&?", at[n])))
        return false;
    memcpy(id, at, 32);
    id[32] = '\0';
    text_lower(id);
    return true;
}

static void judge_account(const struct evidence *e, const struct seen *s, struct findings *f)
{
    static const char *const places[] = { "account.id=", "account_id=", "account.id%3D" };
    char id[33];
    const char *at;

    if (text_starts(s->path, "/accounts/") && take_id(s->path + strlen("/accounts/"), id) &&
        strcmp(id, e->account_right) != 0)
        findings_add(f, CHECK_TRAFFIC_OTHER_ACCOUNT, "saw %s %s, the account given is %s",
                     s->method, s->path, *e->account_right ? e->account_right : "no id");
    for (size_t i = 0; i < 3; i++) {
        at = strstr(s->query, places[i]);
        if (at && take_id(at + strlen(places[i]), id) && strcmp(id, e->account_right) != 0)
            findings_add(f, CHECK_TRAFFIC_OTHER_ACCOUNT, "saw %s %s?%s", s->method, s->path,
                         s->query);
    }
}

static bool is_user_level(const struct seen *s)
{
    return (strcmp(s->path, "/user") == 0 || text_starts(s->path, "/user/") ||
            text_starts(s->path, "/memberships")) &&
           !seen_is_verify(s);
}

/* An account-owned token has no user: a refusal there must not decide. It did if the verdict is
 * wrong. */
static void judge_user_level(const struct evidence *e, struct findings *f)
{
    if (!e->declared || strcmp(e->declared, "account") != 0 || !e->kind ||
        strcmp(e->kind, "account") != 0)
        return;
    findings_judge(f, CHECK_TRAFFIC_USER_LEVEL);
    for (size_t i = 0; i < e->seen_count; i++)
        if (is_user_level(&e->seen[i]) && e->seen[i].status >= 400 &&
            findings_has(f, CHECK_VERDICT))
            findings_add(f, CHECK_TRAFFIC_USER_LEVEL,
                         "%s answered %d for an account-owned token, and the verdict is wrong",
                         e->seen[i].path, e->seen[i].status);
}

static void judge_max(const struct evidence *e, struct findings *f)
{
    const cJSON *traffic = e->step->traffic;
    int64_t groups = e->required ? cJSON_GetArraySize(e->required) : MAX_GROUPS;
    int64_t max = json_whole(traffic, "max", MAX_BASE + groups);
    size_t count = e->seen_count + e->base_count + (size_t)e->dropped;

    findings_judge(f, CHECK_TRAFFIC_MAX);
    if (json_flag(traffic, "no_requests", false))
        max = 0;
    if (count && reason_is(e, "bad_input"))
        findings_add(f, CHECK_TRAFFIC_MAX, "reason bad_input goes with no request, saw %zu", count);
    else if (count > (size_t)max)
        findings_add(f, CHECK_TRAFFIC_MAX, "%zu requests, %lld are the most", count,
                     (long long)max);
}

static bool carries_credential(const struct evidence *e, const char *head)
{
    return strcasestr(head, "\nAuthorization:") || strcasestr(head, "\nX-Auth-Key:") ||
           leak_in(&e->leak, head, strlen(head));
}

static void judge_foreign(const struct evidence *e, struct findings *f)
{
    bool bare_is_fine = json_flag(e->step->traffic, "foreign", false);

    findings_judge(f, CHECK_TRAFFIC_FOREIGN_HOST);
    for (size_t i = 0; i < e->foreign_count; i++)
        if (carries_credential(e, e->foreign[i].head))
            findings_add(f, CHECK_TRAFFIC_FOREIGN_HOST, "another host got the credential");
    if (e->foreign_count && !bare_is_fine)
        findings_add(f, CHECK_TRAFFIC_FOREIGN_HOST, "%zu connections to another host",
                     e->foreign_count);
}

static void judge_auth(const struct seen *s, struct findings *f)
{
    const cJSON *scheme;

    cJSON_ArrayForEach (scheme, json_get(s->entry, "auth_schemes")) {
        if (strcasecmp(scheme->valuestring, "Authorization") != 0)
            findings_add(f, CHECK_AUTH_ONE_SCHEME, "%s %s carries the header %s", s->method,
                         s->path, scheme->valuestring);
    }
    if (*s->auth && strcmp(s->auth, "bearer") != 0 && strcmp(s->auth, "none") != 0)
        findings_add(f, CHECK_AUTH_ONE_SCHEME,
                     "%s %s: credential of the form \"%s\", not Bearer alone", s->method, s->path,
                     s->auth);
    if (strcmp(s->authorization, "untrimmed") == 0)
        findings_add(f, CHECK_AUTH_ONE_SCHEME, "%s %s: the token was not trimmed", s->method,
                     s->path);
    if (strcmp(s->authorization, "doubled") == 0)
        findings_add(f, CHECK_AUTH_ONE_SCHEME, "%s %s: the prefix Bearer stands twice", s->method,
                     s->path);
}

static void judge_agent(const struct seen *s, struct findings *f)
{
    if (!*s->user_agent)
        findings_add(f, CHECK_UA_PRESENT, "%s %s has no User-Agent", s->method, s->path);
    else if (list_has(json_get(s->entry, "watched"), "header:User-Agent"))
        findings_add(f, CHECK_UA_PRESENT, "a credential stands in User-Agent");
}

static bool asks_later_page(const struct seen *s)
{
    const char *page = text_starts(s->query, "page=") ? s->query : strstr(s->query, "&page=");

    return (page && atoi(strchr(page, '=') + 1) >= 2) || strstr(s->query, "cursor=");
}

/* Pages that were not read matter where the verdict came out wrong. */
static void judge_pages(const struct evidence *e, struct findings *f)
{
    const char *path = json_text(e->step->traffic, "pages");
    bool first = false, later = false;

    if (!path)
        return;
    findings_judge(f, CHECK_PAGE_COMPLETE);
    for (size_t i = 0; i < e->seen_count; i++)
        if (strcmp(e->seen[i].path, path) == 0) {
            first = true;
            later = later || asks_later_page(&e->seen[i]);
        }
    if (first && !later && findings_has(f, CHECK_VERDICT))
        findings_add(f, CHECK_PAGE_COMPLETE,
                     "only the first page of %s was read, and the verdict is wrong", path);
}

void judge_traffic(const struct evidence *e, struct findings *f)
{
    findings_judge(f, CHECK_TRAFFIC_READ_ONLY);
    findings_judge(f, CHECK_TRAFFIC_OTHER_ACCOUNT);
    findings_judge(f, CHECK_AUTH_ONE_SCHEME);
    findings_judge(f, CHECK_UA_PRESENT);
    for (size_t i = 0; i < e->seen_count; i++) {
        judge_read_only(e, &e->seen[i], f);
        judge_account(e, &e->seen[i], f);
        judge_auth(&e->seen[i], f);
        judge_agent(&e->seen[i], f);
    }
    judge_user_level(e, f);
    judge_max(e, f);
    judge_foreign(e, f);
    judge_pages(e, f);
}
