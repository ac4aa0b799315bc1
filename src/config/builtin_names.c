#include "config/builtin_names.h"

#include "config/plugin_names.h"

/* Kafka Connect's own convert headers as well; those of a registry do not. */
static const struct {
	const char *class_name;
	enum cw_plugin_kind kind;
	bool headers;
} converters[] = {
	{ "org.apache.kafka.connect.storage.StringConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.ByteArrayConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.BooleanConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.ShortConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.IntegerConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.LongConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.FloatConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.converters.DoubleConverter", CW_PLUGIN_CONVERTER, true },
	{ "org.apache.kafka.connect.json.JsonConverter", CW_PLUGIN_CONVERTER, true },
	{ "io.confluent.connect.avro.AvroConverter", CW_PLUGIN_CONVERTER, false },
	{ "io.confluent.connect.json.JsonSchemaConverter", CW_PLUGIN_CONVERTER, false },
	{ "org.apache.kafka.connect.storage.SimpleHeaderConverter", CW_PLUGIN_HEADER_CONVERTER, true },
};

#define CONVERTERS (sizeof(converters) / sizeof(*converters))

static bool suits(size_t i, enum cw_plugin_kind kind)
{
	return kind == CW_PLUGIN_HEADER_CONVERTER ? converters[i].headers : converters[i].kind == kind;
}

const char *cw_builtin_converter_at(enum cw_plugin_kind kind, size_t i)
{
	for (size_t k = 0; k < CONVERTERS; k++)
		if (suits(k, kind) && i-- == 0)
			return converters[k].class_name;
	return NULL;
}

bool cw_builtin_converter_named(enum cw_plugin_kind kind, const char *asked)
{
	for (size_t i = 0; i < CONVERTERS; i++)
		if (suits(i, kind) && cw_plugin_named(converters[i].kind, converters[i].class_name, asked))
			return true;
	return false;
}
