/*
 * ScriptedSink - a sink that answers as its config says, for tests of the framework. It appends a line to
 * the file `out` for everything that happens to it:
 *   put FIRST COUNT           a batch was taken (values are "v<number>")
 *   record PARTITION OFFSET   one of its records (with trace=true)
 *   busy, retry               it was not
 *   flush, stop
 *   assigned, revoked, lost PARTITION
 * ScriptedFlushSink renders: of each four records one as two bytes and its value, one not, since it leaves it out, one it
 * rejects, and of one it says nothing; more than once, and of one that there is not. reject.every=-1: nothing but an error.
 * and with tell=true, before "put", for each record
 *   TOPIC-PARTITION@OFFSET key=KEY value=VALUE HEADER=VALUE… from ORIGINAL TOPIC
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "connect-worker/connector.h"

struct config {
	const char *out, *busy_while; /* busy as long as that file exists */
	int32_t refuse, busy, retry, retry_after, hold_ms, fail_after, reject_every, drop_every, start_retry;
	bool flushes; /* flush() fails with CW_RETRY otherwise */
	bool trace, tell;
};

#define MAX_HELD 64

struct state {
	const struct cw_context *ctx;
	const struct config *config;
	FILE *out;
	int busy, retry;
	long taken;
	struct cw_batch *held[MAX_HELD]; /* asynchronous: not complete yet */
	int64_t due_ns[MAX_HELD];
	size_t n_held;
};

#define INT_KEY(key, member) \
	{ .name = key, .type = CW_CONFIG_INT, .default_value = "0", .doc = "A number.", .offset = offsetof(struct config, member) }

static const struct cw_config_def defs[] = {
	{ .name = "out", .flags = CW_CONFIG_REQUIRED, .doc = "File.", .offset = offsetof(struct config, out) },
	{ .name = "busy.while", .doc = "File.", .offset = offsetof(struct config, busy_while) },
	INT_KEY("refuse", refuse), /* this partition */
	INT_KEY("busy", busy),
	INT_KEY("retry", retry),
	INT_KEY("retry.after", retry_after), /* what it asks for then, in milliseconds */
	INT_KEY("hold.ms", hold_ms),
	INT_KEY("fail.after", fail_after),
	INT_KEY("reject.every", reject_every),
	INT_KEY("drop.every", drop_every),
	INT_KEY("start.retry", start_retry),
	{ .name = "flushes", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .doc = "Whether flush succeeds.",
	  .offset = offsetof(struct config, flushes) },
	{ .name = "trace", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .doc = "Whether records are listed.",
	  .offset = offsetof(struct config, trace) },
	{ .name = "tell", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .doc = "Whether records are shown.",
	  .offset = offsetof(struct config, tell) },
};

static enum cw_result start(const struct cw_context *ctx, const void *config, void **task, struct cw_error *err)
{
	const struct config *c = config;
	struct state *s;
	char attempts[1200];
	FILE *f;
	int n = 0;

	snprintf(attempts, sizeof(attempts), "%s.attempts", c->out);
	f = fopen(attempts, "a+");
	if (f) {
		fputs("x", f);
		fseek(f, 0, SEEK_END);
		n = (int)ftell(f);
		fclose(f);
	}
	if (n <= c->start_retry) {
		cw_error_set(err, CW_ERR_RETRIABLE, "not yet");
		return CW_RETRY;
	}
	s = calloc(1, sizeof(*s));
	s->ctx = ctx;
	s->config = c;
	s->busy = c->busy;
	s->retry = c->retry;
	s->out = fopen(c->out, "a");
	setvbuf(s->out, NULL, _IOLBF, 0);
	*task = s;
	return CW_OK;
}

static void tell_value(FILE *out, struct cw_slice name, const struct cw_value *value)
{
	fprintf(out, " %.*s=", (int)name.n, name.p);
	if (value->type == CW_NULL)
		fprintf(out, "null");
	else if (value->type == CW_STRING || value->type == CW_BYTES)
		fprintf(out, "%.*s", (int)value->u.bytes.n, value->u.bytes.p);
	else
		fprintf(out, "%lld", (long long)value->u.integer);
}

static void tell(FILE *out, const struct cw_record *r)
{
	fprintf(out, "%.*s-%d@%lld", (int)r->topic.n, r->topic.p, (int)r->partition, (long long)r->offset);
	tell_value(out, cw_slice_str("key"), &r->key);
	tell_value(out, cw_slice_str("value"), &r->value);
	for (size_t i = 0; i < r->n_headers; i++)
		tell_value(out, r->headers[i].key, &r->headers[i].value);
	fprintf(out, " from %.*s\n", (int)r->original_topic.n, r->original_topic.p);
}

/* Of "v<number>"; what is behind it in memory is no part of it. */
static long number_of(struct cw_slice value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%.*s", (int)value.n - 1, value.p + 1);
	return atol(digits);
}

static enum cw_result put(void *task, struct cw_batch *batch, struct cw_error *err)
{
	struct state *s = task;
	const struct config *c = s->config;
	const struct cw_record *first = cw_batch_record(batch, 0);

	if (c->busy_while && access(c->busy_while, F_OK) == 0)
		return CW_BUSY;
	if (s->busy > 0) {
		s->busy--;
		fprintf(s->out, "busy\n");
		return CW_BUSY;
	}
	if (s->retry > 0) {
		s->retry--;
		fprintf(s->out, "retry\n");
		if (c->retry_after)
			cw_retry_after(s->ctx, c->retry_after);
		cw_error_set(err, CW_ERR_RETRIABLE, "come again");
		return CW_RETRY;
	}
	if (c->fail_after && s->taken + (long)batch->n > c->fail_after) {
		cw_error_set(err, CW_ERR_FATAL, "enough is enough");
		return CW_FAIL;
	}
	if (c->hold_ms && s->n_held == MAX_HELD)
		return CW_BUSY;
	for (size_t i = 0; i < batch->n; i++) {
		long number = number_of(cw_batch_record(batch, i)->value.u.bytes);

		if (c->reject_every && number % c->reject_every == 0 &&
		    s->ctx->host->reject(s->ctx, batch, i, "it does not suit", err) != 0)
			return CW_FAIL;
		if (c->drop_every && number % c->drop_every == 0 &&
		    s->ctx->host->drop(s->ctx, batch, i, "it is not wanted", true, err) != 0)
			return CW_FAIL;
	}
	for (size_t i = 0; i < batch->n && c->tell; i++)
		tell(s->out, cw_batch_record(batch, i));
	fprintf(s->out, "put %.*s %zu\n", (int)first->value.u.bytes.n, first->value.u.bytes.p, batch->n);
	for (size_t i = 0; i < batch->n && c->trace; i++)
		fprintf(s->out, "record %d %lld\n", (int)cw_batch_record(batch, i)->partition,
			(long long)cw_batch_record(batch, i)->offset);
	s->taken += (long)batch->n;
	if (c->hold_ms && s->n_held < MAX_HELD) { /* without CW_SINK_ASYNC that is wrong, as a plugin may be */
		s->held[s->n_held] = batch;
		s->due_ns[s->n_held++] = s->ctx->host->now_ns(s->ctx) + c->hold_ms * INT64_C(1000000);
	}
	return CW_OK;
}

#ifndef SCRIPTED_PLAIN
/* Out of order on purpose: the youngest that is due first. */
static void complete_due(struct state *s)
{
	int64_t now = s->ctx->host->now_ns(s->ctx);

	for (size_t i = s->n_held; i-- > 0;)
		if (s->due_ns[i] <= now) {
			s->ctx->host->complete(s->ctx, s->held[i]);
			s->n_held--;
			memmove(&s->held[i], &s->held[i + 1], (s->n_held - i) * sizeof(s->held[0]));
			memmove(&s->due_ns[i], &s->due_ns[i + 1], (s->n_held - i) * sizeof(s->due_ns[0]));
		}
}

static enum cw_result wait_for(void *task, const int *fds, size_t n, int timeout_ms, struct cw_error *err)
{
	struct state *s = task;
	struct pollfd p[4];

	(void)err;
	for (size_t i = 0; i < n && i < 4; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	poll(p, n, s->n_held && timeout_ms > 2 ? 2 : timeout_ms);
	complete_due(s);
	return CW_OK;
}
#endif

#if !defined(SCRIPTED_PLAIN) && !defined(SCRIPTED_WAITING)
#define SCRIPTED_FLUSHES

static enum cw_result flush(void *task, int64_t timeout_ms, struct cw_error *err)
{
	struct state *s = task;
	int64_t until = s->ctx->host->now_ns(s->ctx) + timeout_ms * 1000000;

	while (s->n_held && s->ctx->host->now_ns(s->ctx) < until)
		wait_for(s, NULL, 0, 2, err);
	fprintf(s->out, "flush\n");
	if (!s->n_held && s->config->flushes)
		return CW_OK;
	cw_error_set(err, CW_ERR_RETRIABLE, "not in this time");
	return CW_RETRY;
}
#endif

static enum cw_result assigned(void *task, const struct cw_topic_partition *partitions, size_t n, struct cw_error *err)
{
	struct state *s = task;

	for (size_t i = 0; i < n; i++) {
		fprintf(s->out, "assigned %d\n", (int)partitions[i].partition);
		if (s->config->refuse && partitions[i].partition == s->config->refuse) {
			cw_error_set(err, CW_ERR_FATAL, "not partition %d of %s", (int)partitions[i].partition, partitions[i].topic);
			return CW_FAIL;
		}
	}
	return CW_OK;
}

static void revoked(void *task, const struct cw_topic_partition *partitions, size_t n, bool lost)
{
	struct state *s = task;

	for (size_t i = 0; i < n; i++)
		fprintf(s->out, "%s %d\n", lost ? "lost" : "revoked", (int)partitions[i].partition);
}

static void stop(void *task)
{
	struct state *s = task;

	fprintf(s->out, "stop\n");
	fclose(s->out);
	free(s);
}

#ifdef SCRIPTED_FLUSHES
static enum cw_result render(const struct cw_context *ctx, const void *config, struct cw_batch *batch,
			     struct cw_error *err)
{
	const struct cw_rendering left_out = { .size = sizeof(left_out), .left_out = "it is the second of four" };
	const struct config *c = config;

	if (c->reject_every < 0) {
		cw_error_set(err, CW_ERR_FATAL, "nothing can be said");
		return CW_FAIL;
	}
	for (size_t i = 0; i <= batch->n; i++) {
		const char *value = i < batch->n ? cw_batch_record(batch, i)->value.u.bytes.p : "";
		struct cw_rendering rendering = { .size = sizeof(rendering), .destination = cw_slice_str(c->out) };
		char text[16];

		rendering.text = cw_slice(text, (size_t)snprintf(text, sizeof(text), "\xff\x01%.2s", value));
		if (i % 4 == 0)
			ctx->host->rendered(ctx, batch, i, &rendering);
		if (i % 4 <= 1)
			ctx->host->rendered(ctx, batch, i, &left_out);
		if (i % 4 <= 2)
			ctx->host->reject(ctx, batch, i, "it is the third of four", err);
	}
	return CW_OK;
}
#endif

static const struct cw_connector_ops ops = {
	.size = sizeof(ops),
#ifdef SCRIPTED_ASYNC
	.flags = CW_SINK_ASYNC,
	.wait = wait_for,
#endif
	.task_start = start,
	.put = put,
#ifdef SCRIPTED_FLUSHES
	.flush = flush,
	.render = render,
#endif
	.task_stop = stop,
	.assigned = assigned,
	.revoked = revoked,
};

static const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
#if defined(SCRIPTED_WAITING)
	.class_name = "test.ScriptedWaitingSink",
#elif defined(SCRIPTED_ASYNC)
	.class_name = "test.ScriptedAsyncSink",
#elif defined(SCRIPTED_PLAIN)
	.class_name = "test.ScriptedPlainSink",
#else
	.class_name = "test.ScriptedFlushSink",
#endif
	.version = "1",
	.doc = "Answers as a test says.",
	.config = defs,
	.n_config = sizeof(defs) / sizeof(defs[0]),
	.config_def_size = sizeof(defs[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

const struct cw_plugin *const cw_plugin = &descriptor;

