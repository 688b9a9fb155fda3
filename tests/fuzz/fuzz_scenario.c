/* Any bytes as a scenario: an error with a place, or a world whose snapshot loads again and
 * repeats. */
#include "common/json.h"
#include "mock/state/scenario.h"
#include "mock/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what, const char *more)
{
    if (!holds) {
        fprintf(stderr, "%s: %s\n", what, more);
        abort();
    }
}

static struct world *world_of(const struct scenario *s)
{
    char *why = NULL;
    struct world *w = world_new("", s, &why);

    must(w != NULL, "a checked scenario makes no world", why ? why : "");
    return w;
}

static void check_snapshot(const struct scenario *s)
{
    struct world *w = world_of(s), *again;
    cJSON *shown = scenario_snapshot(w, true), *second;
    char *text = json_print_dup(shown);
    struct scenario_errors e = { 0 };
    struct scenario *loaded = scenario_parse(text, strlen(text), &e);

    must(loaded != NULL, "a snapshot does not load", e.count ? e.items[0].what : "");
    again = world_of(loaded);
    second = scenario_snapshot(again, true);
    must(json_equal(shown, second), "the second snapshot is another one", text);
    cJSON_Delete(shown);
    cJSON_Delete(second);
    world_unref(w);
    world_unref(again);
    scenario_unref(loaded);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario_errors e = { 0 };
    struct scenario *s;

    json_setup();
    s = scenario_parse((const char *)data, size, &e);
    must(!s == (e.count > 0), "either errors or a scenario", "");
    for (size_t i = 0; i < e.count; i++)
        must(e.items[i].line && e.items[i].column && *e.items[i].what,
             "an error without place or words", e.items[i].path);
    if (s)
        check_snapshot(s);
    scenario_errors_release(&e);
    scenario_unref(s);
    return 0;
}
