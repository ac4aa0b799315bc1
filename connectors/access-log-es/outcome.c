/*
 * Answers. Each document of a bulk is settled, refused, or stays in the bulk, which is then sent again; a
 * call that brought no answer is made again, for ever or max.retries times, or fails the task.
 */
#include "sink.h"

#include "answer.h"

#define DOWN_LOG_NS INT64_C(10000000000)
#define REFUSED_LOG_MAX 20

/* ---- the state of the store, for people --------------------------------------------------------- */

void cw_outcome_note_down(struct cw_sink *sink, const char *why)
{
	int64_t now = cw_sink_now(sink);

	if (sink->down_logged_ns && now - sink->down_logged_ns < DOWN_LOG_NS)
		return; /* nor when it comes and goes */
	if (!sink->down_since_ns)
		sink->down_since_ns = now;
	sink->down_logged_ns = now;
	cw_log(sink->ctx, CW_LOG_WARN, "the store takes no documents: %s; it is tried again for as long as that lasts "
				       "(%lld s so far, %zu documents wait)",
	       why, (long long)((now - sink->down_since_ns) / 1000000000), sink->docs);
}

void cw_outcome_note_up(struct cw_sink *sink)
{
	if (!sink->down_since_ns)
		return;
	cw_log(sink->ctx, CW_LOG_INFO, "the store takes documents again, after %lld s",
	       (long long)((cw_sink_now(sink) - sink->down_since_ns) / 1000000000));
	sink->down_since_ns = 0;
}

void cw_outcome_describe(const struct cw_http_call *call, char *out, size_t size)
{
	struct cw_item error;
	char type[100], reason[300];

	if (call->outcome != CW_HTTP_ANSWERED) {
		snprintf(out, size, "%s: %s", call->url, call->why);
		return;
	}
	cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
	cw_answer_text(error.type, type, sizeof(type));
	cw_answer_text(error.reason, reason, sizeof(reason));
	snprintf(out, size, "%s answered with status %u%s%s%s%s", call->url, call->status, *type ? ", " : "", type,
		 *reason ? ": " : "", reason);
}

const char *cw_outcome_advice(const struct cw_http_call *call)
{
	if (call->outcome == CW_HTTP_MISCONFIGURED)
		return ": check connection.url and the settings under elastic.https.ssl";
	if (call->status == 401 || call->status == 403)
		return ": check connection.username and connection.password, or api.key, and what they may do";
	return ": check connection.url, and what stands before the store";
}

int64_t cw_outcome_backoff_ns(const struct cw_sink *sink, unsigned attempt, int64_t retry_after_ms)
{
	int64_t ms = sink->ctx->host->backoff_ms(sink->ctx, attempt, sink->config->retry_backoff_ms,
						 CW_SINK_BACKOFF_MAX_MS);

	return (ms > retry_after_ms ? ms : retry_after_ms) * CW_SINK_NS_PER_MS;
}

/* ---- what becomes of a bulk --------------------------------------------------------------------- */

static void delay(struct cw_sink *sink, struct cw_bulk *bulk, int64_t wait_ns)
{
	bulk->due_ns = cw_sink_now(sink) + wait_ns;
	cw_bulk_push(&sink->delayed, bulk);
	cw_sink_count(sink, sink->metrics.retries, 1);
	cw_sink_count(sink, sink->metrics.retried, (int64_t)bulk->n);
}

/* The store has too much to do or does not answer: again, for as long as it takes, and less at once. */
static void pushed_back(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call)
{
	int64_t now = cw_sink_now(sink), wait_ns = 0;

	bulk->pushbacks++;
	if (call->outcome != CW_HTTP_UNREACHABLE || !cw_http_has_other(sink->http)) {
		cw_pressure_pushback(&sink->pressure, bulk->sent_ns, now);
		cw_sink_gauge(sink, sink->metrics.window, sink->pressure.window);
		wait_ns = cw_outcome_backoff_ns(sink, bulk->pushbacks, call->retry_after_ms);
	}
	if (call->retry_after_ms && now + call->retry_after_ms * CW_SINK_NS_PER_MS > sink->pause_until_ns)
		sink->pause_until_ns = now + call->retry_after_ms * CW_SINK_NS_PER_MS;
	delay(sink, bulk, wait_ns);
}

/* Something went wrong in the store: again, max.retries times. */
static void went_wrong(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call, const char *why)
{
	if (bulk->failures >= (unsigned)sink->config->max_retries) {
		cw_bulk_push(&sink->delayed, bulk); /* it has to be somewhere until the task is stopped */
		cw_sink_fail(sink, "a bulk request failed, after %u retries: %s", bulk->failures, why);
		return;
	}
	bulk->failures++;
	cw_log(sink->ctx, CW_LOG_WARN, "a bulk request failed (attempt %u): %s", bulk->failures, why);
	delay(sink, bulk, cw_outcome_backoff_ns(sink, bulk->failures, call->retry_after_ms));
}

static void refuse(struct cw_sink *sink, const struct cw_doc *doc, const char *reason)
{
	cw_sink_count(sink, sink->metrics.refused, 1);
	if (!sink->ignore_malformed && !sink->warn_malformed) {
		sink->ctx->host->reject(sink->ctx, doc->taken->batch, doc->record, reason, &sink->failure);
		return;
	}
	cw_sink_count(sink, sink->metrics.dropped, 1);
	if (sink->warn_malformed && sink->refused_logged++ < REFUSED_LOG_MAX) {
		const struct cw_record *r = cw_batch_record(doc->taken->batch, doc->record);

		cw_log(sink->ctx, CW_LOG_WARN, "record %.*s-%d@%lld was left out: %s", (int)r->topic.n, r->topic.p,
		       (int)r->partition, (long long)r->offset, reason);
	}
}

static void refuse_item(struct cw_sink *sink, const struct cw_bulk *bulk, const struct cw_doc *doc,
			const struct cw_item *item)
{
	char type[100], why[300], cause[200], reason[1000];

	cw_answer_text(item->type, type, sizeof(type));
	cw_answer_text(item->reason, why, sizeof(why));
	cw_answer_text(item->cause, cause, sizeof(cause));
	snprintf(reason, sizeof(reason), "the store refused the document for index %s with status %u, %s: %s%s%s",
		 bulk->index, item->status, type, why, *cause ? "; " : "", cause);
	refuse(sink, doc, reason);
}

/* All documents of a bulk have their answer. */
static void settle_all(struct cw_sink *sink, struct cw_bulk *bulk)
{
	size_t i = 0;

	sink->docs -= bulk->n;
	sink->bytes -= bulk->body.n;
	while (i < bulk->n) {
		struct cw_taken *taken = bulk->docs[i].taken;
		size_t run = i;

		while (i < bulk->n && bulk->docs[i].taken == taken)
			i++;
		cw_delivery_answered(sink, taken, i - run);
	}
	bulk->n = 0;
}

static void all_written(struct cw_sink *sink, struct cw_bulk *bulk)
{
	cw_sink_count(sink, sink->metrics.documents, (int64_t)bulk->n);
	settle_all(sink, bulk);
	cw_pressure_calm(&sink->pressure);
	cw_delivery_recycle(sink, bulk);
}

static void note_present(struct cw_sink *sink, const struct cw_bulk *bulk, size_t present)
{
	cw_sink_count(sink, sink->metrics.present, (int64_t)present);
	if (present < bulk->n || sink->present_logged)
		return;
	sink->present_logged = true;
	cw_log(sink->ctx, CW_LOG_WARN, "all %zu documents of a request were in index %s already: a replay of records; "
				       "if the topic was created anew, its offsets began again, and the index still "
				       "holds the old ones",
	       present, bulk->index);
}

/* What became of the documents of one request, item by item. */
struct tally {
	size_t written, present, pushed, wrong;
};

/* One item: whether its document stays in the bulk. */
static bool handle_item(struct cw_sink *sink, struct cw_bulk *bulk, size_t i, struct tally *tally)
{
	const struct cw_item *item = &sink->items[i];
	enum cw_verdict verdict = cw_answer_item_verdict(item, sink->create || sink->named);
	char type[100], why[400];

	if (verdict == CW_VERDICT_AGAIN && bulk->failures >= (unsigned)sink->config->max_retries)
		verdict = CW_VERDICT_REJECT;
	switch (verdict) {
	case CW_VERDICT_OK: tally->written++; return false;
	case CW_VERDICT_PRESENT: tally->present++; return false;
	case CW_VERDICT_PUSHBACK: tally->pushed++; return true;
	case CW_VERDICT_AGAIN: tally->wrong++; return true;
	case CW_VERDICT_REJECT: refuse_item(sink, bulk, &bulk->docs[i], item); return false;
	default:
		cw_answer_text(item->type, type, sizeof(type));
		cw_answer_text(item->reason, why, sizeof(why));
		cw_sink_fail(sink, "the store does not let documents into index %s: status %u, %s: %s; give the "
				   "connector the right to write there, and to create the index where it does not "
				   "exist",
			     bulk->index, item->status, type, why);
		return true;
	}
}

/* The first pushed-back or failed item, for the log. */
static void describe_kept(const struct cw_sink *sink, const struct cw_bulk *bulk, size_t n, char *out, size_t size)
{
	char type[100], why[300];
	size_t i = 0;

	while (i + 1 < n && !sink->keep[i])
		i++;
	cw_answer_text(sink->items[i].type, type, sizeof(type));
	cw_answer_text(sink->items[i].reason, why, sizeof(why));
	snprintf(out, size, "%zu of %zu documents were not taken, the first with status %u, %s: %s", bulk->n, n,
		 sink->items[i].status, type, why);
}

static void handle_items(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call)
{
	struct tally tally = { 0 };
	size_t n = bulk->n, bytes = bulk->body.n;
	char why[500];

	for (size_t i = 0; i < n; i++) {
		sink->keep[i] = handle_item(sink, bulk, i, &tally);
		if (sink->failure.code) {
			cw_bulk_push(&sink->delayed, bulk); /* it has to be somewhere until the task is stopped */
			return;
		}
	}
	cw_sink_count(sink, sink->metrics.documents, (int64_t)tally.written);
	note_present(sink, bulk, tally.present);
	for (size_t i = 0; i < n; i++)
		if (!sink->keep[i])
			cw_delivery_answered(sink, bulk->docs[i].taken, 1);
	cw_bulk_retain(bulk, sink->keep);
	sink->docs -= n - bulk->n;
	sink->bytes -= bytes - bulk->body.n;
	if (bulk->n == 0) {
		cw_pressure_calm(&sink->pressure);
		cw_delivery_recycle(sink, bulk);
		return;
	}
	describe_kept(sink, bulk, n, why, sizeof(why));
	if (tally.wrong)
		went_wrong(sink, bulk, call, why);
	else
		pushed_back(sink, bulk, call);
	if (tally.written + tally.present == 0)
		cw_outcome_note_down(sink, why);
}

static void handle_answer(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call)
{
	int64_t took;
	enum cw_answer_kind kind;
	char why[300];

	if (sink->cap_items < bulk->n) {
		sink->cap_items = bulk->n;
		sink->items = cw_text_realloc(sink->items, sink->cap_items * sizeof(*sink->items));
		sink->keep = cw_text_realloc(sink->keep, sink->cap_items * sizeof(*sink->keep));
	}
	kind = cw_answer_read(cw_slice(call->answer.p, call->answer.n), bulk->n, sink->items, &took);
	if (took > 0)
		cw_sink_count(sink, sink->metrics.took_ms, took);
	if (kind == CW_ANSWER_BROKEN) {
		snprintf(why, sizeof(why), "%s gave %zu bytes that are no answer for %zu documents", call->url,
			 call->answer.n, bulk->n);
		went_wrong(sink, bulk, call, why);
		return;
	}
	cw_outcome_note_up(sink);
	if (kind == CW_ANSWER_CLEAN)
		all_written(sink, bulk);
	else
		handle_items(sink, bulk, call);
}

/* 413: its halves; a single document is refused. */
static void split(struct cw_sink *sink, struct cw_bulk *bulk, const char *why)
{
	struct cw_bulk *half;
	char reason[800];

	if (bulk->n == 1) {
		snprintf(reason, sizeof(reason), "the document of %zu bytes is too large for the store: %s",
			 bulk->body.n, why);
		refuse(sink, &bulk->docs[0], reason);
		if (sink->failure.code) {
			cw_bulk_push(&sink->delayed, bulk);
			return;
		}
		settle_all(sink, bulk);
		cw_delivery_recycle(sink, bulk);
		return;
	}
	half = cw_delivery_new_bulk(sink);
	memcpy(half->index, bulk->index, bulk->index_n + 1);
	half->index_n = bulk->index_n;
	half->failures = bulk->failures;
	half->pushbacks = bulk->pushbacks;
	cw_bulk_move_tail(bulk, bulk->n / 2, half);
	cw_log(sink->ctx, CW_LOG_WARN, "a request was too large (%s); it is sent in two parts, of %zu and %zu bytes; "
				       "consider a smaller bulk.size.bytes", why, bulk->body.n, half->body.n);
	cw_sink_count(sink, sink->metrics.retries, 1);
	cw_bulk_push_front(&sink->ready, half);
	cw_bulk_push_front(&sink->ready, bulk);
}

void cw_outcome_of_bulk(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_bulk *bulk = call->owner;
	enum cw_verdict verdict = CW_VERDICT_PUSHBACK;
	struct cw_item error;
	char why[600];

	cw_bulk_remove(&sink->flying, bulk);
	bulk->call = NULL;
	cw_sink_count(sink, sink->metrics.time_ms, (cw_sink_now(sink) - bulk->sent_ns) / CW_SINK_NS_PER_MS);
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 200) {
		handle_answer(sink, bulk, call);
		return;
	}
	cw_outcome_describe(call, why, sizeof(why));
	if (call->outcome == CW_HTTP_MISCONFIGURED) {
		verdict = CW_VERDICT_FAIL;
	} else if (call->outcome == CW_HTTP_ANSWERED) {
		cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
		verdict = cw_answer_status_verdict(call->status, error.type);
	}
	switch (verdict) {
	case CW_VERDICT_PUSHBACK:
		cw_outcome_note_down(sink, why);
		pushed_back(sink, bulk, call);
		break;
	case CW_VERDICT_SPLIT: split(sink, bulk, why); break;
	case CW_VERDICT_FAIL:
		cw_bulk_push(&sink->delayed, bulk);
		cw_sink_fail(sink, "%s; this does not pass by itself%s", why, cw_outcome_advice(call));
		break;
	default: went_wrong(sink, bulk, call, why);
	}
}
