/* journal_entry: one line of the journal: fixed members, and its texts in one piece of memory that the
 * ring uses again. Texts are redacted before they come in. */
#ifndef MF_JOURNAL_ENTRY_H
#define MF_JOURNAL_ENTRY_H

#include "mock/call.h"

struct entry {
    int64_t number, time, at_ms, end_ms;
    const struct op *op;
    const char *method; // from a static table, or "?" for one that HTTP does not know
    const uint16_t *groups;
    uint16_t groups_count;
    uint16_t status;
    int code;
    uint8_t depth, reason, auth, schemes, form, graphql;
    bool would_deny;
    size_t body_bytes;
    char *texts;
    size_t texts_room;
    /* Offsets into texts; 0 is the empty text. Lists are texts in a row that end with an empty one. */
    uint32_t path, query, host, token, token_id, client, agent, fault, detail, nearest, headers, watched, ignored;
};

void entry_take(struct entry *e, struct buf *texts, struct call *c);
void entry_add_watched(struct entry *e, struct buf *texts, const struct buf *places);
const char *entry_text(const struct entry *e, uint32_t at);
cJSON *entry_json(const struct entry *e);

#endif
