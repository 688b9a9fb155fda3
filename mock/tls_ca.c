#include "mock/tls_ca.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_S 86400L
#define CA_DAYS 3650L

struct tls_ca {
    struct tls_pair own;
};

char *tls_error_dup(const char *what)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    ERR_clear_error();
    return text_printf("%s%s%s", what, reason ? ": " : "", reason ? reason : "");
}

void tls_pair_release(struct tls_pair *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
    *pair = (struct tls_pair){ 0 };
}

void tls_ca_free(struct tls_ca *ca)
{
    if (!ca)
        return;
    tls_pair_release(&ca->own);
    free(ca);
}

static bool add_extension(X509 *of, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, of, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    added = extension && X509_add_ext(of, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/* A serial number nobody used before: 127 random bits. */
static bool set_serial(X509 *certificate)
{
    unsigned char bytes[16];
    BIGNUM *n;
    bool set;

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] &= 0x7f;
    n = BN_bin2bn(bytes, sizeof bytes, NULL);
    set = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(certificate)) != NULL;
    BN_free(n);
    return set;
}

static bool set_name(X509 *certificate, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                      (const unsigned char *)"Mockflare (for tests only)", -1, -1,
                                      0) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
                                      -1, -1, 0) == 1;
}

/* A key, and a certificate for it that lacks its extensions and signature. */
static bool begin_pair(struct tls_pair *pair, const char *common_name, long from_s, long until_s)
{
    pair->key = EVP_EC_gen("P-256");
    pair->certificate = X509_new();
    return pair->key && pair->certificate &&
           X509_set_version(pair->certificate, X509_VERSION_3) == 1 &&
           set_serial(pair->certificate) && set_name(pair->certificate, common_name) &&
           X509_gmtime_adj(X509_getm_notBefore(pair->certificate), from_s) &&
           X509_gmtime_adj(X509_getm_notAfter(pair->certificate), until_s) &&
           X509_set_pubkey(pair->certificate, pair->key) == 1;
}

struct tls_ca *tls_ca_new(const char *common_name, char **why)
{
    struct tls_ca *ca = xcalloc(1, sizeof *ca);
    X509 *own;

    if (begin_pair(&ca->own, common_name, -DAY_S, CA_DAYS * DAY_S) &&
        (own = ca->own.certificate) != NULL &&
        X509_set_issuer_name(own, X509_get_subject_name(own)) == 1 &&
        add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(own, own, NID_subject_key_identifier, "hash") &&
        X509_sign(own, ca->own.key, EVP_sha256()))
        return ca;
    *why = tls_error_dup("cannot make a certificate authority");
    tls_ca_free(ca);
    return NULL;
}

/* "DNS:localhost,IP:127.0.0.1", the caller's. */
static char *alternative_names_dup(const struct tls_names *names)
{
    char *all = xstrdup("");

    for (size_t i = 0; i < names->count; i++) {
        unsigned char address[16];
        bool is_address = inet_pton(AF_INET, names->items[i], address) == 1 ||
                          inet_pton(AF_INET6, names->items[i], address) == 1;
        char *more =
            text_printf("%s%s%s:%s", all, i ? "," : "", is_address ? "IP" : "DNS", names->items[i]);

        free(all);
        all = more;
    }
    return all;
}

int tls_ca_sign(const struct tls_ca *ca, const struct tls_names *names, long from_s, long until_s,
                struct tls_pair *out, char **why)
{
    char *alternatives = alternative_names_dup(names);
    X509 *issuer = ca->own.certificate;
    bool made;

    *out = (struct tls_pair){ 0 };
    made = begin_pair(out, names->items[0], from_s, until_s) &&
           X509_set_issuer_name(out->certificate, X509_get_subject_name(issuer)) == 1 &&
           add_extension(out->certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(out->certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(out->certificate, issuer, NID_ext_key_usage, "serverAuth") &&
           add_extension(out->certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(out->certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
           add_extension(out->certificate, issuer, NID_subject_alt_name, alternatives) &&
           X509_sign(out->certificate, ca->own.key, EVP_sha256());
    free(alternatives);
    if (made)
        return 0;
    *why = tls_error_dup("cannot sign a certificate");
    tls_pair_release(out);
    return -1;
}

static char *bio_text_dup(BIO *bio)
{
    char *at;
    long len = BIO_get_mem_data(bio, &at);

    return xstrndup(at, (size_t)len);
}

char *tls_ca_pem_dup(const struct tls_ca *ca)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    PEM_write_bio_X509(bio, ca->own.certificate);
    text = bio_text_dup(bio);
    BIO_free(bio);
    return text;
}

static int write_pair(const struct tls_ca *ca, const char *certificate_path, const char *key_path,
                      char **why)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *certificate = tls_ca_pem_dup(ca), *key;
    int rc;

    PEM_write_bio_PrivateKey(bio, ca->own.key, NULL, NULL, 0, NULL, NULL);
    key = bio_text_dup(bio);
    rc = file_write(key_path, key, strlen(key), 0600, why);
    if (rc == 0)
        rc = file_write(certificate_path, certificate, strlen(certificate), 0644, why);
    OPENSSL_cleanse(key, strlen(key));
    free(key);
    free(certificate);
    BIO_free(bio);
    return rc;
}

static int read_pair(struct tls_pair *pair, const char *certificate_path, const char *key_path,
                     char **why)
{
    char *certificate = NULL, *key = NULL;
    size_t certificate_len = 0, key_len = 0;
    BIO *c, *k;
    int rc = -1;

    if (file_read(certificate_path, &certificate, &certificate_len, why) != 0 ||
        file_read(key_path, &key, &key_len, why) != 0)
        goto done;
    c = BIO_new_mem_buf(certificate, (int)certificate_len);
    k = BIO_new_mem_buf(key, (int)key_len);
    pair->certificate = PEM_read_bio_X509(c, NULL, NULL, NULL);
    pair->key =
        PEM_read_bio_PrivateKey(k, NULL, NULL, (void *)""); // an empty pass phrase: never ask
    BIO_free(c);
    BIO_free(k);
    ERR_clear_error();
    if (!pair->certificate)
        *why = text_printf("%s holds no certificate", certificate_path);
    else if (!pair->key || X509_check_private_key(pair->certificate, pair->key) != 1)
        *why = text_printf("%s is not the key of %s", key_path, certificate_path);
    else if (X509_check_ca(pair->certificate) != 1)
        *why = text_printf("%s is no certificate authority", certificate_path);
    else if (X509_cmp_current_time(X509_get0_notAfter(pair->certificate)) < 0)
        *why = text_printf("%s has expired; remove it, and a new one is made", certificate_path);
    else
        rc = 0;
    ERR_clear_error();
done:
    free(certificate);
    if (key)
        OPENSSL_cleanse(key, key_len);
    free(key);
    return rc;
}

struct tls_ca *tls_ca_keep(const char *dir, const char *common_name, char **why)
{
    char *certificate = text_printf("%s/ca.pem", dir), *key = text_printf("%s/ca-key.pem", dir);
    struct tls_ca *ca = NULL;
    int rc = -1;

    if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
        *why = text_printf("cannot make %s: %s", dir, strerror(errno));
    } else if (access(certificate, F_OK) == 0 || access(key, F_OK) == 0) {
        ca = xcalloc(1, sizeof *ca);
        rc = read_pair(&ca->own, certificate, key, why);
    } else {
        ca = tls_ca_new(common_name, why);
        rc = ca ? write_pair(ca, certificate, key, why) : -1;
    }
    if (rc != 0) {
        tls_ca_free(ca);
        ca = NULL;
    }
    free(certificate);
    free(key);
    return ca;
}
