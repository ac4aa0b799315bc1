/* workerctl audit against a worker that this process plays. */
#include <curl/curl.h>

#include "ctl_fixture.h"

#define SAMPLE(metric, connector, task, value) \
	"connect_worker_task_" metric "{connector=\"" connector "\",task=\"" task "\"} " value "\n"
#define STATUS "{\"name\":\"s\",\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}"
/* Of a sink with two tasks; another connector's numbers are nobody's business. */
#define SINK(written)                                                                                              \
	SAMPLE("records_total", "s", "0", "1234567") SAMPLE("records_written_total", "s", "0", written)              \
	SAMPLE("records_dead_lettered_total", "s", "0", "7") SAMPLE("records_skipped_total", "s", "0", "0")          \
	SAMPLE("records_filtered_total", "s", "0", "10") SAMPLE("records_dropped_total", "s", "0", "3")               \
	SAMPLE("records_failed_total", "s", "0", "1")                                                                \
	SAMPLE("records_in_flight", "s", "0", "49") SAMPLE("records_total", "s", "1", "5")                           \
	SAMPLE("records_written_total", "s", "1", "5") SAMPLE("records_total", "other", "0", "99")
#define SOURCE                                                                                                     \
	SAMPLE("records_polled_total", "s", "0", "110") SAMPLE("records_total", "s", "0", "95")                      \
	SAMPLE("records_filtered_total", "s", "0", "10") SAMPLE("records_in_flight", "s", "0", "5")

static struct run *begin_with(const char *metrics)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/s/status", 200, STATUS);
	mini_http_answer(r->http, "GET", "/metrics", 200, metrics);
	return r;
}

static void test_audit__of_a_sink(void)
{
	struct run *r = begin_with(SINK("1234497"));

	expect(r, "audit s", CW_CTL_OK, "GET /connectors/s/status\nGET /metrics\n",
	       "TASK       READ  DELIVERED  DEAD-LETTERED  SKIPPED  FILTERED  DROPPED  FAILED  IN FLIGHT  DIFFERENCE\n"
	       "s-0   1,234,567  1,234,497              7        0        10        3       1         49           0\n"
	       "s-1           5          5              0        0         0        0       0          0           0\n", "");
	end(r);
}

static void test_audit__of_a_source(void)
{
	struct run *r = begin_with(SOURCE);

	run(r, "audit s -o json");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->out, "\"adds_up\":true"));
	CU_ASSERT_TRUE(has(r->out, "\"read\":110,\"delivered\":95,\"dead_lettered\":0,\"skipped\":0,\"filtered\":10,\"dropped\":0,\"failed\":0,"
				   "\"in_flight\":5,\"difference\":0"));
	end(r);
}

static void test_audit__of_what_does_not_add_up(void)
{
	struct run *r = begin_with(SINK("1234495"));

	run(r, "audit s");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->out, " 2\n")); /* the difference */
	CU_ASSERT_TRUE(has(r->err, "what s has read does not add up to what became of it"));
	end(r);
}

static void test_audit__of_nobody(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/s/status", 404,
			 "{\"error_code\":404,\"message\":\"No status found for connector s\"}");
	mini_http_answer(r->http, "GET", "/connectors", 200, "[]");
	run(r, "audit s");
	CU_ASSERT_TRUE(has(r->err, "No status found for connector s"));
	CU_ASSERT_STRING_EQUAL(r->out, "");
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "of a sink", test_audit__of_a_sink },
		{ "of a source", test_audit__of_a_source },
		{ "of what does not add up", test_audit__of_what_does_not_add_up },
		{ "of nobody", test_audit__of_nobody },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "workerctl audit", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
