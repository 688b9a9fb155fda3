/* The compact form of records, and the two orders in which they stand: as lists show them, and by
 * name. */
#include "gen/hooks.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_name.h"
#include "mock/families/dns_record.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/stamp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *text_or_empty(const cJSON *shown, const char *name)
{
    const char *text = json_text(shown, name);

    return text ? text : "";
}

size_t dns_record_wire(enum dns_type type, const char *content)
{
    switch (dns_types[type].form) {
    case DNS_FORM_IP4:
        return 4;
    case DNS_FORM_IP6:
        return 16;
    case DNS_FORM_HOST:
        return dns_name_wire(content);
    case DNS_FORM_TEXT:
        return dns_text_wire(content);
    default:
        return strlen(content); // presentation is no shorter
    }
}

static size_t tags_len(const cJSON *tags)
{
    size_t len = 1;
    const cJSON *tag;

    cJSON_ArrayForEach (tag, tags)
        len += strlen(tag->valuestring) + 1;
    return len;
}

static uint32_t put(struct dns_extra *x, uint32_t at, const char *text)
{
    size_t len = strlen(text) + 1;

    memcpy(x->name + at, text, len);
    return at + (uint32_t)len;
}

/* Extra hook. */
void *dns_record_extra(const cJSON *shown, void (**done)(void *extra))
{
    const char *name = text_or_empty(shown, "name"), *content = text_or_empty(shown, "content"),
               *comment = text_or_empty(shown, "comment");
    const cJSON *tags = json_get(shown, "tags"), *tag;
    enum dns_type type = dns_type_of(text_or_empty(shown, "type"));
    size_t wire = type < DNS_TYPE_COUNT ? dns_record_wire(type, content) : 0;
    struct dns_extra *x =
        xmalloc(sizeof *x + strlen(name) + strlen(content) + strlen(comment) + 3 + tags_len(tags));
    uint32_t at;

    *x = (struct dns_extra){ .type = (uint8_t)type,
                             .ttl = (int32_t)json_whole(shown, "ttl", 1),
                             .priority = (int32_t)json_whole(shown, "priority", -1),
                             .wire = (uint16_t)(wire > UINT16_MAX ? UINT16_MAX : wire),
                             .proxied = json_flag(shown, "proxied", false) };
    stamp_parse(text_or_empty(shown, "created_on"), 0, &x->created);
    x->content_at = put(x, 0, name);
    x->comment_at = put(x, x->content_at, content);
    at = x->tags_at = put(x, x->comment_at, comment);
    cJSON_ArrayForEach (tag, tags)
        at = put(x, at, tag->valuestring);
    put(x, at, "");
    *done = free;
    return x;
}

static int content_compare(enum dns_type type, const char *a, const char *b)
{
    if (type == DNS_TXT)
        return dns_text_compare(a, b);
    return type < DNS_TYPE_COUNT && dns_types[type].form == DNS_FORM_HOST ? strcasecmp(a, b)
                                                                          : strcmp(a, b);
}

static int by_creation(const struct doc *a, const struct doc *b)
{
    return (doc_sequence(a) > doc_sequence(b)) - (doc_sequence(a) < doc_sequence(b));
}

/* Order hook 0: type, then name; of one name the newest first, of one time as posted (REC 2024-25).
 */
int dns_record_order(const struct doc *a, const struct doc *b)
{
    const struct dns_extra *x = dns_extra_of(a), *y = dns_extra_of(b);
    int by = (int)x->type - (int)y->type;

    if (!by)
        by = dns_name_compare(x->name, y->name);
    if (!by)
        by = (x->created < y->created) - (x->created > y->created);
    return by ? by : by_creation(a, b);
}

/* Order hook 1: by name, then type, content and priority: for look-ups. */
int dns_record_by_name(const struct doc *a, const struct doc *b)
{
    const struct dns_extra *y = dns_extra_of(b);
    struct dns_sought sought = { y->name, y->type, y->name + y->content_at, y->priority };
    int by = dns_sought_compare(a, &sought);

    return by ? by : by_creation(a, b);
}

int dns_sought_compare(const struct doc *d, const struct dns_sought *sought)
{
    const struct dns_extra *x = dns_extra_of(d);
    int by = dns_name_compare(x->name, sought->name);

    if (by || sought->type == DNS_TYPE_COUNT)
        return by;
    by = (int)x->type - (int)sought->type;
    if (by || !sought->content)
        return by;
    by = content_compare(sought->type, x->name + x->content_at, sought->content);
    return by ? by : (x->priority > sought->priority) - (x->priority < sought->priority);
}

bool dns_sought_below(const struct doc *d, const void *sought)
{
    return dns_sought_compare(d, sought) < 0;
}
