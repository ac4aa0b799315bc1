/* The converters for strings, bytes and booleans. */
#include "convert/primitive.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "convert/converters.h"
#include "convert/encoding.h"
#include "data/schema.h"
#include "data/value.h"

/* What is empty is not null. */
static struct cw_slice present(struct cw_slice s)
{
	return s.p ? s : cw_slice("", 0);
}

/* ---- strings ------------------------------------------------------------------------------- */

struct string_config {
	const char *encoding;
};

struct string_state {
	struct cw_encoding *encoding;
	struct cw_buf text; /* of a value that is no string; used again */
};

static enum cw_result string_start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				   enum cw_converter_role role, void **state, struct cw_error *err)
{
	const struct string_config *c = config;
	struct cw_encoding *encoding = cw_encoding_new(c->encoding ? c->encoding : "UTF-8");
	struct string_state *s;

	(void)ctx;
	(void)plugin;
	(void)role;
	if (!encoding) {
		cw_error_set(err, CW_ERR_INVALID, "Unsupported encoding %s", c->encoding);
		return CW_FAIL;
	}
	s = cw_alloc(sizeof(*s));
	s->encoding = encoding;
	*state = s;
	return CW_OK;
}

static void string_stop(void *state)
{
	struct string_state *s = state;

	cw_encoding_free(s->encoding);
	cw_buf_free(&s->text);
	free(s);
}

static enum cw_result string_to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				      struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	struct string_state *s = state;

	(void)place;
	(void)err;
	*out = bytes.p ? cw_value_string(cw_encoding_decode(s->encoding, batch, bytes)) : cw_value_null();
	out->schema = cw_schema_of(CW_STRING, true);
	return CW_OK;
}

/* Any value has a text; that of a string is the string. In the batch, or part of the value. */
static struct cw_slice text_of(struct string_state *s, struct cw_batch *batch, const struct cw_value *value)
{
	char *p;

	if (value->type == CW_STRING)
		return value->u.bytes;
	s->text.n = 0;
	cw_value_print(&s->text, value);
	p = cw_batch_alloc(batch, s->text.n);
	memcpy(p, s->text.p, s->text.n);
	return cw_slice(p, s->text.n);
}

static enum cw_result string_from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
					const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	struct string_state *s = state;

	(void)place;
	(void)err;
	if (value->type == CW_NULL)
		*out = cw_slice(NULL, 0);
	else
		*out = present(cw_encoding_encode(s->encoding, batch, text_of(s, batch, value)));
	return CW_OK;
}

static const struct cw_converter_ops string_ops = {
	.size = sizeof(string_ops),
	.start = string_start,
	.to_value = string_to_value,
	.from_value = string_from_value,
	.stop = string_stop,
};

static const struct cw_config_def string_defs[] = {
	CW_CONVERTER_TYPE,
	{
		.name = "converter.encoding",
		.type = CW_CONFIG_STRING,
		.default_value = "UTF-8",
		.importance = CW_HIGH,
		.doc = "The character set of the bytes, by any of its names in Java: UTF-8, UTF-16, UTF-32, those of "
		       "ISO-8859, windows-125x and one-byte ones of IBM, KOI8-R, Shift_JIS, windows-31j, EUC-JP, "
		       "ISO-2022-JP, EUC-KR, x-windows-949, GB2312, GBK, GB18030, Big5 and a few more. Bytes that are "
		       "no text in it are read as U+FFFD, characters that it does not have are written as '?'.",
		.width = CW_WIDTH_MEDIUM,
		.display_name = "Encoding",
		.offset = offsetof(struct string_config, encoding),
	},
};

const struct cw_plugin cw_string_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "org.apache.kafka.connect.storage.StringConverter",
	.version = PACKAGE_VERSION,
	.doc = "Text in any character set; a value that is no string is written as Java prints it.",
	.config = string_defs,
	.n_config = sizeof(string_defs) / sizeof(*string_defs),
	.config_def_size = sizeof(*string_defs),
	.config_size = sizeof(struct string_config),
	.converter = &string_ops,
};

/* ---- bytes and booleans -------------------------------------------------------------------- */

static enum cw_result start_stateless(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				      enum cw_converter_role role, void **state, struct cw_error *err)
{
	(void)ctx;
	(void)plugin;
	(void)config;
	(void)role;
	(void)err;
	*state = NULL;
	return CW_OK;
}

static void stop_stateless(void *state)
{
	(void)state;
}

/* Kafka looks at the schema first, of a null, too, and then at the value. */
static bool is_of_type(const char *converter, enum cw_type type, const struct cw_value *value, struct cw_error *err)
{
	if (value->schema && cw_type_physical(value->schema->type) != type)
		cw_error_set(err, CW_ERR_INVALID, "Invalid schema type for %s: %s", converter,
			     cw_type_name_upper(value->schema->type));
	else if (value->type != CW_NULL && value->type != type)
		cw_error_set(err, CW_ERR_INVALID, "%s is not compatible with objects of type %s", converter,
			     cw_value_java_class(value));
	else
		return true;
	return false;
}

static enum cw_result bytes_to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				     struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	(void)state;
	(void)batch;
	(void)place;
	(void)err;
	*out = bytes.p ? cw_value_bytes(bytes) : cw_value_null();
	out->schema = cw_schema_of(CW_BYTES, true);
	return CW_OK;
}

static enum cw_result bytes_from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				       const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	(void)state;
	(void)batch;
	(void)place;
	if (!is_of_type("ByteArrayConverter", CW_BYTES, value, err))
		return CW_FAIL;
	*out = value->type == CW_NULL ? cw_slice(NULL, 0) : present(value->u.bytes);
	return CW_OK;
}

static enum cw_result boolean_to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	static const char failed[] = "Failed to deserialize boolean: ";

	(void)state;
	(void)batch;
	(void)place;
	if (bytes.p && bytes.n != 1) {
		cw_error_set(err, CW_ERR_INVALID, "%sSize of data received by BooleanDeserializer is not 1", failed);
		return CW_FAIL;
	}
	if (bytes.p && (unsigned char)bytes.p[0] > 1) {
		cw_error_set(err, CW_ERR_INVALID, "%sUnexpected byte received by BooleanDeserializer: %d", failed,
			     (int8_t)bytes.p[0]);
		return CW_FAIL;
	}
	*out = bytes.p ? cw_value_boolean(bytes.p[0]) : cw_value_null();
	out->schema = cw_schema_of(CW_BOOLEAN, true);
	return CW_OK;
}

static enum cw_result boolean_from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
					 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	(void)state;
	(void)batch;
	(void)place;
	if (!is_of_type("BooleanConverter", CW_BOOLEAN, value, err))
		return CW_FAIL;
	*out = value->type == CW_NULL ? cw_slice(NULL, 0) : cw_slice(value->u.boolean ? "\1" : "\0", 1);
	return CW_OK;
}

static const struct cw_converter_ops bytes_ops = {
	.size = sizeof(bytes_ops),
	.start = start_stateless,
	.to_value = bytes_to_value,
	.from_value = bytes_from_value,
	.stop = stop_stateless,
};

static const struct cw_converter_ops boolean_ops = {
	.size = sizeof(boolean_ops),
	.start = start_stateless,
	.to_value = boolean_to_value,
	.from_value = boolean_from_value,
	.stop = stop_stateless,
};

static const struct cw_config_def type_only[] = { CW_CONVERTER_TYPE };

const struct cw_plugin cw_byte_array_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "org.apache.kafka.connect.converters.ByteArrayConverter",
	.version = PACKAGE_VERSION,
	.doc = "Bytes as they are.",
	.config = type_only,
	.n_config = sizeof(type_only) / sizeof(*type_only),
	.config_def_size = sizeof(*type_only),
	.converter = &bytes_ops,
};

const struct cw_plugin cw_boolean_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "org.apache.kafka.connect.converters.BooleanConverter",
	.version = PACKAGE_VERSION,
	.doc = "Booleans as one byte, 0 or 1.",
	.config = type_only,
	.n_config = sizeof(type_only) / sizeof(*type_only),
	.config_def_size = sizeof(*type_only),
	.converter = &boolean_ops,
};
