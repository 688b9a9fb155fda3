#include "mock/state/identity.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* An address as 16 bytes; IPv4 stands behind ::ffff:, however it was written. */
static bool address_parse(const char *text, unsigned char out[16], bool *is_v4)
{
    memcpy(out, mapped, sizeof mapped);
    *is_v4 = inet_pton(AF_INET, text, out + sizeof mapped) == 1;
    if (*is_v4)
        return true;
    if (inet_pton(AF_INET6, text, out) != 1)
        return false;
    *is_v4 = memcmp(out, mapped, sizeof mapped) == 0;
    return true;
}

bool cidr_parse(const char *text, struct cidr *out)
{
    const char *slash = strchr(text, '/'), *digits = slash ? slash + 1 : "";
    char address[64];
    bool is_v4;
    unsigned long bits;

    if (!slash || (size_t)(slash - text) >= sizeof address)
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (!address_parse(address, out->bytes, &is_v4))
        return false;
    if (!isdigit((unsigned char)digits[0]) || strspn(digits, "0123456789") != strlen(digits) ||
        strlen(digits) > 3 || (digits[0] == '0' && digits[1]))
        return false;
    bits = strtoul(digits, NULL, 10);
    if (strchr(address, ':')) {
        if (bits > 128)
            return false;
    } else {
        if (bits > 32)
            return false;
        bits += 96;
    }
    out->bits = (unsigned)bits;
    return true;
}

/* A range of IPv6 such as ::/0 holds no IPv4 address, though these are kept as mapped ones. */
bool cidr_holds(const struct cidr *c, const char *address)
{
    unsigned char bytes[16];
    unsigned whole = c->bits / 8, rest = c->bits % 8;
    bool is_v4;

    if (!address_parse(address, bytes, &is_v4) || (is_v4 && c->bits < 96))
        return false;
    if (memcmp(bytes, c->bytes, whole) != 0)
        return false;
    return !rest || (bytes[whole] ^ c->bytes[whole]) >> (8 - rest) == 0;
}
