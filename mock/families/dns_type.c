#include "mock/families/dns_type.h"

#include <string.h>

// clang-format off: name, form, proxies, priority
const struct dns_type_row dns_types[DNS_TYPE_COUNT] = {
    [DNS_A] = { "A", DNS_FORM_IP4, true, false },
    [DNS_AAAA] = { "AAAA", DNS_FORM_IP6, true, false },
    [DNS_CAA] = { "CAA", DNS_FORM_DATA, false, false },
    [DNS_CERT] = { "CERT", DNS_FORM_DATA, false, false },
    [DNS_CNAME] = { "CNAME", DNS_FORM_HOST, true, false },
    [DNS_DNSKEY] = { "DNSKEY", DNS_FORM_DATA, false, false },
    [DNS_DS] = { "DS", DNS_FORM_DATA, false, false },
    [DNS_HTTPS] = { "HTTPS", DNS_FORM_DATA, false, false },
    [DNS_LOC] = { "LOC", DNS_FORM_DATA, false, false },
    [DNS_MX] = { "MX", DNS_FORM_HOST, false, true },
    [DNS_NAPTR] = { "NAPTR", DNS_FORM_DATA, false, false },
    [DNS_NS] = { "NS", DNS_FORM_HOST, false, false },
    [DNS_OPENPGPKEY] = { "OPENPGPKEY", DNS_FORM_WORD, false, false },
    [DNS_PTR] = { "PTR", DNS_FORM_HOST, false, false },
    [DNS_SMIMEA] = { "SMIMEA", DNS_FORM_DATA, false, false },
    [DNS_SRV] = { "SRV", DNS_FORM_DATA, false, true },
    [DNS_SSHFP] = { "SSHFP", DNS_FORM_DATA, false, false },
    [DNS_SVCB] = { "SVCB", DNS_FORM_DATA, false, false },
    [DNS_TLSA] = { "TLSA", DNS_FORM_DATA, false, false },
    [DNS_TXT] = { "TXT", DNS_FORM_TEXT, false, false },
    [DNS_URI] = { "URI", DNS_FORM_DATA, false, true },
};
// clang-format on

enum dns_type dns_type_of(const char *name)
{
    enum dns_type t = DNS_A;

    while (t < DNS_TYPE_COUNT &&
           (*dns_types[t].name != *name || strcmp(dns_types[t].name, name) != 0))
        t++;
    return t;
}
