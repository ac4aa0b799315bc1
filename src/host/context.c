#include "host/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Who says more means it otherwise: a day. */
#define RETRY_AFTER_MAX_MS INT64_C(86400000)

static struct cw_task *task_of(const struct cw_context *ctx)
{
	return (struct cw_task *)(uintptr_t)ctx; /* its first member */
}

static void do_log(const struct cw_context *ctx, enum cw_log_level level, const char *fmt, va_list ap)
{
	cw_log_vwrite(&task_of(ctx)->scope, level, fmt, ap);
}

static bool do_stopping(const struct cw_context *ctx)
{
	return cw_task_stopping(task_of(ctx));
}

static int64_t do_now_ns(const struct cw_context *ctx)
{
	(void)ctx;
	return cw_clock_ns();
}

static int64_t do_backoff_ms(const struct cw_context *ctx, unsigned attempt, int64_t base_ms, int64_t max_ms)
{
	return cw_task_backoff_ms(task_of(ctx), attempt, base_ms, max_ms);
}

static struct cw_metric *do_metric(const struct cw_context *ctx, enum cw_metric_kind kind, const char *name,
				   const char *help)
{
	return cw_metrics_get(&task_of(ctx)->metrics, kind, name, help);
}

static void do_metric_add(struct cw_metric *metric, int64_t n)
{
	if (metric)
		cw_metric_add(metric, n);
}

static void do_metric_set(struct cw_metric *metric, int64_t n)
{
	if (metric)
		cw_metric_set(metric, n);
}

/* Offsets hold primitive values only: Kafka Connect refuses others when it stores them. */
static bool is_flat_object(const json_t *json)
{
	const char *key;
	json_t *value;

	if (!json_is_object(json))
		return false;
	json_object_foreach((json_t *)(uintptr_t)json, key, value)
		if (json_is_object(value) || json_is_array(value))
			return false;
	return true;
}

static const struct cw_source_partition *do_source_partition(const struct cw_context *ctx, const char *json,
							     const char *offset_field, struct cw_error *err)
{
	struct cw_task *task = task_of(ctx);
	json_t *object = json_loads(json, 0, NULL);
	struct cw_source_partition *p;
	char *text;

	if (!is_flat_object(object)) {
		json_decref(object);
		cw_error_set(err, CW_ERR_INVALID, "a source partition is a JSON object of primitive values, not %s", json);
		return NULL;
	}
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	for (p = task->partitions; p; p = p->next)
		if (strcmp(p->json, text) == 0 && strcmp(p->offset_field, offset_field) == 0) {
			free(text);
			return p;
		}
	p = cw_alloc(sizeof(*p));
	p->json = text;
	p->offset_field = cw_strdup(offset_field);
	p->next = task->partitions;
	task->partitions = p;
	return p;
}

static json_t *find_stored(const struct cw_task *task, const char *partition)
{
	json_t *wanted = json_loads(partition, 0, NULL), *found = NULL, *pair;
	size_t i;

	json_array_foreach(task->offsets, i, pair)
		if (json_equal(json_array_get(pair, 0), wanted))
			found = json_array_get(pair, 1);
	json_decref(wanted);
	return json_is_object(found) ? found : NULL;
}

static int do_source_offset(const struct cw_context *ctx, const struct cw_source_partition *partition,
			    struct cw_value *out)
{
	struct cw_source_partition *p = (struct cw_source_partition *)(uintptr_t)partition;
	json_t *offset = find_stored(task_of(ctx), p->json);
	json_t *number = json_object_get(offset, p->offset_field);

	if (!offset)
		return 0;
	if (json_object_size(offset) == 1 && json_is_integer(number)) {
		*out = cw_value_int64(json_integer_value(number));
		return 1;
	}
	if (!p->stored_json) /* else it is lent already */
		p->stored_json = json_dumps(offset, JSON_COMPACT);
	*out = cw_value_string(cw_slice_str(p->stored_json));
	return 1;
}

static int do_reject(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
		     struct cw_error *err)
{
	return cw_sink_reject(task_of(ctx), batch, i, reason, err);
}

static int do_drop(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason, bool letter,
		   struct cw_error *err)
{
	return cw_sink_drop(task_of(ctx), batch, i, reason, letter, err);
}

static void do_without_headers(const struct cw_context *ctx)
{
	task_of(ctx)->without_headers = true;
}

static void do_retry_after(const struct cw_context *ctx, int64_t ms)
{
	task_of(ctx)->retry_after_ms = cw_clock_ms() + (ms < RETRY_AFTER_MAX_MS ? ms : RETRY_AFTER_MAX_MS);
}

static void do_retrying(const struct cw_context *ctx, unsigned attempts, int64_t wait_ms, const char *cause)
{
	struct cw_task *task = task_of(ctx);
	const char *stage = task->plugin->plugin.kind == CW_PLUGIN_SINK ? "TASK_PUT" : "TASK_POLL";

	if (attempts)
		cw_progress_retry(&task->progress, stage, attempts, wait_ms, cause);
	else
		cw_progress_retry_over(&task->progress);
}

static bool do_ends_transactions(const struct cw_context *ctx)
{
	return task_of(ctx)->ends_transactions;
}

static void do_end_transaction(const struct cw_context *ctx, const struct cw_batch *batch, bool commit)
{
	cw_source_end_transaction(task_of(ctx), batch, commit);
}

static void do_complete(const struct cw_context *ctx, struct cw_batch *batch)
{
	struct cw_task *task = task_of(ctx);

	if (task->plugin->ops.flags & CW_SINK_ASYNC)
		cw_sink_complete(task, batch);
	else if (!atomic_flag_test_and_set(&task->completes_in_vain)) /* the batch may be another one by now */
		log_warn(&task->scope, "the connector says that a batch is complete, and is not asynchronous "
			 "(CW_SINK_ASYNC): its batches are complete when put() returns");
}

static void do_task_add(struct cw_task_configs *configs)
{
	if ((int)configs->n == configs->max) {
		configs->too_many = true;
		return;
	}
	configs->tasks = cw_realloc(configs->tasks, (configs->n + 1) * sizeof(*configs->tasks));
	configs->tasks[configs->n] = (struct cw_map){ 0 };
	cw_map_copy(&configs->tasks[configs->n++], configs->connector);
}

static void do_task_set(struct cw_task_configs *configs, const char *key, const char *value)
{
	if (configs->n > 0)
		cw_map_set(&configs->tasks[configs->n - 1], key, value);
}

int cw_task_configs_make(struct cw_task_configs *configs, const struct cw_loaded_plugin *plugin,
			 const struct cw_context *ctx, void *connector, const void *plugin_config, struct cw_error *err)
{
	const char *max_text = cw_map_get(configs->connector, "tasks.max");
	enum cw_result result = CW_OK;

	configs->max = max_text ? atoi(max_text) : 1;
	if (plugin->ops.task_configs) {
		result = plugin->ops.task_configs(ctx, connector, plugin_config, configs->max, configs, err);
	} else {
		int n = plugin->plugin.kind == CW_PLUGIN_SINK ? configs->max : 1;

		for (int i = 0; i < n; i++)
			do_task_add(configs);
	}
	if (result != CW_OK)
		return cw_error_set(err, CW_ERR_FATAL, "the connector did not divide its work into tasks");
	if (configs->too_many)
		return cw_error_set(err, CW_ERR_FATAL, "the connector made more than %d tasks, which is tasks.max",
				    configs->max);
	return 0;
}

void cw_task_configs_free(struct cw_task_configs *configs)
{
	for (size_t i = 0; i < configs->n; i++)
		cw_map_free(&configs->tasks[i]);
	free(configs->tasks);
}

const struct cw_host *cw_context_functions(void)
{
	static const struct cw_host functions = {
		.size = sizeof(functions),
		.log = do_log,
		.stopping = do_stopping,
		.now_ns = do_now_ns,
		.backoff_ms = do_backoff_ms,
		.metric = do_metric,
		.metric_add = do_metric_add,
		.metric_set = do_metric_set,
		.source_partition = do_source_partition,
		.source_offset = do_source_offset,
		.reject = do_reject,
		.complete = do_complete,
		.drop = do_drop,
		.without_headers = do_without_headers,
		.invalid = cw_validation_invalid,
		.task_add = do_task_add,
		.task_set = do_task_set,
		.retry_after = do_retry_after,
		.retrying = do_retrying,
		.ends_transactions = do_ends_transactions,
		.end_transaction = do_end_transaction,
	};

	return &functions;
}
