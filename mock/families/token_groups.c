/* token_groups: the permission groups that a token of a user or of an account can hold. */
#include "mock/call.h"

#include "common/groups.h"
#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const scope_names[] = {
    [GROUP_USER] = "com.cloudflare.api.user",
    [GROUP_ACCOUNT] = "com.cloudflare.api.account",
    [GROUP_ZONE] = "com.cloudflare.api.account.zone",
    [GROUP_BUCKET] = "com.cloudflare.edge.r2.bucket",
};

/* One entry as the list shows it, rendered once: the whole list is asked for by every token page.
 */
struct entry {
    const struct group *group;
    char *text;
};
static struct entry *entries; // sorted by name; lives as long as the program
static pthread_once_t rendered = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b)
{
    const struct group *one = ((const struct entry *)a)->group;
    const struct group *two = ((const struct entry *)b)->group;
    int by = strcmp(one->name, two->name);

    return by ? by : strcmp(one->id, two->id);
}

static char *entry_text_dup(const struct group *g)
{
    char *description = text_printf("Grants access to %s", g->dashboard); // the real text is INF
    cJSON *shown = json_object(J_TEXT("id", g->id), J_TEXT("name", g->name),
                               J_TEXT("description", description),
                               J_TREE("scopes", json_list_of(&scope_names[g->scope], 1)));
    char *text = json_print_dup(shown);

    cJSON_Delete(shown);
    free(description);
    return text;
}

static void render(void)
{
    entries = xcalloc(group_count, sizeof *entries);
    for (size_t i = 0; i < group_count; i++) {
        entries[i].group = &group_table[i];
        entries[i].text = entry_text_dup(&group_table[i]);
    }
    qsort(entries, group_count, sizeof *entries, by_name);
}

/* All at once, whatever page is asked; an account's list holds no user-scoped groups (REC). */
enum step token_permission_groups(struct call *c)
{
    const char *name = call_query(c, "name"), *scope = call_query(c, "scope");
    bool account = c->op->scope == SCOPE_ACCOUNT;
    enum step step;
    struct buf list;

    pthread_once(&rendered, render);
    buf_init(&list);
    buf_char(&list, '[');
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = entries[i].group;
        if ((account && g->scope == GROUP_USER) || (name && *name && strcmp(name, g->name) != 0) ||
            (scope && *scope && strcmp(scope, scope_names[g->scope]) != 0))
            continue;
        if (list.len > 1)
            buf_char(&list, ',');
        buf_text(&list, entries[i].text);
    }
    buf_char(&list, ']');
    step = answer_text(c, list.at, list.len);
    buf_release(&list);
    return step;
}
