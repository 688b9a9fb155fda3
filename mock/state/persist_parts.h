/* persist_parts: what the files of persist share: the worlds kept and what they ask for (persist.c), the
 * queue with its writer (persist_queue.c), the file (persist_file.c, persist_read.c). The file belongs to
 * one thread at a time: at start and at the end the caller's, in between the writer's. */
#ifndef MF_PERSIST_PARTS_H
#define MF_PERSIST_PARTS_H

#include "mock/state/persist.h"
#include "mock/store/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>

/* A world as its row has it. Texts are owned; world_row_release frees them. */
struct world_row {
    char *name, *scenario, *faults; // faults: "[…]"
    bool stands;                    // the clock; `clock` is the time it stands at, else its shift
    int64_t clock;
    uint64_t random;
};
void world_row_release(struct world_row *row);

enum file_statement {
    FILE_BEGIN, FILE_COMMIT, FILE_PUT_DOC, FILE_REMOVE_DOC, FILE_REMOVE_DOCS, FILE_PUT_WORLD,
    FILE_REMOVE_WORLD, FILE_FIND_WORLD, FILE_HAS_WORLD, FILE_PUT_DICE, FILE_REMOVE_DICE, FILE_PUT_NOTE, FILE_STATEMENTS
};

struct state_file {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *statements[FILE_STATEMENTS];
};

/* As persist_open. A fresh file gets its tables. */
int file_open(struct state_file *f, const char *path, char **why);
void file_leave(struct state_file *f); // closing it will change nothing
void file_close(struct state_file *f);

/* Writing: 0, or -1 (file_error tells). Between begin and commit, or all is lost by file_rollback. */
int file_begin(struct state_file *f);
int file_commit(struct state_file *f);
void file_rollback(struct state_file *f);
bool file_make_room(struct state_file *f); // the log's content goes where it belongs; false: it can't
char *file_error(const struct state_file *f); // a sentence, the caller's
int file_put_changes(struct state_file *f, int64_t world, const struct change *changes, size_t count);
int file_put_dice(struct state_file *f, int64_t world, uint64_t random);
int file_put_world(struct state_file *f, int64_t world, const struct world_row *row);
int file_remove_world(struct state_file *f, const char *name); // with its docs; fine if there is none
int file_has_world(struct state_file *f, int64_t world, bool *there);
int file_put_note(struct state_file *f, const char *name, const char *text);

/* Reading. -1: *why. */
int file_read_note(struct state_file *f, const char *name, char **text, char **why); // NULL: none
int file_read_worlds(struct state_file *f,
                     int (*found)(void *to, int64_t world, const struct world_row *row, char **why), void *to,
                     char **why);
/* Puts the docs of a world into its store, in the order of their creation. */
int file_read_docs(struct state_file *f, int64_t number, struct world *w, char **why);
char *file_damaged(const struct state_file *f, const char *what); // what to do; the caller's

#define NOTE_START "start" // the scenario that sandboxes begin with
#define NOTE_OPEN "open"   // "yes" while a process has the file: so it stands after a kill

/* A world in the file. Lives as long as the file is open. */
struct kept {
    struct keeper keeper; // first, so that one is the other
    struct persist *persist;
    struct kept *next;
    struct world *world; // borrowed: there while it is live, or somebody waits for one of its jobs
    bool live;           // its name leads to it
    int64_t number;
    struct world_row row; // as last written, but for the generator
};

enum task { WRITE_CHANGES, WRITE_WORLD, WRITE_ROW, WRITE_START, DROP_WORLD };

/* Something to write. It and all it names belong to the one who waits for it. */
struct job {
    struct job *next;
    uint64_t number;
    enum task task;
    struct kept *of;
    struct change *changes;
    size_t count;
    uint64_t random;
    const struct world_row *row;
    const char *text;
    enum { JOB_WAITS, JOB_DONE, JOB_FAILED } state;
    char *why;
};

struct persist {
    struct state_file file;
    bool fresh, begun; // begun: it may be written, and is this process's
    bool failing;      // the last attempt to write did not succeed (the writer's)
    pthread_t writer;
    pthread_mutex_t touching; // held by a persist_touch
    pthread_mutex_t lock;     // guards all that follows
    pthread_cond_t more, done;
    struct job *head, **tail;
    uint64_t jobs; // number of the last one
    struct kept *worlds;
    int64_t last_world;
    bool ending;
};

void queue_start(struct persist *p);
void queue_stop(struct persist *p); // when all is written
void queue_add(struct persist *p, struct job *j);
/* Until the writer is done with it: 0, or -1 and *why. */
int queue_wait(struct persist *p, struct job *j, char **why);

/* A number that depends on every bit of what is added to it. */
uint64_t sum_begin(void);
uint64_t sum_add(uint64_t sum, const void *bytes, size_t len); // and on where one piece ends
uint64_t sum_number(uint64_t sum, uint64_t number);

#endif
