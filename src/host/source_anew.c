/*
 * The producer of a source that has ended itself, since brokers refused a batch: all that it was not done with is sent
 * anew, in the order in which it went out, and then a new one takes its place. What went out up to the last record that was
 * refused goes one by one (source_refused.c), and is answered before what came after it goes through the new one.
 *
 * Meanwhile librdkafka takes no record, so that nothing can get in between.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "host/source.h"
#include "kafka/client.h"

#define FLUSH_SLICE_MS 100

void *cw_source_mark(struct cw_source *source, struct cw_ack_entry *entry)
{
	return source->refused.main_conf ? (void *)cw_sent_order_add(&source->order, entry) : entry;
}

struct cw_ack_entry *cw_source_marked(const struct cw_source *source, void *mark)
{
	return source->refused.main_conf ? cw_sent_order_entry(&source->order, (uintptr_t)mark) : mark;
}

struct cw_ack_entry *cw_source_unmark(struct cw_source *source, void *mark)
{
	return mark && source->refused.main_conf ? cw_sent_order_take(&source->order, (uintptr_t)mark) : mark;
}

bool cw_source_producer_has_ended(const struct cw_source *source)
{
	return source->refused.main_conf &&
	       rd_kafka_fatal_error(source->producer, NULL, 0) == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE;
}

bool cw_source_takes_none(const struct cw_source *source, rd_kafka_resp_err_t error)
{
	return (error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE) &&
	       cw_source_producer_has_ended(source);
}

static int by_mark(const void *a, const void *b)
{
	const struct cw_refused_record *const *x = a, *const *y = b;

	return ((*x)->mark > (*y)->mark) - ((*x)->mark < (*y)->mark);
}

static size_t until_last_refused(struct cw_refused_record *const *records, size_t n)
{
	while (n > 0 && !cw_source_refused_is_for_good(records[n - 1]->error))
		n--;
	return n;
}

/* Whether none before it, from records[begin] on, has its partition. */
static bool is_first(struct cw_refused_record *const *records, size_t begin, size_t i)
{
	for (size_t k = i; k-- > begin;)
		if (records[k]->topic == records[i]->topic && records[k]->partition == records[i]->partition)
			return false;
	return true;
}

/* What is last of them is left, and keeps its place in the order. */
static void sort_out(struct cw_source *source)
{
	struct cw_source_refused *refused = &source->refused;
	size_t n = refused->left.n, one_by_one;
	struct cw_refused_record **records = cw_alloc((n + 1) * sizeof(*records));

	for (size_t i = 0; i < n; i++)
		records[i] = cw_refused_pop(&refused->left);
	qsort(records, n, sizeof(*records), by_mark);
	one_by_one = until_last_refused(records, n);
	for (size_t i = 0; i < n; i++) {
		cw_refused_push(i < one_by_one ? &refused->due : &refused->left, records[i]);
		records[i]->first = i >= one_by_one && is_first(records, one_by_one, i);
		if (i < one_by_one)
			cw_sent_order_take(&source->order, records[i]->mark);
	}
	free(records);
	refused->sorted = true;
}

static int replace_producer(struct cw_source *source, struct cw_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_dup(source->refused.main_conf);
	rd_kafka_t *anew;

	cw_source_refused_shrink(source);
	cw_source_set_batches(source->task, conf);
	cw_source_set_lanes(source, conf);
	anew = cw_client_new(CW_CLIENT_PRODUCER, conf, &source->scope, err);
	if (!anew)
		return -1;
	cw_source_close_topics(source);
	rd_kafka_destroy(source->producer);
	source->producer = anew;
	return cw_source_reopen_topics(source, err);
}

/* The first of each partition, or what is left. Ends early when the producer does: the rest is for the next one. */
static int send_left(struct cw_source *source, bool first, struct cw_error *err)
{
	struct cw_source_refused *refused = &source->refused;
	struct cw_refused_list left = refused->left;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	struct cw_refused_record *r;

	refused->left = (struct cw_refused_list){ 0 };
	while ((r = cw_refused_pop(&left)) != NULL) {
		if (!code && (r->first || !first))
			code = cw_refused_produce(source->producer, r, (void *)r->mark);
		if (code || (first && !r->first)) {
			cw_refused_push(&refused->left, r);
			continue;
		}
		cw_lanes_sent(&r->topic->lanes, r->partition, r->key.n + r->value.n);
		refused->n--;
		cw_refused_free(r);
	}
	if (!code || cw_source_takes_none(source, code))
		return 0;
	r = refused->left.first;
	cw_source_topic_failed(source, r->topic, r->topic->name, "cannot be sent again", code, err);
	return -1;
}

/*
 * Brokers take any record as the first that they get from a producer for a partition, also one behind a batch that they
 * have refused: so a record of its own is answered before there are more.
 */
static int send_first(struct cw_source *source, struct cw_error *err)
{
	if (send_left(source, true, err) != 0)
		return -1;
	while (rd_kafka_outq_len(source->producer) > 0 && !source->failure.code && !cw_source_producer_has_ended(source) &&
	       cw_task_left_ms(source->task, INT64_MAX) > 0)
		rd_kafka_flush(source->producer, FLUSH_SLICE_MS); /* does not linger */
	return 0;
}

void cw_source_anew(struct cw_source *source)
{
	struct cw_source_refused *refused = &source->refused;
	struct cw_error err = { 0 };

	if (source->failure.code || !cw_source_producer_has_ended(source))
		return;
	if (rd_kafka_outq_len(source->producer) > 0) { /* some come back to its queue only when they are answered */
		rd_kafka_purge(source->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
		return;
	}
	if (!refused->sorted)
		sort_out(source);
	if (refused->n > refused->left.n)
		return;
	refused->sorted = false;
	if (replace_producer(source, &err) != 0 || send_first(source, &err) != 0 || send_left(source, false, &err) != 0)
		cw_error_set(&source->failure, err.code, "%s", err.text);
}
