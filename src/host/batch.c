#include "host/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Records that are larger make further blocks. */
#define BLOCK_PER_RECORD ((size_t)1 << 10)

struct cw_task_batch *cw_task_batch_new(size_t capacity)
{
	struct cw_task_batch *b = cw_alloc(sizeof(*b));
	size_t block = capacity * BLOCK_PER_RECORD;

	cw_arena_init(&b->arena, block < CW_ARENA_BLOCK ? block : CW_ARENA_BLOCK);
	b->batch.capacity = capacity;
	b->batch.records = cw_alloc(capacity * sizeof(struct cw_record));
	return b;
}

bool cw_task_batch_reject(struct cw_task_batch *b, size_t i)
{
	if (!b->is_rejected)
		b->is_rejected = cw_alloc(b->batch.capacity * sizeof(*b->is_rejected));
	if (b->is_rejected[i])
		return false;
	b->is_rejected[i] = true;
	b->rejected++;
	return true;
}

static void forget_span(struct cw_task_batch *b, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < b->n_spans; i++)
		if (b->spans[i].partition == partition && strcmp(b->spans[i].topic, topic) == 0) {
			b->spans[i] = b->spans[--b->n_spans];
			return;
		}
}

static void drop_records_of(struct cw_task_batch *b, struct cw_slice topic, int32_t partition)
{
	size_t kept = 0, n = b->batch.n, done = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cw_record *r = cw_batch_record(&b->batch, i);

		if (r->original_partition == partition && cw_slice_equal(r->original_topic, topic)) {
			b->rejected -= b->is_rejected && b->is_rejected[i];
			continue;
		}
		done += i < b->done;
		if (b->is_rejected)
			b->is_rejected[kept] = b->is_rejected[i];
		if (kept != i)
			memcpy(cw_batch_record(&b->batch, kept), r, b->batch.record_size);
		kept++;
	}
	if (b->is_rejected)
		memset(b->is_rejected + kept, 0, (n - kept) * sizeof(*b->is_rejected));
	b->batch.n = kept;
	b->done = done;
}

void cw_task_batch_forget(struct cw_task_batch *b, const char *topic, int32_t partition, bool drop_records)
{
	if (drop_records)
		drop_records_of(b, cw_slice_str(topic), partition);
	forget_span(b, topic, partition);
}

void cw_task_batch_keep(struct cw_task_batch *b, struct cw_slice key, struct cw_slice value)
{
	const struct cw_record *r = cw_batch_record(&b->batch, b->batch.n - 1);

	if (!b->originals)
		b->originals = cw_alloc(b->batch.capacity * sizeof(*b->originals));
	b->originals[b->n_originals++] = (struct cw_original){
		.topic = r->original_topic, .key = key, .value = value, .headers = r->headers, .n_headers = r->n_headers,
		.offset = r->offset, .timestamp_ms = r->timestamp_ms, .partition = r->original_partition,
	};
}

/* Records only ever move to the front, so it is not before the place of the record. */
const struct cw_original *cw_task_batch_original(const struct cw_task_batch *b, const struct cw_record *record)
{
	size_t at = (size_t)((const char *)record - b->batch.records) / b->batch.record_size;
	const struct cw_original *o = b->originals + at;

	while (o->offset != record->offset || o->partition != record->original_partition ||
	       !cw_slice_equal(o->topic, record->original_topic))
		o++;
	return o;
}

void cw_task_batch_reset(struct cw_task_batch *b)
{
	b->n_spans = 0;
	if (b->rejected)
		memset(b->is_rejected, 0, b->batch.capacity * sizeof(*b->is_rejected));
	b->rejected = b->n_originals = 0;
	b->marks = NULL;
	b->complete = b->counted = b->raw = false;
	b->done = 0;
	b->next = NULL;
	b->batch.n = 0;
	b->batch.wait_ns = 0;
	cw_arena_reset(&b->arena);
}

void cw_task_batch_free(struct cw_task_batch *b)
{
	if (!b)
		return;
	cw_arena_free(&b->arena);
	free(b->batch.records);
	free(b->spans);
	free(b->is_rejected);
	free(b->originals);
	free(b);
}

/* ---- spare ones ---- */

struct cw_task_batch *cw_spare_batches_take(struct cw_spare_batches *spare, size_t n)
{
	struct cw_task_batch *b = spare->first;

	if (!b)
		return cw_task_batch_new(n > CW_BATCH_FEW ? spare->capacity : n);
	spare->first = b->next;
	spare->n--;
	b->next = NULL;
	return b;
}

void cw_spare_batches_give(struct cw_spare_batches *spare, struct cw_task_batch *b)
{
	if (b->batch.capacity < spare->capacity || spare->n == CW_SPARE_BATCHES) {
		cw_task_batch_free(b);
		return;
	}
	cw_task_batch_reset(b);
	b->next = spare->first;
	spare->first = b;
	spare->n++;
}

void cw_spare_batches_free(struct cw_spare_batches *spare)
{
	struct cw_task_batch *b;

	while ((b = spare->first) != NULL) {
		spare->first = b->next;
		cw_task_batch_free(b);
	}
	spare->n = 0;
}

/* ---- queues ---- */

void cw_batch_queue_push(struct cw_batch_queue *queue, struct cw_task_batch *b)
{
	b->next = NULL;
	if (queue->last)
		queue->last->next = b;
	else
		queue->first = b;
	queue->last = b;
}

struct cw_task_batch *cw_batch_queue_pop(struct cw_batch_queue *queue)
{
	struct cw_task_batch *b = queue->first;

	if (!b)
		return NULL;
	queue->first = b->next;
	if (!queue->first)
		queue->last = NULL;
	b->next = NULL;
	return b;
}

void cw_batch_queue_free(struct cw_batch_queue *queue)
{
	struct cw_task_batch *b;

	while ((b = cw_batch_queue_pop(queue)) != NULL)
		cw_task_batch_free(b);
}
