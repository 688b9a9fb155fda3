/* tls_ca: a certificate authority of the mock's own and the server certificates that it signs
 * (OpenSSL; P-256 keys, SHA-256). Owns its key and certificate; a signed pair is the caller's. Any
 * thread may sign once the authority is made. */
#ifndef MF_TLS_CA_H
#define MF_TLS_CA_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct tls_ca;

struct tls_pair {
    X509 *certificate;
    EVP_PKEY *key;
};

struct tls_names {        // what a server certificate vouches for
    const char *items[8]; // host names and addresses
    size_t count;
};

/* A new authority. NULL and *why (caller frees) if OpenSSL cannot make one. */
struct tls_ca *tls_ca_new(const char *common_name, char **why);
/* The authority that `dir` keeps in ca.pem and ca-key.pem; the folder and a new authority if there
 * is none yet. NULL and *why if what is there is of no use. */
struct tls_ca *tls_ca_keep(const char *dir, const char *common_name, char **why);
void tls_ca_free(struct tls_ca *ca); // NULL is fine

char *tls_ca_pem_dup(const struct tls_ca *ca); // its certificate
/* Signs a server certificate, valid from `from_s` to `until_s` seconds from now. 0, or -1 and *why.
 */
int tls_ca_sign(const struct tls_ca *ca, const struct tls_names *names, long from_s, long until_s,
                struct tls_pair *out, char **why);
void tls_pair_release(struct tls_pair *pair);
/* What OpenSSL has to say about the failure of this thread's last call; the caller's. */
char *tls_error_dup(const char *what);

#endif
