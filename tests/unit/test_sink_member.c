/* What a sink task's consumer is called: the same whenever it is the same task, and never what another one is called. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/sink_member.h"
#include "unit.h"

static void test_member__has_its_name_again(void)
{
	CW_AUTO_FREE char *name = cw_sink_member_name("logs to search", 3, "1f5e");
	CW_AUTO_FREE char *again = cw_sink_member_name("logs to search", 3, "1f5e");

	CU_ASSERT_STRING_EQUAL(name, again);
	CU_ASSERT_EQUAL(strncmp(name, "logs_to_search-3-", 17), 0);
	CU_ASSERT_EQUAL(strlen(name), 17 + 16);
}

static void test_member__is_no_other_one(void)
{
	static const struct {
		const char *connector;
		int task;
		const char *worker;
	} others[] = {
		{ "a", 0, "w1" }, { "a", 1, "w1" }, { "a", 0, "w2" }, { "aw", 0, "1" }, { "b", 0, "w1" },
		{ "a b", 0, "w1" }, { "a_b", 0, "w1" }, { "a+b", 0, "w1" }, { "a", 0, "" },
	};
	char *names[sizeof(others) / sizeof(others[0])];
	size_t n = sizeof(others) / sizeof(others[0]);

	for (size_t i = 0; i < n; i++)
		names[i] = cw_sink_member_name(others[i].connector, others[i].task, others[i].worker);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_STRING_NOT_EQUAL(names[i], names[k]);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
}

static void test_member__is_what_kafka_takes(void)
{
	char connector[400];

	memset(connector, 'x', sizeof(connector));
	memcpy(connector, "gr\xc3\xbc\xc3\x9f! %", 9);
	connector[sizeof(connector) - 1] = '\0';
	CW_AUTO_FREE char *name = cw_sink_member_name(connector, 99999, "w1");

	CU_ASSERT_TRUE(strlen(name) <= 249);
	CU_ASSERT_EQUAL(name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")], '\0');
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "has its name again", test_member__has_its_name_again },
		{ "is no other one", test_member__is_no_other_one },
		{ "is what Kafka takes", test_member__is_what_kafka_takes },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "member", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
