#include "replays.h"

#include <stdlib.h>

#include "sink.h"

#define SPAN_NS INT64_C(60000000000)
#define SPAN_WARNINGS 20

static bool is_of(const struct cw_replay *replay, struct cw_slice topic, int32_t partition)
{
	return replay->partition == partition && cw_slice_equal(cw_slice(replay->topic, replay->topic_n), topic);
}

/* The partition's entry, made where there is none. */
static struct cw_replay *find(struct cw_replays *replays, struct cw_slice topic, int32_t partition)
{
	struct cw_replay *replay;

	if (replays->n && is_of(&replays->items[replays->latest], topic, partition))
		return &replays->items[replays->latest];
	for (size_t i = 0; i < replays->n; i++)
		if (is_of(&replays->items[i], topic, partition)) {
			replays->latest = i;
			return &replays->items[i];
		}
	if (replays->n == replays->cap) {
		replays->cap = replays->cap ? replays->cap * 2 : 8;
		replays->items = cw_text_realloc(replays->items, replays->cap * sizeof(*replays->items));
	}
	replays->latest = replays->n;
	replay = &replays->items[replays->n++];
	*replay = (struct cw_replay){ .topic = cw_text_alloc(topic.n + 1), .topic_n = topic.n, .partition = partition };
	memcpy(replay->topic, topic.p, topic.n);
	return replay;
}

void cw_replays_note(struct cw_replays *replays, const struct cw_doc *doc, const char *index)
{
	const struct cw_record *record = cw_batch_record(doc->taken->batch, doc->record);
	struct cw_replay *replay = find(replays, cw_origin_topic(record), cw_origin_partition(record));

	if (replay->n == 0)
		replay->first = replay->last = record->offset;
	else if (record->offset < replay->first)
		replay->first = record->offset;
	else if (record->offset > replay->last)
		replay->last = record->offset;
	if (!replay->index || strcmp(replay->index, index) != 0) {
		free(replay->index);
		replay->index = cw_text_alloc(strlen(index) + 1);
		memcpy(replay->index, index, strlen(index) + 1);
	}
	replay->n++;
}

static void warn(const struct cw_sink *sink, const struct cw_replay *replay)
{
	bool named = cw_action_named(sink, cw_slice(replay->topic, replay->topic_n));

	if (named && sink->streams) {
		cw_log(sink->ctx, CW_LOG_WARN, "topic %s, partition %d: %zu documents, of records from offset %lld to %lld, were left "
		       "out, as data stream %s has documents of these keys already, and takes none of a name twice: with "
		       "key.ignore=true each record is a document of its own", replay->topic, (int)replay->partition, replay->n,
		       (long long)replay->first, (long long)replay->last, replay->index);
		return;
	}
	cw_log(sink->ctx, CW_LOG_WARN, "topic %s, partition %d: %zu documents, of records from offset %lld to %lld, were in index "
	       "%s already%s and are left as they are. After a restart that is a replay, and nothing is missing. But if the "
	       "topic was deleted and made again, those are documents of the old one, and the new records are not in the "
	       "index: %swrite to another index, or delete the old documents, and read the topic from its beginning",
	       replay->topic, (int)replay->partition, replay->n, (long long)replay->first, (long long)replay->last,
	       replay->index, named ? ", of the same version or a later one," : "",
	       named || sink->streams ? "" : "set op.type=INDEX, ");
}

void cw_replays_tell(struct cw_sink *sink, bool at_end)
{
	struct cw_replays *replays = &sink->replays;
	int64_t now = cw_sink_now(sink);

	if (now - replays->span_ns >= SPAN_NS) {
		replays->span_ns = now;
		replays->told = 0;
	}
	for (size_t i = 0; i < replays->n && replays->told < SPAN_WARNINGS; i++) {
		struct cw_replay *replay = &replays->items[i];

		if (replay->n == 0 || (!at_end && replay->told_ns && now - replay->told_ns < SPAN_NS))
			continue;
		warn(sink, replay);
		replay->told_ns = now;
		replay->n = 0;
		replays->told++;
	}
}

void cw_replays_free(struct cw_replays *replays)
{
	for (size_t i = 0; i < replays->n; i++) {
		free(replays->items[i].topic);
		free(replays->items[i].index);
	}
	free(replays->items);
}
