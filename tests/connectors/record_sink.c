/*
 * RecordSink - writes what it is given into a file, a line of JSON for each record, all of it: to be compared with what
 * Kafka Connect gives to tests/stack/services/connect/RecordSink.java.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <connect-worker/connector.h>

#include "record_values.h"

struct config {
	const char *file;
};

static const struct cw_config_def definitions[] = {
	{ .name = "file",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_HIGH,
	  .doc = "The file.",
	  .width = CW_WIDTH_LONG,
	  .offset = offsetof(struct config, file) },
};

static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **task, struct cw_error *err)
{
	const char *file = ((const struct config *)config)->file;

	(void)ctx;
	*task = fopen(file, "a");
	if (*task)
		return CW_OK;
	cw_error_set(err, CW_ERR_FATAL, "%s: %s", file, strerror(errno));
	return CW_FAIL;
}

static void write_record(FILE *out, const struct cw_record *r)
{
	fputs("{\"topic\":", out);
	write_text(out, r->topic);
	fprintf(out, ",\"partition\":%d,\"offset\":%lld,\"timestamp\":", (int)r->partition, (long long)r->offset);
	if (r->timestamp_ms == CW_NO_TIMESTAMP)
		fputs("null", out);
	else
		fprintf(out, "%lld", (long long)r->timestamp_ms);
	fputs(",\"key\":", out);
	write_data(out, &r->key);
	fputs(",\"value\":", out);
	write_data(out, &r->value);
	fputs(",\"headers\":[", out);
	for (size_t i = 0; i < r->n_headers; i++) {
		fputs(i ? ",[" : "[", out);
		write_text(out, r->headers[i].key);
		putc(',', out);
		write_data(out, &r->headers[i].value);
		putc(']', out);
	}
	fputs("]}\n", out);
}

static enum cw_result put(void *task, struct cw_batch *batch, struct cw_error *err)
{
	for (size_t i = 0; i < batch->n; i++)
		write_record(task, cw_batch_record(batch, i));
	if (fflush(task) == 0)
		return CW_OK;
	cw_error_set(err, CW_ERR_FATAL, "%s", strerror(errno));
	return CW_FAIL;
}

static void task_stop(void *task)
{
	fclose(task);
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops), .task_start = task_start, .put = put, .task_stop = task_stop
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "RecordSink",
	.version = "1",
	.doc = "Writes records into a file, for tests.",
	.config = definitions,
	.n_config = sizeof(definitions) / sizeof(definitions[0]),
	.config_def_size = sizeof(definitions[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

CW_EXPORT const struct cw_plugin *const cw_plugin = &plugin;
