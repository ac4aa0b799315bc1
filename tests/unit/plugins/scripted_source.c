/*
 * ScriptedSource - a source that gives the values v<from>, v<from+1>, … and answers as its config says.
 * Its offset is the next number, as an integer or (json.offsets) as a JSON object. It appends "committed OFFSET" to
 * the file `out`, when there is one, for everything that was stored.
 */
#include <signal.h>
#include <stdlib.h>

#include "connect-worker/connector.h"

struct config {
	const char *topic, *other_topic, *out;
	int32_t count, per_poll, retry, retry_after, fail_at, tasks, huge_at, huge_each, huge_bytes, partition, end_each, abort_each;
	bool json_offsets, bad_offsets, bad_task, crash, idle;
};

struct state {
	const struct cw_context *ctx;
	const struct config *config;
	const struct cw_source_partition *partition;
	long next;
	int retry;
};

#define INT_KEY(key, member, otherwise) \
	{ .name = key, .type = CW_CONFIG_INT, .default_value = otherwise, .doc = "A number.", \
	  .offset = offsetof(struct config, member) }

static const struct cw_config_def defs[] = {
	{ .name = "topic", .flags = CW_CONFIG_REQUIRED, .doc = "Topic.", .offset = offsetof(struct config, topic) },
	{ .name = "other.topic", .doc = "Each second record's.", .offset = offsetof(struct config, other_topic) },
	{ .name = "out", .doc = "File.", .offset = offsetof(struct config, out) },
	INT_KEY("count", count, "0"),
	INT_KEY("per.poll", per_poll, "10"),
	INT_KEY("retry", retry, "0"),
	INT_KEY("retry.after", retry_after, "0"), /* what it asks for then, in milliseconds */
	INT_KEY("fail.at", fail_at, "0"),
	INT_KEY("split", tasks, "1"),
	INT_KEY("partition", partition, "-1"),
	INT_KEY("huge.at", huge_at, "0"),              /* this record is */
	INT_KEY("huge.each", huge_each, "0"),          /* and each such one after it */
	INT_KEY("huge.bytes", huge_bytes, "2097152"), /* larger than a broker takes */
	INT_KEY("end.each", end_each, "0"),     /* after so many records it ends a transaction */
	INT_KEY("abort.each", abort_each, "0"), /* each such one of these is aborted */
	{ .name = "json.offsets", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .doc = "Form of the offsets.",
	  .offset = offsetof(struct config, json_offsets) },
	{ .name = "bad.offsets", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .doc = "Whether they are no JSON.",
	  .offset = offsetof(struct config, bad_offsets) },
	{ .name = "bad.task", .type = CW_CONFIG_BOOLEAN, .default_value = "false",
	  .doc = "Whether a task's configuration is no UTF-8.", .offset = offsetof(struct config, bad_task) },
	{ .name = "crash", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .doc = "Whether poll crashes.",
	  .offset = offsetof(struct config, crash) },
	{ .name = "idle", .type = CW_CONFIG_BOOLEAN, .default_value = "false",
	  .doc = "Whether it waits for ever behind its last record, and counts the polls there.",
	  .offset = offsetof(struct config, idle) },
};

static enum cw_result task_configs(const struct cw_context *ctx, void *connector, const void *config, int max_tasks,
				   struct cw_task_configs *configs, struct cw_error *err)
{
	const struct config *c = config;

	(void)connector;
	(void)max_tasks;
	(void)err;
	for (int i = 0; i < c->tasks; i++) {
		ctx->host->task_add(configs);
		ctx->host->task_set(configs, "split", "1");
		if (c->bad_task)
			ctx->host->task_set(configs, "gr\xc3\xb6\xdf" "e", "5");
	}
	return CW_OK;
}

static enum cw_result start(const struct cw_context *ctx, const void *config, void **task, struct cw_error *err)
{
	struct state *s = calloc(1, sizeof(*s));
	struct cw_value stored;
	char json[64];

	s->ctx = ctx;
	s->config = config;
	s->retry = s->config->retry;
	snprintf(json, sizeof(json), "{\"task\": %d}", (int)ctx->task);
	s->partition = ctx->host->source_partition(ctx, json, "next", err);
	if (s->partition && ctx->host->source_offset(ctx, s->partition, &stored) == 1)
		s->next = stored.type == CW_INT64 ? (long)stored.u.integer : atol(strchr(stored.u.bytes.p, ':') + 1);
	*task = s;
	return CW_OK;
}

/* A function of its own, so that a trace can name it. The signal alone: sanitizers catch a bad store first. */
__attribute__((noinline)) static int crash_on_purpose(void)
{
	volatile int result = raise(SIGSEGV);

	return result;
}

/* The last one is left to CW_END. */
static void end_transaction(const struct state *s, const struct cw_batch *batch)
{
	const struct config *c = s->config;

	if (!c->end_each || s->next % c->end_each || s->next == c->count)
		return;
	if (c->abort_each && s->next / c->end_each % c->abort_each == 0)
		cw_abort_transaction(s->ctx, batch);
	else
		cw_commit_transaction(s->ctx, batch);
}

static bool is_huge(const struct state *s)
{
	long after = s->next - s->config->huge_at;

	return s->config->huge_at && (after == 0 || (s->config->huge_each && after > 0 && after % s->config->huge_each == 0));
}

static struct cw_slice huge(struct cw_batch *batch, size_t n)
{
	return cw_slice(memset(cw_batch_alloc(batch, n), 'x', n), n);
}

static enum cw_result poll_records(void *task, struct cw_batch *batch, struct cw_error *err)
{
	struct state *s = task;
	const struct config *c = s->config;

	if (c->crash)
		crash_on_purpose();
	if (s->retry > 0) {
		s->retry--;
		if (c->retry_after)
			cw_retry_after(s->ctx, c->retry_after);
		cw_error_set(err, CW_ERR_RETRIABLE, "nothing yet");
		return CW_RETRY;
	}
	for (int i = 0; i < c->per_poll && (c->count == 0 || s->next < c->count); i++) {
		struct cw_record *r = cw_batch_add(batch);
		char *text;
		int n;

		if (!r)
			break;
		if (c->fail_at && s->next == c->fail_at) {
			cw_error_set(err, CW_ERR_FATAL, "record %ld cannot be made", s->next);
			return CW_FAIL;
		}
		text = cw_batch_alloc(batch, 32);
		n = snprintf(text, 32, "v%ld", s->next);
		r->topic = cw_slice_str(c->other_topic && s->next % 2 ? c->other_topic : c->topic);
		r->value = cw_value_string(cw_slice(text, (size_t)n));
		if (is_huge(s))
			r->value.u.bytes = huge(batch, (size_t)c->huge_bytes);
		r->partition = c->partition;
		r->source_partition = s->partition;
		s->next++;
		end_transaction(s, batch);
		if (c->bad_offsets) {
			r->source_offset = cw_value_string(cw_slice_str("{\"next\":"));
		} else if (c->json_offsets) {
			text = cw_batch_alloc(batch, 48);
			n = snprintf(text, 48, "{\"next\":%ld,\"by\":\"test\"}", s->next);
			r->source_offset = cw_value_string(cw_slice(text, (size_t)n));
		} else {
			r->source_offset = cw_value_int64(s->next);
		}
	}
	batch->wait_ns = 1000000;
	if (c->idle && batch->n == 0) {
		batch->wait_ns = INT64_MAX;
		s->ctx->host->metric_add(s->ctx->host->metric(s->ctx, CW_METRIC_COUNTER, "idle_polls", "Polls without records."), 1);
	}
	if (c->idle)
		return CW_OK;
	return c->count && s->next >= c->count ? CW_END : CW_OK;
}

static void committed(void *task, const struct cw_source_partition *partition, const struct cw_value *offset)
{
	const struct state *s = task;
	FILE *f = s->config->out ? fopen(s->config->out, "a") : NULL;

	if (!f)
		return;
	if (partition != s->partition)
		fprintf(f, "of another partition\n");
	else if (offset->type == CW_INT64)
		fprintf(f, "committed %lld\n", (long long)offset->u.integer);
	else
		fprintf(f, "committed %.*s\n", (int)offset->u.bytes.n, offset->u.bytes.p);
	fclose(f);
}

static void stop(void *task)
{
	free(task);
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops),
	.flags = CW_SOURCE_EXACTLY_ONCE | CW_SOURCE_TRANSACTIONS,
	.task_configs = task_configs,
	.task_start = start,
	.poll = poll_records,
	.task_stop = stop,
	.committed = committed,
};

/* The same, but that it promises nothing. */
static const struct cw_connector_ops loose_ops = {
	.size = sizeof(loose_ops),
	.task_configs = task_configs,
	.task_start = start,
	.poll = poll_records,
	.task_stop = stop,
};

#define DESCRIPTOR(name)                                                          \
	CW_PLUGIN_HEAD(CW_PLUGIN_SOURCE), .class_name = name, .version = "1",     \
	.doc = "Counts, as a test says.", .config = defs,                         \
	.n_config = sizeof(defs) / sizeof(defs[0]), .config_def_size = sizeof(defs[0]), \
	.config_size = sizeof(struct config)

static const struct cw_plugin loose = { DESCRIPTOR("test.ScriptedLooseSource"), .connector = &loose_ops };
static const struct cw_plugin descriptor = { DESCRIPTOR("test.ScriptedSource"), .connector = &ops, .next = &loose };

const struct cw_plugin *const cw_plugin = &descriptor;
