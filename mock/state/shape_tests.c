/* The tests that rows of a shape name as `good`. */
#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity.h"
#include "mock/state/shape.h"

#include <ctype.h>
#include <string.h>

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define LOWER_HEX "0123456789abcdef"

static bool all_of(const char *text, const char *set, size_t least, size_t most)
{
    size_t len = strlen(text);

    return len >= least && len <= most && strspn(text, set) == len;
}

bool shape_hex32(const char *text)
{
    return all_of(text, LOWER_HEX, 32, 32);
}

bool shape_hex64(const char *text)
{
    return all_of(text, LOWER_HEX, 64, 64);
}

bool shape_not_empty(const char *text)
{
    return *text != '\0';
}

/* One '@' between a name and a host with a dot, no blanks. */
bool shape_email(const char *text)
{
    const char *at = strchr(text, '@'), *dot = at ? strchr(at + 1, '.') : NULL;

    if (!dot || at == text || dot == at + 1 || strchr(at + 1, '@') || strlen(text) > 254)
        return false;
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f)
            return false;
    return !text_ends(text, ".");
}

bool shape_time(const char *text)
{
    int64_t stamp;

    return stamp_parse(text, 0, &stamp);
}

bool shape_cidr(const char *text)
{
    struct cidr range;

    return cidr_parse(text, &range);
}

/* Labels of letters, digits, '-' and '_' (and bytes beyond ASCII), at least two of them. */
bool shape_domain(const char *text)
{
    size_t label = 0, labels = 1;

    if (strlen(text) > 253)
        return false;
    for (const char *s = text; *s; s++) {
        if (*s == '.') {
            if (!label)
                return false;
            label = 0;
            labels++;
        } else if (!isalnum((unsigned char)*s) && !strchr("-_", *s) && (unsigned char)*s < 0x80) {
            return false;
        } else if (++label > 63) {
            return false;
        }
    }
    return label && labels >= 2;
}

/* The shape that passes the header check (reference notes, auth-and-tokens §2): anything else is
 * refused with 6111 before the look-up, so a scenario's token of another shape could never be used.
 */
bool shape_token_value(const char *text)
{
    static const char *const prefixes[] = { "cfut_", "cfat_", "cfk_", "cfoat_" };

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (text_starts(text, prefixes[i]) &&
            all_of(text + strlen(prefixes[i]), ALNUM "_-", 40, 75))
            return true;
    return all_of(text, ALNUM "_-", 40, 80);
}

bool shape_global_key(const char *text)
{
    return all_of(text, LOWER_HEX, 37, 37) ||
           (text_starts(text, "cfk_") && all_of(text + 4, ALNUM, 48, 48));
}
