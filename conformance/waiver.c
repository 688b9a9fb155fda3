#include "profile.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

/* Cuts the next column off: up to two blanks or a tab. Empty at the end. */
static char *column_dup(const char **at)
{
    const char *start = *at + strspn(*at, " \t"), *end = start;

    while (*end && *end != '\t' && !(end[0] == ' ' && (end[1] == ' ' || end[1] == '\t' || !end[1])))
        end++;
    *at = end;
    return xstrndup(start, (size_t)(end - start));
}

static void waiver_release(struct waiver *w)
{
    free(w->case_id);
    free(w->reason);
    free(w->link);
}

/* NULL: it is right; else what is wrong, the caller's. */
static char *read_line(const char *line, struct waiver *w,
                       bool (*known)(const char *, const void *), const void *with)
{
    char *colon, *wrong = NULL;
    const char *near;

    w->case_id = column_dup(&line);
    w->reason = column_dup(&line);
    w->link = column_dup(&line);
    colon = strchr(w->case_id, ':');
    w->any = colon == NULL;
    if (colon)
        *colon++ = '\0';
    near = colon ? text_nearest(colon, check_names()) : NULL;
    if (!*w->reason || !*w->link)
        wrong = text_printf("a waiver is \"case[:check]  reason  link\", two blanks apart");
    else if (!strstr(w->link, "://"))
        wrong = text_printf("\"%s\" is no link", w->link);
    else if (!known(w->case_id, with))
        wrong = text_printf("there is no case \"%s\"", w->case_id);
    else if (colon && !check_by_name(colon, &w->check))
        wrong = text_printf("there is no check \"%s\"%s%s", colon, near ? "; nearest: " : "",
                            near ? near : "");
    return wrong;
}

int waivers_parse(const char *name, const char *text,
                  bool (*known)(const char *id, const void *with), const void *with,
                  struct waivers *out, char **why)
{
    struct buf wrong;
    unsigned number = 0;

    buf_init(&wrong);
    *out = (struct waivers){ 0 };
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = xstrndup(text, len), *mistake;
        struct waiver w = { .line = ++number };

        if (len && line[len - 1] == '\r')
            line[len - 1] = '\0';
        if (line[strspn(line, " \t")] && line[strspn(line, " \t")] != '#') {
            mistake = read_line(line, &w, known, with);
            if (mistake)
                buf_printf(&wrong, "%s%s:%u:1: %s", wrong.len ? "\n" : "", name, number, mistake);
            free(mistake);
            out->items = xrealloc(out->items, (out->count + 1) * sizeof *out->items);
            out->items[out->count++] = w;
        }
        free(line);
        text += len + (text[len] == '\n');
    }
    if (wrong.len == 0) {
        buf_release(&wrong);
        return 0;
    }
    *why = buf_take(&wrong);
    waivers_release(out);
    return -1;
}

void waivers_release(struct waivers *w)
{
    for (size_t i = 0; i < w->count; i++)
        waiver_release(&w->items[i]);
    free(w->items);
    *w = (struct waivers){ 0 };
}

const struct waiver *waiver_for(const struct waivers *w, const char *case_id, enum check c)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].case_id, case_id) == 0 &&
            (w->items[i].any || w->items[i].check == c))
            return &w->items[i];
    return NULL;
}
