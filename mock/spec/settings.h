/* settings: the catalogue of zone settings, compiled from the descriptor's `settings`, sorted by their
 * name in paths. Read-only, any thread. */
#ifndef MF_SETTINGS_TABLE_H
#define MF_SETTINGS_TABLE_H

#include "mock/spec/plans.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct setting {
    uint32_t path;   // text: its name in paths and in bulk changes: "csam_scanner_third_party"
    uint32_t id;     // text: its name in answers, mostly the same: "csam_scanner"
    uint32_t value;  // schema node that a new value must fit
    uint32_t beside; // text: more members of the answer as a JSON object; "": none
    uint32_t unkept; // text: a member of the value that asks for something and is not kept
    uint32_t needs;  // text: a member of the value that must not be empty where `enabled` is true
    uint32_t fresh[PLAN_COUNT];  // texts: the value of an untouched zone as JSON
    uint32_t limits[PLAN_COUNT]; // schema nodes that a value must fit as well; 0: anything
    uint16_t locked; // error_id where the plan does not allow a change
    uint16_t closed; // error_id where a change is refused though the answer says editable; 0: none
    uint16_t lacking; // error_id where the member that it needs is empty
    uint8_t editable, closed_on, listed; // plans as bits; listed 0: only at its own path
    bool enabled; // it keeps `enabled` in place of `value`
    bool as_text; // a number that is kept and shown in quotes
    bool dated;              // untouched, it shows the time of the zone's creation in place of null
    bool undated, unflagged; // answers lack modified_on; editable
};
extern const struct setting spec_settings[];
extern const size_t spec_settings_count;

#endif
