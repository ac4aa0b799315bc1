/* essink_events - records with a key and a map, their documents, and a run of the access-log sink for them. */
#ifndef CW_TESTS_ESSINK_EVENTS_H
#define CW_TESTS_ESSINK_EVENTS_H

#include "essink_run.h"

/* A struct {"level":L,"n":N} with a key. */
static inline struct cw_record *add_event(struct run *run, struct cw_fake_batch *batch, const char *key, const char *level, int64_t n)
{
	struct cw_entry *entries = cw_batch_alloc(&batch->batch, 2 * sizeof(*entries));
	struct cw_record *record = cw_fake_batch_put(batch, "events", 0, run->offset++, cw_slice(NULL, 0));

	memset(entries, 0, 2 * sizeof(*entries));
	entries[0].key = cw_value_string(cw_slice_str("level"));
	entries[0].value = level ? cw_value_string(cw_slice_str(level)) : cw_value_null();
	entries[1].key = cw_value_string(cw_slice_str("n"));
	entries[1].value = cw_value_int64(n);
	memset(&record->value, 0, sizeof(record->value));
	record->value.type = CW_MAP;
	record->value.u.map.entries = entries;
	record->value.u.map.n = level ? 2 : 1;
	if (!level)
		entries[0] = entries[1];
	record->key = key ? cw_value_string(cw_slice_str(key)) : cw_value_null();
	record->timestamp_ms = INT64_C(1769034220123);
	return record;
}

static inline json_t *document(struct run *run, const char *index, const char *id)
{
	return json_object_get(json_object_get(run->store.documents, index), id);
}

static inline void finish(struct run *run, struct cw_fake_batch *batch)
{
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
}

static inline struct run *events_run(void)
{
	struct run *run = run_new();

	set(run, "index", "events");
	set(run, "template.enable", "false");
	set(run, "schema.ignore", "true");
	return run;
}

#endif
