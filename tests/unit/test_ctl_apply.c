/* workerctl's create, apply, edit and validate: what files say, and what is sent of it. */
#include <curl/curl.h>

#include "ctl/documents.h"
#include "ctl_fixture.h"

#define NOT_FOUND "{\"error_code\":404,\"message\":\"Connector scr not found\"}"

static void test_create__posts_the_file_and_passes_a_refusal_on(void)
{
	struct run *r = begin();
	char json[] = "/tmp/cw-ctl-XXXXXX.json", props[] = "/tmp/cw-ctl-XXXXXX.prop",
	     nameless[] = "/tmp/cw-ctl-XXXXXX.json";
	CW_AUTO_FREE char *create_json = cw_format("create %s", file_of("{\"name\":\"s\",\"config\":{\"a\":1}}", json));
	CW_AUTO_FREE char *create_props =
		cw_format("create %s --state paused -o json", file_of("name=s\na = b\n", props));
	CW_AUTO_FREE char *create_nameless = cw_format("create %s", file_of("{\"a\":\"b\"}", nameless));

	mini_http_answer(r->http, "POST", "/connectors", 201, "{}");
	expect(r, create_json, CW_CTL_OK, "POST /connectors {\"name\":\"s\",\"config\":{\"a\":\"1\",\"name\":\"s\"}}\n",
	       "s created\n", "");
	expect(r, create_props, CW_CTL_OK,
	       "POST /connectors "
	       "{\"name\":\"s\",\"config\":{\"name\":\"s\",\"a\":\"b\"},\"initial_state\":\"PAUSED\"}\n",
	       "{\"name\":\"s\",\"result\":\"created\"}\n", "");
	mini_http_answer(r->http, "POST", "/connectors", 409,
			 "{\"error_code\":409,\"message\":\"Connector s already exists\"}");
	run(r, create_json);
	CU_ASSERT_EQUAL(r->status, CW_CTL_CONFLICT);
	CU_ASSERT_TRUE(is(r->err, "workerctl: Connector s already exists\nTry 'workerctl apply -f FILE'.\n"));
	expect(r, create_nameless, CW_CTL_USAGE, "", "", "\"name\" is missing");
	expect(r, "create /tmp/no-such-file.json", CW_CTL_USAGE, "", "", "no-such-file.json");
	unlink(json);
	unlink(props);
	unlink(nameless);
	end(r);
}

static void test_apply__says_created_updated_or_unchanged(void)
{
	struct run *r = begin();
	char one[] = "/tmp/cw-ctl-XXXXXX.prop", two[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line =
		cw_format("apply %s %s", file_of("name=s 1\na=b\n", one), file_of("name=t\na=b\n", two));

	mini_http_answer(r->http, "GET", "/connectors/s%201/config", 200, "{\"name\":\"s 1\",\"a\":\"old\"}");
	mini_http_answer(r->http, "PUT", "/connectors/s%201/config", 200, "{}");
	mini_http_answer(r->http, "GET", "/connectors/t/config", 200, "{\"a\":\"b\",\"name\":\"t\"}");
	expect(r, line, CW_CTL_OK,
	       "GET /connectors/s%201/config\nPUT /connectors/s%201/config {\"name\":\"s 1\",\"a\":\"b\"}\n"
	       "GET /connectors/t/config\n",
	       "s 1 updated\nt unchanged\n", "");
	mini_http_answer(r->http, "GET", "/connectors/t/config", 404, NOT_FOUND);
	mini_http_answer(r->http, "POST", "/connectors", 201, "{}");
	mini_http_answer(r->http, "PUT", "/connectors/s%201/config", 400,
			 "{\"error_code\":400,\"message\":\"Connector configuration is invalid\"}");
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(is(r->out, "t created\n"));
	CU_ASSERT_TRUE(has(r->err, ".prop: Connector configuration is invalid\n"));
	unlink(two);
	/* A file that cannot be read: the other is not applied either. */
	expect(r, line, CW_CTL_USAGE, "", "", two);
	unlink(one);
	end(r);
}

static void test_apply__sends_what_was_seen(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line = cw_format("apply -f %s", file_of("name=s\na=b\n", path));

	mini_http_etag(r->http, "\"e1\"");
	mini_http_answer(r->http, "GET", "/connectors/s/config", 200, "{\"name\":\"s\",\"a\":\"[hidden]\"}");
	mini_http_answer(r->http, "PUT", "/connectors/s/config", 200, "{}");
	/* The same ETag: only a hidden value made it look different. */
	expect(r, line, CW_CTL_OK,
	       "GET /connectors/s/config\nPUT /connectors/s/config if \"e1\" {\"name\":\"s\",\"a\":\"b\"}\n",
	       "s unchanged\n", "");
	mini_http_answer(r->http, "PUT", "/connectors/s/config", 412,
			 "{\"message\":\"The configuration of connector s is another one\"}");
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_CONFLICT);
	CU_ASSERT_TRUE(has(r->err, "Somebody else was faster."));
	unlink(path);
	end(r);
}

static void test_apply__rehearses_and_shows_differences(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *dry = cw_format("apply -f %s --dry-run --diff", file_of("name=s\na=new\npw=secret\n", path));

	mini_http_answer(r->http, "GET", "/openapi.json", 200, "{\"x\":\"dry_run\"}");
	mini_http_answer(r->http, "GET", "/connectors/s/config", 200,
			 "{\"name\":\"s\",\"a\":\"old\",\"pw\":\"[hidden]\"}");
	mini_http_answer(r->http, "PUT", "/connectors/s/config", 200,
			 "{\"change\":\"update\",\"config\":{\"name\":\"s\",\"a\":\"new\",\"pw\":\"[hidden]\"}}");
	expect(r, dry, CW_CTL_OK,
	       "GET /openapi.json\nGET /connectors/s/config\nPUT /connectors/s/config?dry_run=true "
	       "{\"name\":\"s\",\"a\":\"new\",\"pw\":\"secret\"}\n",
	       "s:\n  ~ a=old → new\ns would be updated\n", "");
	mini_http_answer(r->http, "PUT", "/connectors/s/config", 200,
			 "{\"change\":\"update\",\"config\":{\"name\":\"s\",\"a\":\"old\",\"pw\":\"[hidden]\"}}");
	run(r, dry);
	CU_ASSERT_TRUE(is(r->out, "s:\n  ~ a hidden value\ns would be updated\n"));
	unlink(path);
	end(r);
}

static void test_apply__prunes_what_no_file_describes(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line = cw_format("apply -f %s --prune --match l*", file_of("name=s\n", path));

	mini_http_answer(r->http, "GET", "/connectors/s/config", 200, "{\"name\":\"s\"}");
	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"s\",\"logs\",\"other\"]");
	mini_http_answer(r->http, "DELETE", "/connectors/logs", 204, "");
	expect(r, line, CW_CTL_OK, "GET /connectors/s/config\nGET /connectors\nDELETE /connectors/logs\n",
	       "s unchanged\nlogs deleted\n", "");
	r->tty = true;
	r->in = "n\n";
	expect(r, line, CW_CTL_REFUSED, "GET /connectors/s/config\nGET /connectors\n", "s unchanged\n",
	       "Delete logs? [y/N] ");
	unlink(path);
	end(r);
}

static void test_documents__several_in_a_file(void)
{
	static const struct {
		const char *text;
		enum cw_ctl_exit status;
		const char *requests, *err;
	} cases[] = {
		{ "name=a\n---\nname=b\n--- \n\n---\n{\"name\":\"c\",\"config\":{}}\n", CW_CTL_OK,
		  "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\"}}\n"
		  "POST /connectors {\"name\":\"b\",\"config\":{\"name\":\"b\"}}\n"
		  "POST /connectors {\"name\":\"c\",\"config\":{\"name\":\"c\"}}\n",
		  "" },
		{ "[{\"name\":\"a\",\"k\":1},{\"name\":\"b\",\"config\":{},\"initial_state\":\"stopped\"}]", CW_CTL_OK,
		  "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\",\"k\":\"1\"}}\n"
		  "POST /connectors {\"name\":\"b\",\"config\":{\"name\":\"b\"},\"initial_state\":\"STOPPED\"}\n",
		  "" },
		{ "{\"name\":\"a\",\"config\":{},\"initial_offsets\":{\"offsets\":[{\"partition\":{\"f\":1},\"offset\":{\"n\":2}}]}}",
		  CW_CTL_OK,
		  "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\"},\"initial_offsets\":[{\"partition\":{\"f\":1},"
		  "\"offset\":{\"n\":2}}]}\n",
		  "" },
		{ "{\"name\":\"a\",\"config\":{},\"initial_offsets\":[1]}", CW_CTL_USAGE, "",
		  "standard input: \"initial_offsets\": the entry at 0 must be an object" },
		{ "name=a\n---\nname=a\n", CW_CTL_USAGE, "", "the connector a is described already" },
		{ "name=a\n---\nk=1\n", CW_CTL_USAGE, "", "standard input: document 2: \"name\" is missing" },
		{ "name=a\nk=${HOST}:${PORT_2} $${HOST} ${topic} ${env:X} $1\n", CW_CTL_OK,
		  "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\","
		  "\"k\":\"h:2 ${HOST} ${topic} ${env:X} $1\"}}\n",
		  "" },
		{ "name=a\nk=${NOPE}\n", CW_CTL_USAGE, "", "${NOPE} in k is not set in the environment" },
		{ "", CW_CTL_USAGE, "", "standard input: has no configuration" },
	};
	struct run *r = begin();

	cw_map_set(&r->env, "HOST", "h");
	cw_map_set(&r->env, "PORT_2", "2");
	mini_http_answer(r->http, "POST", "/connectors", 201, "{}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r->in = cases[i].text;
		expect(r, "create -q -f -", cases[i].status, cases[i].requests, "", cases[i].err);
	}
	end(r);
}

static void test_create__from_words(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors", 201, "{}");
	expect(r, "create a k=v l=x=y --state stopped", CW_CTL_OK,
	       "POST /connectors {\"name\":\"a\",\"config\":{\"name\":\"a\",\"k\":\"v\",\"l\":\"x=y\"},"
	       "\"initial_state\":\"STOPPED\"}\n",
	       "a created\n", "");
	expect(r, "create a k=v l", CW_CTL_USAGE, "", "", "l is not KEY=VALUE");
	end(r);
}

static void test_edit__puts_what_the_editor_leaves(void)
{
	struct run *r = begin();

	mini_http_etag(r->http, "\"e1\"");
	mini_http_answer(r->http, "GET", "/connectors/s/config", 200, "{\"name\":\"s\",\"a\":\"b\"}");
	mini_http_answer(r->http, "PUT", "/connectors/s/config", 200, "{}");
	cw_map_set(&r->env, "EDITOR", "sed -i s/^a=b/a=c/");
	expect(r, "edit s", CW_CTL_OK,
	       "GET /connectors/s/config\nPUT /connectors/s/config if \"e1\" {\"a\":\"c\",\"name\":\"s\"}\n",
	       "s updated\n", "");
	cw_map_set(&r->env, "VISUAL", "true");
	expect(r, "edit s", CW_CTL_OK, "GET /connectors/s/config\n", "s unchanged\n", "");
	cw_map_set(&r->env, "VISUAL", "false");
	expect(r, "edit s", CW_CTL_USAGE, "GET /connectors/s/config\n", "", "the editor false failed");
	end(r);
}

static void test_offsets__are_not_waited_for_on_a_terminal(void)
{
	struct run *r = begin();

	r->tty = true;
	expect(r, "offsets import a", CW_CTL_USAGE, "", "", "the offsets come from a FILE, or with - from this terminal\n"
							      "Try 'workerctl offsets import --help'.");
	end(r);
}

static void test_offsets__are_set_shifted_and_planned(void)
{
	struct run *r = begin();
#define PATCH_OF(offset)                                                                                               \
	"PATCH /connectors/k/offsets {\"offsets\":[{\"partition\":{\"kafka_topic\":\"a:b\",\"kafka_partition\":0},"    \
	"\"offset\":" offset "}]}\n"
#define TYPE "GET /connectors/k\n"

	mini_http_answer(r->http, "GET", "/connectors/k", 200, "{\"type\":\"sink\"}");
	mini_http_answer(r->http, "GET", "/connectors/k/offsets", 200,
			 "{\"offsets\":[{\"partition\":{\"kafka_topic\":\"a:b\",\"kafka_partition\":0},"
			 "\"offset\":{\"kafka_offset\":70}}]}");
	mini_http_answer(r->http, "GET", "/connectors/k/status", 200, "{\"connector\":{\"state\":\"RUNNING\"}}");
	mini_http_answer(r->http, "PATCH", "/connectors/k/offsets", 200, "{\"message\":\"done\"}");
	mini_http_answer(r->http, "DELETE", "/connectors/k/offsets", 200, "{\"message\":\"done\"}");
	expect(r, "offsets set k a:b:0 5", CW_CTL_OK, TYPE PATCH_OF("{\"kafka_offset\":5}"), "k offsets altered\n", "");
	expect(r, "offsets set k a:b:0 none", CW_CTL_OK, TYPE PATCH_OF("null"), "k offsets altered\n", "");
	expect(r, "offsets set k {\"f\":1} {\"p\":2}", CW_CTL_OK,
	       "PATCH /connectors/k/offsets {\"offsets\":[{\"partition\":{\"f\":1},\"offset\":{\"p\":2}}]}\n",
	       "k offsets altered\n", "");
	expect(r, "offsets set k {\"f\":1} 5", CW_CTL_USAGE, "", "", "5 is no offset");
	expect(r, "offsets set k a 5", CW_CTL_USAGE, "", "", "a is no partition");
	expect(r, "offsets shift k -100", CW_CTL_OK, TYPE "GET /connectors/k/offsets\n" PATCH_OF("{\"kafka_offset\":0}"),
	       "k offsets altered\n", "");
	expect(r, "offsets shift k +5 a:b:1", CW_CTL_REFUSED, TYPE "GET /connectors/k/offsets\n", "",
	       "k has no offset in a partition a:b:1; one is written TOPIC:NUMBER");
	expect(r, "offsets shift k far", CW_CTL_USAGE, "", "", "far is no distance");
	expect(r, "offsets shift k 5 --dry-run", CW_CTL_REFUSED,
	       TYPE "GET /connectors/k/offsets\nGET /connectors/k/status\n",
	       "PARTITION  NOW  THEN\n"
	       "a:b:0      70   75\n",
	       "k is RUNNING, and offsets can be changed only of a connector that is STOPPED");
	/* An older worker does not say what it is. */
	mini_http_answer(r->http, "GET", "/connectors/s", 200, "{\"name\":\"s\"}");
	mini_http_answer(r->http, "GET", "/connectors/s/offsets", 200,
			 "{\"offsets\":[{\"partition\":{\"f\":1},\"offset\":{\"p\":2}}]}");
	expect(r, "offsets shift s 5", CW_CTL_REFUSED, "GET /connectors/s\nGET /connectors/s/offsets\n", "",
	       "s has no offset to shift: only those of a sink are numbers of records");
	mini_http_answer(r->http, "GET", "/connectors/s", 200, "{\"name\":\"s\",\"type\":\"source\"}");
	expect(r, "offsets shift s 5", CW_CTL_REFUSED, "GET /connectors/s\n", "",
	       "workerctl: s is a source: offsets are numbers of records, which can be shifted, only of a sink; its own partitions "
	       "and offsets are JSON objects\nTry 'workerctl offsets get s'.\n");
	expect(r, "offsets set s t:0 5", CW_CTL_REFUSED, "GET /connectors/s\n", "",
	       "workerctl: s is a source: a partition is TOPIC:NUMBER only of a sink");
	expect(r, "offsets set s t:0 5 --dry-run", CW_CTL_REFUSED, "GET /connectors/s\n", "", "workerctl: s is a source: ");
	expect(r, "offsets set gone t:0 5", CW_CTL_NOT_FOUND, "GET /connectors/gone\nGET /connectors\n", "", "404");
	expect(r, "offsets reset k", CW_CTL_OK, "DELETE /connectors/k/offsets\n", "k offsets reset\n", "");
	r->in = "{\"offsets\":[{\"partition\":{\"kafka_topic\":\"a:b\",\"kafka_partition\":0},\"offset\":null}]}";
	expect(r, "offsets import k -f -", CW_CTL_OK, PATCH_OF("null"), "k offsets altered\n", "");
	r->in = "{\"offsets\":{}}";
	expect(r, "offsets import k", CW_CTL_USAGE, "", "", "there is no array \"offsets\"");
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "create", test_create__posts_the_file_and_passes_a_refusal_on },
		{ "create from words", test_create__from_words },
		{ "apply", test_apply__says_created_updated_or_unchanged },
		{ "preconditions", test_apply__sends_what_was_seen },
		{ "dry runs", test_apply__rehearses_and_shows_differences },
		{ "prune", test_apply__prunes_what_no_file_describes },
		{ "documents", test_documents__several_in_a_file },
		{ "edit", test_edit__puts_what_the_editor_leaves },
		{ "offsets", test_offsets__are_set_shifted_and_planned },
		{ "offsets and terminals", test_offsets__are_not_waited_for_on_a_terminal },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "apply", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
