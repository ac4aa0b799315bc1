/* Which partition a record without a key goes to. */
#include "host/lanes.h"
#include "unit.h"

#define MS INT64_C(1000000)

static const struct cw_lane_limits limits = {
	.batch_records = 10, .batch_bytes = 1000, .queue_records = 40, .linger_ns = 5 * MS,
};

static struct cw_lanes lanes_of(int32_t n)
{
	struct cw_lanes lanes;

	cw_lanes_init(&lanes, &limits);
	cw_lanes_resize(&lanes, n);
	return lanes;
}

/* Sends `n` records of `bytes` each; returns how many went to the partition that it chose first. */
static size_t send(struct cw_lanes *lanes, size_t n, size_t bytes)
{
	int32_t first = -1;
	size_t same = 0;

	for (size_t i = 0; i < n; i++) {
		int32_t p = cw_lanes_choose(lanes);

		if (p < 0)
			break;
		first = first < 0 ? p : first;
		same += p == first;
		cw_lanes_sent(lanes, p, bytes);
	}
	return same;
}

static void answer(struct cw_lanes *lanes, int32_t p, size_t n, size_t bytes)
{
	while (n-- > 0)
		cw_lanes_answered(lanes, p, bytes);
}

static void test_lanes__a_whole_batch_goes_to_each_partition_in_turn(void)
{
	struct cw_lanes lanes = lanes_of(3);

	for (int32_t p = 0; p < 3; p++) {
		CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), p);
		CU_ASSERT_EQUAL(send(&lanes, 10, 1), 10);
	}
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), -1);
	answer(&lanes, 1, 10, 1);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 1);
	cw_lanes_free(&lanes);
}

static void test_lanes__a_partition_rests_until_all_of_its_batch_is_answered(void)
{
	struct cw_lanes lanes = lanes_of(1);

	send(&lanes, 10, 1);
	answer(&lanes, 0, 9, 1);
	/* The lane is the current one: what fits into its batch may still join. */
	CU_ASSERT_EQUAL(send(&lanes, 20, 1), 9);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), -1);
	answer(&lanes, 0, 10, 1);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 0);
	cw_lanes_free(&lanes);
}

static void test_lanes__bytes_fill_a_batch_too(void)
{
	struct cw_lanes lanes = lanes_of(2);

	CU_ASSERT_EQUAL(send(&lanes, 3, 400), 3);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 1);
	answer(&lanes, 0, 3, 400);
	CU_ASSERT_EQUAL(lanes.lanes[0].bytes, 0);
	cw_lanes_free(&lanes);
}

static void test_lanes__the_batches_under_way_fit_into_the_queue(void)
{
	struct cw_lanes lanes = lanes_of(100);
	struct cw_lane_limits small = limits;

	for (int i = 0; i < 4; i++)
		send(&lanes, 10, 1);
	CU_ASSERT_EQUAL(lanes.busy, 4);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), -1);
	answer(&lanes, 0, 10, 1);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 4);
	cw_lanes_free(&lanes);

	small.queue_records = 5; /* less than a batch: one lane goes all the same */
	cw_lanes_init(&lanes, &small);
	cw_lanes_resize(&lanes, 2);
	CU_ASSERT_EQUAL(send(&lanes, 20, 1), 10);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), -1);
	cw_lanes_free(&lanes);
}

static void test_lanes__a_slow_stream_moves_on_after_the_linger(void)
{
	struct cw_lanes lanes = lanes_of(2);
	int64_t now = 77 * MS;

	send(&lanes, 1, 1);
	cw_lanes_tick(&lanes, now);
	cw_lanes_tick(&lanes, now + 4 * MS);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 0);
	cw_lanes_tick(&lanes, now + 5 * MS);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 1);
	send(&lanes, 1, 1);
	cw_lanes_tick(&lanes, now + 6 * MS);
	cw_lanes_tick(&lanes, now + 20 * MS); /* the other is not answered: there is nowhere better to go */
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 1);
	cw_lanes_free(&lanes);
}

static void test_lanes__other_records_and_a_changed_topic_confuse_nothing(void)
{
	struct cw_lanes lanes = lanes_of(2);

	cw_lanes_answered(&lanes, 0, 5); /* chosen by its key */
	cw_lanes_answered(&lanes, 7, 5);
	cw_lanes_sent(&lanes, -1, 5);
	cw_lanes_sent(&lanes, 7, 5);
	CU_ASSERT_EQUAL(lanes.busy, 0);
	send(&lanes, 15, 1);
	CU_ASSERT_EQUAL(lanes.busy, 2);
	cw_lanes_resize(&lanes, 4);
	CU_ASSERT_EQUAL(lanes.lanes[0].records, 10);
	CU_ASSERT_EQUAL(lanes.busy, 2);
	cw_lanes_resize(&lanes, 1);
	CU_ASSERT_EQUAL(lanes.current, -1);
	CU_ASSERT_EQUAL(lanes.busy, 1);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), -1);
	answer(&lanes, 0, 10, 1);
	CU_ASSERT_EQUAL(cw_lanes_choose(&lanes), 0);
	cw_lanes_resize(&lanes, 0);
	CU_ASSERT_EQUAL(lanes.current, -1);
	cw_lanes_free(&lanes);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "whole batches in turn", test_lanes__a_whole_batch_goes_to_each_partition_in_turn },
		{ "a partition rests", test_lanes__a_partition_rests_until_all_of_its_batch_is_answered },
		{ "bytes", test_lanes__bytes_fill_a_batch_too },
		{ "the queue", test_lanes__the_batches_under_way_fit_into_the_queue },
		{ "a slow stream", test_lanes__a_slow_stream_moves_on_after_the_linger },
		{ "other records, a changed topic", test_lanes__other_records_and_a_changed_topic_confuse_nothing },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "lanes", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
