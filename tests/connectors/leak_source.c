/*
 * LeakSource - a source that takes memory and gives none back, a step at each poll.
 */
#include <stdlib.h>
#include <string.h>

#include <connect-worker/connector.h>

struct config {
	int64_t step, interval_ms;
};

struct task {
	const struct config *config;
	void *last; /* the newest block; it points to the one before, so that a leak checker is content */
};

static const struct cw_config_def definitions[] = {
	{ .name = "leak.step.bytes",
	  .type = CW_CONFIG_LONG,
	  .default_value = "4194304",
	  .flags = CW_CONFIG_RANGE,
	  .min = 4096,
	  .max = 1 << 30,
	  .importance = CW_HIGH,
	  .doc = "Bytes taken at each poll.",
	  .offset = offsetof(struct config, step) },
	{ .name = "leak.interval.ms",
	  .type = CW_CONFIG_LONG,
	  .default_value = "20",
	  .importance = CW_HIGH,
	  .doc = "Milliseconds between polls.",
	  .offset = offsetof(struct config, interval_ms) },
};

static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **out, struct cw_error *err)
{
	struct task *task = calloc(1, sizeof(*task));

	(void)ctx;
	if (!task) {
		cw_error_set(err, CW_ERR_FATAL, "out of memory");
		return CW_FAIL;
	}
	task->config = config;
	*out = task;
	return CW_OK;
}

static enum cw_result poll_records(void *opaque, struct cw_batch *batch, struct cw_error *err)
{
	struct task *task = opaque;
	size_t step = (size_t)task->config->step;
	void **block = malloc(step);

	if (!block) {
		cw_error_set(err, CW_ERR_FATAL, "no memory left to leak");
		return CW_FAIL;
	}
	memset(block, 0xa5, step);
	*block = task->last;
	task->last = block;
	batch->wait_ns = task->config->interval_ms * 1000000;
	return CW_OK;
}

static void task_stop(void *task)
{
	free(task);
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops), .task_start = task_start, .poll = poll_records, .task_stop = task_stop
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SOURCE),
	.class_name = "connectworker.test.LeakSource",
	.version = "1.0",
	.doc = "Leaks memory, for tests.",
	.config = definitions,
	.n_config = sizeof(definitions) / sizeof(definitions[0]),
	.config_def_size = sizeof(definitions[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

CW_EXPORT const struct cw_plugin *const cw_plugin = &plugin;
