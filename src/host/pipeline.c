#include "host/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/dead_letters.h"
#include "host/record_error.h"
#include "transform/transforms.h"

struct cw_pipeline_stage {
	enum cw_result (*run)(struct cw_pipeline *p, struct cw_pipeline_stage *stage, struct cw_batch *batch,
			      struct cw_record *record, struct cw_error *err);
	void (*stop)(struct cw_pipeline_stage *stage);
	const char *name; /* of Kafka Connect's stage */
	const struct cw_plugin *plugin;
	void *state;
	/* transformations */
	const struct cw_plugin *predicate; /* NULL: every record */
	void *predicate_state;
	bool negate;
};

/* ---- converters ------------------------------------------------------------------------------ */

/* CW_NULL is a null for Kafka. */
static struct cw_slice kafka_bytes(const struct cw_value *value)
{
	struct cw_slice bytes = value->type == CW_NULL ? cw_slice(NULL, 0) : value->u.bytes;

	if (value->type != CW_NULL && !bytes.p)
		bytes.p = ""; /* empty is not null */
	return bytes;
}

static enum cw_result to_value(const struct cw_pipeline_stage *stage, struct cw_batch *batch,
			       const struct cw_convert_place *place, struct cw_value *value, struct cw_error *err)
{
	struct cw_value out = cw_value_null();
	enum cw_result result =
		stage->plugin->converter->to_value(stage->state, batch, place, kafka_bytes(value), &out, err);

	if (result == CW_OK)
		*value = out;
	return result;
}

static enum cw_result from_value(const struct cw_pipeline_stage *stage, struct cw_batch *batch,
				 const struct cw_convert_place *place, struct cw_value *value, struct cw_error *err)
{
	struct cw_slice out = cw_slice(NULL, 0);
	enum cw_result result = stage->plugin->converter->from_value(stage->state, batch, place, value, &out, err);

	if (result == CW_OK)
		*value = out.p ? cw_value_bytes(out) : cw_value_null();
	return result;
}

static enum cw_result convert(const struct cw_pipeline *p, const struct cw_pipeline_stage *stage, bool direct,
			      struct cw_batch *batch, struct cw_slice topic, struct cw_value *value, struct cw_error *err)
{
	struct cw_convert_place place = { .topic = topic };

	if (p->sink)
		return to_value(stage, batch, &place, value, err);
	return direct && (value->type == CW_STRING || value->type == CW_BYTES) ? CW_OK :
										 from_value(stage, batch, &place, value, err);
}

static enum cw_result run_key(struct cw_pipeline *p, struct cw_pipeline_stage *stage, struct cw_batch *batch,
			      struct cw_record *record, struct cw_error *err)
{
	return convert(p, stage, p->key_direct, batch, record->topic, &record->key, err);
}

static enum cw_result run_value(struct cw_pipeline *p, struct cw_pipeline_stage *stage, struct cw_batch *batch,
				struct cw_record *record, struct cw_error *err)
{
	return convert(p, stage, p->value_direct, batch, record->topic, &record->value, err);
}

static enum cw_result run_headers(struct cw_pipeline *p, struct cw_pipeline_stage *stage, struct cw_batch *batch,
				  struct cw_record *record, struct cw_error *err)
{
	struct cw_header *headers;

	if (record->n_headers == 0)
		return CW_OK;
	headers = cw_batch_alloc(batch, record->n_headers * sizeof(*headers));
	memcpy(headers, record->headers, record->n_headers * sizeof(*headers));
	for (size_t i = 0; i < record->n_headers; i++) {
		struct cw_convert_place place = { record->topic, headers[i].key };
		enum cw_result result = p->sink ? to_value(stage, batch, &place, &headers[i].value, err) :
						  from_value(stage, batch, &place, &headers[i].value, err);

		if (result != CW_OK)
			return result;
	}
	record->headers = headers;
	return CW_OK;
}

static void stop_converter(struct cw_pipeline_stage *stage)
{
	stage->plugin->converter->stop(stage->state);
}

/* ---- transformations ------------------------------------------------------------------------- */

/* The predicate's verdict; without one the record is meant. */
static enum cw_result test(const struct cw_pipeline_stage *stage, const struct cw_record *record, bool *meant,
			   struct cw_error *err)
{
	bool holds = false;
	enum cw_result result = CW_OK;

	if (stage->predicate)
		result = stage->predicate->predicate->test(stage->predicate_state, record, &holds, err);
	*meant = !stage->predicate || holds != stage->negate;
	return result;
}

static enum cw_result run_transformation(struct cw_pipeline *p, struct cw_pipeline_stage *stage, struct cw_batch *batch,
					 struct cw_record *record, struct cw_error *err)
{
	bool meant;
	enum cw_result result = test(stage, record, &meant, err);

	(void)p;
	if (result != CW_OK || !meant)
		return result;
	return cw_transformation_apply(stage->plugin, stage->state, batch, record, err);
}

static void stop_transformation(struct cw_pipeline_stage *stage)
{
	stage->plugin->transformation->stop(stage->state);
	if (stage->predicate)
		stage->predicate->predicate->stop(stage->predicate_state);
}

/* ---- start and stop -------------------------------------------------------------------------- */

/* Among several, which one it was. */
static enum cw_result not_started(const struct cw_plugin *plugin, enum cw_result result, struct cw_error *err)
{
	const struct cw_error why = *err;

	*err = (struct cw_error){ 0 };
	cw_error_set(err, why.code ? why.code : CW_ERR_FATAL, "%s did not start%s%s", plugin->class_name,
		     why.code ? ": " : "", why.text);
	return result == CW_RETRY ? CW_RETRY : CW_FAIL;
}

static enum cw_result add_converter(struct cw_pipeline *p, const struct cw_configured *planned,
				    enum cw_converter_role role, struct cw_error *err)
{
	static const char *const names[] = { "KEY_CONVERTER", "VALUE_CONVERTER", "HEADER_CONVERTER" };
	struct cw_pipeline_stage *stage = &p->stages[p->n];
	enum cw_result result;

	*stage = (struct cw_pipeline_stage){ .stop = stop_converter, .name = names[role], .plugin = planned->plugin };
	stage->run = role == CW_CONVERT_KEY ? run_key : role == CW_CONVERT_VALUE ? run_value : run_headers;
	result = planned->plugin->converter->start(&p->task->context, planned->plugin, planned->config, role,
						   &stage->state, err);
	if (result != CW_OK)
		return not_started(planned->plugin, result, err);
	p->n++;
	return CW_OK;
}

static enum cw_result add_transformation(struct cw_pipeline *p, const struct cw_stage_transform *planned,
					 struct cw_error *err)
{
	const struct cw_plugin *plugin = planned->transformation.plugin, *predicate = planned->predicate.plugin;
	struct cw_pipeline_stage *stage = &p->stages[p->n];
	enum cw_result result;

	*stage = (struct cw_pipeline_stage){ .run = run_transformation, .stop = stop_transformation,
					     .name = "TRANSFORMATION", .plugin = plugin, .predicate = predicate,
					     .negate = planned->negate };
	result = plugin->transformation->start(&p->task->context, plugin, planned->transformation.config, &stage->state,
					       err);
	if (result != CW_OK)
		return not_started(plugin, result, err);
	if (predicate) {
		result = predicate->predicate->start(&p->task->context, predicate, planned->predicate.config,
						     &stage->predicate_state, err);
		if (result != CW_OK) {
			plugin->transformation->stop(stage->state);
			return not_started(predicate, result, err);
		}
	}
	p->n++;
	return CW_OK;
}

static enum cw_result add_transformations(struct cw_pipeline *p, const struct cw_stages *stages, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	for (size_t i = 0; i < stages->n_transforms && result == CW_OK; i++)
		result = add_transformation(p, &stages->transforms[i], err);
	return result;
}

/* A converter of a sink that would give what is there already is left out, unless a transformation looks at it. */
static enum cw_result add_sink_stages(struct cw_pipeline *p, const struct cw_stages *stages, bool headers,
				      struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (!p->key_direct)
		result = add_converter(p, &stages->key, CW_CONVERT_KEY, err);
	if (result == CW_OK && !p->value_direct)
		result = add_converter(p, &stages->value, CW_CONVERT_VALUE, err);
	if (result == CW_OK && headers)
		result = add_converter(p, &stages->header, CW_CONVERT_HEADER, err);
	return result == CW_OK ? add_transformations(p, stages, err) : result;
}

static enum cw_result add_source_stages(struct cw_pipeline *p, const struct cw_stages *stages, struct cw_error *err)
{
	enum cw_result result = add_transformations(p, stages, err);

	if (result == CW_OK)
		result = add_converter(p, &stages->header, CW_CONVERT_HEADER, err);
	if (result == CW_OK)
		result = add_converter(p, &stages->key, CW_CONVERT_KEY, err);
	return result == CW_OK ? add_converter(p, &stages->value, CW_CONVERT_VALUE, err) : result;
}

static void make_metrics(struct cw_pipeline *p)
{
	struct cw_metrics *m = &p->task->metrics;

	p->errors = cw_metrics_get(m, CW_METRIC_COUNTER, "errors", "Errors of records and of Kafka.");
	p->skipped = cw_metrics_get(m, CW_METRIC_COUNTER, "records_skipped", "Records skipped under errors.tolerance.");
	p->failed = cw_metrics_get(m, CW_METRIC_COUNTER, "records_failed", "Records that failed the task.");
	p->filtered = cw_metrics_get(m, CW_METRIC_COUNTER, "records_filtered", "Records that a transformation dropped.");
	p->retries = cw_metrics_get(m, CW_METRIC_COUNTER, "retries", "Operations that were tried again.");
}

/* Whether a transformation or its predicate looks at the headers of records. */
static bool looks_at_headers(const struct cw_stages *stages)
{
	for (size_t i = 0; i < stages->n_transforms; i++) {
		const struct cw_plugin *transformation = stages->transforms[i].transformation.plugin;
		const struct cw_plugin *predicate = stages->transforms[i].predicate.plugin;

		if (!(transformation->transformation->flags & CW_TRANSFORMATION_NO_HEADERS) ||
		    (predicate && !(predicate->predicate->flags & CW_PREDICATE_NO_HEADERS)))
			return true;
	}
	return false;
}

enum cw_result cw_pipeline_start(struct cw_pipeline *p, struct cw_task *task, bool headers, struct cw_error *err)
{
	const struct cw_stages *stages = task->stages;
	enum cw_result result;

	*p = (struct cw_pipeline){ .task = task, .sink = task->plugin->plugin.kind == CW_PLUGIN_SINK,
				   .transforms = stages->n_transforms > 0, .looks_at_headers = looks_at_headers(stages),
				   .key_type = CW_BYTES, .value_type = CW_BYTES };
	/* Transformations of a sink see what the converter makes of the bytes, as far as that is not the bytes. */
	p->key_direct = stages->key_direct != CW_NULL && !(p->sink && p->transforms);
	p->value_direct = stages->value_direct != CW_NULL && !(p->sink && p->transforms);
	if (p->key_direct)
		p->key_type = stages->key_direct;
	if (p->value_direct)
		p->value_type = stages->value_direct;
	make_metrics(p);
	p->stages = cw_alloc((3 + stages->n_transforms) * sizeof(*p->stages));
	result = p->sink ? add_sink_stages(p, stages, headers || p->looks_at_headers, err) : add_source_stages(p, stages, err);
	if (result != CW_OK)
		cw_pipeline_stop(p);
	return result;
}

void cw_pipeline_stop(struct cw_pipeline *p)
{
	while (p->n > 0) {
		p->n--;
		p->stages[p->n].stop(&p->stages[p->n]);
	}
	free(p->stages);
	p->stages = NULL;
}

bool cw_pipeline_wants_headers(const struct cw_pipeline *p, bool connector)
{
	return p->looks_at_headers || connector;
}

/* ---- records --------------------------------------------------------------------------------- */

static void end_retries(struct cw_pipeline *p)
{
	if (p->retry.attempt)
		cw_progress_retry_over(&p->task->progress);
	p->retry = (struct cw_retry){ 0 };
}

static void done_with_record(struct cw_pipeline *p)
{
	p->at = 0;
	end_retries(p);
}

/* The operation may succeed later: whether it is tried again, and when. */
static bool may_retry(struct cw_pipeline *p, const struct cw_pipeline_stage *stage, const char *reason,
		      int64_t *wait_ms)
{
	const struct cw_connector_config *config = &p->task->framework;
	const struct cw_retry_policy policy = { .timeout_ms = config->errors_retry_timeout_ms, .base_ms = CW_RETRY_BASE_MS,
						.max_ms = config->errors_retry_delay_max_ms };

	*wait_ms = cw_task_retry_ms(p->task, &p->retry, &policy);
	if (cw_task_stopping(p->task)) {
		/* Perhaps it failed only since the task stops. The record is not lost for that: it is read again. */
		if (*wait_ms < 0)
			*wait_ms = CW_RETRY_BASE_MS;
		return true;
	}
	if (*wait_ms < 0)
		return false;
	cw_metric_add(p->retries, 1);
	cw_progress_retry(&p->task->progress, stage->name, p->retry.attempt, *wait_ms, reason);
	log_warn(&p->task->scope, "%s of %s is tried again in %lld ms (attempt %u): %s", stage->name,
		 stage->plugin->class_name, (long long)*wait_ms, p->retry.attempt, reason);
	return true;
}

/* The record goes no further: CW_DROP; or it fails the task. */
static enum cw_result tolerate(struct cw_pipeline *p, struct cw_batch *batch, const struct cw_record_error *what,
			       struct cw_error *err)
{
	if (!p->letters)
		cw_metric_add(p->skipped, 1);
	else if (cw_dead_letters_send(p->letters, cw_task_batch_of(batch), what, err) != CW_OK)
		return CW_FAIL;
	return CW_DROP;
}

static enum cw_result fail(struct cw_pipeline *p, const struct cw_pipeline_stage *stage, struct cw_batch *batch,
			   const struct cw_record *record, const struct cw_error *why, struct cw_error *err)
{
	const struct cw_record_error what = { .task = p->task, .stage = stage->name, .class_name = stage->plugin->class_name,
					      .record = record, .reason = why->text, .code = why->code,
					      .given = !p->sink && p->letters ? &p->given : NULL };
	enum cw_result result = CW_FAIL;

	cw_metric_add(p->errors, 1);
	cw_record_error_log(&what);
	done_with_record(p);
	if (cw_record_error_is_tolerated(&what, err))
		result = tolerate(p, batch, &what, err);
	if (result == CW_FAIL)
		cw_metric_add(p->failed, 1);
	return result;
}

enum cw_result cw_pipeline_run(struct cw_pipeline *p, struct cw_batch *batch, struct cw_record *record,
			       int64_t *wait_ms, struct cw_error *err)
{
	struct cw_error why;

	if (p->letters && !p->sink && p->at == 0 && p->retry.attempt == 0)
		p->given = *record; /* what it points to is shared and never written to */
	if (p->retry.attempt > 0 && (record->offset != p->offset || record->original_partition != p->partition))
		done_with_record(p);
	for (; p->at < p->n; p->at++) {
		struct cw_pipeline_stage *stage = &p->stages[p->at];
		enum cw_result result;

		why.code = CW_ERR_NONE; /* not all of its text, for each record */
		why.text[0] = '\0';
		result = stage->run(p, stage, batch, record, &why);
		if (result == CW_OK) {
			end_retries(p);
			continue;
		}
		if (result == CW_DROP && stage->run == run_transformation) {
			cw_metric_add(p->filtered, 1);
			done_with_record(p);
			return CW_DROP;
		}
		if (result == CW_RETRY && may_retry(p, stage, why.text, wait_ms)) {
			p->offset = record->offset;
			p->partition = record->original_partition;
			return CW_RETRY;
		}
		return fail(p, stage, batch, record, &why, err);
	}
	done_with_record(p);
	return CW_OK;
}

enum cw_result cw_pipeline_step(struct cw_pipeline *p, size_t i, struct cw_batch *batch, struct cw_record *record,
				struct cw_pipeline_step *step, struct cw_error *err)
{
	struct cw_pipeline_stage *stage = &p->stages[i];
	enum cw_result result;

	*step = (struct cw_pipeline_step){ .stage = stage->name, .plugin = stage->plugin, .predicate = stage->predicate,
					   .negate = stage->negate, .meant = true,
					   .transforms = stage->run == run_transformation };
	cw_batch_disown(batch); /* what a stage was given is still to be looked at */
	if (!stage->predicate)
		return stage->run(p, stage, batch, record, err);
	result = test(stage, record, &step->meant, err);
	step->tested = result == CW_OK;
	if (result != CW_OK || !step->meant)
		return result;
	return cw_transformation_apply(stage->plugin, stage->state, batch, record, err);
}

void cw_pipeline_forget(struct cw_pipeline *p)
{
	done_with_record(p);
}
