#include "kafka/compression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hide.h"
#include "base/mem.h"
#include "config/overrides.h"
#include "kafka/client.h"
#include "kafka/security.h"

#define NATIVE "compression.level"
#define BY_ITSELF "-1" /* librdkafka's word for the codec's own level, and Kafka's for gzip's */

static const struct codec {
	const char *name;
	long min, max; /* in librdkafka; Kafka has lz4 to 17, and zstd from -131072 to 22 */
} codecs[] = { { "gzip", -1, 9 }, { "lz4", 1, 12 }, { "zstd", 1, 12 } };

static const struct codec *codec_of(const rd_kafka_conf_t *conf)
{
	CW_AUTO_FREE char *name = cw_client_text(conf, "compression.type");

	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
		if (strcmp(codecs[i].name, name) == 0)
			return &codecs[i];
	return NULL;
}

static int set_level(rd_kafka_conf_t *conf, const struct codec *codec, const char *key, const char *value,
		     struct cw_error *err)
{
	CW_AUTO_FREE char *trimmed = cw_trimmed(value);
	char *end, text[24];
	long level = strtol(trimmed, &end, 10);

	if (end == trimmed || *end)
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is a whole number", key);
	level = level < codec->min ? codec->min : level > codec->max ? codec->max : level;
	snprintf(text, sizeof(text), "%ld", level);
	return cw_native_set(conf, NATIVE, text, key, err);
}

int cw_compression_set_level(rd_kafka_conf_t *conf, const struct cw_map *worker, const struct cw_map *connector,
			     struct cw_error *err)
{
	const struct codec *codec = codec_of(conf);
	CW_AUTO_FREE char *native = cw_client_text(conf, NATIVE);
	const char *value;

	if (!codec || strcmp(native, BY_ITSELF) != 0)
		return 0;
	CW_AUTO_FREE char *of_connector = cw_format("%scompression.%s.level", cw_override_prefix(CW_OVERRIDE_PRODUCER),
						    codec->name);
	CW_AUTO_FREE char *of_worker = cw_format("producer.compression.%s.level", codec->name);

	value = connector ? cw_map_get(connector, of_connector) : NULL;
	if (value)
		return set_level(conf, codec, of_connector, value, err);
	value = cw_map_get(worker, of_worker);
	return value ? set_level(conf, codec, of_worker, value, err) : 0;
}
