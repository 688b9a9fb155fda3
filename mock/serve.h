/* serve: the walk of one request through the rooms. Called by the front, in the front's thread. */
#ifndef MF_SERVE_H
#define MF_SERVE_H

struct call;

/* Walks the rooms; afterwards c->out holds the whole answer and the journal its entry. Sends nothing. */
void serve(struct call *c);

#endif
