/* broker - the embedded Kafka broker: a connect-host that runs librdkafka's mock cluster. */
#ifndef CW_WORKER_BROKER_H
#define CW_WORKER_BROKER_H

#include "supervisor/loop.h"

struct cw_broker;

/* Starts it and waits until it listens, at most some seconds. NULL with *err set. */
struct cw_broker *cw_broker_start(const char *program, struct cw_error *err);
const char *cw_broker_bootstrap(const struct cw_broker *broker); /* "127.0.0.1:PORT" */
/* From now on `gone` is called on that loop when the broker ends by itself; trace is borrowed. */
int cw_broker_attach(struct cw_broker *broker, struct cw_loop *loop, void (*gone)(void *arg, const char *trace),
		     void *arg, struct cw_error *err);
void cw_broker_free(struct cw_broker *broker); /* ends it; NULL is fine */

#endif
