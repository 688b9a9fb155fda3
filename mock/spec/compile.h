/* compile: the parts of mockflare-compile, which turns facts and descriptors into C at build. One
 * thread, one run; memory is freed by the end of the process. Every fault is printed as
 * file:line:column: path: what, and counted; a run with faults writes nothing. */
#ifndef MF_COMPILE_H
#define MF_COMPILE_H

#include "common/buf.h"
#include "common/json.h"
#include "mock/spec/optable.h"

/* A text file being compiled, for places in faults. */
struct source {
    const char *file;
    char *text;
    cJSON *root;
};

extern unsigned compile_faults;
/* `path` leads to the value (json_where); its key is meant if `key`. */
__attribute__((format(printf, 4, 5))) void fault(const struct source *s, const char *path, bool key,
                                                 const char *format, ...);
__attribute__((format(printf, 3, 4))) void fault_line(const char *file, unsigned line,
                                                      const char *format, ...);
/* Refuses members of `object` that `known` (NULL-terminated) does not name. */
void check_keys(const struct source *s, const char *path, const cJSON *object,
                const char *const *known);
bool source_open(struct source *s, const char *file); // false: a fault was printed
char *path_join(const char *path, const char *name);  // "a.b", for places

/* Interned texts: offsets into the blob that spec_text() reads; 0 is "". */
uint32_t text_add(const char *text);
const char *text_at(uint32_t offset);
void texts_emit(struct buf *out);

/* A row of operations.tsv or extra.tsv on its way to a struct op. */
struct row {
    struct op op;
    const char *path; // as written
    char *shape;      // path with every placeholder as {}
    const char *cell_groups, *cell_response, *cell_request, *cell_query;
    const char *file;
    unsigned line;
    size_t covered_by; // literal characters of the covering glob, for "the longest wins"
    uint32_t body_most, optional; // for spec_intake
    uint16_t invalid;
    uint8_t validate;
    bool twin_zone;    // the second route of a template: not counted again
};
struct rows {
    struct row *at;
    size_t count, room;
};
extern struct rows rows;
void rows_read(const char *file, bool in_document);
void rows_check(void);  // order and doubles, once both files are read
void rows_groups(void); // names to indices, after the descriptors
void rows_emit(struct buf *out);
struct row *row_find(const char *method, const char *path); // placeholder spelling does not matter
const char *row_nearest(const char *name);
/* Does "METHOD /glob" (also READ, WRITE, *) take in this row? */
bool row_matches(const struct row *row, const char *pattern);
char *shape_dup(const char *path);

/* Names given out as small numbers, in the order of their first mention; 0 is none. */
struct names {
    const char **at;
    size_t count, room;
};
extern struct names hooks, kinds;
uint16_t names_add(struct names *n, const char *name);

/* Errors of all catalogues. */
struct error_row {
    char *name; // "dns.identical"
    struct spec_error error;
};
extern struct error_row *errors;
extern size_t errors_count;
uint16_t error_add(const struct source *s, const char *path, const char *family, const char *name,
                   const cJSON *json);
uint16_t error_find(const char *family, const char *name); // 0: none
void errors_emit(struct buf *out);
void names_emit(struct buf *out); // gen/names.h

void dialects_read(const char *file);
int dialect_find(const char *name); // -1: none
int dialect_default(void);
void dialects_emit(struct buf *out);

/* What a descriptor lets an operation do: a hook's name, or {"fixed": result}. */
void action_set(const struct source *s, const char *place, struct row *row, const cJSON *value);
struct row *row_named(const struct source *s, const char *section, const char *name); // NULL: a fault
void families_read(const char *const *files, size_t count); // two passes: catalogues, then the rest
void intake_set_most(const struct source *s, const char *place, struct row *row, const cJSON *value);
void intake_set_validate(const struct source *s, const char *place, struct row *row, const cJSON *value);
void intake_set_optional(const struct source *s, const char *place, struct row *row, const cJSON *value);
void intake_emit(struct buf *out);
void trie_emit(struct buf *out);
void group_words_emit(struct buf *out);

/* The catalogue of zone settings that a descriptor may hold (settings.h). */
void settings_read(const struct source *s, const char *family);
void settings_emit(struct buf *out);

void schemas_read(const char *file);
uint32_t schema_named(const char *name, const struct row *row); // the node; 0 and a fault
uint32_t schema_compile(const struct source *s, const char *path, const cJSON *json); // its node
void schemas_emit(struct buf *out);

#endif
