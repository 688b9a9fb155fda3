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

#define NAMES_MOST (2 * ARRAY_LEN(pairs) + 2)

/* The groups behind the pairs, looked up once: an answer for one zone must not search by name. */
static const struct group *readers[ARRAY_LEN(pairs)], *writers[ARRAY_LEN(pairs)], *purger;
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

static void look_up(void)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        readers[i] = zone_group(pairs[i].group, " Read");
        writers[i] = zone_group(pairs[i].group, " Write");
    }
    purger = zone_group("Cache Purge", "");
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

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

cJSON *policy_zone_permissions(struct view *v, const struct who *who, const struct zone *z)
{
    const char *names[NAMES_MOST];
    uint64_t held[GROUP_WORDS];
    size_t n = 0;

    pthread_once(&looked_up, look_up);
    policy_zone_groups(v, who, z, held);
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        bool edit = has(held, writers[i]);

        if (edit && pairs[i].edit)
            names[n++] = pairs[i].edit;
        if (edit || has(held, readers[i]))
            names[n++] = pairs[i].read;
    }
    if (has(held, purger))
        names[n++] = "#cache_purge:edit";
    qsort(names, n, sizeof *names, by_text);
    return json_list_of(names, n);
}
