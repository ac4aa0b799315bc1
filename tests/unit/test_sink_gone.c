/* Ends of a bounded run that will not come are found, and a leader that hangs keeps the task from nothing else. */
#include <stdio.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "host/bounds.h"
#include "host/sink.h"
#include "unit.h"

#define LIST_OFFSETS 2 /* the request's key */
#define BROKERS 4      /* each leads one partition */
#define END 10         /* of the run in each; the topic is empty */
#define HANG_MS 15000
#define SLACK_MS 1500
#define SOON_MS 20000

static rd_kafka_t *host;
static rd_kafka_mock_cluster_t *cluster;

static int open_brokers(void)
{
	char text[256];

	host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
	cluster = rd_kafka_mock_cluster_new(host, BROKERS);
	if (rd_kafka_mock_topic_create(cluster, "topic", BROKERS, 1) != 0)
		return -1;
	for (int i = 0; i < BROKERS; i++)
		rd_kafka_mock_partition_set_leader(cluster, "topic", i, i + 1);
	return 0;
}

static int close_brokers(void)
{
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(host);
	return 0;
}

struct fixture {
	struct cw_sink sink;
	struct cw_task task;
	const char *topics[1];
	rd_kafka_topic_partition_list_t *ends;
};

static rd_kafka_t *new_consumer(const char *wait_ms)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const rd_kafka_metadata_t *md;
	rd_kafka_t *consumer;
	char text[256];

	rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster), text, sizeof(text));
	rd_kafka_conf_set(conf, "group.id", "group", text, sizeof(text));
	rd_kafka_conf_set(conf, "fetch.wait.max.ms", wait_ms, text, sizeof(text));
	consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
	CU_ASSERT_EQUAL_FATAL(rd_kafka_metadata(consumer, 1, NULL, &md, SOON_MS), 0);
	rd_kafka_metadata_destroy(md);
	return consumer;
}

/* A sink that has seen the partitions up to there, and has nothing to do. */
static void open_waiting_fixture(struct fixture *f, int64_t seen, const char *wait_ms)
{
	*f = (struct fixture){ .sink = { .bounded = true, .look_for_lost_ms = 1 }, .topics = { "topic" } };
	f->task.framework.topics = (struct cw_list){ f->topics, 1 };
	f->task.bounds = cw_bounds_new();
	f->sink.task = &f->task;
	f->sink.consumer = new_consumer(wait_ms);
	f->ends = rd_kafka_topic_partition_list_new(BROKERS);
	for (int i = 0; i < BROKERS; i++)
		rd_kafka_topic_partition_list_add(f->ends, "topic", i)->offset = END;
	cw_bounds_set(f->task.bounds, f->ends);
	cw_positions_init(&f->sink.seen);
	cw_positions_assign(&f->sink.seen, f->ends);
	for (int i = 0; i < BROKERS; i++)
		cw_positions_advance(&f->sink.seen, "topic", i, seen);
}

static void open_fixture(struct fixture *f, int64_t seen)
{
	open_waiting_fixture(f, seen, "500");
}

static void close_fixture(struct fixture *f)
{
	cw_sink_free_lost(&f->sink);
	cw_positions_free(&f->sink.seen);
	cw_bounds_unref(f->task.bounds);
	rd_kafka_topic_partition_list_destroy(f->ends);
	rd_kafka_destroy_flags(f->sink.consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

/* How long it takes. */
static int64_t look(struct fixture *f)
{
	int64_t began = cw_clock_ms();

	cw_sink_look_for_lost_ends(&f->sink, INT64_MAX);
	return cw_clock_ms() - began;
}

static void hang(int32_t broker)
{
	rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, LIST_OFFSETS, 1, 0, HANG_MS);
}

static void test_gone__is_believed_when_it_is_seen_twice(void)
{
	struct fixture f;

	open_fixture(&f, 0);
	look(&f);
	CU_ASSERT_EQUAL_FATAL(f.sink.lost ? f.sink.lost->cnt : -1, BROKERS);
	CU_ASSERT_EQUAL(cw_bounds_end(f.task.bounds, "topic", 0), END);
	look(&f);
	for (int i = 0; i < BROKERS; i++)
		CU_ASSERT_EQUAL(cw_bounds_end(f.task.bounds, "topic", i), 0);
	close_fixture(&f);
}

static void test_gone__not_while_a_leader_hangs(void)
{
	struct fixture f;

	open_fixture(&f, 0);
	for (int i = 1; i <= BROKERS; i++)
		hang(i);
	CU_ASSERT_TRUE(look(&f) < 1000 + SLACK_MS);
	CU_ASSERT_EQUAL(f.sink.lost ? f.sink.lost->cnt : -1, 0);
	close_fixture(&f);
}

/* What was seen before is not forgotten since a leader does not answer in time, nor is it believed for that. */
static void test_gone__is_remembered_while_a_leader_hangs(void)
{
	struct fixture f;

	open_fixture(&f, 0);
	look(&f);
	for (int i = 1; i <= BROKERS; i++)
		hang(i);
	look(&f);
	CU_ASSERT_EQUAL_FATAL(f.sink.lost ? f.sink.lost->cnt : -1, BROKERS);
	CU_ASSERT_EQUAL(cw_bounds_end(f.task.bounds, "topic", 0), END);
	close_fixture(&f);
}

/* Requests for records that wait longer keep the answer back. */
static void test_gone__the_time_goes_by_requests_for_records(void)
{
	static const struct {
		const char *wait_ms;
		int64_t least_ms, most_ms;
	} rows[] = { { "100", 400, 1000 }, { "1500", 1900, 3000 }, { "60000", 2900, 4000 } };

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct fixture f;
		int64_t took;

		open_waiting_fixture(&f, 0, rows[k].wait_ms);
		for (int i = 1; i <= BROKERS; i++)
			hang(i);
		took = look(&f);
		CU_ASSERT_TRUE(took >= rows[k].least_ms && took < rows[k].most_ms + SLACK_MS);
		close_fixture(&f);
	}
}

/* It would be asked in vain, and not be heard of: the answers come later. */
static void test_gone__what_is_not_asked_for(void)
{
	struct fixture f;

	open_fixture(&f, END); /* all was seen */
	for (int i = 1; i <= BROKERS; i++)
		hang(i);
	CU_ASSERT_TRUE(look(&f) < SLACK_MS / 2);
	CU_ASSERT_EQUAL(f.sink.lost ? f.sink.lost->cnt : -1, 0);
	atomic_store(&f.task.stop, true);
	CU_ASSERT_TRUE(look(&f) < SLACK_MS / 2);
	close_fixture(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "an end that is gone is believed when it is seen twice", test_gone__is_believed_when_it_is_seen_twice },
		{ "not while a leader hangs", test_gone__not_while_a_leader_hangs },
		{ "it is remembered while a leader hangs", test_gone__is_remembered_while_a_leader_hangs },
		{ "the time goes by requests for records", test_gone__the_time_goes_by_requests_for_records },
		{ "what is not asked for", test_gone__what_is_not_asked_for },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "lost ends", .pInitFunc = open_brokers, .pCleanupFunc = close_brokers,
				    .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
