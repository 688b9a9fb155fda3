#include "mock/tls.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/tls_ca.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400L

static const char *const names[TLS_CERTIFICATE_COUNT + 1] = {
    [TLS_VALID] = "valid",
    [TLS_FOREIGN_CA] = "foreign-ca",
    [TLS_EXPIRED] = "expired",
    [TLS_WRONG_NAME] = "wrong-name",
};

static struct {
    pthread_mutex_t lock; // over all of it
    char *dir, *host;
    struct tls_ca *ca;
    SSL_CTX *contexts[TLS_CERTIFICATE_COUNT];
    char *folder, *file; // of the authority; folder NULL: it is `dir`
} tls = { .lock = PTHREAD_MUTEX_INITIALIZER };

const char *tls_certificate_name(enum tls_certificate kind)
{
    return names[kind];
}

const char *const *tls_certificate_names(void)
{
    return names;
}

bool tls_certificate_by_name(const char *name, enum tls_certificate *out)
{
    for (size_t i = 0; i < TLS_CERTIFICATE_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum tls_certificate)i;
            return true;
        }
    return false;
}

void tls_setup(const char *dir, const char *host)
{
    tls.dir = dir ? xstrdup(dir) : NULL;
    tls.host = xstrdup(host);
}

void tls_release(void)
{
    for (size_t i = 0; i < TLS_CERTIFICATE_COUNT; i++) {
        SSL_CTX_free(tls.contexts[i]);
        tls.contexts[i] = NULL;
    }
    tls_ca_free(tls.ca);
    tls.ca = NULL;
    if (tls.folder) {
        unlink(tls.file);
        rmdir(tls.folder);
    }
    free(tls.folder);
    free(tls.file);
    free(tls.dir);
    free(tls.host);
    tls.folder = tls.file = tls.dir = tls.host = NULL;
}

/* The hosts that the API is met under: its own name, this machine's, and where the mock listens. */
static void list_names(struct tls_names *out, char machine[256])
{
    static const char *const always[] = { "api.cloudflare.com", "localhost", "127.0.0.1", "::1" };
    const char *host = tls.host ? tls.host : "localhost";
    bool everywhere = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0, known = false;

    for (out->count = 0; out->count < ARRAY_LEN(always); out->count++) {
        out->items[out->count] = always[out->count];
        known = known || strcmp(host, always[out->count]) == 0;
    }
    if (!everywhere && !known)
        out->items[out->count++] = host;
    else if (everywhere && gethostname(machine, 256) == 0 && *machine)
        out->items[out->count++] = machine;
}

/* HTTP/1.1, if the client lists what it speaks and that is among it. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *with)
{
    static const unsigned char ours[] = "\x08http/1.1";

    (void)ssl;
    (void)with;
    if (SSL_select_next_proto((unsigned char **)out, out_len, ours, sizeof ours - 1, in, in_len) ==
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *context_of(const struct tls_pair *pair, char **why)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_use_certificate(context, pair->certificate) != 1 ||
        SSL_CTX_use_PrivateKey(context, pair->key) != 1) {
        *why = tls_error_dup("cannot use the certificate");
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return context;
}

static struct tls_ca *make_authority(char **why)
{
    static const char name[] = "Mockflare test CA";

    if (!tls.ca)
        tls.ca = tls.dir ? tls_ca_keep(tls.dir, name, why) : tls_ca_new(name, why);
    return tls.ca;
}

static SSL_CTX *make_context(enum tls_certificate kind, char **why)
{
    char machine[256] = "";
    struct tls_names right = { 0 }, wrong = { { "wrong-host.example" }, 1 };
    struct tls_ca *ca =
        kind == TLS_FOREIGN_CA ? tls_ca_new("Another test CA", why) : make_authority(why);
    struct tls_pair pair;
    SSL_CTX *context = NULL;
    bool expired = kind == TLS_EXPIRED;

    list_names(&right, machine);
    if (ca &&
        tls_ca_sign(ca, kind == TLS_WRONG_NAME ? &wrong : &right, (expired ? -30 : -1) * DAY_S,
                    (expired ? -1 : 365) * DAY_S, &pair, why) == 0) {
        context = context_of(&pair, why);
        tls_pair_release(&pair);
    }
    if (kind == TLS_FOREIGN_CA)
        tls_ca_free(ca);
    return context;
}

SSL_CTX *tls_context(enum tls_certificate kind, char **why)
{
    SSL_CTX *context;

    pthread_mutex_lock(&tls.lock);
    if (!tls.contexts[kind])
        tls.contexts[kind] = make_context(kind, why);
    context = tls.contexts[kind];
    pthread_mutex_unlock(&tls.lock);
    return context;
}

char *tls_authority_dup(char **why)
{
    char *pem;

    pthread_mutex_lock(&tls.lock);
    pem = make_authority(why) ? tls_ca_pem_dup(tls.ca) : NULL;
    pthread_mutex_unlock(&tls.lock);
    return pem;
}

static int write_file(char **why)
{
    const char *tmp = getenv("TMPDIR");
    char *pem;
    int rc = -1;

    if (!make_authority(why))
        return -1;
    if (tls.dir) {
        tls.file = text_printf("%s/ca.pem", tls.dir);
        return 0;
    }
    tls.folder = text_printf("%s/mockflare-ca-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(tls.folder)) {
        *why = text_printf("cannot make %s: %s", tls.folder, strerror(errno));
        free(tls.folder);
        tls.folder = NULL;
        return -1;
    }
    tls.file = text_printf("%s/ca.pem", tls.folder);
    pem = tls_ca_pem_dup(tls.ca);
    rc = file_write(tls.file, pem, strlen(pem), 0644, why);
    free(pem);
    return rc;
}

const char *tls_authority_file(char **why)
{
    const char *file;

    pthread_mutex_lock(&tls.lock);
    if (!tls.file && write_file(why) != 0) {
        free(tls.file);
        tls.file = NULL;
    }
    file = tls.file;
    pthread_mutex_unlock(&tls.lock);
    return file;
}
