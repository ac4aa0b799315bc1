/*
 * JsonSink - makes JSON of the values, which is all, as JsonSink.java of tests/stack does in Kafka Connect: the number
 * of records and of bytes is in a file. What a pipeline of converters and transformations costs, without a store.
 */
#include <stdio.h>
#include <stdlib.h>

#include "convert/json_write.h"

struct config {
	const char *file;
};

static const struct cw_config_def defs[] = {
	{ .name = "file", .flags = CW_CONFIG_REQUIRED, .importance = CW_HIGH, .doc = "The file.",
	  .offset = offsetof(struct config, file) },
};

struct task {
	FILE *file;
	struct cw_buf json;
	unsigned long long records, bytes;
};

static enum cw_result start(const struct cw_context *ctx, const void *config, void **out, struct cw_error *err)
{
	const struct config *c = config;
	struct task *task = calloc(1, sizeof(*task));

	(void)ctx;
	if (task)
		task->file = fopen(c->file, "w");
	if (!task || !task->file) {
		free(task);
		cw_error_set(err, CW_ERR_FATAL, "%s cannot be written", c->file);
		return CW_FAIL;
	}
	*out = task;
	return CW_OK;
}

static enum cw_result put(void *opaque, struct cw_batch *batch, struct cw_error *err)
{
	static const struct cw_json_style style = { .null_is_default = true };
	struct task *task = opaque;

	for (size_t i = 0; i < batch->n; i++) {
		task->json.n = 0;
		if (cw_json_write(&task->json, &cw_batch_record(batch, i)->value, &style, 0, err) != 0)
			return CW_FAIL;
		task->bytes += task->json.n;
	}
	task->records += batch->n;
	rewind(task->file);
	fprintf(task->file, "%llu %llu\n", task->records, task->bytes);
	fflush(task->file);
	return CW_OK;
}

static void stop(void *opaque)
{
	struct task *task = opaque;

	fclose(task->file);
	cw_buf_free(&task->json);
	free(task);
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops),
	.flags = CW_SINK_NO_HEADERS,
	.task_start = start,
	.put = put,
	.task_stop = stop,
};

static const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "JsonSink",
	.version = "1",
	.doc = "Makes JSON, which is all.",
	.config = defs,
	.n_config = sizeof(defs) / sizeof(defs[0]),
	.config_def_size = sizeof(defs[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

const struct cw_plugin *const cw_plugin = &descriptor;
