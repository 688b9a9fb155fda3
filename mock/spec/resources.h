/* resources: what the API keeps, one row a kind: collections and singletons, named by descriptors
 * or derived from paths and schemas. Generated, read-only, any thread. */
#ifndef MF_RESOURCES_H
#define MF_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verb {
    VERB_NONE,
    VERB_LIST,
    VERB_CREATE, // on a singleton: sets it, as VERB_REPLACE
    VERB_READ,
    VERB_REPLACE, // PUT: where the client chooses ids and nothing else creates, it also creates
    VERB_MERGE,
    VERB_DELETE,
    VERB_COUNT
};
enum resource_form { RESOURCE_NONE, RESOURCE_COLLECTION, RESOURCE_SINGLETON };
enum id_style {
    ID_HEX32, // hex digits, 32 unless id_digits says otherwise
    ID_UUID,
    ID_NUMBER,
    ID_NAME, // the client's own: the member `id_member` of the body, or the path's last segment
    ID_HOOK  // the shape hook sets the member
};
enum page_style { PAGE_NONE, PAGE_NUMBER, PAGE_CURSOR };
enum filter_how {
    FILTER_EQUAL,
    FILTER_CONTAINS, // case is ignored
    FILTER_TEXT_OPS, // dns: `name.exact`, `.contains`, `.startswith`, `.endswith`, `.present`,
                     // `.absent`
    FILTER_TAG_OPS,  // dns: the same on items "name:value" of a list
    FILTER_IGNORE    // known to do nothing
};
enum delete_form {
    DELETE_SCHEMA, // what the operation's own schema can show of the deleted
    DELETE_ID,     // {"id": …}, under the kind's id_member
    DELETE_NULL,
    DELETE_WHOLE,
    DELETE_EMPTY, // {}
    DELETE_ABSENT // an envelope without result
};

struct resource_filter {
    uint32_t query, member; // texts; member may be a path: "account.id", "tags[]"
    uint8_t how;            // enum filter_how
};
struct resource_unique {
    uint32_t members; // text: paths, blank-separated
    uint16_t error;   // enum error_id
};
struct resource_ref {
    uint32_t member; // text: path of the member that holds an id ("origins[].monitor")
    uint16_t kind;   // the kind it must be of, below the same account or zone
    uint16_t error;
};

struct resource {
    uint32_t name;              // text: "dns_record"; the item's path where no descriptor names it
    uint32_t at;                // text: path template of the item, or of the singleton
    uint32_t roots;             // text: `at` and the same below other roots, blank-separated
    uint32_t shown;             // schema node of one resource as READ shows it
    uint32_t id_member;         // text; "": the id is the path's alone
    uint32_t created, modified; // texts: members that hold the stamps, "" if none
    uint32_t defaults;          // text: compact JSON, path -> value; "" if none
    uint32_t initial;           // text: compact JSON a singleton starts with; "": from the schema
    uint32_t members; // text: order of the members as recorded, blank-separated; "": the schema's
    uint32_t server;  // text: members a client can't set, blank-separated
    uint32_t orders;  // text: members a list may be ordered by, blank-separated; "": any
    uint32_t default_order; // text: "name" or "-created_on"; "": as the shelf stands
    uint32_t queries; // text: query parameters that the document has for LIST, blank-separated
    uint32_t filters, uniques, refs; // first indices into the three tables
    uint32_t per_page, per_page_least, per_page_most, limit;
    uint16_t filters_count, uniques_count, refs_count;
    uint16_t op[VERB_COUNT]; // index into spec_ops + 1 for each verb at `at`; 0: the API lacks it
    uint16_t parent;         // kind of the nearest kept ancestor in the path; KIND_NONE
    uint16_t missing;        // error_id where it is not there; 0: the dialect's WHY_NOT_FOUND
    uint16_t limit_error;    // error_id
    uint8_t form, id_style, id_digits, page_style, delete_form, stamp_digits, depth;
    bool touch_if_changed; // the modified stamp moves only if something else did
    bool extra_members;    // members that no schema knows are kept
    bool by_shape;         // the shape hook alone makes of what was sent what is kept
    bool own_defaults;     // what is absent gets the descriptor's defaults, never the schema's
    bool put_creates;      // PUT of an id that is not there makes it
    bool by_hooks;         // identity: all verbs are hooks, the engine only knows the kind
    bool named;            // by a descriptor
};
extern const struct resource spec_resources[]; // by enum kind (gen/names.h); [KIND_NONE] unused
extern const struct resource_filter spec_filters[];
extern const struct resource_unique spec_uniques[];
extern const struct resource_ref spec_refs[];

#endif
