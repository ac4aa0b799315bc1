/* Sample: some of the records go on, by chance, and always the same ones. */

#include "data/value.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"

struct config {
	double share;
	int64_t one_of, seed;
	const char *by;
};

static const struct cw_config_def defs[] = {
	{ .name = "share",
	  .type = CW_CONFIG_DOUBLE,
	  .flags = CW_CONFIG_RANGE,
	  .default_value = "1.0",
	  .min = 0,
	  .max = 1,
	  .importance = CW_HIGH,
	  .doc = "The share of the records that goes on, from 0 to 1: 0.01 is one of a hundred.",
	  .offset = offsetof(struct config, share) },
	{ .name = "one.of",
	  .type = CW_CONFIG_LONG,
	  .flags = CW_CONFIG_RANGE,
	  .default_value = "1",
	  .min = 1,
	  .max = INT64_MAX,
	  .importance = CW_HIGH,
	  .doc = "Of so many records one goes on, on average: the share as its reciprocal. With both, both have to "
		 "let a record pass.",
	  .offset = offsetof(struct config, one_of) },
	{ .name = "by",
	  .type = CW_CONFIG_STRING,
	  .default_value = "record",
	  .choices = "record,key",
	  .importance = CW_MEDIUM,
	  .doc = "What the choice is made by. record: each record for itself, in a sink by its topic, partition and "
		 "offset, so that it is the same when it is read again; in a source by its content. key: all records "
		 "of a key together; those without one as with record.",
	  .offset = offsetof(struct config, by) },
	{ .name = "seed",
	  .type = CW_CONFIG_LONG,
	  .default_value = "0",
	  .importance = CW_LOW,
	  .doc = "Another number makes another choice. Two samplings of the same records are independent of each "
		 "other when their seeds differ.",
	  .offset = offsetof(struct config, seed) },
};

/* The mixing steps of SplitMix64. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t mix_text(uint64_t hash, struct cw_slice text)
{
	for (size_t i = 0; i < text.n; i++)
		hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
	return mix(hash);
}

/* Only records of a sink know where they were read from. */
static uint64_t hash_record(uint64_t seed, const struct cw_record *record)
{
	uint64_t hash;

	if (record->original_topic.n) {
		hash = mix_text(seed, record->original_topic);
		hash = mix(hash ^ (uint64_t)(uint32_t)record->original_partition);
		return mix(hash ^ (uint64_t)record->offset);
	}
	hash = mix(seed ^ cw_value_hash(&record->key));
	hash = mix(hash ^ cw_value_hash(&record->value));
	return mix(hash ^ (uint64_t)record->timestamp_ms);
}

static enum cw_result apply(void *state, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	const struct config *config = state;
	uint64_t seed = mix((uint64_t)config->seed), hash;

	(void)batch;
	(void)err;
	if (config->by[0] == 'k' && record->key.type != CW_NULL)
		hash = mix(seed ^ cw_value_hash(&record->key));
	else
		hash = hash_record(seed, record);
	/* the upper 53 bits as a number below 1 */
	if ((double)(hash >> 11) * 0x1p-53 >= config->share)
		return CW_DROP;
	return mix(hash) % (uint64_t)config->one_of == 0 ? CW_OK : CW_DROP;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = cw_plain_start, .apply = apply, .stop = cw_plain_stop,
};

const struct cw_plugin cw_sample = {
	CW_OWN_PLUGIN(
		CW_PLUGIN_TRANSFORMATION, CW_OUR_TRANSFORMS_PACKAGE "Sample",
		"Lets a share of the records go on, chosen by chance but always the same ones, and drops the others.",
		defs, struct config),
	.transformation = &ops,
};
