/* Fuzzes a multipart body: the first line is the Content-Type header, the rest the body. Whatever
 * it is, parts lie within it, in order, and its names fold into JSON that prints and reads again.
 */
#include "common/arena.h"
#include "common/json.h"
#include "mock/body/multipart.h"
#include "mock/store/blob.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Not assert: that would be silent in a release build. */
static void expect(bool right)
{
    if (!right)
        abort();
}

static void check_parts(const struct multipart *m, size_t most)
{
    size_t all = 0;

    for (size_t i = 0; i < m->count; i++) {
        expect(m->part[i].name && m->part[i].headers);
        expect(multipart_find(m, m->part[i].name) != NULL);
        all += blob_len(m->part[i].bytes);
    }
    expect(all <= most);
}

static void check_fold(struct arena *a, const struct multipart *m)
{
    char *text = json_print_dup(multipart_fold(a, m));
    cJSON *again = json_parse(NULL, text, strlen(text));

    expect(again);
    cJSON_Delete(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static bool ready;
    const char *text = (const char *)bytes, *line_end = len ? memchr(text, '\n', len) : NULL;
    size_t line = line_end ? (size_t)(line_end - text) : 0, rest = line_end ? len - line - 1 : len;
    struct multipart m;
    struct arena *a;
    struct blob *body;
    char *type, *why = NULL;

    if (!ready)
        json_setup();
    ready = true;
    a = arena_new();
    type = arena_strndup(a, text, line);
    body = blob_new(text + len - rest, rest, &why);
    multipart_looks_like(type, text + len - rest, rest);
    multipart_read(a, body, line ? type : NULL, &m);
    check_parts(&m, rest);
    check_fold(a, &m);
    arena_free(a);
    blob_unref(body);
    return 0;
}
