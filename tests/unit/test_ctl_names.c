/* Which connectors workerctl's words mean, and how it writes their names. */
#include <curl/curl.h>

#include "ctl_fixture.h"

#define ASKED "GET /connectors?expand=info\n"

/* What fits nothing is said, and the others have their turn. */
static void test_names__that_fit_nothing(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"a\",\"b\"]");
	mini_http_answer(r->http, "PUT", "/connectors/a/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/b/pause", 202, "");
	mini_http_answer(r->http, "DELETE", "/connectors/a", 204, "");
	mini_http_answer(r->http, "GET", "/connectors/a/offsets", 200, "{\"offsets\":[]}");
	mini_http_answer(r->http, "GET", "/connectors/a/status", 200,
			 "{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"}]}");
	expect(r, "pause x* a* y? b", CW_CTL_NOT_FOUND, "GET /connectors\nPUT /connectors/a/pause\nPUT /connectors/b/pause\n",
	       "a pausing\nb pausing\n", "no connector's name fits x*");
	CU_ASSERT_TRUE(has(r->err, "no connector's name fits y?"));
	expect(r, "wait x* a*", CW_CTL_NOT_FOUND, "GET /connectors\nGET /connectors/a/status\n", "a RUNNING\n",
	       "no connector's name fits x*");
	expect(r, "offsets get x* a* -o json", CW_CTL_NOT_FOUND, "GET /connectors\nGET /connectors/a/offsets\n",
	       "{\"a\":{\"offsets\":[]}}\n", "no connector's name fits x*");
	expect(r, "delete x* a* --yes", CW_CTL_NOT_FOUND, "GET /connectors\nDELETE /connectors/a\n", "a deleted\n",
	       "no connector's name fits x*");
	expect(r, "delete x* a* --ignore-missing --yes", CW_CTL_OK, "GET /connectors\nDELETE /connectors/a\n",
	       "x* not there\na deleted\n", "");
	expect(r, "delete x* --ignore-missing -q", CW_CTL_OK, "GET /connectors\n", "", "");
	/* A question is about what is there. */
	r->tty = true;
	r->in = "n\n";
	expect(r, "delete x* a* --ignore-missing", CW_CTL_REFUSED, "GET /connectors\nGET /connectors\n", "x* not there\n",
	       "Delete a? [y/N]");
	expect(r, "delete x* --ignore-missing", CW_CTL_OK, "GET /connectors\n", "x* not there\n", "");
	r->in = "y\n";
	expect(r, "delete x* a*", CW_CTL_NOT_FOUND, "GET /connectors\nGET /connectors\nDELETE /connectors/a\n", "a deleted\n",
	       "no connector's name fits x*");
	end(r);
	r = begin();
	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"a\":{\"info\":{\"config\":{\"label.team\":\"search\"}}},\"b\":{\"info\":{\"config\":{}}}}");
	mini_http_answer(r->http, "DELETE", "/connectors/a", 204, "");
	expect(r, "delete x* a* -l team=search", CW_CTL_NOT_FOUND, ASKED "DELETE /connectors/a\n", "a deleted\n",
	       "no connector with the labels team=search has a name that fits x*");
	expect(r, "delete -l team=nobody --ignore-missing", CW_CTL_OK, ASKED, "team=nobody not there\n", "");
	expect(r, "pause x* -l team=search", CW_CTL_NOT_FOUND, ASKED, "",
	       "no connector with the labels team=search has a name that fits x*\nTry");
	CU_ASSERT_PTR_NULL(strstr(r->err, "no connector has the labels"));
	end(r);
}

static void test_top__of_names_that_are_not_there(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"a\":{\"status\":{\"name\":\"a\",\"connector\":{\"state\":\"PAUSED\"},\"tasks\":[]}}}");
	run(r, "top a nope");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(has(r->out, "\na     PAUSED"));
	CU_ASSERT_TRUE(has(r->err, "Connector nope not found"));
	end(r);
}

static void test_advice__can_be_pasted_into_a_shell(void)
{
	static const struct {
		const char *name, *line, *advice;
	} cases[] = {
		{ "sp ace", "get tasks", "Try 'workerctl get tasks sp\\ ace'.\n" },
		{ "--x", "get tasks", "Try 'workerctl get tasks -- --x'.\n" },
		{ "a'b$(c)", "get tasks", "Try 'workerctl get tasks a\\'b\\$\\(c\\)'.\n" },
		{ "plain.name_1-ä", "get tasks", "Try 'workerctl get tasks plain.name_1-ä'.\n" },
	};
	struct cw_ctl ctl = { .about = NULL };
	size_t size;
	char *err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ctl.io.err = open_memstream(&err, &size);
		cw_ctl_advise_on(&ctl, cases[i].line, cases[i].name, "");
		fclose(ctl.io.err);
		CU_ASSERT_TRUE(is(err, cases[i].advice));
		free(err);
	}
	ctl.io.err = open_memstream(&err, &size);
	cw_ctl_advise_on(&ctl, "stop", "-x", " --wait");
	cw_ctl_advise_on(&ctl, "stop", "x", " --wait");
	fclose(ctl.io.err);
	CU_ASSERT_TRUE(is(err, "Try 'workerctl stop --wait -- -x'.\nTry 'workerctl stop x --wait'.\n"));
	free(err);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "what fits nothing", test_names__that_fit_nothing },
		{ "top", test_top__of_names_that_are_not_there },
		{ "advice", test_advice__can_be_pasted_into_a_shell },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "names", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
