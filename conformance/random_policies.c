/* What a random token may do: allow and deny policies, every resource form. */
#include "random_world.h"

#include "common/groups.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RES "com.cloudflare.api."

static const struct group *other_verb(const struct group *g, const char *verb)
{
    const char *space = strrchr(g->name, ' ');
    char *name = text_printf("%.*s %s", space ? (int)(space - g->name) : 0, g->name, verb);
    const struct group *other = group_by_name(name, NULL);

    free(name);
    return other && other->scope == g->scope ? other : NULL;
}

static bool is_required(const struct draw *d, const char *name)
{
    for (size_t i = 0; i < d->required_count; i++)
        if (strcmp(d->required[i], name) == 0)
            return true;
    return false;
}

/* A group of the integration's rows, or now and then its reading counterpart. */
static const struct group *draw_row(struct draw *d)
{
    const struct group *g = NULL, *read;

    while (!g || !g->row || strchr(g->name, ','))
        g = &group_table[rng_below(&d->rng, group_count)];
    read = other_verb(g, "Read");
    return read && draw_chance(d, 20) ? read : g;
}

void draw_required(struct draw *d)
{
    size_t want = 1 + rng_below(&d->rng, DRAW_GROUPS - 3), lacking = 0;

    for (int tries = 0; d->required_count < want && tries < 200; tries++) {
        const struct group *g = draw_row(d);

        if (is_required(d, g->name) ||
            (g->scope == GROUP_USER && d->account_token && !draw_chance(d, 20)))
            continue;
        d->held[d->required_count] = true;
        d->required[d->required_count++] = g->name;
    }
    if (d->wrong != WRONG_PERMISSION)
        return;
    for (size_t i = 0; i < d->required_count; i++)
        if (draw_chance(d, 30) || (i + 1 == d->required_count && lacking == 0)) {
            d->held[i] = false;
            lacking++;
        }
}

static void add_resource(struct draw *d, cJSON *resources, const char *kind, const char *id)
{
    char *name = text_printf(RES "%s%s", kind, id);

    (void)d;
    json_put(resources, name, cJSON_CreateString("*"));
    free(name);
}

/* All zones of the token's account, nested below it. */
static void add_nested(struct draw *d, cJSON *resources)
{
    char *name = text_printf(RES "account.%s", d->account[0]);

    json_put(resources, name, json_object(J_TEXT(RES "account.zone.*", "*")));
    free(name);
}

static cJSON *account_resources(struct draw *d)
{
    cJSON *resources = cJSON_CreateObject();

    if (!d->account_token && d->wrong != WRONG_ACCOUNT && draw_chance(d, 25))
        add_resource(d, resources, "account.", "*");
    else
        add_resource(d, resources, "account.", d->account[0]);
    return resources;
}

static cJSON *zone_resources(struct draw *d)
{
    cJSON *resources = cJSON_CreateObject();
    size_t form = rng_below(&d->rng, 4);

    if (form == 0 && !d->account_token && d->wrong != WRONG_ACCOUNT) {
        add_resource(d, resources, "account.zone.", "*");
    } else if (form <= 1 && d->zones) {
        size_t some = 1 + rng_below(&d->rng, d->zones < 3 ? d->zones : 3);

        for (size_t i = 0; i < some; i++)
            add_resource(d, resources, "account.zone.", d->zone[rng_below(&d->rng, d->zones)]);
    } else {
        add_nested(d, resources);
    }
    return resources;
}

static cJSON *resources_for(struct draw *d, enum group_scope scope)
{
    cJSON *resources;

    if (scope == GROUP_ACCOUNT)
        return account_resources(d);
    if (scope == GROUP_ZONE)
        return zone_resources(d);
    resources = cJSON_CreateObject();
    add_resource(d, resources, "user.", d->user);
    return resources;
}

static void add_group(cJSON *groups, const struct group *g)
{
    cJSON_AddItemToArray(groups, json_object(J_TEXT("id", g->id), J_TEXT("name", g->name)));
}

/* The required groups of one scope that the token gets, and sometimes others beside them. */
static cJSON *groups_of(struct draw *d, enum group_scope scope)
{
    cJSON *groups = cJSON_CreateArray();

    for (size_t i = 0; i < d->required_count; i++) {
        const struct group *g = group_by_name(d->required[i], NULL), *write;

        while (g && g->scope != scope)
            g = group_by_name(d->required[i], g);
        if (!g)
            continue;
        write = d->held[i] ? other_verb(g, "Write") : other_verb(g, "Read");
        if (d->held[i])
            add_group(groups, write && draw_chance(d, 20) ? write : g); // Write holds Read
        else if (write && write != g && draw_chance(d, 40))
            add_group(groups, write); // the lesser right where the greater is asked for
    }
    return groups;
}

static void add_policy(struct draw *d, cJSON *policies, const char *effect, enum group_scope scope,
                       cJSON *groups_take)
{
    if (cJSON_GetArraySize(groups_take) == 0) {
        cJSON_Delete(groups_take);
        return;
    }
    cJSON_AddItemToArray(policies, json_object(J_TEXT("effect", effect),
                                               J_TREE("resources", resources_for(d, scope)),
                                               J_TREE("permission_groups", groups_take)));
}

/* One group is denied, on a resource of its scope. A denied Read takes its Write along: what it
 * means to allow writing and deny reading is not known. */
static void add_denial(struct draw *d, cJSON *policies)
{
    cJSON *groups = cJSON_CreateArray();
    const struct group *g = draw_row(d);

    if (d->wrong == WRONG_PERMISSION && d->required_count)
        g = group_by_name(d->required[rng_below(&d->rng, d->required_count)], NULL);
    else if (is_required(d, g->name))
        g = NULL;
    if (g && g->scope != GROUP_BUCKET && !(g->scope == GROUP_USER && d->account_token))
        add_group(groups, g);
    if (cJSON_GetArraySize(groups) && text_ends(g->name, " Read") && other_verb(g, "Write"))
        add_group(groups, other_verb(g, "Write"));
    add_policy(d, policies, "deny", g ? g->scope : GROUP_ACCOUNT, groups);
}

static cJSON *group_list_of(const char *name)
{
    cJSON *groups = cJSON_CreateArray();

    add_group(groups, group_by_name(name, NULL));
    return groups;
}

static void add_bucket(struct draw *d, cJSON *policies)
{
    char *name = text_printf("com.cloudflare.edge.r2.bucket.%s_default_some-bucket", d->account[0]);
    const struct group *g = group_by_name("Workers R2 Storage Bucket Item Read", NULL);
    cJSON *groups = cJSON_CreateArray(), *resources = cJSON_CreateObject();

    json_put(resources, name, cJSON_CreateString("*"));
    free(name);
    if (g)
        add_group(groups, g);
    if (!g) {
        cJSON_Delete(groups);
        cJSON_Delete(resources);
        return;
    }
    cJSON_AddItemToArray(policies,
                         json_object(J_TEXT("effect", "allow"), J_TREE("resources", resources),
                                     J_TREE("permission_groups", groups)));
}

cJSON *draw_policies(struct draw *d)
{
    cJSON *policies = cJSON_CreateArray();

    d->readable = draw_chance(d, 35);
    add_policy(d, policies, "allow", GROUP_ACCOUNT, groups_of(d, GROUP_ACCOUNT));
    add_policy(d, policies, "allow", GROUP_ZONE, groups_of(d, GROUP_ZONE));
    if (!d->account_token)
        add_policy(d, policies, "allow", GROUP_USER, groups_of(d, GROUP_USER));
    if (d->readable && d->account_token)
        add_policy(d, policies, "allow", GROUP_ACCOUNT, group_list_of("Account API Tokens Read"));
    if (d->readable && !d->account_token)
        add_policy(d, policies, "allow", GROUP_USER, group_list_of("API Tokens Read"));
    if (draw_chance(d, 85) || cJSON_GetArraySize(policies) == 0)
        add_policy(d, policies, "allow", GROUP_ACCOUNT, group_list_of("Account Settings Read"));
    if (draw_chance(d, 10))
        add_bucket(d, policies);
    if (draw_chance(d, 25))
        add_denial(d, policies);
    return policies;
}
