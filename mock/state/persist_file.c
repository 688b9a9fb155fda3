/* The state file: opened with care, written row by row. Format 1:
 *   world  one row a sandbox: its scenario, faults and clock
 *   dice   the generator of a world, apart because every commit moves it
 *   doc    one row a resource; `place` is the world's number and the resource's own in the order of creation
 *   note   what belongs to no world
 * Every row has a sum over all else in it. */
#include "mock/state/persist_parts.h"

#include "common/mem.h"
#include "common/text.h"
#include "mock/engine/engine.h"
#include "mock/state/rebuild.h"
#include "mock/store/blob.h"

#include "common/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION 0x4d66536cu // "MfSl" in the header
#define FORMAT 1
#define BUSY_MS 500 // a process that was killed just now lets go within that time
#define HEADER 100

static const char schema[] =
    "PRAGMA application_id=1298551660;" // APPLICATION
    "PRAGMA user_version=1;"
    "CREATE TABLE world(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, scenario TEXT NOT NULL,"
    " faults TEXT NOT NULL, stands INTEGER NOT NULL, clock INTEGER NOT NULL, sum INTEGER NOT NULL);"
    "CREATE TABLE dice(world INTEGER PRIMARY KEY, random INTEGER NOT NULL, sum INTEGER NOT NULL);"
    "CREATE TABLE doc(place INTEGER PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL,"
    " key TEXT NOT NULL, side TEXT, text TEXT NOT NULL, bytes BLOB, sum INTEGER NOT NULL);"
    "CREATE TABLE note(name TEXT PRIMARY KEY, text TEXT NOT NULL, sum INTEGER NOT NULL);";

static const char *const statements[FILE_STATEMENTS] = {
    [FILE_BEGIN] = "BEGIN IMMEDIATE",
    [FILE_COMMIT] = "COMMIT",
    [FILE_PUT_DOC] = "INSERT OR REPLACE INTO doc VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
    [FILE_REMOVE_DOC] = "DELETE FROM doc WHERE place=?1",
    [FILE_REMOVE_DOCS] = "DELETE FROM doc WHERE place>=?1 AND place<?2",
    [FILE_PUT_WORLD] = "INSERT OR REPLACE INTO world VALUES(?1,?2,?3,?4,?5,?6,?7)",
    [FILE_REMOVE_WORLD] = "DELETE FROM world WHERE number=?1",
    [FILE_FIND_WORLD] = "SELECT number FROM world WHERE name=?1",
    [FILE_HAS_WORLD] = "SELECT 1 FROM world WHERE number=?1",
    [FILE_PUT_DICE] = "INSERT OR REPLACE INTO dice VALUES(?1,?2,?3)",
    [FILE_REMOVE_DICE] = "DELETE FROM dice WHERE world=?1",
    [FILE_PUT_NOTE] = "INSERT OR REPLACE INTO note VALUES(?1,?2,?3)",
};

void world_row_release(struct world_row *row)
{
    free(row->name);
    free(row->scenario);
    free(row->faults);
}

char *file_error(const struct state_file *f)
{
    return text_printf("the state file %s cannot be written: %s", f->path, sqlite3_errmsg(f->db));
}

char *file_damaged(const struct state_file *f, const char *what)
{
    return text_printf("the state file %s is damaged (%s). Nothing was changed. Put a copy of it back, or move %s "
                       "and %s-wal away to begin anew; `sqlite3 %s .recover` shows what can still be read",
                       f->path, what, f->path, f->path, f->path);
}

static char *foreign(const char *path, const char *what)
{
    return text_printf("%s %s: not a state file. Nothing was changed. Name another file with --state, or move this "
                       "one away", path, what);
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What the first bytes say, before SQLite may touch anything. */
static int check_header(const struct state_file *f, const unsigned char head[HEADER], size_t len, char **why)
{
    if (len < HEADER || memcmp(head, "SQLite format 3", 16) != 0)
        *why = foreign(f->path, len < HEADER ? "is too short" : "does not begin as one");
    else if (number_at(head + 68) != APPLICATION)
        *why = foreign(f->path, "is an SQLite database of another program, or its header is damaged");
    else if (number_at(head + 60) > FORMAT)
        *why = text_printf("%s is of format %u, made by a newer mockflare, or its header is damaged; this one reads "
                           "format %d. Nothing was changed. Use the newer program, or name another file with --state",
                           f->path, number_at(head + 60), FORMAT);
    else if (number_at(head + 60) < FORMAT || head[18] != head[19] || (head[18] != 1 && head[18] != 2))
        *why = file_damaged(f, "its header");
    return *why ? -1 : 0;
}

/* *fresh: there is no file, or an empty one. */
static int look_at(const struct state_file *f, bool *fresh, char **why)
{
    unsigned char head[HEADER];
    struct stat st;
    ssize_t len;
    int file;

    *fresh = true;
    if (stat(f->path, &st) != 0) {
        if (errno == ENOENT)
            return 0;
        *why = text_printf("cannot look at the state file %s: %s", f->path, strerror(errno));
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        *why = text_printf("%s is %s, not a state file; name a file with --state", f->path,
                           S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
        return -1;
    }
    *fresh = st.st_size == 0;
    if (*fresh)
        return 0;
    file = open(f->path, O_RDONLY | O_CLOEXEC);
    len = file < 0 ? -1 : read(file, head, sizeof head);
    if (len < 0)
        *why = text_printf("cannot read the state file %s: %s", f->path, strerror(errno));
    if (file >= 0)
        close(file);
    return len < 0 ? -1 : check_header(f, head, (size_t)len, why);
}

static int refused(const struct state_file *f, int code, char **why)
{
    if (*why)
        return -1;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        *why = text_printf("the state file %s is in use by another process; end that one, or name another file with "
                           "--state", f->path);
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR)
        *why = file_damaged(f, sqlite3_errmsg(f->db));
    else if (code == SQLITE_READONLY)
        *why = text_printf("the state file %s may only be read; give this user the right to write it and its folder",
                           f->path);
    else
        *why = text_printf("the state file %s cannot be used: %s; see to its folder's rights and room", f->path,
                           sqlite3_errmsg(f->db));
    return -1;
}

static int run(struct state_file *f, const char *sql, char **why)
{
    int code = sqlite3_exec(f->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : refused(f, code & 0xff, why);
}

/* Every page of the file, read once: what is damaged is found before it is built upon. */
static int check_pages(struct state_file *f, char **why)
{
    sqlite3_stmt *check = NULL;
    const char *said = NULL;
    int code = sqlite3_prepare_v2(f->db, "PRAGMA quick_check(1)", -1, &check, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(check);
    if (code == SQLITE_ROW) {
        said = (const char *)sqlite3_column_text(check, 0);
        if (!said || strcmp(said, "ok") != 0)
            *why = file_damaged(f, said ? said : "its pages");
    } else {
        refused(f, code & 0xff, why);
    }
    sqlite3_finalize(check);
    return *why ? -1 : 0;
}

/* Has it any table? A process that was killed while it made the file may have left none. */
static int has_tables(struct state_file *f, bool *has, char **why)
{
    sqlite3_stmt *count = NULL;
    int code = sqlite3_prepare_v2(f->db, "SELECT count(*) FROM sqlite_schema", -1, &count, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(count);
    *has = code == SQLITE_ROW && sqlite3_column_int(count, 0) > 0;
    sqlite3_finalize(count);
    return code == SQLITE_ROW ? 0 : refused(f, code & 0xff, why);
}

/* The lock, the check, the tables of a fresh file. The lock stays until the file is closed: WAL in
 * exclusive mode also does without shared memory. */
static int take_over(struct state_file *f, bool fresh, char **why)
{
    bool has = false;

    if (run(f, "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; COMMIT", why) != 0)
        return -1;
    if (sqlite3_db_readonly(f->db, "main") == 1)
        return refused(f, SQLITE_READONLY, why);
    if (!fresh && (check_pages(f, why) != 0 || has_tables(f, &has, why) != 0))
        return -1;
    sqlite3_db_config(f->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    if (!has) {
        char *sql = text_printf("BEGIN EXCLUSIVE; %s COMMIT", schema);
        int rc = run(f, sql, why);

        free(sql);
        if (rc != 0)
            return -1;
    }
    return run(f, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=4194304", why);
}

static int prepare(struct state_file *f, char **why)
{
    for (size_t i = 0; i < FILE_STATEMENTS; i++) {
        int code = sqlite3_prepare_v3(f->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &f->statements[i], NULL);

        if (code != SQLITE_OK)
            return refused(f, code & 0xff, why);
    }
    return 0;
}

/* It holds token values: its owner alone may read it. */
static int make(const struct state_file *f, char **why)
{
    int file = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0) {
        *why = text_printf("cannot make the state file %s: %s", f->path, strerror(errno));
        return -1;
    }
    close(file);
    return 0;
}

int file_open(struct state_file *f, const char *path, char **why)
{
    bool fresh;
    int code;

    *f = (struct state_file){ .path = xstrdup(path) };
    if (look_at(f, &fresh, why) != 0 || (fresh && make(f, why) != 0))
        goto failed;
    code = sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        refused(f, code & 0xff, why);
        goto failed;
    }
    file_leave(f);
    sqlite3_busy_timeout(f->db, BUSY_MS);
    if (take_over(f, fresh, why) == 0 && prepare(f, why) == 0)
        return 0;
failed:
    file_close(f);
    return -1;
}

void file_leave(struct state_file *f)
{
    sqlite3_db_config(f->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void file_close(struct state_file *f)
{
    for (size_t i = 0; i < FILE_STATEMENTS; i++)
        sqlite3_finalize(f->statements[i]);
    sqlite3_close(f->db);
    free(f->path);
    *f = (struct state_file){ 0 };
}

/* Runs a statement that gives no rows. */
static int step(sqlite3_stmt *s)
{
    int code = sqlite3_step(s);

    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code == SQLITE_DONE ? 0 : -1;
}

int file_begin(struct state_file *f)
{
    return step(f->statements[FILE_BEGIN]);
}

int file_commit(struct state_file *f)
{
    return step(f->statements[FILE_COMMIT]);
}

void file_rollback(struct state_file *f)
{
    if (!sqlite3_get_autocommit(f->db))
        sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
}

bool file_make_room(struct state_file *f)
{
    return sqlite3_wal_checkpoint_v2(f->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK;
}

static void bind_text(sqlite3_stmt *s, int at, const char *text, size_t len, uint64_t *sum)
{
    sqlite3_bind_text64(s, at, text, len, SQLITE_STATIC, SQLITE_UTF8);
    *sum = sum_add(*sum, text, len);
}

static void bind_number(sqlite3_stmt *s, int at, int64_t number, uint64_t *sum)
{
    sqlite3_bind_int64(s, at, number);
    *sum = sum_number(*sum, (uint64_t)number);
}

static int64_t place_of(int64_t world, const struct doc *d)
{
    return world << 40 | (int64_t)doc_sequence(d);
}

/* Absent pieces count as well: present and empty is another thing. */
static void bind_bytes(sqlite3_stmt *s, int at, const struct doc *d, uint64_t *sum)
{
    const struct blob *bytes = doc_bytes(d);
    size_t len;
    const char *view;

    *sum = sum_number(*sum, bytes != NULL);
    if (!bytes)
        return;
    view = blob_view(bytes, &len);
    sqlite3_bind_blob64(s, at, len ? view : "", len, SQLITE_STATIC);
    *sum = sum_add(*sum, view, len);
}

static int put_doc(struct state_file *f, int64_t world, const struct doc *d)
{
    sqlite3_stmt *s = f->statements[FILE_PUT_DOC];
    const char *kind = spec_text(spec_resources[doc_kind(d)].name), *text;
    cJSON *side = rebuild_side_dup(d);
    char *side_text = side ? json_print_dup(side) : NULL;
    uint64_t sum = sum_begin();
    size_t len;
    int rc;

    text = doc_text(d, &len);
    bind_number(s, 1, place_of(world, d), &sum);
    bind_text(s, 2, kind, strlen(kind), &sum);
    bind_text(s, 3, doc_owner(d), strlen(doc_owner(d)), &sum);
    bind_text(s, 4, doc_id(d), strlen(doc_id(d)), &sum);
    bind_text(s, 5, doc_key(d), strlen(doc_key(d)), &sum);
    sum = sum_number(sum, side_text != NULL);
    if (side_text)
        bind_text(s, 6, side_text, strlen(side_text), &sum);
    bind_text(s, 7, text, len, &sum);
    bind_bytes(s, 8, d, &sum);
    sqlite3_bind_int64(s, 9, (int64_t)sum);
    rc = step(s);
    if (doc_bytes(d))
        blob_rest(doc_bytes(d));
    free(side_text);
    cJSON_Delete(side);
    return rc;
}

static int remove_doc(struct state_file *f, int64_t world, const struct doc *d)
{
    sqlite3_bind_int64(f->statements[FILE_REMOVE_DOC], 1, place_of(world, d));
    return step(f->statements[FILE_REMOVE_DOC]);
}

int file_put_changes(struct state_file *f, int64_t world, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((changes[i].after ? put_doc(f, world, changes[i].after) : remove_doc(f, world, changes[i].before)) != 0)
            return -1;
    return 0;
}

int file_put_dice(struct state_file *f, int64_t world, uint64_t random)
{
    sqlite3_stmt *s = f->statements[FILE_PUT_DICE];
    uint64_t sum = sum_begin();

    bind_number(s, 1, world, &sum);
    bind_number(s, 2, (int64_t)random, &sum);
    sqlite3_bind_int64(s, 3, (int64_t)sum);
    return step(s);
}

int file_put_world(struct state_file *f, int64_t world, const struct world_row *row)
{
    sqlite3_stmt *s = f->statements[FILE_PUT_WORLD];
    uint64_t sum = sum_begin();

    bind_number(s, 1, world, &sum);
    bind_text(s, 2, row->name, strlen(row->name), &sum);
    bind_text(s, 3, row->scenario, strlen(row->scenario), &sum);
    bind_text(s, 4, row->faults, strlen(row->faults), &sum);
    bind_number(s, 5, row->stands, &sum);
    bind_number(s, 6, row->clock, &sum);
    sqlite3_bind_int64(s, 7, (int64_t)sum);
    return step(s);
}

int file_has_world(struct state_file *f, int64_t world, bool *there)
{
    sqlite3_stmt *s = f->statements[FILE_HAS_WORLD];
    int code;

    sqlite3_bind_int64(s, 1, world);
    code = sqlite3_step(s);
    *there = code == SQLITE_ROW;
    sqlite3_reset(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

int file_remove_world(struct state_file *f, const char *name)
{
    sqlite3_stmt *find = f->statements[FILE_FIND_WORLD], *docs = f->statements[FILE_REMOVE_DOCS];
    sqlite3_stmt *dice = f->statements[FILE_REMOVE_DICE], *world = f->statements[FILE_REMOVE_WORLD];
    int64_t number;
    int code;

    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    code = sqlite3_step(find);
    number = code == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    sqlite3_clear_bindings(find);
    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? 0 : -1;
    sqlite3_bind_int64(docs, 1, number << 40);
    sqlite3_bind_int64(docs, 2, (number + 1) << 40);
    sqlite3_bind_int64(dice, 1, number);
    sqlite3_bind_int64(world, 1, number);
    return step(docs) == 0 && step(dice) == 0 && step(world) == 0 ? 0 : -1;
}

int file_put_note(struct state_file *f, const char *name, const char *text)
{
    sqlite3_stmt *s = f->statements[FILE_PUT_NOTE];
    uint64_t sum = sum_begin();

    bind_text(s, 1, name, strlen(name), &sum);
    bind_text(s, 2, text, strlen(text), &sum);
    sqlite3_bind_int64(s, 3, (int64_t)sum);
    return step(s);
}
