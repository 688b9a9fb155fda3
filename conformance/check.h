/* check: the names of what the linker suite judges, as the protocol lists them, and what came out
 * of one judging. Read-only tables; a findings list belongs to one thread. */
#ifndef MF_CHECK_H
#define MF_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum check {
    CHECK_VERDICT,
    CHECK_RESULT_SHAPE,
    CHECK_HINT_RIGHT,
    CHECK_STAGE_RIGHT,
    CHECK_MESSAGE_RIGHT,
    CHECK_VERIFY_CALLED,
    CHECK_VERIFY_RIGHT_ENDPOINT,
    CHECK_VERIFY_ONCE,
    CHECK_TRAFFIC_READ_ONLY,
    CHECK_TRAFFIC_OTHER_ACCOUNT,
    CHECK_TRAFFIC_USER_LEVEL,
    CHECK_TRAFFIC_MAX,
    CHECK_TRAFFIC_FOREIGN_HOST,
    CHECK_TLS_VERIFIED,
    CHECK_AUTH_ONE_SCHEME,
    CHECK_SECRET_URL,
    CHECK_SECRET_HEADER,
    CHECK_SECRET_STDOUT,
    CHECK_SECRET_STDERR,
    CHECK_SECRET_STATE,
    CHECK_SECRET_FILES,
    CHECK_SECRET_ARGV,
    CHECK_OUTPUT_BOUNDED,
    CHECK_RETRY_AFTER,
    CHECK_RETRY_NEVER,
    CHECK_RETRY_BOUNDED,
    CHECK_PAGE_COMPLETE,
    CHECK_PERM_CHECKED,
    CHECK_UA_PRESENT,
    CHECK_STATE_CLEAN,
    CHECK_STATE_SINGLE,
    CHECK_TRUTH,
    CHECK_PROCESS_DEADLINE,
    CHECK_PROCESS_CRASH,
    CHECK_PROCESS_AGREE,
    CHECK_COUNT
};

const char *check_name(enum check c);
bool check_by_name(const char *name, enum check *out);
const char *const *check_names(void); // NULL-terminated, for text_nearest

/* What failed, and what was judged at all (so that a waiver for a check that held is seen as
 * stale). */
struct finding {
    enum check check;
    char *text; // one line for a person
};
struct findings {
    struct finding *items;
    size_t count;
    uint64_t judged; // one bit a check
};

void findings_release(struct findings *f);
void findings_judge(struct findings *f, enum check c); // it was looked at
/* It failed, and why. The first text of a check is kept, a later one is dropped. */
__attribute__((format(printf, 3, 4))) void findings_add(struct findings *f, enum check c,
                                                        const char *format, ...);
bool findings_has(const struct findings *f, enum check c);

#endif
