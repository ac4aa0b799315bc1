/*
 * Requests. A bulk goes open → ready → flying, and from there to the spare ones, or over delayed to ready
 * again with the documents that have no answer yet (outcome.c).
 */
#include "sink.h"

#include <stdlib.h>

#define SPARE_MAX 4 /* more than the window */

/* Most bytes of an answer: what a store may say of each document that it refuses, and a bound for what is no answer. */
#define ANSWER_OF_DOCUMENT 4096u
#define ANSWER_MAX (256u << 20)

/*
 * Only what is needed is asked for: an answer with all of its items is as large as the request. The names are encoded as
 * a signature has them, which curl does not do for us.
 */
#define ITEM "%2Citems.%2A."
#define FILTER "took%2Cerrors" ITEM "status" ITEM "error.type" ITEM "error.reason" ITEM "error.caused_by.reason"

/* ---- bulks -------------------------------------------------------------------------------------- */

struct cw_bulk *cw_delivery_new_bulk(struct cw_sink *sink)
{
	struct cw_bulk *bulk = cw_bulk_pop(&sink->spare);

	if (!bulk)
		bulk = cw_text_alloc(sizeof(*bulk));
	if (!bulk->body.cap) /* not by doubling: what that leaves behind is memory too */
		cw_text_reserve(&bulk->body, sink->usual_body);
	return bulk;
}

void cw_delivery_recycle(struct cw_sink *sink, struct cw_bulk *bulk)
{
	int64_t limit = sink->config->bulk_bytes, most = sink->config->max_buffered_bytes;

	if (sink->spare.n >= sink->pressure.window_max + SPARE_MAX) {
		cw_bulk_free(bulk);
		return;
	}
	cw_bulk_reset(bulk, limit > 0 && limit < most ? 2 * (size_t)limit : (size_t)most);
	cw_bulk_push_front(&sink->spare, bulk);
}

void cw_delivery_seal(struct cw_sink *sink)
{
	if (!sink->open)
		return;
	if (sink->open->body.n > sink->usual_body)
		sink->usual_body = sink->open->body.n + sink->open->body.n / 16;
	sink->open->order = sink->sealed;
	sink->sealed += sink->open->n;
	cw_turns_note(sink, sink->open);
	cw_bulk_push(&sink->ready, sink->open);
	sink->open = NULL;
	sink->open_slot = NULL;
}

struct cw_taken *cw_delivery_take(struct cw_sink *sink, struct cw_batch *batch)
{
	struct cw_taken *taken = sink->spare_taken;

	if (taken) {
		sink->spare_taken = taken->next;
	} else {
		taken = cw_text_alloc(sizeof(*taken));
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

static size_t answer_max(const struct cw_bulk *bulk)
{
	size_t room = (ANSWER_MAX - CW_HTTP_ANSWER_MAX) / ANSWER_OF_DOCUMENT;

	return CW_HTTP_ANSWER_MAX + (bulk->n < room ? bulk->n : room) * ANSWER_OF_DOCUMENT;
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
	bulk->call->answer_max = answer_max(bulk);
	bulk->sent_ns = now;
	cw_bulk_push(&sink->flying, bulk);
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
		cw_bulk_remove(&sink->delayed, bulk);
		cw_bulk_push_front(&sink->ready, bulk);
	}
}

static bool linger_over(const struct cw_sink *sink, int64_t now)
{
	return now - sink->open->first_ns >= sink->config->linger_ms * CW_SINK_NS_PER_MS;
}

/*
 * What may be sent now, or NULL. One that waits for its next attempt keeps its place, so that new ones do not press on
 * meanwhile.
 */
static struct cw_bulk *next_bulk(const struct cw_sink *sink, unsigned room)
{
	struct cw_bulk *bulk = sink->flying.n < room ? sink->ready.first : NULL;

	while (bulk && !cw_turns_come(sink, bulk))
		bulk = bulk->next;
	if (bulk && !bulk->pushbacks && !bulk->failures && sink->flying.n + sink->delayed.n >= sink->pressure.window)
		return NULL;
	return bulk;
}

void cw_delivery_send(struct cw_sink *sink, bool idle, bool force)
{
	int64_t now = cw_sink_now(sink);
	struct cw_bulk *bulk;
	size_t out;

	if (sink->failure.code || !cw_pressure_room(&sink->pressure, now))
		return;
	cw_sniff_step(sink, now);
	if (!cw_setup_ready(sink, now))
		return;
	wake_delayed(sink, now);
	out = sink->ready.n + sink->delayed.n + sink->flying.n;
	if (sink->open && sink->open->n &&
	    (force || (idle && out == 0) || (out < sink->pressure.window && linger_over(sink, now))))
		cw_delivery_seal(sink);
	while ((bulk = next_bulk(sink, cw_pressure_room(&sink->pressure, now))) != NULL) {
		cw_bulk_remove(&sink->ready, bulk);
		send_bulk(sink, bulk, now);
	}
	cw_sink_gauge(sink, sink->metrics.in_flight, (int64_t)sink->flying.n);
}

/* The same for what the pressure lets through. */
static int64_t due_ns(const struct cw_sink *sink)
{
	size_t out = sink->ready.n + sink->delayed.n + sink->flying.n;
	unsigned room = cw_pressure_room(&sink->pressure, INT64_MAX);
	int64_t due = sink->config->sniff && !sink->sniffing ? sink->sniff_due_ns : INT64_MAX;

	if (cw_setup_pending(sink)) /* nothing else is sent before it */
		return sink->setup_now ? due : INT64_MIN;
	for (const struct cw_bulk *bulk = sink->delayed.first; bulk; bulk = bulk->next)
		if (bulk->due_ns < due && sink->flying.n < room)
			due = bulk->due_ns;
	if (sink->open && sink->open->n && out < sink->pressure.window) {
		int64_t linger = sink->open->first_ns + sink->config->linger_ms * CW_SINK_NS_PER_MS;

		if (linger < due)
			due = linger;
	}
	if (next_bulk(sink, room))
		due = INT64_MIN;
	return due;
}

int64_t cw_delivery_due_ns(const struct cw_sink *sink)
{
	int64_t due = due_ns(sink);

	return due > sink->pressure.resume_ns ? due : sink->pressure.resume_ns;
}

/* A spare one. */
static void keep_call(struct cw_sink *sink, struct cw_http_call *call)
{
	if (sink->n_calls == sink->cap_calls) {
		sink->cap_calls = sink->cap_calls ? sink->cap_calls * 2 : 8;
		sink->calls = cw_text_realloc(sink->calls, sink->cap_calls * sizeof(struct cw_http_call *));
	}
	sink->calls[sink->n_calls++] = call;
}

static void handle_call(struct cw_sink *sink, struct cw_http_call *call)
{
	if (call == sink->setup_call) {
		cw_setup_done(sink, call);
	} else if (call == sink->sniff_call) {
		cw_sniff_done(sink, call);
	} else {
		cw_outcome_of_bulk(sink, call);
		keep_call(sink, call);
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
		handle_call(sink, call);
		cw_http_call_clear(call);
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

	while ((bulk = cw_bulk_pop(list)) != NULL) {
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
	cw_http_call_free(sink->sniff_call);
}
