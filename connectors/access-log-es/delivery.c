/*
 * Requests and their answers. A bulk goes open → ready → flying, and from there to the spare ones, or
 * over delayed to ready again with the documents that have no answer yet.
 */
#include "sink.h"

#include <stdlib.h>

#include "answer.h"

#define DOWN_LOG_NS INT64_C(10000000000)
#define SPARE_MAX 4 /* more than the window */
#define REFUSED_LOG_MAX 20

/* Only what is needed is asked for: an answer with all of its items is as large as the request. */
#define FILTER "took,errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"

/* ---- lists -------------------------------------------------------------------------------------- */

static void push(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	bulk->next = NULL;
	if (list->last)
		list->last->next = bulk;
	else
		list->first = bulk;
	list->last = bulk;
	list->n++;
}

static void push_front(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	bulk->next = list->first;
	list->first = bulk;
	if (!list->last)
		list->last = bulk;
	list->n++;
}

static void remove_bulk(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	struct cw_bulk **at = &list->first, *before = NULL;

	while (*at != bulk) {
		before = *at;
		at = &before->next;
	}
	*at = bulk->next;
	if (list->last == bulk)
		list->last = before;
	list->n--;
}

static struct cw_bulk *pop(struct cw_bulk_list *list)
{
	struct cw_bulk *bulk = list->first;

	if (bulk)
		remove_bulk(list, bulk);
	return bulk;
}

/* ---- bulks -------------------------------------------------------------------------------------- */

struct cw_bulk *cw_delivery_new_bulk(struct cw_sink *sink)
{
	struct cw_bulk *bulk = pop(&sink->spare);

	if (!bulk)
		bulk = cw_es_alloc(sizeof(*bulk));
	if (!bulk->body.cap) /* not by doubling: what that leaves behind is memory too */
		cw_text_reserve(&bulk->body, sink->usual_body);
	return bulk;
}

/* A bulk without documents. The one used last is used next: its memory is still in the cache. */
static void recycle(struct cw_sink *sink, struct cw_bulk *bulk)
{
	int64_t limit = sink->config->bulk_bytes;

	if (sink->spare.n >= sink->pressure.window_max + SPARE_MAX) {
		cw_bulk_free(bulk);
		return;
	}
	cw_bulk_reset(bulk, limit > 0 && limit < CW_SINK_BYTES_MAX ? 2 * (size_t)limit : CW_SINK_BYTES_MAX);
	push_front(&sink->spare, bulk);
}

void cw_delivery_seal(struct cw_sink *sink)
{
	if (!sink->open)
		return;
	if (sink->open->body.n > sink->usual_body)
		sink->usual_body = sink->open->body.n + sink->open->body.n / 16;
	push(&sink->ready, sink->open);
	sink->open = NULL;
	sink->open_slot = NULL;
}

struct cw_taken *cw_delivery_take(struct cw_sink *sink, struct cw_batch *batch)
{
	struct cw_taken *taken = sink->spare_taken;

	if (taken) {
		sink->spare_taken = taken->next;
	} else {
		taken = cw_es_alloc(sizeof(*taken));
		taken->next_made = sink->all_taken;
		sink->all_taken = taken;
	}
	taken->batch = batch;
	taken->left = batch->n;
	return taken;
}

void cw_delivery_answered(struct cw_sink *sink, struct cw_taken *taken, size_t n)
{
	struct cw_batch *batch = taken->batch;

	taken->left -= n;
	if (taken->left)
		return;
	taken->batch = NULL;
	taken->next = sink->spare_taken;
	sink->spare_taken = taken;
	sink->progress = true;
	sink->ctx->host->complete(sink->ctx, batch);
}

/* ---- the state of the store, for people --------------------------------------------------------- */

void cw_delivery_note_down(struct cw_sink *sink, const char *why)
{
	int64_t now = cw_sink_now(sink);

	if (sink->down_logged_ns && now - sink->down_logged_ns < DOWN_LOG_NS)
		return; /* nor when it comes and goes */
	if (!sink->down_since_ns)
		sink->down_since_ns = now;
	sink->down_logged_ns = now;
	cw_log(sink->ctx, CW_LOG_WARN, "the store takes no documents: %s; it is tried again for as long as that lasts (%lld s "
	       "so far, %zu documents wait)", why, (long long)((now - sink->down_since_ns) / 1000000000), sink->docs);
}

void cw_delivery_note_up(struct cw_sink *sink)
{
	if (!sink->down_since_ns)
		return;
	cw_log(sink->ctx, CW_LOG_INFO, "the store takes documents again, after %lld s",
	       (long long)((cw_sink_now(sink) - sink->down_since_ns) / 1000000000));
	sink->down_since_ns = 0;
}

void cw_delivery_describe(const struct cw_http_call *call, char *out, size_t size)
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

int64_t cw_delivery_backoff_ns(const struct cw_sink *sink, unsigned attempt, int64_t retry_after_ms)
{
	int64_t ms = sink->ctx->host->backoff_ms(sink->ctx, attempt, sink->config->retry_backoff_ms, CW_SINK_BACKOFF_MAX_MS);

	return (ms > retry_after_ms ? ms : retry_after_ms) * CW_SINK_NS_PER_MS;
}

/* ---- sending ------------------------------------------------------------------------------------ */

static void set_path(struct cw_sink *sink, const struct cw_bulk *bulk)
{
	sink->path.n = 0;
	cw_text_append(&sink->path, "/", 1);
	cw_http_escape(&sink->path, bulk->index, bulk->index_n);
	cw_text_puts(&sink->path, "/_bulk?filter_path=" FILTER);
	if (sink->config->pipeline) {
		cw_text_puts(&sink->path, "&pipeline=");
		cw_http_escape(&sink->path, sink->config->pipeline, strlen(sink->config->pipeline));
	}
	cw_text_append(&sink->path, "", 1);
}

static void send_bulk(struct cw_sink *sink, struct cw_bulk *bulk, int64_t now)
{
	struct cw_slice body = cw_slice(bulk->body.p, bulk->body.n);

	if (sink->config->compression) {
		cw_bulk_pack(bulk);
		body = cw_slice(bulk->packed.p, bulk->packed.n);
	}
	bulk->call = sink->n_calls ? sink->calls[--sink->n_calls] : cw_http_call_new(sink->http);
	bulk->call->owner = bulk;
	bulk->sent_ns = now;
	push(&sink->flying, bulk);
	set_path(sink, bulk);
	cw_sink_count(sink, sink->metrics.requests, 1);
	cw_sink_count(sink, sink->metrics.bytes, (int64_t)body.n);
	cw_http_send(bulk->call, "POST", sink->path.p, body, sink->config->compression);
}

/* Back from `delayed` what is due; it goes before what was never sent. */
static void wake_delayed(struct cw_sink *sink, int64_t now)
{
	struct cw_bulk *bulk = sink->delayed.first, *next;

	for (; bulk; bulk = next) {
		next = bulk->next;
		if (bulk->due_ns > now)
			continue;
		remove_bulk(&sink->delayed, bulk);
		push_front(&sink->ready, bulk);
	}
}

static bool linger_over(const struct cw_sink *sink, int64_t now)
{
	return now - sink->open->first_ns >= sink->config->linger_ms * CW_SINK_NS_PER_MS;
}

void cw_delivery_send(struct cw_sink *sink, bool idle, bool force)
{
	int64_t now = cw_sink_now(sink);
	size_t out;

	if (sink->failure.code || !cw_templates_ready(sink, now) || now < sink->pause_until_ns)
		return;
	wake_delayed(sink, now);
	out = sink->ready.n + sink->delayed.n + sink->flying.n;
	if (sink->open && sink->open->n &&
	    (force || (idle && out == 0) || (out < sink->pressure.window && linger_over(sink, now))))
		cw_delivery_seal(sink);
	/* one that waits for its next attempt keeps its place, so that new ones do not press on meanwhile */
	while (sink->ready.n && sink->flying.n < sink->pressure.window &&
	       (sink->ready.first->pushbacks || sink->ready.first->failures ||
		sink->flying.n + sink->delayed.n < sink->pressure.window))
		send_bulk(sink, pop(&sink->ready), now);
	cw_sink_gauge(sink, sink->metrics.in_flight, (int64_t)sink->flying.n);
}

int64_t cw_delivery_due_ns(const struct cw_sink *sink)
{
	size_t out = sink->ready.n + sink->delayed.n + sink->flying.n;
	int64_t due;

	if (cw_templates_pending(sink, &due))
		return due; /* nothing else is sent before it */
	for (const struct cw_bulk *bulk = sink->delayed.first; bulk; bulk = bulk->next)
		if (bulk->due_ns < due)
			due = bulk->due_ns;
	if (sink->open && sink->open->n && out < sink->pressure.window) {
		int64_t linger = sink->open->first_ns + sink->config->linger_ms * CW_SINK_NS_PER_MS;

		if (linger < due)
			due = linger;
	}
	if (sink->ready.n && sink->flying.n < sink->pressure.window && sink->pause_until_ns < due &&
	    sink->flying.n + sink->delayed.n < sink->pressure.window)
		due = sink->pause_until_ns;
	return due > sink->pause_until_ns ? due : sink->pause_until_ns;
}

/* ---- answers ------------------------------------------------------------------------------------ */

static void delay(struct cw_sink *sink, struct cw_bulk *bulk, int64_t wait_ns)
{
	bulk->due_ns = cw_sink_now(sink) + wait_ns;
	push(&sink->delayed, bulk);
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
		wait_ns = cw_delivery_backoff_ns(sink, bulk->pushbacks, call->retry_after_ms);
	}
	if (call->retry_after_ms && now + call->retry_after_ms * CW_SINK_NS_PER_MS > sink->pause_until_ns)
		sink->pause_until_ns = now + call->retry_after_ms * CW_SINK_NS_PER_MS;
	delay(sink, bulk, wait_ns);
}

/* Something went wrong in the store: again, max.retries times. */
static void went_wrong(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call, const char *why)
{
	if (bulk->failures >= (unsigned)sink->config->max_retries) {
		push(&sink->delayed, bulk); /* it has to be somewhere until the task is stopped */
		cw_sink_fail(sink, "a bulk request failed, after %u retries: %s", bulk->failures, why);
		return;
	}
	bulk->failures++;
	cw_log(sink->ctx, CW_LOG_WARN, "a bulk request failed (attempt %u): %s", bulk->failures, why);
	delay(sink, bulk, cw_delivery_backoff_ns(sink, bulk->failures, call->retry_after_ms));
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
	snprintf(reason, sizeof(reason), "the store refused the document for index %s with status %u, %s: %s%s%s", bulk->index,
		 item->status, type, why, *cause ? "; " : "", cause);
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
	recycle(sink, bulk);
}

static void note_present(struct cw_sink *sink, const struct cw_bulk *bulk, size_t present)
{
	cw_sink_count(sink, sink->metrics.present, (int64_t)present);
	if (present < bulk->n || sink->present_logged)
		return;
	sink->present_logged = true;
	cw_log(sink->ctx, CW_LOG_WARN, "all %zu documents of a request were in index %s already: a replay of records; if the topic "
	       "was created anew, its offsets began again, and the index still holds the old ones", present, bulk->index);
}

/* What became of the documents of one request, item by item. */
struct tally {
	size_t written, present, pushed, wrong;
};

/* One item: whether its document stays in the bulk. */
static bool handle_item(struct cw_sink *sink, struct cw_bulk *bulk, size_t i, struct tally *tally)
{
	const struct cw_item *item = &sink->items[i];
	enum cw_verdict verdict = cw_answer_item_verdict(item, sink->create);
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
		cw_sink_fail(sink, "the store does not let documents into index %s: status %u, %s: %s; give the connector the right "
			     "to write there, and to create the index where it does not exist", bulk->index, item->status, type, why);
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
			push(&sink->delayed, bulk); /* it has to be somewhere until the task is stopped */
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
		recycle(sink, bulk);
		return;
	}
	describe_kept(sink, bulk, n, why, sizeof(why));
	if (tally.wrong)
		went_wrong(sink, bulk, call, why);
	else
		pushed_back(sink, bulk, call);
	if (tally.written + tally.present == 0)
		cw_delivery_note_down(sink, why);
}

static void handle_answer(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call)
{
	int64_t took;
	enum cw_answer_kind kind;
	char why[300];

	if (sink->cap_items < bulk->n) {
		sink->cap_items = bulk->n;
		sink->items = cw_es_realloc(sink->items, sink->cap_items * sizeof(*sink->items));
		sink->keep = cw_es_realloc(sink->keep, sink->cap_items * sizeof(*sink->keep));
	}
	kind = cw_answer_read(cw_slice(call->answer.p, call->answer.n), bulk->n, sink->items, &took);
	if (took > 0)
		cw_sink_count(sink, sink->metrics.took_ms, took);
	if (kind == CW_ANSWER_BROKEN) {
		snprintf(why, sizeof(why), "%s gave %zu bytes that are no answer for %zu documents", call->url, call->answer.n,
			 bulk->n);
		went_wrong(sink, bulk, call, why);
		return;
	}
	cw_delivery_note_up(sink);
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
		snprintf(reason, sizeof(reason), "the document of %zu bytes is too large for the store: %s", bulk->body.n, why);
		refuse(sink, &bulk->docs[0], reason);
		if (sink->failure.code) {
			push(&sink->delayed, bulk);
			return;
		}
		settle_all(sink, bulk);
		recycle(sink, bulk);
		return;
	}
	half = cw_delivery_new_bulk(sink);
	memcpy(half->index, bulk->index, bulk->index_n + 1);
	half->index_n = bulk->index_n;
	half->failures = bulk->failures;
	half->pushbacks = bulk->pushbacks;
	cw_bulk_move_tail(bulk, bulk->n / 2, half);
	cw_log(sink->ctx, CW_LOG_WARN, "a request was too large (%s); it is sent in two parts, of %zu and %zu bytes; consider a "
	       "smaller bulk.size.bytes", why, bulk->body.n, half->body.n);
	cw_sink_count(sink, sink->metrics.retries, 1);
	push_front(&sink->ready, half);
	push_front(&sink->ready, bulk);
}

static void bulk_done(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_bulk *bulk = call->owner;
	enum cw_verdict verdict = CW_VERDICT_PUSHBACK;
	struct cw_item error;
	char why[600];

	remove_bulk(&sink->flying, bulk);
	bulk->call = NULL;
	cw_sink_count(sink, sink->metrics.time_ms, (cw_sink_now(sink) - bulk->sent_ns) / CW_SINK_NS_PER_MS);
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 200) {
		handle_answer(sink, bulk, call);
		return;
	}
	cw_delivery_describe(call, why, sizeof(why));
	if (call->outcome == CW_HTTP_MISCONFIGURED) {
		verdict = CW_VERDICT_FAIL;
	} else if (call->outcome == CW_HTTP_ANSWERED) {
		cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
		verdict = cw_answer_status_verdict(call->status, error.type);
	}
	switch (verdict) {
	case CW_VERDICT_PUSHBACK:
		cw_delivery_note_down(sink, why);
		pushed_back(sink, bulk, call);
		break;
	case CW_VERDICT_SPLIT: split(sink, bulk, why); break;
	case CW_VERDICT_FAIL:
		push(&sink->delayed, bulk);
		cw_sink_fail(sink, "%s; this does not pass by itself%s", why,
			     call->status == 401 || call->status == 403
				     ? ": check connection.username and connection.password, or api.key, and what they may do"
				     : "");
		break;
	default: went_wrong(sink, bulk, call, why);
	}
}

bool cw_delivery_drive(struct cw_sink *sink, const int *fds, size_t n, int64_t until_ns)
{
	int64_t now = cw_sink_now(sink);
	struct cw_http_call *call;
	bool readable;

	readable = cw_http_drive(sink->http, fds, n, until_ns > now ? until_ns - now : 0);
	while ((call = cw_http_done(sink->http)) != NULL) {
		sink->progress = true;
		if (call == sink->template_call) {
			cw_templates_done(sink, call);
			continue;
		}
		bulk_done(sink, call);
		if (sink->n_calls == sink->cap_calls) {
			sink->cap_calls = sink->cap_calls ? sink->cap_calls * 2 : 8;
			sink->calls = cw_es_realloc(sink->calls, sink->cap_calls * sizeof(struct cw_http_call *));
		}
		sink->calls[sink->n_calls++] = call;
	}
	cw_sink_gauge(sink, sink->metrics.buffered, (int64_t)sink->docs);
	cw_sink_gauge(sink, sink->metrics.in_flight, (int64_t)sink->flying.n);
	cw_sink_gauge(sink, sink->metrics.window, sink->pressure.window);
	sink->driven_ns = cw_sink_now(sink);
	return readable;
}

static void free_list(struct cw_bulk_list *list)
{
	struct cw_bulk *bulk;

	while ((bulk = pop(list)) != NULL) {
		cw_http_call_free(bulk->call);
		cw_bulk_free(bulk);
	}
}

void cw_delivery_free(struct cw_sink *sink)
{
	struct cw_taken *taken;

	free_list(&sink->ready);
	free_list(&sink->delayed);
	free_list(&sink->flying);
	free_list(&sink->spare);
	cw_bulk_free(sink->open);
	while ((taken = sink->all_taken) != NULL) {
		sink->all_taken = taken->next_made;
		free(taken);
	}
	while (sink->n_calls)
		cw_http_call_free(sink->calls[--sink->n_calls]);
	free(sink->calls);
	free(sink->items);
	free(sink->keep);
	cw_text_free(&sink->path);
}
