/* domain: names of domains: lower case, and the ASCII form (punycode) of names in other scripts. Any
 * thread. */
#ifndef MF_DOMAIN_H
#define MF_DOMAIN_H

#include <stdbool.h>

/* Lower case without a final dot, in the script it came in. The caller's. */
char *domain_shown_dup(const char *name);
/* The same with each label that is not ASCII as "xn--…"; what is no name at all is kept as it is. */
char *domain_ascii_dup(const char *name);
/* Is the ASCII form a domain name: two or more labels of 1 to 63 letters, digits and inner hyphens
 * (a leading underscore is none), 253 characters at most, not ending in a number. */
bool domain_is_name(const char *ascii);
/* Is it what registries give out: one label below a public suffix ("example.com", "example.co.uk"). */
bool domain_is_registrable(const char *ascii);

#endif
