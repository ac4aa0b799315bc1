/*
 * The connector's limits, for a sink. What Kafka gives is kept until it may pass; then it becomes a batch as any other.
 * Only what has passed is one, so that a batch in hand never waits for the limit.
 *
 * What tells of a rebalance comes behind the records that were fetched before it. So the consumer is always emptied, as
 * far as that is little, and where the rate is so low that all of it takes long, its partitions are paused meanwhile:
 * the group never waits for a task that is held back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/sink.h"

/* Kept, while records come as fast as they may go. */
#define KEPT_RECORDS 1000
#define KEPT_BYTES ((int64_t)2 << 20)
/* Partitions are paused while there is work for so long, and resumed when there is for so little. */
#define PAUSE_MS 2000
#define RESUME_MS 1000

bool cw_sink_is_limited(const struct cw_sink *sink)
{
	return sink->kept.n > 0 || cw_limits_are_on(sink->task->limits);
}

/* ---- what is kept ------------------------------------------------------------------------------ */

/* Whether the message is of one of the partitions; NULL: of any. */
static bool is_of(const rd_kafka_message_t *m, const rd_kafka_topic_partition_list_t *partitions)
{
	return !partitions || rd_kafka_topic_partition_list_find(partitions, rd_kafka_topic_name(m->rkt), m->partition);
}

static rd_kafka_message_t **first_of(const struct cw_kept *kept)
{
	return kept->messages + kept->from;
}

static void keep(struct cw_kept *kept, rd_kafka_message_t *m)
{
	if (kept->from > 0 && kept->from + kept->n == kept->cap) {
		memmove(kept->messages, first_of(kept), kept->n * sizeof(*kept->messages));
		kept->from = 0;
	}
	if (kept->n == kept->cap) {
		kept->cap = kept->cap ? kept->cap * 2 : 256;
		kept->messages = cw_realloc(kept->messages, kept->cap * sizeof(*kept->messages));
	}
	first_of(kept)[kept->n++] = m;
	kept->bytes += m->err ? 0 : (int64_t)m->len;
}

static rd_kafka_message_t *take_first(struct cw_kept *kept)
{
	rd_kafka_message_t *m = *first_of(kept);

	kept->n--;
	kept->from = kept->n ? kept->from + 1 : 0;
	kept->bytes -= m->err ? 0 : (int64_t)m->len;
	return m;
}

void cw_sink_drop_kept(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	struct cw_kept *kept = &sink->kept;
	size_t n = kept->n;

	for (size_t i = 0; i < n; i++) {
		rd_kafka_message_t *m = take_first(kept);

		if (is_of(m, partitions))
			rd_kafka_message_destroy(m);
		else
			keep(kept, m);
	}
	/* What was claimed was for the first of them. */
	cw_limits_passed(sink->task->limits, &sink->claim, 0, 0);
	sink->n_claimed = 0;
	sink->limit_ms = 0;
}

void cw_sink_free_kept(struct cw_sink *sink)
{
	cw_sink_drop_kept(sink, NULL);
	free(sink->kept.messages);
	sink->kept = (struct cw_kept){ .messages = NULL };
}

/* ---- how much of it may go --------------------------------------------------------------------- */

/* The first ones, as far as the limits let a task have them at once; a mark of a partition's end takes no time. */
static void make_claim(struct cw_sink *sink)
{
	struct cw_claim *claim = &sink->claim;
	int64_t most_records, most_bytes;
	size_t n = 0;

	*claim = (struct cw_claim){ .made = false };
	cw_limits_portion(sink->task->limits, &most_records, &most_bytes);
	while (n < sink->kept.n && n < CW_SINK_BATCH_RECORDS) {
		const rd_kafka_message_t *m = first_of(&sink->kept)[n];

		if (!m->err && claim->records > 0 &&
		    (claim->records == most_records || claim->bytes + (int64_t)m->len > most_bytes))
			break;
		claim->records += !m->err;
		claim->bytes += m->err ? 0 : (int64_t)m->len;
		n++;
	}
	sink->n_claimed = n;
}

/* Those that may go, to the messages of the next batch. */
static void let_go(struct cw_sink *sink)
{
	struct cw_claim *claim = &sink->claim;

	if (!claim->made)
		make_claim(sink);
	sink->limit_ms = 0;
	if (sink->n_claimed > 0) {
		int64_t wait_us = cw_limits_wait_us(sink->task->limits, claim);

		if (wait_us > 0) {
			sink->limit_ms = cw_clock_ms() + (wait_us + 999) / 1000;
			return;
		}
	}
	for (size_t i = 0; i < sink->n_claimed; i++)
		sink->messages[sink->n_messages++] = take_first(&sink->kept);
	sink->n_claimed = 0;
	cw_limits_passed(sink->task->limits, claim, claim->records, claim->bytes);
}

/* ---- what comes -------------------------------------------------------------------------------- */

/* Errors are not kept back. A rebalance may be served within the call, and drop some of what is kept. */
static void fetch(struct cw_sink *sink, bool all)
{
	struct cw_kept *kept = &sink->kept;
	rd_kafka_message_t *m;

	while ((all || (kept->n < KEPT_RECORDS && kept->bytes < KEPT_BYTES)) &&
	       (m = rd_kafka_consume_queue(sink->queue, 0)) != NULL) {
		if (!m->err || m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			keep(kept, m);
		} else {
			cw_sink_note_error(sink, m);
			rd_kafka_message_destroy(m);
		}
	}
}

/* How long what has come, kept or not, takes at the rate that holds. */
static int64_t work_ms(const struct cw_sink *sink)
{
	const struct cw_kept *kept = &sink->kept;
	int64_t n = (int64_t)(kept->n + rd_kafka_queue_length(sink->queue));

	return cw_limits_worth_ms(sink->task->limits, n, kept->n ? kept->bytes / (int64_t)kept->n * n : 0);
}

static void pause_or_resume(struct cw_sink *sink)
{
	int64_t ms = work_ms(sink);

	if (!sink->partitions_paused && ms >= PAUSE_MS) {
		log_debug(&sink->scope, "is held back by its rate limit: partitions are paused");
		fetch(sink, true); /* what has come is not fetched twice */
		cw_sink_pause_partitions(sink, true);
	} else if (sink->partitions_paused && ms <= RESUME_MS) {
		cw_sink_pause_partitions(sink, false);
	}
}

void cw_sink_take_limited(struct cw_sink *sink)
{
	fetch(sink, sink->partitions_paused);
	if (sink->waiting.first || cw_task_paused(sink->task))
		return; /* that goes first; and who paused the partitions resumes them */
	pause_or_resume(sink);
	let_go(sink);
}
