/* dnssec: DNSSEC of a zone. What a client asks for takes effect a while later, by the sandbox
 * clock: pending until the parent has the DS record, pending-disabled until it has lost it (REP;
 * how long is INF). */
#include "gen/hooks.h"
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/world.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#define SETTLES (60 * STAMP_SECOND) // as the first check of a zone's name servers
#define KEY_BYTES 64                // a point on P-256
#define KEY_FLAGS 257
#define DS_TTL 3600

static const char *const key_members[] = { "flags",       "algorithm",        "key_type",
                                           "digest_type", "digest_algorithm", "digest",
                                           "ds",          "key_tag",          "public_key" };

static void drop_keys(cJSON *shown)
{
    for (size_t i = 0; i < ARRAY_LEN(key_members); i++)
        json_put(shown, key_members[i], cJSON_CreateNull());
}

/* View hook: what has come of the last change by now. */
void dnssec_view(const struct call *c, cJSON *shown)
{
    const char *status = json_text(shown, "status"), *modified = json_text(shown, "modified_on");
    int64_t then;

    if (!status || !modified || !stamp_parse(modified, 0, &then) ||
        world_now(c->world) - then < SETTLES)
        return;
    if (strcmp(status, "pending-disabled") == 0) {
        json_put(shown, "status", cJSON_CreateString("disabled"));
        drop_keys(shown);
    } else if (strcmp(status, "pending") == 0) {
        json_put(shown, "status", cJSON_CreateString("active"));
    }
}

static char *random_key(struct call *c)
{
    unsigned char key[KEY_BYTES];
    char *text, *kept;

    for (size_t i = 0; i < KEY_BYTES; i += sizeof(uint64_t)) {
        uint64_t r = world_random(c->world);

        memcpy(key + i, &r, sizeof r);
    }
    text = text_base64_dup(key, sizeof key);
    kept = arena_strdup(c->arena, text);
    free(text);
    return kept;
}

static char *digest_of(struct arena *a, ldns_rr *key)
{
    ldns_rr *ds = ldns_key_rr2ds(key, LDNS_SHA256);
    char *text = ds ? ldns_rdf2str(ldns_rr_rdf(ds, 3)) : NULL,
         *kept = arena_strdup(a, text ? text : "");

    for (char *at = kept; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    LDNS_FREE(text);
    ldns_rr_free(ds);
    return kept;
}

/* A key signing key, and the DS record that the parent should have. */
static void make_keys(struct call *c, const char *zone, cJSON *fresh)
{
    const char *public_key = random_key(c), *digest;
    char *line =
        arena_printf(c->arena, "%s. %d IN DNSKEY %d 3 13 %s", zone, DS_TTL, KEY_FLAGS, public_key);
    ldns_rr *key = NULL;
    int tag;

    if (ldns_rr_new_frm_str(&key, line, DS_TTL, NULL, NULL) != LDNS_STATUS_OK)
        return; // not with a zone's name
    tag = ldns_calc_keytag(key);
    digest = digest_of(c->arena, key);
    ldns_rr_free(key);
    json_put(fresh, "flags", json_number(KEY_FLAGS));
    json_put(fresh, "algorithm", cJSON_CreateString("13"));
    json_put(fresh, "key_type", cJSON_CreateString("ECDSAP256SHA256"));
    json_put(fresh, "digest_type", cJSON_CreateString("2"));
    json_put(fresh, "digest_algorithm", cJSON_CreateString("SHA256"));
    json_put(fresh, "digest", cJSON_CreateString(digest));
    json_put(fresh, "ds",
             cJSON_CreateString(
                 arena_printf(c->arena, "%s. %d IN DS %d 13 2 %s", zone, DS_TTL, tag, digest)));
    json_put(fresh, "key_tag", json_number(tag));
    json_put(fresh, "public_key", cJSON_CreateString(public_key));
}

/* The status that follows when a client asks for `wanted`. */
static const char *next_status(const char *now, const char *wanted)
{
    bool on = strcmp(now, "active") == 0 || strcmp(now, "pending") == 0;

    if (strcmp(wanted, "active") == 0)
        return on ? now : strcmp(now, "pending-disabled") == 0 ? "active" : "pending";
    return on ? "pending-disabled" : now;
}

/* Shape hook: `fresh` is what was sent, laid over what is stored. */
enum step dnssec_shape(struct call *c, const struct doc *old, cJSON *fresh)
{
    const struct dns_zone *zone = dns_zone_of(c);
    const char *asked = json_text(c->json ? c->json : fresh, "status"), *status, *next;
    cJSON *before;
    char stamp[STAMP_ROOM];

    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    before = old ? doc_json_dup(old) : cJSON_CreateObject();
    dnssec_view(c, before);
    status = json_text(before, "status") ? json_text(before, "status") : "disabled";
    next = arena_strdup(c->arena, asked ? next_status(status, asked) : status);
    if (strcmp(status, "disabled") == 0)
        drop_keys(fresh);
    if (strcmp(next, "pending") == 0 && strcmp(status, "pending") != 0)
        make_keys(c, zone->name, fresh);
    json_put(fresh, "status", cJSON_CreateString(next));
    dns_stamp(world_now(c->world), stamp);
    if (json_equal(json_get(fresh, "status"), json_get(before, "status")))
        json_put(fresh, "modified_on", cJSON_Duplicate(json_get(before, "modified_on"), true));
    else
        json_put(fresh, "modified_on", cJSON_CreateString(stamp));
    cJSON_Delete(before);
    return GO_ON;
}

/* Removed hook: an enabled zone refuses until it is disabled (DOC). */
enum step dnssec_removed(struct call *c, struct txn *t, const struct doc *old)
{
    cJSON *shown = doc_json_dup(old);
    bool disabled;

    (void)t;
    dnssec_view(c, shown);
    disabled = strcmp(json_text(shown, "status"), "disabled") == 0;
    cJSON_Delete(shown);
    return disabled ? GO_ON : refuse(c, ERR_DNS_DNSSEC_ENABLED);
}
