/*
 * Records of sources that Kafka refuses or is slow to take, and dead letters that it refuses, too: nothing is passed over,
 * and the books add up. With the real host and a broker of each topic's own in this process, which says what it is told to.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

#include "base/clock.h"
#include "host_driver.h"

#define PRODUCE 0 /* the requests' keys */
#define ADD_PARTITIONS 24
#define TOO_LARGE RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
#define RECORDS_AT 1
#define LETTERS_AT 2
#define ANSWERS_MAX 12
#define STOP_MS 3000
#define SOON_MS 30000

struct cluster {
	rd_kafka_t *client;
	rd_kafka_mock_cluster_t *mock;
};

static void add_topic(struct cluster *c, const char *name, int32_t broker)
{
	CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_topic_create(c->mock, name, 1, 1), 0);
	CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_partition_set_leader(c->mock, name, 0, broker), 0);
}

static struct cluster open_cluster(void)
{
	struct cluster c;
	char text[256];

	c.client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
	c.mock = rd_kafka_mock_cluster_new(c.client, 2);
	add_topic(&c, "records", RECORDS_AT);
	add_topic(&c, "letters", LETTERS_AT);
	return c;
}

static void close_cluster(struct cluster *c)
{
	rd_kafka_mock_cluster_destroy(c->mock);
	rd_kafka_destroy(c->client);
}

/* What the broker says to the next requests for records; afterwards all is well. */
static void answer(struct cluster *c, int32_t broker, const rd_kafka_resp_err_t *errors, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL(rd_kafka_mock_broker_push_request_error_rtts(c->mock, broker, PRODUCE, 1, (int)errors[i], 0), 0);
}

static struct host_process run(struct cluster *c, const char *config)
{
	char words[256], all[1024], name[64];

	snprintf(words, sizeof(words), "bootstrap.servers=%s", rd_kafka_mock_cluster_bootstraps(c->mock));
	snprintf(all, sizeof(all), "connector.class=ScriptedSource topic=records partition=0 errors.tolerance=all "
		 "errors.deadletterqueue.topic.name=letters %s", config);
	return host_run_with(host_fresh_name(name, sizeof(name), "refused"), all, &(struct host_options){ .worker = words });
}

/* What workerctl audit looks at. failed < 0: one or more. */
static void check_books(struct host_process *p, int64_t failed)
{
	static const char *const ends[] = { "records", "records_dead_lettered", "records_skipped", "records_filtered",
					    "records_failed", "records_in_flight" };
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sum += host_metric(p, ends[i]);
	CU_ASSERT_EQUAL(sum, host_metric(p, "records_polled"));
	CU_ASSERT_TRUE(failed < 0 ? host_metric(p, "records_failed") > 0 : host_metric(p, "records_failed") == failed);
	if (sum != host_metric(p, "records_polled")) {
		fprintf(stderr, "\n");
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			fprintf(stderr, "%s %lld, ", ends[i], (long long)host_metric(p, ends[i]));
		fprintf(stderr, "polled %lld\n", (long long)host_metric(p, "records_polled"));
	}
}

static int64_t stored(struct host_process *p)
{
	return json_integer_value(json_object_get(json_array_get(json_object_get(p->offsets, "{\"task\":0}"), 1), "next"));
}

#define FIVE "count=5 per.poll=5 "
/* Each record and each letter is a request of its own. */
#define SINGLY "producer.override.batch.num.messages=1 "
#define TENTHS "count=50 per.poll=50 transforms=a transforms.a.type=ScriptedTransform transforms.a.fail.every=10 "
#define NOT_WRITTEN "was not written to the dead letter topic letters either: Broker: Message size too large"
#define FIVE_TIMES(error) error, error, error, error, error

static void test_letters__that_are_not_written(void)
{
	static const struct {
		const char *config;
		rd_kafka_resp_err_t records[ANSWERS_MAX], letters[ANSWERS_MAX];
		const char *trace;
		int64_t failed;
	} cases[] = {
		/* Refused together, and then alone; all letters, or one of them. */
		{ FIVE, { TOO_LARGE, FIVE_TIMES(TOO_LARGE) }, { FIVE_TIMES(TOO_LARGE) }, NOT_WRITTEN, -1 },
		{ FIVE SINGLY, { FIVE_TIMES(TOO_LARGE), FIVE_TIMES(TOO_LARGE) }, { 0, TOO_LARGE }, NOT_WRITTEN, 1 },
		/* By a stage of the pipeline. */
		{ TENTHS, { 0 }, { TOO_LARGE }, NOT_WRITTEN, -1 },
		{ TENTHS SINGLY, { 0 }, { 0, TOO_LARGE }, NOT_WRITTEN, 1 },
		/* librdkafka takes neither record nor letter. */
		{ "count=10 huge.at=7 huge.bytes=5000 producer.override.message.max.bytes=1000", { 0 }, { 0 },
		  "cannot be sent to the dead letter topic", 1 },
		/* There is to be no letter. */
		{ FIVE "errors.budget.count=1", { TOO_LARGE, FIVE_TIMES(TOO_LARGE) }, { 0 }, "more than errors.budget.* allows", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cluster c = open_cluster();
		struct host_process p;

		answer(&c, RECORDS_AT, cases[i].records, ANSWERS_MAX);
		answer(&c, LETTERS_AT, cases[i].letters, ANSWERS_MAX);
		p = run(&c, cases[i].config);
		host_expect_failed(&p, cases[i].trace);
		check_books(&p, cases[i].failed);
		CU_ASSERT_EQUAL(stored(&p), 0);
		host_stop(&p);
		close_cluster(&c);
	}
}

/* A task that has to end before its letters are answered, or can be sent: their records are in flight. */
static void test_letters__that_are_not_answered(void)
{
	static const char *const configs[] = { TENTHS, TENTHS "producer.override.queue.buffering.max.messages=1" };

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct cluster c = open_cluster();
		struct host_process p;

		rd_kafka_mock_broker_set_down(c.mock, LETTERS_AT);
		p = run(&c, configs[i]);
		host_expect(&p, "status", "RUNNING");
		host_attend_for(&p, 200);
		host_say_stop(&p, STOP_MS);
		host_expect(&p, "stopped", NULL);
		check_books(&p, 0);
		CU_ASSERT_TRUE(host_metric(&p, "records_in_flight") >= 5);
		CU_ASSERT_EQUAL(stored(&p), 0);
		host_reap(&p);
		close_cluster(&c);
	}
}

static void test_letters__that_are_written(void)
{
	static const rd_kafka_resp_err_t refused[] = { TOO_LARGE, FIVE_TIMES(TOO_LARGE) };
	struct cluster c = open_cluster();
	struct host_process p;

	answer(&c, RECORDS_AT, refused, sizeof(refused) / sizeof(refused[0]));
	p = run(&c, "count=8 per.poll=5");
	host_expect(&p, "status", "COMPLETED");
	check_books(&p, 0);
	CU_ASSERT_EQUAL(host_metric(&p, "records_dead_lettered"), 5);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
	CU_ASSERT_EQUAL(stored(&p), 8);
	host_stop(&p);
	close_cluster(&c);
}

/* What was refused, or behind it, is in flight; the task ends in its time, and all comes again when it starts again. */
static void test_stop__while_records_are_sent_again(void)
{
	struct cluster c = open_cluster();
	struct host_process p;

	rd_kafka_mock_broker_push_request_error_rtts(c.mock, RECORDS_AT, PRODUCE, 2, TOO_LARGE, 0, 0, 60000);
	p = run(&c, "count=1000 per.poll=100 producer.override.batch.num.messages=50");
	host_wait_at_least(&p, "records_in_flight", 1);
	host_say_stop(&p, STOP_MS);
	host_expect(&p, "stopped", NULL);
	check_books(&p, 0);
	CU_ASSERT_TRUE(host_metric(&p, "records_in_flight") > 0);
	CU_ASSERT_EQUAL(stored(&p), 0);
	host_reap(&p);
	close_cluster(&c);
}

/* librdkafka has no room for the rest of a poll, or letters are slow to be written, since Kafka does not answer. */
static void test_poll__that_is_not_all_sent(void)
{
	static const struct {
		const char *config;
		int32_t slow;
	} cases[] = {
		{ "count=10 per.poll=10 producer.override.queue.buffering.max.messages=5", RECORDS_AT },
		{ TENTHS, LETTERS_AT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cluster c = open_cluster();
		struct host_process p;

		CU_ASSERT_EQUAL(rd_kafka_mock_broker_push_request_error_rtts(c.mock, cases[i].slow, PRODUCE, 1, 0, 6000), 0);
		p = run(&c, cases[i].config);
		host_wait_at_least(&p, "records_in_flight", 5);
		check_books(&p, 0);
		host_expect(&p, "status", "COMPLETED");
		check_books(&p, 0);
		host_stop(&p);
		close_cluster(&c);
	}
}

/* ---- exactly once ---------------------------------------------------------------------------- */

static struct host_process run_once(struct cluster *c, const char *config)
{
	char words[256], all[512], name[64];

	add_topic(c, "connect-offsets", LETTERS_AT);
	snprintf(words, sizeof(words), "exactly.once.source.support=enabled bootstrap.servers=%s",
		 rd_kafka_mock_cluster_bootstraps(c->mock));
	snprintf(all, sizeof(all), "connector.class=ScriptedSource topic=records partition=0 %s", config);
	return host_run_with(host_fresh_name(name, sizeof(name), "once"), all, &(struct host_options){ .worker = words });
}

/* One that takes long to end, since Kafka is slow to answer: its records are in flight. */
static void test_transaction__that_is_not_over(void)
{
	struct cluster c = open_cluster();
	struct host_process p;

	CU_ASSERT_EQUAL(rd_kafka_mock_broker_push_request_error_rtts(c.mock, RECORDS_AT, PRODUCE, 1, 0, 6000), 0);
	p = run_once(&c, FIVE);
	host_wait_metric(&p, "records_polled", 5);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 5);
	check_books(&p, 0);
	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 5);
	check_books(&p, 0);
	host_stop(&p);
	close_cluster(&c);
}

/* ---- batches that are larger than the topic takes ---------------------------------------------- */

#define SMALL "from now on they have at most 16384 bytes"
#define ONE_EACH "from now on they have one record each"

/* Hears the host out until it has completed: it says each of `words` once by then. */
static void completes_saying(struct host_process *p, const char *const *words, size_t n)
{
	size_t said = 0;
	json_t *line;
	bool completed = false;

	while (!completed && (line = host_hear(p, cw_clock_ms() + SOON_MS)) != NULL) {
		const char *message = json_string_value(json_object_get(line, "message"));
		const char *state = json_string_value(json_object_get(line, "state"));

		host_attend(p, line);
		if (message && strstr(message, "does not take batches as large")) {
			CU_ASSERT_TRUE(said < n && strstr(message, words[said]) != NULL);
			said++;
		}
		completed = state && strcmp(state, "COMPLETED") == 0;
		json_decref(line);
	}
	CU_ASSERT_TRUE(completed);
	CU_ASSERT_EQUAL(said, n);
}

/*
 * Where Kafka's own producer splits them: whatever is tolerated, all that is in them arrives. (Transactions are seen to on
 * real brokers: these here show also what was aborted.)
 */
static void test_batches__that_are_too_large_become_smaller(void)
{
	static const char *const small[] = { SMALL, ONE_EACH }, *const one_each[] = { ONE_EACH };
	static const rd_kafka_resp_err_t refused[] = { TOO_LARGE, TOO_LARGE };
	static const struct {
		const char *config;
		size_t refusals; /* in a row */
		const char *const *words;
		size_t n_words;
	} cases[] = {
		{ "count=50 per.poll=50 errors.tolerance=none", 1, small, 1 },
		{ "count=50 per.poll=50 errors.tolerance=none", 2, small, 2 },
		{ "count=50 per.poll=50 errors.tolerance=none producer.override.batch.size=9000", 1, one_each, 1 },
		{ "count=50 per.poll=50", 1, small, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cluster c = open_cluster();
		struct host_process p;

		answer(&c, RECORDS_AT, refused, cases[i].refusals);
		p = run(&c, cases[i].config);
		completes_saying(&p, cases[i].words, cases[i].n_words);
		check_books(&p, 0);
		CU_ASSERT_TRUE(host_metric(&p, "records") >= 50);
		CU_ASSERT_EQUAL(host_metric(&p, "records_dead_lettered"), 0);
		CU_ASSERT_EQUAL(stored(&p), 50);
		host_stop(&p);
		close_cluster(&c);
	}
}

/* Whether the report of what was refused is served before more is sent, or after that. */
static void test_transaction__says_why_it_failed(void)
{
	static const struct {
		const char *config;
		rd_kafka_resp_err_t answer;
		const char *trace;
	} cases[] = {
		{ "per.poll=5", TOO_LARGE, "Message size too large; with exactly-once delivery" },
		{ "per.poll=1000 producer.override.linger.ms=0 transaction.boundary=interval "
		  "transaction.boundary.interval.ms=60000", TOO_LARGE, "Message size too large; with exactly-once delivery" },
		{ "per.poll=5", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cluster c = open_cluster();
		struct host_process p;

		for (size_t k = 0; k < 3; k++) /* batches become smaller, twice */
			answer(&c, RECORDS_AT, &cases[i].answer, 1);
		p = run_once(&c, cases[i].config);
		host_expect_failed(&p, cases[i].trace);
		host_stop(&p);
		close_cluster(&c);
	}
}

/* The connector aborts one that Kafka's client has given up already: the task starts again. */
static void test_transaction__that_is_given_up(void)
{
	const rd_kafka_resp_err_t denied = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
	struct cluster c = open_cluster();
	struct host_process p;
	json_t *line;
	bool again = false;

	for (int32_t broker = 1; broker <= 2; broker++)
		CU_ASSERT_EQUAL(rd_kafka_mock_broker_push_request_error_rtts(c.mock, broker, ADD_PARTITIONS, 1, (int)denied, 0), 0);
	p = run_once(&c, "count=20 transaction.boundary=connector end.each=5 abort.each=1");
	while (!again && (line = host_wait_for(&p, "log", NULL)) != NULL) {
		again = strstr(json_string_value(json_object_get(line, "message")), "starts again in") != NULL;
		json_decref(line);
	}
	host_expect(&p, "status", "COMPLETED");
	check_books(&p, 0);
	host_stop(&p);
	close_cluster(&c);
}

/* ---- several topics -------------------------------------------------------------------------- */

/* Offsets are from 0 on. */
static bool has_records(struct cluster *c, const char *topic, int32_t partition)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	int64_t low, high = -1;
	char text[256];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(c->mock), text, sizeof(text));
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	CU_ASSERT_EQUAL(rd_kafka_query_watermark_offsets(rk, topic, partition, &low, &high, 5000), 0);
	rd_kafka_destroy(rk);
	return high > 0;
}

/* Not only the one that was used last: each changes its partition now and then. */
static void test_topics__all_use_their_partitions(void)
{
	struct cluster c = open_cluster();
	char words[256];
	struct host_process p;

	CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_topic_create(c.mock, "even", 2, 1), 0);
	CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_topic_create(c.mock, "odd", 2, 1), 0);
	snprintf(words, sizeof(words), "bootstrap.servers=%s", rd_kafka_mock_cluster_bootstraps(c.mock));
	p = host_run_with("several", "connector.class=ScriptedSource topic=even other.topic=odd per.poll=2 count=2000 "
			  "rate.limit.records.per.second=4000",
			  &(struct host_options){ .worker = words });
	host_expect(&p, "status", "COMPLETED");
	for (int32_t i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(has_records(&c, "even", i));
		CU_ASSERT_TRUE(has_records(&c, "odd", i));
	}
	host_stop(&p);
	close_cluster(&c);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "letters that are not written", test_letters__that_are_not_written },
		{ "letters that are not answered", test_letters__that_are_not_answered },
		{ "letters that are written", test_letters__that_are_written },
		{ "a stop while records are sent again", test_stop__while_records_are_sent_again },
		{ "a poll that is not all sent", test_poll__that_is_not_all_sent },
		{ "a transaction that is not over", test_transaction__that_is_not_over },
		{ "batches that are too large", test_batches__that_are_too_large_become_smaller },
		{ "a transaction says why it failed", test_transaction__says_why_it_failed },
		{ "a transaction that is given up", test_transaction__that_is_given_up },
		{ "several topics", test_topics__all_use_their_partitions },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("refused records", tests);
}
