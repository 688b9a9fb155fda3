/* credential: what the request's headers claim, looked up and not yet judged by time, address or state. */
#ifndef MF_CREDENTIAL_H
#define MF_CREDENTIAL_H

#include "mock/call.h"

/* Fills c->who: the principal, and in who.refused what is already known to be wrong. */
void credential_look_up(struct call *c);
/* Only its form is looked at, and that more kindly: what the SDKs' own tests send is right. */
void credential_form(struct call *c);
/* Judges what was looked up: address, dates, state, owner; the verdict goes into c->who.refused. */
void credential_judge(struct call *c);
/* The client address as the API sees it, into c->who.address. */
void credential_address(struct call *c);

#endif
