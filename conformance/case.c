#include "case.h"

#include "case_check.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void add_step(struct test_case *c, const cJSON *run, const cJSON *expect,
                     const cJSON *traffic)
{
    c->steps = xrealloc(c->steps, (c->steps_count + 1) * sizeof *c->steps);
    c->steps[c->steps_count++] = (struct step){ run, expect, traffic };
    if (!json_get(run, "token_type"))
        c->auto_type = true;
}

struct test_case *case_from_take(cJSON *json)
{
    struct test_case *c = xcalloc(1, sizeof *c);
    const cJSON *run = json_get(json, "run"), *traffic = json_get(json, "traffic"), *one;
    const char *level = json_text(json, "level");

    c->json = json;
    c->id = json_text(json, "id");
    c->title = json_text(json, "title");
    c->must = !level || strcmp(level, "MUST") == 0;
    c->refs = json_get(json, "refs");
    c->features = json_get(json, "features");
    c->world = json_get(json, "world");
    if (cJSON_IsArray(run)) {
        cJSON_ArrayForEach (one, run) {
            const cJSON *own = json_get(one, "traffic");

            add_step(c, one, json_get(one, "expect"), own ? own : traffic);
        }
    } else {
        add_step(c, run, json_get(json, "expect"), traffic);
    }
    return c;
}

struct test_case *case_parse(const char *name, const char *text, size_t len, char **why)
{
    char *blanked = xstrndup(text, len), *place = NULL;
    cJSON *json = json_parse_commented(blanked, len, &place);
    struct test_case *c = NULL;
    struct buf wrong;

    buf_init(&wrong);
    if (!json) {
        buf_printf(&wrong, "%s:%s", name, place);
    } else {
        case_check(name, blanked, json, &wrong);
        if (wrong.len == 0)
            c = case_from_take(json);
        else
            cJSON_Delete(json);
    }
    if (!c) {
        *why = buf_take(&wrong);
        if (text_ends(*why, "\n"))
            (*why)[strlen(*why) - 1] = '\0';
    }
    buf_release(&wrong);
    free(blanked);
    free(place);
    return c;
}

/* Reads one file into the list, or adds what is wrong to `wrong`. */
static void load_one(const char *path, struct case_list *out, struct buf *wrong)
{
    char *text = NULL, *why = NULL;
    size_t len;
    struct test_case *c = NULL;

    if (file_read(path, &text, &len, &why) == 0)
        c = case_parse(path, text, len, &why);
    if (c) {
        c->path = xstrdup(path);
        out->items = xrealloc(out->items, (out->count + 1) * sizeof *out->items);
        out->items[out->count++] = c;
    } else {
        buf_printf(wrong, "%s%s", wrong->len ? "\n" : "", why);
    }
    free(text);
    free(why);
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(struct test_case *const *)a)->id, (*(struct test_case *const *)b)->id);
}

/* No two cases may have the same world and expectations: one of them would prove nothing. */
static void refuse_twins(const struct case_list *l, struct buf *wrong)
{
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = i + 1; k < l->count; k++) {
            const cJSON *a = l->items[i]->json, *b = l->items[k]->json;

            if (json_equal(json_get(a, "world"), json_get(b, "world")) &&
                json_equal(json_get(a, "run"), json_get(b, "run")) &&
                json_equal(json_get(a, "expect"), json_get(b, "expect")))
                buf_printf(wrong, "%s%s:1:1: same world, run and expectations as %s",
                           wrong->len ? "\n" : "", l->items[k]->path, l->items[i]->id);
        }
}

int cases_load(const char *dir, struct case_list *out, char **why)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    struct buf wrong;

    *out = (struct case_list){ 0 };
    if (!d) {
        *why = text_printf("%s: %s", dir, strerror(errno));
        return -1;
    }
    buf_init(&wrong);
    while ((entry = readdir(d))) {
        char *path = text_printf("%s/%s", dir, entry->d_name);

        if (text_ends(entry->d_name, ".jsonc") && entry->d_name[0] != '.')
            load_one(path, out, &wrong);
        free(path);
    }
    closedir(d);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_id);
    refuse_twins(out, &wrong);
    if (wrong.len == 0 && out->count == 0)
        buf_printf(&wrong, "%s: no case (*.jsonc) there", dir);
    if (wrong.len == 0)
        return 0;
    *why = buf_take(&wrong);
    case_list_release(out);
    return -1;
}

void case_list_release(struct case_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        case_free(l->items[i]);
    free(l->items);
    *l = (struct case_list){ 0 };
}

void case_free(struct test_case *c)
{
    if (!c)
        return;
    cJSON_Delete(c->json);
    free(c->steps);
    free(c->path);
    free(c);
}
