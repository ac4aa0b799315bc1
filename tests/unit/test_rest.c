/* The pure half of REST: media types, answers, metrics, the OpenAPI document. */
#include <stdlib.h>

#include "base/mem.h"
#include "rest/negotiate.h"
#include "rest/reply.h"
#include "rest/strays.h"
#include "unit.h"

static void test_negotiate__the_most_specific_range_decides(void)
{
	static const struct {
		const char *accept;
		bool json;
	} cases[] = {
		{ NULL, true },
		{ "", true },
		{ "*/*", true },
		{ "*", true },
		{ "application/json", true },
		{ "APPLICATION/Json ; charset=utf-8", true },
		{ "application/*", true },
		{ "application/*;q=0.1, text/html", true },
		{ "text/html, image/gif, *; q=.2, */*; q=.2", true },
		{ "text/html", false },
		{ "application/xml", false },
		{ "application/jsonx", false },
		{ "text/*", false },
		{ "*/*;q=0", false },
		{ "application/json;q=0.0, */*", false },
		{ "application/*;q=0, */*;q=1", false },
		{ "application/json;q=0.5;x=y, */*;q=0", true },
		{ "nonsense", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(cw_media_accepted(cases[i].accept, "application/json"), cases[i].json);
	CU_ASSERT_TRUE(cw_media_is(" application/JSON;charset=utf-8", "application/json"));
	CU_ASSERT_FALSE(cw_media_is("application/json2", "application/json"));
	CU_ASSERT_FALSE(cw_media_is("", "application/json"));
}

static const struct cw_route *route(const char *id)
{
	for (size_t i = 0; i < cw_route_count(); i++)
		if (strcmp(cw_route_at(i)->id, id) == 0)
			return cw_route_at(i);
	return NULL;
}

/* A deadline that passed is a 500 with the words of Kafka Connect; a refusal before it is a 503. */
static void test_reply__tells_a_timeout_from_a_refusal(void)
{
	struct cw_answer answer = { .error = { CW_ERR_RETRIABLE,
		"The worker is currently reading, which began at T." } };
	struct cw_reply_context context = { .base_url = "http://h", .timed_out = true };
	struct cw_rest_request request = { 0 };
	struct cw_reply reply = { 0 };

	cw_reply_answer(&reply, route("getConnector"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 500);
	CU_ASSERT_STRING_EQUAL(reply.body,
		"{\"error_code\":500,\"message\":\"Request timed out. The worker is currently "
					   "reading, which began at T.\"}");
	strcpy(answer.error.text, "Request timed out. X");
	cw_reply_answer(&reply, route("getConnector"), &request, &answer, &context);
	CU_ASSERT_STRING_EQUAL(reply.body, "{\"error_code\":500,\"message\":\"Request timed out. X\"}");
	cw_reply_answer(&reply, route("getHealth"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 500);
	CU_ASSERT_PTR_NOT_NULL(strstr(reply.body, "{\"status\":\"unhealthy\""));
	context.timed_out = false;
	cw_reply_answer(&reply, route("getConnector"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 503);
	CU_ASSERT_TRUE(reply.retry_after);
	cw_reply_free(&reply);
}

static void test_reply__an_error_has_all_of_its_text(void)
{
	struct cw_answer answer = { .error = { .code = CW_ERR_INVALID, .text = "cut sh" },
				    .body = json_string("cut short \"no\" more") };
	struct cw_reply_context context = { .base_url = "http://h" };
	struct cw_rest_request request = { .herder = { .name = "c" } };
	struct cw_reply reply = { 0 };

	cw_reply_answer(&reply, route("putConnectorConfig"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 400);
	CU_ASSERT_STRING_EQUAL(reply.body, "{\"error_code\":400,\"message\":\"cut short \\\"no\\\" more\"}");
	cw_reply_free(&reply);
	json_decref(answer.body);
}

static void test_reply__warnings_are_header_fields(void)
{
	static const char *const want[] = {
		"299 connect-worker \"unknown key \\\"a\\\\b\\\"; did you mean x?\"", "299 connect-worker \"two lines\"",
		"299 connect-worker \"3\"", "299 connect-worker \"4\"", "299 connect-worker \"5\"",
		"299 connect-worker \"6\"", "299 connect-worker \"7\"", "299 connect-worker \"8\"",
		"299 connect-worker \"9\"", "299 connect-worker \"10\"",
		"299 connect-worker \"and 2 more: PUT /connector-plugins/PLUGIN/config/validate says them all\"",
	};
	struct cw_answer answer = { .body = json_object(),
				    .warnings = json_pack("[ssssssssssss]", "unknown key \"a\\b\"; did you mean x?",
							  "two\nlines", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12") };
	struct cw_reply_context context = { .base_url = "http://h" };
	struct cw_rest_request request = { .herder = { .name = "c" } };
	char *longest = cw_format("%0397d\xc3\xbc\xc3\xbc\xc3\xbc", 0), *field;
	struct cw_reply reply = { 0 };

	cw_reply_answer(&reply, route("putConnectorConfig"), &request, &answer, &context);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		field = cw_reply_warning(&reply, i);
		CU_ASSERT_STRING_EQUAL(field, want[i]);
		free(field);
	}
	CU_ASSERT_PTR_NULL(cw_reply_warning(&reply, sizeof(want) / sizeof(*want)));
	json_array_set_new(answer.warnings, 0, json_string(longest));
	field = cw_reply_warning(&reply, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(field, "0\xc3\xbc...\"")); /* characters are not cut */
	free(field);
	cw_reply_free(&reply);
	CU_ASSERT_PTR_NULL(cw_reply_warning(&reply, 0));
	cw_answer_free(&answer);
	free(longest);
}

/* Whatever is asked for as a dry run is one, is refused, or changes nothing anyway. */
static void test_strays__no_dry_run_is_carried_out(void)
{
	static const char *const harmless[] = { "validateConfig", "previewConnector", "previewConfig" };

	for (size_t i = 0; i < cw_route_count(); i++) {
		const struct cw_route *row = cw_route_at(i);
		bool fine = strcmp(row->method, "GET") == 0;
		struct cw_error err = { 0 };
		struct cw_uri uri = { 0 };

		for (const struct cw_route_query *query = row->query; query->name; query++)
			fine = fine || strcmp(query->name, "dry_run") == 0;
		for (size_t k = 0; k < sizeof(harmless) / sizeof(*harmless); k++)
			fine = fine || strcmp(row->id, harmless[k]) == 0;
		CU_ASSERT_EQUAL(cw_uri_parse("/?a&dry_run=true", &uri, NULL), 0);
		if (cw_strays_refuse(row, &uri, &err) != (fine ? 0 : -1))
			fprintf(stderr, "\n  %s\n", row->id);
		CU_ASSERT_EQUAL(cw_strays_refuse(row, &uri, &err), fine ? 0 : -1);
		cw_uri_free(&uri);
	}
}

/* What is not in the table of test_rest_server: many, and long ones. */
static void test_strays__are_few_and_short(void)
{
	CW_AUTO_FREE char *target = cw_format("/connectors?a%%22=1&b&c&%059d%%C3%%BC%%C3%%BC=1&d&e&f&forward=x&expand=info", 0);
	static const char *const want[] = {
		"query parameter \"a\"\" is ignored by GET /connectors, which takes expand",
		"query parameter \"b\" is ignored by GET /connectors, which takes expand",
		"query parameter \"c\" is ignored by GET /connectors, which takes expand",
		"query parameter \"00000000000000000000000000000000000000000000000000000000000\" is ignored by GET /connectors, "
		"which takes expand", /* characters are not cut */
		"query parameter \"d\" is ignored by GET /connectors, which takes expand",
		"and 2 more query parameters are ignored",
	};
	struct cw_uri uri = { 0 };
	json_t *got;

	CU_ASSERT_EQUAL(cw_uri_parse(target, &uri, NULL), 0);
	got = cw_strays_of(route("listConnectors"), &uri);
	CU_ASSERT_EQUAL(json_array_size(got), sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < json_array_size(got) && i < sizeof(want) / sizeof(*want); i++)
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(got, i)), want[i]);
	json_decref(got);
	cw_uri_free(&uri);
}

static void test_reply__an_answer_without_its_body_is_an_error(void)
{
	struct cw_answer answer = { .created = true };
	struct cw_reply_context context = { .base_url = "http://h" };
	struct cw_rest_request request = { .herder = { .name = "c" } };
	struct cw_reply reply = { 0 };

	cw_reply_answer(&reply, route("getConnector"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 500);
	cw_reply_answer(&reply, route("putConnectorConfig"), &request, &answer, &context);
	CU_ASSERT_EQUAL(reply.status, 500);
	CU_ASSERT_PTR_NULL(reply.location);
	cw_reply_free(&reply);
}

/* ---- metrics ---- */

static char *render(const char *answer)
{
	struct cw_metrics_process process = { "1.2", 1000000, 1002500 };
	json_t *json = json_loads(answer, 0, NULL);
	char *text = cw_metrics_render(json, &process);

	json_decref(json);
	return text;
}

#define WORKER(connectors, tasks)                                                              \
	"# HELP connect_worker_info The worker's version, as a label; always 1.\n"              \
	"# TYPE connect_worker_info gauge\n"                                                   \
	"connect_worker_info{version=\"1.2\"} 1\n"                                             \
	"# HELP connect_worker_connector_count Connectors that exist on this worker.\n"        \
	"# TYPE connect_worker_connector_count gauge\n"                                        \
	"connect_worker_connector_count " connectors "\n"                                      \
	"# HELP connect_worker_task_count Tasks of all connectors.\n"                          \
	"# TYPE connect_worker_task_count gauge\n"                                             \
	"connect_worker_task_count " tasks "\n"                                                \
	"# HELP connect_worker_uptime_seconds Seconds since the worker was started.\n"         \
	"# TYPE connect_worker_uptime_seconds gauge\n"                                         \
	"connect_worker_uptime_seconds 2.5\n"                                                  \
	"# HELP process_start_time_seconds When the worker was started, in seconds since 1970.\n" \
	"# TYPE process_start_time_seconds gauge\n"                                            \
	"process_start_time_seconds 1000\n"

static void test_metrics__renders_worker_connectors_and_tasks(void)
{
	static const struct {
		const char *answer, *text;
	} cases[] = {
		{ "{}", WORKER("0", "0") },
		{ "[]", WORKER("0", "0") },
		{ "{\"worker\":{\"bad\":\"text\",\"worse\":{\"value\":null}},\"connectors\":{}}", WORKER("0", "0") },
		{ "{\"connectors\":{\"a\":{\"state\":\"RUNNING\",\"type\":\"sink\",\"class\":\"C\",\"tasks\":["
		  "{\"id\":0,\"state\":\"RUNNING\",\"restarts\":1,\"metrics\":{"
		  "\"records\":{\"kind\":\"counter\",\"help\":\"Records.\",\"value\":12345678901},"
		  "\"consumer-lag\":{\"kind\":\"gauge\",\"help\":\"Behind\\nby \\\\\",\"value\":1.5}}},"
		  "{\"id\":1,\"state\":\"FAILED\",\"restarts\":0,\"metrics\":{"
		  "\"records\":{\"kind\":\"counter\",\"help\":\"Other words.\",\"value\":0},"
		  "\"bytes_total\":{\"kind\":\"counter\",\"value\":-1}}}]},"
		  "\"b\\\"\\\\\\n\xc3\xbc\":{\"state\":\"STOPPED\",\"tasks\":[]}}}",
		  WORKER("2", "2")
		  "# HELP connect_worker_connector_state The state of the connector, as a label; always 1.\n"
		  "# TYPE connect_worker_connector_state gauge\n"
		  "connect_worker_connector_state{connector=\"a\",state=\"RUNNING\"} 1\n"
		  "connect_worker_connector_state{connector=\"b\\\"\\\\\\n\xc3\xbc\",state=\"STOPPED\"} 1\n"
		  "# HELP connect_worker_connector_info The type and class of the connector, as labels; always 1.\n"
		  "# TYPE connect_worker_connector_info gauge\n"
		  "connect_worker_connector_info{connector=\"a\",type=\"sink\",class=\"C\"} 1\n"
		  "connect_worker_connector_info{connector=\"b\\\"\\\\\\n\xc3\xbc\",type=\"unknown\",class=\"\"} 1\n"
		  "# HELP connect_worker_task_state The state of the task, as a label; always 1.\n"
		  "# TYPE connect_worker_task_state gauge\n"
		  "connect_worker_task_state{connector=\"a\",task=\"0\",state=\"RUNNING\"} 1\n"
		  "connect_worker_task_state{connector=\"a\",task=\"1\",state=\"FAILED\"} 1\n"
		  "# HELP connect_worker_task_restarts_total How often the task was started again.\n"
		  "# TYPE connect_worker_task_restarts_total counter\n"
		  "connect_worker_task_restarts_total{connector=\"a\",task=\"0\"} 1\n"
		  "connect_worker_task_restarts_total{connector=\"a\",task=\"1\"} 0\n"
		  "# HELP connect_worker_task_records_total Records.\n"
		  "# TYPE connect_worker_task_records_total counter\n"
		  "connect_worker_task_records_total{connector=\"a\",task=\"0\"} 12345678901\n"
		  "connect_worker_task_records_total{connector=\"a\",task=\"1\"} 0\n"
		  "# HELP connect_worker_task_consumer_lag Behind\\nby \\\\\n"
		  "# TYPE connect_worker_task_consumer_lag gauge\n"
		  "connect_worker_task_consumer_lag{connector=\"a\",task=\"0\"} 1.5\n"
		  "# TYPE connect_worker_task_bytes_total counter\n"
		  "connect_worker_task_bytes_total{connector=\"a\",task=\"1\"} -1\n" },
		{ "{\"process\":{\"cpu_seconds\":{\"kind\":\"counter\",\"help\":\"H.\",\"value\":0.07}},\"connectors\":{\"a\":{"
		  "\"metrics\":{\"cpu_seconds\":{\"kind\":\"counter\",\"help\":\"I.\",\"value\":1.25},"
		  "\"resident_memory_bytes\":{\"kind\":\"gauge\",\"value\":4096}}}}}",
		  WORKER("1", "0")
		  "# HELP process_cpu_seconds_total H.\n"
		  "# TYPE process_cpu_seconds_total counter\n"
		  "process_cpu_seconds_total 0.07\n"
		  "# HELP connect_worker_connector_cpu_seconds_total I.\n"
		  "# TYPE connect_worker_connector_cpu_seconds_total counter\n"
		  "connect_worker_connector_cpu_seconds_total{connector=\"a\"} 1.25\n"
		  "# TYPE connect_worker_connector_resident_memory_bytes gauge\n"
		  "connect_worker_connector_resident_memory_bytes{connector=\"a\"} 4096\n"
		  "# HELP connect_worker_connector_info The type and class of the connector, as labels; always 1.\n"
		  "# TYPE connect_worker_connector_info gauge\n"
		  "connect_worker_connector_info{connector=\"a\",type=\"unknown\",class=\"\"} 1\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CW_AUTO_FREE char *text = render(cases[i].answer);

		CU_ASSERT_STRING_EQUAL(text, cases[i].text);
	}
}

static void test_metrics__the_herders_own_count_wins(void)
{
	CW_AUTO_FREE char *text = render("{\"worker\":{\"connector-count\":{"
					 "\"kind\":\"gauge\",\"help\":\"H.\",\"value\":9},"
					 "\"startups\":{\"kind\":\"counter\",\"value\":4}},\"connectors\":{}}");

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "# HELP connect_worker_connector_count H.\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nconnect_worker_connector_count 9\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "connect_worker_connector_count 0"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
		"# TYPE connect_worker_startups_total counter\nconnect_worker_startups_total 4\n"));
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "negotiation", test_negotiate__the_most_specific_range_decides },
		{ "timeouts and refusals", test_reply__tells_a_timeout_from_a_refusal },
		{ "a long error", test_reply__an_error_has_all_of_its_text },
		{ "warnings", test_reply__warnings_are_header_fields },
		{ "strays", test_strays__are_few_and_short },
		{ "dry runs", test_strays__no_dry_run_is_carried_out },
		{ "answers without a body", test_reply__an_answer_without_its_body_is_an_error },
		{ "metrics", test_metrics__renders_worker_connectors_and_tasks },
		{ "metrics the herder gives", test_metrics__the_herders_own_count_wins },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
