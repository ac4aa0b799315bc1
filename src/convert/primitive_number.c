/* The converters for one kind of number each. */
#include "convert/converters.h"
#include "convert/primitive.h"
#include "data/schema.h"
#include "data/value.h"

#define CLASS(simple) "org.apache.kafka.connect.converters." simple

struct number {
	const char *class_name;
	const char *name, *java_class, *size_error; /* Kafka's */
	enum cw_type type;
	size_t size;
};

static const struct number numbers[] = {
	{ CLASS("ShortConverter"), "short", "java.lang.Short",
	  "Size of data received by ShortDeserializer is not 2", CW_INT16, 2 },
	{ CLASS("IntegerConverter"), "integer", "java.lang.Integer",
	  "Size of data received by IntegerDeserializer is not 4", CW_INT32, 4 },
	{ CLASS("LongConverter"), "long", "java.lang.Long",
	  "Size of data received by LongDeserializer is not 8", CW_INT64, 8 },
	{ CLASS("FloatConverter"), "float", "java.lang.Float",
	  "Size of data received by Deserializer is not 4", CW_FLOAT32, 4 },
	{ CLASS("DoubleConverter"), "double", "java.lang.Double",
	  "Size of data received by Deserializer is not 8", CW_FLOAT64, 8 },
};

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    enum cw_converter_role role, void **state, struct cw_error *err)
{
	(void)ctx;
	(void)config;
	(void)role;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strcmp(plugin->class_name, numbers[i].class_name) == 0) {
			*state = (void *)(uintptr_t)&numbers[i];
			return CW_OK;
		}
	cw_error_set(err, CW_ERR_FATAL, "%s is no converter of numbers.", plugin->class_name);
	return CW_FAIL;
}

static void stop(void *state)
{
	(void)state;
}

static struct cw_value value_of_bits(enum cw_type type, uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float f;
	double d;

	switch (type) {
	case CW_FLOAT32:
		memcpy(&f, &low, sizeof(f));
		return cw_value_float32(f);
	case CW_FLOAT64:
		memcpy(&d, &bits, sizeof(d));
		return cw_value_float64(d);
	case CW_INT16:
		return cw_value_integer(type, (int16_t)bits);
	case CW_INT32:
		return cw_value_integer(type, (int32_t)bits);
	default:
		return cw_value_integer(type, (int64_t)bits);
	}
}

static uint64_t bits_of_value(const struct cw_value *value)
{
	uint32_t low;
	uint64_t bits;

	switch (value->type) {
	case CW_FLOAT32:
		memcpy(&low, &value->u.float32, sizeof(low));
		return low;
	case CW_FLOAT64: /* Kafka writes all NaNs alike, of this type only */
		memcpy(&bits, &value->u.float64, sizeof(bits));
		return value->u.float64 != value->u.float64 ? UINT64_C(0x7ff8000000000000) : bits;
	default:
		return (uint64_t)value->u.integer;
	}
}

static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	const struct number *number = state;
	uint64_t bits = 0;

	(void)batch;
	(void)place;
	if (bytes.p && bytes.n != number->size) {
		cw_error_set(err, CW_ERR_INVALID, "Failed to deserialize %s: %s", number->name, number->size_error);
		return CW_FAIL;
	}
	for (size_t i = 0; i < bytes.n; i++)
		bits = bits << 8 | (unsigned char)bytes.p[i];
	*out = bytes.p ? value_of_bits(number->type, bits) : cw_value_null();
	out->schema = cw_schema_of(number->type, true);
	return CW_OK;
}

/* As Java says it, which casts to a Number first. */
static enum cw_result refuse(const struct number *number, const struct cw_value *value, struct cw_error *err)
{
	const char *is = cw_value_java_class(value);
	bool any = (value->type >= CW_INT8 && value->type <= CW_FLOAT64) || value->type == CW_DECIMAL;

	cw_error_set(err, CW_ERR_INVALID, "Failed to serialize to %s (was %s): %s cannot be cast to class %s",
		     number->name, is, is, any ? number->java_class : "java.lang.Number");
	return CW_FAIL;
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	const struct number *number = state;
	uint64_t bits;
	char *p;

	(void)place;
	*out = cw_slice(NULL, 0);
	if (value->type == CW_NULL)
		return CW_OK;
	if (value->type != number->type)
		return refuse(number, value, err);
	bits = bits_of_value(value);
	p = cw_batch_alloc(batch, number->size);
	for (size_t i = 0; i < number->size; i++)
		p[i] = (char)(bits >> (8 * (number->size - 1 - i)));
	*out = cw_slice(p, number->size);
	return CW_OK;
}

static const struct cw_converter_ops ops = {
	.size = sizeof(ops),
	.start = start,
	.to_value = to_value,
	.from_value = from_value,
	.stop = stop,
};

static const struct cw_config_def config[] = { CW_CONVERTER_TYPE };

#define NUMBER_CONVERTER(simple, text)                                                                        \
	{                                                                                                     \
		CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER), .class_name = CLASS(simple), .version = PACKAGE_VERSION, \
		.doc = text, .config = config, .n_config = sizeof(config) / sizeof(*config),                  \
		.config_def_size = sizeof(*config), .converter = &ops                                         \
	}

const struct cw_plugin cw_short_converter = NUMBER_CONVERTER("ShortConverter", "16-bit integers, big-endian.");
const struct cw_plugin cw_integer_converter = NUMBER_CONVERTER("IntegerConverter", "32-bit integers, big-endian.");
const struct cw_plugin cw_long_converter = NUMBER_CONVERTER("LongConverter", "64-bit integers, big-endian.");
const struct cw_plugin cw_float_converter =
	NUMBER_CONVERTER("FloatConverter", "32-bit floating point numbers, big-endian.");
const struct cw_plugin cw_double_converter =
	NUMBER_CONVERTER("DoubleConverter", "64-bit floating point numbers, big-endian.");
