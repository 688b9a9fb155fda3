#include "mock/families/dns_name.h"

#include "common/text.h"

#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MOST 63
#define NAME_MOST 253

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* U-labels to A-labels; NULL: not to be written so. */
static char *to_ascii(struct arena *a, const char *text)
{
    char *ascii = NULL, *kept = NULL;

    if (is_ascii(text))
        return arena_strdup(a, text);
    if (idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
        kept = arena_strdup(a, ascii);
    idn2_free(ascii);
    return kept;
}

static void cut_final_dot(char *name)
{
    size_t len = strlen(name);

    if (len && name[len - 1] == '.')
        name[len - 1] = '\0';
}

/* `/` stands in the names of classless reverse zones (RFC 2317); `*` only alone, as the first
 * label. */
static bool is_label_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '/';
}

static bool is_label(const char *label, size_t len, bool first)
{
    if (len == 0 || len > LABEL_MOST)
        return false;
    if (first && len == 1 && *label == '*')
        return true;
    for (size_t i = 0; i < len; i++)
        if (!is_label_char(label[i]))
            return false;
    return true;
}

static bool is_name(const char *name)
{
    bool first = true;

    if (strlen(name) > NAME_MOST)
        return false;
    for (const char *at = name;; first = false) {
        size_t len = strcspn(at, ".");

        if (!is_label(at, len, first))
            return false;
        if (!at[len])
            return true;
        at += len + 1;
    }
}

bool dns_name_within(const char *name, const char *zone)
{
    size_t len = strlen(name), zone_len = strlen(zone);

    return len >= zone_len && strcmp(name + len - zone_len, zone) == 0 &&
           (len == zone_len || name[len - zone_len - 1] == '.');
}

char *dns_name_full(struct arena *a, const char *given, const char *zone)
{
    char *name = to_ascii(a, strcmp(given, "@") == 0 ? zone : given);

    if (!name)
        return NULL;
    text_lower(name);
    cut_final_dot(name);
    if (!dns_name_within(name, zone))
        name = arena_printf(a, "%s.%s", name, zone);
    return is_name(name) ? name : NULL;
}

char *dns_name_target(struct arena *a, const char *given)
{
    char *name = to_ascii(a, given);

    if (!name || strcmp(name, ".") == 0)
        return name;
    cut_final_dot(name);
    return is_name(name) ? name : NULL;
}

const char *dns_name_sought(struct arena *a, const char *name)
{
    char *ascii = to_ascii(a, name);

    if (!ascii)
        return name;
    text_lower(ascii);
    cut_final_dot(ascii);
    return ascii;
}

size_t dns_name_wire(const char *name)
{
    return strcmp(name, ".") == 0 || !*name ? 1 : strlen(name) + 2;
}

static const char *next_counted(const char *at)
{
    while (*at && !isalnum((unsigned char)*at))
        at++;
    return at;
}

int dns_name_compare(const char *a, const char *b)
{
    const char *one, *two;
    size_t same = 0;

    while (a[same] && a[same] == b[same])
        same++;
    if (a[same] == b[same])
        return 0;
    one = next_counted(a + same); // what is behind a head that both have decides
    two = next_counted(b + same);
    while (*one && *one == *two) {
        one = next_counted(one + 1);
        two = next_counted(two + 1);
    }
    if (*one != *two)
        return (unsigned char)*one < (unsigned char)*two ? -1 : 1;
    return (unsigned char)a[same] < (unsigned char)b[same] ? -1 : 1;
}
