/* Whether the coordinator of a group answers is found out beside what flows, in a bounded time. */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "kafka/coordinator.h"
#include "unit.h"

#define SOON_MS 20000
/* How much later than its time a busy machine does something. */
#define SLACK_MS 1500

/* A broker in this process, and a consumer of it. */
struct fixture {
	rd_kafka_t *host, *consumer;
	rd_kafka_mock_cluster_t *cluster;
	struct cw_coordinator *coordinator;
	rd_kafka_topic_partition_list_t *partitions; /* the questions are about */
	int wake_fd;
};

static rd_kafka_t *client(rd_kafka_type_t type, const char *bootstrap)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	if (bootstrap) {
		rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text));
		rd_kafka_conf_set(conf, "group.id", "group", text, sizeof(text));
	}
	return rd_kafka_new(type, conf, text, sizeof(text));
}

static void open_fixture(struct fixture *f)
{
	f->host = client(RD_KAFKA_PRODUCER, NULL);
	f->cluster = rd_kafka_mock_cluster_new(f->host, 1);
	rd_kafka_mock_topic_create(f->cluster, "topic", 1, 1);
	f->consumer = client(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(f->cluster));
	f->partitions = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(f->partitions, "topic", 0);
	f->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	f->coordinator = cw_coordinator_new(f->consumer, f->wake_fd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->coordinator);
}

static void close_fixture(struct fixture *f)
{
	cw_coordinator_free(f->coordinator);
	rd_kafka_topic_partition_list_destroy(f->partitions);
	rd_kafka_destroy_flags(f->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	rd_kafka_mock_cluster_destroy(f->cluster);
	rd_kafka_destroy(f->host);
	close(f->wake_fd);
}

/* It hangs: connections stay, and no answer comes. */
static void hang(struct fixture *f)
{
	rd_kafka_mock_broker_set_rtt(f->cluster, 1, 60000);
}

static bool woken(struct fixture *f, int timeout_ms)
{
	struct pollfd p = { .fd = f->wake_fd, .events = POLLIN };
	uint64_t n;

	return poll(&p, 1, timeout_ms) == 1 && read(f->wake_fd, &n, sizeof(n)) == sizeof(n);
}

/* A client needs a moment until it knows its coordinator, which counts as silence. */
static void await_answer(struct fixture *f)
{
	int64_t until = cw_clock_ms() + SOON_MS;

	while (cw_coordinator_await(f->coordinator, f->partitions, CW_COORDINATOR_TIMEOUT_MS + SLACK_MS) != CW_COORDINATOR_ANSWERS)
		CU_ASSERT_FATAL(cw_clock_ms() < until);
	while (woken(f, 0))
		;
}

static void test_coordinator__says_so_and_wakes(void)
{
	struct fixture f;

	open_fixture(&f);
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_ASKED);
	await_answer(&f);
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_ANSWERS);
	CU_ASSERT_FALSE(woken(&f, 0));
	cw_coordinator_ask(f.coordinator, f.partitions);
	CU_ASSERT_TRUE(woken(&f, SOON_MS));
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_ANSWERS);
	close_fixture(&f);
}

static void test_coordinator__tells_what_is_committed(void)
{
	rd_kafka_topic_partition_list_t *answer;
	struct fixture f;

	open_fixture(&f);
	CU_ASSERT_PTR_NULL(cw_coordinator_take_answer(f.coordinator));
	await_answer(&f);
	answer = cw_coordinator_take_answer(f.coordinator);
	CU_ASSERT_EQUAL_FATAL(answer ? answer->cnt : 0, 1);
	CU_ASSERT_EQUAL(answer->elems[0].offset, RD_KAFKA_OFFSET_INVALID);
	rd_kafka_topic_partition_list_destroy(answer);
	CU_ASSERT_PTR_NULL(cw_coordinator_take_answer(f.coordinator)); /* it was taken */
	f.partitions->elems[0].offset = 7;
	CU_ASSERT_EQUAL(rd_kafka_commit(f.consumer, f.partitions, 0), RD_KAFKA_RESP_ERR_NO_ERROR);
	await_answer(&f);
	cw_coordinator_ask(f.coordinator, f.partitions); /* the answer before it is not taken for its */
	CU_ASSERT_TRUE(woken(&f, SOON_MS));
	answer = cw_coordinator_take_answer(f.coordinator);
	CU_ASSERT_EQUAL_FATAL(answer ? answer->cnt : 0, 1);
	CU_ASSERT_EQUAL(answer->elems[0].offset, 7);
	rd_kafka_topic_partition_list_destroy(answer);
	CU_ASSERT_PTR_NULL(cw_coordinator_take_answer(NULL));
	close_fixture(&f);
}

static void test_coordinator__that_hangs_keeps_nobody_waiting(void)
{
	struct fixture f;
	int64_t started;

	open_fixture(&f);
	await_answer(&f);
	hang(&f);
	started = cw_clock_ms();
	cw_coordinator_ask(f.coordinator, f.partitions);
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_ASKED);
	CU_ASSERT_EQUAL(cw_coordinator_await(f.coordinator, f.partitions, 50), CW_COORDINATOR_ASKED);
	CU_ASSERT(cw_clock_ms() - started < CW_COORDINATOR_TIMEOUT_MS);
	CU_ASSERT_TRUE(woken(&f, SOON_MS));
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_SILENT);
	CU_ASSERT(cw_clock_ms() - started < CW_COORDINATOR_TIMEOUT_MS + SLACK_MS);
	/* it is left alone for a while, unless somebody insists; and the end waits for it as long as that one would */
	cw_coordinator_ask(f.coordinator, f.partitions);
	CU_ASSERT_EQUAL(cw_coordinator_state(f.coordinator), CW_COORDINATOR_SILENT);
	CU_ASSERT_NOT_EQUAL(cw_coordinator_await(f.coordinator, f.partitions, 1), CW_COORDINATOR_ANSWERS);
	started = cw_clock_ms();
	cw_coordinator_free(f.coordinator);
	f.coordinator = NULL;
	CU_ASSERT(cw_clock_ms() - started < CW_COORDINATOR_TIMEOUT_MS / 2);
	close_fixture(&f);
}

static void test_coordinator__that_is_none_answers_always(void)
{
	cw_coordinator_ask(NULL, NULL);
	CU_ASSERT_EQUAL(cw_coordinator_state(NULL), CW_COORDINATOR_ANSWERS);
	CU_ASSERT_EQUAL(cw_coordinator_await(NULL, NULL, 1000), CW_COORDINATOR_ANSWERS);
	cw_coordinator_free(NULL);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "says so, and wakes", test_coordinator__says_so_and_wakes },
		{ "tells what is committed", test_coordinator__tells_what_is_committed },
		{ "hangs, and keeps nobody waiting", test_coordinator__that_hangs_keeps_nobody_waiting },
		{ "is none, and answers always", test_coordinator__that_is_none_answers_always },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "coordinator", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
