/* The connector: tasks that write their share of the lines, when they are due, and remember how far they are. */
#include <stdlib.h>
#include <time.h>

#include "generator.h"
#include "options.h"
#include "pace.h"
#include "source.h"

#define OFFSET_FIELD "record"
#define CHUNK ((size_t)32 << 10) /* of a batch's arena at a time */
#define LINE_GUESS 192
#define IP_MAX 20

struct task {
	const struct cw_context *ctx;
	struct cw_synthetic *generator;
	struct cw_cursor cursor;
	const struct cw_source_partition *partition;
	char *topic;
	size_t topic_n;
	struct cw_pace pace;
	uint64_t next, end; /* records of this task; end UINT64_MAX: endless */
	size_t batch_size;
	bool live, key_is_ip, log_timestamp, probe;
	struct cw_metric *malformed, *behind;
};

static void source_validate(const struct cw_context *ctx, const void *config, struct cw_validation *validation)
{
	char text[256];
	const char *key;

	for (unsigned i = 0; cw_synthetic_conflict(config, i, &key, text, sizeof(text)); i++)
		ctx->host->invalid(validation, key, text);
}

/* The work divides by itself: each task writes its own series. */
static enum cw_result source_task_configs(const struct cw_context *ctx, void *connector, const void *config,
					  int max_tasks, struct cw_task_configs *configs, struct cw_error *err)
{
	(void)connector;
	(void)config;
	(void)err;
	for (int i = 0; i < max_tasks; i++)
		ctx->host->task_add(configs);
	return CW_OK;
}

/*
 * The series is named by the seed, the task and the number of tasks. What else is set changes how its
 * records look and not how many were written, so it may be changed on the way.
 */
static int find_position(struct task *task, int64_t seed, struct cw_error *err)
{
	const struct cw_host *host = task->ctx->host;
	struct cw_value offset;
	char json[128];

	snprintf(json, sizeof(json), "{\"task\":%d,\"tasks\":%d,\"seed\":%lld}", (int)task->ctx->task,
		 (int)task->ctx->tasks, (long long)seed);
	task->partition = host->source_partition(task->ctx, json, OFFSET_FIELD, err);
	if (!task->partition)
		return -1;
	if (!host->source_offset(task->ctx, task->partition, &offset))
		return 0;
	if (offset.type != CW_INT64 || offset.u.integer < 0 || offset.u.integer > INT64_C(1) << 52)
		return cw_error_set(err, CW_ERR_FATAL,
				    "the stored offset of %s is none of this connector; it should be "
				    "{\"" OFFSET_FIELD "\":N} with the number of the next record",
				    json);
	task->next = (uint64_t)offset.u.integer;
	return 0;
}

static void source_task_stop(void *opaque)
{
	struct task *task = opaque;

	cw_synthetic_free(task->generator);
	free(task->topic);
	free(task);
}

static void set_limits(struct task *task, const struct cw_synthetic_options *options)
{
	uint32_t tasks = (uint32_t)task->ctx->tasks, number = (uint32_t)task->ctx->task;

	task->end = options->count ? cw_synthetic_quota((uint64_t)options->count, tasks, number) : UINT64_MAX;
	task->batch_size = (size_t)options->batch_size;
	task->live = strcmp(options->start_time, "now") == 0;
	task->key_is_ip = strcmp(options->key, "client_ip") == 0;
	task->log_timestamp = strcmp(options->record_timestamp, "log") == 0;
	task->probe = options->latency_probe;
	cw_pace_init(&task->pace, options->records_per_second, tasks, number, task->next,
		     task->ctx->host->now_ns(task->ctx));
}

static enum cw_result source_task_start(const struct cw_context *ctx, const void *config, void **out,
					struct cw_error *err)
{
	const struct cw_synthetic_options *options = config;
	const struct cw_host *host = ctx->host;
	struct task *task = calloc(1, sizeof(*task));

	if (!task || !(task->topic = strdup(options->topic))) {
		free(task);
		cw_error_set(err, CW_ERR_RETRIABLE, "no memory for a task");
		return CW_RETRY;
	}
	task->ctx = ctx;
	task->topic_n = strlen(task->topic);
	task->generator = cw_synthetic_new(options, (uint32_t)ctx->tasks, err);
	if (!task->generator || find_position(task, options->seed, err) != 0) {
		source_task_stop(task);
		return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
	}
	cw_cursor_init(&task->cursor, task->generator, (uint32_t)ctx->task);
	set_limits(task, options);
	task->malformed = host->metric(ctx, CW_METRIC_COUNTER, "malformed_records",
				       "Malformed lines that were generated on purpose.");
	task->behind = host->metric(ctx, CW_METRIC_GAUGE, "records_behind",
				    "Records that were due by records.per.second and are not generated yet.");
	if (task->end != UINT64_MAX)
		cw_log(ctx, CW_LOG_INFO, "generates records %llu to %llu of its series",
		       (unsigned long long)task->next, (unsigned long long)task->end);
	else
		cw_log(ctx, CW_LOG_INFO, "generates records from %llu on, without end", (unsigned long long)task->next);
	*out = task;
	return CW_OK;
}

static int64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A record comes zeroed. Its values are set member by member: a whole value, copied, costs 15 ns more. */
static inline void set_string(struct cw_value *value, const char *p, size_t n)
{
	value->type = CW_STRING;
	value->u.bytes.p = p;
	value->u.bytes.n = n;
}

static inline void fill_record(struct task *task, struct cw_batch *batch, const char *line, size_t n)
{
	struct cw_record *record = cw_batch_add(batch);

	record->topic.p = task->topic;
	record->topic.n = task->topic_n;
	set_string(&record->value, line, n);
	record->source_partition = task->partition;
	record->source_offset.type = CW_INT64;
	record->source_offset.u.integer = (int64_t)++task->next;
	if (task->log_timestamp)
		record->timestamp_ms = task->cursor.second.epoch_s * 1000;
	if (task->key_is_ip) {
		char *ip = cw_batch_alloc(batch, IP_MAX);

		set_string(&record->key, ip, cw_synthetic_ip(task->generator, task->cursor.client_ip, ip));
	}
}

/* Lines are packed one after the other into pieces of the arena. */
static void fill_batch(struct task *task, struct cw_batch *batch, size_t n)
{
	int64_t malformed = 0;

	while (n > 0) {
		size_t size = n * LINE_GUESS + CW_SYNTHETIC_LINE_MAX, used;
		char *p, *end;

		size = size < CHUNK ? size : CHUNK;
		p = cw_batch_alloc(batch, size);
		for (end = p + size; n > 0 && (size_t)(end - p) >= CW_SYNTHETIC_LINE_MAX; n--, p += used) {
			if (task->probe)
				task->cursor.probe_us = wall_us();
			used = cw_cursor_write(&task->cursor, task->next, p);
			malformed += task->cursor.malformed != CW_WELL_FORMED;
			fill_record(task, batch, p, used);
		}
	}
	if (malformed)
		task->ctx->host->metric_add(task->malformed, malformed);
}

static enum cw_result source_poll(void *opaque, struct cw_batch *batch, struct cw_error *err)
{
	struct task *task = opaque;
	const struct cw_host *host = task->ctx->host;
	size_t most = batch->capacity < task->batch_size ? batch->capacity : task->batch_size;
	struct cw_pace_share share;

	(void)err;
	if (task->next >= task->end)
		return CW_END;
	share = cw_pace_take(&task->pace, task->next, task->end - task->next, most, host->now_ns(task->ctx));
	batch->wait_ns = share.wait_ns;
	if (share.n == 0)
		return CW_OK;
	host->metric_set(task->behind, (int64_t)share.behind);
	if (task->live)
		cw_cursor_set_time(&task->cursor, wall_us() / 1000000);
	fill_batch(task, batch, share.n);
	return CW_OK;
}

const struct cw_connector_ops cw_synthetic_ops = {
	.size = sizeof(struct cw_connector_ops),
	.flags = CW_SOURCE_EXACTLY_ONCE, /* record k of a task is a function of k */
	.validate = source_validate,
	.task_configs = source_task_configs,
	.task_start = source_task_start,
	.poll = source_poll,
	.task_stop = source_task_stop,
};
