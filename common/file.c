#include "file.h"

#include "buf.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)256 << 20)

int file_read(const char *path, char **text, size_t *len, char **why)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct buf all;
    char piece[65536];
    ssize_t n;

    if (fd < 0) {
        *why = text_printf("%s: %s", path, strerror(errno));
        return -1;
    }
    buf_init(&all);
    while ((n = read(fd, piece, sizeof piece)) > 0 && all.len <= FILE_MOST)
        buf_add(&all, piece, (size_t)n);
    if (n != 0)
        *why = text_printf("%s: %s", path, n < 0 ? strerror(errno) : "larger than 256 MiB");
    if (!standard)
        close(fd);
    if (n != 0) {
        buf_release(&all);
        return -1;
    }
    *len = all.len;
    *text = buf_take(&all);
    return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

int file_write(const char *path, const void *bytes, size_t len, unsigned mode, char **why)
{
    char *beside = text_printf("%s.%ld.new", path, (long)getpid());
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int rc = fd < 0 ? -1 : write_all(fd, bytes, len);

    if (fd >= 0 && close(fd) != 0)
        rc = -1;
    if (rc == 0)
        rc = rename(beside, path);
    if (rc != 0) {
        *why = text_printf("%s: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(beside);
    }
    free(beside);
    return rc;
}
