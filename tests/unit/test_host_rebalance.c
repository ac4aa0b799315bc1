/* Partitions of a sink come and go, whatever the sink is doing: another member joins its group and leaves it again. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host_driver.h"

#define PARTITIONS 4 /* of a topic of the embedded broker */
#define RECORDS 500  /* of each partition */
#define MOVES 0      /* the assignor takes this one away from the first member */
/* The embedded broker waits for the members of a group for a second less than this, twice in a rebalance. */
#define SESSION_MS 4000
/* Who does not poll for that long is thrown out of its group: any rebalance here is longer. */
#define MAX_POLL_MS SESSION_MS

/* ---- a sink over four partitions, and what it takes ---- */

struct scene {
	char name[64], out[256], hold[300], config[2048]; /* the sink is busy while the file `hold` exists */
	struct host_process p;
};

static void hold(struct scene *s, bool busy)
{
	if (busy)
		close(open(s->hold, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	else
		unlink(s->hold);
}

/* `more` is further config: transformations, of which b waits as long as the sink is busy. */
static void start_in(struct scene *s, const char *prefix, bool busy, const char *more, const char *worker)
{
	int n;

	host_fresh_name(s->name, sizeof(s->name), prefix);
	snprintf(s->out, sizeof(s->out), "%s/%s", host_folder(), s->name);
	snprintf(s->hold, sizeof(s->hold), "%s.hold", s->out);
	hold(s, busy);
	n = snprintf(s->config, sizeof(s->config),
		 "connector.class=ScriptedPlainSink topics=%s out=%s busy.while=%s trace=true "
		 "consumer.override.session.timeout.ms=%d consumer.override.heartbeat.interval.ms=300 "
		 "consumer.override.max.poll.interval.ms=%d ",
		 s->name, s->out, s->hold, SESSION_MS, MAX_POLL_MS);
	if (more)
		snprintf(s->config + n, sizeof(s->config) - (size_t)n, "%s transforms.b.retry.while=%s", more, s->hold);
	s->p = host_run_with(s->name, s->config, &(struct host_options){ .worker = worker });
	host_expect(&s->p, "status", "RUNNING");
}

static void start_with(struct scene *s, const char *prefix, bool busy, const char *more)
{
	start_in(s, prefix, busy, more, "offset.flush.timeout.ms=300");
}

static void start(struct scene *s, const char *prefix, bool busy)
{
	start_with(s, prefix, busy, NULL);
}

static void fill(struct scene *s, int32_t partition)
{
	host_fill(host_bootstrap(), s->name, partition, 0, RECORDS);
}

static void fill_all(struct scene *s)
{
	for (int32_t i = 0; i < PARTITIONS; i++)
		fill(s, i);
}

/* Keeps account of the partitions that the sink was told to have. */
static void check_owned(const char *line, unsigned *owned, unsigned *moves)
{
	char what[16];
	int partition;

	if (sscanf(line, "%15s %d", what, &partition) != 2)
		return;
	if (strcmp(what, "assigned") == 0) {
		CU_ASSERT_FALSE(*owned >> partition & 1);
		*owned |= 1u << partition;
		++*moves;
	} else if (strcmp(what, "revoked") == 0) {
		CU_ASSERT_TRUE(*owned >> partition & 1);
		*owned &= ~(1u << partition);
	} else if (strcmp(what, "record") == 0) {
		CU_ASSERT_TRUE(*owned >> partition & 1);
	}
}

/* The next offset of each partition in the sink's trail; each record comes once, in order, while the sink has it. */
static void check_trail(const struct scene *s, long next[PARTITIONS])
{
	CW_AUTO_FREE char *text = host_read_file(s->out);
	char *save = NULL;
	unsigned owned = 0, moves = 0;

	memset(next, 0, PARTITIONS * sizeof(*next));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long partition, offset;

		check_owned(line, &owned, &moves);
		if (sscanf(line, "record %ld %ld", &partition, &offset) != 2)
			continue;
		if (offset != next[partition])
			fprintf(stderr, "%s: partition %ld: offset %ld comes after %ld\n", s->name, partition, offset,
				next[partition] - 1);
		CU_ASSERT_EQUAL(offset, next[partition]);
		next[partition] = offset + 1;
	}
	CU_ASSERT_EQUAL(owned, (1u << PARTITIONS) - 1);
	CU_ASSERT_EQUAL(moves, PARTITIONS + PARTITIONS / 2);
}

/* All is taken, once and in order, by a sink that never lost its place in the group. */
static void end(struct scene *s)
{
	int64_t deadline = cw_clock_ms() + 20000;
	long next[PARTITIONS];

	while (host_metric(&s->p, "records_written") < PARTITIONS * RECORDS && cw_clock_ms() < deadline)
		host_attend_for(&s->p, 100);
	CU_ASSERT_EQUAL(host_metric(&s->p, "records_written"), PARTITIONS * RECORDS);
	CU_ASSERT_EQUAL(host_metric(&s->p, "records"), PARTITIONS * RECORDS); /* what was dropped, and read again, once */
	CU_ASSERT_EQUAL(host_metric(&s->p, "records_in_flight"), 0);
	CU_ASSERT_EQUAL(host_metric(&s->p, "partitions"), PARTITIONS);
	CU_ASSERT_EQUAL(host_metric(&s->p, "errors"), 0);
	host_stop(&s->p);
	check_trail(s, next);
	for (int i = 0; i < PARTITIONS; i++) {
		CU_ASSERT_EQUAL(next[i], RECORDS);
		CU_ASSERT_EQUAL(host_committed(s->name, s->name, i), RECORDS);
	}
}

/* ---- another member of the group, which takes records and commits nothing ---- */

static rd_kafka_t *join(const struct scene *s)
{
	CW_AUTO_FREE char *group = cw_format("connect-%s", s->name), *session = cw_format("%d", SESSION_MS);
	const char *settings[][2] = {
		{ "bootstrap.servers", host_bootstrap() },
		{ "group.id", group },
		{ "partition.assignment.strategy", "cooperative-sticky" },
		{ "enable.auto.commit", "false" },
		{ "session.timeout.ms", session },
		{ "heartbeat.interval.ms", "300" },
	};
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];
	rd_kafka_t *member;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof(text));
	member = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
	rd_kafka_poll_set_consumer(member);
	rd_kafka_topic_partition_list_add(topics, s->name, RD_KAFKA_PARTITION_UA);
	CU_ASSERT_EQUAL(rd_kafka_subscribe(member, topics), 0);
	rd_kafka_topic_partition_list_destroy(topics);
	return member;
}

/* Its partitions as bits. */
static unsigned partitions_of(rd_kafka_t *member)
{
	rd_kafka_topic_partition_list_t *list;
	unsigned bits = 0;

	if (rd_kafka_assignment(member, &list) != 0)
		return 0;
	for (int i = 0; i < list->cnt; i++)
		bits |= 1u << list->elems[i].partition;
	rd_kafka_topic_partition_list_destroy(list);
	return bits;
}

/* Polls both for a while. */
static void attend_both(struct scene *s, rd_kafka_t *member, int64_t ms)
{
	int64_t until = cw_clock_ms() + ms;

	do {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(member, 10);

		if (m)
			rd_kafka_message_destroy(m);
		host_attend_for(&s->p, 10);
	} while (cw_clock_ms() < until);
}

/* Until it has its half of the partitions. */
static void expect_half(struct scene *s, rd_kafka_t *member)
{
	int64_t deadline = cw_clock_ms() + 30000;
	unsigned bits;

	while (__builtin_popcount(bits = partitions_of(member)) < PARTITIONS / 2 && cw_clock_ms() < deadline)
		attend_both(s, member, 20);
	CU_ASSERT_EQUAL(__builtin_popcount(bits), PARTITIONS / 2);
}

static void leave(struct scene *s, rd_kafka_t *member)
{
	int64_t deadline = cw_clock_ms() + 20000;

	rd_kafka_consumer_close(member);
	rd_kafka_destroy(member);
	while (host_metric(&s->p, "partitions") < PARTITIONS && cw_clock_ms() < deadline)
		host_attend_for(&s->p, 100);
}

static void expect_paused(struct scene *s, bool paused)
{
	host_say(&s->p, json_pack("{s:s}", "type", paused ? "pause" : "resume"));
	host_expect(&s->p, "status", paused ? "PAUSED" : "RUNNING");
}

/* ---- the tests ---- */

static void test_rebalance__while_the_connector_holds_back(void)
{
	struct scene s;
	rd_kafka_t *member;

	start(&s, "holds", true);
	fill_all(&s);
	host_wait_at_least(&s.p, "batches", 1);
	member = join(&s);
	expect_half(&s, member);
	leave(&s, member);
	hold(&s, false);
	end(&s);
}

static void test_rebalance__while_the_connector_holds_back_and_is_paused(void)
{
	struct scene s;
	rd_kafka_t *member;

	start(&s, "both", true);
	fill_all(&s);
	host_wait_at_least(&s.p, "batches", 1);
	expect_paused(&s, true);
	member = join(&s);
	expect_half(&s, member);
	leave(&s, member);
	hold(&s, false);
	host_attend_for(&s.p, 1500);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_written"), 0);
	expect_paused(&s, false);
	end(&s);
}

/* Partitions that were given up paused come back when nothing is paused any more. */
static void test_rebalance__partitions_that_went_paused_flow_when_they_are_back(void)
{
	struct scene s;
	rd_kafka_t *member;

	start(&s, "paused", false);
	host_fill(host_bootstrap(), s.name, 0, 0, 1);
	host_wait_at_least(&s.p, "batches", 1);
	expect_paused(&s, true);
	member = join(&s);
	expect_half(&s, member);
	expect_paused(&s, false);
	host_fill(host_bootstrap(), s.name, 0, 1, RECORDS - 1);
	for (int32_t i = 1; i < PARTITIONS; i++)
		fill(&s, i);
	attend_both(&s, member, 200);
	leave(&s, member);
	end(&s);
}

/* What the connector held back was of partitions that go: the others flow. */
static void test_rebalance__takes_all_that_was_held_back(void)
{
	struct scene s;
	rd_kafka_t *member;

	start(&s, "emptied", true);
	fill(&s, MOVES);
	host_wait_at_least(&s.p, "batches", 1);
	host_attend_for(&s.p, 1500); /* by then its partitions are paused */
	member = join(&s);
	expect_half(&s, member);
	CU_ASSERT_TRUE(partitions_of(member) & 1u << MOVES);
	hold(&s, false);
	for (int32_t i = 0; i < PARTITIONS; i++)
		if (i != MOVES)
			fill(&s, i);
	for (int64_t until = cw_clock_ms() + 20000; cw_clock_ms() < until;) {
		attend_both(&s, member, 100);
		if (host_metric(&s.p, "records_written") == PARTITIONS / 2 * RECORDS)
			break;
	}
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_written"), PARTITIONS / 2 * RECORDS);
	leave(&s, member);
	end(&s);
}

/* What was fetched and waits for the limit, for long in each record, is in front of what tells of the rebalance. */
static void test_rebalance__while_the_rate_is_limited(void)
{
	struct scene s;
	rd_kafka_t *member;

	/* A commit amid a rebalance waits for this broker, which does not wait for long: only the rebalance makes one. */
	start_in(&s, "limited", false, "rate.limit.bytes.per.second=1",
		 "offset.flush.timeout.ms=300 offset.flush.interval.ms=600000");
	for (int32_t i = 0; i < PARTITIONS; i++) /* of 17 bytes each */
		host_fill(host_bootstrap(), s.name, i, 1000000000000000L, RECORDS);
	host_wait_at_least(&s.p, "records_written", 1);
	member = join(&s);
	expect_half(&s, member);
	leave(&s, member);
	CU_ASSERT_TRUE(host_metric(&s.p, "records_written") < PARTITIONS * RECORDS / 2);
	host_say(&s.p, json_pack("{s:s,s:{s:n}}", "type", "change", "config", "rate.limit.bytes.per.second"));
	end(&s);
}

/* Each record has gone through the first transformation, and once. */
static void check_values(const struct scene *s)
{
	CW_AUTO_FREE char *text = host_read_file(s->out);
	long n = 0;

	for (const char *p = strstr(text, " value=v"); p; p = strstr(p + 1, " value=v")) {
		size_t digits = strspn(p + strlen(" value=v"), "0123456789");

		CU_ASSERT_EQUAL(strncmp(p + strlen(" value=v") + digits, "x ", 2), 0);
		n++;
	}
	CU_ASSERT_EQUAL(n, PARTITIONS * RECORDS);
}

/* A record that was half-way through the transformations comes again as Kafka has it. */
static void test_rebalance__takes_a_record_from_amid_the_transformations(void)
{
	struct scene s;
	rd_kafka_t *member;

	start_with(&s, "amid", true,
		   "tell=true errors.retry.timeout=-1 errors.retry.delay.max.ms=100 transforms=a,b "
		   "transforms.a.type=ScriptedTransform transforms.a.append=x transforms.b.type=ScriptedTransform");
	fill(&s, MOVES);
	host_wait_at_least(&s.p, "batches", 1);
	member = join(&s);
	expect_half(&s, member);
	CU_ASSERT_TRUE(partitions_of(member) & 1u << MOVES);
	leave(&s, member);
	host_attend_for(&s.p, 1000); /* it is there again, and tried */
	hold(&s, false);
	for (int32_t i = 0; i < PARTITIONS; i++)
		if (i != MOVES)
			fill(&s, i);
	end(&s);
	check_values(&s);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "while the connector holds back", test_rebalance__while_the_connector_holds_back },
		{ "while it holds back and is paused", test_rebalance__while_the_connector_holds_back_and_is_paused },
		{ "partitions that went paused flow again",
		  test_rebalance__partitions_that_went_paused_flow_when_they_are_back },
		{ "takes all that was held back", test_rebalance__takes_all_that_was_held_back },
		{ "while the rate is limited", test_rebalance__while_the_rate_is_limited },
		{ "amid the transformations", test_rebalance__takes_a_record_from_amid_the_transformations },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("connect-host: rebalances", tests);
}
