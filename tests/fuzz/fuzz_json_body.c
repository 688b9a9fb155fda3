/* Fuzzes a JSON request body: what the strict reader takes, cJSON must take, print and read again
 * to the same value; the reader must end, whatever it gets. */
#include "common/arena.h"
#include "common/json.h"
#include "mock/body/json_body.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static bool ready;
    struct arena *a;
    cJSON *json, *again;
    const char *wrong;
    bool too_large;

    if (!ready)
        json_setup();
    ready = true;
    a = arena_new();
    wrong = json_body_read(a, (const char *)bytes, len, &json, &too_large);
    expect(!wrong == (json != NULL));
    if (json) {
        char *text = json_print_dup(json), *twice;

        wrong = json_body_read(a, text, strlen(text), &again, &too_large);
        expect(!wrong && again);
        twice = json_print_dup(again);
        expect(strcmp(text, twice) == 0);
        free(text);
        free(twice);
    }
    arena_free(a);
    return 0;
}
