#include "mock/families/dns_data.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "mock/families/dns_name.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

enum form {
    FIELD_8, // numbers of so many bits
    FIELD_16,
    FIELD_WORD,   // hex, base64 or a tag
    FIELD_QUOTED, // a character string
    FIELD_HOST,
    FIELD_TARGET, // a host that keeps its final dot
    FIELD_PARAMS  // key="value" …
};

#define FIELDS_MOST 6

/* The members of `data` in the order of presentation form. LOC has its own ways below. */
static const struct field {
    const char *name;
    enum form form;
    bool optional;
} fields[DNS_TYPE_COUNT][FIELDS_MOST] = {
    // clang-format off
    [DNS_CAA]    = { { "flags", FIELD_8, false }, { "tag", FIELD_WORD, false }, { "value", FIELD_QUOTED, false } },
    [DNS_CERT]   = { { "type", FIELD_16, false }, { "key_tag", FIELD_16, false }, { "algorithm", FIELD_8, false }, { "certificate", FIELD_WORD, false } },
    [DNS_DNSKEY] = { { "flags", FIELD_16, false }, { "protocol", FIELD_8, false }, { "algorithm", FIELD_8, false }, { "public_key", FIELD_WORD, false } },
    [DNS_DS]     = { { "key_tag", FIELD_16, false }, { "algorithm", FIELD_8, false }, { "digest_type", FIELD_8, false }, { "digest", FIELD_WORD, false } },
    [DNS_HTTPS]  = { { "priority", FIELD_16, false }, { "target", FIELD_TARGET, false }, { "value", FIELD_PARAMS, true } },
    [DNS_NAPTR]  = { { "order", FIELD_16, false }, { "preference", FIELD_16, false }, { "flags", FIELD_QUOTED, true },
                     { "service", FIELD_QUOTED, true }, { "regex", FIELD_QUOTED, true }, { "replacement", FIELD_HOST, false } },
    [DNS_SMIMEA] = { { "usage", FIELD_8, false }, { "selector", FIELD_8, false }, { "matching_type", FIELD_8, false }, { "certificate", FIELD_WORD, false } },
    [DNS_SRV]    = { { "priority", FIELD_16, false }, { "weight", FIELD_16, false }, { "port", FIELD_16, false }, { "target", FIELD_HOST, false } },
    [DNS_SSHFP]  = { { "algorithm", FIELD_8, false }, { "type", FIELD_8, false }, { "fingerprint", FIELD_WORD, false } },
    [DNS_SVCB]   = { { "priority", FIELD_16, false }, { "target", FIELD_TARGET, false }, { "value", FIELD_PARAMS, true } },
    [DNS_TLSA]   = { { "usage", FIELD_8, false }, { "selector", FIELD_8, false }, { "matching_type", FIELD_8, false }, { "certificate", FIELD_WORD, false } },
    [DNS_URI]    = { { "weight", FIELD_16, false }, { "target", FIELD_QUOTED, false } },
    // clang-format on
};

/* Degrees, minutes and seconds both ways, then metres; ranges by the OpenAPI document. */
static const struct loc_field {
    const char *name, *letters; // of a direction
    double least, most;
    bool optional;
} loc_fields[] = {
    { "lat_degrees", NULL, 0, 90, false },
    { "lat_minutes", NULL, 0, 59, true },
    { "lat_seconds", NULL, 0, 59.999, true },
    { "lat_direction", "NS", 0, 0, false },
    { "long_degrees", NULL, 0, 180, false },
    { "long_minutes", NULL, 0, 59, true },
    { "long_seconds", NULL, 0, 59.999, true },
    { "long_direction", "EW", 0, 0, false },
    { "altitude", NULL, -100000, 42849672.95, true },
    { "size", NULL, 0, 90000000, true },
    { "precision_horz", NULL, 0, 90000000, true },
    { "precision_vert", NULL, 0, 90000000, true },
};

static const struct field *field_named(enum dns_type type, const char *name)
{
    for (size_t i = 0; i < FIELDS_MOST && fields[type][i].name; i++)
        if (strcmp(fields[type][i].name, name) == 0)
            return &fields[type][i];
    return NULL;
}

static const struct loc_field *loc_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(loc_fields); i++)
        if (strcmp(loc_fields[i].name, name) == 0)
            return &loc_fields[i];
    return NULL;
}

/* Members that the type lacks, and nulls, go. */
static void drop_foreign(enum dns_type type, cJSON *data)
{
    cJSON *next;

    for (cJSON *item = data->child; item; item = next) {
        bool known = type == DNS_LOC ? loc_named(item->string) != NULL
                                     : field_named(type, item->string) != NULL;

        next = item->next;
        if (!known || cJSON_IsNull(item))
            cJSON_Delete(cJSON_DetachItemViaPointer(data, item));
    }
}

/* A number that came as text ("0", as older Terraform sends) becomes one. */
static cJSON *number_member(cJSON *data, const char *name)
{
    cJSON *item = json_get(data, name);
    char *end;
    double n;

    if (!cJSON_IsString(item))
        return cJSON_IsNumber(item) ? item : NULL;
    n = strtod(item->valuestring, &end);
    if (end == item->valuestring || *end)
        return NULL;
    json_put(data, name, cJSON_CreateNumber(n));
    return json_get(data, name);
}

static bool is_word(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("+/=- ", *text))
            return false;
    return true;
}

/* key=value and key="value" become the latter; blanks part them. */
static char *params_normal(struct arena *a, const char *given)
{
    struct buf b;
    char *text;

    buf_init(&b);
    while (*(given += strspn(given, " \t")) != '\0') {
        size_t key = strcspn(given, "= \t"), len;
        const char *value;

        if (b.len)
            buf_char(&b, ' ');
        buf_add(&b, given, key);
        given += key;
        if (*given != '=')
            continue;
        value = ++given;
        if (*value == '"') {
            value++;
            len = strcspn(value, "\"");
            given = value + len + (value[len] == '"');
        } else {
            len = strcspn(value, " \t");
            given = value + len;
        }
        buf_text(&b, "=\"");
        buf_add(&b, value, len);
        buf_char(&b, '"');
    }
    text = arena_strdup(a, b.len ? b.at : "");
    buf_release(&b);
    return text;
}

/* Brings a text member into the form that is kept; NULL: it cannot be. */
static const char *text_normal(struct arena *a, enum form form, const char *text)
{
    if (form == FIELD_PARAMS)
        return params_normal(a, text);
    if (form == FIELD_HOST)
        return dns_name_target(a, text);
    if (form == FIELD_TARGET)
        return dns_name_target(a, text) ? text : NULL;
    if (form == FIELD_WORD && !is_word(text))
        return NULL;
    return text;
}

static bool field_normal(struct arena *a, const struct field *f, cJSON *data)
{
    cJSON *item = json_get(data, f->name);
    const char *text;

    if (f->form == FIELD_8 || f->form == FIELD_16) {
        item = number_member(data, f->name);
        return item && json_is_whole(item) && item->valuedouble >= 0 &&
               item->valuedouble <= (f->form == FIELD_8 ? 255 : 65535);
    }
    text = cJSON_IsString(item) ? text_normal(a, f->form, item->valuestring) : NULL;
    if (text && strcmp(text, item->valuestring) != 0)
        json_put(data, f->name, cJSON_CreateString(text));
    return text != NULL;
}

/* A character string: what would end it is escaped, as are control characters. */
static void put_quoted(struct buf *b, const char *text)
{
    buf_char(b, '"');
    for (; *text; text++) {
        if (*text == '\\' && text[1] && (unsigned char)text[1] >= ' ')
            buf_char(b, *text++);
        else if (*text == '"' || *text == '\\')
            buf_char(b, '\\');
        if ((unsigned char)*text < ' ')
            buf_printf(b, "\\%03d", *text);
        else
            buf_char(b, *text);
    }
    buf_char(b, '"');
}

static void put_host(struct buf *b, const char *name)
{
    size_t len = strlen(name);

    buf_text(b, name);
    if (!len || name[len - 1] != '.')
        buf_char(b, '.');
}

static void put_field(struct buf *b, const struct field *f, const cJSON *data, bool zone_file)
{
    const cJSON *item = json_get(data, f->name);
    const char *text = cJSON_IsString(item) ? item->valuestring : "";

    if (f->form == FIELD_8 || f->form == FIELD_16)
        buf_printf(b, "%d", item ? (int)item->valuedouble : 0);
    else if (f->form == FIELD_QUOTED && zone_file)
        put_quoted(b, text);
    else if (f->form == FIELD_QUOTED)
        buf_printf(b, "\"%s\"", text);
    else if (f->form == FIELD_HOST && !zone_file)
        buf_text(b, text);
    else if (f->form == FIELD_HOST || f->form == FIELD_TARGET)
        put_host(b, text);
    else
        buf_text(b, text);
}

static double loc_number(const cJSON *data, const char *name)
{
    const cJSON *item = json_get(data, name);

    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void put_loc(struct buf *b, const cJSON *data)
{
    static const char *const ways[] = { "lat", "long" };
    char name[32];

    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        snprintf(name, sizeof name, "%s_degrees", ways[i]);
        buf_printf(b, "%d ", (int)loc_number(data, name));
        snprintf(name, sizeof name, "%s_minutes", ways[i]);
        buf_printf(b, "%d ", (int)loc_number(data, name));
        snprintf(name, sizeof name, "%s_seconds", ways[i]);
        buf_printf(b, "%.3f ", loc_number(data, name));
        snprintf(name, sizeof name, "%s_direction", ways[i]);
        buf_printf(b, "%s ", json_text(data, name));
    }
    buf_printf(b, "%.2f %.2f %.2f %.2f", loc_number(data, "altitude"), loc_number(data, "size"),
               loc_number(data, "precision_horz"), loc_number(data, "precision_vert"));
}

/* SRV's content leaves its priority out: that stands beside it (DOC). */
static char *render(struct arena *a, enum dns_type type, const cJSON *data, bool zone_file)
{
    struct buf b;
    char *text;

    buf_init(&b);
    if (type == DNS_LOC)
        put_loc(&b, data);
    for (size_t i = 0; i < FIELDS_MOST && fields[type][i].name; i++) {
        const struct field *f = &fields[type][i];

        if (type == DNS_SRV && i == 0 && !zone_file)
            continue;
        if (f->form == FIELD_PARAMS && !json_get(data, f->name))
            continue;
        if (b.len)
            buf_char(&b, ' ');
        if (f->form == FIELD_TARGET && !zone_file)
            buf_text(&b, json_text(data, f->name));
        else
            put_field(&b, f, data, zone_file);
    }
    while (b.len && b.at[b.len - 1] == ' ')
        b.at[--b.len] = '\0';
    text = arena_strdup(a, b.at);
    buf_release(&b);
    return text;
}

static enum dns_data_fault loc_check(cJSON *data, const char **member)
{
    for (size_t i = 0; i < ARRAY_LEN(loc_fields); i++) {
        const struct loc_field *f = &loc_fields[i];
        const cJSON *item = json_get(data, f->name);

        *member = f->name;
        if (!item && !f->optional)
            return DNS_DATA_LACKS;
        if (!item)
            continue;
        if (f->letters) {
            if (!cJSON_IsString(item) || strlen(item->valuestring) != 1 ||
                !strchr(f->letters, *item->valuestring))
                return DNS_DATA_INVALID;
        } else {
            item = number_member(data, f->name);
            if (!item || !(item->valuedouble >= f->least && item->valuedouble <= f->most))
                return DNS_DATA_INVALID;
        }
    }
    return DNS_DATA_FINE;
}

static enum dns_data_fault fields_check(struct arena *a, enum dns_type type, cJSON *data,
                                        const char **member)
{
    for (size_t i = 0; i < FIELDS_MOST && fields[type][i].name; i++) {
        const struct field *f = &fields[type][i];

        *member = f->name;
        if (!json_get(data, f->name) && f->optional)
            continue;
        if (!json_get(data, f->name))
            return DNS_DATA_LACKS;
        if (!field_normal(a, f, data))
            return DNS_DATA_INVALID;
    }
    return DNS_DATA_FINE;
}

enum dns_data_fault dns_data_render(struct arena *a, enum dns_type type, cJSON *data, int priority,
                                    const char **content, const char **member)
{
    enum dns_data_fault fault;

    drop_foreign(type, data);
    if (type == DNS_SRV && priority >= 0 && !json_get(data, "priority"))
        json_put(data, "priority", json_number(priority));
    fault = type == DNS_LOC ? loc_check(data, member) : fields_check(a, type, data, member);
    if (fault == DNS_DATA_FINE)
        *content = render(a, type, data, false);
    return fault;
}

const char *dns_data_rdata(struct arena *a, enum dns_type type, const char *content, int priority,
                           const cJSON *data)
{
    switch (dns_types[type].form) {
    case DNS_FORM_HOST: {
        const char *host = strcmp(content, ".") == 0 ? "." : arena_printf(a, "%s.", content);

        return type == DNS_MX ? arena_printf(a, "%d %s", priority, host) : host;
    }
    case DNS_FORM_TEXT:
        return dns_text_quoted(a, content);
    case DNS_FORM_DATA:
        if (type == DNS_URI)
            return arena_printf(a, "%d %s", priority, render(a, type, data, true));
        return render(a, type, data, true);
    default:
        return content;
    }
}

/* CERT's type 0 is reserved. ldns refuses it, too, but never frees what it has read of it. */
static bool is_reserved(enum dns_type type, const char *rdata)
{
    char *end;
    long number = strtol(rdata, &end, 10);

    return type == DNS_CERT && end != rdata && (uint16_t)number == 0;
}

/* `origin` is what relative names are below, without the final dot. */
static ldns_rr *read_rr(struct arena *a, enum dns_type type, const char *rdata, const char *origin)
{
    char *line = arena_printf(a, "x. 1 IN %s %s", dns_types[type].name, rdata);
    ldns_rdf *root = ldns_dname_new_frm_str(arena_printf(a, "%s.", origin));
    ldns_rr *rr = NULL;

    if (root && !is_reserved(type, rdata) && ldns_rr_new_frm_str(&rr, line, 1, root, NULL) != LDNS_STATUS_OK)
        rr = NULL;
    ldns_rdf_deep_free(root);
    return rr;
}

size_t dns_data_wire(struct arena *a, enum dns_type type, const char *rdata)
{
    ldns_rr *rr = read_rr(a, type, rdata, "");
    size_t bytes = 0;

    for (size_t i = 0; rr && i < ldns_rr_rd_count(rr); i++)
        bytes += ldns_rdf_size(ldns_rr_rdf(rr, i));
    ldns_rr_free(rr);
    return bytes;
}

/* The presentation form of one part of a record. */
static char *rdf_text(struct arena *a, const ldns_rdf *rdf)
{
    char *text = ldns_rdf2str(rdf), *kept = arena_strdup(a, text ? text : "");

    LDNS_FREE(text);
    return kept;
}

static int rdf_number(const ldns_rdf *rdf)
{
    return ldns_rdf_size(rdf) == 1 ? ldns_rdf2native_int8(rdf) : ldns_rdf2native_int16(rdf);
}

static char *without_quotes(char *text)
{
    size_t len = strlen(text);

    if (len < 2 || text[0] != '"' || text[len - 1] != '"')
        return text;
    text[len - 1] = '\0';
    return text + 1;
}

static cJSON *loc_read(struct arena *a, const ldns_rdf *rdf)
{
    char *text = rdf_text(a, rdf);
    cJSON *data = cJSON_CreateObject();

    for (size_t i = 0; i < ARRAY_LEN(loc_fields); i++) {
        char *word = strsep(&text, " ");

        if (!word)
            break;
        json_put(data, loc_fields[i].name,
                 loc_fields[i].letters ? cJSON_CreateString(word)
                                       : cJSON_CreateNumber(strtod(word, NULL)));
    }
    return data;
}

static cJSON *fields_read(struct arena *a, enum dns_type type, const ldns_rr *rr)
{
    cJSON *data = cJSON_CreateObject();
    size_t at = type == DNS_URI ? 1 : 0; // its priority is no member of data

    for (size_t i = 0; i < FIELDS_MOST && fields[type][i].name; i++, at++) {
        const struct field *f = &fields[type][i];
        const ldns_rdf *rdf = at < ldns_rr_rd_count(rr) ? ldns_rr_rdf(rr, at) : NULL;

        if (!rdf)
            continue;
        if (f->form == FIELD_8 || f->form == FIELD_16)
            json_put(data, f->name, json_number(rdf_number(rdf)));
        else
            json_put(data, f->name, cJSON_CreateString(without_quotes(rdf_text(a, rdf))));
    }
    return data;
}

static const char *texts_read(struct arena *a, const ldns_rr *rr)
{
    char *content = NULL;

    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *text = rdf_text(a, ldns_rr_rdf(rr, i));

        content = content ? arena_printf(a, "%s %s", content, text) : text;
    }
    return content;
}

static void data_from(struct arena *a, enum dns_type type, const ldns_rr *rr, struct dns_data *out)
{
    const char *member;

    if (type == DNS_URI)
        out->priority = rdf_number(ldns_rr_rdf(rr, 0));
    out->data = type == DNS_LOC ? loc_read(a, ldns_rr_rdf(rr, 0)) : fields_read(a, type, rr);
    if (dns_data_render(a, type, out->data, -1, &out->content, &member) == DNS_DATA_FINE)
        return;
    cJSON_Delete(out->data);
    out->data = NULL;
    out->content = NULL;
}

struct dns_data dns_data_read(struct arena *a, enum dns_type type, const char *rdata,
                              const char *origin)
{
    struct dns_data out = { .priority = -1 };
    ldns_rr *rr = read_rr(a, type, rdata, origin);
    size_t at = 0;

    if (!rr || !ldns_rr_rd_count(rr))
        goto done;
    switch (dns_types[type].form) {
    case DNS_FORM_DATA:
        data_from(a, type, rr, &out);
        break;
    case DNS_FORM_TEXT:
        out.content = texts_read(a, rr);
        break;
    case DNS_FORM_HOST:
        if (type == DNS_MX && ldns_rr_rd_count(rr) > 1)
            out.priority = rdf_number(ldns_rr_rdf(rr, at++));
        out.content = dns_name_target(a, rdf_text(a, ldns_rr_rdf(rr, at)));
        break;
    default:
        out.content = rdf_text(a, ldns_rr_rdf(rr, 0));
    }
    if (type == DNS_SRV && out.data)
        out.priority = (int)json_whole(out.data, "priority", 0);
done:
    ldns_rr_free(rr);
    return out;
}
