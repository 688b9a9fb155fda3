/* api_run: runs one case in a sandbox of its own and says how it went. Any thread; cases share
 * nothing but the server. */
#ifndef MF_API_RUN_H
#define MF_API_RUN_H

#include "conformance/api_case.h"
#include "conformance/api_mock.h"

#include <stdint.h>

struct fetch_wire;

enum api_verdict {
    API_PASS,
    API_FAIL,  // the server answered otherwise than the case says
    API_ERROR, // the case could not be run: no server, a scenario that it refuses
};

struct api_result {
    enum api_verdict verdict;
    char *report; // why it did not pass, lines without secrets; NULL where it did
    int64_t took_us;
};

/* `sandbox` is a name that no other case uses at the time. Fill and release `r` in every case. */
void api_run(const struct api_mock *m, struct fetch_wire *wire, const struct api_case *c,
             const char *sandbox, struct api_result *r);
void api_result_release(struct api_result *r);

#endif
