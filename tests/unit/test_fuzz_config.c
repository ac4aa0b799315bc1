/*
 * Configurations, wrongly put together: properties files, connector files, flat configs and the variables in them.
 * What is refused is refused with a sentence; what is taken can be validated, whatever it says.
 */
#include <string.h>

#include "base/utf8.h"
#include "config/props.h"
#include "config/variables.h"
#include "config_fixture.h"
#include "fuzz.h"

static const char *const files[] = {
	"# comment\n! another\nname=c1\nconnector.class = TestSink\ntopics: logs\n\tconnection.url\\\n  =http://h:1\n",
	"a\\ b\\=c=\\u00e4\\ud83d\\ude00\\t\\n\\\\\nlast",
	"transforms=a,b\r\ntransforms.a.type=RegexRouter\r\ntransforms.a.regex=(.*)\r\npredicates=p\r",
	"listeners=http://127.0.0.1:0\nbootstrap.servers=a:1,[::1]:2\nplugin.path=/x\n",
	"{\"name\":\"c\",\"config\":{\"a\":1,\"b\":true,\"c\":\"x\"},\"initial_state\":\"STOPPED\","
	"\"initial_offsets\":[{\"partition\":{},\"offset\":null}]}",
	"{\"name\":\"c\",\"connector.class\":\"TestSink\"}",
	"\xef\xbb\xbfname=\xc3\xbc\nlatin=\xfc\n",
	"",
};

static const char *const file_words[] = {
	"\\", "\\u", "\\u00", "\\ud800", "\\udc00", "\\u0000", "\n", "\r\n", "\r", "\f", "=", ":", " ", "#",
	"!", "\\\n", "\\\r\n",
	"\xff\xfe", "\xed\xa0\x80", "\xc3", "name", "transforms=", "{\"", "null", "[[[[[[[[", "http://[",
	"99999999999999999999",
};

static const char *const values[] = {
	"http://127.0.0.1:9200", "2000", "true", "a,b", "a, b ,,c", "RegexRouter",
	"org.apache.kafka.connect.transforms.InsertField$Value",
	"${file:/etc/x:key}", "${env:HOME} and ${secret}", "all", "REQUIRED", "[1.0,2.0)", "logs", ".*", "",
};

static const char *const value_words[] = {
	"${", "}", ":", "$", "${}", "${a}", "${a:}", "${a::}", "${${a:b}}", ",", "-1", "9223372036854775808",
	"1e9", "\xc3\xbc", "\xc3", "(", "[", "\\", "\n",
	"transforms.a.", "[hidden]",
};

static const char *const keys[] = {
	"name", "connector.class", "tasks.max", "topics", "topics.regex", "connection.url",
	"connection.username", "connection.password",
	"batch.size", "transforms", "transforms.a.type", "transforms.a.predicate", "transforms.a.negate",
	"predicates",
	"predicates.a.type", "errors.tolerance", "errors.retry.timeout", "key.converter",
	"value.converter.schemas.enable",
	"errors.deadletterqueue.topic.name", "consumer.override.x", "exactly.once.support",
	"connector.plugin.version",
};

static const char *const key_words[] = { ".", "..", "transforms.", "predicates.", "a", "$", "\xc3\xbc", "\xc3", "\n", " " };

static const struct cw_fuzz_corpus file_corpus = CW_FUZZ_CORPUS(files, file_words);
static const struct cw_fuzz_corpus value_corpus = CW_FUZZ_CORPUS(values, value_words);
static const struct cw_fuzz_corpus key_corpus = CW_FUZZ_CORPUS(keys, key_words);

static void expect_sentence(const struct cw_error *err)
{
	bool good = err->code == CW_ERR_INVALID && *err->text && cw_utf8_valid(err->text, strlen(err->text));

	if (!good)
		fprintf(stderr, "\n  sentence: %s (code %d)\n", err->text, (int)err->code);
	CU_ASSERT_TRUE(good);
}

static void test_fuzz__files(void)
{
	struct cw_fuzz fuzz = cw_fuzz_start("files");

	while (cw_fuzz_next(&fuzz)) {
		size_t n;
		CW_AUTO_FREE char *text = cw_fuzz_bytes(&fuzz, &file_corpus, &n);
		struct cw_map plain = { 0 }, placed = { 0 }, places = { 0 }, connector = { 0 };
		struct cw_error err = { 0 }, other = { 0 };
		struct cw_connector_first first;

		if (cw_props_parse(text, n, "f", &plain, &err) < 0)
			expect_sentence(&err);
		CU_ASSERT_EQUAL(cw_props_parse_places(text, n, "f", &placed, &places, &other) < 0, err.code != CW_ERR_NONE);
		CU_ASSERT_EQUAL(plain.n, placed.n);
		err = (struct cw_error){ 0 };
		if (cw_connector_file_parse(text, n, cw_fuzz_below(&fuzz, 2) ? "f.json" : "f", &connector, &first, &err) < 0)
			expect_sentence(&err);
		cw_map_free(&plain);
		cw_map_free(&placed);
		cw_map_free(&places);
		cw_map_free(&connector);
		json_decref(first.offsets);
	}
}

/* A worker's file goes through all its keys' checks. */
static void test_fuzz__worker_files(void)
{
	struct cw_fuzz fuzz = cw_fuzz_start("worker files");

	while (cw_fuzz_next(&fuzz)) {
		CW_AUTO_FREE char *text = cw_fuzz_text(&fuzz, &file_corpus);
		struct cw_worker_config config;
		json_t *errors, *warnings;

		if (fixture_load_worker(text, &config, &errors, &warnings) == 0)
			cw_worker_config_free(&config);
		else
			CU_ASSERT_TRUE(*fixture_sentence(errors, 0));
		json_decref(errors);
		json_decref(warnings);
	}
}

static void test_fuzz__validation(void)
{
	struct cw_fuzz fuzz = cw_fuzz_start("validation");

	while (cw_fuzz_next(&fuzz)) {
		static const struct cw_plugin *const plugins[] = { &fixture_sink, &fixture_source, NULL };
		const struct cw_plugin *plugin = plugins[cw_fuzz_below(&fuzz, 3)];
		struct cw_map config = fixture_connector(plugin, "");
		struct cw_validation *validation;
		json_t *answer;

		for (size_t i = cw_fuzz_below(&fuzz, 12); i > 0; i--) {
			const char *known = keys[cw_fuzz_below(&fuzz, key_corpus.n_items)];
			CW_AUTO_FREE char *key =
				cw_fuzz_below(&fuzz, 4) == 0 ? cw_fuzz_text(&fuzz, &key_corpus) : cw_strdup(known);
			CW_AUTO_FREE char *value = cw_fuzz_text(&fuzz, &value_corpus);

			/* As from JSON or a file: always UTF-8. */
			if (cw_utf8_valid(key, strlen(key)) && cw_utf8_valid(value, strlen(value)))
				cw_map_set(&config, key, value);
		}
		validation = cw_validate(&(struct cw_validation_request){ .config = &config, .plugin = plugin });
		answer = cw_validation_to_json(validation);
		CU_ASSERT_PTR_NOT_NULL(answer);
		if (cw_validation_error_count(validation) > 0) {
			CW_AUTO_FREE char *message = cw_validation_message(validation);

			CU_ASSERT_TRUE(cw_utf8_valid(message, strlen(message)));
		}
		json_decref(answer);
		cw_validation_free(validation);
		cw_map_free(&config);
	}
}

static void test_fuzz__variables(void)
{
	struct cw_fuzz fuzz = cw_fuzz_start("variables");

	while (cw_fuzz_next(&fuzz)) {
		CW_AUTO_FREE char *text = cw_fuzz_text(&fuzz, &value_corpus);
		struct cw_variable variable;

		for (size_t at = 0; cw_variable_find(text, at, &variable); at = variable.end)
			CU_ASSERT_TRUE_FATAL(variable.start >= at && variable.end > variable.start &&
					     variable.end <= strlen(text));
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "files", test_fuzz__files },
		{ "worker files", test_fuzz__worker_files },
		{ "validation", test_fuzz__validation },
		{ "variables", test_fuzz__variables },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "configurations, wrongly put together", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
