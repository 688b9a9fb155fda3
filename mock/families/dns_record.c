#include "mock/families/dns_record.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_name.h"

#include <arpa/inet.h>
#include <string.h>

#define TTL_MOST 86400
#define TTL_AUTO 1
#define CONTENT_MOST 4096 // bytes on the wire (REP)

/* One record while it is brought into normal form. */
struct making {
    struct arena *a;
    const struct dns_zone *zone;
    cJSON *given;
    struct dns_fault *fault;
    enum dns_type type;
    const char *name, *content;
    cJSON *data; // within `given`
    int priority;
    int64_t ttl;
    bool proxiable, proxied;
};

static bool fault(struct making *m, enum error_id error, const char *word, const char *word2)
{
    *m->fault = (struct dns_fault){ error, word, word2 };
    return false;
}

/* The member; null counts as absent. False: it is of another type. */
static bool member(struct making *m, const char *name, int type, const char *is_not,
                   const cJSON **out)
{
    const cJSON *item = json_get(m->given, name);

    *out = cJSON_IsNull(item) ? NULL : item;
    if (!*out || ((*out)->type & 0xff & type))
        return true;
    return fault(m, ERR_DNS_BODY, arena_printf(m->a, "%s %s", name, is_not), NULL);
}

static bool take_type(struct making *m)
{
    const cJSON *item;

    if (!member(m, "type", cJSON_String, "is not a string", &item))
        return false;
    m->type = item ? dns_type_of(item->valuestring) : DNS_TYPE_COUNT;
    return m->type < DNS_TYPE_COUNT || fault(m, ERR_DNS_TYPE_INVALID, NULL, NULL);
}

static bool take_name(struct making *m)
{
    const cJSON *item;

    if (!member(m, "name", cJSON_String, "is not a string", &item))
        return false;
    m->name = item ? dns_name_full(m->a, item->valuestring, m->zone->name) : NULL;
    return m->name || fault(m, ERR_DNS_NAME_INVALID, NULL, NULL);
}

static bool take_priority(struct making *m)
{
    const cJSON *item;

    m->priority = -1;
    if (!dns_types[m->type].priority)
        return true;
    if (!member(m, "priority", cJSON_Number, "is not a number", &item))
        return false;
    if (item && (!json_is_whole(item) || item->valuedouble < 0 || item->valuedouble > 65535))
        return fault(m, ERR_DNS_BODY, "priority is not a whole number from 0 to 65535", NULL);
    m->priority = item ? (int)item->valuedouble : -1;
    if (m->priority < 0 && m->type != DNS_SRV) // SRV's may stand in its data
        return fault(m, ERR_DNS_DATA_LACKS, "priority", NULL);
    return true;
}

static bool content_invalid(struct making *m)
{
    return fault(m, ERR_DNS_CONTENT_INVALID, dns_types[m->type].name, NULL);
}

static bool is_ip4(const char *text)
{
    struct in_addr address;

    return inet_pton(AF_INET, text, &address) == 1;
}

/* AAAA content in the form of RFC 5952; NULL: no address. */
static const char *ip6_normal(struct arena *a, const char *text)
{
    char out[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (inet_pton(AF_INET6, text, &address) != 1)
        return NULL;
    return arena_strdup(a, inet_ntop(AF_INET6, &address, out, sizeof out));
}

/* Content of the types that have no data. An empty one is as no content. */
static bool take_content(struct making *m)
{
    const cJSON *item;
    const char *text;
    enum dns_form form = dns_types[m->type].form;

    if (!member(m, "content", cJSON_String, "is not a string", &item))
        return false;
    text = item ? item->valuestring : "";
    if (form == DNS_FORM_IP4 && !is_ip4(text))
        return fault(m, ERR_DNS_NOT_IPV4, NULL, NULL);
    if (form == DNS_FORM_IP6 && !(text = ip6_normal(m->a, text)))
        return fault(m, ERR_DNS_NOT_IPV6, NULL, NULL);
    if (form == DNS_FORM_HOST && (is_ip4(text) || !(text = dns_name_target(m->a, text))))
        return content_invalid(m);
    if (!*text)
        return fault(m, ERR_DNS_CONTENT_EMPTY, NULL, NULL);
    if (form == DNS_FORM_TEXT && dns_text_wire(text) > CONTENT_MOST)
        return fault(m, ERR_DNS_CONTENT_LONG, NULL, NULL);
    if (form == DNS_FORM_WORD && !dns_data_wire(m->a, m->type, text))
        return content_invalid(m);
    m->content = text;
    return true;
}

static bool take_data(struct making *m)
{
    const char *lacks = NULL, *rdata;
    enum dns_data_fault bad;
    const cJSON *item;
    size_t wire;

    if (!member(m, "data", cJSON_Object, "is not an object", &item))
        return false;
    if (!item)
        json_put(m->given, "data", cJSON_CreateObject());
    m->data = json_get(m->given, "data");
    bad = dns_data_render(m->a, m->type, m->data, m->priority, &m->content, &lacks);
    if (bad == DNS_DATA_LACKS)
        return fault(m, ERR_DNS_DATA_LACKS, lacks, NULL);
    if (bad != DNS_DATA_FINE)
        return content_invalid(m);
    if (m->type == DNS_SRV)
        m->priority = (int)json_whole(m->data, "priority", 0);
    rdata = dns_data_rdata(m->a, m->type, m->content, m->priority, m->data);
    wire = dns_data_wire(m->a, m->type, rdata);
    if (wire > CONTENT_MOST)
        return fault(m, ERR_DNS_CONTENT_LONG, NULL, NULL);
    return wire || content_invalid(m);
}

static bool take_proxied(struct making *m)
{
    const cJSON *item;

    if (!member(m, "proxied", cJSON_True | cJSON_False, "is not a boolean", &item))
        return false;
    m->proxied = cJSON_IsTrue(item);
    m->proxiable = dns_record_proxiable(m->type, m->content);
    return !m->proxied || m->proxiable || fault(m, ERR_DNS_NOT_PROXIABLE, NULL, NULL);
}

static bool take_ttl(struct making *m)
{
    const cJSON *item;
    double ttl;

    if (!member(m, "ttl", cJSON_Number, "is not a number", &item))
        return false;
    ttl = item ? item->valuedouble : TTL_AUTO;
    if ((item && !json_is_whole(item)) ||
        (ttl != TTL_AUTO && (ttl < (double)m->zone->ttl_least || ttl > TTL_MOST)))
        return fault(m, ERR_DNS_TTL_INVALID, arena_printf(m->a, "%d", (int)m->zone->ttl_least),
                     NULL);
    m->ttl = m->proxied ? TTL_AUTO : (int64_t)ttl;
    return true;
}

static cJSON *settings_made(struct making *m, const cJSON *given)
{
    static const char *const families[] = { "ipv4_only", "ipv6_only" };
    cJSON *settings = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(families) && m->proxied; i++)
        if (cJSON_IsBool(json_get(given, families[i])))
            json_put(settings, families[i], cJSON_CreateBool(json_flag(given, families[i], false)));
    if (m->type == DNS_CNAME)
        json_put(settings, "flatten_cname",
                 cJSON_CreateBool(json_flag(given, "flatten_cname", false)));
    return settings;
}

static bool has_text(const cJSON *list, const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, list)
        if (strcmp(item->valuestring, text) == 0)
            return true;
    return false;
}

static bool take_tags(struct making *m, cJSON **tags)
{
    const cJSON *given, *tag;
    int64_t count;

    if (!member(m, "tags", cJSON_Array, "is not an array", &given))
        return false;
    *tags = cJSON_CreateArray();
    cJSON_ArrayForEach (tag, given) {
        if (!cJSON_IsString(tag) || !*tag->valuestring)
            return fault(m, ERR_DNS_BODY, "tags are not texts", NULL);
        if (!has_text(*tags, tag->valuestring))
            cJSON_AddItemToArray(*tags, cJSON_CreateString(tag->valuestring));
    }
    count = cJSON_GetArraySize(*tags);
    return count <= m->zone->tags_quota ||
           fault(m, ERR_DNS_TAGS_MANY, arena_printf(m->a, "%d", (int)count),
                 arena_printf(m->a, "%d", (int)m->zone->tags_quota));
}

/* The record in the order recorded in 2025; data moves over from what was given. The id's place is
 * kept for whoever knows it. */
static cJSON *shown(struct making *m, const cJSON *settings, const cJSON *comment, cJSON *tags)
{
    bool routed =
        json_flag(m->given, "private_routing", false) && (m->type == DNS_A || m->type == DNS_AAAA);

    if (m->data)
        cJSON_DetachItemViaPointer(m->given, m->data);
    return json_object(
        J_TEXT("id", ""), J_TEXT("name", m->name), J_TEXT("type", dns_types[m->type].name),
        J_TEXT("content", m->content),
        J_TREE("priority", m->priority >= 0 ? json_number(m->priority) : NULL),
        J_FLAG("proxiable", m->proxiable), J_FLAG("proxied", m->proxied), J_WHOLE("ttl", m->ttl),
        J_TREE("private_routing", routed ? cJSON_CreateTrue() : NULL), J_TREE("data", m->data),
        J_TREE("settings", settings_made(m, settings)), J_TREE("meta", cJSON_CreateObject()),
        J_TEXT_OR_NULL("comment", comment && *comment->valuestring ? comment->valuestring : NULL),
        J_TREE("tags", tags));
}

bool dns_record_normal(struct arena *a, const struct dns_zone *zone, cJSON *fresh,
                       struct dns_fault *why)
{
    struct making m = { .a = a, .zone = zone, .given = fresh, .fault = why };
    const cJSON *settings, *comment;
    cJSON *tags = NULL, *made;

    if (!take_type(&m) || !take_name(&m) || !take_priority(&m) ||
        !(dns_types[m.type].form == DNS_FORM_DATA ? take_data(&m) : take_content(&m)) ||
        !take_proxied(&m) || !take_ttl(&m) ||
        !member(&m, "settings", cJSON_Object, "is not an object", &settings) ||
        !member(&m, "comment", cJSON_String, "is not a string", &comment) ||
        !take_tags(&m, &tags)) {
        cJSON_Delete(tags);
        return false;
    }
    made = shown(&m, settings, comment, tags);
    cJSON_Delete(fresh->child);
    fresh->child = made->child;
    made->child = NULL;
    cJSON_Delete(made);
    return true;
}

void dns_stamp(int64_t stamp, char out[STAMP_ROOM])
{
    size_t len;

    stamp_text(stamp, 6, out);
    len = strlen(out) - 1; // the Z
    while (out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    strcpy(out + len, "Z");
}

/* When the member of both was last changed: as told by `old` if it still says the same. */
static const char *changed_on(const cJSON *fresh, const cJSON *old, const char *member,
                              const char *stamp, const char *now)
{
    const char *before = json_text(old, stamp);

    return before && json_equal(json_get(fresh, member), json_get(old, member)) ? before : now;
}

void dns_record_stamp(cJSON *fresh, const cJSON *old, int64_t now)
{
    const char *created = json_text(old, "created_on"), *before = json_text(old, "modified_on");
    const cJSON *id = json_get(old, "id");
    char text[STAMP_ROOM];

    dns_stamp(now, text);
    json_put(fresh, "created_on", cJSON_CreateString(created ? created : text));
    json_put(fresh, "modified_on", cJSON_CreateString(before ? before : text));
    if (cJSON_IsString(json_get(fresh, "comment")))
        json_put(
            fresh, "comment_modified_on",
            cJSON_CreateString(changed_on(fresh, old, "comment", "comment_modified_on", text)));
    if (cJSON_GetArraySize(json_get(fresh, "tags")))
        json_put(fresh, "tags_modified_on",
                 cJSON_CreateString(changed_on(fresh, old, "tags", "tags_modified_on", text)));
    if (id)
        json_put(fresh, "id", cJSON_Duplicate(id, true));
    if (before && !json_equal(fresh, old))
        json_put(fresh, "modified_on", cJSON_CreateString(text));
}

/* Addresses that nobody outside could reach; those for documentation are proxied (REC
 * 192.0.2.0/24). */
static bool is_public4(const char *text)
{
    struct in_addr address;
    uint32_t ip;

    inet_pton(AF_INET, text, &address);
    ip = ntohl(address.s_addr);
    return ip >> 24 != 0 && ip >> 24 != 10 && ip >> 24 != 127 && ip >> 22 != (100 << 2 | 1) &&
           ip >> 16 != 0xa9fe && ip >> 20 != 0xac1 && ip >> 16 != 0xc0a8 && ip >> 28 < 14;
}

static bool is_public6(const char *text)
{
    struct in6_addr ip;

    inet_pton(AF_INET6, text, &ip);
    return !IN6_IS_ADDR_UNSPECIFIED(&ip) && !IN6_IS_ADDR_LOOPBACK(&ip) &&
           !IN6_IS_ADDR_LINKLOCAL(&ip) && !IN6_IS_ADDR_SITELOCAL(&ip) &&
           !IN6_IS_ADDR_MULTICAST(&ip) && (ip.s6_addr[0] & 0xfe) != 0xfc;
}

bool dns_record_proxiable(enum dns_type type, const char *content)
{
    switch (type) {
    case DNS_A:
        return is_public4(content);
    case DNS_AAAA:
        return is_public6(content);
    default:
        return dns_types[type].proxies;
    }
}
