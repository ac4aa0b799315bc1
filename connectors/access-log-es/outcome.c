/*
 * Answers. Each document of a bulk is settled, refused, or stays in the bulk, which is then sent again; what becomes
 * of it, and of a request that brought no answer, is a policy for each class of errors.
 */
#include "sink.h"

#include "answer.h"

/* ---- what becomes of a bulk --------------------------------------------------------------------- */

static void count_again(struct cw_sink *sink, const struct cw_bulk *bulk)
{
	cw_sink_count(sink, sink->metrics.retries, 1);
	cw_sink_count(sink, sink->metrics.retried, (int64_t)bulk->n);
}

/* Again, as soon as the store as a whole may be asked. */
static void send_again(struct cw_sink *sink, struct cw_bulk *bulk)
{
	count_again(sink, bulk);
	cw_bulk_push_front(&sink->ready, bulk);
}

/* The same, after the others. */
static void send_last(struct cw_sink *sink, struct cw_bulk *bulk)
{
	count_again(sink, bulk);
	cw_bulk_push(&sink->ready, bulk);
}

/* Again, after a while; meanwhile others go. */
static void send_later(struct cw_sink *sink, struct cw_bulk *bulk)
{
	count_again(sink, bulk);
	bulk->due_ns = cw_sink_now(sink) + cw_outcome_backoff_ns(sink, bulk->pushbacks + bulk->failures);
	cw_bulk_push(&sink->delayed, bulk);
}

static void press_less(struct cw_sink *sink, const struct cw_bulk *bulk)
{
	cw_pressure_pushback(&sink->pressure, bulk->sent_ns, cw_sink_now(sink));
	cw_sink_gauge(sink, sink->metrics.window, sink->pressure.window);
}

/* ---- bulks that are done -------------------------------------------------------------------------- */

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
	cw_outcome_note_up(sink);
	cw_pressure_calm(&sink->pressure);
	cw_delivery_recycle(sink, bulk);
}

/* ---- answers with items --------------------------------------------------------------------------- */

/* What became of the documents of one request, item by item. */
struct tally {
	size_t written, present, pushed, wrong;
	size_t undone; /* were written, and go again behind an earlier one of their key */
};

/* One item: whether its document stays in the bulk. */
static bool handle_item(struct cw_sink *sink, struct cw_bulk *bulk, size_t i, struct tally *tally)
{
	const struct cw_item *item = &sink->items[i];
	enum cw_class class = cw_class_of_item(item, sink->once);
	bool passes = cw_class_passes(class);
	enum cw_policy policy;

	/* One of another status was to be deleted; one that was sent before is there from that. */
	if (class == CW_CLASS_PRESENT && item->status == 409 && bulk->pushbacks + bulk->failures == 0)
		cw_replays_note(&sink->replays, &bulk->docs[i], bulk->index);
	if ((class == CW_CLASS_WRITTEN || class == CW_CLASS_PRESENT) && cw_turns_undone(sink, &bulk->docs[i])) {
		tally->undone++;
		return true;
	}
	if (class == CW_CLASS_WRITTEN || class == CW_CLASS_PRESENT) {
		*(class == CW_CLASS_WRITTEN ? &tally->written : &tally->present) += 1;
		return false;
	}
	policy = cw_policy_of_item(&sink->policies, class, item, passes ? bulk->pushbacks : bulk->failures);
	if (policy == CW_POLICY_RETRY) {
		cw_turns_again(sink, &bulk->docs[i]);
		*(passes ? &tally->pushed : &tally->wrong) += 1;
		return true;
	}
	cw_give_up_item(sink, bulk, i, class, policy);
	return false;
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
	snprintf(out, size, "%zu of %zu documents were not taken, the first with status %u%s%s%s%s", bulk->n, n,
		 sink->items[i].status, *type ? ", " : "", type, *why ? ": " : "", why);
}

/* What stays of a bulk of n documents goes again. */
static void items_again(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call, size_t n,
			const struct tally *tally)
{
	bool first = bulk->pushbacks + bulk->failures == 0, vain = bulk->n == n && !tally->undone;
	char why[500];

	bulk->pushbacks += tally->pushed > 0;
	bulk->failures += tally->wrong > 0;
	if (tally->pushed)
		press_less(sink, bulk);
	/* a small rest of a bulk that is refused once more says little about the store as a whole */
	if (vain && (first || sink->pressure.outages)) {
		describe_kept(sink, bulk, n, why, sizeof(why));
		cw_outcome_outage(sink, call, bulk->sent_ns, why);
		send_again(sink, bulk);
		return;
	}
	cw_outcome_wait(sink, call);
	if (!vain)
		cw_outcome_note_up(sink);
	send_later(sink, bulk);
}

static void handle_items(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call)
{
	struct tally tally = { 0 };
	size_t n = bulk->n, bytes = bulk->body.n;

	cw_turns_begin_answer(sink, bulk);
	for (size_t i = 0; i < n; i++) {
		sink->keep[i] = handle_item(sink, bulk, i, &tally);
		if (sink->failure.code) {
			cw_bulk_push(&sink->delayed, bulk); /* it has to be somewhere until the task is stopped */
			return;
		}
	}
	cw_sink_count(sink, sink->metrics.documents, (int64_t)tally.written);
	cw_sink_count(sink, sink->metrics.present, (int64_t)tally.present);
	if (tally.present)
		cw_replays_tell(sink, false);
	for (size_t i = 0; i < n; i++)
		if (!sink->keep[i])
			cw_delivery_answered(sink, bulk->docs[i].taken, 1);
	cw_bulk_retain(bulk, sink->keep);
	cw_turns_note(sink, bulk);
	sink->docs -= n - bulk->n;
	sink->bytes -= bytes - bulk->body.n;
	if (bulk->n) {
		items_again(sink, bulk, call, n, &tally);
		return;
	}
	cw_outcome_note_up(sink);
	cw_pressure_calm(&sink->pressure);
	cw_delivery_recycle(sink, bulk);
}

/* ---- requests as a whole -------------------------------------------------------------------------- */

/* Again, after a pause in which nothing else is sent either, unless another URL can take it. */
static void request_again(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call,
			  enum cw_class class, const char *why)
{
	bulk->pushbacks++;
	if (cw_class_passes(class) && !(cw_http_is_away(call) && cw_http_has_other(sink->http)))
		press_less(sink, bulk);
	cw_outcome_outage(sink, call, bulk->sent_ns, why);
	send_again(sink, bulk);
}

/* Two of one; the second half is returned. */
static struct cw_bulk *halve(struct cw_sink *sink, struct cw_bulk *bulk)
{
	struct cw_bulk *half = cw_delivery_new_bulk(sink);

	memcpy(half->index, bulk->index, bulk->index_n + 1);
	half->index_n = bulk->index_n;
	half->failures = bulk->failures;
	half->pushbacks = bulk->pushbacks;
	half->failed_ns = bulk->failed_ns;
	half->refused_ns = bulk->refused_ns;
	cw_bulk_move_tail(bulk, bulk->n / 2, half);
	half->order = bulk->order + bulk->n;
	cw_turns_note(sink, bulk);
	cw_turns_note(sink, half);
	return half;
}

/* A policy for all of its documents. */
static void give_up_all(struct cw_sink *sink, struct cw_bulk *bulk, enum cw_class class, enum cw_policy policy,
			const char *reason)
{
	for (size_t i = 0; i < bulk->n && !sink->failure.code; i++)
		cw_give_up(sink, &bulk->docs[i], class, policy, reason);
	if (sink->failure.code) {
		cw_bulk_push(&sink->delayed, bulk);
		return;
	}
	settle_all(sink, bulk);
	cw_delivery_recycle(sink, bulk);
}

/* Both of them anew, after the others. */
static void send_halves(struct cw_sink *sink, struct cw_bulk *bulk)
{
	struct cw_bulk *half;

	bulk->failures = 1;
	half = halve(sink, bulk);
	send_last(sink, bulk);
	send_last(sink, half);
}

/*
 * The store fails on this request again and again, and does others: something is in it that it cannot bear. What that is
 * is found by halves.
 */
static void request_is_odd(struct cw_sink *sink, struct cw_bulk *bulk, const char *why)
{
	enum cw_policy policy = sink->policies.of[CW_CLASS_ERROR];

	if (bulk->failures <= sink->policies.max_retries || (bulk->n == 1 && policy == CW_POLICY_RETRY)) {
		send_later(sink, bulk);
		return;
	}
	if (bulk->n == 1) {
		give_up_all(sink, bulk, CW_CLASS_ERROR, policy, why);
		return;
	}
	cw_log(sink->ctx, CW_LOG_WARN, "the store fails on a request of %zu documents and does others; it is sent in two parts: "
				       "%s", bulk->n, why);
	send_halves(sink, bulk);
}

/* None of the others can show that this request is what is odd: they wait for it, as they have keys of its documents. */
static bool others_wait(const struct cw_sink *sink, const struct cw_bulk *bulk)
{
	return bulk->failures > sink->policies.max_retries && bulk->n > 1 && cw_turns_wait(sink);
}

/* An error of the store's own, or an answer that is none. */
static void request_broke(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call, const char *why)
{
	bool others_work = bulk->failures && sink->worked_ns > bulk->failed_ns;

	if (bulk->failures++ == 0)
		bulk->failed_ns = cw_sink_now(sink);
	if (others_work) {
		request_is_odd(sink, bulk, why);
		return;
	}
	cw_outcome_outage(sink, call, bulk->sent_ns, why);
	if (others_wait(sink, bulk))
		send_halves(sink, bulk);
	else
		send_last(sink, bulk);
}

static void request_failed(struct cw_sink *sink, struct cw_bulk *bulk, const struct cw_http_call *call,
			   enum cw_class class, const char *why)
{
	unsigned attempts = class == CW_CLASS_ERROR ? bulk->failures : bulk->pushbacks;
	enum cw_policy policy = cw_policy_of_request(&sink->policies, class, attempts);

	if (cw_outcome_other_url(sink, call, class, bulk->sent_ns, why)) {
		send_again(sink, bulk);
	} else if (policy == CW_POLICY_RETRY && class == CW_CLASS_ERROR) {
		request_broke(sink, bulk, call, why);
	} else if (policy == CW_POLICY_RETRY) {
		request_again(sink, bulk, call, class, why);
	} else if (policy != CW_POLICY_FAIL) {
		give_up_all(sink, bulk, class, policy, why);
	} else {
		cw_bulk_push(&sink->delayed, bulk);
		if (class == CW_CLASS_ERROR || cw_class_passes(class))
			cw_sink_fail(sink, "a bulk request failed, after %u retries: %s", attempts, why);
		else
			cw_sink_fail(sink, "%s; this does not pass by itself%s", why, cw_outcome_advice(call));
	}
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
		request_failed(sink, bulk, call, CW_CLASS_ERROR, why);
		return;
	}
	bulk->refused_ns = 0;
	if (bulk->sent_ns > sink->itemized_ns)
		sink->itemized_ns = bulk->sent_ns;
	if (kind == CW_ANSWER_CLEAN)
		all_written(sink, bulk);
	else
		handle_items(sink, bulk, call);
}

/* ---- requests in parts ---------------------------------------------------------------------------- */

/* Both halves, before all others. */
static void send_parts(struct cw_sink *sink, struct cw_bulk *bulk, struct cw_bulk *half)
{
	cw_sink_count(sink, sink->metrics.retries, 1);
	cw_bulk_push_front(&sink->ready, half);
	cw_bulk_push_front(&sink->ready, bulk);
}

/* The only document of a request is what the store does not take. */
static void give_up_malformed(struct cw_sink *sink, struct cw_bulk *bulk, const char *reason)
{
	give_up_all(sink, bulk, CW_CLASS_MALFORMED, sink->policies.of[CW_CLASS_MALFORMED], reason);
}

/* 413: its halves; a single document is refused. */
static void request_too_large(struct cw_sink *sink, struct cw_bulk *bulk, const char *why)
{
	struct cw_bulk *half;
	char reason[800];

	if (bulk->n == 1) {
		snprintf(reason, sizeof(reason), "the document of %zu bytes is too large for the store: %s",
			 bulk->body.n, why);
		give_up_malformed(sink, bulk, reason);
		return;
	}
	half = halve(sink, bulk);
	cw_log(sink->ctx, CW_LOG_WARN, "a request was too large (%s); it is sent in two parts, of %zu and %zu bytes; "
				       "consider a smaller bulk.size.bytes", why, bulk->body.n, half->body.n);
	send_parts(sink, bulk, half);
}

/*
 * A request with a single document is refused. It is the document where the store takes others meanwhile; until it does it
 * may be every request that is refused, for which no document is given up. Where nothing else is there to be taken, or may be
 * sent before it, that the store took others before has to do, once.
 */
static void document_refused(struct cw_sink *sink, struct cw_bulk *bulk, const char *why)
{
	bool alone = sink->docs == 1 || cw_turns_wait(sink);
	bool last_resort = bulk->failures >= sink->policies.max_retries && alone && sink->itemized_ns;
	const struct cw_record *r = cw_batch_record(bulk->docs->taken->batch, bulk->docs->record);
	char reason[800];

	if (sink->itemized_ns > bulk->refused_ns || last_resort) {
		if (last_resort)
			sink->itemized_ns = 0;
		snprintf(reason, sizeof(reason), "the store refuses a request for this document: %s", why);
		give_up_malformed(sink, bulk, reason);
	} else if (bulk->failures++ < sink->policies.max_retries) {
		send_later(sink, bulk);
	} else {
		cw_bulk_push(&sink->delayed, bulk);
		cw_sink_fail(sink, "%s; that is so for record %.*s-%d@%lld alone, too, and no other request was taken "
				   "meanwhile: check the connector's configuration, and what stands before the store", why,
			     (int)r->topic.n, r->topic.p, (int)r->partition, (long long)r->offset);
	}
}

/* The store calls all of it bad, as for an action line that it cannot read: which document that is, is found by halves. */
static void request_refused(struct cw_sink *sink, struct cw_bulk *bulk, const char *why)
{
	bool first = bulk->refused_ns == 0;

	if (first)
		bulk->refused_ns = cw_sink_now(sink);
	if (bulk->n == 1) {
		document_refused(sink, bulk, why);
		return;
	}
	if (first)
		cw_log(sink->ctx, CW_LOG_WARN, "the store refuses a request of %zu documents as a whole; parts of it are "
					       "sent, to find the one that it means: %s", bulk->n, why);
	send_parts(sink, bulk, halve(sink, bulk));
}

void cw_outcome_of_bulk(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_bulk *bulk = call->owner;
	enum cw_class class;
	char why[600];

	cw_bulk_remove(&sink->flying, bulk);
	bulk->call = NULL;
	cw_sink_count(sink, sink->metrics.time_ms, (cw_sink_now(sink) - bulk->sent_ns) / CW_SINK_NS_PER_MS);
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 200) {
		handle_answer(sink, bulk, call);
		return;
	}
	cw_outcome_describe(call, why, sizeof(why));
	class = cw_outcome_class(call);
	if (class == CW_CLASS_TOO_LARGE)
		request_too_large(sink, bulk, why);
	else if (class == CW_CLASS_REFUSED)
		request_refused(sink, bulk, why);
	else
		request_failed(sink, bulk, call, class, why);
}
