/* Sinks that get nothing, since their group does not let them in or Kafka does not answer: they say so, and know no lag. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "host_broker.h"
#include "host_driver.h"

#define JOIN_GROUP 11 /* the request's number */
#define LATE_MS 9000  /* longer than it takes a task to say so in its log */

static const char not_in[] = "its consumer group has not let it in yet";
static const char silent[] = "the coordinator of its consumer group does not answer";

#define DEADLINE_MS 40000

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

static bool knows_lag(const struct host_process *p)
{
	return json_object_get(p->metrics, "consumer_lag") != NULL;
}

/* The next metrics that say that this is waited for, or NULL: nothing. */
static void wait_awaited(struct host_process *p, const char *what)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	bool found = false;

	while (!found && cw_clock_ms() < deadline) {
		json_t *message = host_wait_for(p, "metrics", NULL);
		const char *awaited = json_string_value(json_object_get(message, "awaited"));

		found = what ? begins(awaited, what) : !awaited;
		json_decref(message);
	}
	CU_ASSERT_TRUE(found);
}

static void wait_logged(struct host_process *p, const char *text)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	bool found = false;

	while (!found && cw_clock_ms() < deadline) {
		json_t *message = host_hear(p, deadline);
		const char *said = json_string_value(json_object_get(message, "message"));

		if (!message)
			break;
		host_attend(p, message);
		found = said && strstr(said, text);
		json_decref(message);
	}
	CU_ASSERT_TRUE(found);
	if (!found)
		fprintf(stderr, "not logged: %s\n", text);
}

static void wait_lag(struct host_process *p, bool known)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	do
		host_expect(p, "metrics", NULL);
	while (knows_lag(p) != known && cw_clock_ms() < deadline);
	CU_ASSERT_EQUAL(knows_lag(p), known);
}

static struct host_process run_sink(const struct host_broker *b, const char *name, const char *more)
{
	char config[512];

	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=%s out=%s/%s %s", name, host_folder(), name,
		 more);
	return host_broker_run(b, name, config, "");
}

static void test_group__that_does_not_let_it_in(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;

	host_fill(b.bootstrap, "late", 0, 0, 10);
	rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, JOIN_GROUP, 1, RD_KAFKA_RESP_ERR_NO_ERROR, LATE_MS);
	p = run_sink(&b, "late", "");
	wait_awaited(&p, not_in);
	CU_ASSERT_FALSE(knows_lag(&p));
	wait_logged(&p, "gets nothing from Kafka: its consumer group has not let it in yet");
	CU_ASSERT_FALSE(knows_lag(&p));
	host_wait_at_least(&p, "progress_age_ms", 4000);
	CU_ASSERT_EQUAL(host_metric(&p, "oldest_unacknowledged_ms"), 0);
	wait_logged(&p, "its consumer group answers again, after ");
	host_wait_metric(&p, "records_written", 10);
	wait_awaited(&p, NULL);
	wait_lag(&p, true);
	CU_ASSERT_EQUAL(host_metric(&p, "progress_age_ms"), 0);
	host_stop(&p);
	host_broker_close(&b);
}

static void test_brokers__that_nobody_reaches(void)
{
	const struct host_broker nobody = { .bootstrap = "127.0.0.1:1" };
	struct host_process p = run_sink(&nobody, "nobody", "");

	wait_awaited(&p, not_in);
	CU_ASSERT_FALSE(knows_lag(&p));
	host_wait_at_least(&p, "progress_age_ms", 1000);
	host_stop(&p);
}

static void test_brokers__that_go_away(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;

	host_fill(b.bootstrap, "away", 0, 0, 10);
	p = run_sink(&b, "away", "");
	host_wait_metric(&p, "records_written", 10);
	wait_lag(&p, true);
	host_broker_close(&b);
	wait_awaited(&p, silent);
	wait_logged(&p, "gets nothing from Kafka: the coordinator of its consumer group does not answer");
	wait_lag(&p, false);
	CU_ASSERT_TRUE(host_metric(&p, "progress_age_ms") > 0);
	host_stop(&p);
}

/* It has all that there is: nothing. */
static void test_group__of_topics_that_are_not_there(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	char config[512];

	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics.regex=none.* out=%s/none", host_folder());
	p = host_broker_run(&b, "none", config, "");
	wait_lag(&p, true);
	CU_ASSERT_EQUAL(host_metric(&p, "consumer_lag"), 0);
	wait_awaited(&p, NULL);
	CU_ASSERT_EQUAL(host_metric(&p, "progress_age_ms"), 0);
	host_stop(&p);
	host_broker_close(&b);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "a group that does not let it in", test_group__that_does_not_let_it_in },
		{ "brokers that nobody reaches", test_brokers__that_nobody_reaches },
		{ "brokers that go away", test_brokers__that_go_away },
		{ "topics that are not there", test_group__of_topics_that_are_not_there },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("a sink's contact to Kafka", tests);
}
