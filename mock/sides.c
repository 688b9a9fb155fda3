/* One end of a passage, plain or TLS, and bytes from one end to the other. Nothing here waits. */
#include "common/mem.h"
#include "mock/relay_parts.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECES_AT_ONCE 16 // then other passages have their turn

static ssize_t told_by_ssl(const struct side *s, int rc)
{
    int error = SSL_get_error(s->ssl, rc);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return SIDE_BLOCKED;
    ERR_clear_error();
    return error == SSL_ERROR_ZERO_RETURN ? 0 : SIDE_BROKEN;
}

static ssize_t told_by_system(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? SIDE_BLOCKED : SIDE_BROKEN;
}

ssize_t side_read(struct side *s, void *into, size_t room)
{
    int n;

    if (!s->ssl)
        return told_by_system(recv(s->fd, into, room, 0));
    n = SSL_read(s->ssl, into, (int)room);
    return n > 0 ? n : told_by_ssl(s, n);
}

ssize_t side_write(struct side *s, const void *from, size_t len)
{
    int n;

    if (!s->ssl)
        return told_by_system(send(s->fd, from, len, MSG_NOSIGNAL));
    n = SSL_write(s->ssl, from, (int)len);
    return n > 0 ? n : told_by_ssl(s, n);
}

void side_finish(struct side *s)
{
    if (s->ssl && SSL_is_init_finished(s->ssl)) {
        SSL_shutdown(s->ssl);
        ERR_clear_error();
    }
    shutdown(s->fd, SHUT_WR);
}

void side_close(struct side *s)
{
    SSL_free(s->ssl);
    if (s->fd >= 0)
        close(s->fd);
    *s = (struct side){ .fd = -1 };
}

/* Writes until all is gone or nothing more goes; what is left is kept. False: it takes no more. */
static bool put(struct flow *f, const char *bytes, size_t len)
{
    size_t at = 0;
    ssize_t n = 0;

    while (at < len && (n = side_write(f->to, bytes + at, len - at)) > 0)
        at += (size_t)n;
    f->refused = at < len && n != SIDE_BLOCKED;
    if (f->refused)
        return false;
    if (f->kept && bytes == f->kept + f->at) {
        f->at += at;
        f->len -= at;
        if (!f->len) {
            free(f->kept);
            f->kept = NULL;
            f->at = 0;
        }
    } else if (at < len) {
        f->len = len - at;
        f->kept = xmalloc(f->len);
        memcpy(f->kept, bytes + at, f->len);
    }
    return true;
}

enum moved flow_move(struct flow *f, char *piece)
{
    for (int i = 0; i < PIECES_AT_ONCE; i++) {
        ssize_t n;

        if (f->refused)
            return MOVED_OVER;
        if (f->len && !put(f, f->kept + f->at, f->len))
            return MOVED_OVER;
        if (f->len)
            return MOVED;
        if (f->from->ended)
            return MOVED;
        n = side_read(f->from, piece, PIECE);
        if (n == SIDE_BLOCKED)
            return MOVED;
        if (n == SIDE_BROKEN || (n > 0 && !put(f, piece, (size_t)n)))
            return MOVED_OVER;
        f->from->ended = n == 0;
    }
    return MOVED_MORE;
}

bool flow_is_done(const struct flow *f)
{
    return f->from->ended && !f->len && !f->told_end;
}

void flow_finish(struct flow *f)
{
    side_finish(f->to);
    f->told_end = true;
}
