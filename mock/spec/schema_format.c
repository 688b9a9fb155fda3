#include "mock/spec/schema_format.h"

#include "common/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

static bool digits_like(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == '0' ? !isdigit((unsigned char)*text) : *text != *form)
            return false;
    return true;
}

/* RFC 3339: 2026-01-02T03:04:05[.678](Z|+00:00). */
static bool is_date_time(const char *text)
{
    if (!digits_like(text, "0000-00-0") || strlen(text) < 20 || !strchr("Tt ", text[10]) ||
        !digits_like(text + 11, "00:00:00"))
        return false;
    text += 19;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (*text == 'Z' || *text == 'z')
        return !text[1];
    return (*text == '+' || *text == '-') && digits_like(text + 1, "00:00") && !text[6];
}

bool schema_format_fits(enum schema_format format, const char *text)
{
    unsigned char address[16];

    switch (format) {
    case FORMAT_DATE_TIME:
        return is_date_time(text);
    case FORMAT_DATE:
        return strlen(text) == 10 && digits_like(text, "0000-00-00");
    case FORMAT_UUID:
        return text_is_uuid(text);
    case FORMAT_IPV4:
        return inet_pton(AF_INET, text, address) == 1;
    case FORMAT_IPV6:
        return inet_pton(AF_INET6, text, address) == 1;
    case FORMAT_EMAIL:
        return strchr(text, '@') != NULL;
    default:
        return true;
    }
}

const char *schema_format_words(enum schema_format format)
{
    switch (format) {
    case FORMAT_DATE_TIME:
        return "a time such as 2026-01-02T03:04:05Z";
    case FORMAT_DATE:
        return "a date such as 2026-01-02";
    case FORMAT_UUID:
        return "a UUID";
    case FORMAT_IPV4:
        return "an IPv4 address";
    case FORMAT_IPV6:
        return "an IPv6 address";
    case FORMAT_EMAIL:
        return "an e-mail address";
    default:
        return "";
    }
}
