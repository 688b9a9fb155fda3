#include "profile.h"

#include "common/file.h"
#include "common/json.h"
#include "common/text.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

/* The bits of a list of checks. 0, or -1 and the unknown name in *why. */
static int bits_of(const cJSON *list, uint64_t *bits, char **why)
{
    const cJSON *item;
    enum check c;

    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item) || !check_by_name(item->valuestring, &c)) {
            *why = text_printf("unknown check \"%s\"",
                               cJSON_IsString(item) ? item->valuestring : "(no text)");
            return -1;
        }
        *bits |= UINT64_C(1) << c;
    }
    return 0;
}

static int fill(struct profile *p, char **why)
{
    const char *reasons = json_text(p->json, "reasons");
    uint64_t should = 0;

    p->name = json_text(p->json, "profile");
    p->exact = reasons && strcmp(reasons, "exact") == 0;
    p->cases = json_get(p->json, "cases");
    if (!p->name || !reasons || !cJSON_IsArray(p->cases)) {
        *why = text_printf("needs \"profile\", \"reasons\" and \"cases\"");
        return -1;
    }
    if (bits_of(json_get(p->json, "must"), &p->must, why) != 0 ||
        bits_of(json_get(p->json, "should"), &should, why) != 0)
        return -1;
    for (size_t c = 0; c < CHECK_COUNT; c++)
        if (!((p->must ^ should) >> c & 1)) {
            *why = text_printf("check %s must stand in exactly one of \"must\" and \"should\"",
                               check_name((enum check)c));
            return -1;
        }
    return 0;
}

int profile_load(const char *dir, const char *name, struct profile *out, char **why)
{
    char *path = text_printf("%s/%s.json", dir, name), *text = NULL, *what = NULL;
    size_t len;
    int rc = -1;

    *out = (struct profile){ 0 };
    if (file_read(path, &text, &len, why) != 0)
        goto done;
    out->json = json_parse_commented(text, len, &what);
    if (out->json && fill(out, &what) == 0) {
        rc = 0;
    } else {
        *why = text_printf("%s: %s", path, what);
        profile_release(out);
    }
done:
    free(what);
    free(text);
    free(path);
    return rc;
}

void profile_release(struct profile *p)
{
    cJSON_Delete(p->json);
    *p = (struct profile){ 0 };
}

bool profile_must(const struct profile *p, enum check c)
{
    return p->must >> c & 1;
}

bool profile_scores(const struct profile *p, const char *case_id)
{
    return list_has(p->cases, case_id);
}
