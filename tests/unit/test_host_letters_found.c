/* Letters that are there already, in the real host: what is looked at, and that a look in vain holds nothing up. */
#include <stdio.h>
#include <string.h>

#include "host_broker.h"

#define TIMEOUT_MS 10000
#define COMMITTED 10 /* of partition 0 */

struct scene {
	struct host_broker broker;
	struct host_process p;
	char name[64], topic[80], letters[80], path[300];
};

/* The topic of letters is there; that of records has four partitions once it has one. */
static struct scene open_scene(void)
{
	struct scene s = { .broker = host_broker_open() };

	host_fresh_name(s.name, sizeof(s.name), "found");
	snprintf(s.topic, sizeof(s.topic), "%s-in", s.name);
	snprintf(s.letters, sizeof(s.letters), "%s-letters", s.name);
	snprintf(s.path, sizeof(s.path), "%s/%s", host_folder(), s.name);
	CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_topic_create(s.broker.cluster, s.letters, 1, 1), 0);
	return s;
}

static void run(struct scene *s, const char *more)
{
	char config[1024];

	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=%s out=%s errors.tolerance=all "
		 "errors.deadletterqueue.topic.name=%s errors.deadletterqueue.context.headers.enable=true %s", s->topic, s->path,
		 s->letters, more);
	s->p = host_broker_run(&s->broker, s->name, config, "");
}

static void close_scene(struct scene *s)
{
	host_stop(&s->p);
	host_broker_close(&s->broker);
}

/* ---- what is looked at ---- */

static void commit(struct scene *s, const char *mark)
{
	rd_kafka_t *consumer = host_broker_client(&s->broker, RD_KAFKA_CONSUMER, s->name);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_add(list, s->topic, 0);

	p->offset = COMMITTED;
	p->metadata = strdup(mark);
	p->metadata_size = strlen(mark);
	CU_ASSERT_EQUAL(rd_kafka_commit(consumer, list, 0), 0);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(consumer);
}

static void add_header(rd_kafka_headers_t *headers, const char *name, const char *value)
{
	CU_ASSERT_EQUAL(rd_kafka_header_add(headers, name, -1, value, -1), 0);
}

/* A letter of the first record that is not committed, v10. */
static void write_letter(struct scene *s)
{
	rd_kafka_t *producer = host_broker_client(&s->broker, RD_KAFKA_PRODUCER, s->name);
	rd_kafka_headers_t *headers = rd_kafka_headers_new(4);
	static char value[] = "v10";

	add_header(headers, "__connect.errors.connector.name", s->name);
	add_header(headers, "__connect.errors.topic", s->topic);
	add_header(headers, "__connect.errors.partition", "0");
	add_header(headers, "__connect.errors.offset", "10");
	CU_ASSERT_EQUAL(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(s->letters), RD_KAFKA_V_PARTITION(0),
					  RD_KAFKA_V_VALUE(value, strlen(value)), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END), 0);
	CU_ASSERT_EQUAL(rd_kafka_flush(producer, TIMEOUT_MS), 0);
	rd_kafka_destroy(producer);
}

/* The letter is before the mark, so it is only found where more has to be read than the mark says. */
static const struct {
	const char *mark;
	long elsewhere; /* records of a partition that nothing is committed of */
	bool found;
} cases[] = {
	{ "letters 0=0", 0, true },
	{ "letters 0=1", 0, false },
	{ "letters 0=1", 1, true },
	{ "", 0, true },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static struct scene start_case(size_t i)
{
	struct scene s = open_scene();

	host_fill(s.broker.bootstrap, s.topic, 0, 0, 20);
	host_fill(s.broker.bootstrap, s.topic, 1, 11, cases[i].elsewhere);
	write_letter(&s);
	commit(&s, cases[i].mark);
	run(&s, "reject.every=10");
	return s;
}

static void test_look__at_what_is_not_behind_the_marks(void)
{
	struct scene scenes[CASES];

	for (size_t i = 0; i < CASES; i++)
		scenes[i] = start_case(i);
	for (size_t i = 0; i < CASES; i++) {
		struct scene *s = &scenes[i];

		host_wait_metric(&s->p, "records_dead_lettered", 1);
		host_wait_metric(&s->p, "records_written", COMMITTED - 1 + cases[i].elsewhere);
		CU_ASSERT_EQUAL(host_metric(&s->p, "deadletterqueue_produce_requests"), cases[i].found ? 0 : 1);
		close_scene(s);
	}
}

/* ---- looks in vain ---- */

/*
 * Nobody leads the topic of letters: whether a letter is there is not known, and none can be written. Records flow all the
 * same, and the consumer keeps its partitions: it may be away for six seconds only, and a look takes a quarter of that.
 */
static void test_look__in_vain_does_not_hold_up(void)
{
	struct scene s = open_scene();

	host_fill(s.broker.bootstrap, s.topic, 0, 0, 1); /* v0 is rejected: its letter is looked for at once */
	run(&s, "reject.every=2 consumer.override.max.poll.interval.ms=6000 consumer.override.session.timeout.ms=6000");
	host_expect(&s.p, "status", "RUNNING"); /* so the topic of letters was found */
	CU_ASSERT_EQUAL(rd_kafka_mock_partition_set_leader(s.broker.cluster, s.letters, 0, -1), 0);
	host_wait_metric(&s.p, "records", 1);
	host_fill(s.broker.bootstrap, s.topic, 0, 1, 99);
	host_wait_metric(&s.p, "records", 100);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_in_flight"), 50);
	CU_ASSERT_EQUAL(host_metric(&s.p, "partitions"), 4);
	CU_ASSERT_EQUAL(rd_kafka_mock_partition_set_leader(s.broker.cluster, s.letters, 0, 1), 0);
	host_wait_metric(&s.p, "records_dead_lettered", 50);
	host_wait_zero(&s.p, "records_in_flight");
	host_wait_at_least(&s.p, "offset_commits", 1);
	CU_ASSERT_EQUAL(host_metric(&s.p, "offset_commit_failures"), 0);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records"), 100);
	close_scene(&s);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "what is not behind the marks", test_look__at_what_is_not_behind_the_marks },
		{ "in vain: that does not hold up", test_look__in_vain_does_not_hold_up },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("dead letters that are there already", tests);
}
