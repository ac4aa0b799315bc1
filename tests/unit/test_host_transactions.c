/* Where the transactions of exactly-once sources end: transaction.boundary, with the real host and an embedded broker. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "host_driver.h"

#define EXACTLY_ONCE "exactly.once.source.support=enabled "

static struct host_process run(const char *name, const char *config, const char *worker)
{
	char all[512], words[512];

	snprintf(all, sizeof(all), "connector.class=ScriptedSource topic=%s %s", name, config);
	snprintf(words, sizeof(words), EXACTLY_ONCE "%s", worker);
	host_fill(host_bootstrap(), "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
	return host_run_with(name, all, &(struct host_options){ .worker = words });
}

static int64_t stored(struct host_process *p)
{
	const json_t *pair = json_object_get(p->offsets, "{\"task\":0}");

	return json_integer_value(json_object_get(json_array_get(pair, 1), "next"));
}

/* Records 0 to 94 by sevens, in transactions of ten; 30, 60 and 90 end one that is aborted, CW_END the last. */
static void test_connector__says_where_they_end(void)
{
	struct host_process p = run("txn-own", "transaction.boundary=connector count=95 per.poll=7 end.each=10 abort.each=3", "");

	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records_polled"), 95);
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 95);
	CU_ASSERT_EQUAL(host_metric(&p, "records_aborted"), 30);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "offset_commits"), 10);
	CU_ASSERT_EQUAL(stored(&p), 95);
	host_stop(&p);
}

/* Nothing of a transaction that the connector did not end is committed: it comes again. */
static void test_connector__what_it_did_not_end_is_aborted_at_a_stop(void)
{
	struct host_process p = run("txn-open", "transaction.boundary=connector count=1000000 end.each=500", "");
	int64_t polled;

	host_wait_at_least(&p, "records_polled", 1200);
	host_say_stop(&p, 10000);
	host_expect(&p, "stopped", NULL);
	polled = host_metric(&p, "records_polled");
	CU_ASSERT_EQUAL(stored(&p), polled / 500 * 500);
	CU_ASSERT_EQUAL(host_metric(&p, "offset_commits"), polled / 500);
	host_reap(&p);
}

/*
 * Brokers would abort it some time in the pause, and the producer could not go on: so its records come again behind the
 * last one that was committed.
 */
static void test_connector__what_it_did_not_end_is_aborted_in_a_pause(void)
{
	struct host_process p = run("txn-pause", "transaction.boundary=connector count=900 per.poll=100 end.each=200 idle=true", "");

	host_wait_at_least(&p, "records_polled", 900);
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	host_expect(&p, "status", "PAUSED");
	host_expect(&p, "metrics", NULL);
	CU_ASSERT_EQUAL(stored(&p), 800);
	CU_ASSERT_EQUAL(host_metric(&p, "records_polled"), 0); /* it has started again */
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
	host_say(&p, json_pack("{s:s}", "type", "resume"));
	host_expect(&p, "status", "RUNNING");
	host_wait_metric(&p, "records", 100);
	CU_ASSERT_EQUAL(stored(&p), 800);
	host_stop(&p);
}

static void test_connector__that_cannot_is_refused(void)
{
	struct host_process p = run("txn-cannot", "connector.class=ScriptedLooseSource transaction.boundary=connector", "");

	host_expect_failed(&p, "test.ScriptedLooseSource cannot say where transactions end");
	host_stop(&p);
}

/* The same source is not asked for boundaries then. */
static void test_poll__ends_with_each(void)
{
	struct host_process p = run("txn-poll", "count=100 per.poll=20 end.each=10 abort.each=2", "");

	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 100);
	CU_ASSERT_EQUAL(host_metric(&p, "offset_commits"), 5);
	CU_ASSERT_EQUAL(stored(&p), 100);
	host_stop(&p);
}

/* Neither earlier, when offsets are flushed, nor later. */
static void test_interval__ends_when_it_is_over(void)
{
	enum { POLLS = 3000, RECORDS = 10 * POLLS };
	static const struct {
		const char *config, *worker;
		int64_t least, most;
	} cases[] = {
		{ "transaction.boundary.interval.ms=3600000", "offset.flush.interval.ms=5", 1, 1 },
		{ "transaction.boundary.interval.ms=5", "offset.flush.interval.ms=3600000", 3, POLLS / 3 },
		{ "", "offset.flush.interval.ms=5", 3, POLLS / 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[32], config[256];
		struct host_process p;
		int64_t commits;

		host_fresh_name(name, sizeof(name), "txn-interval");
		snprintf(config, sizeof(config), "transaction.boundary=interval count=%d %s", RECORDS, cases[i].config);
		p = run(name, config, cases[i].worker);
		host_expect(&p, "status", "COMPLETED");
		commits = host_metric(&p, "offset_commits");
		CU_ASSERT_TRUE(commits >= cases[i].least && commits <= cases[i].most);
		CU_ASSERT_EQUAL(stored(&p), RECORDS);
		host_stop(&p);
	}
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "connector: its own ends", test_connector__says_where_they_end },
		{ "connector: an open one at a stop", test_connector__what_it_did_not_end_is_aborted_at_a_stop },
		{ "connector: an open one in a pause", test_connector__what_it_did_not_end_is_aborted_in_a_pause },
		{ "connector: one that cannot", test_connector__that_cannot_is_refused },
		{ "poll", test_poll__ends_with_each },
		{ "interval", test_interval__ends_when_it_is_over },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("transactions", tests);
}
