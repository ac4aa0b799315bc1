/* topic.creation.*: what the groups of a config are, and which of them takes a topic. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/props.h"
#include "host/creation.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct cw_map config_of(const char *text)
{
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_props_parse(text, strlen(text), "test", &config, &err), 0);
	return config;
}

/* "name:partitions/factor setting=value …;…" */
static char *shown(const struct cw_topic_groups *groups)
{
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < groups->n; i++) {
		const struct cw_topic_group *g = &groups->groups[i];

		cw_buf_printf(&out, "%s%s:%d/%d", i ? ";" : "", g->name, (int)g->partitions, g->replication_factor);
		for (size_t k = 0; k < g->settings.n; k++)
			cw_buf_printf(&out, " %s=%s", g->settings.entries[k].key, g->settings.entries[k].value);
	}
	return cw_buf_take(&out);
}

static void test_groups__are_read_in_their_order(void)
{
	static const struct {
		const char *config, *want; /* "! why" */
	} cases[] = {
		{ "topic.creation.default.partitions=2\ntopic.creation.default.replication.factor=-1\n", "default:2/-1" },
		{ "topic.creation.default.partitions=2\ntopic.creation.default.replication.factor=1\n"
		  "topic.creation.groups=b, default,a\ntopic.creation.a.partitions=7\ntopic.creation.a.retention.ms=5\n"
		  "topic.creation.b.replication.factor=3\ntopic.creation.c.partitions=9\n"
		  "topic.creation.default.cleanup.policy=compact\n",
		  "b:2/3;a:7/1 retention.ms=5;default:2/1 cleanup.policy=compact" },
		{ "topic.creation.groups=a\n",
		  "! Missing required configuration \"replication.factor\" which has no default value." },
		{ "topic.creation.default.partitions=0\ntopic.creation.default.replication.factor=1\n",
		  "! Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the broker's "
		  "default" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_map config = config_of(cases[i].config);
		struct cw_topic_groups groups = { 0 };
		struct cw_error err = { 0 };
		int status = cw_topic_groups_read(&config, &groups, &err);
		CW_AUTO_FREE char *got = status == 0 ? shown(&groups) : cw_format("! %s", err.text);

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		cw_topic_groups_free(&groups);
		cw_map_free(&config);
	}
}

static void test_groups__may_not_be_there(void)
{
	static const struct {
		const char *config;
		bool used;
	} cases[] = { { "", false }, { "topic=x\n", false }, { "topic.creation.groups= \n", false },
		      { "topic.creation.groups=x\n", true }, { "topic.creation.x.y=\n", true } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_map config = config_of(cases[i].config);

		CU_ASSERT_EQUAL(cw_topic_groups_used(&config), cases[i].used);
		cw_map_free(&config);
	}
}

static void test_creation__the_first_group_that_takes_the_topic(void)
{
	static const char text[] =
		"topic.creation.default.partitions=1\ntopic.creation.default.replication.factor=1\n"
		"topic.creation.groups=exact,none,but,late\n"
		"topic.creation.exact.include=orders,(?i)BILLS-\\\\d+\n"
		"topic.creation.none.exclude=x\n" /* without include it takes nothing */
		"topic.creation.but.include=log.*,trace|log\ntopic.creation.but.exclude=.*-dead,logs\n"
		"topic.creation.late.include=.*-dead\n";
	static const struct {
		const char *topic, *group;
	} cases[] = { { "orders", "exact" },	 { "orders2", "default" }, { "bills-17", "exact" }, { "bills-", "default" },
		      { "log-1", "but" },	 { "log", "but" },	   { "logs", "default" },   { "log-dead", "late" },
		      { "trace", "but" },	 { "x", "default" } };
	struct cw_map config = config_of(text);
	struct cw_error err = { 0 };
	struct cw_creation *creation = cw_creation_new(&config, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(creation);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cw_topic_group *group = cw_creation_find(creation, cases[i].topic, &err);

		CU_ASSERT_PTR_NOT_NULL_FATAL(group);
		CU_ASSERT_STRING_EQUAL(group->name, cases[i].group);
	}
	cw_creation_free(creation);
	cw_map_free(&config);
}

static void note(void *arg, const char *key, const char *text)
{
	cw_buf_printf(arg, "%s: %s\n", key, text);
}

static void test_creation__patterns_that_are_none(void)
{
	static const char text[] = "topic.creation.default.partitions=1\ntopic.creation.default.replication.factor=1\n"
				   "topic.creation.groups=a,b\ntopic.creation.a.include=x,(\n"
				   "topic.creation.b.include=y\ntopic.creation.b.exclude=*\n";
	struct cw_map config = config_of(text);
	struct cw_error err = { 0 };
	struct cw_buf said = { 0 };

	CU_ASSERT_PTR_NULL(cw_creation_new(&config, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "Invalid value [x, (] for configuration topic.creation.a.include: Syntax error in "
			       "regular expression: Unclosed group near index 1\n(");
	cw_creation_check(&config, note, &said);
	CU_ASSERT_STRING_EQUAL(said.p, "topic.creation.a.include: Invalid value [x, (] for configuration "
			       "topic.creation.a.include: Syntax error in regular expression: Unclosed group near index 1\n(\n"
			       "topic.creation.b.exclude: Invalid value [*] for configuration topic.creation.b.exclude: Syntax error "
			       "in regular expression: Dangling meta character '*' near index 0\n*\n^\n");
	cw_buf_free(&said);
	cw_map_free(&config);
}

static void test_settings__what_was_meant(void)
{
	CU_ASSERT_PTR_NULL(cw_topic_setting_meant("retention.ms"));
	CU_ASSERT_PTR_NULL(cw_topic_setting_meant("confluent.placement.constraints"));
	CU_ASSERT_STRING_EQUAL(cw_topic_setting_meant("retentions.ms"), "retention.ms");
	CU_ASSERT_STRING_EQUAL(cw_topic_setting_meant("partition"), "partitions");
	CU_ASSERT_STRING_EQUAL(cw_topic_setting_meant("replication.facter"), "replication.factor");
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "groups", test_groups__are_read_in_their_order },
		{ "no groups", test_groups__may_not_be_there },
		{ "the first that takes it", test_creation__the_first_group_that_takes_the_topic },
		{ "bad patterns", test_creation__patterns_that_are_none },
		{ "settings", test_settings__what_was_meant },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "creation", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
