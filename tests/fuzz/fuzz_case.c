/* Any bytes as a `.case` file: refused with a line, or read whole; then each pattern meets itself
 * and a request body, so that the matcher sees whatever the reader lets through. */
#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "conformance/api_case.h"
#include "conformance/api_match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void meet(struct arena *a, const struct api_step *s)
{
    struct api_names names;
    struct api_match m;
    struct buf report;
    cJSON *other = s->body ? json_parse(a, s->body, strlen(s->body)) : NULL;
    char *why = NULL;

    api_names_init(&names, a);
    api_names_set(&names, "token.all", "0123456789012345678901234567890123456789", true);
    buf_init(&report);
    api_match_init(&m, &names, &report);
    if (s->pattern)
        api_match_json(&m, s->pattern, s->pattern);
    if (s->pattern && other)
        api_match_json(&m, s->pattern, other);
    if (s->text)
        api_match_text(&m, "body", s->text, s->body);
    api_names_expand(&names, s->path, false, &why);
    free(why);
    buf_release(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *a;
    struct api_case *c = NULL;
    char *why = NULL;

    json_setup();
    a = arena_new();
    if (api_case_parse(a, "x.case", (const char *)bytes, len, &c, &why) == 0)
        for (size_t i = 0; i < c->steps_count; i++)
            meet(a, &c->steps[i]);
    else if (!why)
        abort(); // a refusal without a word
    free(why);
    arena_free(a);
    return 0;
}
