/* connect-host --resolve: what the worker's own settings stand for, and what it says when they stand for nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/mem.h"
#include "unit.h"

#define ENV "'config.providers':'env','config.providers.env.class':'EnvVarConfigProvider'"
#define FILES "'config.providers':'file,env','config.providers.file.class':'file'," \
	      "'config.providers.env.class':'EnvVarConfigProvider'"

static char folder[] = "/tmp/cw-resolve-XXXXXX";

static char *in_quotes(const char *single_quoted)
{
	char *text = cw_strdup(single_quoted);

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

static char *read_all(FILE *f)
{
	char *text = cw_alloc(65536);

	text[fread(text, 1, 65535, f)] = '\0';
	return text;
}

/* What is printed for a request in single quotes: new. *status: as the program ends; what it says for people: *said, new. */
static char *ask(const char *request, int *status, char **said)
{
	CW_AUTO_FREE char *text = in_quotes(request);
	CW_AUTO_FREE char *command = cw_format("'%s' --resolve <'%s/request' 2>'%s/said'", CONNECT_HOST, folder, folder);
	CW_AUTO_FREE char *path = cw_format("%s/request", folder);
	CW_AUTO_FREE char *err = cw_format("%s/said", folder);
	FILE *f = fopen(path, "w"), *out;
	char *answer;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
	out = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	answer = read_all(out);
	*status = pclose(out);
	f = fopen(err, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	*said = read_all(f);
	fclose(f);
	return answer;
}

static void test_resolve__answers(void)
{
	static const struct {
		const char *worker, *settings, *want;
	} cases[] = {
		{ ENV, "", "{'failed':{},'told':[],'values':{}}" },
		{ ENV, "'a':'<${env:RESOLVE_A}>'", "{'failed':{},'told':[['first','${env:RESOLVE_A}']],'values':{'a':'<first>'}}" },
		{ ENV, "'a':'${env:RESOLVE_A}','b':'${env:RESOLVE_B}-${vault:x}'",
		  "{'failed':{},'told':[['first','${env:RESOLVE_A}'],['second','${env:RESOLVE_B}']],"
		  "'values':{'a':'first','b':'second-${vault:x}'}}" },
		/* What stands for nothing is not taken for the value, and the others are looked at, too. */
		{ ENV, "'a':'${env:RESOLVE_NONE}','b':'${env:x:y}','c':'${env:RESOLVE_A}'",
		  "{'failed':{'a':'the config provider env has nothing under that name',"
		  "'b':'Path is not supported for EnvVarConfigProvider, invalid value 'x''},"
		  "'told':[['first','${env:RESOLVE_A}']],'values':{'c':'first'}}" },
		{ FILES, "'a':'${file:/no/such/file:x}'",
		  "{'failed':{'a':'Could not read properties from file /no/such/file'},'told':[],'values':{}}" },
		/* The sentence of one that fails does not say what another has told. */
		{ FILES, "'a':'${env:RESOLVE_A}','b':'${file:/no/first/file:x}'",
		  "{'failed':{'b':'Could not read properties from file /no/${env:RESOLVE_A}/file'},"
		  "'told':[['first','${env:RESOLVE_A}']],'values':{'a':'first'}}" },
		{ ENV, "'a':'${env:RESOLVE_BYTES}'",
		  "{'failed':{'a':'it stands for what is not UTF-8'},'told':[],'values':{}}" },
		{ "'config.providers':'ok,x','config.providers.ok.class':'EnvVarConfigProvider','config.providers.x.class':'Vault'",
		  "'a':'${ok:HOME}'",
		  "{'failed':{'config.providers.x.class':'the config provider x cannot be started: Invalid value Vault for "
		  "configuration config.providers.x.class: Class Vault could not be found.'},'told':[],'values':{}}" },
	};

	setenv("RESOLVE_A", "first", 1);
	setenv("RESOLVE_B", "second", 1);
	setenv("RESOLVE_BYTES", "\xff\xfe", 1);
	unsetenv("RESOLVE_NONE");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *request = cw_format("{'worker':{%s},'settings':{%s}}", cases[i].worker, cases[i].settings);
		CW_AUTO_FREE char *said = NULL, *sorted = NULL;
		int status;
		CW_AUTO_FREE char *answer = ask(request, &status, &said);
		json_t *json = json_loads(answer, 0, NULL);

		sorted = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
		json_decref(json);
		for (char *p = sorted; p && *p; p++)
			if (*p == '"')
				*p = '\'';
		if (!sorted || strcmp(sorted, cases[i].want) != 0)
			fprintf(stderr, "\n%s: %s %s\n", cases[i].settings, answer, said);
		CU_ASSERT_STRING_EQUAL(sorted ? sorted : "", cases[i].want);
		CU_ASSERT_EQUAL(status, 0);
	}
}

static void test_resolve__bad_requests(void)
{
	static const struct {
		const char *request, *want;
	} cases[] = {
		{ "", "connect-host: standard input is not a JSON object with a \"worker\" object: " },
		{ "{'settings':{}}", "connect-host: standard input is not a JSON object with a \"worker\" object: " },
		{ "{'worker':{}}", "connect-host: " },
		{ "{'worker':{},'settings':{'a':[]}}", "connect-host: " },
		{ "{'worker':{'listeners':''},'settings':{}}", "connect-host: Invalid value [] for configuration listeners" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *said = NULL;
		int status;
		CW_AUTO_FREE char *answer = ask(cases[i].request, &status, &said);

		CU_ASSERT_STRING_EQUAL(answer, "");
		if (strncmp(said, cases[i].want, strlen(cases[i].want)) != 0)
			fprintf(stderr, "\n%s: %s\n", cases[i].request, said);
		CU_ASSERT_EQUAL(strncmp(said, cases[i].want, strlen(cases[i].want)), 0);
		CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "answers", test_resolve__answers },
		{ "bad requests", test_resolve__bad_requests },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "connect-host --resolve", .pTests = tests }, CU_SUITE_INFO_NULL };
	CW_AUTO_FREE char *remove = NULL;
	int status;

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	remove = cw_format("rm -rf '%s'", folder);
	status = cw_test_main(suites);
	return system(remove) == 0 ? status : EXIT_FAILURE;
}
