/* wire: how the bytes of an answer leave, faults on the wire included. Knows no server: it is given a
 * function that writes. */
#ifndef MF_WIRE_H
#define MF_WIRE_H

#include <stdbool.h>
#include <stddef.h>

struct call;
struct mg_connection;

typedef int wire_write(struct mg_connection *to, const void *bytes, size_t len);

/* Sends c->out. False: the connection must not be used again. */
bool wire_send(struct call *c, struct mg_connection *to, wire_write *write_bytes);

#endif
