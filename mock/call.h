/* call: one request on its walk through the rooms. Each room reads what earlier rooms wrote and writes
 * its own members. Belongs to one thread; the front makes it, and frees its arena after the reply.
 * Everything pointed to lives in the arena, in the generated tables, or under a reference that the
 * arena drops. */
#ifndef MF_CALL_H
#define MF_CALL_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "gen/names.h"
#include "mock/spec/optable.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct blob;
struct doc;
struct fault_plan;
struct multipart;
struct multipart_part;
struct world;

enum step { GO_ON, ANSWERED };

#define CALL_PARAMS_MOST 8
#define CALL_HEADERS_MOST 64

struct call_header {
    const char *name, *value;
};

struct call_param {
    const char *raw;  // the segment as sent, still percent-encoded
    const char *text; // decoded once
    size_t text_len;  // may hold a NUL byte
};

/* What the front took from the connection. */
struct call_in {
    const char *method; // as sent
    const char *path;   // raw, without the query: "/client/v4/zones"
    const char *query;  // raw, without '?'; "" if none
    struct call_header header[CALL_HEADERS_MOST];
    size_t header_count;
    struct sockaddr_storage peer;
    const char *sandbox; // of the listener it came by; NULL: the path alone says which
    bool tls;            // by TLS
    int relay_port;      // of the relay's connection to the server; 0: the client reached it directly
    /* Reads the body on demand (intake does, once). Returns bytes read, 0 at the end, -1 on a cut or
     * malformed body. */
    long (*read_body)(void *from, void *into, size_t room);
    void *body_from;
    int64_t body_length; // announced; -1: chunked or unknown; 0: none
    int64_t began;       // stamp_monotonic
    bool keep_alive;     // the client lets the connection live on
};

/* Who calls: filled by gate (the look-up) and authn (the judgement). */
enum principal_kind { WHO_NOBODY, WHO_USER_TOKEN, WHO_ACCOUNT_TOKEN, WHO_USER_KEY };

struct who {
    enum principal_kind kind;
    const struct doc *token; // the token's doc, also if it may not be used; NULL for keys and unknown
    const struct doc *user;  // owner of a user token or key
    const char *account_id;  // owning account of an account-owned token
    enum reason refused;     // WHY_OK, or what is wrong with the credential
    char address[64];        // the client address as the API sees it, text
};

/* Why a call was refused, for the answer, the journal and `explain`. All strings borrowed. */
struct why {
    enum reason reason;
    const char *detail;     // one sentence for a person, or NULL
    const char *nearest;    // nearest route, for reasons of routing
    const uint16_t *groups; // any of these would do (indices into group_table)
    size_t groups_count;
};

struct call_out {
    int status;
    struct buf *body;         // complete bytes of the answer's body
    struct blob *blob;        // instead of them, NULL: none (the arena holds the reference)
    const char *content_type; // NULL: application/json
    struct call_header header[16];
    size_t header_count;
    int first_code;      // code of errors[0], for the journal; -1: none
    enum depth depth;    // how the answer was made
    struct buf *head;    // reply: status line and headers, complete
    bool no_body;        // 204, HEAD: the body is not sent
    bool close;          // the connection must end behind this answer
};

struct call {
    struct call_in in;
    struct arena *arena;
    struct world *world;
    const struct op *op; // never NULL after route; op_none for an unknown path
    struct call_param param[CALL_PARAMS_MOST];
    size_t param_count;
    bool is_head;            // HEAD: answered as GET without the body
    const char *local_path;  // behind "/client/v4" or "/_mockflare"
    bool malformed_id;       // a path id has the wrong shape
    int64_t now; // by the sandbox clock, taken once when the walk begins
    struct who who;
    struct why why;
    const char *ignored_query; // names of documented query parameters that had no effect, or NULL
    bool would_deny;         // modes soft and learn: authz said no and let it pass
    const struct fault_plan *fault;
    int64_t rate_left;         // requests left in the window; -1: not counted
    int64_t retry_after_s;     // on 429
    const char *body;          // intake: raw bytes, NUL-terminated; NULL: none, or only in `bytes`
    size_t body_len;           // of all bytes, wherever they are
    cJSON *json;               // intake: the body parsed; of a form, its fields; NULL: neither
    struct blob *bytes;        // intake: the whole body where it is no JSON; blob_ref to keep it
    struct multipart *parts;   // intake: NULL: the body is no multipart
    struct call_out out;
};

const char *call_scheme(const struct call *c); // "http" or "https", as it came
const char *call_header(const struct call *c, const char *name); // NULL: not sent; case is ignored
/* The decoded value of a query parameter (arena), or NULL. The first one counts. */
const char *call_query(struct call *c, const char *name);
const char *call_query_all(struct call *c, const char *name); // all of them, with commas between
int64_t call_query_whole(struct call *c, const char *name, int64_t fallback);
const char *call_param_named(const struct call *c, const char *name); // by placeholder; NULL: none
/* The first part of that name of a multipart body, or NULL. Its bytes: mock/store/blob.h. */
const struct multipart_part *call_part(const struct call *c, const char *name);
/* The JSON in the form field `name`: sent as text or file, or flattened into names such as
 * `metadata[bindings][][type]`; NULL: it is not there, or is no JSON. Lives in the arena. */
cJSON *call_part_json(struct call *c, const char *name);
void call_answer_header(struct call *c, const char *name, const char *value);

/* Answers in the dialect of c->op. `result` is moved in (NULL: null). */
enum step answer(struct call *c, cJSON *result);
enum step answer_status(struct call *c, int status, cJSON *result);
/* A list page: result_info {page, per_page, total_pages, count, total_count} in the dialect's place. */
enum step answer_page(struct call *c, cJSON *result, int64_t page, int64_t per_page, int64_t total);
/* A list with a result_info of another form; both trees are moved in. */
enum step answer_list(struct call *c, cJSON *result, cJSON *info);
/* `result` already rendered: bytes are copied. */
enum step answer_text(struct call *c, const char *result, size_t len);
/* The same for a list; `info` (moved in, NULL: none) is its result_info. */
enum step answer_text_list(struct call *c, const char *result, size_t len, cJSON *info);
enum step answer_raw(struct call *c, int status, const char *content_type, const void *bytes,
                     size_t len);
/* The same without a copy; takes a reference of its own. `content_type` is borrowed until the reply. */
enum step answer_blob(struct call *c, int status, const char *content_type, const struct blob *bytes);
/* An error of the descriptors' catalogue; words come from there, `%s` in them from the arguments. */
enum step refuse(struct call *c, enum error_id error, ...);
/* Several at once, in that order; the status is the first one's. */
struct refusal {
    enum error_id error;
    const char *word; // for the `%s` of its message
};
enum step refuse_all(struct call *c, const struct refusal *list, size_t count);
/* The answer that the op's dialect has for `reason` (authentication, permission, routing, body). */
enum step refuse_reason(struct call *c, enum reason reason);

#endif
