/* A connect-host that is asked to end does so in its time, whatever Kafka, the plugin or the worker do. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "host_broker.h"
#include "host_driver.h"
#include "supervisor/protocol.h"

#define STOP_MS 2000

/* ---- brokers that are none ---- */

/* Takes connections and never says a word: the address; *fd is to be closed. */
static void silent_server(char *out, size_t size, int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(*fd, (struct sockaddr *)&address, n), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(*fd, (struct sockaddr *)&address, &n), 0);
	CU_ASSERT_EQUAL_FATAL(listen(*fd, 16), 0);
	snprintf(out, size, "bootstrap.servers=127.0.0.1:%d", ntohs(address.sin_port));
}

/* ---- no broker at all ---- */

static void test_stop__no_broker_was_ever_there(void)
{
	static const struct {
		const char *config, *worker;
	} cases[] = {
		{ "connector.class=ScriptedPlainSink topics=t,u,v out=/dev/null", "" },
		{ "connector.class=ScriptedSource topic=t", "" },
		{ "connector.class=ScriptedSource topic=t", "exactly.once.source.support=enabled" },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		char worker[256], name[64];
		struct host_process p;
		int fd;

		silent_server(worker, sizeof(worker), &fd);
		if (i % 2) {
			close(fd); /* then nobody listens there */
			fd = -1;
		}
		strcat(worker, " ");
		strcat(worker, cases[i / 2].worker);
		p = host_run_with(host_fresh_name(name, sizeof(name), "nobody"), cases[i / 2].config,
				  &(struct host_options){ .worker = worker });
		host_attend_for(&p, 300);
		host_stop_within(&p, STOP_MS);
		if (fd >= 0)
			close(fd);
	}
}

/* ---- brokers that go away ---- */

static void test_stop__the_broker_of_a_sink_is_gone(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	char config[512], path[256];

	snprintf(path, sizeof(path), "%s/gone", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=gone out=%s", path);
	host_fill(b.bootstrap, "gone", 0, 0, 100);
	p = host_broker_run(&b, "gone", config, "offset.flush.interval.ms=3600000"); /* so there is something to commit */
	host_wait_metric(&p, "records_written", 100);
	rd_kafka_mock_broker_set_down(b.cluster, 1);
	host_stop_within(&p, STOP_MS);
	host_broker_close(&b);
}

/* Heard of its group by then, and not of its partitions yet: the group waits three seconds before it lets members in. */
#define JOINED_MS 4000
#define SYNC_GROUP 14

/* So it is after the death of a group's leader, and where a coordinator hangs. Nobody can close the consumer then. */
static void test_stop__the_group_does_not_say_which_partitions_it_gets(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	char config[512];

	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=unsaid out=%s/unsaid", host_folder());
	host_fill(b.bootstrap, "unsaid", 0, 0, 100);
	rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, SYNC_GROUP, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 20000);
	p = host_broker_run(&b, "unsaid", config, "");
	host_attend_for(&p, JOINED_MS);
	host_stop_within(&p, STOP_MS);
	host_broker_close(&b);
}

#define LIST_OFFSETS 2

/* Whatever wakes the task while it waits, as the answer to its consumer's last question does, it waits for its time. */
static void test_stop__while_it_waits_to_start_again(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	char config[512];

	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=again out=%s/again run.until=end", host_folder());
	host_fill(b.bootstrap, "again", 0, 0, 1);
	for (int i = 0; i < 1000; i++)
		rd_kafka_mock_push_request_errors(b.cluster, LIST_OFFSETS, 1, RD_KAFKA_RESP_ERR_INVALID_REQUEST);
	p = host_broker_run(&b, "again", config, "");
	host_wait_at_least(&p, "retry_attempt", 2);
	host_attend_for(&p, 2000); /* metrics come once a second */
	CU_ASSERT_TRUE(host_metric(&p, "retry_attempt") <= 8);
	host_stop_within(&p, STOP_MS);
	host_broker_close(&b);
}

#define LETTERS "errors.tolerance=all errors.deadletterqueue.topic.name=letters errors.deadletterqueue.context.headers.enable=true"
#define ASKED_MS 1000

/* So it is with a broker that hangs, while the others tell who leads what. */
static void test_stop__nobody_says_where_topics_end(void)
{
	static const struct {
		const char *config, *worker;
	} cases[] = {
		{ "connector.class=ScriptedPlainSink topics=ends out=/dev/null run.until=end", "" },
		{ "connector.class=ScriptedPlainSink topics=ends out=/dev/null " LETTERS, "" },
		{ "connector.class=ScriptedSource topic=ends", "exactly.once.source.support=enabled" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_broker b = host_broker_open();
		struct host_process p;
		char name[64];

		host_fill(b.bootstrap, "ends", 0, 0, 1);
		host_fill(b.bootstrap, "letters", 0, 0, 1);
		host_fill(b.bootstrap, "connect-offsets", 0, 0, 1);
		for (int k = 0; k < 20; k++)
			rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, LIST_OFFSETS, 1, 0, 20000);
		p = host_broker_run(&b, host_fresh_name(name, sizeof(name), "ends"), cases[i].config, cases[i].worker);
		host_attend_for(&p, ASKED_MS);
		host_stop_within(&p, STOP_MS + 1000);
		host_broker_close(&b);
	}
}

static void test_stop__the_broker_of_a_source_is_gone(void)
{
	static const char *const workers[] = { "", "exactly.once.source.support=enabled" };

	for (size_t i = 0; i < 2; i++) {
		struct host_broker b = host_broker_open();
		int64_t deadline = cw_clock_ms() + 20000;
		struct host_process p;

		host_fill(b.bootstrap, "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
		p = host_broker_run(&b, "away", "connector.class=ScriptedSource topic=away per.poll=1000", workers[i]);
		while (host_metric(&p, "records") < 1000 && cw_clock_ms() < deadline)
			host_attend_for(&p, 10);
		CU_ASSERT_TRUE(host_metric(&p, "records") >= 1000);
		rd_kafka_mock_broker_set_down(b.cluster, 1);
		host_attend_for(&p, 500); /* its queue is full by now, and stays so */
		host_stop_within(&p, STOP_MS);
		host_broker_close(&b);
	}
}

/* Without errors.retry.timeout it waits as long as it takes; with it, the task fails, and says what was in vain. */
static void test_fail__records_are_not_delivered_in_their_time(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	int64_t began;

	p = host_broker_run(&b, "late", "connector.class=ScriptedSource topic=late per.poll=1000 errors.retry.timeout=1500", "");
	host_wait_at_least(&p, "records", 1000);
	rd_kafka_mock_broker_set_down(b.cluster, 1);
	began = cw_clock_ms();
	host_expect_failed(&p, "a record for topic late was not delivered: Local: Message timed out");
	CU_ASSERT_TRUE(cw_clock_ms() - began >= 1000);
	host_stop_within(&p, STOP_MS);
	host_broker_close(&b);
}

/* ---- plugins and workers that do not do their part ---- */

/* `counter` and its value say that the sink is where it is to be. */
static void sink_stops(const char *name, const char *config, const char *counter, int64_t value)
{
	struct host_process p;
	char words[512];

	host_fill(host_bootstrap(), name, 0, 0, 100);
	snprintf(words, sizeof(words), "topics=%s out=%s/%s %s", name, host_folder(), name, config);
	p = host_run(name, words);
	host_wait_at_least(&p, counter, value);
	host_stop_within(&p, STOP_MS);
	CU_ASSERT_TRUE(host_committed(name, name, 0) < 0);
}

static void test_stop__the_plugin_never_completes(void)
{
	sink_stops("stop-held", "connector.class=ScriptedAsyncSink hold.ms=3600000", "records", 100);
}

static void test_stop__the_plugin_never_takes_a_batch(void)
{
	sink_stops("stop-busy", "connector.class=ScriptedAsyncSink busy=1000000000", "batches", 1);
}

static void test_stop__the_plugin_never_flushes(void)
{
	sink_stops("stop-flush", "connector.class=ScriptedFlushSink flushes=false", "records", 100);
}

static void test_stop__while_the_sink_is_being_paused(void)
{
	struct host_process p;
	char words[512];

	host_fill(host_bootstrap(), "stop-pause", 0, 0, 100);
	snprintf(words, sizeof(words), "connector.class=ScriptedAsyncSink topics=stop-pause out=%s/pause hold.ms=3600000",
		 host_folder());
	p = host_run_with("stop-pause", words, &(struct host_options){ .worker = "offset.flush.timeout.ms=60000" });
	host_wait_metric(&p, "records", 100);
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	host_attend_for(&p, 200); /* it waits for the plugin now */
	host_stop_within(&p, STOP_MS);
}

static void test_stop__the_worker_never_stores(void)
{
	struct host_process p = host_run("stop-store", "connector.class=ScriptedSource topic=stop-store count=100");

	p.stores_none = true;
	while (p.seq == 0)
		host_attend_for(&p, 10);
	host_stop_within(&p, STOP_MS);
}

/* ---- a worker that is gone --------------------------------------------------------------------- */

#define GRACE_MS 500
#define ORPHAN_MS (GRACE_MS + CW_ORPHAN_EXTRA_MS + 4000)

static void wait_for_log(struct host_process *p, const char *text)
{
	bool said = false;

	while (!said) {
		json_t *message = host_wait_for(p, "log", NULL);

		CU_ASSERT_PTR_NOT_NULL_FATAL(message);
		said = strcmp(json_string_value(json_object_get(message, "message")), text) == 0;
		json_decref(message);
	}
}

static struct host_process run_with_provider(const char *name, const char *more)
{
	char worker[512];

	snprintf(worker, sizeof(worker), "config.providers=s config.providers.s.class=ScriptedProvider "
		 "config.providers.s.param.ttl.ms=500 task.shutdown.graceful.timeout.ms=${s:%d} %s", GRACE_MS, more);
	return host_run_with(name, "connector.class=ScriptedSource topic=${s:orphan} count=1",
			     &(struct host_options){ .worker = worker });
}

/*
 * The tasks have ended well by then: the host's main thread hangs when it takes down what is left. The time for draining is
 * known only once a config provider has said it.
 */
static void test_orphan__a_config_provider_hangs(void)
{
	struct host_process asked, stopped;

	asked = run_with_provider("orphan-asked", "config.providers.s.param.hang.in=watch");
	stopped = run_with_provider("orphan-stopped", "config.providers.s.param.hang.in=stop");
	wait_for_log(&asked, "hangs in watch");
	host_orphan(&asked, ORPHAN_MS, 3);
	host_orphan(&stopped, ORPHAN_MS, 3);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "no broker was ever there", test_stop__no_broker_was_ever_there },
		{ "the broker of a sink is gone", test_stop__the_broker_of_a_sink_is_gone },
		{ "the group does not say which partitions it gets",
		  test_stop__the_group_does_not_say_which_partitions_it_gets },
		{ "while it waits to start again", test_stop__while_it_waits_to_start_again },
		{ "nobody says where topics end", test_stop__nobody_says_where_topics_end },
		{ "the broker of a source is gone", test_stop__the_broker_of_a_source_is_gone },
		{ "records are not delivered in their time", test_fail__records_are_not_delivered_in_their_time },
		{ "the plugin never completes", test_stop__the_plugin_never_completes },
		{ "the plugin never takes a batch", test_stop__the_plugin_never_takes_a_batch },
		{ "the plugin never flushes", test_stop__the_plugin_never_flushes },
		{ "while the sink is being paused", test_stop__while_the_sink_is_being_paused },
		{ "the worker never stores", test_stop__the_worker_never_stores },
		{ "the worker is gone and a config provider hangs", test_orphan__a_config_provider_hangs },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("connect-host stops", tests);
}
