/*
 * A source whose descriptor is built as by another version of the header; tests/integration compiles it, with
 *   -DMAJOR_MORE=1     another major version of the ABI
 *   -DMINOR_MORE=1     a newer minor version
 *   -DOPS_BYTES=n      a table of functions that ends early
 *   -DWIDE_ROWS        rows of the configuration table that are longer than the worker's
 * It ends at once: what is tested is whether it is loaded.
 */
#include <connect-worker/connector.h>

#ifndef MAJOR_MORE
#define MAJOR_MORE 0u
#endif
#ifndef MINOR_MORE
#define MINOR_MORE 0u
#endif
#ifndef OPS_BYTES
#define OPS_BYTES sizeof(struct cw_connector_ops)
#endif

struct config {
	const char *word;
	int32_t number;
};

struct row {
	struct cw_config_def def;
#ifdef WIDE_ROWS
	const char *added_later;
#endif
};

static const struct row rows[] = {
	{ .def = { .name = "word",
		   .type = CW_CONFIG_STRING,
		   .default_value = "none",
		   .doc = "A word.",
		   .offset = offsetof(struct config, word) } },
	{ .def = { .name = "number",
		   .type = CW_CONFIG_INT,
		   .default_value = "0",
		   .doc = "A number.",
		   .offset = offsetof(struct config, number) } },
};

static enum cw_result task_start(const struct cw_context *ctx, const void *opaque, void **task, struct cw_error *err)
{
	const struct config *config = opaque;

	(void)err;
	cw_log(ctx, CW_LOG_INFO, "abi variant: %s %d", config->word, (int)config->number);
	*task = (void *)(uintptr_t)config;
	return CW_OK;
}

static enum cw_result poll(void *task, struct cw_batch *batch, struct cw_error *err)
{
	(void)task;
	(void)batch;
	(void)err;
	return CW_END;
}

static void task_stop(void *task)
{
	(void)task;
}

static const struct cw_connector_ops ops = {
	.size = OPS_BYTES,
	.task_start = task_start,
	.poll = poll,
	.task_stop = task_stop,
};

static const struct cw_plugin descriptor = {
	.abi_major = CW_ABI_MAJOR + MAJOR_MORE,
	.abi_minor = CW_ABI_MINOR + MINOR_MORE,
	.size = sizeof(struct cw_plugin),
	.kind = CW_PLUGIN_SOURCE,
	.class_name = "test.AbiVariant",
	.version = "1",
	.doc = "A descriptor of another version.",
	.config = &rows[0].def,
	.n_config = sizeof(rows) / sizeof(rows[0]),
	.config_def_size = sizeof(struct row),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

const struct cw_plugin *const cw_plugin = &descriptor;
