/* log: one line a request on stderr, without a secret. Any thread. */
#ifndef MF_LOG_H
#define MF_LOG_H

struct call;

enum log_form { LOG_NONE, LOG_TEXT, LOG_JSON };

void log_setup(enum log_form form); // once, before the first request
void log_call(struct call *c);

#endif
