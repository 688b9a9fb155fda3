/* tls: what the mock shows on TLS connections: its certificate authority and one context a kind of
 * certificate, each made when it is first asked for. Of the whole process; any thread between setup
 * and release. */
#ifndef MF_TLS_H
#define MF_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

enum tls_certificate {
    TLS_VALID,      // signed by the authority that clients are told to trust
    TLS_FOREIGN_CA, // signed by another one
    TLS_EXPIRED,    // since yesterday
    TLS_WRONG_NAME, // for another host
    TLS_CERTIFICATE_COUNT
};

const char *tls_certificate_name(enum tls_certificate kind); // "valid", "foreign-ca", …
const char *const *tls_certificate_names(void);              // NULL-terminated
bool tls_certificate_by_name(const char *name, enum tls_certificate *out);

/* Before threads start: where the authority is kept (NULL: in memory alone), and the address that
 * clients are told. */
void tls_setup(const char *dir, const char *host);
void tls_release(void); // every connection has ended by then
/* The context of that kind, borrowed; NULL and *why (caller frees). */
SSL_CTX *tls_context(enum tls_certificate kind, char **why);
/* The authority as PEM (caller's), and a file that holds it: in `dir`, else one of a temporary
 * folder that the release removes. NULL and *why. */
char *tls_authority_dup(char **why);
const char *tls_authority_file(char **why);

#endif
