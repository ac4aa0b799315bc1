/* The access-log sink as the framework sees it. put() fills the bodies of requests; wait() moves these. */
#include "sink.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

#define DRIVE_EVERY_NS INT64_C(500000) /* how often put() looks at the sockets */
#define USUAL_DOCUMENT 320u /* bytes, with its action; memory that is not written to costs nothing */
#define USUAL_BODY_MAX (1u << 20)

void cw_sink_fail(struct cw_sink *sink, const char *fmt, ...)
{
	char text[sizeof(sink->failure.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cw_error_set(&sink->failure, CW_ERR_FATAL, "%s", text);
}

static enum cw_result failed(const struct cw_sink *sink, struct cw_error *err)
{
	cw_error_set(err, sink->failure.code, "%s", sink->failure.text);
	return CW_FAIL;
}

/* ---- put ---------------------------------------------------------------------------------------- */

/* A full request waits for its turn. One that the store fails on does not count: others may show that it alone is odd. */
static bool is_full(const struct cw_sink *sink)
{
	for (const struct cw_bulk *bulk = sink->ready.first; bulk; bulk = bulk->next)
		if (!bulk->failures)
			return true;
	return false;
}

/* For n documents more, which are taken to be as large as those that there are. Alone any batch has room. */
static bool no_room(const struct cw_sink *sink, size_t n)
{
	if (is_full(sink))
		return true;
	return sink->docs && (sink->docs + n > (size_t)sink->config->max_buffered ||
			      sink->bytes + n * (sink->bytes / sink->docs) > (size_t)sink->config->max_buffered_bytes);
}

static enum cw_result sink_put(void *task, struct cw_batch *batch, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t now = cw_sink_now(sink);
	struct cw_taken *taken;

	if (sink->failure.code)
		return failed(sink, err);
	if (no_room(sink, batch->n) || (sink->flying.n && now - sink->driven_ns > DRIVE_EVERY_NS)) {
		cw_delivery_drive(sink, NULL, 0, 0);
		cw_delivery_send(sink, false, false);
		if (sink->failure.code)
			return failed(sink, err);
		if (no_room(sink, batch->n))
			return CW_BUSY;
	}
	taken = cw_delivery_take(sink, batch);
	cw_records_put(sink, batch, taken, now);
	if (sink->failure.code)
		return failed(sink, err);
	cw_delivery_send(sink, false, false);
	if (taken->left == 0) /* none of its records became a document */
		cw_delivery_answered(sink, taken, 0);
	return CW_OK;
}

/* ---- wait and flush ----------------------------------------------------------------------------- */

static enum cw_result sink_wait(void *task, const int *fds, size_t n, int timeout_ms, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t end = cw_sink_now(sink) + (timeout_ms < 0 ? 0 : timeout_ms) * CW_SINK_NS_PER_MS, now;
	bool readable;

	sink->progress = false;
	cw_replays_tell(sink, false);
	cw_delivery_send(sink, true, false);
	do {
		int64_t due = cw_delivery_due_ns(sink);

		readable = cw_delivery_drive(sink, fds, n, due < end ? due : end);
		cw_delivery_send(sink, true, false);
		now = cw_sink_now(sink);
	} while (!readable && !sink->progress && !sink->failure.code && now < end);
	return sink->failure.code ? failed(sink, err) : CW_OK;
}

static enum cw_result sink_flush(void *task, int64_t timeout_ms, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t end = cw_sink_now(sink) + timeout_ms * CW_SINK_NS_PER_MS;

	if (sink->failure.code)
		return failed(sink, err);
	cw_delivery_send(sink, true, true);
	while (sink->docs && !sink->failure.code && cw_sink_now(sink) < end) {
		int64_t due = cw_delivery_due_ns(sink);

		cw_delivery_drive(sink, NULL, 0, due < end ? due : end);
		cw_delivery_send(sink, true, true);
	}
	if (sink->failure.code)
		return failed(sink, err);
	return sink->docs ? CW_RETRY : CW_OK;
}

/* ---- start and stop ----------------------------------------------------------------------------- */

static enum cw_result sink_start(const struct cw_context *ctx, const void *config, void **connector,
				 struct cw_error *err)
{
	(void)ctx;
	(void)config;
	*connector = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		cw_error_set(err, CW_ERR_FATAL, "libcurl did not start");
		return CW_FAIL;
	}
	return CW_OK;
}

static void sink_stop(void *connector)
{
	(void)connector;
	curl_global_cleanup();
}

static int64_t now_of(void *arg)
{
	return cw_sink_now(arg);
}

static struct cw_metric *counter(const struct cw_context *ctx, const char *name, const char *help)
{
	return ctx->host->metric(ctx, CW_METRIC_COUNTER, name, help);
}

static void make_metrics(struct cw_sink *sink)
{
	const struct cw_context *ctx = sink->ctx;
	struct cw_sink_metrics *m = &sink->metrics;

	m->requests = counter(ctx, "bulk_requests", "Bulk requests sent.");
	m->bytes = counter(ctx, "bulk_bytes", "Bytes of bulk requests sent, compressed where they were.");
	m->retries = counter(ctx, "bulk_retries", "Bulk requests, or parts of them, that had to be sent again.");
	m->documents = counter(ctx, "documents_written", "Documents that the store has written.");
	m->present = counter(ctx, "documents_present",
			     "Documents that the store had already: of replays, or of a topic that was made again.");
	m->retried = counter(ctx, "documents_retried", "Documents in requests that had to be sent again.");
	m->unparsed = counter(ctx, "lines_unparsed", "Lines that did not parse.");
	m->refused = counter(ctx, "documents_refused", "Documents that the store refused for good.");
	m->took_ms = counter(ctx, "bulk_took_ms", "Milliseconds that the store says it took for bulk requests.");
	m->time_ms = counter(ctx, "bulk_time_ms", "Milliseconds from sending bulk requests to their answers.");
	m->in_flight = ctx->host->metric(ctx, CW_METRIC_GAUGE, "bulk_in_flight", "Bulk requests under way.");
	m->window = ctx->host->metric(ctx, CW_METRIC_GAUGE, "bulk_window",
				      "Bulk requests that may be under way at once; fewer while the store pushes "
				      "back.");
	m->buffered = ctx->host->metric(ctx, CW_METRIC_GAUGE, "documents_buffered",
					"Documents that the store has not answered for.");
}

void cw_sink_free(struct cw_sink *sink)
{
	cw_replays_tell(sink, true);
	cw_delivery_free(sink);
	cw_setup_free(sink);
	cw_http_free(sink->http);
	cw_aws_keys_free(sink->keys);
	cw_index_name_free(sink->index);
	cw_index_name_free(sink->routing);
	free(sink->index_spec);
	cw_pattern_free(sink->pattern);
	cw_zone_free(sink->zone);
	cw_render_free(&sink->render);
	cw_replays_free(&sink->replays);
	cw_key_set_free(&sink->again);
	free(sink);
}

/* How lines are read, and what documents hold. */
static int prepare_lines(struct cw_sink *sink, struct cw_error *err)
{
	const struct cw_es_config *config = sink->config;

	if (config->timezone) {
		sink->zone = cw_zone_open(config->timezone, err);
		if (!sink->zone)
			return -1;
	}
	if (config->pattern) {
		sink->pattern = cw_pattern_compile(config->pattern, err);
		if (!sink->pattern)
			return -1;
	}
	sink->time.zone = sink->zone;
	sink->time.format = config->pattern_time;
	sink->render.raw = config->include_raw;
	sink->render.kafka = config->include_kafka;
	sink->ignore_null = strcasecmp(config->on_null, "IGNORE") == 0;
	sink->delete_null = strcasecmp(config->on_null, "DELETE") == 0;
	return 0;
}

/* Where documents go, and how they are written there. */
static int prepare_target(struct cw_sink *sink, struct cw_error *err)
{
	const struct cw_es_config *config = sink->config;

	sink->streams = cw_es_config_streams(config);
	sink->index_spec = cw_es_config_index(config);
	sink->index = cw_index_name_compile(sink->index_spec, err);
	if (!sink->index)
		return -1;
	sink->index_uses_topic = cw_index_name_uses_topic(sink->index) || config->resources.n;
	sink->index_uses_fields = cw_index_name_fields(sink->index) > 0;
	sink->index_asks = sink->index_uses_fields || config->resources.n;
	sink->time.unit_s = config->resources.n ? 0 : cw_index_name_unit_s(sink->index);
	if (config->routing && *config->routing) {
		sink->routing = cw_index_name_compile_routing(config->routing, err);
		if (!sink->routing)
			return -1;
	}
	sink->create = cw_es_config_creates(config);
	sink->action.op = sink->create ? "create" : "index";
	sink->named = !config->key_ignore && !config->own_ids;
	sink->upsert = strcasecmp(config->write_method, "UPSERT") == 0;
	sink->ordered = sink->upsert && sink->named;
	sink->once = !sink->upsert && (sink->create || sink->named);
	sink->plain_actions = !sink->named && !config->own_ids && !sink->upsert && !sink->routing;
	return 0;
}

/* How much is sent at once, and what becomes of what is refused. */
static void prepare_delivery(struct cw_sink *sink)
{
	const struct cw_es_config *config = sink->config;

	sink->warn_malformed = strcasecmp(config->on_malformed, "WARN") == 0;
	sink->bulk_bytes = config->bulk_bytes > 0 ? (size_t)config->bulk_bytes : SIZE_MAX;
	sink->usual_body = (size_t)config->batch_size * USUAL_DOCUMENT;
	if (sink->usual_body > USUAL_BODY_MAX)
		sink->usual_body = USUAL_BODY_MAX;
	cw_policies_init(&sink->policies, config);
	cw_pressure_init(&sink->pressure, (unsigned)config->max_in_flight, (size_t)config->batch_size);
}

/* What has to be in the store first, in this order. */
static int prepare_store(struct cw_sink *sink, struct cw_error *err)
{
	char pattern[CW_INDEX_NAME_MAX + 1];

	if (sink->config->resources.n) {
		cw_resources_need(sink);
		return 0;
	}
	if (cw_lifecycle_need_policy(sink, err) != 0)
		return -1;
	if (sink->config->template_enable) {
		sink->template_per_topic = cw_index_name_pattern(sink->index, cw_slice(NULL, 0), pattern) == 0;
		if (!sink->template_per_topic)
			cw_templates_need(sink, cw_slice(NULL, 0));
	}
	cw_lifecycle_need_alias(sink);
	return 0;
}

static int prepare(struct cw_sink *sink, struct cw_error *err)
{
	prepare_delivery(sink);
	return prepare_lines(sink, err) == 0 && prepare_target(sink, err) == 0 ? prepare_store(sink, err) : -1;
}

struct cw_sink *cw_sink_new(const struct cw_context *ctx, const struct cw_es_config *config, struct cw_error *err)
{
	struct cw_sink *sink = cw_text_alloc(sizeof(*sink));

	sink->ctx = ctx;
	sink->config = config;
	make_metrics(sink);
	if (prepare(sink, err) == 0)
		return sink;
	cw_sink_free(sink);
	return NULL;
}

/* What is needed for connections; none is opened yet. */
static int connect_store(struct cw_sink *sink, struct cw_error *err)
{
	if (cw_es_config_signs(sink->config)) {
		sink->keys = cw_aws_keys_new(sink->ctx, sink->config, err);
		if (!sink->keys)
			return -1;
	}
	sink->http = cw_http_new(sink->config, sink->keys, now_of, sink, err);
	return sink->http ? 0 : -1;
}

static enum cw_result sink_task_start(const struct cw_context *ctx, const void *config, void **task,
				      struct cw_error *err)
{
	struct cw_sink *sink = cw_sink_new(ctx, config, err);

	if (!sink)
		return CW_FAIL;
	if (connect_store(sink, err) != 0) {
		cw_sink_free(sink);
		return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
	}
	if (!sink->config->version_header || !*sink->config->version_header)
		ctx->host->without_headers(ctx);
	cw_delivery_send(sink, false, false); /* the template is on its way while the first records are fetched */
	*task = sink;
	return CW_OK;
}

static void sink_task_stop(void *task)
{
	cw_sink_free(task);
}

const struct cw_connector_ops cw_es_ops = {
	.size = sizeof(cw_es_ops),
	.flags = CW_SINK_ASYNC,
	.validate = cw_es_config_validate,
	.start = sink_start,
	.stop = sink_stop,
	.task_start = sink_task_start,
	.put = sink_put,
	.flush = sink_flush,
	.wait = sink_wait,
	.task_stop = sink_task_stop,
	.render = cw_es_render,
};
