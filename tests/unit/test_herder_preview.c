/* Previews: which configuration a host is asked about, what is refused before, and what it has against it. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

#define HIDDEN "'connection.password':'[hidden]'"

static void test_connector__its_config_is_asked_about(void)
{
	start_worker();
	create("c", "{'topic':'t','a':'1','b':'2'}");
	wait_number("c", 0, "stored", 1);
	expect_body(call_body(CW_OP_PREVIEW, "c", parsed("{'first':3}")),
		    "{'records':[],'name':'c','config':{'connector.class':'FakeSource','topic':'t','a':'1','b':'2','name':'c'},"
		    "'asked':{'first':3},'offsets':[[{'p':0},{'n':1}]]}");
	/* What is different is a patch; the connector keeps its own. */
	expect_body(call_body(CW_OP_PREVIEW, "c", parsed("{'config':{'a':'7','b':null}}")),
		    "{'records':[],'name':'c','config':{'connector.class':'FakeSource','topic':'t','a':'7','name':'c'},"
		    "'asked':{'config':{'a':'7','b':null}},'offsets':[[{'p':0},{'n':1}]]}");
	expect_body(call(CW_OP_GET_CONFIG, "c"), "{'connector.class':'FakeSource','topic':'t','a':'1','b':'2','name':'c'}");
	wait_states("c", "RUNNING RUNNING");
}

static void test_plugin__the_config_in_the_request(void)
{
	start_worker();
	create("c", "{}");
	wait_number("c", 0, "stored", 1);
	/* The offsets of a connector of that name are not its. */
	expect_body(call_body(CW_OP_PREVIEW_CONFIG, "FakeSource",
			      parsed("{'config':{'connector.class':'FakeSource','name':'c','tasks.max':2}}")),
		    "{'records':[],'name':'c','config':{'connector.class':'FakeSource','name':'c','tasks.max':'2'},"
		    "'asked':{'config':{'connector.class':'FakeSource','name':'c','tasks.max':2}},'offsets':[]}");
	expect_body(call_body(CW_OP_PREVIEW_CONFIG, "FakeSource", parsed("{'config':{'connector.class':'FakeSource'}}")),
		    "{'records':[],'name':'preview','config':{'connector.class':'FakeSource','name':'preview'},"
		    "'asked':{'config':{'connector.class':'FakeSource'}},'offsets':[]}");
}

/* Nothing of a refused one is kept, and none of them makes a connector. */
static void test_preview__what_is_refused(void)
{
	static const struct {
		enum cw_op op;
		const char *name, *body;
		enum cw_error_code code;
		const char *words;
	} rows[] = {
		{ CW_OP_PREVIEW, "nobody", "{}", CW_ERR_NOT_FOUND, "Connector nobody not found" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.validate':'error'}}", CW_ERR_INVALID,
		  "Invalid value x for configuration topic: it is no topic" },
		{ CW_OP_PREVIEW, "c", "{'config':{'connector.class':'Nope'}}", CW_ERR_INVALID, "which name matches Nope" },
		{ CW_OP_PREVIEW, "c", "{'config':{'name':'d'}}", CW_ERR_INVALID, "(d) doesn't match" },
		{ CW_OP_PREVIEW, "c", "{'config':{'connector.class':null}}", CW_ERR_INVALID, "contains no connector type" },
		{ CW_OP_PREVIEW, "c", "{'config':{" HIDDEN "}}", CW_ERR_INVALID, "stands for the value that the connector has" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.validate':'crash'}}", CW_ERR_FATAL, "cannot be validated" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.preview':'1'}}", CW_ERR_INVALID, "it does not suit" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.preview':'4'}}", CW_ERR_RETRIABLE, "it does not suit" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.preview':'crash'}}", CW_ERR_FATAL,
		  "There is no preview: connect-host --preview was ended by signal 11" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.preview':'fail'}}", CW_ERR_FATAL, "the fake has no answer" },
		{ CW_OP_PREVIEW, "c", "{'config':{'fake.preview':'garbage'}}", CW_ERR_FATAL, "something that is not JSON" },
		{ CW_OP_PREVIEW_CONFIG, "FakeSource", "{'config':{'connector.class':'FakeSink'}}", CW_ERR_INVALID,
		  "Included connector type FakeSink does not match request type FakeSource" },
		{ CW_OP_PREVIEW_CONFIG, "FakeSource", "{'config':{}}", CW_ERR_INVALID, "contains no connector type" },
		{ CW_OP_PREVIEW_CONFIG, "Nope", "{'config':{'connector.class':'Nope'}}", CW_ERR_NOT_FOUND, "matches Nope" },
		{ CW_OP_PREVIEW_CONFIG, "FakeSource", "{'config':{'connector.class':'FakeSource'," HIDDEN "}}", CW_ERR_INVALID,
		  "[hidden]" },
		{ CW_OP_PREVIEW_CONFIG, "FakeSource", "{'config':{'connector.class':'FakeSource','fake.validate':'error'}}",
		  CW_ERR_INVALID, "2 error(s)" },
	};

	start_worker();
	create("c", "{}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(call_body(rows[i].op, rows[i].name, parsed(rows[i].body)), rows[i].code, rows[i].words);
	expect_body(call(CW_OP_LIST, NULL), "['c']");
	expect_body(call(CW_OP_GET_CONFIG, "c"), "{'connector.class':'FakeSource','name':'c'}");
}

/* One that hangs takes one of the places, and neither the connector's turn nor the herder's time. */
static void test_preview__one_that_hangs_delays_nobody(void)
{
	json_t *body = parsed("{'config':{'fake.preview':'hang'}}");
	const struct cw_request request = { .op = CW_OP_PREVIEW, .name = "c", .body = body };
	struct cw_answer answer;

	start_worker();
	create("c", "{}");
	expect_ok(call(CW_OP_PLUGINS, NULL)); /* they are known then */
	cw_herder_call(w.herder, &request, 300, &answer);
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_RETRIABLE);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.error.text, "currently making the preview that was asked for of c"));
	ok(CW_OP_PAUSE, "c");
	expect_ok(call_body(CW_OP_PREVIEW, "c", json_object()));
	json_decref(body);
	stop_worker(); /* which ends it */
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a connector's config", test_connector__its_config_is_asked_about },
		{ "the config in the request", test_plugin__the_config_in_the_request },
		{ "what is refused", test_preview__what_is_refused },
		{ "one that hangs", test_preview__one_that_hangs_delays_nobody },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
