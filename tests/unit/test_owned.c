/* Which partitions the members of a group have: those of this process, and as Kafka keeps them. */
#include <stdlib.h>
#include <string.h>

#include "host/owned.h"
#include "kafka/assigned.h"
#include "unit.h"

static rd_kafka_topic_partition_list_t *partitions(const char *topic, int from, int n)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);

	for (int i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, topic, from + i);
	return list;
}

static void test_owned__are_all_when_each_is_some_tasks(void)
{
	rd_kafka_topic_partition_list_t *all = partitions("logs", 0, 4), *first = partitions("logs", 0, 2),
					*second = partitions("logs", 2, 2), *none = partitions("logs", 0, 0);
	struct cw_owned owned;

	cw_owned_init(&owned);
	CU_ASSERT_FALSE(owned.formed);
	CU_ASSERT_TRUE(cw_owned_has_all(&owned, none));
	cw_owned_add(&owned, none);
	CU_ASSERT_TRUE(owned.formed);
	CU_ASSERT_FALSE(cw_owned_has_all(&owned, all));
	cw_owned_add(&owned, first);
	CU_ASSERT_FALSE(cw_owned_has_all(&owned, all));
	cw_owned_add(&owned, second);
	CU_ASSERT_TRUE(cw_owned_has_all(&owned, all));
	cw_owned_add(&owned, second); /* another task has them before the one hears that they are lost */
	cw_owned_remove(&owned, second);
	CU_ASSERT_TRUE(cw_owned_has_all(&owned, all));
	cw_owned_remove(&owned, second);
	CU_ASSERT_FALSE(cw_owned_has_all(&owned, all));
	CU_ASSERT_TRUE(cw_owned_has_all(&owned, first));
	cw_owned_free(&owned);
	rd_kafka_topic_partition_list_destroy(all);
	rd_kafka_topic_partition_list_destroy(first);
	rd_kafka_topic_partition_list_destroy(second);
	rd_kafka_topic_partition_list_destroy(none);
}

/* Version 1, the topics "a" [0, 258] and "bc" [7], no user data. */
static const unsigned char two_topics[] = { 0, 1,  0, 0, 0, 2,  0, 1, 'a',  0, 0, 0, 2,  0, 0, 0, 0,  0, 0, 1, 2,
					    0, 2, 'b', 'c',  0, 0, 0, 1,  0, 0, 0, 7,  0xff, 0xff, 0xff, 0xff };

static void test_assigned__are_the_partitions_of_each_topic(void)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

	CU_ASSERT_EQUAL(cw_assigned_parse(two_topics, sizeof(two_topics), list), 0);
	CU_ASSERT_EQUAL_FATAL(list->cnt, 3);
	CU_ASSERT_STRING_EQUAL(list->elems[0].topic, "a");
	CU_ASSERT_EQUAL(list->elems[0].partition, 0);
	CU_ASSERT_EQUAL(list->elems[1].partition, 258);
	CU_ASSERT_STRING_EQUAL(list->elems[2].topic, "bc");
	CU_ASSERT_EQUAL(list->elems[2].partition, 7);
	rd_kafka_topic_partition_list_destroy(list);
}

static void test_assigned__are_none_without_bytes(void)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	CU_ASSERT_EQUAL(cw_assigned_parse(NULL, 0, list), 0);
	CU_ASSERT_EQUAL(list->cnt, 0);
	rd_kafka_topic_partition_list_destroy(list);
}

/* Each in memory of its own size, so that a byte too many is seen under AddressSanitizer. */
static int parse_copy(const unsigned char *bytes, size_t n)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	unsigned char *copy = malloc(n ? n : 1);
	int status;

	memcpy(copy, bytes, n);
	status = cw_assigned_parse(copy, n, list);
	free(copy);
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

static void test_assigned__refuses_what_ends_too_soon_or_counts_too_far(void)
{
	static const size_t counts[] = { 2, 6, 9, 21, 25 }; /* where lengths and counts begin */

	for (size_t n = 1; n < sizeof(two_topics) - 4; n++)
		CU_ASSERT_EQUAL(parse_copy(two_topics, n), -1);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (int value = 0x7f; value <= 0xff; value += 0x80) {
			unsigned char wrong[sizeof(two_topics)];

			memcpy(wrong, two_topics, sizeof(wrong));
			wrong[counts[i]] = (unsigned char)value;
			CU_ASSERT_EQUAL(parse_copy(wrong, sizeof(wrong)), -1);
		}
}

int main(void)
{
	CU_TestInfo owned[] = {
		{ "are all when each is some task's", test_owned__are_all_when_each_is_some_tasks },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo assigned[] = {
		{ "are the partitions of each topic", test_assigned__are_the_partitions_of_each_topic },
		{ "are none without bytes", test_assigned__are_none_without_bytes },
		{ "refuses what ends too soon or counts too far", test_assigned__refuses_what_ends_too_soon_or_counts_too_far },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "owned", NULL, NULL, NULL, NULL, owned },
		{ "assigned", NULL, NULL, NULL, NULL, assigned },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
