/* rooms: the stations of a request, in the order of serve.c. Each reads what earlier rooms wrote into
 * the call and writes its own members; none calls another. */
#ifndef MF_ROOMS_H
#define MF_ROOMS_H

#include "mock/call.h"

enum step route_enter(struct call *c);  // path and method -> world, op, params. Never refuses
enum step gate_enter(struct call *c);   // credential looked up; faults, rate limits, header and id shape
enum step authn_enter(struct call *c);  // credential -> who, or refused
enum step authz_enter(struct call *c);  // who + op + resource -> may or may not
enum step intake_enter(struct call *c); // the body, read once by what it is
enum step engine_enter(struct call *c); // the family's hook, else the schema's answer
enum step answer_from_schema(struct call *c); // the engine's answer where no descriptor says more
void reply_finish(struct call *c);      // headers, journal entry closed

#endif
