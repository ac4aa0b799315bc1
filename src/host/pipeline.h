/*
 * pipeline - what a task does with each record between Kafka and the plugin: converters, transformations and
 * predicates in Kafka Connect's order, and errors.tolerance and errors.retry.* for a record that fails.
 *
 *   sink:   KEY_CONVERTER, VALUE_CONVERTER, HEADER_CONVERTER, TRANSFORMATION …
 *   source: TRANSFORMATION …, HEADER_CONVERTER, KEY_CONVERTER, VALUE_CONVERTER
 *
 * On Kafka's side of it key, value and header values are CW_BYTES or CW_NULL (CW_STRING, where the text is the
 * bytes). A record that needs nothing done is not given to it at all: see cw_pipeline_is_needed().
 *
 * Belongs to the task's thread. Nothing is allocated but from the batch.
 */
#ifndef CW_HOST_PIPELINE_H
#define CW_HOST_PIPELINE_H

#include "host/metrics.h"
#include "host/stages.h"
#include "host/task.h"

struct cw_dead_letters;
struct cw_pipeline_stage;

struct cw_pipeline {
	struct cw_task *task;
	bool sink;
	struct cw_pipeline_stage *stages;
	size_t n;
	bool transforms; /* there is a transformation */
	bool looks_at_headers; /* one of them, or a predicate, does */
	/* What bytes from Kafka are taken for before the stages: CW_STRING or CW_BYTES. */
	enum cw_type key_type, value_type;
	bool key_direct, value_direct; /* text and bytes need no converter */
	struct cw_dead_letters *letters; /* of the task's loop, which sets it; NULL: none */
	struct cw_record given; /* of a source with letters: the record as it came */

	/* The record that is to be tried again, unless its partition was given up meanwhile. */
	size_t at;
	int32_t partition;
	int64_t offset;
	struct cw_retry retry;

	struct cw_metric *errors, *skipped, *failed, *filtered, *retries;
};

/*
 * Starts the plugins for this task. Without `headers` (a sink that does not look at them) they are left out where
 * nothing else needs them. CW_OK; or CW_FAIL or CW_RETRY with *err, and nothing is started.
 */
enum cw_result cw_pipeline_start(struct cw_pipeline *pipeline, struct cw_task *task, bool headers,
				 struct cw_error *err);
void cw_pipeline_stop(struct cw_pipeline *pipeline); /* also one that is zero */

/* Whether headers are of use to anybody: a transformation, or the connector, as it says now. */
bool cw_pipeline_wants_headers(const struct cw_pipeline *pipeline, bool connector);

static inline bool cw_pipeline_is_direct(bool direct, const struct cw_value *value)
{
	return value->type == CW_NULL || (direct && (value->type == CW_STRING || value->type == CW_BYTES));
}

/* Whether the record has to go through cw_pipeline_run(). */
static inline bool cw_pipeline_is_needed(const struct cw_pipeline *p, const struct cw_record *record)
{
	return p->transforms || record->n_headers > 0 || !p->key_direct || !p->value_direct ||
	       (!p->sink && !(cw_pipeline_is_direct(true, &record->key) && cw_pipeline_is_direct(true, &record->value)));
}

/*
 * Takes a record through all stages. CW_OK: it goes on. CW_DROP: it does not, since it was filtered, or skipped or made
 * a dead letter under errors.tolerance=all; that was counted and logged. CW_FAIL with *err: the task must end. CW_RETRY: the call is to
 * be made again for the same record after *wait_ms; with another one, this one is forgotten.
 */
enum cw_result cw_pipeline_run(struct cw_pipeline *pipeline, struct cw_batch *batch, struct cw_record *record,
			       int64_t *wait_ms, struct cw_error *err);

/* What a stage is, and whether it had to do with a record. */
struct cw_pipeline_step {
	const char *stage; /* Kafka Connect's name of it */
	const struct cw_plugin *plugin;
	bool transforms; /* a transformation, else a converter */
	const struct cw_plugin *predicate; /* of a transformation; NULL: none */
	bool negate, tested; /* tested: the predicate gave a verdict */
	bool meant;          /* it is a record for this stage */
};

/*
 * Takes a record through stage i alone (before pipeline->n), for a look at what it makes of it: nothing is counted, logged
 * or tried again. CW_OK; CW_DROP: a transformation drops it; CW_RETRY or CW_FAIL with *err.
 */
enum cw_result cw_pipeline_step(struct cw_pipeline *pipeline, size_t i, struct cw_batch *batch,
				struct cw_record *record, struct cw_pipeline_step *step, struct cw_error *err);
/* The record that was to be tried again is gone; should it come again, it is as Kafka has it. */
void cw_pipeline_forget(struct cw_pipeline *pipeline);

#endif
