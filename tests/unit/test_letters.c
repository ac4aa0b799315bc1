/* Dead letters, the pure parts: marks of commits, and what is kept of records that move within their batch. */
#include <stdlib.h>

#include "base/mem.h"
#include "host/letters_found.h"
#include "host/letters_newest.h"
#include "unit.h"

static void test_marks__say_where_each_partition_went(void)
{
	const int64_t next[] = { 12, 0, INT64_C(123456789012) };
	CW_AUTO_FREE char *mark = cw_letters_mark(next, 3);

	CU_ASSERT_STRING_EQUAL(mark, "letters 0=12 1=0 2=123456789012");
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(cw_letters_mark_of(mark, strlen(mark), i), next[i]);
	CU_ASSERT_EQUAL(cw_letters_mark_of(mark, strlen(mark), 3), 0);
	CU_ASSERT_EQUAL(cw_letters_mark_of(mark, strlen("letters 0=12"), 0), 12);
	CU_ASSERT_EQUAL(cw_letters_mark_of(mark, strlen("letters 0=12"), 2), 0);
}

static void test_marks__of_others_say_nothing(void)
{
	static const char *const marks[] = { "", "0=12", "letter 0=12", "letters", "letters 0", "letters =12", "letters x=12" };

	CU_ASSERT_EQUAL(cw_letters_mark_of(NULL, 0, 0), 0);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		CU_ASSERT_EQUAL(cw_letters_mark_of(marks[i], strlen(marks[i]), 0), 0);
}

static void test_marks__are_left_out_where_they_are_too_long(void)
{
	int64_t next[1000];

	for (int i = 0; i < 1000; i++)
		next[i] = INT64_C(1000000000);
	CU_ASSERT_PTR_NULL(cw_letters_mark(next, 1000));
}

/* n records of two partitions, kept. */
static struct cw_task_batch *filled(size_t n)
{
	struct cw_task_batch *b = cw_task_batch_new(n);

	for (size_t i = 0; i < n; i++) {
		struct cw_record *r = cw_batch_add(&b->batch);
		char *text = cw_batch_alloc(&b->batch, 8);

		snprintf(text, 8, "v%zu", i);
		r->original_topic = cw_slice_str("t");
		r->original_partition = (int32_t)(i % 2);
		r->offset = (int64_t)(i / 2);
		cw_task_batch_keep(b, cw_slice(NULL, 0), cw_slice_str(text));
	}
	return b;
}

static void expect_original(const struct cw_task_batch *b, const struct cw_record *r)
{
	const struct cw_original *o = cw_task_batch_original(b, r);
	char text[8];

	snprintf(text, sizeof(text), "v%d", (int)(2 * r->offset + r->original_partition));
	CU_ASSERT_TRUE(cw_slice_equal(o->value, cw_slice_str(text)));
	CU_ASSERT_PTR_NULL(o->key.p);
}

static void test_originals__are_found_wherever_the_record_is(void)
{
	struct cw_task_batch *b = filled(10);

	for (size_t i = 0; i < 10; i++)
		expect_original(b, cw_batch_record(&b->batch, i));
	cw_task_batch_forget(b, "t", 0, true);
	CU_ASSERT_EQUAL(b->batch.n, 5);
	for (size_t i = 0; i < 5; i++)
		expect_original(b, cw_batch_record(&b->batch, i));
	cw_task_batch_reset(b);
	CU_ASSERT_EQUAL(b->n_originals, 0);
	cw_task_batch_free(b);
}

/* ---- the newest ---- */

static void test_newest__are_those_of_all_partitions(void)
{
	static const struct {
		size_t limit;
		const char *want; /* partition:offset, the newest last */
	} cases[] = {
		{ 1, "2:1 " },
		{ 3, "0:1 0:2 2:1 " },
		{ 4, "2:0 0:1 0:2 2:1 " },
		{ 9, "0:0 2:0 0:1 0:2 2:1 " },
		{ 0, "" },
	};
	/* As they are read: one partition after the other. 0:2 has an older time than 0:1, and yet is behind it. */
	static const struct {
		int partition, offset, time;
	} letters[] = { { 2, 0, 30 }, { 2, 1, 60 }, { 0, 0, 10 }, { 0, 1, 50 }, { 0, 2, 40 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_letters_newest newest = { .limit = cases[i].limit };
		struct cw_buf got = { 0 };
		json_t *list, *letter;
		size_t k;

		for (k = 0; k < sizeof(letters) / sizeof(letters[0]); k++)
			cw_letters_newest_add(&newest, letters[k].partition,
					      json_pack("{s:i,s:i,s:i}", "partition", letters[k].partition, "offset",
							letters[k].offset, "timestamp", letters[k].time));
		list = cw_letters_newest_list(&newest);
		json_array_foreach(list, k, letter)
			cw_buf_printf(&got, "%d:%d ", (int)json_integer_value(json_object_get(letter, "partition")),
				      (int)json_integer_value(json_object_get(letter, "offset")));
		CU_ASSERT_STRING_EQUAL(got.n ? got.p : "", cases[i].want);
		json_decref(list);
		cw_letters_newest_free(&newest);
		cw_buf_free(&got);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "marks say where each partition went", test_marks__say_where_each_partition_went },
		{ "marks of others say nothing", test_marks__of_others_say_nothing },
		{ "marks are left out where they are too long", test_marks__are_left_out_where_they_are_too_long },
		{ "originals are found wherever the record is", test_originals__are_found_wherever_the_record_is },
		{ "the newest are those of all partitions", test_newest__are_those_of_all_partitions },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "letters", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
