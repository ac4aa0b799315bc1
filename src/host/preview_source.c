/*
 * What a source gives first: its connector is started, one of its tasks is polled until there are enough records, and
 * both are stopped again. Its offsets are the stored ones, so that it goes on where the connector is; none are stored.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "host/context.h"
#include "host/preview.h"
#include "host/source.h"

#define FIRST_DEFAULT 10
#define POLL_TIMEOUT_MS 10000
#define RETRY_MS 300

/* What is polled. */
struct polling {
	struct cw_preview *preview;
	struct cw_task_batch *batch;
	size_t wanted, n;
	int64_t deadline_ms;
	bool end;
	json_t *failure;
};

/* ---- records -------------------------------------------------------------------------------------------- */

/* {"source_partition","source_offset"}, as far as the record has them; new. NULL with *err. */
static json_t *entry_of(const struct cw_record *record, struct cw_error *err)
{
	struct cw_ack_entry noted = { .open = 0 };
	json_t *entry = json_object(), *pairs;

	cw_acks_note(&noted, record->source_partition, &record->source_offset);
	pairs = cw_source_offsets_json(noted.offsets, noted.n_offsets, err);
	if (json_array_size(pairs) > 0) {
		json_object_set(entry, "source_partition", json_array_get(json_array_get(pairs, 0), 0));
		json_object_set(entry, "source_offset", json_array_get(json_array_get(pairs, 0), 1));
	}
	if (!pairs) {
		json_decref(entry);
		entry = NULL;
	}
	json_decref(pairs);
	cw_ack_offsets_free(noted.offsets, noted.offsets_cap);
	return entry;
}

static int take_records(struct polling *p, struct cw_error *err)
{
	struct cw_batch *batch = &p->batch->batch;

	for (size_t i = 0; i < batch->n && p->n < p->wanted; i++) {
		struct cw_record *record = cw_batch_record(batch, i);
		json_t *entry = entry_of(record, err);

		if (!entry)
			return -1;
		cw_preview_run(p->preview, batch, record, entry);
		p->n++;
		if (cw_preview_check_size(p->preview, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- polling -------------------------------------------------------------------------------------------- */

static void rest(const struct polling *p, int64_t wait_ms)
{
	int64_t left = p->deadline_ms - cw_clock_ms();

	wait_ms = wait_ms < left ? wait_ms : left;
	if (wait_ms > 0)
		cw_task_sleep(p->preview->task, wait_ms);
}

static int step(struct polling *p, struct cw_error *err)
{
	const struct cw_loaded_plugin *plugin = p->preview->task->plugin;
	struct cw_error why = { 0 };
	enum cw_result result;

	cw_task_batch_reset(p->batch);
	result = plugin->ops.poll(p->preview->task->state, &p->batch->batch, &why);
	p->end = result == CW_END;
	if (result == CW_FAIL) {
		p->failure = cw_preview_error(p->preview, "TASK_POLL", plugin->plugin.class_name, why.text);
		return 0;
	}
	if (take_records(p, err) != 0)
		return -1;
	if (result == CW_RETRY)
		rest(p, RETRY_MS);
	else if (p->batch->batch.n == 0)
		rest(p, (p->batch->batch.wait_ns + CW_NS_PER_MS - 1) / CW_NS_PER_MS);
	return 0;
}

static int poll_task(struct cw_preview *preview, bool *end, json_t **failure, struct cw_error *err)
{
	const json_t *first = json_object_get(preview->request, "first");
	struct polling p = { .preview = preview, .wanted = first ? (size_t)json_integer_value(first) : FIRST_DEFAULT,
			     .deadline_ms = cw_clock_ms() + POLL_TIMEOUT_MS };
	int failed = 0;

	if (cw_task_open_plugin(preview->task, err) != CW_OK)
		return cw_error_set(err, CW_ERR_FATAL, "the connector's task did not start");
	/* Its usual room: a plugin may need more for one poll than is asked for here. */
	p.batch = cw_task_batch_new(1000);
	while (!failed && p.n < p.wanted && !p.end && !p.failure && cw_clock_ms() < p.deadline_ms)
		failed = step(&p, err);
	cw_task_batch_free(p.batch);
	cw_task_close_plugin(preview->task);
	*end = p.end;
	*failure = p.failure;
	return failed;
}

/* ---- the connector around it ---------------------------------------------------------------------------- */

/* The first of its tasks has the settings that the connector gives it. */
static int take_task_config(struct cw_preview *preview, const struct cw_task *self, void *connector,
			    struct cw_error *err)
{
	struct cw_task_configs configs = { .connector = &self->config };
	struct cw_task *task = preview->task;
	int failed = cw_task_configs_make(&configs, self->plugin, &self->context, connector, self->plugin_config, err);

	if (!failed && configs.n == 0)
		failed = cw_error_set(err, CW_ERR_INVALID, "The connector has no tasks, so that there is nothing to show");
	if (!failed) {
		cw_map_free(&task->config);
		cw_map_copy(&task->config, &configs.tasks[0]);
		task->context.tasks = (int32_t)configs.n;
		failed = cw_task_configure(task, err);
	}
	cw_task_configs_free(&configs);
	return failed;
}

static int run_connector(struct cw_preview *preview, const struct cw_task *self, bool *end, json_t **failure,
			 struct cw_error *err)
{
	const struct cw_connector_ops *ops = &self->plugin->ops;
	void *connector = NULL;
	int failed;

	if (ops->start && ops->start(&self->context, self->plugin_config, &connector, err) != CW_OK)
		return cw_error_set(err, CW_ERR_FATAL, "the connector did not start");
	failed = take_task_config(preview, self, connector, err);
	if (!failed && cw_pipeline_start(&preview->pipeline, preview->task, true, err) != CW_OK)
		failed = -1;
	if (!failed)
		failed = poll_task(preview, end, failure, err);
	if (ops->stop)
		ops->stop(connector);
	return failed;
}

int cw_preview_source(struct cw_preview *preview, bool *end, json_t **failure, struct cw_error *err)
{
	const struct cw_task *task = preview->task;
	struct cw_task *self;
	int failed;

	if (json_object_get(preview->request, "records") || json_object_get(preview->request, "topic") ||
	    json_object_get(preview->request, "last"))
		return cw_error_set(err, CW_ERR_INVALID, "\"records\", \"topic\" and \"last\" are for sinks: a source gives its own "
				    "records, and \"first\" says how many of them");
	self = cw_task_new(-1, 0, task->context.connector, task->plugin, task->worker, NULL, &task->config,
			   &preview->hidden, NULL);
	failed = cw_task_configure(self, err);
	if (!failed)
		failed = run_connector(preview, self, end, failure, err);
	cw_task_free(self);
	return failed;
}
