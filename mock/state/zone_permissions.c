/* zone.permissions: the calling token's rights on a zone, in the spelling of old (REC:
 * "#zone:read",
 * "#dns_records:edit" …). Which group shows as which name is evidence-bound: the pairs below were
 * recorded (REC) or are named by the document's legacy permission fields (DOC). */
#include "mock/state/policy.h"

#include "common/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *group, *read, *edit; // the group's name without its verb; edit NULL: none
} pairs[] = {
    { "Analytics", "#analytics:read", NULL },
    { "DNS", "#dns_records:read", "#dns_records:edit" },
    { "Health Checks", "#healthchecks:read", "#healthchecks:edit" },
    { "Load Balancers", "#lb:read", "#lb:edit" },
    { "Logs", "#logs:read", "#logs:edit" },
    { "SSL and Certificates", "#ssl:read", "#ssl:edit" },
    { "Waiting Rooms", "#waitingroom:read", "#waitingroom:edit" },
    { "Firewall Services", "#waf:read", "#waf:edit" },
    { "Workers Routes", "#worker:read", "#worker:edit" },
    { "Zone", "#zone:read", "#zone:edit" },
    { "Zone Settings", "#zone_settings:read", "#zone_settings:edit" },
};

/* Each name with the groups that grant it, in the order of the names; made once, since an answer for
 * one zone must neither search nor sort. */
static struct permission_name {
    const char *name;
    const struct group *by[2]; // NULL: none
} names[2 * ARRAY_LEN(pairs) + 1];
static size_t names_count;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;

static const struct group *zone_group(const char *base, const char *verb)
{
    char name[80];
    const struct group *g = NULL;

    snprintf(name, sizeof name, "%s%s", base, verb);
    do
        g = group_by_name(name, g);
    while (g && g->scope != GROUP_ZONE);
    return g;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct permission_name *)a)->name, ((const struct permission_name *)b)->name);
}

static void look_up(void)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const struct group *reads = zone_group(pairs[i].group, " Read");
        const struct group *writes = zone_group(pairs[i].group, " Write");

        names[names_count++] = (struct permission_name){ pairs[i].read, { reads, writes } };
        if (pairs[i].edit)
            names[names_count++] = (struct permission_name){ pairs[i].edit, { writes, NULL } };
    }
    names[names_count++] =
        (struct permission_name){ "#cache_purge:edit", { zone_group("Cache Purge", ""), NULL } };
    qsort(names, names_count, sizeof *names, by_name);
}

static bool has(const uint64_t *held, const struct group *g)
{
    return g && group_bit(held, group_index(g));
}

const char *zone_permission_name(const struct group *g)
{
    const char *verb = strrchr(g->name, ' ');

    if (g->scope != GROUP_ZONE || !verb)
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (strlen(pairs[i].group) == (size_t)(verb - g->name) &&
            strncmp(pairs[i].group, g->name, (size_t)(verb - g->name)) == 0)
            return strcmp(verb, " Write") == 0 ? pairs[i].edit : pairs[i].read;
    return NULL;
}

cJSON *policy_zone_permissions(struct view *v, const struct who *who, const struct zone *z)
{
    uint64_t held[GROUP_WORDS];
    const char *before = "[\"";
    struct buf out;
    cJSON *raw;

    pthread_once(&looked_up, look_up);
    policy_zone_groups(v, who, z, held);
    buf_init(&out);
    for (size_t i = 0; i < names_count; i++)
        if (has(held, names[i].by[0]) || has(held, names[i].by[1])) {
            buf_text(&out, before);
            buf_text(&out, names[i].name);
            before = "\",\"";
        }
    buf_text(&out, *before == '[' ? "[]" : "\"]");
    raw = cJSON_CreateRaw(out.at);
    buf_release(&out);
    return raw;
}
