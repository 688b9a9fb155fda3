#include "mock/store/blob.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)
#define SLICE_COPIED ((size_t)64 << 10) // a shorter slice does not keep the whole

struct blob {
    atomic_uint refs;
    enum { IN_BLOCK, IN_FILE, IN_WHOLE } place; // own block of memory, mapped file, another blob
    size_t len;
    char *at;
    struct blob *whole;
};

struct blob_maker {
    struct buf bytes; // until there are too many for memory
    size_t len;
    int file; // -1: none yet
};

static struct blob *wrap(int place, char *at, size_t len)
{
    struct blob *b = xcalloc(1, sizeof *b);

    atomic_init(&b->refs, 1);
    b->place = place;
    b->at = at;
    b->len = len;
    return b;
}

static char *failed(const char *what)
{
    const char *folder = getenv("TMPDIR");

    return text_printf("cannot %s a temporary file in %s: %s", what,
                       folder && *folder ? folder : "/tmp", strerror(errno));
}

/* A file without a name. File systems that can't make one get a name that goes at once. */
static int open_file(char **why)
{
    const char *folder = getenv("TMPDIR");
    int file;

    folder = folder && *folder ? folder : "/tmp";
    file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) {
        char *name = text_printf("%s/mockflare-XXXXXX", folder);

        file = mkostemp(name, O_CLOEXEC);
        if (file >= 0)
            unlink(name);
        free(name);
    }
    if (file < 0)
        *why = failed("make");
    return file;
}

static int write_all(int file, const char *at, size_t len, char **why)
{
    while (len) {
        ssize_t n = write(file, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            *why = failed("write");
            return -1;
        }
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static struct blob *map_file(int file, size_t len, char **why)
{
    void *at = mmap(NULL, len, PROT_READ, MAP_SHARED, file, 0);

    if (at == MAP_FAILED) {
        *why = failed("map");
        return NULL;
    }
    return wrap(IN_FILE, at, len);
}

struct blob_maker *blob_maker_new(void)
{
    struct blob_maker *m = xcalloc(1, sizeof *m);

    m->file = -1;
    return m;
}

int blob_maker_add(struct blob_maker *m, const void *bytes, size_t len, char **why)
{
    m->len += len;
    if (m->file < 0 && m->len <= BLOB_IN_MEMORY) {
        buf_add(&m->bytes, bytes, len);
        return 0;
    }
    if (m->file < 0) {
        m->file = open_file(why);
        if (m->file < 0 || write_all(m->file, m->bytes.at, m->bytes.len, why) != 0)
            return -1;
        buf_release(&m->bytes);
    }
    return write_all(m->file, bytes, len, why);
}

size_t blob_maker_len(const struct blob_maker *m)
{
    return m->len;
}

struct blob *blob_maker_end(struct blob_maker *m, char **why)
{
    struct blob *b;

    if (m->file >= 0) {
        b = map_file(m->file, m->len, why);
    } else {
        char *at = buf_take(&m->bytes);

        b = wrap(IN_BLOCK, xrealloc(at, m->len + 1),
                 m->len); // no more than is needed: it may be kept
    }
    blob_maker_free(m);
    return b;
}

void blob_maker_free(struct blob_maker *m)
{
    if (!m)
        return;
    buf_release(&m->bytes);
    if (m->file >= 0)
        close(m->file);
    free(m);
}

struct blob *blob_new(const void *bytes, size_t len, char **why)
{
    struct blob_maker *m = blob_maker_new();

    if (blob_maker_add(m, bytes, len, why) == 0)
        return blob_maker_end(m, why);
    blob_maker_free(m);
    return NULL;
}

struct blob *blob_new_take(char *bytes, size_t len, char **why)
{
    struct blob *b;

    if (len > BLOB_IN_MEMORY) {
        b = blob_new(bytes, len, why);
        free(bytes);
        return b;
    }
    bytes = xrealloc(bytes, len + 1);
    bytes[len] = '\0';
    return wrap(IN_BLOCK, bytes, len);
}

static int copy_file(struct blob_maker *m, int file, const char *path, char **why)
{
    char *piece = xmalloc(PIECE);
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(file, piece, PIECE)) != 0) {
        if (n > 0) {
            rc = blob_maker_add(m, piece, (size_t)n, why);
        } else if (errno != EINTR) {
            *why = text_printf("cannot read %s: %s", path, strerror(errno));
            rc = -1;
        }
    }
    free(piece);
    return rc;
}

struct blob *blob_from_file(const char *path, char **why)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct blob_maker *m;
    struct blob *b = NULL;

    if (file < 0) {
        *why = text_printf("cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    m = blob_maker_new();
    if (copy_file(m, file, path, why) == 0)
        b = blob_maker_end(m, why);
    else
        blob_maker_free(m);
    close(file);
    return b;
}

struct blob *blob_slice(struct blob *whole, size_t from, size_t len)
{
    struct blob *b;
    char *copy;

    from = from < whole->len ? from : whole->len;
    len = len < whole->len - from ? len : whole->len - from;
    if (len == whole->len)
        return blob_ref(whole);
    if (len <= SLICE_COPIED) {
        copy = xmalloc(len + 1);
        memcpy(copy, whole->at + from, len);
        copy[len] = '\0';
        return wrap(IN_BLOCK, copy, len);
    }
    b = wrap(IN_WHOLE, whole->at + from, len);
    b->whole = blob_ref(whole);
    return b;
}

struct blob *blob_ref(const struct blob *b)
{
    struct blob *counted = (struct blob *)b;

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return counted;
}

void blob_unref(struct blob *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    switch (b->place) {
    case IN_BLOCK:
        free(b->at);
        break;
    case IN_FILE:
        munmap(b->at, b->len);
        break;
    case IN_WHOLE:
        blob_unref(b->whole);
        break;
    }
    free(b);
}

void blob_unref_any(void *blob)
{
    blob_unref(blob);
}

size_t blob_len(const struct blob *b)
{
    return b->len;
}

const char *blob_view(const struct blob *b, size_t *len)
{
    *len = b->len;
    return b->at;
}

/* Safe while others read: the pages come back from the file when they are touched again. */
void blob_rest(const struct blob *b)
{
    while (b->place == IN_WHOLE)
        b = b->whole;
    if (b->place == IN_FILE)
        madvise(b->at, b->len, MADV_DONTNEED);
}

size_t blob_read(const struct blob *b, size_t from, void *into, size_t room)
{
    size_t n;

    if (from >= b->len)
        return 0;
    n = b->len - from < room ? b->len - from : room;
    memcpy(into, b->at + from, n);
    return n;
}
