/*
 * The connector's limits, for a source: a poll is held back until as many records may pass as its batch then has room
 * for. How many bytes they will be is known only afterwards: as many as those of the poll before were is claimed.
 */
#include "base/clock.h"
#include "host/source.h"

static void make_claim(struct cw_source *source)
{
	struct cw_claim *claim = &source->claim;
	int64_t records, bytes, most;

	cw_limits_portion(source->task->limits, &records, &bytes);
	if (bytes != INT64_MAX) { /* one record alone tells how large they are */
		most = source->record_bytes > 0 ? bytes / source->record_bytes : 1;
		if (most < records)
			records = most > 0 ? most : 1;
	}
	claim->records = records < CW_SOURCE_BATCH_RECORDS ? records : CW_SOURCE_BATCH_RECORDS;
	claim->bytes = claim->records * source->record_bytes;
}

int64_t cw_source_limit_ns(struct cw_source *source)
{
	struct cw_claim *claim = &source->claim;
	int64_t wait_us;

	source->batch->batch.capacity = CW_SOURCE_BATCH_RECORDS;
	if (!claim->made && !cw_limits_are_on(source->task->limits))
		return 0;
	if (!claim->made)
		make_claim(source);
	source->batch->batch.capacity = (size_t)claim->records;
	wait_us = cw_limits_wait_us(source->task->limits, claim);
	return wait_us * (CW_NS_PER_MS / 1000);
}

void cw_source_limit_passed(struct cw_source *source, size_t records, int64_t bytes)
{
	cw_limits_passed(source->task->limits, &source->claim, (int64_t)records, bytes);
	if (records > 0)
		source->record_bytes = (bytes + (int64_t)records - 1) / (int64_t)records;
}
