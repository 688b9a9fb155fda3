/* dns_import: zone files in and out (DOC). What stands there already is skipped; so are the SOA
 * record and the zone's own name servers, which the zone brings itself (INF), and types that the
 * API lacks (INF). */
#include "gen/hooks.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_name.h"
#include "mock/families/dns_record.h"
#include "mock/families/dns_zone_file.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"
#include "mock/body/multipart.h"
#include "mock/engine/engine.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAGS_KEY "cf_tags="
#define TTL_MOST 86400

struct import {
    struct call *c;
    const struct dns_zone *zone;
    bool proxied; // the form's field, where a record does not say it
    int64_t now;
    cJSON **fresh; // composed, one a record
    size_t count, room;
};

static void delete_tree(void *json)
{
    cJSON_Delete(json);
}

/* The tags of a comment: "text cf_tags=name:value,cf-proxied:true". Reserved ones are settings. */
static void read_tags(const char *words, cJSON *body, bool *proxied)
{
    cJSON *tags = cJSON_CreateArray();

    while (*words && *words != ' ') {
        size_t len = strcspn(words, ", ");
        char *tag = strndup(words, len);

        if (strcmp(tag, "cf-proxied:true") == 0 || strcmp(tag, "cf-proxied:false") == 0)
            *proxied = tag[11] == 't';
        else if (strncmp(tag, "cf-flatten-cname", 16) == 0)
            json_put(body, "settings",
                     json_object(J_FLAG("flatten_cname", !text_ends(tag, ":false"))));
        else if (len)
            cJSON_AddItemToArray(tags, cJSON_CreateString(tag));
        free(tag);
        words += len + (words[len] == ',');
    }
    json_put(body, "tags", tags);
}

static void read_comment(struct arena *a, const char *comment, cJSON *body, bool *proxied)
{
    const char *tags = strstr(comment, TAGS_KEY);
    size_t len = tags ? (size_t)(tags - comment) : strlen(comment);

    while (len && comment[len - 1] == ' ')
        len--;
    if (len)
        json_put(body, "comment", cJSON_CreateString(arena_strndup(a, comment, len)));
    if (tags)
        read_tags(tags + strlen(TAGS_KEY), body, proxied);
}

static int64_t ttl_of(const struct import *im, int64_t ttl)
{
    if (ttl <= 1) // also where none is known
        return 1;
    return ttl < im->zone->ttl_least ? im->zone->ttl_least : ttl > TTL_MOST ? TTL_MOST : ttl;
}

/* The record as a client would have sent it. */
static cJSON *body_of(struct import *im, enum dns_type type, const struct zone_record *r,
                      struct dns_data *data)
{
    bool proxied = im->proxied;
    cJSON *body =
        json_object(J_TEXT("type", dns_types[type].name), J_TEXT("name", r->name),
                    J_TEXT("content", data->content), J_WHOLE("ttl", ttl_of(im, r->ttl)),
                    J_TREE("data", data->data),
                    J_TREE("priority", data->priority >= 0 ? json_number(data->priority) : NULL));

    read_comment(im->c->arena, r->comment, body, &proxied);
    json_put(body, "proxied",
             cJSON_CreateBool(proxied && dns_record_proxiable(type, data->content)));
    arena_on_free(im->c->arena, delete_tree, body);
    return body;
}

static void keep(struct import *im, cJSON *body)
{
    if (im->count == im->room) {
        size_t room = im->room ? im->room * 2 : 64;
        cJSON **fresh = arena_alloc(im->c->arena, room * sizeof(cJSON *));

        if (im->count)
            memcpy(fresh, im->fresh, im->count * sizeof(cJSON *));
        im->fresh = fresh;
        im->room = room;
    }
    im->fresh[im->count++] = body;
}

static bool take_record(void *to, const struct zone_record *r)
{
    struct import *im = to;
    struct call *c = im->c;
    enum dns_type type = dns_type_of(r->type);
    struct dns_data data;
    cJSON *body;

    if (type == DNS_TYPE_COUNT || (type == DNS_NS && text_same_nocase(r->name, im->zone->name)))
        return true;
    data = dns_data_read(c->arena, type, r->rdata, r->origin);
    if (!data.content) {
        refuse(c, ERR_DNS_FILE_BAD, arena_printf(c->arena, "%u", r->line),
               arena_printf(c->arena, "%s record has no such content", r->type));
        return false;
    }
    body = body_of(im, type, r, &data);
    if (engine_compose(c, KIND_DNS_RECORD, NULL, body, false) == ANSWERED)
        return false;
    dns_record_stamp(body, NULL, im->now);
    keep(im, body);
    return true;
}

static enum step file_refused(struct call *c, const struct zone_fault *fault)
{
    if (fault->include)
        return refuse(c, ERR_DNS_FILE_INCLUDE);
    if (fault->what)
        return refuse(c, ERR_DNS_FILE_BAD, arena_printf(c->arena, "%u", fault->line), fault->what);
    return ANSWERED; // by take_record
}

static enum step put_all(struct import *im, int64_t *added)
{
    struct call *c = im->c;
    const char *owner = call_owner_of(c, KIND_DNS_RECORD);
    struct txn *t = txn_begin(world_store(c->world));

    for (size_t i = 0; i < im->count; i++) {
        struct doc *made;

        if (dns_record_stands(txn_view(t), owner, im->fresh[i]))
            continue;
        if (engine_put(c, t, KIND_DNS_RECORD, owner, NULL, im->fresh[i], &made) == ANSWERED) {
            txn_rollback(t);
            return ANSWERED;
        }
        ++*added;
    }
    txn_commit(t);
    return GO_ON;
}

static bool says_true(const struct multipart_part *part)
{
    size_t len;
    const char *text = part ? blob_view(part->bytes, &len) : NULL;

    return text && len == 4 && strncasecmp(text, "true", 4) == 0;
}

/* POST …/dns_records/import */
enum step dns_import(struct call *c)
{
    const struct multipart_part *file = call_part(c, "file");
    struct import im = { .c = c,
                         .zone = dns_zone_of(c),
                         .now = world_now(c->world),
                         .proxied = says_true(call_part(c, "proxied")) };
    struct zone_fault fault;
    int64_t added = 0;
    const char *text;
    size_t len;

    if (!im.zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    if (!file)
        return refuse(c, ERR_DNS_FILE_MISSING);
    text = blob_view(file->bytes, &len);
    if (!zone_file_read(c->arena, text, len, im.zone->name, take_record, &im, &fault))
        return file_refused(c, &fault);
    if (put_all(&im, &added) == ANSWERED)
        return ANSWERED;
    return answer(c, json_object(J_WHOLE("recs_added", added),
                                 J_WHOLE("total_records_parsed", (int64_t)im.count)));
}
