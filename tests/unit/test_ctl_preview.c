/* workerctl preview against a worker that this process plays. */
#include <curl/curl.h>

#include "ctl_fixture.h"

#define RECORD(topic, type, value) \
	"{\"topic\":\"" topic "\",\"partition\":0,\"timestamp\":1769034220123,\"key\":{\"type\":\"null\"},\"value\":{\"type\":\"" type \
	"\",\"text\":\"" value "\"},\"headers\":[]}"
#define CONVERTED RECORD("t", "string", "v")

static const char rendered[] =
	"{\"name\":\"s\",\"type\":\"sink\",\"class\":\"x.Sink\",\"version\":\"1\",\"records\":["
	"{\"offset\":7,\"record\":" RECORD("t", "bytes", "v") ",\"stages\":["
	"{\"stage\":\"VALUE_CONVERTER\",\"class\":\"x.StringConverter\",\"result\":\"applied\",\"record\":" CONVERTED "},"
	"{\"stage\":\"TRANSFORMATION\",\"class\":\"x.Route\",\"alias\":\"r\",\"result\":\"applied\",\"predicate\":{\"alias\":\"p\","
	"\"class\":\"x.P\",\"negate\":false,\"holds\":true},\"record\":" RECORD("u", "string", "v") "},"
	"{\"stage\":\"TRANSFORMATION\",\"class\":\"x.Drop\",\"alias\":\"d\",\"result\":\"skipped\",\"predicate\":{\"alias\":\"q\","
	"\"class\":\"x.P\",\"negate\":true,\"holds\":true},\"record\":" RECORD("u", "string", "v") "},"
	"{\"stage\":\"TASK_PUT\",\"class\":\"x.Sink\",\"result\":\"rendered\",\"destination\":\"i\",\"text\":\"{\\\"index\\\":{}}\\n{\\\"a\\\":1}"
	"\\n\"}],\"result\":\"rendered\"}]}";

static const char failed[] =
	"{\"name\":\"s\",\"type\":\"sink\",\"class\":\"x.Sink\",\"version\":\"1\",\"records\":["
	"{\"offset\":8,\"record\":{\"topic\":\"t\",\"partition\":1,\"timestamp\":null,\"key\":{\"type\":\"bytes\",\"base64\":\"/w==\"},"
	"\"value\":{\"type\":\"bytes\",\"text\":\"a\\u001b[2J\"},\"headers\":[{\"key\":\"h\",\"type\":\"int8\",\"text\":\"1\"}]},\"stages\":["
	"{\"stage\":\"KEY_CONVERTER\",\"class\":\"x.C\",\"result\":\"failed\"}],\"result\":\"failed\",\"error\":{\"stage\":"
	"\"KEY_CONVERTER\",\"class\":\"x.C\",\"message\":\"no text\"}}]}";

static void test_preview__tells_what_changed(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/s/preview", 200, rendered);
	expect(r, "preview s --last=1 --topic=t", CW_CTL_OK, "POST /connectors/s/preview {\"last\":1,\"topic\":\"t\"}\n",
	       "record t-0@7\n"
	       "    topic      t\n"
	       "    partition  0\n"
	       "    timestamp  2026-01-21T22:23:40.123Z\n"
	       "    key        null\n"
	       "    value      bytes v\n"
	       "    headers    none\n"
	       "  VALUE_CONVERTER  StringConverter  applied\n"
	       "    value      string of the same\n"
	       "  r  Route  applied (p holds)\n"
	       "    topic      u\n"
	       "  d  Drop  skipped (q holds, negated)\n"
	       "  TASK_PUT  Sink  rendered for i\n"
	       "    {\"index\":{}}\n"
	       "    {\"a\":1}\n", "");
	run(r, "preview s -o json");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	r->out[strcspn(r->out, "\n")] = '\0';
	CU_ASSERT_TRUE(is(r->out, rendered));
	expect(r, "preview s -q", CW_CTL_OK, "POST /connectors/s/preview {}\n", "", "");
	end(r);
}

static void test_preview__a_record_that_fails(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/s/preview", 200, failed);
	expect(r, "preview s", CW_CTL_FAILED, "POST /connectors/s/preview {}\n",
	       "record t-1@8\n"
	       "    topic      t\n"
	       "    partition  1\n"
	       "    timestamp  none\n"
	       "    key        bytes base64 /w==\n"
	       "    value      bytes a?[2J\n"
	       "    header     h: int8 1\n"
	       "  KEY_CONVERTER  C  failed\n"
	       "    error      no text\n", "");
	end(r);
}

static void test_preview__of_a_source(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/s/preview", 200,
			 "{\"records\":[{\"source_partition\":{\"f\":\"a\"},\"source_offset\":{\"n\":1},\"record\":{\"topic\":\"t\","
			 "\"partition\":null,\"timestamp\":null,\"key\":{\"type\":\"null\"},\"value\":{\"type\":\"null\"},\"headers\":[]},"
			 "\"stages\":[],\"result\":\"converted\"}],\"error\":{\"stage\":\"TASK_POLL\",\"class\":\"x.S\",\"message\":"
			 "\"the file is gone\"}}");
	run(r, "preview s --first=5");
	CU_ASSERT_EQUAL(r->status, CW_CTL_FAILED);
	CU_ASSERT_TRUE(has(r->out, "record 1: {\"f\":\"a\"} {\"n\":1}\n"));
	CU_ASSERT_TRUE(has(r->out, "error      the file is gone\n"));
	mini_http_answer(r->http, "POST", "/connectors/e/preview", 200, "{\"end\":true,\"records\":[]}");
	expect(r, "preview e", CW_CTL_OK, "POST /connectors/e/preview {}\n", "no records: the source has no more\n", "");
	end(r);
}

#define LINES "one\n\n{\"a\":1}"
#define AS_RECORDS "{\"records\":[{\"value\":\"one\"},{\"value\":\"\"},{\"value\":\"{\\\"a\\\":1}\"}]}"

static void test_preview__records_of_a_file(void)
{
	char lines[] = "/tmp/cw-XXXXXX.text", array[] = "/tmp/cw-XXXXXX.json";
	struct run *r = begin();
	CW_AUTO_FREE char *of_lines = cw_format("preview s --record %s", file_of(LINES, lines));
	CW_AUTO_FREE char *of_array = cw_format("preview s --record=%s", file_of("[{\"key\":null}]", array));

	mini_http_answer(r->http, "POST", "/connectors/s/preview", 200, "{\"records\":[]}");
	expect(r, of_lines, CW_CTL_OK, "POST /connectors/s/preview " AS_RECORDS "\n", "no records\n", "");
	expect(r, of_array, CW_CTL_OK, "POST /connectors/s/preview {\"records\":[{\"key\":null}]}\n", "no records\n", "");
	r->in = LINES "\n";
	expect(r, "preview s --record -", CW_CTL_OK, "POST /connectors/s/preview " AS_RECORDS "\n", "no records\n", "");
	unlink(lines);
	unlink(array);
	end(r);
}

static void test_preview__of_a_file(void)
{
	char path[] = "/tmp/cw-XXXXXX.json", two[] = "/tmp/cw-XXXXXX.json", none[] = "/tmp/cw-XXXXXX.json";
	struct run *r = begin();
	CW_AUTO_FREE char *one = cw_format(
		"preview -f %s --last 2", file_of("{\"name\":\"s\",\"config\":{\"connector.class\":\"x.Sink\"}}", path));
	CW_AUTO_FREE char *both = cw_format(
		"preview -f %s", file_of("[{\"name\":\"a\",\"config\":{}},{\"name\":\"b\",\"config\":{}}]", two));
	CW_AUTO_FREE char *no_class = cw_format("preview -f %s", file_of("{\"name\":\"a\",\"config\":{}}", none));

	mini_http_answer(r->http, "POST", "/connector-plugins/x.Sink/config/preview", 200, rendered);
	run(r, one);
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->out, "rendered for i"));
	expect(r, both, CW_CTL_USAGE, "", "", "a preview is of one connector, but the file describes 2");
	expect(r, no_class, CW_CTL_USAGE, "", "", "connector.class is missing");
	unlink(path);
	unlink(two);
	unlink(none);
	end(r);
}

static void test_preview__what_is_refused(void)
{
	struct run *r = begin();
	struct cw_buf many = { 0 };

	expect(r, "preview", CW_CTL_USAGE, "", "", "give a NAME or --file");
	expect(r, "preview s -f x.json", CW_CTL_USAGE, "", "", "give a NAME or --file");
	expect(r, "preview s --last=0", CW_CTL_USAGE, "", "", "--last");
	expect(r, "preview s --record /nonexistent/x", CW_CTL_USAGE, "", "", "/nonexistent/x");
	expect(r, "preview s --record -", CW_CTL_USAGE, "", "", "-: it has no record");
	expect(r, "preview -f - --record -", CW_CTL_USAGE, "", "", "either the connector's file or the records");
	for (int i = 0; i < 101; i++)
		cw_buf_puts(&many, "x\n");
	r->in = many.p;
	expect(r, "preview s --record -", CW_CTL_USAGE, "", "", "more than 100 lines");
	r->in = "a\n\xff\n";
	expect(r, "preview s --record -", CW_CTL_USAGE, "", "", "line 2 is not UTF-8");
	r->in = NULL;
	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"s\"]");
	run(r, "preview x");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	cw_buf_free(&many);
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "what changed", test_preview__tells_what_changed },
		{ "a record that fails", test_preview__a_record_that_fails },
		{ "of a source", test_preview__of_a_source },
		{ "records of a file", test_preview__records_of_a_file },
		{ "of a file", test_preview__of_a_file },
		{ "what is refused", test_preview__what_is_refused },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "workerctl preview", .pTests = tests }, CU_SUITE_INFO_NULL };
	int status;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = cw_test_main(suites);
	curl_global_cleanup();
	return status;
}
