/* Batches: their memory, partitions that are somebody else's, spare ones and queues. */
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "base/mem.h"
#include "host/batch.h"
#include "unit.h"

/* A sanitizer's heap tells nothing, nor does that of an older C library. */
#if CW_ALLOCATIONS_COUNT
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define MEMORY_IS_KNOWN 1
#endif
#endif
#ifndef MEMORY_IS_KNOWN
#define MEMORY_IS_KNOWN 0
#endif

static void test_batch__arena_grows_aligned_and_is_used_again(void)
{
	struct cw_task_batch *b = cw_task_batch_new(4);
	char *first = cw_batch_alloc(&b->batch, 10), *p;

	CU_ASSERT_EQUAL((uintptr_t)first % 16, 0);
	p = cw_batch_alloc(&b->batch, 1000000); /* more than a block */
	memset(p, 1, 1000000);
	for (int i = 0; i < 100; i++)
		memset(cw_batch_alloc(&b->batch, 100000), i, 100000);
	while (cw_batch_add(&b->batch))
		;
	CU_ASSERT_EQUAL(b->batch.n, 4);
	CU_ASSERT_EQUAL(cw_batch_record(&b->batch, 3)->partition, CW_ANY_PARTITION);
	cw_task_batch_reset(b);
	CU_ASSERT_EQUAL(b->batch.n, 0);
	CU_ASSERT_PTR_EQUAL(cw_batch_alloc(&b->batch, 10), first);
	cw_task_batch_free(b);
}

/* What the heap has given out; 0 where that is not known. */
static size_t memory(void)
{
#if MEMORY_IS_KNOWN
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#else
	return 0;
#endif
}

static void take_few(struct cw_spare_batches *spare, struct cw_task_batch **taken, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		taken[i] = cw_spare_batches_take(spare, 1);
		cw_batch_add(&taken[i]->batch)->value = cw_value_null();
		memset(cw_batch_alloc(&taken[i]->batch, 200), 1, 200);
		cw_task_batch_keep(taken[i], cw_slice(NULL, 0), cw_slice(NULL, 0));
		cw_task_batch_reject(taken[i], 0);
	}
}

/* As when records come one by one, and their store is away. */
static void test_batch__of_few_records_has_little_memory(void)
{
	enum { N = 1000, MOST = 3000 };
	struct cw_spare_batches spare = { .capacity = 1000 };
	struct cw_task_batch *taken[N], *full;
	size_t before = memory();

	take_few(&spare, taken, N);
	CU_ASSERT_TRUE(memory() - before < (size_t)N * MOST);
	for (size_t i = 0; i < N; i++)
		cw_spare_batches_give(&spare, taken[i]);
	CU_ASSERT_PTR_NULL(spare.first);
	full = cw_spare_batches_take(&spare, CW_BATCH_FEW + 1);
	CU_ASSERT_EQUAL(full->batch.capacity, 1000);
	cw_spare_batches_give(&spare, full);
	CU_ASSERT_PTR_EQUAL(cw_spare_batches_take(&spare, 1), full); /* it is there anyway */
	cw_spare_batches_give(&spare, full);
	cw_spare_batches_free(&spare);
}

/* After a time in which many were under way. */
static void test_batch__few_are_kept(void)
{
	enum { N = 50 };
	struct cw_spare_batches spare = { .capacity = 1000 };
	struct cw_task_batch *taken[N], *b;
	size_t kept = 0;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < N; i++)
			taken[i] = cw_spare_batches_take(&spare, 1000);
		CU_ASSERT_PTR_NULL(spare.first);
		for (size_t i = 0; i < N; i++)
			cw_spare_batches_give(&spare, taken[i]);
	}
	for (b = spare.first; b; b = b->next)
		kept++;
	CU_ASSERT_EQUAL(kept, CW_SPARE_BATCHES);
	cw_spare_batches_free(&spare);
}

/* A record of each partition in turn, with offsets from 0 on; the third is rejected. */
static struct cw_task_batch *batch_of(const int32_t *partitions, size_t n)
{
	struct cw_task_batch *b = cw_task_batch_new(n);

	for (size_t i = 0; i < n; i++) {
		struct cw_record *r = cw_batch_record(&b->batch, b->batch.n++);

		r->topic = cw_slice_str("elsewhere"); /* a transformation has been there */
		r->original_topic = cw_slice_str("t");
		r->original_partition = partitions[i];
		r->offset = (int64_t)i;
	}
	b->spans = cw_alloc(2 * sizeof(*b->spans));
	b->spans[b->n_spans++] = (struct cw_span){ "t", 0, 10 };
	b->spans[b->n_spans++] = (struct cw_span){ "t", 1, 20 };
	cw_task_batch_reject(b, 2);
	b->done = 4;
	return b;
}

static void test_batch__forgets_what_is_somebody_elses_now(void)
{
	static const int32_t partitions[] = { 0, 1, 1, 0, 1 };
	struct cw_task_batch *b = batch_of(partitions, 5);

	cw_task_batch_forget(b, "u", 0, true);
	CU_ASSERT_EQUAL(b->batch.n, 5);
	cw_task_batch_forget(b, "t", 0, true);
	CU_ASSERT_EQUAL_FATAL(b->batch.n, 3);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(cw_batch_record(&b->batch, i)->offset, i == 2 ? 4 : (int64_t)i + 1);
	CU_ASSERT_EQUAL(b->done, 2);
	CU_ASSERT_EQUAL_FATAL(b->n_spans, 1);
	CU_ASSERT_EQUAL(b->spans[0].partition, 1);
	CU_ASSERT_FALSE(cw_task_batch_reject(b, 1)); /* the rejected one, where it is now */
	CU_ASSERT_TRUE(cw_task_batch_reject(b, 2));
	cw_task_batch_forget(b, "t", 1, true);
	CU_ASSERT_EQUAL(b->batch.n, 0);
	CU_ASSERT_EQUAL(b->rejected, 0);
	CU_ASSERT_EQUAL(b->n_spans, 0);
	cw_task_batch_free(b);
	b = batch_of(partitions, 5);
	cw_task_batch_forget(b, "t", 1, false); /* the plugin has the records */
	CU_ASSERT_EQUAL(b->batch.n, 5);
	CU_ASSERT_EQUAL(b->n_spans, 1);
	cw_task_batch_free(b);
}

static void test_batch__queue_keeps_the_order(void)
{
	struct cw_batch_queue queue = { 0 };
	struct cw_task_batch *b[3];

	CU_ASSERT_PTR_NULL(cw_batch_queue_pop(&queue));
	for (int i = 0; i < 3; i++)
		cw_batch_queue_push(&queue, b[i] = cw_task_batch_new(1));
	CU_ASSERT_PTR_EQUAL(cw_batch_queue_pop(&queue), b[0]);
	cw_batch_queue_push(&queue, b[0]);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(cw_batch_queue_pop(&queue), b[(i + 1) % 3]);
	CU_ASSERT_PTR_NULL(queue.first);
	for (int i = 0; i < 3; i++)
		cw_batch_queue_push(&queue, b[i]);
	cw_batch_queue_free(&queue);
	CU_ASSERT_PTR_NULL(queue.first);
	CU_ASSERT_PTR_NULL(queue.last);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "arena", test_batch__arena_grows_aligned_and_is_used_again },
		{ "forgets partitions", test_batch__forgets_what_is_somebody_elses_now },
		{ "of few records", test_batch__of_few_records_has_little_memory },
		{ "few spare ones are kept", test_batch__few_are_kept },
		{ "queue", test_batch__queue_keeps_the_order },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "batches", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
