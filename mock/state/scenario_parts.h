/* scenario_parts: what the files of scenario share among themselves. */
#ifndef MF_SCENARIO_PARTS_H
#define MF_SCENARIO_PARTS_H

#include "mock/state/scenario.h"
#include "mock/state/shape.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define SCENARIO_ERRORS_MOST 200 // more are counted as one last error

extern const struct shape_row scenario_rows[]; // scenario_rows.c

/* Everything that can be wrong in a scenario's JSON. True: nothing is. */
bool scenario_check(const cJSON *json, const struct complaints *c);

/* Reads the text into JSON. `copy` is changed in place (comments become blanks, so places stay
 * right). NULL: one error was added. An empty text is {}. */
cJSON *scenario_read(char *copy, size_t len, struct scenario_errors *errors);
/* Adds one error, found by `path` in the comment-free `text`; takes nothing. */
void scenario_error_add(struct scenario_errors *errors, const char *text, const char *path,
                        bool at_key, const char *what);

void scenario_errors_sort(struct scenario_errors *errors); // by place

void scenario_read_behaviour(const cJSON *json, struct behaviour *out);

#endif
