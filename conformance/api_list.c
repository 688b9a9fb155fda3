#include "api_list.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/text.h"
#include "locate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct paths {
    char **items;
    size_t count;
};

static void add_path(struct paths *p, char *path_taken)
{
    p->items = xrealloc(p->items, (p->count + 1) * sizeof *p->items);
    p->items[p->count++] = path_taken;
}

static void paths_release(struct paths *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i]);
    free(p->items);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All `.case` files below a folder. -1 and *why if one cannot be read. */
static int add_folder(struct paths *p, const char *folder, char **why)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    int rc = 0;

    if (!d) {
        *why = text_printf("%s: %s", folder, strerror(errno));
        return -1;
    }
    while (rc == 0 && (e = readdir(d))) {
        char *path;
        struct stat s;

        if (e->d_name[0] == '.')
            continue;
        path = text_printf("%s/%s", folder, e->d_name);
        if (stat(path, &s) == 0 && S_ISDIR(s.st_mode)) {
            rc = add_folder(p, path, why);
        } else if (text_ends(path, ".case")) {
            add_path(p, path);
            continue;
        }
        free(path);
    }
    closedir(d);
    return rc;
}

static int find_paths(struct paths *p, const char *const *words, size_t count, char **why)
{
    int rc = 0;

    if (!count) {
        char *data = locate_data_dup(), *own = text_printf("%s/cases/api", data);

        rc = add_folder(p, own, why);
        free(own);
        free(data);
    }
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct stat s;

        if (stat(words[i], &s) == 0 && S_ISDIR(s.st_mode))
            rc = add_folder(p, words[i], why);
        else
            add_path(p, xstrdup(words[i]));
    }
    if (p->count)
        qsort(p->items, p->count, sizeof *p->items, by_text);
    return rc;
}

/* "…/auth/03-unknown.case" is "auth/03-unknown". */
static char *case_id(const char *path)
{
    const char *name = strrchr(path, '/'), *from = name;
    size_t len;

    if (!name)
        from = path;
    else {
        while (from > path && from[-1] != '/')
            from--;
        if (from == name) // "/x.case"
            from++;
    }
    len = strlen(from);
    return xstrndup(from, text_ends(from, ".case") ? len - 5 : len);
}

static bool is_wanted(const char *id, const char *glob)
{
    const char *last = strrchr(id, '/');

    return !glob || text_glob(glob, id) ||
           (last && !strchr(glob, '/') && text_glob(glob, last + 1));
}

static void read_one(struct api_list *list, const char *path, const char *glob, struct buf *wrong)
{
    char *text = NULL, *why = NULL, *id = case_id(path);
    struct api_case *c = NULL;
    size_t len;

    if (!is_wanted(id, glob)) {
        free(id);
        return;
    }
    if (file_read(path, &text, &len, &why) == 0)
        api_case_parse(list->arena, path, text, len, &c, &why);
    free(text);
    if (why) {
        buf_printf(wrong, "%s%s", wrong->len ? "\n" : "", why);
        free(why);
        free(id);
        return;
    }
    list->entries = xrealloc(list->entries, (list->count + 1) * sizeof *list->entries);
    list->entries[list->count++] = (struct api_entry){ .id = id, .c = c };
}

int api_list_read(struct api_list *list, const char *const *words, size_t count, const char *glob,
                  char **why)
{
    struct paths p = { 0 };
    struct buf wrong;
    int rc;

    *list = (struct api_list){ .arena = arena_new() };
    buf_init(&wrong);
    rc = find_paths(&p, words, count, why);
    for (size_t i = 0; rc == 0 && i < p.count; i++)
        read_one(list, p.items[i], glob, &wrong);
    if (rc == 0 && wrong.len) {
        *why = buf_take(&wrong);
        rc = -1;
    } else if (rc == 0 && !list->count) {
        *why = text_printf("no case%s%s", glob ? " matches " : " found", glob ? glob : "");
        rc = -1;
    }
    buf_release(&wrong);
    paths_release(&p);
    return rc;
}

void api_list_release(struct api_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->entries[i].id);
        api_result_release(&list->entries[i].result);
    }
    free(list->entries);
    arena_free(list->arena);
    *list = (struct api_list){ 0 };
}
