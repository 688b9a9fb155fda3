/* orders: in which orders the docs of a kind stand on their shelf. Order 0 is the one that lists show. */
#ifndef MF_ORDERS_H
#define MF_ORDERS_H

#include "mock/store/shelf.h"

doc_order *kind_order(enum kind kind, size_t order); // NULL: none of its own (order 0: that of creation)

#endif
