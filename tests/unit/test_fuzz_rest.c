/*
 * What a client can send, wrongly put together: targets with their paths, queries and percent signs, headers, and
 * JSON bodies. Nothing of it may crash, and what is refused is refused with a sentence that can be sent.
 */
#include <string.h>

#include "base/mem.h"
#include "config/props.h"
#include "fuzz.h"
#include "rest/negotiate.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/strays.h"
#include "unit.h"

static const char *const targets[] = {
	"/",
	"/connectors?expand=status&expand=info",
	"/connectors/access-log-sink/status?wait=RUNNING&timeout=30s",
	"/connectors/a+b%20%3B%3f%23%c3%bc/config?dry_run=true",
	"/connectors/gr\xc3\xbcn/tasks/2147483647/status/",
	"/connectors/c/restart?includeTasks=true&onlyFailed=TRUE&wait=completed&timeout=1.5m",
	"/connectors/c;v=1/offsets?forward=false",
	"/connector-plugins/org.x.Sink/config/validate?version=%5B1,2)",
	"/connector-plugins?connectorsOnly=false",
	"/connectors/c/preview",
	"/connectors/c/logs?level=INFO&lines=10&follow=true",
	"/admin/loggers/connectors.c?scope=cluster",
	"http://worker:8083/connectors/c?ignore_missing=true#x",
};

static const char *const target_words[] = {
	"%", "%2", "%2F", "%00", "%zz", "%25", "%c3", "%c3%bc", "%ed%a0%80", "%f4%90%80%80", "..", "/../",
	"//", ";", "&", "&&", "=", "?",
	"timeout=", "wait=", "wait=%c3%bc", "1e300h", "nan", "-1ms", "99999999999999999999", "-2147483649",
	"http://", "https://[::1]", "+",
	"{connector}", "gr\xc3\xbcn",
};

static const char *const bodies[] = {
	"{\"name\":\"c\",\"config\":{\"connector.class\":\"org.x.Sink\",\"tasks.max\":1,\"topics\":\"t\"},"
	"\"initial_state\":\"paused\",\"initial_offsets\":[]}",
	"{\"name\":\" gr\\u00fcn \",\"config\":{\"name\":\"gr\\u00fcn\",\"a\":1.5e-7,\"b\":true,\"c\":\"${file:/x:y}\"}}",
	"{\"connector.class\":\"org.x.SinkConnector\",\"name\":\"c\",\"transforms\":\"a,b\",\"transforms.a.type\":\"\\ud83d\\ude00\"}",
	"{\"tasks.max\":\"4\",\"records.per.second\":null,\"name\":null}",
	"{\"offsets\":[{\"partition\":{\"kafka_topic\":\"t\",\"kafka_partition\":0},\"offset\":{\"kafka_offset\":1808}}]}",
	"{\"offsets\":[{\"partition\":{\"file\":\"a\",\"n\":-1},\"offset\":null},{\"partition\":{},\"offset\":{\"at\":1e308}}]}",
	"{\"level\":\"debug\"}",
	"{\"records\":[{\"topic\":\"t\",\"partition\":0,\"offset\":7,\"timestamp\":null,\"key\":{\"base64\":\"AA==\"},"
	"\"value\":\"v\",\"headers\":[{\"key\":\"h\",\"value\":null}]}],\"config\":{\"connector.class\":\"org.x.Sink\"}}",
	"{\"topic\":\"t\",\"last\":100,\"config\":{\"a\":null}}",
	"[[[[{\"a\":[]}]]]]",
	"",
};

static const char *const body_words[] = {
	"null", "true", "{}", "[]", "\"\"", "0", "-0", "1e999", "-9223372036854775809",
	"123456789012345678901234567890.5", "\"\\u0000\"",
	"\"\\ud800\"", "\"a/b\"", "\"..\"", "\"\\u0007\"", "\"name\":", "\"config\":", "\"offsets\":",
	"\"initial_state\":", "\"initial_offsets\":",
	"\"records\":", "\"last\":", "\"first\":", "\"base64\":", "\"headers\":", ",", ":", "\\",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":", "\xef\xbb\xbf", "\xed\xa0\x80", "/*x*/",
};

static const char *const headers[] = {
	"application/json; charset=utf-8", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
	"application/*;q=0.2, text/plain;version=0.0.4;q=0.5", "",
};

static const char *const header_words[] = {
	";q=", ";q=1.0001", "q=0", "*/*", "/", ",,", ";;", "\"", "\\\"", " ", "=", "application/json",
};

static const struct cw_fuzz_corpus target_corpus = CW_FUZZ_CORPUS(targets, target_words);
static const struct cw_fuzz_corpus body_corpus = CW_FUZZ_CORPUS(bodies, body_words);
static const struct cw_fuzz_corpus header_corpus = CW_FUZZ_CORPUS(headers, header_words);

/* Its answer is JSON with the two fields, whatever the sentence quotes of the input. */
static void expect_sentence(const struct cw_error *err, const char *input)
{
	struct cw_reply reply = { 0 };
	json_t *body;
	bool good;

	cw_reply_error_of(&reply, err);
	body = json_loads(reply.body, JSON_REJECT_DUPLICATES, NULL);
	good = err->code == CW_ERR_INVALID && *err->text && json_object_size(body) == 2;
	if (!good)
		fprintf(stderr, "\n  input:    %s\n  sentence: %s (code %d)\n", input, err->text, (int)err->code);
	CU_ASSERT_TRUE(good);
	json_decref(body);
	cw_reply_free(&reply);
}

/* What was decoded is encoded to something that means the same. */
static void expect_same_again(const struct cw_uri *uri)
{
	struct cw_uri again = { 0 };
	struct cw_error err = { 0 };
	struct cw_buf target = { 0 };

	cw_buf_puts(&target, uri->n_segments ? "" : "/");
	for (size_t i = 0; i < uri->n_segments; i++) {
		cw_buf_puts(&target, "/");
		cw_uri_encode(&target, uri->segments[i]);
	}
	CU_ASSERT_EQUAL_FATAL(cw_uri_parse(target.p, &again, &err), 0);
	CU_ASSERT_EQUAL_FATAL(again.n_segments, uri->n_segments);
	for (size_t i = 0; i < uri->n_segments; i++)
		CU_ASSERT_STRING_EQUAL(again.segments[i], uri->segments[i]);
	cw_uri_free(&again);
	cw_buf_free(&target);
}

/* Parameters that are not the herder's. */
static void read_parameters(const struct cw_route_match *match, const struct cw_uri *uri)
{
	struct cw_log_filter filter;
	struct cw_error err = { 0 };

	json_t *strays = cw_strays_of(match->route, uri), *sentence;
	size_t i;

	if (cw_route_log_filter(match->route, uri, &filter, &err) < 0)
		expect_sentence(&err, "a filter of log lines");
	json_array_foreach(strays, i, sentence)
		CU_ASSERT_TRUE(json_is_string(sentence) && json_string_length(sentence) < 400);
	json_decref(strays);
}

/* A request as far as the herder, which is not asked. */
static void make_request(const struct cw_route_match *match, const struct cw_uri *uri, const char *body, size_t n)
{
	struct cw_rest_request request = { 0 };
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };

	if (cw_rest_request_make(match, uri, body, n, &request, &err) < 0) {
		expect_sentence(&err, "a body or a query");
	} else if (match->route->body == CW_BODY_CONFIG) {
		/* As the herder does next. */
		err = (struct cw_error){ 0 };
		if (cw_config_from_json(request.body, "config", &config, &err) < 0)
			expect_sentence(&err, "a config");
		cw_map_free(&config);
	}
	cw_rest_request_free(&request);
}

static void test_fuzz__targets(void)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "" };
	struct cw_fuzz fuzz = cw_fuzz_start("targets");

	while (cw_fuzz_next(&fuzz)) {
		CW_AUTO_FREE char *target = cw_fuzz_text(&fuzz, &target_corpus);
		struct cw_route_match match;
		struct cw_uri uri = { 0 };
		struct cw_error err = { 0 };

		if (cw_uri_parse(target, &uri, &err) < 0) {
			expect_sentence(&err, target);
		} else {
			expect_same_again(&uri);
			cw_route_find(methods[cw_fuzz_below(&fuzz, sizeof(methods) / sizeof(*methods))], &uri, &match);
			if (match.route) {
				read_parameters(&match, &uri);
				make_request(&match, &uri, "{}", 2);
			}
		}
		cw_uri_free(&uri);
	}
}

static void test_fuzz__bodies(void)
{
	static const struct {
		const char *method, *target;
	} takers[] = {
		{ "POST", "/connectors" },
		{ "PUT", "/connectors/c/config" },
		{ "PATCH", "/connectors/c/config" },
		{ "PATCH", "/connectors/c/offsets" },
		{ "PUT", "/connector-plugins/org.x.Sink/config/validate" },
		{ "PUT", "/admin/loggers/root" },
		{ "POST", "/connectors/c/preview" },
		{ "POST", "/connector-plugins/org.x.Sink/config/preview" },
	};
	struct cw_fuzz fuzz = cw_fuzz_start("bodies");

	while (cw_fuzz_next(&fuzz)) {
		size_t n, i = cw_fuzz_below(&fuzz, sizeof(takers) / sizeof(*takers));
		CW_AUTO_FREE char *body = cw_fuzz_bytes(&fuzz, &body_corpus, &n);
		struct cw_route_match match;
		struct cw_uri uri = { 0 };
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL_FATAL(cw_uri_parse(takers[i].target, &uri, &err), 0);
		cw_route_find(takers[i].method, &uri, &match);
		CU_ASSERT_PTR_NOT_NULL_FATAL(match.route);
		make_request(&match, &uri, body, n);
		cw_uri_free(&uri);
	}
}

static void test_fuzz__headers(void)
{
	struct cw_fuzz fuzz = cw_fuzz_start("headers");

	while (cw_fuzz_next(&fuzz)) {
		CW_AUTO_FREE char *value = cw_fuzz_text(&fuzz, &header_corpus);

		(void)cw_media_is(value, "application/json");
		(void)cw_media_accepted(value, "application/json");
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "targets", test_fuzz__targets },
		{ "bodies", test_fuzz__bodies },
		{ "headers", test_fuzz__headers },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "requests, wrongly put together", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
