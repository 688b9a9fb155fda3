/* The state file, read at start. Whatever does not carry its own sum ends the reading: half a world would
 * be worse than none. */
#include "mock/state/persist_parts.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "mock/state/rebuild.h"
#include "mock/store/blob.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

static int damaged(const struct state_file *f, const char *what, char **why)
{
    if (!*why)
        *why = file_damaged(f, what);
    return -1;
}

static sqlite3_stmt *query(struct state_file *f, const char *sql, char **why)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK)
        damaged(f, sqlite3_errmsg(f->db), why);
    return s;
}

/* A column as text, added to the sum; never NULL. */
static const char *text_of(sqlite3_stmt *s, int column, uint64_t *sum)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    size_t len = (size_t)sqlite3_column_bytes(s, column);

    *sum = sum_add(*sum, text ? text : "", len);
    return text ? text : "";
}

static int64_t number_of(sqlite3_stmt *s, int column, uint64_t *sum)
{
    int64_t number = sqlite3_column_int64(s, column);

    *sum = sum_number(*sum, (uint64_t)number);
    return number;
}

static bool sum_is(sqlite3_stmt *s, int column, uint64_t sum)
{
    return sqlite3_column_type(s, column) == SQLITE_INTEGER && (uint64_t)sqlite3_column_int64(s, column) == sum;
}

int file_read_note(struct state_file *f, const char *name, char **text, char **why)
{
    sqlite3_stmt *s = query(f, "SELECT name, text, sum FROM note WHERE name=?1", why);
    uint64_t sum = sum_begin();
    int code, rc = -1;

    *text = NULL;
    if (!s)
        return -1;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        const char *found;

        text_of(s, 0, &sum);
        found = text_of(s, 1, &sum);
        rc = sum_is(s, 2, sum) ? 0 : damaged(f, "a note", why);
        if (rc == 0)
            *text = xstrdup(found);
    } else {
        rc = code == SQLITE_DONE ? 0 : damaged(f, sqlite3_errmsg(f->db), why);
    }
    sqlite3_finalize(s);
    return rc;
}

static int read_dice(struct state_file *f, int64_t world, uint64_t *random, char **why)
{
    sqlite3_stmt *s = query(f, "SELECT world, random, sum FROM dice WHERE world=?1", why);
    uint64_t sum = sum_begin();
    int rc = -1;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, world);
    if (sqlite3_step(s) == SQLITE_ROW) {
        number_of(s, 0, &sum);
        *random = (uint64_t)number_of(s, 1, &sum);
        rc = sum_is(s, 2, sum) ? 0 : -1;
    }
    sqlite3_finalize(s);
    return rc == 0 ? 0 : damaged(f, "the generator of a world", why);
}

int file_read_worlds(struct state_file *f,
                     int (*found)(void *to, int64_t world, const struct world_row *row, char **why), void *to,
                     char **why)
{
    sqlite3_stmt *s = query(f, "SELECT number, name, scenario, faults, stands, clock, sum FROM world ORDER BY number",
                            why);
    int code = SQLITE_DONE, rc = s ? 0 : -1;

    while (rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
        uint64_t sum = sum_begin();
        int64_t number = number_of(s, 0, &sum);
        struct world_row row = { .name = (char *)text_of(s, 1, &sum) };

        row.scenario = (char *)text_of(s, 2, &sum);
        row.faults = (char *)text_of(s, 3, &sum);
        row.stands = number_of(s, 4, &sum) != 0;
        row.clock = number_of(s, 5, &sum);
        if (!sum_is(s, 6, sum))
            rc = damaged(f, "a world", why);
        else if ((rc = read_dice(f, number, &row.random, why)) == 0)
            rc = found(to, number, &row, why);
    }
    if (rc == 0 && code != SQLITE_DONE)
        rc = damaged(f, sqlite3_errmsg(f->db), why);
    sqlite3_finalize(s);
    return rc;
}

static int read_bytes(sqlite3_stmt *s, int column, struct blob **bytes, uint64_t *sum, char **why)
{
    bool there = sqlite3_column_type(s, column) != SQLITE_NULL;
    const void *at = sqlite3_column_blob(s, column);
    size_t len = (size_t)sqlite3_column_bytes(s, column);

    *bytes = NULL;
    *sum = sum_number(*sum, there);
    if (!there)
        return 0;
    *sum = sum_add(*sum, at, len);
    *bytes = blob_new(at ? at : "", len, why);
    return *bytes ? 0 : -1;
}

/* The doc of one row; NULL and *why. */
static struct doc *read_doc(struct state_file *f, sqlite3_stmt *s, struct world *w, char **why)
{
    struct rebuild from = { 0 };
    uint64_t sum = sum_begin();
    const char *kind, *side;
    cJSON *side_json = NULL;
    struct doc *d = NULL;
    bool right;

    number_of(s, 0, &sum);
    kind = text_of(s, 1, &sum);
    from.owner = text_of(s, 2, &sum);
    from.id = text_of(s, 3, &sum);
    from.key = text_of(s, 4, &sum);
    side = (const char *)sqlite3_column_text(s, 5);
    sum = sum_number(sum, side != NULL);
    if (side)
        from.side = side_json = json_parse(NULL, text_of(s, 5, &sum), (size_t)sqlite3_column_bytes(s, 5));
    from.text = text_of(s, 6, &sum);
    from.len = (size_t)sqlite3_column_bytes(s, 6);
    right = read_bytes(s, 7, &from.bytes, &sum, why) == 0;
    if (right && !sum_is(s, 8, sum)) {
        damaged(f, "a resource", why);
        right = false;
    }
    from.kind = rebuild_kind(kind);
    if (right && from.kind == KIND_NONE) {
        *why = text_printf("the state file %s holds a %s, which this mockflare does not know. Nothing was changed. Use "
                           "the program that wrote it, or name another file with --state", f->path, kind);
        right = false;
    }
    if (right)
        d = rebuild_doc(w, &from, why);
    else
        blob_unref(from.bytes);
    cJSON_Delete(side_json);
    return d;
}

int file_read_docs(struct state_file *f, int64_t number, struct world *w, char **why)
{
    static const char sql[] = "SELECT place, kind, owner, id, key, side, text, bytes, sum FROM doc"
                              " WHERE place>=?1 AND place<?2 ORDER BY place";
    sqlite3_stmt *s = query(f, sql, why);
    struct txn *t;
    int code = SQLITE_DONE, rc = s ? 0 : -1;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, number << 40);
    sqlite3_bind_int64(s, 2, (number + 1) << 40);
    t = txn_begin(world_store(w));
    while (rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct doc *d = read_doc(f, s, w, why);

        rc = d ? 0 : -1;
        if (d)
            txn_restore_take(t, d, (uint64_t)(sqlite3_column_int64(s, 0) - (number << 40)));
    }
    txn_commit(t);
    if (rc == 0 && code != SQLITE_DONE)
        rc = damaged(f, sqlite3_errmsg(f->db), why);
    sqlite3_finalize(s);
    return rc;
}
