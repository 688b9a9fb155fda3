#include "mock/state/domain.h"

#include "common/mem.h"
#include "common/text.h"

#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MOST 63
#define NAME_MOST 253

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

/* Lower case by ASCII's rules, no final dot. */
static char *folded_dup(const char *name)
{
    char *text = xstrdup(name);
    size_t len = strlen(text);

    text_lower(text);
    if (len > 1 && text[len - 1] == '.')
        text[len - 1] = '\0';
    return text;
}

char *domain_ascii_dup(const char *name)
{
    char *text = folded_dup(name), *ascii = NULL;

    if (!is_ascii(text) &&
        idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK) {
        free(text);
        text = xstrdup(ascii);
    }
    idn2_free(ascii);
    return text;
}

char *domain_shown_dup(const char *name)
{
    char *ascii, *shown = NULL;

    if (is_ascii(name))
        return folded_dup(name);
    ascii = domain_ascii_dup(name);
    if (idn2_to_unicode_8z8z(ascii, &shown, 0) == IDN2_OK) {
        free(ascii);
        ascii = xstrdup(shown);
    }
    idn2_free(shown);
    return ascii;
}

static bool is_label(const char *at, size_t len)
{
    if (!len || len > LABEL_MOST || at[0] == '-' || at[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)at[i]) && !isdigit((unsigned char)at[i]) && at[i] != '-')
            return false;
    return true;
}

bool domain_is_name(const char *ascii)
{
    size_t labels = 0;

    if (strlen(ascii) > NAME_MOST)
        return false;
    for (const char *at = ascii;; at++) {
        size_t len = strcspn(at, ".");

        if (!is_label(at, len))
            return false;
        labels++;
        if (!at[len])
            return labels > 1 && strspn(at, "0123456789") < len;
        at += len;
    }
}

/* Suffixes of two labels below which names are registered. A small part of the public suffix list,
 * which no one endpoint of the API shows. */
static const char *const suffixes[] = {
    "ac.uk",  "co.uk",  "gov.uk", "ltd.uk", "me.uk",  "net.uk", "org.uk", "plc.uk", "com.au",
    "edu.au", "gov.au", "id.au",  "net.au", "org.au", "co.nz",  "net.nz", "org.nz", "ac.jp",
    "co.jp",  "go.jp",  "ne.jp",  "or.jp",  "com.br", "net.br", "org.br", "com.mx", "org.mx",
    "co.za",  "org.za", "co.in",  "net.in", "org.in", "com.cn", "net.cn", "org.cn", "com.tw",
    "org.tw", "com.hk", "org.hk", "com.sg", "org.sg", "com.my", "co.kr",  "or.kr",  "com.tr",
    "org.tr", "com.ar", "com.pl", "net.pl", "org.pl", "com.ua", "co.il",  "org.il", "co.id",
    "co.th",  "com.vn", "com.ph", "com.es", "com.pt", "co.at",  "or.at",  "com.co", "com.pe",
    "com.ng", "co.ke",  "com.eg", "com.sa", "com.pk", "com.bd", "eu.org", "uk.com", "us.com",
};

static bool is_suffix(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (strcmp(suffixes[i], text) == 0)
            return true;
    return false;
}

bool domain_is_registrable(const char *ascii)
{
    const char *parent = strchr(ascii, '.');

    if (!domain_is_name(ascii) || is_suffix(ascii))
        return false;
    return is_suffix(parent + 1) || !strchr(parent + 1, '.');
}
