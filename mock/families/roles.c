/* roles: the static tables of an account: roles, and the permission groups of its members (iam). */
#include "mock/call.h"

#include "gen/hooks.h"
#include "mock/families/listing.h"
#include "mock/state/identity.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PER_PAGE 20
#define PER_PAGE_LEAST 5
#define PER_PAGE_MOST 50

/* The tables as lists show them, rendered once: raw items copy as bytes. */
static cJSON *role_rows, *iam_rows;
static pthread_once_t rendered = PTHREAD_ONCE_INIT;

static cJSON *rows_of(const cJSON *table)
{
    cJSON *rows = cJSON_CreateArray();
    const cJSON *item;

    cJSON_ArrayForEach (item, table) {
        char *text = json_print_dup(item);
        cJSON_AddItemToArray(rows, cJSON_CreateRaw(text));
        free(text);
    }
    return rows;
}

static void render(void)
{
    role_rows = rows_of(role_table());
    iam_rows = rows_of(iam_group_table());
}

enum step roles_list(struct call *c)
{
    struct window w = window_read(c, PER_PAGE, PER_PAGE_LEAST, PER_PAGE_MOST);

    pthread_once(&rendered, render);
    return window_answer_table(c, &w, role_rows);
}

static const cJSON *by_id(const cJSON *table, const char *id)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, table)
        if (strcmp(json_text(item, "id"), id) == 0)
            return item;
    return NULL;
}

/* An unknown role is answered as a path that leads nowhere (LIVE). */
enum step roles_get(struct call *c)
{
    const cJSON *role = by_id(role_table(), call_param_named(c, "role_id"));

    if (!role)
        return refuse(c, ERR_ACCOUNTS_ROLE_NOT_FOUND,
                      arena_printf(c->arena, "/client/v4%s", c->local_path));
    return answer(c, cJSON_Duplicate(role, true));
}

static bool is_asked(const char *filter, const char *value)
{
    return !filter || !*filter || strcmp(filter, value) == 0;
}

enum step iam_permission_groups_list(struct call *c)
{
    struct window w = window_read(c, PER_PAGE, PER_PAGE_LEAST, PER_PAGE_MOST);
    const char *id = call_query(c, "id"), *name = call_query(c, "name");
    const char *label = call_query(c, "label");
    cJSON *found = cJSON_CreateArray();
    const cJSON *item, *row;
    enum step step;

    pthread_once(&rendered, render);
    row = iam_rows->child;
    cJSON_ArrayForEach (item, iam_group_table()) {
        if (is_asked(id, json_text(item, "id")) && is_asked(name, json_text(item, "name")) &&
            is_asked(label, json_text(json_get(item, "meta"), "label")))
            cJSON_AddItemToArray(found, cJSON_Duplicate(row, true));
        row = row->next;
    }
    step = window_answer_table(c, &w, found);
    cJSON_Delete(found);
    return step;
}

enum step iam_permission_groups_get(struct call *c)
{
    const cJSON *group = by_id(iam_group_table(), call_param_named(c, "permission_group_id"));

    return group ? answer(c, cJSON_Duplicate(group, true))
                 : refuse(c, ERR_ACCOUNTS_PERMISSION_GROUP_UNKNOWN);
}
