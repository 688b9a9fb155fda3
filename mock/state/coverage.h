/* coverage: how deep each operation goes and what is known about its truth. Never one percentage. */
#ifndef MF_COVERAGE_H
#define MF_COVERAGE_H

#include <cjson/cJSON.h>
#include <stdio.h>

/* Operations of the OpenAPI document, each counted once, templates for two roots unexpanded. */
#define OPERATIONS_OF_DOCUMENT 3207

cJSON *coverage_json(void); // {"operations": […], "totals": {…}}
void coverage_print(FILE *out, const char *path_glob); // a line an operation, and the totals

#endif
