#include "worker/broker.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/hostproc.h"

#define START_TIMEOUT_MS 10000

struct cw_broker {
	struct cw_loop *loop; /* its own: it starts before there is a herder */
	struct cw_hostproc *host;
	char *bootstrap, *trace;
	struct cw_loop *outer;
	struct cw_watch watch;
	void (*gone)(void *arg, const char *trace);
	void *arg;
};

static void on_message(void *arg, const json_t *message)
{
	struct cw_broker *broker = arg;
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *bootstrap = json_string_value(json_object_get(message, "bootstrap"));
	const char *trace = json_string_value(json_object_get(message, "trace"));

	if (strcmp(type, "broker") == 0 && bootstrap && !broker->bootstrap)
		broker->bootstrap = cw_strdup(bootstrap);
	else if (strcmp(type, "failed") == 0 && trace && !broker->trace)
		broker->trace = cw_strdup(trace);
}

static void on_gone(void *arg, const struct cw_hostproc_end *end)
{
	struct cw_broker *broker = arg;

	if (!broker->trace)
		broker->trace = cw_strdup(end->trace);
	cw_hostproc_free(broker->host);
	broker->host = NULL;
	if (broker->gone)
		broker->gone(broker->arg, broker->trace);
}

struct cw_broker *cw_broker_start(const char *program, struct cw_error *err)
{
	struct cw_broker *broker = cw_alloc(sizeof(*broker));
	struct cw_hostproc_options options = {
		.program = program, .mode = "--embedded-broker", .lock_fd = -1, .message = on_message, .gone = on_gone,
		.arg = broker,
	};
	int64_t deadline = cw_clock_ms() + START_TIMEOUT_MS;

	broker->watch.fd = -1;
	broker->loop = cw_loop_new(err);
	if (broker->loop)
		broker->host = cw_hostproc_start(broker->loop, &options, err);
	while (broker->host && !broker->bootstrap && !broker->trace && cw_clock_ms() < deadline)
		cw_loop_step(broker->loop, 100);
	if (broker->bootstrap)
		return broker;
	cw_error_set(err, CW_ERR_FATAL, "the embedded broker did not start: %s",
		     broker->trace ? broker->trace : "it did not say its address in time");
	cw_broker_free(broker);
	return NULL;
}

const char *cw_broker_bootstrap(const struct cw_broker *broker)
{
	return broker->bootstrap;
}

static void on_readable(void *arg, uint32_t events)
{
	(void)events;
	cw_loop_step(((struct cw_broker *)arg)->loop, 0);
}

int cw_broker_attach(struct cw_broker *broker, struct cw_loop *loop, void (*gone)(void *arg, const char *trace),
		     void *arg, struct cw_error *err)
{
	broker->outer = loop;
	broker->gone = gone;
	broker->arg = arg;
	broker->watch.fn = on_readable;
	broker->watch.arg = broker;
	return cw_loop_watch(loop, &broker->watch, cw_loop_fd(broker->loop), EPOLLIN, err);
}

void cw_broker_free(struct cw_broker *broker)
{
	if (!broker)
		return;
	if (broker->outer)
		cw_loop_unwatch(broker->outer, &broker->watch);
	cw_hostproc_free(broker->host);
	cw_loop_free(broker->loop);
	free(broker->bootstrap);
	free(broker->trace);
	free(broker);
}
