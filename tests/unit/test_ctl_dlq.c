/* workerctl dlq against a worker that this process plays. */
#include <curl/curl.h>

#include "ctl_fixture.h"

#define LETTER                                                                                                   \
	"{\"partition\":0,\"offset\":12,\"timestamp\":1700000000000,\"key_base64\":\"/w==\",\"value\":\"no\\u001bjson\"," \
	"\"headers\":[{\"key\":\"color\",\"value\":\"red\"},{\"key\":\"none\",\"value\":null}],"                  \
	"\"from\":{\"topic\":\"logs\",\"partition\":2,\"offset\":71},\"task\":0,\"stage\":\"VALUE_CONVERTER\","        \
	"\"class\":\"JsonConverter\",\"exception\":\"DataException\",\"message\":\"bad: it is no JSON at all, and this sentence "\
	"is much too long for a list\",\"replayed\":true}"
#define BARE "{\"partition\":0,\"offset\":13,\"timestamp\":0,\"key\":null,\"value\":null,\"headers\":[],\"replayed\":false}"
#define LETTERS "{\"topic\":\"dead\",\"letters\":[" LETTER "," BARE "]}"
#define GET "GET /connectors/s/dlq\n"

static void test_list__is_a_line_for_each(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/s/dlq", 200, LETTERS);
	expect(r, "dlq list s", CW_CTL_OK, GET,
	       "LETTER  FROM       STAGE            REPLAYED  REASON                                                        VALUE\n"
	       "0:12    logs:2@71  VALUE_CONVERTER  yes       bad: it is no JSON at all, and this sentence is much too ...  "
	       "no?json\n"
	       "0:13    -          -                no        -                                                             -\n",
	       "");
	for (size_t i = 0; i < 5; i++) {
		static const char *const lines[] = { "dlq list s -n 2", "dlq list s --last=2", "dlq list s --limit 2",
						     "dlq show s -n2", "dlq list s --tail=2" };
		CW_AUTO_FREE char *seen = NULL;

		run(r, lines[i]);
		seen = mini_http_requests(r->http);
		CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
		CU_ASSERT_TRUE(is(seen, "GET /connectors/s/dlq?letters=2\n"));
	}
	mini_http_answer(r->http, "GET", "/connectors/s/dlq", 400,
			 "{\"error_code\":400,\"message\":\"The dead letters of connector s cannot be read: the connector has no "
			 "errors.deadletterqueue.topic.name\"}");
	run(r, "dlq list s");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "the connector has no errors.deadletterqueue.topic.name"));
	end(r);
}

static void test_show__tells_all_of_a_letter(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/s/dlq", 200, LETTERS);
	expect(r, "dlq show s 0:12", CW_CTL_OK, "GET /connectors/s/dlq?letters=1000\n",
	       "Letter:    0:12\n"
	       "From:      logs:2@71\n"
	       "Time:      2023-11-14T22:13:20.000Z\n"
	       "Stage:     VALUE_CONVERTER\n"
	       "Class:     JsonConverter\n"
	       "Reason:    bad: it is no JSON at all, and this sentence is much too long for a list\n"
	       "Replayed:  yes\n"
	       "Header:    color = red\n"
	       "Header:    none = null\n"
	       "Key:       base64 /w==\n"
	       "Value:     no?json\n", "");
	expect(r, "dlq list s -q", CW_CTL_OK, GET, "0:12\n0:13\n", "");
	expect(r, "dlq list s -o name", CW_CTL_OK, GET, "0:12\n0:13\n", "");
	run(r, "dlq show s");
	CU_ASSERT_TRUE(has(r->out, "Letter:    0:12\n"));
	CU_ASSERT_TRUE(has(r->out, "\n\nLetter:    0:13\nFrom:      -\n"));
	run(r, "dlq show s 0:14");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(has(r->err, "there is no such letter among the newest of s"));
	end(r);
}

static void test_letters__there_are_none(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/s/dlq", 200, "{\"topic\":\"dead\",\"letters\":[]}");
	expect(r, "dlq list s", CW_CTL_OK, GET, "no letters\n", "");
	expect(r, "dlq list s -q", CW_CTL_OK, GET, "", "");
	expect(r, "dlq show s", CW_CTL_OK, GET, "no letters\n", "");
	expect(r, "dlq show s -o json", CW_CTL_OK, GET, "[]\n", "");
	end(r);
}

static void test_replay__says_how_many(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/s/dlq/replay", 200, "{\"topic\":\"dead\",\"replayed\":3,\"left\":0}");
	expect(r, "dlq replay s", CW_CTL_OK, "POST /connectors/s/dlq/replay\n", "s 3 letters put back\n", "");
	mini_http_answer(r->http, "POST", "/connectors/s/dlq/replay", 200, "{\"topic\":\"dead\",\"replayed\":1,\"left\":2}");
	run(r, "dlq replay s");
	CU_ASSERT_TRUE(has(r->out, "s 1 letter put back\n"));
	CU_ASSERT_TRUE(has(r->err, "2 letters of s do not say where they are from"));
	end(r);
}

static void test_replay__is_of_patterns_and_asks_on_a_terminal(void)
{
	static const char *const back = "{\"topic\":\"dead\",\"replayed\":3,\"left\":0}";
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"s\",\"t\"]");
	mini_http_answer(r->http, "POST", "/connectors/s/dlq/replay", 200, back);
	mini_http_answer(r->http, "POST", "/connectors/t/dlq/replay", 200, back);
	expect(r, "dlq replay *", CW_CTL_OK, "GET /connectors\nPOST /connectors/s/dlq/replay\nPOST /connectors/t/dlq/replay\n",
	       "s 3 letters put back\nt 3 letters put back\n", "");
	r->tty = true;
	r->in = "n\n";
	expect(r, "dlq replay s", CW_CTL_REFUSED, "GET /connectors\n", "", "Put back the dead letters of s? [y/N] ");
	expect(r, "dlq replay s -y", CW_CTL_OK, "POST /connectors/s/dlq/replay\n", "s 3 letters put back\n", "");
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "list is a line for each", test_list__is_a_line_for_each },
		{ "show tells all of a letter", test_show__tells_all_of_a_letter },
		{ "there are no letters", test_letters__there_are_none },
		{ "replay says how many", test_replay__says_how_many },
		{ "replay asks", test_replay__is_of_patterns_and_asks_on_a_terminal },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "workerctl dlq", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
