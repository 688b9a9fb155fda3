#include "mock/spec/intake.h"

const struct op_intake *op_intake(const struct op *op)
{
    static const struct op_intake none;

    return op >= spec_ops && op < spec_ops + spec_op_count ? &spec_intake[op - spec_ops] : &none;
}
