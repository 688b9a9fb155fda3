/* input: what a person pasted becomes what the API is asked with. Recognises the usual mistakes and
 * says so; never refuses a token by its length, for only the API knows what a token is. Pure, any
 * thread. */
#ifndef MF_INPUT_H
#define MF_INPUT_H

#include "linker/verdict.h"

struct arena;

struct input_raw {
    const char *token, *account_id, *token_type; // NULL counts as empty
};

struct input {
    const char *token;         // trimmed, without "Bearer"
    char account_id[33];       // lower case
    enum owner_kind kind;      // as told
    enum owner_kind kind_seen; // by the token's prefix; OWNER_UNTOLD: it has none that tells
    const char *notes[3];      // what was tidied away, one sentence each, NULL-terminated
};

struct input_fault {
    enum hint hint;
    const char *message; // names the field and the mend; never quotes a value
};

/* Texts are made in `a`. 0, or -1 and what is wrong: then no request may be sent. */
int input_read(struct arena *a, const struct input_raw *raw, struct input *in,
               struct input_fault *fault);

#endif
