/* What may be committed, over thousands of random schedules: never past a gap, and nothing twice. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/retry.h"
#include "host/acks.h"
#include "host/context.h"
#include "host/positions.h"
#include "host/sink.h"
#include "unit.h"

#define SCHEDULES 3000

/* Only their addresses matter here. */
static const char memory[2];
#define PARTITION(i) ((const struct cw_source_partition *)(const void *)&memory[i])

static unsigned seed;

static int below(int most)
{
	return (int)(cw_jitter(&seed) % (uint64_t)most);
}

/* ---- sources --------------------------------------------------------------------------------- */

#define POLLS 40

/* A poll: the offset that it ends with in a partition, and how many of its records are not acknowledged. */
struct poll {
	struct cw_ack_entry *entry;
	int partition, open;
	bool sealed;
};

struct source {
	struct cw_acks acks;
	struct poll polls[POLLS];
	int n;
	int64_t committed[2]; /* by partition: the poll; -1: none */
};

static void make_poll(struct source *s)
{
	struct poll *p = &s->polls[s->n];
	struct cw_value offset = cw_value_int64(s->n);

	*p = (struct poll){ .entry = cw_acks_open(&s->acks), .partition = below(2), .open = below(4) };
	for (int i = 0; i < p->open; i++)
		cw_acks_sent(&s->acks, p->entry);
	cw_acks_note(p->entry, PARTITION(p->partition), &offset);
	s->n++;
}

/* One that is open is sealed, or one of its records is acknowledged: as Kafka answers, in any order. */
static void advance(struct source *s)
{
	struct poll *p = &s->polls[below(s->n)];

	if (!p->sealed && below(2)) {
		p->sealed = true;
		cw_acks_seal(&s->acks, p->entry);
	} else if (p->open > 0) {
		p->open--;
		cw_acks_done(&s->acks, p->entry);
	}
}

/* The last poll of the partition before which, and with which, everything is acknowledged. */
static int64_t safe(const struct source *s, int partition)
{
	int64_t last = -1;

	for (int i = 0; i < s->n && s->polls[i].sealed && s->polls[i].open == 0; i++)
		if (s->polls[i].partition == partition)
			last = i;
	return last;
}

static void commit(struct source *s)
{
	for (size_t i = 0; i < s->acks.n_ready; i++) {
		const struct cw_ack_offset *o = &s->acks.ready[i];
		int partition = o->partition == PARTITION(1);

		CU_ASSERT_TRUE_FATAL(o->number > s->committed[partition]); /* nothing twice, never back */
		s->committed[partition] = o->number;
	}
	cw_acks_clear_ready(&s->acks);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL_FATAL(s->committed[i], safe(s, i)); /* all that is safe, and nothing behind a gap */
}

static void test_source__commits_what_is_acknowledged_before_the_first_gap(void)
{
	for (int i = 0; i < SCHEDULES; i++) {
		struct source s = { .committed = { -1, -1 } };
		size_t in_flight = 0;

		for (int step = 0; step < 300; step++) {
			if (s.n == 0 || (s.n < POLLS && below(6) == 0))
				make_poll(&s);
			else
				advance(&s);
			if (below(5) == 0)
				commit(&s);
		}
		for (int k = 0; k < s.n; k++)
			in_flight += (size_t)s.polls[k].open;
		CU_ASSERT_EQUAL_FATAL(s.acks.in_flight, in_flight);
		cw_acks_free(&s.acks);
	}
}

static size_t count_entries(const struct cw_ack_entry *entry)
{
	size_t n = 0;

	for (; entry; entry = entry->next)
		n++;
	return n;
}

/* A record that nobody takes for long, while those after it are acknowledged: what is remembered of them stays little. */
static void test_source__what_is_done_behind_a_gap_takes_little_memory(void)
{
	struct source s = { .committed = { -1, -1 } };
	struct cw_ack_entry *stuck[2];
	struct cw_value offset;

	for (int i = 0; i < 20000; i++) {
		struct cw_ack_entry *entry = cw_acks_open(&s.acks);

		offset = cw_value_int64(i);
		cw_acks_note(entry, PARTITION(i % 2), &offset);
		cw_acks_sent(&s.acks, entry);
		cw_acks_seal(&s.acks, entry);
		if (i == 0 || i == 10000)
			stuck[i / 10000] = entry;
		else
			cw_acks_done(&s.acks, entry);
	}
	CU_ASSERT_TRUE(count_entries(s.acks.first) + count_entries(s.acks.spare) <= 6);
	CU_ASSERT_EQUAL(s.acks.n_ready, 0);
	cw_acks_done(&s.acks, stuck[0]);
	CU_ASSERT_EQUAL(s.acks.n_ready, 2);
	CU_ASSERT_EQUAL(s.acks.ready[0].number + s.acks.ready[1].number, 9998 + 9999);
	cw_acks_clear_ready(&s.acks);
	cw_acks_done(&s.acks, stuck[1]);
	CU_ASSERT_EQUAL(s.acks.n_ready, 2);
	CU_ASSERT_EQUAL(s.acks.ready[0].number + s.acks.ready[1].number, 19998 + 19999);
	cw_acks_free(&s.acks);
}

/* ---- sinks ----------------------------------------------------------------------------------- */

#define PARTITIONS 3

struct sink {
	struct cw_positions positions;
	bool assigned[PARTITIONS];
	int64_t written[PARTITIONS];   /* next offset after what is written */
	int64_t committed[PARTITIONS]; /* as Kafka has it */
	rd_kafka_topic_partition_list_t *under_way;
};

static void rebalance(struct sink *s, int partition)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, "t", partition);
	if (s->assigned[partition])
		cw_positions_revoke(&s->positions, one);
	else
		cw_positions_assign(&s->positions, one);
	s->assigned[partition] = !s->assigned[partition];
	s->written[partition] = s->committed[partition]; /* whoever has it next begins there */
	rd_kafka_topic_partition_list_destroy(one);
}

static void write_some(struct sink *s, int partition)
{
	int64_t next = s->written[partition] + 1 + below(10);

	cw_positions_advance(&s->positions, "t", partition, next);
	if (s->assigned[partition])
		s->written[partition] = next;
}

static void begin_commit(struct sink *s)
{
	s->under_way = cw_positions_take(&s->positions);
	for (int i = 0; s->under_way && i < s->under_way->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &s->under_way->elems[i];

		CU_ASSERT_TRUE_FATAL(s->assigned[p->partition]);
		CU_ASSERT_EQUAL_FATAL(p->offset, s->written[p->partition]);
		CU_ASSERT_TRUE_FATAL(p->offset > s->committed[p->partition]); /* nothing twice */
	}
}

static void end_commit(struct sink *s, bool well)
{
	for (int i = 0; well && i < s->under_way->cnt; i++)
		if (s->assigned[s->under_way->elems[i].partition])
			s->committed[s->under_way->elems[i].partition] = s->under_way->elems[i].offset;
	if (!well)
		cw_positions_put_back(&s->positions, s->under_way);
	rd_kafka_topic_partition_list_destroy(s->under_way);
	s->under_way = NULL;
}

static void test_sink__commits_what_is_written_once(void)
{
	for (int i = 0; i < SCHEDULES; i++) {
		struct sink s = { .under_way = NULL };

		cw_positions_init(&s.positions);
		for (int step = 0; step < 100; step++) {
			int partition = below(PARTITIONS);

			if (s.under_way && below(2))
				end_commit(&s, below(4) > 0);
			else if (!s.under_way && below(10) == 0)
				rebalance(&s, partition);
			else if (!s.under_way && below(4) == 0)
				begin_commit(&s);
			else
				write_some(&s, partition);
		}
		if (s.under_way)
			end_commit(&s, true);
		begin_commit(&s);
		if (s.under_way)
			end_commit(&s, true);
		for (int k = 0; k < PARTITIONS; k++) /* what failed was committed with what came later */
			CU_ASSERT_TRUE_FATAL(!s.assigned[k] || s.committed[k] == s.written[k]);
		cw_positions_free(&s.positions);
	}
}

/* ---- batches of an asynchronous sink --------------------------------------------------------- */

#define BATCHES 30

/* Batches are complete, and their dead letters acknowledged, in any order; a partition's last one has the newest offset. */
struct deliveries {
	struct cw_task task;
	struct cw_sink sink;
	struct cw_task_batch *batches[BATCHES];
	int64_t ends[BATCHES][PARTITIONS]; /* offsets that may be committed once it and all before it are done */
	bool given[BATCHES], settled[BATCHES];
	size_t letters[BATCHES];
};

static void give_batch(struct deliveries *d, int i)
{
	struct cw_task_batch *b = cw_task_batch_new(1);

	b->spans = cw_alloc(PARTITIONS * sizeof(*b->spans));
	b->spans_cap = PARTITIONS;
	for (int p = 0; p < PARTITIONS; p++) {
		int64_t before = i > 0 ? d->ends[i - 1][p] : 0;

		d->ends[i][p] = before;
		if (below(2) == 0)
			continue;
		d->ends[i][p] = before + 1 + below(5);
		b->spans[b->n_spans++] = (struct cw_span){ .topic = "t", .partition = p, .next_offset = d->ends[i][p] };
	}
	b->letters = d->letters[i] = (size_t)below(3);
	d->batches[i] = b;
	d->given[i] = true;
	cw_batch_queue_push(&d->sink.given, b);
}

/* One of those that are given is complete, or one of its letters is acknowledged. */
static void answer(struct deliveries *d, int given)
{
	int i = below(given);

	if (d->settled[i])
		return;
	if (d->letters[i] > 0 && below(2))
		d->batches[i]->letters = --d->letters[i];
	else
		cw_sink_complete(&d->task, &d->batches[i]->batch);
}

static void settle(struct deliveries *d, int given)
{
	int done = 0;

	while (done < given && (d->settled[done] || (d->batches[done]->complete && d->letters[done] == 0)))
		d->settled[done++] = true;
	cw_sink_settle(&d->sink);
	for (int p = 0; p < PARTITIONS && done > 0; p++) {
		int64_t safe = cw_positions_of(&d->sink.safe, "t", p);

		CU_ASSERT_EQUAL_FATAL(safe < 0 ? 0 : safe, d->ends[done - 1][p]);
	}
	if (done == 0)
		CU_ASSERT_FALSE_FATAL(cw_positions_any(&d->sink.safe));
	CU_ASSERT_EQUAL_FATAL(d->sink.given.first == NULL, done == given);
}

static void test_batches__are_settled_in_their_order(void)
{
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(PARTITIONS);

	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_topic_partition_list_add(all, "t", p);
	for (int i = 0; i < SCHEDULES; i++) {
		struct deliveries d = { .sink = { .async = true } };
		int given = 0;

		d.sink.task = &d.task;
		d.task.loop = &d.sink;
		cw_progress_init(&d.task.progress);
		d.sink.in_flight = cw_metrics_get(&d.task.metrics, CW_METRIC_GAUGE, "in_flight", "");
		d.sink.records = cw_metrics_get(&d.task.metrics, CW_METRIC_COUNTER, "records", "");
		d.sink.written = cw_metrics_get(&d.task.metrics, CW_METRIC_COUNTER, "written", "");
		cw_positions_init(&d.sink.safe);
		cw_positions_assign(&d.sink.safe, all);
		for (int step = 0; step < 8 * BATCHES; step++) {
			if (given < BATCHES && (given == 0 || below(6) == 0))
				give_batch(&d, given++);
			else
				answer(&d, given);
			if (below(3) == 0)
				settle(&d, given);
		}
		cw_batch_queue_free(&d.sink.given);
		cw_spare_batches_free(&d.sink.spare);
		cw_positions_free(&d.sink.safe);
		cw_progress_free(&d.task.progress);
	}
	rd_kafka_topic_partition_list_destroy(all);
}

/* A topic that is made again begins anew: what was known of its partition is forgotten, and less may be known then. */
static void test_positions__are_forgotten_with_the_topic(void)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);
	struct cw_positions positions;

	rd_kafka_topic_partition_list_add(one, "t", 0);
	cw_positions_init(&positions);
	CU_ASSERT_TRUE(cw_positions_of(&positions, "t", 0) < 0);
	cw_positions_assign(&positions, one);
	CU_ASSERT_TRUE(cw_positions_of(&positions, "t", 0) < 0);
	cw_positions_advance(&positions, "t", 0, 50);
	cw_positions_advance(&positions, "t", 0, 20);
	CU_ASSERT_EQUAL(cw_positions_of(&positions, "t", 0), 50);
	cw_positions_revoke(&positions, one);
	cw_positions_assign(&positions, one);
	CU_ASSERT_TRUE(cw_positions_of(&positions, "t", 0) < 0);
	cw_positions_advance(&positions, "t", 0, 20);
	CU_ASSERT_EQUAL(cw_positions_of(&positions, "t", 0), 20);
	cw_positions_free(&positions);
	rd_kafka_topic_partition_list_destroy(one);
}

int main(void)
{
	const char *text = getenv("CW_SEED");
	CU_TestInfo tests[] = {
		{ "a source commits what is acknowledged before the first gap",
		  test_source__commits_what_is_acknowledged_before_the_first_gap },
		{ "source: little memory behind a gap", test_source__what_is_done_behind_a_gap_takes_little_memory },
		{ "a sink commits what is written, once", test_sink__commits_what_is_written_once },
		{ "batches are settled in their order", test_batches__are_settled_in_their_order },
		{ "topics made again", test_positions__are_forgotten_with_the_topic },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "offset tracker", .pTests = tests }, CU_SUITE_INFO_NULL };

	seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;
	return cw_test_main(suites);
}
