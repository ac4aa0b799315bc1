/*
 * CrashSource - a source that ends its process after some records: what a bug in a connector does.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <connect-worker/connector.h>

struct config {
	const char *topic;
	int64_t records;
	const char *how;
};

struct task {
	const struct config *config;
	const struct cw_source_partition *partition;
	int64_t next;
};

#define DEF(key, kind, def, member, text)                                                                          \
	{                                                                                                          \
		.name = key, .type = kind, .default_value = def, .importance = CW_HIGH, .doc = text,               \
		.width = CW_WIDTH_SHORT, .offset = offsetof(struct config, member)                                 \
	}

static const struct cw_config_def definitions[] = {
	DEF("topic", CW_CONFIG_STRING, "crash", topic, "Where the records go."),
	DEF("crash.after.records", CW_CONFIG_LONG, "10", records, "How many records before the end."),
	DEF("crash.how", CW_CONFIG_STRING, "segv", how, "segv, abort or exit."),
};

/* The function that a trace of the crash should name. */
CW_EXPORT void crash_on_purpose(const char *how);

CW_EXPORT __attribute__((noinline)) void crash_on_purpose(const char *how)
{
	volatile int *nowhere = NULL;

	if (strcmp(how, "exit") == 0)
		exit(3);
	if (strcmp(how, "abort") == 0)
		abort();
	*nowhere = 1;
}

static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **out, struct cw_error *err)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task) {
		cw_error_set(err, CW_ERR_FATAL, "out of memory");
		return CW_FAIL;
	}
	task->config = config;
	task->partition = ctx->host->source_partition(ctx, "{\"crash\":0}", "record", err);
	if (!task->partition) {
		free(task);
		return CW_FAIL;
	}
	*out = task;
	return CW_OK;
}

static enum cw_result poll_records(void *opaque, struct cw_batch *batch, struct cw_error *err)
{
	struct task *task = opaque;
	struct cw_record *r = cw_batch_add(batch);

	(void)err;
	if (task->next >= task->config->records)
		crash_on_purpose(task->config->how);
	r->topic = cw_slice_str(task->config->topic);
	r->value = cw_value_string(cw_slice_str("a record before the crash"));
	r->source_partition = task->partition;
	r->source_offset = cw_value_int64(task->next++);
	batch->wait_ns = 10000000;
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
	.class_name = "connectworker.test.CrashSource",
	.version = "1.0",
	.doc = "Crashes its process, for tests.",
	.config = definitions,
	.n_config = sizeof(definitions) / sizeof(definitions[0]),
	.config_def_size = sizeof(definitions[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

CW_EXPORT const struct cw_plugin *const cw_plugin = &plugin;
