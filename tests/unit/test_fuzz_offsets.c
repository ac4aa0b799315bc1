/* PATCH offsets with bodies wrongly put together, as far as the store: of a source and of a sink, both stopped. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "herder_fixture.h"
#include "rest/request.h"

static const char *const bodies[] = {
	"{\"offsets\":[{\"partition\":{\"kafka_topic\":\"t\",\"kafka_partition\":\"0\"},\"offset\":{\"kafka_offset\":\"12\"}}]}",
	"{\"offsets\":[{\"partition\":{\"kafka_topic\":\"t\",\"kafka_partition\":1},\"offset\":null}]}",
	"{\"offsets\":[{\"partition\":{\"file\":\"a\",\"n\":1},\"offset\":{\"at\":5}},{\"partition\":{\"file\":\"b\"},\"offset\":null}]}",
	"{\"offsets\":[{\"partition\":{\"p\":1.5,\"q\":true,\"r\":null},\"offset\":{\"o\":\"gr\\u00fcn\"}}]}",
};

static const char *const words[] = {
	"null", "{}", "[]", "\"\"", "{\"a\":[1]}", "{\"a\":{\"b\":1}}", "-1", "2147483648",
	"9223372036854775807", "\"9223372036854775808\"",
	"1.5", "true", "\" 1\"", "\"0x1\"", "\"kafka_topic\":", "\"kafka_partition\":", "\"kafka_offset\":",
	"\"partition\":", "\"offset\":",
	"\"\\u0001\"", ",",
};

static const struct cw_fuzz_corpus corpus = CW_FUZZ_CORPUS(bodies, words);

/* As REST hands it on: new; NULL when REST refuses it. */
static json_t *accepted(const char *text)
{
	struct cw_route_match match;
	struct cw_uri uri = { 0 };
	struct cw_rest_request request = { 0 };
	struct cw_error err = { 0 };
	json_t *body = NULL;

	CU_ASSERT_EQUAL_FATAL(cw_uri_parse("/connectors/c/offsets", &uri, &err), 0);
	cw_route_find("PATCH", &uri, &match);
	if (cw_rest_request_make(&match, &uri, text, strlen(text), &request, &err) == 0)
		body = json_incref(request.body);
	cw_rest_request_free(&request);
	cw_uri_free(&uri);
	return body;
}

static void test_fuzz__offsets(void)
{
	static const char *const names[] = { "s", "k" };
	struct cw_fuzz fuzz;

	start_worker();
	for (size_t i = 0; i < 2; i++) {
		expect_ok(create_in(names[i], i ? "{'connector.class':'FakeSink','topics':'t'}" : "{}", "STOPPED"));
		wait_states(names[i], "STOPPED");
	}
	fuzz = cw_fuzz_start("offsets");
	while (cw_fuzz_next(&fuzz)) {
		CW_AUTO_FREE char *text = cw_fuzz_text(&fuzz, &corpus);
		const char *name = names[cw_fuzz_below(&fuzz, 2)];
		json_t *body = accepted(text);
		struct cw_answer answer;

		if (!body)
			continue;
		answer = call_body(CW_OP_ALTER_OFFSETS, name, body);
		if (answer.error.code != CW_ERR_NONE)
			CU_ASSERT_TRUE(*answer.error.text && cw_utf8_valid(answer.error.text, strlen(answer.error.text)));
		json_decref(answer.body);
		answer = call(CW_OP_OFFSETS, name);
		CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
		json_decref(answer.body);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = { { "offsets", test_fuzz__offsets }, CU_TEST_INFO_NULL };

	return herder_test_main(argc, argv, tests);
}
