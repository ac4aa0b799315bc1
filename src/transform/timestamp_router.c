/* TimestampRouter: the topic gets the record's time in its name. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "data/date_format.h"
#include "transform/value_transforms.h"

#define TOPIC "${topic}"
#define TIMESTAMP "${timestamp}"

struct config {
	const char *topic_format, *timestamp_format;
};

struct state {
	const struct config *config;
	struct cw_date_format *format;
	struct cw_buf time, named, topic; /* the time; the format with the topic in it; that with the time in it */
};

static int check_format(const char *value, struct cw_error *err)
{
	struct cw_date_format *format = cw_date_format_new(cw_slice_str(value), 0, err);

	cw_date_format_free(format);
	return format ? 0 : -1;
}

/* Every occurrence of the word in the text becomes the other text. */
static void replace(struct cw_buf *out, struct cw_slice text, const char *word, struct cw_slice with)
{
	size_t n = strlen(word);

	out->n = 0;
	while (text.n) {
		const char *found = memmem(text.p, text.n, word, n);
		size_t before = found ? (size_t)(found - text.p) : text.n;

		cw_buf_append(out, text.p, before);
		if (!found)
			return;
		cw_buf_append(out, with.p, with.n);
		text = cw_slice(found + n, text.n - before - n);
	}
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	char *topic;

	if (record->timestamp_ms == CW_NO_TIMESTAMP) {
		cw_error_set(err, CW_ERR_INVALID,
			     "Timestamp missing on record: topic '%.*s', partition %d, offset %lld",
			     (int)record->topic.n, record->topic.p, (int)record->partition, (long long)record->offset);
		return CW_FAIL;
	}
	state->time.n = 0;
	cw_date_format_print(state->format, record->timestamp_ms, &state->time);
	replace(&state->named, cw_slice_str(state->config->topic_format), TOPIC, record->topic);
	replace(&state->topic, cw_slice(state->named.p, state->named.n), TIMESTAMP,
		cw_slice(state->time.p, state->time.n));
	topic = cw_batch_alloc(batch, state->topic.n);
	if (state->topic.n)
		memcpy(topic, state->topic.p, state->topic.n);
	record->topic = cw_slice(topic, state->topic.n);
	return CW_OK;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *c, void **out,
			    struct cw_error *err)
{
	const struct config *config = c;
	struct cw_date_format *format;
	struct state *state;

	(void)ctx;
	(void)plugin;
	format = cw_date_format_new(cw_slice_str(config->timestamp_format), cw_clock_epoch_ms(), err);
	if (!format)
		return CW_FAIL;
	state = cw_alloc(sizeof(*state));
	state->config = config;
	state->format = format;
	*out = state;
	return CW_OK;
}

static void stop(void *s)
{
	struct state *state = s;

	cw_date_format_free(state->format);
	cw_buf_free(&state->time);
	cw_buf_free(&state->named);
	cw_buf_free(&state->topic);
	free(state);
}

static const struct cw_config_def keys[] = {
	{ .name = "topic.format", .type = CW_CONFIG_STRING, .default_value = "${topic}-${timestamp}",
	  .importance = CW_HIGH,
	  .doc = "The new topic: ${topic} in it stands for the record's topic, ${timestamp} for its time.",
	  .offset = offsetof(struct config, topic_format) },
	{ .name = "timestamp.format", .type = CW_CONFIG_STRING, .default_value = "yyyyMMdd", .importance = CW_HIGH,
	  .doc = "How the time is written, as a pattern of java.text.SimpleDateFormat. The time zone is UTC.",
	  .check = check_format, .offset = offsetof(struct config, timestamp_format) },
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_timestamp_router_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "TimestampRouter",
		      "Makes the topic of its own name and the record's time", keys, struct config),
	.transformation = &ops,
};
