/*
 * fake_host_api - the framework's side of the connector ABI for unit tests of connectors: a clock that
 * the test sets, and a memory of everything the connector said.
 *
 * struct cw_fake_host host; cw_fake_host_init(&host, connector, task, tasks) … cw_fake_host_free(&host).
 * Header-only, one thread. Only for connectors: it defines the types that the framework keeps opaque.
 */
#ifndef CW_TESTS_FAKE_HOST_API_H
#define CW_TESTS_FAKE_HOST_API_H

#include <stdlib.h>

#include "connect-worker/connector.h"

#define CW_FAKE_MAX 64      /* metrics, partitions, errors, rejects, task settings that are remembered */
#define CW_FAKE_TEXT 1024

struct cw_metric {
	char name[128];
	enum cw_metric_kind kind;
	int64_t value;
};

struct cw_source_partition {
	char json[256], offset_field[64];
	bool has_offset;
	struct cw_value offset; /* CW_INT64, or CW_STRING whose bytes the test owns */
};

struct cw_validation {
	size_t n;
	struct {
		char key[128], message[CW_FAKE_TEXT];
	} errors[CW_FAKE_MAX];
};

struct cw_task_configs {
	size_t n; /* tasks */
	size_t n_set;
	struct {
		size_t task;
		char key[128], value[CW_FAKE_TEXT];
	} set[CW_FAKE_MAX];
};

struct cw_fake_host {
	struct cw_context ctx; /* hand this to the connector */
	struct cw_host api;
	int64_t now_ns;        /* what now_ns() says */
	bool stopping;
	int64_t retry_after_ms; /* asked for last */
	unsigned retrying, most_retrying; /* attempts that were told of last, and at most */
	size_t logged[CW_LOG_DEBUG + 1]; /* lines of each level */
	char last_log[CW_FAKE_TEXT];
	struct cw_metric metrics[CW_FAKE_MAX];
	size_t n_metrics;
	struct cw_source_partition partitions[CW_FAKE_MAX];
	size_t n_partitions;
	bool tolerate;   /* errors.tolerance=all: reject() returns 0 */
	size_t n_rejected;
	size_t n_dropped, n_dropped_letters; /* all of them; those for the dead letter topic */
	struct {
		struct cw_batch *batch;
		size_t i;
		char reason[CW_FAKE_TEXT];
	} rejected[CW_FAKE_MAX]; /* the first ones */
	size_t n_completed;
	struct cw_batch *completed[CW_FAKE_MAX]; /* the first ones, in order */
};

/* From any context that cw_fake_host_init() made. */
static inline struct cw_fake_host *cw_fake_host_of(const struct cw_context *ctx)
{
	return (struct cw_fake_host *)(uintptr_t)ctx;
}

static inline void cw_fake_copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

__attribute__((format(printf, 3, 0)))
static inline void cw_fake_log(const struct cw_context *ctx, enum cw_log_level level, const char *fmt, va_list ap)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);

	host->logged[level]++;
	vsnprintf(host->last_log, sizeof(host->last_log), fmt, ap);
}

static inline void cw_fake_retry_after(const struct cw_context *ctx, int64_t ms)
{
	cw_fake_host_of(ctx)->retry_after_ms = ms;
}

static inline void cw_fake_retrying(const struct cw_context *ctx, unsigned attempts, int64_t wait_ms, const char *cause)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);

	(void)wait_ms, (void)cause;
	host->retrying = attempts;
	if (attempts > host->most_retrying)
		host->most_retrying = attempts;
}

static inline bool cw_fake_stopping(const struct cw_context *ctx)
{
	return cw_fake_host_of(ctx)->stopping;
}

static inline int64_t cw_fake_now_ns(const struct cw_context *ctx)
{
	return cw_fake_host_of(ctx)->now_ns;
}

/* Without jitter, so that tests can say what they expect. */
static inline int64_t cw_fake_backoff_ms(const struct cw_context *ctx, unsigned attempt, int64_t base_ms,
					 int64_t max_ms)
{
	int64_t ms = base_ms;

	(void)ctx;
	while (attempt-- > 1 && ms < max_ms)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

static inline struct cw_metric *cw_fake_metric(const struct cw_context *ctx, enum cw_metric_kind kind,
					       const char *name, const char *help)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);
	struct cw_metric *metric;

	(void)help;
	for (size_t i = 0; i < host->n_metrics; i++)
		if (strcmp(host->metrics[i].name, name) == 0)
			return &host->metrics[i];
	if (host->n_metrics == CW_FAKE_MAX)
		return NULL;
	metric = &host->metrics[host->n_metrics++];
	metric->kind = kind;
	cw_fake_copy(metric->name, sizeof(metric->name), name);
	return metric;
}

static inline void cw_fake_metric_add(struct cw_metric *metric, int64_t n)
{
	if (metric)
		metric->value += n;
}

static inline void cw_fake_metric_set(struct cw_metric *metric, int64_t n)
{
	if (metric)
		metric->value = n;
}

static inline const struct cw_source_partition *cw_fake_source_partition(const struct cw_context *ctx,
									  const char *json, const char *offset_field,
									  struct cw_error *err)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);
	struct cw_source_partition *partition;

	for (size_t i = 0; i < host->n_partitions; i++) {
		partition = &host->partitions[i];
		if (strcmp(partition->json, json) == 0) {
			cw_fake_copy(partition->offset_field, sizeof(partition->offset_field), offset_field);
			return partition;
		}
	}
	if (host->n_partitions == CW_FAKE_MAX || json[0] != '{') {
		cw_error_set(err, CW_ERR_INVALID, "not a source partition: %s", json);
		return NULL;
	}
	partition = &host->partitions[host->n_partitions++];
	cw_fake_copy(partition->json, sizeof(partition->json), json);
	cw_fake_copy(partition->offset_field, sizeof(partition->offset_field), offset_field);
	return partition;
}

static inline int cw_fake_source_offset(const struct cw_context *ctx, const struct cw_source_partition *partition,
					struct cw_value *out)
{
	(void)ctx;
	if (!partition->has_offset)
		return 0;
	*out = partition->offset;
	return 1;
}

static inline int cw_fake_reject(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
				 struct cw_error *err)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);

	if (host->n_rejected < CW_FAKE_MAX) {
		host->rejected[host->n_rejected].batch = batch;
		host->rejected[host->n_rejected].i = i;
		cw_fake_copy(host->rejected[host->n_rejected].reason, CW_FAKE_TEXT, reason);
	}
	host->n_rejected++;
	return host->tolerate ? 0 : cw_error_set(err, CW_ERR_FATAL, "%s", reason);
}

static inline int cw_fake_drop(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
			       bool letter, struct cw_error *err)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);

	(void)batch;
	(void)i;
	(void)reason;
	(void)err;
	host->n_dropped++;
	host->n_dropped_letters += letter;
	return 0;
}

static inline void cw_fake_without_headers(const struct cw_context *ctx)
{
	(void)ctx;
}

static inline void cw_fake_complete(const struct cw_context *ctx, struct cw_batch *batch)
{
	struct cw_fake_host *host = cw_fake_host_of(ctx);

	if (host->n_completed < CW_FAKE_MAX)
		host->completed[host->n_completed] = batch;
	host->n_completed++;
}

static inline void cw_fake_invalid(struct cw_validation *validation, const char *key, const char *message)
{
	if (validation->n == CW_FAKE_MAX)
		return;
	cw_fake_copy(validation->errors[validation->n].key, sizeof(validation->errors[0].key), key);
	cw_fake_copy(validation->errors[validation->n].message, CW_FAKE_TEXT, message);
	validation->n++;
}

static inline void cw_fake_task_add(struct cw_task_configs *configs)
{
	configs->n++;
}

static inline void cw_fake_task_set(struct cw_task_configs *configs, const char *key, const char *value)
{
	if (configs->n_set == CW_FAKE_MAX)
		return;
	configs->set[configs->n_set].task = configs->n - 1;
	cw_fake_copy(configs->set[configs->n_set].key, sizeof(configs->set[0].key), key);
	cw_fake_copy(configs->set[configs->n_set].value, CW_FAKE_TEXT, value);
	configs->n_set++;
}

/* task -1: the connector's own context. `connector` is borrowed. */
static inline void cw_fake_host_init(struct cw_fake_host *host, const char *connector, int task, int tasks)
{
	memset(host, 0, sizeof(*host));
	host->api.size = sizeof(host->api);
	host->api.log = cw_fake_log;
	host->api.stopping = cw_fake_stopping;
	host->api.retry_after = cw_fake_retry_after;
	host->api.retrying = cw_fake_retrying;
	host->api.now_ns = cw_fake_now_ns;
	host->api.backoff_ms = cw_fake_backoff_ms;
	host->api.metric = cw_fake_metric;
	host->api.metric_add = cw_fake_metric_add;
	host->api.metric_set = cw_fake_metric_set;
	host->api.source_partition = cw_fake_source_partition;
	host->api.source_offset = cw_fake_source_offset;
	host->api.reject = cw_fake_reject;
	host->api.complete = cw_fake_complete;
	host->api.drop = cw_fake_drop;
	host->api.without_headers = cw_fake_without_headers;
	host->api.invalid = cw_fake_invalid;
	host->api.task_add = cw_fake_task_add;
	host->api.task_set = cw_fake_task_set;
	host->ctx.size = sizeof(host->ctx);
	host->ctx.task = task;
	host->ctx.tasks = tasks;
	host->ctx.connector = connector;
	host->ctx.host = &host->api;
}

/* NULL: the connector never asked for that metric. */
static inline const struct cw_metric *cw_fake_host_metric(const struct cw_fake_host *host, const char *name)
{
	for (size_t i = 0; i < host->n_metrics; i++)
		if (strcmp(host->metrics[i].name, name) == 0)
			return &host->metrics[i];
	return NULL;
}

/* What the framework does after an acknowledgement: the offset is stored under the record's partition. */
static inline void cw_fake_host_commit(const struct cw_record *record)
{
	struct cw_source_partition *partition =
		(struct cw_source_partition *)(uintptr_t)record->source_partition;

	partition->offset = record->source_offset;
	partition->has_offset = true;
}

/* ---- batches ------------------------------------------------------------------------------------ */

struct cw_fake_block {
	struct cw_fake_block *next;
	size_t size;
	_Alignas(16) char data[];
};

/* Hand &fake->batch to the connector. */
struct cw_fake_batch {
	struct cw_batch batch; /* first */
	size_t block_size;
	struct cw_fake_block *blocks; /* newest first; the batch allocates from it */
};

static inline void *cw_fake_batch_grow(struct cw_batch *batch, size_t size)
{
	struct cw_fake_batch *fake = (struct cw_fake_batch *)(void *)batch;
	size_t room = size > fake->block_size ? size : fake->block_size;
	struct cw_fake_block *block = (struct cw_fake_block *)malloc(sizeof(*block) + room);

	if (!block)
		abort();
	block->next = fake->blocks;
	block->size = room;
	fake->blocks = block;
	batch->arena_next = block->data + size;
	batch->arena_end = block->data + room;
	return block->data;
}

/* block_size is that of the arena's blocks; small ones make the connector meet the end of a block often. */
static inline void cw_fake_batch_init(struct cw_fake_batch *fake, size_t capacity, size_t block_size)
{
	memset(fake, 0, sizeof(*fake));
	fake->block_size = block_size;
	fake->batch.size = sizeof(fake->batch);
	fake->batch.record_size = sizeof(struct cw_record) + 16; /* as a newer framework: the stride counts */
	fake->batch.capacity = capacity;
	fake->batch.records = (char *)calloc(capacity, fake->batch.record_size);
	fake->batch.grow = cw_fake_batch_grow;
	if (!fake->batch.records)
		abort();
}

/* Forgets the records; keeps one block of the arena, which is used again. */
static inline void cw_fake_batch_reset(struct cw_fake_batch *fake)
{
	fake->batch.n = 0;
	fake->batch.wait_ns = 0;
	while (fake->blocks && fake->blocks->next) {
		struct cw_fake_block *block = fake->blocks;

		fake->blocks = block->next;
		free(block);
	}
	if (fake->blocks) {
		fake->batch.arena_next = fake->blocks->data;
		fake->batch.arena_end = fake->blocks->data + fake->blocks->size;
	}
}

/* A sink's record: the value is text, borrowed. */
static inline struct cw_record *cw_fake_batch_put(struct cw_fake_batch *fake, const char *topic, int32_t partition,
						  int64_t offset, struct cw_slice value)
{
	struct cw_record *record = cw_batch_add(&fake->batch);

	if (!record)
		abort();
	record->topic = cw_slice_str(topic);
	record->partition = partition;
	record->offset = offset;
	record->value = cw_value_string(value);
	return record;
}

static inline void cw_fake_batch_free(struct cw_fake_batch *fake)
{
	while (fake->blocks) {
		struct cw_fake_block *block = fake->blocks;

		fake->blocks = block->next;
		free(block);
	}
	free(fake->batch.records);
	memset(fake, 0, sizeof(*fake));
}

#endif
