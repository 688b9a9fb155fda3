/* schema: compiled schema nodes, for the files of this folder. A node is an index into
 * `schema_words`: a word of flags, then one or more words for each flag that has some, in the order
 * of the flags below. Equal subtrees are one node. Read-only, any thread. */
#ifndef MF_SCHEMA_H
#define MF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    // what a value may be; none of them set: anything
    SCHEMA_NULL = 1 << 0,
    SCHEMA_BOOL = 1 << 1,
    SCHEMA_INTEGER = 1 << 2,
    SCHEMA_NUMBER = 1 << 3,
    SCHEMA_STRING = 1 << 4,
    SCHEMA_OBJECT = 1 << 5,
    SCHEMA_ARRAY = 1 << 6,
    SCHEMA_TYPES = (1 << 7) - 1,
    // marks without words
    SCHEMA_READ_ONLY = 1 << 7,
    SCHEMA_WRITE_ONLY = 1 << 8,
    SCHEMA_ABOVE = 1 << 9, // exclusive minimum
    SCHEMA_BELOW = 1 << 10,
    SCHEMA_UNIQUE = 1 << 11,
    // with words
    SCHEMA_SAME = 1 << 12,    // node: this node is that one (marks stand here)
    SCHEMA_AGAIN = 1 << 13,   // slot: as SAME, for a schema that holds itself
    SCHEMA_FORMAT = 1 << 14,  // enum schema_format
    SCHEMA_MEMBERS = 1 << 15, // count, then pairs: name (| SCHEMA_REQUIRED), node
    SCHEMA_OTHERS = 1 << 16,  // node of members not named, or SCHEMA_NOTHING
    SCHEMA_ITEMS = 1 << 17,   // node
    SCHEMA_ENUM = 1 << 18,    // count, then texts: the values as JSON
    SCHEMA_MIN = 1 << 19,     // index into schema_numbers
    SCHEMA_MAX = 1 << 20,
    SCHEMA_MULTIPLE = 1 << 21,
    SCHEMA_LENGTH = 1 << 22,  // least and most characters
    SCHEMA_COUNT = 1 << 23,   // least and most items
    SCHEMA_SIZE = 1 << 24,    // least and most members
    SCHEMA_ALL = 1 << 25,     // count, then nodes
    SCHEMA_ANY = 1 << 26,     // anyOf
    SCHEMA_ONE = 1 << 27,     // oneOf
    SCHEMA_NOT = 1 << 28,     // node
    SCHEMA_DEFAULT = 1 << 29, // text: the value as JSON
};
#define SCHEMA_REQUIRED 0x80000000u // in a member's name word
#define SCHEMA_NOTHING 0xffffffffu
#define SCHEMA_NO_LIMIT 0xffffffffu

enum schema_format {
    FORMAT_OTHER,
    FORMAT_DATE_TIME,
    FORMAT_DATE,
    FORMAT_UUID,
    FORMAT_URI,
    FORMAT_EMAIL,
    FORMAT_HOSTNAME,
    FORMAT_IPV4,
    FORMAT_IPV6,
    FORMAT_CIDR,
    FORMAT_BYTE,
};

extern const uint32_t schema_words[];
extern const double schema_numbers[];
extern const uint32_t schema_slots[]; // nodes of schemas that hold themselves

/* A node taken apart. Pointers lead into schema_words. */
struct schema {
    uint32_t node, flags;
    enum schema_format format;
    const uint32_t *members; // pairs
    const uint32_t *enums;   // texts
    const uint32_t *all, *any, *one;
    uint32_t members_count, enums_count, all_count, any_count, one_count;
    uint32_t others, items, not_node, default_text;
    uint32_t least_length, most_length, least_items, most_items, least_members, most_members;
    double min, max, multiple;
};
/* Takes `node` apart, SAME and AGAIN followed; marks of the way are kept in `flags`. */
void schema_open(uint32_t node, struct schema *out);
bool schema_member_required(uint32_t name_word);
const char *schema_member_name(uint32_t name_word);

#endif
