/* intake: what each operation takes as its body, beyond its schema: from the descriptors' sections
 * `body_most`, `validate`, `invalid` and `optional`. Generated, read-only, any thread. */
#ifndef MF_SPEC_INTAKE_H
#define MF_SPEC_INTAKE_H

#include "mock/spec/optable.h"

struct op_intake {
    uint32_t most;     // bytes of the longest body; 0: the usual limit
    uint32_t optional; // text: top members that may be absent, whatever the document says
    uint16_t invalid;  // enum error_id for a body that does not fit; its %s is the sentence; 0: the
                       // dialect's
    uint8_t validate;  // enum intake_validate
};
enum intake_validate {
    VALIDATE_USUAL, // unless a hook does the whole operation: hooks have their own words
    VALIDATE_YES,
    VALIDATE_NO
};
extern const struct op_intake spec_intake[];            // by index into spec_ops
const struct op_intake *op_intake(const struct op *op); // a row of zeros for paths nobody serves

#endif
