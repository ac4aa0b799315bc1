/*
 * oneshot - a connect-host that answers one question (--plugins, --validate) and ends.
 *
 * Lives on a loop; all calls from the loop's thread. `done` is called exactly once, unless it was
 * cancelled before; the struct is freed then.
 */
#ifndef CW_SUPERVISOR_ONESHOT_H
#define CW_SUPERVISOR_ONESHOT_H

#include <jansson.h>

#include "supervisor/loop.h"

struct cw_oneshot;

/* answer: borrowed, or NULL with *err: CW_ERR_FATAL, in words what it said or how it ended. */
typedef void cw_oneshot_done(void *arg, const json_t *answer, const struct cw_error *err);

/* NULL with *err set; `done` is not called then. Killed when it has not ended after timeout_ms. */
struct cw_oneshot *cw_oneshot_start(struct cw_loop *loop, const char *program, const char *mode, const json_t *question,
				    int64_t timeout_ms, cw_oneshot_done *done, void *arg, struct cw_error *err);
void cw_oneshot_cancel(struct cw_oneshot *oneshot);

#endif
