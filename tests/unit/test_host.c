/* The pure parts of the data path: acknowledgements, positions, backoff, batches, converters, metrics. */
#include "host/acks.h"
#include "host/batch.h"
#include "host/converter.h"
#include "host/metrics.h"
#include "host/plugin.h"
#include "host/positions.h"
#include "host/retry.h"
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

static void test_positions__only_what_is_assigned_and_newer_is_committed(void)
{
	struct cw_positions positions;
	rd_kafka_topic_partition_list_t *two = partitions("t", 2), *taken;

	cw_positions_init(&positions);
	cw_positions_advance(&positions, "t", 0, 5);
	CU_ASSERT_PTR_NULL(cw_positions_take(&positions));
	cw_positions_assign(&positions, two);
	cw_positions_advance(&positions, "t", 0, 5);
	cw_positions_advance(&positions, "t", 0, 3);
	cw_positions_advance(&positions, "t", 7, 3);
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

static void test_batch__arena_grows_aligned_and_is_used_again(void)
{
	struct cw_task_batch *b = cw_task_batch_new(4);
	char *first = cw_batch_alloc(&b->batch, 10), *p;

	CU_ASSERT_EQUAL((uintptr_t)first % 16, 0);
	p = cw_batch_alloc(&b->batch, 1000000); /* more than a block */
	memset(p, 1, 1000000);
	for (int i = 0; i < 100; i++)
		memset(cw_batch_alloc(&b->batch, 100000), i, 100000);
	while (cw_batch_add(&b->batch))
		;
	CU_ASSERT_EQUAL(b->batch.n, 4);
	CU_ASSERT_EQUAL(cw_batch_record(&b->batch, 3)->partition, CW_ANY_PARTITION);
	cw_task_batch_reset(b);
	CU_ASSERT_EQUAL(b->batch.n, 0);
	CU_ASSERT_PTR_EQUAL(cw_batch_alloc(&b->batch, 10), first);
	cw_task_batch_free(b);
}

static void test_converter__text_and_bytes_are_slices_and_null_stays_null(void)
{
	struct cw_converter c;
	struct cw_error err = { 0 };
	struct cw_value v;
	struct cw_slice out;

	CU_ASSERT_EQUAL(cw_converter_init(&c, "org.apache.kafka.connect.storage.StringConverter", &err), 0);
	v = cw_converter_to_value(&c, "ab", 2);
	CU_ASSERT_EQUAL(v.type, CW_STRING);
	CU_ASSERT_EQUAL(cw_converter_from_value(&c, &v, &out, &err), 0);
	CU_ASSERT_EQUAL(out.n, 2);
	v = cw_converter_to_value(&c, NULL, 0);
	CU_ASSERT_EQUAL(v.type, CW_NULL);
	CU_ASSERT_EQUAL(cw_converter_from_value(&c, &v, &out, &err), 0);
	CU_ASSERT_PTR_NULL(out.p);
	v = cw_value_string(cw_slice(NULL, 0));
	CU_ASSERT_EQUAL(cw_converter_from_value(&c, &v, &out, &err), 0);
	CU_ASSERT_PTR_NOT_NULL(out.p);
	v = cw_value_int64(3);
	CU_ASSERT_EQUAL(cw_converter_from_value(&c, &v, &out, &err), -1);
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_converter_init(&c, "org.apache.kafka.connect.json.JsonConverter", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "JsonConverter is not supported"));
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

static void test_plugin__class_names_match_in_full_simple_and_without_connector(void)
{
	CU_ASSERT_TRUE(cw_plugin_class_matches("org.x.FileSinkConnector", "org.x.FileSinkConnector"));
	CU_ASSERT_TRUE(cw_plugin_class_matches("org.x.FileSinkConnector", "FileSinkConnector"));
	CU_ASSERT_TRUE(cw_plugin_class_matches("org.x.FileSinkConnector", "FileSink"));
	CU_ASSERT_FALSE(cw_plugin_class_matches("org.x.FileSinkConnector", "File"));
	CU_ASSERT_FALSE(cw_plugin_class_matches("org.x.Connector", ""));
	CU_ASSERT_TRUE(cw_plugin_class_matches("Plain", "Plain"));
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "acks: commit stops before the first unacked record",
		  test_acks__commit_stops_before_the_first_unacked_record },
		{ "acks: an open entry is never passed", test_acks__an_open_entry_is_never_passed },
		{ "acks: partitions and JSON offsets", test_acks__partitions_and_json_offsets_are_kept_apart },
		{ "acks: random orders", test_acks__random_orders },
		{ "positions: assigned and newer", test_positions__only_what_is_assigned_and_newer_is_committed },
		{ "positions: failed and revoked",
		  test_positions__a_failed_commit_is_made_again_and_a_revoked_one_is_not },
		{ "retry: backoff", test_retry__backs_off_with_full_jitter_and_a_cap },
		{ "batch: arena", test_batch__arena_grows_aligned_and_is_used_again },
		{ "converter", test_converter__text_and_bytes_are_slices_and_null_stays_null },
		{ "metrics", test_metrics__same_name_same_number_and_a_full_table_says_so },
		{ "plugin: class names", test_plugin__class_names_match_in_full_simple_and_without_connector },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "host", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
