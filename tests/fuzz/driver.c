/* Runs a fuzz target without libFuzzer: every file of the folders (or the files) that are named,
 * then, with -s SECONDS, inputs that are changed from them at random. The present input lies in the
 * file `-k KEEP`, so that after a crash it is there. Exit 0: nothing crashed. 2: usage. */
#include "common/file.h"
#include "common/mem.h"
#include "common/rng.h"
#include "common/stamp.h"
#include "common/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define INPUT_MOST (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    char *bytes;
    size_t len;
};

static struct {
    struct input *items;
    size_t count;
    unsigned char *kept; // shared with a file: [0..INPUT_MOST)
    int kept_file;
} corpus;

static void run(const void *bytes, size_t len)
{
    uint8_t *exact = xmalloc(len ? len : 1); // so that a sanitizer sees a step beyond its end

    if (corpus.kept && len <= INPUT_MOST) {
        memcpy(corpus.kept, bytes, len);
        if (ftruncate(corpus.kept_file, INPUT_MOST) != 0)
            corpus.kept = NULL;
    }
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

static int add_file(const char *path)
{
    struct input one;
    char *why = NULL;

    if (file_read(path, &one.bytes, &one.len, &why) != 0) {
        fprintf(stderr, "%s\n", why);
        free(why);
        return -1;
    }
    corpus.items = xrealloc(corpus.items, (corpus.count + 1) * sizeof *corpus.items);
    corpus.items[corpus.count++] = one;
    return 0;
}

static int add_path(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int rc = 0;

    if (!folder)
        return add_file(path);
    while (rc == 0 && (entry = readdir(folder)) != NULL) {
        char *file = text_printf("%s/%s", path, entry->d_name);

        if (entry->d_name[0] != '.')
            rc = add_file(file);
        free(file);
    }
    closedir(folder);
    return rc;
}

/* One random change of `in`, of at most `room` bytes; the new length. */
static size_t change(struct rng *r, char *in, size_t len, size_t room)
{
    static const char *const words[] = { "{}", "[]",    "\"\"",    "null",
                                         "-1", "1e309", "\\u0000", "//",
                                         "/*", "\xff",  "{\"a\":", "[[[[[[",
                                         ",",  ":",     "\"",      "9007199254740993" };
    size_t at = rng_below(r, len + 1), n = rng_below(r, 16) + 1, from;
    const char *word = words[rng_below(r, ARRAY_LEN(words))];
    const struct input *other = &corpus.items[rng_below(r, corpus.count)];

    switch (rng_below(r, 5)) {
    case 0: // another byte
        if (at < len)
            in[at] = (char)rng_next(r);
        return len;
    case 1: // a piece less
        n = n < len - at ? n : len - at;
        memmove(in + at, in + at + n, len - at - n);
        return len - n;
    case 2: // a word more
        n = strlen(word);
        if (len + n > room)
            return len;
        memmove(in + at + n, in + at, len - at);
        memcpy(in + at, word, n);
        return len + n;
    case 3: // a piece of another input
        from = rng_below(r, other->len + 1);
        n = rng_below(r, other->len - from + 1);
        if (at + n > room)
            return len;
        memcpy(in + at, other->bytes + from, n);
        return at + n > len ? at + n : len;
    default: // cut
        return at;
    }
}

static void run_changed(long seconds)
{
    int64_t end = stamp_monotonic() + seconds * STAMP_SECOND;
    char *in = xmalloc(INPUT_MOST);
    size_t runs = 0;
    struct rng r;

    rng_init(&r, 1);
    for (; stamp_monotonic() < end; runs++) {
        const struct input *seed = &corpus.items[rng_below(&r, corpus.count)];
        size_t len = seed->len < INPUT_MOST ? seed->len : INPUT_MOST;
        size_t changes = rng_below(&r, 4) + 1;

        memcpy(in, seed->bytes, len);
        for (size_t i = 0; i < changes; i++)
            len = change(&r, in, len, INPUT_MOST);
        run(in, len);
    }
    free(in);
    printf("%zu changed inputs\n", runs);
}

static int keep_in(const char *path)
{
    corpus.kept_file = open(path, O_RDWR | O_CREAT, 0600);
    if (corpus.kept_file < 0 || ftruncate(corpus.kept_file, INPUT_MOST) != 0)
        return -1;
    corpus.kept = mmap(NULL, INPUT_MOST, PROT_READ | PROT_WRITE, MAP_SHARED, corpus.kept_file, 0);
    return corpus.kept == MAP_FAILED ? -1 : 0;
}

int main(int argc, char **argv)
{
    long seconds = 0;
    int option, rc = 0;

    while ((option = getopt(argc, argv, "s:k:")) != -1)
        if (option == 's')
            seconds = strtol(optarg, NULL, 10);
        else if (option != 'k' || keep_in(optarg) != 0)
            rc = 2;
    for (int i = optind; rc == 0 && i < argc; i++)
        rc = add_path(argv[i]) == 0 ? 0 : 2;
    if (rc != 0 || !corpus.count) {
        fprintf(stderr, "usage: %s [-s SECONDS] [-k KEEP] FOLDER…\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < corpus.count; i++)
        run(corpus.items[i].bytes, corpus.items[i].len);
    printf("%zu inputs\n", corpus.count);
    if (seconds > 0)
        run_changed(seconds);
    for (size_t i = 0; i < corpus.count; i++)
        free(corpus.items[i].bytes);
    free(corpus.items);
    return 0;
}
