/* Documents that are not stored: what a policy other than RETRY does with them. */
#include "sink.h"

#include "answer.h"

#define REFUSED_LOG_MAX 20

/* What Kafka Connect's sink reports all the same is a `letter`. */
static void drop(struct cw_sink *sink, const struct cw_doc *doc, bool letter, bool log, const char *reason)
{
	const struct cw_record *r = cw_batch_record(doc->taken->batch, doc->record);

	sink->ctx->host->drop(sink->ctx, doc->taken->batch, doc->record, reason, letter, &sink->failure);
	if (log && sink->refused_logged++ < REFUSED_LOG_MAX)
		cw_log(sink->ctx, CW_LOG_WARN, "record %.*s-%d@%lld was left out: %s", (int)r->topic.n, r->topic.p,
		       (int)r->partition, (long long)r->offset, reason);
}

void cw_give_up(struct cw_sink *sink, const struct cw_doc *doc, enum cw_class class, enum cw_policy policy,
		const char *reason)
{
	cw_sink_count(sink, sink->metrics.refused, 1);
	if (policy == CW_POLICY_DEAD_LETTER)
		sink->ctx->host->reject(sink->ctx, doc->taken->batch, doc->record, reason, &sink->failure);
	else if (policy == CW_POLICY_DROP)
		drop(sink, doc, class == CW_CLASS_MALFORMED, class != CW_CLASS_MALFORMED || sink->warn_malformed, reason);
	else if (class == CW_CLASS_FORBIDDEN || class == CW_CLASS_MISSING_INDEX)
		cw_sink_fail(sink, "%s; give the connector the right to write there, and to create the index where it does "
				   "not exist", reason);
	else
		cw_sink_fail(sink, "%s (it fails the task by %s)", reason, cw_class_key(class));
}

void cw_give_up_item(struct cw_sink *sink, const struct cw_bulk *bulk, size_t i, enum cw_class class,
		     enum cw_policy policy)
{
	const struct cw_item *item = &sink->items[i];
	const char *says = class == CW_CLASS_FORBIDDEN || class == CW_CLASS_MISSING_INDEX ?
				   "does not let documents into index" : "refused the document for index";
	char type[100], why[300], cause[200], reason[1000];

	cw_answer_text(item->type, type, sizeof(type));
	cw_answer_text(item->reason, why, sizeof(why));
	cw_answer_text(item->cause, cause, sizeof(cause));
	snprintf(reason, sizeof(reason), "the store %s %s: status %u%s%s%s%s%s%s", says, bulk->index, item->status,
		 *type ? ", " : "", type, *why ? ": " : "", why, *cause ? "; " : "", cause);
	cw_give_up(sink, &bulk->docs[i], class, policy, reason);
}
