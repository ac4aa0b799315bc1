/*
 * HangSink - a sink that at some call never comes back and hears of nothing, as one that waits for a
 * lock it holds itself.
 */
#include <string.h>
#include <unistd.h>

#include <connect-worker/connector.h>

struct config {
	const char *where;
};

static const struct cw_config_def definitions[] = {
	{ .name = "hang.in",
	  .type = CW_CONFIG_STRING,
	  .default_value = "put",
	  .choices = "put,flush,task_start,task_stop,start,stop",
	  .importance = CW_HIGH,
	  .doc = "The function that hangs.",
	  .width = CW_WIDTH_SHORT,
	  .offset = offsetof(struct config, where) },
};

static void hang_in(const struct config *config, const char *where)
{
	while (strcmp(config->where, where) == 0)
		pause();
}

static enum cw_result start(const struct cw_context *ctx, const void *config, void **connector, struct cw_error *err)
{
	(void)ctx;
	(void)err;
	hang_in(config, "start");
	*connector = (void *)(uintptr_t)config;
	return CW_OK;
}

static void stop(void *connector)
{
	hang_in(connector, "stop");
}

static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **task, struct cw_error *err)
{
	(void)ctx;
	(void)err;
	hang_in(config, "task_start");
	/* the task has no state but its configuration, which it only reads */
	*task = (void *)(uintptr_t)config;
	return CW_OK;
}

static enum cw_result put(void *task, struct cw_batch *batch, struct cw_error *err)
{
	(void)batch;
	(void)err;
	hang_in(task, "put");
	return CW_OK;
}

static enum cw_result flush(void *task, int64_t timeout_ms, struct cw_error *err)
{
	(void)timeout_ms;
	(void)err;
	hang_in(task, "flush");
	return CW_OK;
}

static void task_stop(void *task)
{
	hang_in(task, "task_stop");
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops), .start = start, .stop = stop, .task_start = task_start, .put = put, .flush = flush,
	.task_stop = task_stop
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "connectworker.test.HangSink",
	.version = "1.0",
	.doc = "Hangs, for tests.",
	.config = definitions,
	.n_config = sizeof(definitions) / sizeof(definitions[0]),
	.config_def_size = sizeof(definitions[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

CW_EXPORT const struct cw_plugin *const cw_plugin = &plugin;
