/* What the plan of a zone allows its records: numbers and lengths by plan (DOC). */
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/text.h"
#include "mock/call.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <string.h>

#define QUOTA_FREE 200
#define QUOTA_FREE_OLD 1000 // zones made before the limit fell
#define QUOTA_PAID 3500
#define QUOTA_FELL "2024-09-01T00:00:00Z"
#define TAGS_PAID 20
#define BATCH_FREE 200
#define BATCH_PAID 3500

/* The text behind the first `key` in rendered JSON, up to the next quote; "" if there is none. It
 * spares the tree: this runs for every write, under the lock. Quotes within texts are escaped, so a
 * key is a key. */
static char *text_behind(struct arena *a, const char *json, const char *key)
{
    const char *at = strstr(json, key);

    at = at ? at + strlen(key) : "";
    return arena_strndup(a, at, strcspn(at, "\""));
}

static int64_t quota_of(const char *plan, const char *created)
{
    if (strcmp(plan, "enterprise") == 0)
        return DNS_NO_QUOTA;
    if (strcmp(plan, "free") != 0)
        return QUOTA_PAID;
    return strcmp(created, QUOTA_FELL) < 0 ? QUOTA_FREE_OLD : QUOTA_FREE; // UTC sorts as text
}

const struct dns_zone *dns_zone_in(struct call *c, struct view *v)
{
    const char *given = call_param_named(c, "zone_id"), *json, *plan;
    char *id = arena_strdup(c->arena, given ? given : "");
    struct dns_zone *zone;
    struct doc *d;
    bool is_free;

    text_lower(id);
    d = view_get(v, KIND_ZONE, NULL, id);
    if (!d)
        return NULL;
    zone = arena_alloc(c->arena, sizeof *zone);
    json = doc_text(d, NULL);
    plan = text_behind(c->arena, json, "\"legacy_id\":\"");
    is_free = !*plan || strcmp(plan, "free") == 0;
    zone->id = id;
    zone->name = arena_strdup(c->arena, zone_of(d)->name);
    zone->name_server = text_behind(c->arena, json, "\"name_servers\":[\"");
    zone->quota =
        quota_of(is_free ? "free" : plan, text_behind(c->arena, json, "\"created_on\":\""));
    zone->tags_quota = is_free ? 0 : TAGS_PAID;
    zone->ttl_least = strcmp(plan, "enterprise") == 0 ? 30 : 60;
    zone->batch_most = is_free ? BATCH_FREE : BATCH_PAID;
    return zone;
}

const struct dns_zone *dns_zone_of(struct call *c)
{
    struct view *v = view_begin(world_store(c->world));
    const struct dns_zone *zone = dns_zone_in(c, v);

    view_end(v);
    return zone;
}
