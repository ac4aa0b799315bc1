/* The predicates, as tables: configuration, record, whether it holds. */
#include <stdlib.h>

#include "transform/transforms.h"
#include "transform_fixture.h"
#include "unit.h"

static void test_rows(void)
{
	static const struct cw_transform_row rows[] = {
		{ "HasHeaderKey", "", "1",
		  "refused: Missing required configuration \"name\" which has no default value." },
		{ "HasHeaderKey", "name=", "1",
		  "refused: Invalid value  for configuration name: String must be non-empty" },
		{ "HasHeaderKey", "name=h", "1", "false" },
		{ "HasHeaderKey", "name=h", "header.h=1", "true" },
		{ "HasHeaderKey", "name=h", "header.h=null", "true" },
		{ "HasHeaderKey", "name=h", "header.H=1", "false" },
		{ "HasHeaderKey", "name=h", "header.hh=1", "false" },
		{ "HasHeaderKey", "name=h", "header.a=1 ; header.b=2 ; header.h=3", "true" },
		{ "RecordIsTombstone", "", "null", "true" },
		{ "RecordIsTombstone", "", "key=1 ; value=null", "true" },
		{ "RecordIsTombstone", "", "@string? null", "true" },
		{ "RecordIsTombstone", "", "\"\"", "false" },
		{ "RecordIsTombstone", "", "0", "false" },
		{ "RecordIsTombstone", "", "{}", "false" },
		{ "RecordIsTombstone", "", "@struct{} {}", "false" },
		{ "TopicNameMatches", "", "1",
		  "refused: Missing required configuration \"pattern\" which has no default value." },
		{ "TopicNameMatches", "pattern=", "1",
		  "refused: Invalid value  for configuration pattern: String must be non-empty" },
		{ "TopicNameMatches", "pattern=[", "1",
		  "refused: Invalid value [ for configuration pattern: Invalid regex: Unclosed character class near "
		  "index 0\n[\n^" },
		{ "TopicNameMatches", "pattern=orders", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=order", "topic=orders", "false" },
		{ "TopicNameMatches", "pattern=rders", "topic=orders", "false" },
		{ "TopicNameMatches", "pattern=.*", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=ORDERS", "topic=orders", "false" },
		{ "TopicNameMatches", "pattern=(?i)ORDERS", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=a|orders", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=order|orders", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=dm\\.\\d+\\..*", "topic=dm.155.orders", "true" },
		{ "TopicNameMatches", "pattern=^orders$", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=(?!internal).*", "topic=internal-x", "false" },
		{ "TopicNameMatches", "pattern=(?!internal).*", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=[a-z&&[^x]]+", "topic=orders", "true" },
		{ "TopicNameMatches", "pattern=[a-z&&[^x]]+", "topic=axe", "false" },
		{ "TopicNameMatches", "pattern=.*", "topic=", "true" },
	};

	CW_TRANSFORM_CHECK(rows);
}

/* More topics than are remembered. */
static void test_many_topics(void)
{
	struct cw_transform_run predicate, router;
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&predicate, "TopicNameMatches", "pattern=.*[02468]", &err), 0);
	CU_ASSERT_EQUAL_FATAL(
		cw_transform_begin(&router, "RegexRouter", "regex=t(\\d*[02468]) ; replacement=u$1", &err), 0);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 1000; i++) {
			struct cw_buf record = { 0 }, renamed = { 0 }, holds = { 0 }, out = { 0 };

			cw_buf_printf(&record, "topic=t%u", i);
			cw_transform_apply(&predicate, record.p, &holds);
			CU_ASSERT_STRING_EQUAL(holds.p, i % 2 ? "false" : "true");
			cw_buf_printf(&renamed, i % 2 ? "same" : "topic=u%u", i);
			cw_transform_apply(&router, record.p, &out);
			CU_ASSERT_STRING_EQUAL(out.p, renamed.p);
			cw_buf_free(&record);
			cw_buf_free(&renamed);
			cw_buf_free(&holds);
			cw_buf_free(&out);
		}
	cw_transform_end(&predicate);
	cw_transform_end(&router);
}

static void check_descriptors(const struct cw_plugin *const *list, uint32_t kind)
{
	for (; *list; list++) {
		const struct cw_plugin *plugin = *list;

		CU_ASSERT_EQUAL(plugin->abi_major, CW_ABI_MAJOR);
		CU_ASSERT_EQUAL(plugin->kind, kind);
		CU_ASSERT_EQUAL(plugin->config_def_size, sizeof(struct cw_config_def));
		CU_ASSERT_EQUAL(plugin->doc[strlen(plugin->doc) - 1], '.');
		CU_ASSERT_PTR_NULL(strchr(plugin->doc, '\n'));
		for (size_t i = 0; i < plugin->n_config; i++) {
			const struct cw_config_def *def = &plugin->config[i];

			CU_ASSERT_EQUAL(def->doc[strlen(def->doc) - 1], '.');
			CU_ASSERT(def->offset < plugin->config_size);
		}
		for (const struct cw_plugin *const *other = list + 1; *other; other++)
			CU_ASSERT_STRING_NOT_EQUAL(plugin->class_name, (*other)->class_name);
	}
}

/* Every plugin says what it is and documents its keys, and has a name of its own. */
static void test_descriptors(void)
{
	check_descriptors(cw_record_transforms, CW_PLUGIN_TRANSFORMATION);
	check_descriptors(cw_predicates, CW_PLUGIN_PREDICATE);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "predicates", test_rows },
		{ "many topics", test_many_topics },
		{ "descriptors", test_descriptors },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "predicates", NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
