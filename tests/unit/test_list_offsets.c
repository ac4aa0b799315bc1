/* Where partitions begin and end is told in its time, or not at all, whatever the brokers do. */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "config/worker_config.h"
#include "kafka/fetch_waker.h"
#include "kafka/partitions.h"
#include "kafka/reader.h"
#include "unit.h"

#define LIST_OFFSETS 2 /* the request's key */
#define HANG_MS 12000
/* How soon a stop is heard, on a busy machine. */
#define HEARD_MS 8000
#define SOON_MS 20000
#define BROKERS 2
#define PARTITIONS 4 /* 0 and 2 at the first broker, 1 and 3 at the second */

/* Brokers in this process, all tests' since they take a second to end. Partition n of the topic has n records. */
struct brokers {
	rd_kafka_t *host;
	rd_kafka_mock_cluster_t *cluster;
	const char *bootstrap;
};

static struct brokers brokers;

/* A consumer of them. */
struct fixture {
	rd_kafka_t *consumer;
	rd_kafka_topic_partition_list_t *list;
	int64_t began_ms;
	struct cw_error err;
};

static rd_kafka_t *client(rd_kafka_type_t type, const char *bootstrap)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	if (bootstrap) {
		rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text));
		if (type == RD_KAFKA_CONSUMER)
			rd_kafka_conf_set(conf, "group.id", "group", text, sizeof(text));
	}
	if (type == RD_KAFKA_PRODUCER)
		rd_kafka_conf_set(conf, "linger.ms", "0", text, sizeof(text));
	return rd_kafka_new(type, conf, text, sizeof(text));
}

/* It knows then who leads what. */
static bool learn(rd_kafka_t *client)
{
	const rd_kafka_metadata_t *md;

	if (rd_kafka_metadata(client, 1, NULL, &md, SOON_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return false;
	rd_kafka_metadata_destroy(md);
	return true;
}

static bool fill(void)
{
	rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, brokers.bootstrap);
	bool filled = learn(producer);
	char value[] = "v";

	for (int p = 0; p < PARTITIONS; p++)
		for (int i = 0; i < p; i++)
			filled = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("topic"), RD_KAFKA_V_PARTITION(p),
						   RD_KAFKA_V_VALUE(value, 1), RD_KAFKA_V_END) == 0 && filled;
	filled = rd_kafka_flush(producer, SOON_MS) == 0 && filled;
	rd_kafka_destroy(producer);
	return filled;
}

static void lead(int32_t partition, int32_t broker)
{
	CU_ASSERT_EQUAL(rd_kafka_mock_partition_set_leader(brokers.cluster, "topic", partition, broker), 0);
}

static int open_brokers(void)
{
	brokers.host = client(RD_KAFKA_PRODUCER, NULL);
	brokers.cluster = rd_kafka_mock_cluster_new(brokers.host, BROKERS);
	brokers.bootstrap = rd_kafka_mock_cluster_bootstraps(brokers.cluster);
	return rd_kafka_mock_topic_create(brokers.cluster, "topic", PARTITIONS, 1) == 0 && fill() ? 0 : -1;
}

static int close_brokers(void)
{
	rd_kafka_mock_cluster_destroy(brokers.cluster);
	rd_kafka_destroy(brokers.host);
	return 0;
}

static void open_fixture(struct fixture *f)
{
	*f = (struct fixture){ .list = rd_kafka_topic_partition_list_new(PARTITIONS) };
	for (int p = 0; p < PARTITIONS; p++) {
		lead(p, 1 + p % BROKERS);
		rd_kafka_topic_partition_list_add(f->list, "topic", p)->offset = RD_KAFKA_OFFSET_END;
	}
	f->consumer = client(RD_KAFKA_CONSUMER, brokers.bootstrap);
	CU_ASSERT_TRUE_FATAL(learn(f->consumer));
}

static void close_fixture(struct fixture *f)
{
	rd_kafka_topic_partition_list_destroy(f->list);
	rd_kafka_destroy_flags(f->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

/* What a broker says to the next question, and when. */
static void answer(int32_t broker, rd_kafka_resp_err_t code, int after_ms)
{
	rd_kafka_mock_broker_push_request_error_rtts(brokers.cluster, broker, LIST_OFFSETS, 1, (int)code, after_ms);
}

static void hang(int32_t broker)
{
	answer(broker, RD_KAFKA_RESP_ERR_NO_ERROR, HANG_MS);
}

static int ask_ends(struct fixture *f, int timeout_ms, const _Atomic bool *stop)
{
	const struct cw_kafka_asking asking = { f->consumer, timeout_ms, stop };

	f->began_ms = cw_clock_ms();
	return cw_partitions_set_ends(&asking, f->list, &f->err);
}

/* ---- a stop ---------------------------------------------------------------------------------------- */

static void *stop_soon(void *stop)
{
	poll(NULL, 0, 100);
	atomic_store((_Atomic bool *)stop, true);
	return NULL;
}

static int ask_ends_and_stop(struct fixture *f, int timeout_ms)
{
	_Atomic bool stop = false;
	pthread_t thread;
	int status;

	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, stop_soon, &stop), 0);
	status = ask_ends(f, timeout_ms, &stop);
	pthread_join(thread, NULL);
	return status;
}

/* ---- ends ------------------------------------------------------------------------------------------ */

static void check_ends(const struct fixture *f)
{
	for (int p = 0; p < PARTITIONS; p++)
		CU_ASSERT_EQUAL(f->list->elems[p].offset, p);
}

static void test_ends__of_partitions_that_several_brokers_lead(void)
{
	struct fixture f;

	open_fixture(&f);
	CU_ASSERT_EQUAL(ask_ends(&f, SOON_MS, NULL), 0);
	check_ends(&f);
	f.list->elems[1].offset = 77; /* not asked for */
	f.list->elems[2].offset = RD_KAFKA_OFFSET_END;
	CU_ASSERT_EQUAL(ask_ends(&f, SOON_MS, NULL), 0);
	CU_ASSERT_EQUAL(f.list->elems[1].offset, 77);
	CU_ASSERT_EQUAL(f.list->elems[2].offset, 2);
	close_fixture(&f);
}

static void test_ends__a_broker_that_hangs_keeps_nobody_waiting(void)
{
	struct fixture f;

	open_fixture(&f);
	hang(2);
	CU_ASSERT_EQUAL(ask_ends(&f, 500, NULL), -1);
	CU_ASSERT_TRUE(cw_clock_ms() - f.began_ms < HEARD_MS);
	CU_ASSERT_EQUAL(f.err.code, CW_ERR_RETRIABLE);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.err.text, "Local: Timed out"));
	hang(2);
	CU_ASSERT_EQUAL(ask_ends_and_stop(&f, 60000), -1);
	CU_ASSERT_TRUE(cw_clock_ms() - f.began_ms < HEARD_MS);
	close_fixture(&f);
}

/* Another broker leads it than this client knows of. */
static void test_ends__leaders_that_move(void)
{
	struct fixture f;

	open_fixture(&f);
	lead(3, 1);
	CU_ASSERT_EQUAL(ask_ends(&f, SOON_MS, NULL), 0);
	check_ends(&f);
	close_fixture(&f);
}

/* Nobody leads one, as far as this client knows. */
static void test_ends__leaders_that_come(void)
{
	struct fixture f;

	open_fixture(&f);
	lead(3, -1);
	CU_ASSERT_TRUE_FATAL(learn(f.consumer));
	CU_ASSERT_EQUAL(ask_ends(&f, 2000, NULL), -1);
	CU_ASSERT_STRING_EQUAL(f.err.text, "partition 3 of topic topic: Broker: Leader not available");
	lead(3, 1);
	CU_ASSERT_EQUAL(ask_ends(&f, SOON_MS, NULL), 0);
	check_ends(&f);
	close_fixture(&f);
}

/* Asking again would not help. */
static void test_ends__that_are_refused(void)
{
	struct fixture f;

	open_fixture(&f);
	answer(1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 0);
	CU_ASSERT_EQUAL(ask_ends(&f, 60000, NULL), -1);
	CU_ASSERT_TRUE(cw_clock_ms() - f.began_ms < HEARD_MS);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.err.text, "Topic authorization failed"));
	close_fixture(&f);
}

static void test_time__where_no_record_is_as_late(void)
{
	struct cw_kafka_asking asking;
	struct fixture f;

	open_fixture(&f);
	asking = (struct cw_kafka_asking){ f.consumer, SOON_MS, NULL };
	CU_ASSERT_EQUAL(cw_partitions_set_time(&asking, 1000, f.list, &f.err), 0);
	for (int p = 0; p < PARTITIONS; p++)
		CU_ASSERT_EQUAL(f.list->elems[p].offset, RD_KAFKA_OFFSET_END);
	close_fixture(&f);
}

/* ---- ranges ---------------------------------------------------------------------------------------- */

static struct cw_reader *open_reader(struct fixture *f, struct cw_worker_config *worker)
{
	static const struct cw_log_scope scope = { .task = -1 };
	struct cw_map raw = { 0 };
	struct cw_reader *reader;

	cw_map_set(&raw, "bootstrap.servers", brokers.bootstrap);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, worker, &f->err), 0);
	reader = cw_reader_new(worker, NULL, &scope, "read_uncommitted", &f->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	return reader;
}

static void test_ranges(void)
{
	struct cw_reader_range *ranges;
	struct cw_worker_config worker;
	struct cw_reader *reader;
	_Atomic bool stop = false;
	pthread_t thread;
	struct fixture f;
	int n;

	open_fixture(&f);
	reader = open_reader(&f, &worker);
	CU_ASSERT_EQUAL(cw_reader_ranges(reader, "topic", cw_clock_ms() + SOON_MS, NULL, &ranges, &n), 0);
	CU_ASSERT_EQUAL_FATAL(n, PARTITIONS);
	for (int p = 0; p < n; p++) {
		CU_ASSERT_EQUAL(ranges[p].next, 0);
		CU_ASSERT_EQUAL(ranges[p].end, p);
	}
	free(ranges);
	hang(1);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, stop_soon, &stop), 0);
	f.began_ms = cw_clock_ms();
	CU_ASSERT_NOT_EQUAL(cw_reader_ranges(reader, "topic", cw_clock_ms() + 60000, &stop, &ranges, &n), 0);
	CU_ASSERT_TRUE(cw_clock_ms() - f.began_ms < HEARD_MS);
	free(ranges);
	pthread_join(thread, NULL);
	cw_reader_free(reader);
	cw_worker_config_free(&worker);
	close_fixture(&f);
}

/* ---- the waker ------------------------------------------------------------------------------------- */

static void test_waker__ends_in_time(void)
{
	struct cw_fetch_waker *waker;
	struct fixture f;

	open_fixture(&f);
	hang(1);
	hang(2);
	waker = cw_fetch_waker_new(f.consumer);
	cw_fetch_waker_assign(waker, f.list);
	cw_fetch_waker_wake(waker);
	poll(NULL, 0, 200); /* it asks by then; if not, less is shown */
	f.began_ms = cw_clock_ms();
	cw_fetch_waker_free(waker);
	CU_ASSERT_TRUE(cw_clock_ms() - f.began_ms < HEARD_MS);
	close_fixture(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "ends of partitions that several brokers lead", test_ends__of_partitions_that_several_brokers_lead },
		{ "ends: a broker that hangs", test_ends__a_broker_that_hangs_keeps_nobody_waiting },
		{ "ends: leaders that move", test_ends__leaders_that_move },
		{ "ends: leaders that come", test_ends__leaders_that_come },
		{ "ends that are refused", test_ends__that_are_refused },
		{ "a time where no record is as late", test_time__where_no_record_is_as_late },
		{ "ranges", test_ranges },
		{ "the waker ends in time", test_waker__ends_in_time },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "list offsets", .pInitFunc = open_brokers, .pCleanupFunc = close_brokers,
				    .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
