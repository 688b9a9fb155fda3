#include "linker/state.h"

#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/stamp.h"
#include "common/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The list in the file, empty if there is no file or nothing in it; NULL and *why if it is none. */
static cJSON *state_read(const char *path, char **why)
{
    char *text;
    size_t len;
    cJSON *list;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return cJSON_CreateArray();
    if (file_read(path, &text, &len, why) != 0)
        return NULL;
    list = len ? json_parse(NULL, text, len) : cJSON_CreateArray();
    free(text);
    if (cJSON_IsArray(list))
        return list;
    cJSON_Delete(list);
    *why = text_printf("%s: holds no list of links", path);
    return NULL;
}

static void put_link(cJSON *list, cJSON *link, const char *account_id)
{
    int place = 0;
    cJSON *old;

    cJSON_ArrayForEach (old, list) {
        const char *id = json_text(old, "account_id");

        if (id && text_same_nocase(id, account_id)) {
            cJSON_ReplaceItemInArray(list, place, link);
            return;
        }
        place++;
    }
    cJSON_AddItemToArray(list, link);
}

int state_store(const char *path, const struct verdict *v, char **why)
{
    cJSON *list = state_read(path, why);
    char now[STAMP_ROOM], *text;
    int rc;

    if (!list)
        return -1;
    stamp_text(stamp_now(), 0, now);
    put_link(list,
             json_object(J_TEXT("account_id", v->account_id),
                         J_TEXT_OR_NULL("account_name", v->account_name),
                         J_TEXT("token_type", owner_kind_word(v->kind)), J_TEXT("linked_on", now)),
             v->account_id);
    text = json_pretty_dup(list);
    rc = file_write(path, text, strlen(text), 0600, why);
    free(text);
    cJSON_Delete(list);
    return rc;
}
