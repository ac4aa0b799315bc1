/* ${provider:[path:]key} in values: where it is found, and that what it stands for is shown to nobody. */
#include "base/buf.h"
#include "config/variables.h"
#include "config_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* "provider|path|key" of each, separated by blanks. */
static void test_variables__are_found_as_kafka_finds_them(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "plain", "" },
		{ "${file:/etc/x:key}", "file|/etc/x|key" },
		{ "${env:HOME}", "env||HOME" },
		{ "a ${file:/x:a:b} z", "file|/x|a:b" },
		{ "${a:b:c}${d:e}", "a|b|c d||e" },
		{ "${topic}", "" },
		{ "${topic}-${env:X}", "env||X" },
		{ "${env:X", "" },
		{ "$${env:X}}", "env||X" },
		{ "${a${env:X}", "a${env||X" },
		{ "${:}", "||" },
		{ "${::k}", "||k" },
		{ "$ {env:X} {env:Y}", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_variable v;
		struct cw_buf got = { 0 };

		cw_buf_puts(&got, "");
		for (size_t from = 0; cw_variable_find(cases[i].text, from, &v); from = v.end)
			cw_buf_printf(&got, "%s%.*s|%.*s|%.*s", got.n ? " " : "", (int)v.provider.n, v.provider.p, (int)v.path.n,
				      v.path.p ? v.path.p : "", (int)v.key.n, v.key.p);
		CU_ASSERT_STRING_EQUAL(got.p, cases[i].want);
		cw_buf_free(&got);
	}
}

/* The raw config and what it stands for, as a host hands them over. */
static char *answer(const char *raw_changes, const char *resolved_changes, const struct cw_map *failed)
{
	struct cw_map raw = fixture_connector(&fixture_sink, raw_changes);
	struct cw_map config = fixture_connector(&fixture_sink, resolved_changes);
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .raw = &raw, .failed = failed, .plugin = &fixture_sink });
	json_t *infos = cw_validation_to_json(validation);
	CW_AUTO_FREE char *message = cw_config_infos_message(infos);
	CW_AUTO_FREE char *text = json_dumps(infos, JSON_COMPACT);

	json_decref(infos);
	cw_validation_free(validation);
	cw_map_free(&raw);
	cw_map_free(&config);
	return cw_format("%s\n%s", message, text);
}

static void test_validate__what_a_variable_stands_for_is_not_shown(void)
{
	static const struct {
		const char *raw, *resolved, *want; /* want: a part of the answer */
	} cases[] = {
		{ "connection.url=${env:URL}", "connection.url=http://s3cret", "\"value\":\"${env:URL}\"" },
		{ "connection.url=${env:URL}", "connection.url=s3cret",
		  "\nInvalid value [hidden] for configuration connection.url: A URL begins with http\n" },
		{ "connection.url=${env:URL}", "connection.url=s3cret\n", "for configuration connection.url" },
		{ "batch.size=${env:SIZE}", "batch.size=123s3cret",
		  "\nInvalid value [hidden] for configuration batch.size: Not a number of type INT\n" },
		{ "unknown=${env:X}", "unknown=s3cret", "unknown key \\\"unknown\\\" is ignored" },
		{ "consumer.override.group.id=${env:X}", "consumer.override.group.id=s3cret", "\"value\":\"[hidden]\"" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = answer(cases[i].raw, cases[i].resolved, NULL);

		CU_ASSERT_PTR_NULL(strstr(got, "s3cret"));
		CU_ASSERT_PTR_NOT_NULL(strstr(got, cases[i].want));
		if (!strstr(got, cases[i].want))
			fprintf(stderr, "\n%s\nnot in %.1500s\n", cases[i].want, got);
	}
}

static void test_validate__a_variable_that_cannot_be_resolved(void)
{
	static const char raw[] = "batch.size=${file:/x:y}\nother=${file:/x:z}";
	CW_AUTO_FREE char *got = NULL;
	struct cw_map failed = { 0 };

	cw_map_set(&failed, "batch.size", "Could not read properties from file /x");
	cw_map_set(&failed, "other", "Could not read properties from file /x");
	got = answer(raw, raw, &failed);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "contains the following 2 error(s):\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\nInvalid configuration batch.size: Could not read properties from file /x\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\nInvalid configuration other: Could not read properties from file /x\n"));
	cw_map_free(&failed);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "variables", test_variables__are_found_as_kafka_finds_them },
		{ "validation: not shown", test_validate__what_a_variable_stands_for_is_not_shown },
		{ "validation: not resolved", test_validate__a_variable_that_cannot_be_resolved },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "variables", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
