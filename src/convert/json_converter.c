/* org.apache.kafka.connect.json.JsonConverter: keys, values and headers as JSON, with or without their schemas. */
#include <stdlib.h>

#include "base/mem.h"
#include "convert/converters.h"
#include "convert/json_envelope.h"
#include "convert/primitive.h"

struct config {
	bool schemas_enable;
	int32_t schemas_cache_size;
	const char *decimal_format;
	bool replace_null_with_default;
};

struct converter {
	bool schemas_enable;
	struct cw_json_style style;
	struct cw_json_reader reader;
	struct cw_json_envelopes envelopes;
	struct cw_buf out; /* the document that is being written */
};

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    enum cw_converter_role role, void **state, struct cw_error *err)
{
	const struct config *c = config;
	struct converter *converter = cw_alloc(sizeof(*converter));

	(void)ctx, (void)plugin, (void)role, (void)err;
	converter->schemas_enable = c->schemas_enable;
	converter->style.numeric_decimals = strcmp(c->decimal_format, "NUMERIC") == 0;
	converter->style.null_is_default = c->replace_null_with_default;
	cw_json_reader_init(&converter->reader);
	cw_json_envelopes_init(&converter->envelopes, c->schemas_cache_size > 0 ? (size_t)c->schemas_cache_size : 0);
	*state = converter;
	return CW_OK;
}

static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	struct converter *c = state;
	struct cw_json_reader *reader = &c->reader;
	int rc;

	(void)place;
	if (!bytes.p) {
		*out = cw_value_null();
		return CW_OK;
	}
	reader->what = NULL;
	if (c->schemas_enable)
		rc = cw_json_envelope_read(&c->envelopes, reader, batch, bytes, c->style.null_is_default, out, err);
	else
		rc = cw_json_read(reader, batch, bytes, out);
	if (rc == 0)
		return CW_OK;
	if (reader->what)
		cw_error_set(err, CW_ERR_INVALID,
			     "Converting byte[] to Kafka Connect data failed due to serialization error: "
			     "%s (at byte %zu)",
			     reader->what, reader->at);
	return CW_FAIL;
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	struct converter *c = state;
	char *p;
	int rc;

	(void)place;
	*out = cw_slice(NULL, 0);
	if (value->type == CW_NULL && !value->schema)
		return CW_OK;
	c->out.n = 0;
	rc = c->schemas_enable ? cw_json_envelope_write(&c->envelopes, &c->out, value, &c->style, err)
			       : cw_json_write(&c->out, value, &c->style, 0, err);
	if (rc < 0)
		return CW_FAIL;
	p = cw_batch_alloc(batch, c->out.n);
	memcpy(p, c->out.p, c->out.n);
	*out = cw_slice(p, c->out.n);
	return CW_OK;
}

static void stop(void *state)
{
	struct converter *converter = state;

	cw_json_reader_free(&converter->reader);
	cw_json_envelopes_free(&converter->envelopes);
	cw_buf_free(&converter->out);
	free(converter);
}

static const struct cw_config_def config[] = {
	CW_CONVERTER_TYPE,
	{ .name = "schemas.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_HIGH,
	  .doc = "Whether keys, values and headers have their schema with them, in documents of the form "
		 "{\"schema\":…,\"payload\":…}. Without it they are plain JSON.",
	  .group = "Schemas", .width = CW_WIDTH_MEDIUM, .display_name = "Enable Schemas",
	  .offset = offsetof(struct config, schemas_enable) },
	{ .name = "schemas.cache.size", .type = CW_CONFIG_INT, .default_value = "1000", .importance = CW_HIGH,
	  .doc = "How many different schemas this converter remembers, each way, so that they are read or written "
		 "once. Schemas beyond that are read or written with every record.",
	  .group = "Schemas", .width = CW_WIDTH_MEDIUM, .display_name = "Schema Cache Size",
	  .offset = offsetof(struct config, schemas_cache_size) },
	{ .name = "decimal.format", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "BASE64",
	  .choices = "BASE64,NUMERIC", .importance = CW_LOW,
	  .doc = "How a Decimal is written: BASE64, the base64 of its unscaled two's complement, or NUMERIC, a number. "
		 "Both are read.",
	  .group = "Serialization", .width = CW_WIDTH_MEDIUM, .display_name = "Decimal Format",
	  .offset = offsetof(struct config, decimal_format) },
	{ .name = "replace.null.with.default", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .doc = "Whether a null of a schema that has a default value becomes that value.",
	  .group = "Serialization", .width = CW_WIDTH_MEDIUM, .display_name = "Replace null with default",
	  .offset = offsetof(struct config, replace_null_with_default) },
};

static const struct cw_converter_ops ops = {
	.size = sizeof(ops),
	.start = start,
	.to_value = to_value,
	.from_value = from_value,
	.stop = stop,
};

const struct cw_plugin cw_json_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "org.apache.kafka.connect.json.JsonConverter",
	.version = PACKAGE_VERSION,
	.doc = "Keys, values and headers as JSON, with their schema or without.",
	.config = config,
	.n_config = sizeof(config) / sizeof(*config),
	.config_def_size = sizeof(*config),
	.config_size = sizeof(struct config),
	.converter = &ops,
};
