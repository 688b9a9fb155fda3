#include "place.h"

#include "common/file.h"
#include "common/json.h"
#include "common/text.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCAN_MOST ((off_t)16 << 20) // larger files are not looked through

static int make(const char *path, char **why)
{
    if (mkdir(path, 0700) == 0)
        return 0;
    *why = text_printf("cannot make %s: %s", path, strerror(errno));
    return -1;
}

int place_make(struct place *p, const char *below, const char *name, char **why)
{
    char *state, *in;
    int rc = -1;

    p->root = text_printf("%s/%s", below, name);
    p->home = text_printf("%s/home", p->root);
    p->tmp = text_printf("%s/tmp", p->root);
    state = text_printf("%s/state", p->root);
    in = text_printf("%s/in", p->root);
    p->state = text_printf("%s/links.json", state);
    p->token = text_printf("%s/token", in);
    if (make(p->root, why) == 0 && make(p->home, why) == 0 && make(p->tmp, why) == 0 &&
        make(state, why) == 0 && make(in, why) == 0)
        rc = 0;
    free(state);
    free(in);
    return rc;
}

void folder_remove(const char *path)
{
    char *const roots[] = { (char *)path, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *f;

    while (fts && (f = fts_read(fts))) {
        if (f->fts_info == FTS_D || f->fts_info == FTS_DNR)
            chmod(f->fts_accpath, 0700); // a linker may have locked it
        if (f->fts_info == FTS_DP || f->fts_info == FTS_DNR)
            rmdir(f->fts_accpath);
        else if (f->fts_info != FTS_D)
            unlink(f->fts_accpath);
    }
    if (fts)
        fts_close(fts);
}

void place_remove(struct place *p)
{
    if (p->root)
        folder_remove(p->root);
    free(p->root);
    free(p->home);
    free(p->tmp);
    free(p->state);
    free(p->token);
    *p = (struct place){ 0 };
}

int place_empty_home(struct place *p, char **why)
{
    folder_remove(p->home);
    folder_remove(p->tmp);
    return make(p->home, why) == 0 ? make(p->tmp, why) : -1;
}

static bool file_leaks(const char *path, const struct leak *leak)
{
    char *text = NULL, *why = NULL;
    size_t len;
    bool leaks = false;

    if (file_read(path, &text, &len, &why) == 0)
        leaks = leak_in(leak, text, len);
    free(text);
    free(why);
    return leaks;
}

char *place_leak_dup(const struct place *p, const struct leak *leak)
{
    char *const roots[] = { p->root, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *f;
    char *found = NULL;

    while (fts && !found && (f = fts_read(fts))) {
        bool own = strcmp(f->fts_path, p->state) == 0 || strcmp(f->fts_path, p->token) == 0;

        if (leak_in(leak, f->fts_name, strlen(f->fts_name)))
            found = text_printf("a file's name");
        else if (f->fts_info == FTS_F && !own && f->fts_statp->st_size <= SCAN_MOST &&
                 file_leaks(f->fts_path, leak))
            found = text_printf("%s", f->fts_path + strlen(p->root) + 1);
    }
    if (fts)
        fts_close(fts);
    return found;
}

static bool objects_only(const cJSON *list)
{
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsObject(item))
            return false;
    }
    return true;
}

void place_state(const struct place *p, const struct leak *leak, struct state_file *out)
{
    struct stat st;
    char *text = NULL, *why = NULL;
    size_t len;

    *out = (struct state_file){ 0 };
    if (lstat(p->state, &st) != 0)
        return;
    out->there = true;
    out->mode = st.st_mode & 07777;
    if (!S_ISREG(st.st_mode) || file_read(p->state, &text, &len, &why) != 0) {
        out->broken = true;
    } else {
        out->leaks = leak_in(leak, text, len);
        out->links = len ? json_parse(NULL, text, len) : cJSON_CreateArray();
        out->broken = !objects_only(out->links);
    }
    free(text);
    free(why);
}
