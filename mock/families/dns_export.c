/* dns_export: the zone as a master file: a head of comments, SOA, then a section for each type;
 * comments and tags stand behind their record (DOC; the head INF). */
#include "gen/hooks.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/stamp.h"
#include "mock/engine/engine.h"
#include "mock/families/listing.h"
#include "mock/world.h"

#include <string.h>

static void put_head(struct buf *b, const struct dns_zone *zone, int64_t now)
{
    char stamp[STAMP_ROOM];
    const char *server = *zone->name_server ? zone->name_server : zone->name;

    stamp_text(now, 0, stamp);
    buf_printf(b, ";;\n;; Domain:     %s.\n;; Exported:   %.10s %.8s\n;;\n", zone->name, stamp,
               stamp + 11);
    buf_text(b, ";; For the record only: name servers and contact of the SOA record are the\n"
                ";; provider's, edit them before another server loads this file.\n;;\n\n");
    buf_printf(
        b,
        ";; SOA Record\n%s.\t3600\tIN\tSOA\t%s. dns.cloudflare.com. %lld 10000 2400 604800 3600\n",
        zone->name, server, (long long)(now / STAMP_SECOND));
}

/* What stands behind a record: comment, then tags; the ones in cf- say what else it is. */
static void put_comment(struct buf *b, const struct dns_extra *x, const cJSON *shown)
{
    const char *comment = x->name + x->comment_at, *before = " ; ";
    bool flat = json_flag(json_get(shown, "settings"), "flatten_cname", false);

    if (*comment) {
        buf_printf(b, "%s%s", before, comment);
        before = " ";
    }
    if (!x->name[x->tags_at] && !dns_types[x->type].proxies)
        return;
    buf_printf(b, "%scf_tags=", before);
    before = "";
    for (const char *tag = x->name + x->tags_at; *tag; tag += strlen(tag) + 1) {
        buf_printf(b, "%s%s", before, tag);
        before = ",";
    }
    if (dns_types[x->type].proxies)
        buf_printf(b, "%scf-proxied:%s", before, x->proxied ? "true" : "false");
    if (flat)
        buf_text(b, ",cf-flatten-cname");
}

static void put_record(struct call *c, struct buf *b, const struct doc *d)
{
    const struct dns_extra *x = dns_extra_of(d);
    const cJSON *shown = doc_json(c, d);
    const char *rdata = dns_data_rdata(c->arena, (enum dns_type)x->type, x->name + x->content_at,
                                       x->priority, json_get(shown, "data"));

    buf_printf(b, "%s.\t%d\tIN\t%s\t%s", x->name, x->ttl, dns_types[x->type].name, rdata);
    put_comment(b, x, shown);
    buf_char(b, '\n');
}

/* GET …/dns_records/export */
enum step dns_export(struct call *c)
{
    const char *owner = call_owner_of(c, KIND_DNS_RECORD);
    struct view *v = view_begin(world_store(c->world));
    const struct dns_zone *zone = dns_zone_in(c, v);
    struct doc_list records = { 0 };
    enum dns_type section = DNS_TYPE_COUNT;
    enum step step;
    struct buf b;

    for (size_t i = 0, count = zone ? view_count(v, KIND_DNS_RECORD, owner) : 0; i < count; i++)
        doc_list_add(c, &records, view_nth_in(v, KIND_DNS_RECORD, owner, 0, i));
    view_end(v);
    if (!zone)
        return refuse(c, ERR_DNS_ZONE_UNKNOWN);
    buf_init(&b);
    put_head(&b, zone, world_now(c->world));
    for (size_t i = 0; i < records.count; i++) {
        enum dns_type type = (enum dns_type)dns_extra_of(records.at[i])->type;

        if (type != section)
            buf_printf(&b, "\n;; %s Records\n", dns_types[type].name);
        section = type;
        put_record(c, &b, records.at[i]);
    }
    step = answer_raw(c, 200, "text/plain", b.at, b.len);
    buf_release(&b);
    return step;
}
