/* essink_fixture - a task of the access-log sink, driven as the framework drives it, for tests and benchmarks. */
#ifndef CW_TESTS_ESSINK_FIXTURE_H
#define CW_TESTS_ESSINK_FIXTURE_H

#include "base/clock.h"
#include "config.h"
#include "config/config_def.h"
#include "fake_host_api.h"

/* Start zeroed; keys are set in `map` before cw_essink_start(). */
struct cw_essink {
	struct cw_fake_host host; /* first */
	const struct cw_plugin *plugin; /* NULL: the first of the file */
	struct cw_map map;
	struct cw_es_config config;
	struct cw_config_memory *memory;
	void *task;
	struct cw_error err;
};

static inline int64_t cw_essink_now(const struct cw_context *ctx)
{
	(void)ctx;
	return cw_clock_ns();
}

static inline const struct cw_connector_ops *cw_essink_ops(void)
{
	return cw_plugin->connector;
}

static inline struct cw_config_table cw_essink_table(const struct cw_plugin *plugin)
{
	return (struct cw_config_table){ plugin->config, plugin->n_config, plugin->config_def_size };
}

/* The config struct from the map; 0, or -1 with sink->err. */
static inline int cw_essink_fill(struct cw_essink *sink)
{
	return cw_config_fill(cw_essink_table(sink->plugin ? sink->plugin : cw_plugin), &sink->map, &sink->config, &sink->memory, &sink->err);
}

/* Whether the task started; else sink->err says why not. */
static inline bool cw_essink_start(struct cw_essink *sink)
{
	cw_fake_host_init(&sink->host, "logs", 0, 1);
	sink->host.api.now_ns = cw_essink_now;
	return cw_essink_fill(sink) == 0 && cw_essink_ops()->task_start(&sink->host.ctx, &sink->config, &sink->task,
									 &sink->err) == CW_OK;
}

static inline void cw_essink_stop(struct cw_essink *sink)
{
	if (sink->task)
		cw_essink_ops()->task_stop(sink->task);
	cw_config_memory_free(sink->memory);
	cw_map_free(&sink->map);
	memset(sink, 0, sizeof(*sink));
}

/* put(), and wait() while there is no room, for at most ten seconds. */
static inline enum cw_result cw_essink_put(struct cw_essink *sink, struct cw_batch *batch)
{
	int64_t end = cw_clock_ms() + 10000;
	enum cw_result result;

	while ((result = cw_essink_ops()->put(sink->task, batch, &sink->err)) == CW_BUSY && cw_clock_ms() < end)
		if (cw_essink_ops()->wait(sink->task, NULL, 0, 100, &sink->err) == CW_FAIL)
			return CW_FAIL;
	return result;
}

/* wait() until n batches are complete or the task failed, for at most ten seconds. */
static inline enum cw_result cw_essink_wait(struct cw_essink *sink, size_t n)
{
	int64_t end = cw_clock_ms() + 10000;

	while (sink->host.n_completed < n && cw_clock_ms() < end)
		if (cw_essink_ops()->wait(sink->task, NULL, 0, 100, &sink->err) == CW_FAIL)
			return CW_FAIL;
	return sink->host.n_completed < n ? CW_RETRY : CW_OK;
}

#endif
