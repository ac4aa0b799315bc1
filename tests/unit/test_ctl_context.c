/* workerctl's contexts: the file, and which worker and credentials a command line uses. */
#include <curl/curl.h>
#include <sys/stat.h>

#include "ctl_fixture.h"

struct place {
	struct run *r;
	char folder[64];
	char *file;
};

static struct place begin_place(void)
{
	struct place p = { .r = begin(), .folder = "/tmp/cw-ctl-XXXXXX" };

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p.folder));
	p.file = cw_format("%s/new/config", p.folder);
	cw_map_set(&p.r->env, "WORKERCTL_CONFIG", p.file);
	mini_http_answer(p.r->http, "GET", "/health", 200, "{\"status\":\"healthy\",\"message\":\"\"}");
	return p;
}

static void end_place(struct place *p)
{
	CW_AUTO_FREE char *sub = cw_format("%s/new", p->folder);

	unlink(p->file);
	rmdir(sub);
	rmdir(p->folder);
	free(p->file);
	end(p->r);
}

static void test_contexts__are_kept_in_a_file_of_ones_own(void)
{
	struct place p = begin_place();
	struct run *r = p.r;
	struct stat st;

	expect(r, "context list", CW_CTL_OK, "", "no contexts; 'workerctl context set NAME --server URL' makes one\n",
	       "");
	expect(r, "context set a", CW_CTL_USAGE, "", "", "a new context needs a server");
	expect(r, "context set a.b --server x", CW_CTL_USAGE, "", "", "letters, digits, - and _ only");
	expect(r, "context set a --server http://a:1", CW_CTL_OK, "", "a created\n", "");
	r->in = "s3cret\n";
	expect(r, "context set b --server https://b:2 --user me --insecure --password-stdin", CW_CTL_OK, "",
	       "b created\n", "");
	r->in = NULL;
	expect(r, "context set b --token-stdin", CW_CTL_USAGE, "", "", "no line on standard input");
	CU_ASSERT_EQUAL(stat(p.file, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	expect(r, "context list", CW_CTL_OK, "",
	       "CURRENT  NAME  SERVER       CREDENTIALS\n"
	       "*        a     http://a:1   -\n"
	       "         b     https://b:2  me\n",
	       "");
	expect(r, "context use b", CW_CTL_OK, "", "b is used from now on\n", "");
	expect(r, "context show", CW_CTL_OK, "",
	       "insecure=true\nname=b\npassword=[hidden]\nurl=https://b:2\nuser=me\n", "");
	expect(r, "context list -o json", CW_CTL_OK, "",
	       "{\"a\":{\"url\":\"http://a:1\",\"current\":false},\"b\":{\"insecure\":\"true\","
	       "\"password\":\"[hidden]\","
	       "\"url\":\"https://b:2\",\"user\":\"me\",\"current\":true}}\n",
	       "");
	expect(r, "context delete a", CW_CTL_OK, "", "a deleted\n", "");
	expect(r, "context use a", CW_CTL_NOT_FOUND, "", "", "there is no context a");
	expect(r, "context list -q", CW_CTL_OK, "", "b\n", "");
	end_place(&p);
}

static void test_contexts__secrets_that_others_can_read_are_not_used(void)
{
	struct place p = begin_place();
	struct run *r = p.r;

	run(r, "context set a --server 127.0.0.1:1");
	CU_ASSERT_EQUAL(chmod(p.file, 0644), 0);
	expect(r, "context list -q", CW_CTL_OK, "", "a\n", "");
	r->in = "t0ken\n";
	run(r, "context set a --token-stdin");
	CU_ASSERT_EQUAL(chmod(p.file, 0640), 0);
	expect(r, "health --context a", CW_CTL_USAGE, "", "", "holds secrets and others can read it");
	CU_ASSERT_TRUE(has(r->err, "Try 'chmod 600 "));
	CU_ASSERT_PTR_NULL(strstr(r->err, "t0ken"));
	end_place(&p);
}

/* base64 of "me:s3cret" */
#define BASIC "Basic bWU6czNjcmV0"

static void test_contexts__say_where_and_how(void)
{
	struct place p = begin_place();
	struct run *r = p.r;
	CW_AUTO_FREE char *set = cw_format("context set a --server http://127.0.0.1:%d --user me --password-stdin",
					   mini_http_port(r->http));
	CW_AUTO_FREE char *elsewhere = cw_format("health --server http://127.0.0.1:%d", mini_http_port(r->http));
	CW_AUTO_FREE char *both = cw_format("%s --context a", elsewhere);

	r->in = "s3cret\n";
	run(r, set);
	r->in = NULL;
	/* CONNECT_URL, which the fixture sets, comes before the current context; a named one before that. */
	run(r, "health");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), "");
	run(r, "health --context a");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), BASIC);
	cw_map_set(&r->env, "WORKERCTL_CONTEXT", "a");
	run(r, "health");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), BASIC);
	/* A server that is named alone gets no context's credentials. */
	run(r, elsewhere);
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), "");
	run(r, both);
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), BASIC);
	cw_map_set(&r->env, "WORKERCTL_TOKEN", "t0ken");
	run(r, elsewhere);
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), "Bearer t0ken");
	expect(r, "health --context nope", CW_CTL_NOT_FOUND, "", "", "there is no context nope");
	end_place(&p);
}

static void test_refusal__of_a_configuration_says_where_keys_are_explained(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors", 400,
			 "{\"message\":\"Connector configuration is invalid and contains the following 1 error(s):"
			 "\\nno topic\\nYou can also find the above list of errors at the endpoint `/x`\"}");
	expect(r, "create a k=v", CW_CTL_REFUSED,
	       "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\",\"k\":\"v\"}}\n", "",
	       "contains the following 1 error(s):\nno topic\nTry 'workerctl plugins describe CLASS'.\n");
	run(r, "create a connector.class=Foo");
	CU_ASSERT_TRUE(has(r->err, "\nTry 'workerctl plugins describe Foo'.\n"));
	/* What is to be done is said in words of this program. */
	mini_http_answer(r->http, "DELETE", "/connectors/a/offsets", 400,
			 "{\"message\":\"Connectors must be in the STOPPED state before their offsets can be modified. This can be "
			 "done for the specified connector by issuing a 'PUT' request to the '/connectors/a/stop' endpoint\"}");
	run(r, "offsets reset a");
	CU_ASSERT_TRUE(is(r->err, "workerctl: Connectors must be in the STOPPED state before their offsets can be modified.\n"
				  "Try 'workerctl stop a --wait'.\n"));
	/* What Kafka Connect says twice is said once. */
	mini_http_answer(r->http, "POST", "/connectors", 400,
			 "{\"message\":\"Connector configuration is invalid and contains the following 2 error(s):"
			 "\\nInvalid value x for configuration tasks.max: Not a number of type INT"
			 "\\nInvalid value null for configuration tasks.max: Value must be non-null"
			 "\\nYou can also find the above list of errors at the endpoint `/x`\"}");
	run(r, "create a k=v");
	CU_ASSERT_TRUE(has(r->err, "contains the following 1 error(s):\nInvalid value x for configuration tasks.max: Not a "
				   "number of type INT\nTry "));
	end(r);
}

static void test_exits__tell_what_went_wrong(void)
{
	static const struct {
		int status;
		enum cw_ctl_exit exit;
		const char *err;
	} cases[] = {
		{ 400, CW_CTL_REFUSED, "workerctl: no\n" },
		{ 401, CW_CTL_DENIED, "Try 'workerctl context set NAME --server http://127.0.0.1:" },
		{ 403, CW_CTL_DENIED, "Another user may have the right" },
		{ 404, CW_CTL_NOT_FOUND, "workerctl: no" },
		{ 409, CW_CTL_CONFLICT, "workerctl: no\n" },
		{ 412, CW_CTL_CONFLICT, "Somebody else was faster." },
		{ 500, CW_CTL_REFUSED, "workerctl: no\n" },
		{ 503, CW_CTL_REFUSED, "workerctl: no\n" },
		{ 504, CW_CTL_TIMEOUT, "Try 'workerctl describe a'." },
	};
	struct run *r = begin();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mini_http_answer(r->http, "DELETE", "/connectors/a", cases[i].status, "{\"message\":\"no\"}");
		run(r, "delete a");
		CU_ASSERT_EQUAL(r->status, cases[i].exit);
		CU_ASSERT_TRUE(has(r->err, cases[i].err));
	}
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "file", test_contexts__are_kept_in_a_file_of_ones_own },
		{ "secrets", test_contexts__secrets_that_others_can_read_are_not_used },
		{ "precedence", test_contexts__say_where_and_how },
		{ "refused configurations", test_refusal__of_a_configuration_says_where_keys_are_explained },
		{ "exit statuses", test_exits__tell_what_went_wrong },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "contexts", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
