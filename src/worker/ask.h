/* ask - what is asked of a connect-host before the worker runs. */
#ifndef CW_WORKER_ASK_H
#define CW_WORKER_ASK_H

#include <jansson.h>

#include "supervisor/oneshot.h"

/* The answer to one question, which the caller waits for: new. NULL with *err set: in words why there is none. */
json_t *cw_host_ask(struct cw_loop *loop, const char *program, const char *mode, const json_t *question,
		    struct cw_error *err);

#endif
