/* The pure parts of the data path: acknowledgements, positions, backoff, metrics. */
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_rings.h"
#include "base/mem.h"
#include "host/acks.h"
#include "host/sent_order.h"
#include "host/log_lines.h"
#include "host/metrics.h"
#include "host/positions.h"
#include "base/retry.h"
#include "host/stored.h"
#include "supervisor/protocol.h"
#include "unit.h"

/* Only their addresses matter here. */
static const char partition_memory[2];
#define PARTITION_A ((const struct cw_source_partition *)(const void *)&partition_memory[0])
#define PARTITION_B ((const struct cw_source_partition *)(const void *)&partition_memory[1])

static struct cw_ack_entry *polled(struct cw_acks *acks, const struct cw_source_partition *p, int64_t from, int n)
{
	struct cw_ack_entry *entry = cw_acks_open(acks);

	for (int i = 0; i < n; i++) {
		struct cw_value offset = cw_value_int64(from + i);

		cw_acks_sent(acks, entry);
		cw_acks_note(entry, p, &offset);
	}
	cw_acks_seal(acks, entry);
	return entry;
}

static void acknowledge(struct cw_acks *acks, struct cw_ack_entry *entry, int n)
{
	while (n-- > 0)
		cw_acks_done(acks, entry);
}

static void test_acks__commit_stops_before_the_first_unacked_record(void)
{
	struct cw_acks acks = { 0 };
	struct cw_ack_entry *one = polled(&acks, PARTITION_A, 0, 3);
	struct cw_ack_entry *two = polled(&acks, PARTITION_A, 3, 2);
	struct cw_ack_entry *three = polled(&acks, PARTITION_A, 5, 1);

	CU_ASSERT_EQUAL(acks.in_flight, 6);
	acknowledge(&acks, two, 2);
	acknowledge(&acks, one, 2);
	CU_ASSERT_EQUAL(acks.n_ready, 0);
	acknowledge(&acks, one, 1);
	CU_ASSERT_EQUAL_FATAL(acks.n_ready, 1);
	CU_ASSERT_EQUAL(acks.ready[0].number, 4);
	acknowledge(&acks, three, 1);
	CU_ASSERT_EQUAL(acks.n_ready, 1);
	CU_ASSERT_EQUAL(acks.ready[0].number, 5);
	CU_ASSERT_EQUAL(acks.in_flight, 0);
	cw_acks_clear_ready(&acks);
	CU_ASSERT_EQUAL(acks.n_ready, 0);
	cw_acks_free(&acks);
}

/* A record that is refused is in flight no more; its entry waits for what takes its place. */
static void test_acks__a_record_that_left_is_passed_when_it_is_replaced(void)
{
	struct cw_acks acks = { 0 };
	struct cw_ack_entry *entry = polled(&acks, PARTITION_A, 7, 2);

	cw_acks_left(&acks);
	acknowledge(&acks, entry, 1);
	CU_ASSERT_EQUAL(acks.in_flight, 0);
	CU_ASSERT_EQUAL(acks.n_ready, 0);
	cw_acks_replaced(&acks, entry);
	CU_ASSERT_EQUAL(acks.n_ready, 1);
	CU_ASSERT_EQUAL(acks.ready[0].number, 8);
	cw_acks_free(&acks);
}

/* Some are out for much longer than others: marks go on growing, and each leads to its own entry. */
static void test_sent_order__marks_grow_and_lead_to_their_entries(void)
{
	enum { OUT = 3000, ROUNDS = 40 };
	struct cw_ack_entry entries[3];
	struct cw_sent_order order = { 0 };
	uintptr_t marks[OUT], last = 0;

	for (int i = 0; i < OUT * ROUNDS; i++) {
		int at = i % OUT;

		if (i >= OUT && at % 3 == 0)
			continue; /* stays out */
		if (i >= OUT)
			CU_ASSERT_PTR_EQUAL(cw_sent_order_take(&order, marks[at]), &entries[at % 3]);
		marks[at] = cw_sent_order_add(&order, &entries[at % 3]);
		CU_ASSERT_TRUE(marks[at] > last);
		last = marks[at];
	}
	CU_ASSERT_EQUAL(order.n, OUT);
	CU_ASSERT_TRUE(order.cap <= 4 * OUT);
	for (int i = 0; i < OUT; i++) {
		CU_ASSERT_PTR_EQUAL(cw_sent_order_entry(&order, marks[i]), &entries[i % 3]);
		CU_ASSERT_PTR_EQUAL(cw_sent_order_take(&order, marks[i]), &entries[i % 3]);
	}
	CU_ASSERT_EQUAL(order.n, 0);
	cw_sent_order_free(&order);
}

static void test_acks__an_open_entry_is_never_passed(void)
{
	struct cw_acks acks = { 0 };
	struct cw_ack_entry *open = cw_acks_open(&acks);
	struct cw_ack_entry *next = polled(&acks, PARTITION_A, 7, 1);

	acknowledge(&acks, next, 1);
	CU_ASSERT_EQUAL(acks.n_ready, 0);
	cw_acks_seal(&acks, open); /* a poll that gave nothing */
	CU_ASSERT_EQUAL(acks.n_ready, 1);
	cw_acks_free(&acks);
}

static void test_acks__partitions_and_json_offsets_are_kept_apart(void)
{
	struct cw_acks acks = { 0 };
	struct cw_ack_entry *entry = cw_acks_open(&acks);
	struct cw_value number = cw_value_int64(9), none = cw_value_null();
	struct cw_value json = cw_value_string(cw_slice_str("{\"line\":3}"));

	cw_acks_sent(&acks, entry);
	cw_acks_note(entry, PARTITION_A, &number);
	cw_acks_note(entry, PARTITION_B, &json);
	cw_acks_note(entry, PARTITION_B, &none);
	cw_acks_note(entry, NULL, &number);
	cw_acks_seal(&acks, entry);
	acknowledge(&acks, entry, 1);
	CU_ASSERT_EQUAL_FATAL(acks.n_ready, 2);
	CU_ASSERT_FALSE(acks.ready[0].is_json);
	CU_ASSERT_EQUAL(acks.ready[0].number, 9);
	CU_ASSERT_TRUE(acks.ready[1].is_json);
	CU_ASSERT_STRING_EQUAL(acks.ready[1].json.p, "{\"line\":3}");
	cw_acks_free(&acks);
}

/* Any order of acknowledgements: what is ready is always the longest acknowledged prefix. */
static void test_acks__random_orders(void)
{
	unsigned seed = 7;

	for (int round = 0; round < 200; round++) {
		enum { ENTRIES = 12 };
		struct cw_acks acks = { 0 };
		struct cw_ack_entry *entry[ENTRIES];
		int open[ENTRIES], left = 0, prefix = 0;

		for (int i = 0; i < ENTRIES; i++) {
			open[i] = 1 + rand_r(&seed) % 4;
			entry[i] = polled(&acks, PARTITION_A, i, open[i]);
			left += open[i];
		}
		while (left > 0) {
			int i = rand_r(&seed) % ENTRIES;

			if (open[i] == 0)
				continue;
			open[i]--;
			left--;
			cw_acks_done(&acks, entry[i]);
			while (prefix < ENTRIES && open[prefix] == 0)
				prefix++;
			if (prefix == 0)
				CU_ASSERT_EQUAL(acks.n_ready, 0)
			else /* an entry of n records starts at its number i */
				CU_ASSERT_TRUE(acks.n_ready == 1 && acks.ready[0].number >= prefix - 1);
		}
		CU_ASSERT_EQUAL(acks.in_flight, 0);
		cw_acks_free(&acks);
	}
}

static rd_kafka_topic_partition_list_t *partitions(const char *topic, int n)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);

	for (int i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, topic, i);
	return list;
}

static void send_stored(struct cw_stored *stored, uint64_t seq, const struct cw_source_partition *p, int64_t number)
{
	struct cw_ack_offset offset = { .partition = p, .number = number };

	cw_stored_sent(stored, seq, &offset, 1);
}

static void test_stored__is_told_in_order_and_once(void)
{
	struct cw_stored stored = { 0 };
	const struct cw_stored_set *set;

	CU_ASSERT_PTR_NULL(cw_stored_next(&stored, 9));
	send_stored(&stored, 1, PARTITION_A, 10);
	send_stored(&stored, 2, PARTITION_B, 20);
	send_stored(&stored, 3, PARTITION_A, 30);
	send_stored(&stored, 4, PARTITION_A, 40);
	CU_ASSERT_PTR_NULL(cw_stored_next(&stored, 0));
	set = cw_stored_next(&stored, 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT_EQUAL(set->n, 1);
	CU_ASSERT_EQUAL(set->offsets[0].number, 10);
	cw_stored_drop(&stored);
	CU_ASSERT_PTR_NULL(cw_stored_next(&stored, 3)); /* the others wait for the newest of them */
	set = cw_stored_next(&stored, 4);
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT_EQUAL_FATAL(set->n, 2);
	CU_ASSERT_PTR_EQUAL(set->offsets[0].partition, PARTITION_B);
	CU_ASSERT_EQUAL(set->offsets[0].number, 20);
	CU_ASSERT_EQUAL(set->offsets[1].number, 40);
	cw_stored_drop(&stored);
	CU_ASSERT_PTR_NULL(cw_stored_next(&stored, 9));
	send_stored(&stored, 5, PARTITION_B, 50);
	CU_ASSERT_EQUAL(cw_stored_next(&stored, 5)->offsets[0].number, 50);
	cw_stored_free(&stored);
}

static void test_positions__only_what_is_assigned_and_newer_is_committed(void)
{
	struct cw_positions positions;
	rd_kafka_topic_partition_list_t *two = partitions("t", 2), *taken;

	cw_positions_init(&positions);
	cw_positions_advance(&positions, "t", 0, 5);
	CU_ASSERT_FALSE(cw_positions_any(&positions));
	CU_ASSERT_PTR_NULL(cw_positions_take(&positions));
	cw_positions_assign(&positions, two);
	cw_positions_advance(&positions, "t", 0, 5);
	cw_positions_advance(&positions, "t", 0, 3);
	cw_positions_advance(&positions, "t", 7, 3);
	CU_ASSERT_TRUE(cw_positions_any(&positions));
	taken = cw_positions_take(&positions);
	CU_ASSERT_PTR_NOT_NULL_FATAL(taken);
	CU_ASSERT_EQUAL(taken->cnt, 1);
	CU_ASSERT_EQUAL(taken->elems[0].offset, 5);
	CU_ASSERT_PTR_NULL(cw_positions_take(&positions));
	rd_kafka_topic_partition_list_destroy(taken);
	rd_kafka_topic_partition_list_destroy(two);
	cw_positions_free(&positions);
}

static void test_positions__a_failed_commit_is_made_again_and_a_revoked_one_is_not(void)
{
	struct cw_positions positions;
	rd_kafka_topic_partition_list_t *two = partitions("t", 2), *one = partitions("t", 1), *taken;

	cw_positions_init(&positions);
	cw_positions_assign(&positions, two);
	cw_positions_advance(&positions, "t", 0, 5);
	cw_positions_advance(&positions, "t", 1, 8);
	taken = cw_positions_take(&positions);
	cw_positions_revoke(&positions, one);
	cw_positions_put_back(&positions, taken);
	rd_kafka_topic_partition_list_destroy(taken);
	taken = cw_positions_take(&positions);
	CU_ASSERT_PTR_NOT_NULL_FATAL(taken);
	CU_ASSERT_EQUAL(taken->cnt, 1);
	CU_ASSERT_EQUAL(taken->elems[0].partition, 1);
	rd_kafka_topic_partition_list_destroy(taken);
	rd_kafka_topic_partition_list_destroy(two);
	rd_kafka_topic_partition_list_destroy(one);
	cw_positions_free(&positions);
}

static void test_retry__backs_off_with_full_jitter_and_a_cap(void)
{
	static const struct {
		unsigned attempt;
		int64_t base, max, most;
	} table[] = {
		{ 1, 300, 60000, 300 },	  { 2, 300, 60000, 600 },   { 3, 300, 60000, 1200 },
		{ 9, 300, 60000, 60000 }, { 500, 300, 60000, 60000 }, { 1, 300, 100, 100 },
		{ 3, 0, 100, 0 },	  { 1, 300, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CU_ASSERT_EQUAL(cw_backoff_ms(table[i].attempt, table[i].base, table[i].max, 0), 0);
		CU_ASSERT_EQUAL(cw_backoff_ms(table[i].attempt, table[i].base, table[i].max, (uint64_t)table[i].most),
				table[i].most);
		CU_ASSERT_TRUE(cw_backoff_ms(table[i].attempt, table[i].base, table[i].max, UINT64_MAX) <= table[i].most);
	}
}

static void test_metrics__same_name_same_number_and_a_full_table_says_so(void)
{
	static struct cw_metrics metrics;
	static char names[CW_METRICS_MAX + 1][16];
	struct cw_metric *m = cw_metrics_get(&metrics, CW_METRIC_COUNTER, "records", "Records.");
	json_t *json;

	cw_metric_add(m, 2);
	cw_metric_add(cw_metrics_get(&metrics, CW_METRIC_COUNTER, "records", "Records."), 3);
	json = cw_metrics_to_json(&metrics);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_object_get(json, "records"), "value")), 5);
	json_decref(json);
	for (int i = 0; i < CW_METRICS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "m%d", i);
		m = cw_metrics_get(&metrics, CW_METRIC_GAUGE, names[i], "");
	}
	CU_ASSERT_PTR_NULL(m);
}

/* How many lines were told; the last one in *last. */
static size_t told(struct cw_link *worker, json_t **last)
{
	size_t n = 0;
	json_t *message;

	*last = NULL;
	while (cw_link_receive(worker, 0, &message) == 1) {
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(message, "type")), "log");
		json_decref(*last);
		*last = message;
		n++;
	}
	return n;
}

static void wait_for_a_second_to_begin(void)
{
	int64_t second = cw_clock_epoch_ms() / 1000;

	while (cw_clock_epoch_ms() / 1000 == second)
		usleep(1000);
}

static void test_log_lines__are_told_to_the_worker_so_many_a_second(void)
{
	struct cw_log_scope scope = { .connector = "c", .task = 3 };
	struct cw_log_lines lines;
	struct cw_link host, worker;
	json_t *last, *wanted;
	int pair[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	cw_link_open(&host, pair[0]);
	cw_link_open(&worker, pair[1]);
	cw_log_lines_open(&lines, &host);
	wait_for_a_second_to_begin();
	for (int i = 0; i < 150; i++)
		log_warn(&scope, "line %d, broken: \xff\"", i);
	log_debug(&scope, "not written");
	CU_ASSERT_EQUAL_FATAL(told(&worker, &last), CW_LOG_LINES_A_SECOND);
	json_object_del(last, "time");
	wanted = json_pack("{s:s,s:s,s:i,s:s}", "type", "log", "level", "warn", "task", 3, "message",
			   "line 99, broken: \xef\xbf\xbd\"");
	CU_ASSERT_TRUE(json_equal(last, wanted));
	json_decref(last);
	json_decref(wanted);
	wait_for_a_second_to_begin();
	log_info(NULL, "of nobody");
	CU_ASSERT_EQUAL(cw_link_receive(&worker, 0, &last), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(last, "message")),
			       "50 more lines within a second are only in the log itself");
	json_decref(last);
	CU_ASSERT_EQUAL(told(&worker, &last), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(last, "message")), "of nobody");
	CU_ASSERT_PTR_NULL(json_object_get(last, "task"));
	CU_ASSERT_TRUE(cw_clock_epoch_ms() - json_integer_value(json_object_get(last, "time")) < 60000);
	json_decref(last);
	log_info(&scope, "%*s", 100000, "long");
	CU_ASSERT_EQUAL_FATAL(told(&worker, &last), 1);
	CU_ASSERT_EQUAL(json_string_length(json_object_get(last, "message")), CW_LOG_LINE_MAX);
	json_decref(last);
	cw_log_lines_close(&lines);
	log_info(NULL, "after the end"); /* nobody hears of it */
	CU_ASSERT_EQUAL(told(&worker, &last), 0);
	cw_link_close(&host);
	cw_link_close(&worker);
}

struct listener {
	sem_t hears;
	_Atomic bool has_heard;
};

static void hear_slowly(void *arg, const struct cw_log_scope *scope, enum cw_log_level level, int64_t epoch_ms,
			const char *message, size_t n)
{
	struct listener *listener = arg;

	(void)scope;
	(void)level;
	(void)epoch_ms;
	(void)message;
	(void)n;
	sem_post(&listener->hears);
	usleep(20000); /* time for who does not wait for it */
	listener->has_heard = true;
}

static void *say_something(void *arg)
{
	log_info(NULL, "to whom it may concern");
	return arg;
}

/* A consumer that is left behind logs while the host takes down who hears of it. */
static void test_log__who_does_not_listen_any_more_is_not_in_a_call(void)
{
	struct listener listener = { .has_heard = false };
	pthread_t thread;

	sem_init(&listener.hears, 0, 0);
	cw_log_observe(hear_slowly, &listener);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, say_something, NULL), 0);
	while (sem_wait(&listener.hears) != 0)
		;
	cw_log_observe(NULL, NULL);
	CU_ASSERT_TRUE(listener.has_heard);
	pthread_join(thread, NULL);
	sem_destroy(&listener.hears);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "acks: commit stops before the first unacked record",
		  test_acks__commit_stops_before_the_first_unacked_record },
		{ "acks: a record that left", test_acks__a_record_that_left_is_passed_when_it_is_replaced },
		{ "acks: an open entry is never passed", test_acks__an_open_entry_is_never_passed },
		{ "acks: partitions and JSON offsets", test_acks__partitions_and_json_offsets_are_kept_apart },
		{ "acks: random orders", test_acks__random_orders },
		{ "sent order: marks grow", test_sent_order__marks_grow_and_lead_to_their_entries },
		{ "stored: in order and once", test_stored__is_told_in_order_and_once },
		{ "positions: assigned and newer", test_positions__only_what_is_assigned_and_newer_is_committed },
		{ "positions: failed and revoked",
		  test_positions__a_failed_commit_is_made_again_and_a_revoked_one_is_not },
		{ "retry: backoff", test_retry__backs_off_with_full_jitter_and_a_cap },
		{ "metrics", test_metrics__same_name_same_number_and_a_full_table_says_so },
		{ "log lines are told to the worker", test_log_lines__are_told_to_the_worker_so_many_a_second },
		{ "log: who does not listen any more", test_log__who_does_not_listen_any_more_is_not_in_a_call },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "host", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
