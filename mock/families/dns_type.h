/* dns_type: the record types of the API and what sets each apart. Read-only. */
#ifndef MF_DNS_TYPE_H
#define MF_DNS_TYPE_H

#include <stdbool.h>
#include <stddef.h>

enum dns_type { // by name, as lists are ordered by type
    DNS_A,
    DNS_AAAA,
    DNS_CAA,
    DNS_CERT,
    DNS_CNAME,
    DNS_DNSKEY,
    DNS_DS,
    DNS_HTTPS,
    DNS_LOC,
    DNS_MX,
    DNS_NAPTR,
    DNS_NS,
    DNS_OPENPGPKEY,
    DNS_PTR,
    DNS_SMIMEA,
    DNS_SRV,
    DNS_SSHFP,
    DNS_SVCB,
    DNS_TLSA,
    DNS_TXT,
    DNS_URI,
    DNS_TYPE_COUNT // also: no type
};

enum dns_form {
    DNS_FORM_IP4,
    DNS_FORM_IP6,
    DNS_FORM_HOST, // a host name
    DNS_FORM_TEXT, // character strings, quoted or not
    DNS_FORM_WORD, // base64
    DNS_FORM_DATA  // made of the members of `data`
};

struct dns_type_row {
    const char *name;
    enum dns_form form;
    bool proxies;  // may be proxied where name and content are public
    bool priority; // has a member `priority` beside its content
};
extern const struct dns_type_row dns_types[DNS_TYPE_COUNT];

enum dns_type dns_type_of(const char *name); // case matters; DNS_TYPE_COUNT: none

#endif
