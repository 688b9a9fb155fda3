#include "mock/store/orders.h"

#include "mock/engine/engine.h"

doc_order *kind_order(enum kind kind, size_t order)
{
    return spec_kind_hooks[kind].order[order];
}
