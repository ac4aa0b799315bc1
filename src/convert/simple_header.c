/* Headers as text, whose type is guessed when it is read. */
#include <stdlib.h>

#include "base/mem.h"
#include "convert/converters.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/values.h"

struct state {
	struct cw_values *values;
	struct cw_buf text; /* of what is written; used again */
};

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    enum cw_converter_role role, void **state, struct cw_error *err)
{
	struct state *s = cw_alloc(sizeof(*s));

	(void)ctx;
	(void)plugin;
	(void)config;
	(void)role;
	(void)err;
	s->values = cw_values_new();
	*state = s;
	return CW_OK;
}

static void stop(void *state)
{
	struct state *s = state;

	cw_values_free(s->values);
	cw_buf_free(&s->text);
	free(s);
}

/* What cannot be parsed stays bytes. */
static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	const struct state *s = state;

	(void)place;
	(void)err;
	if (!bytes.p) {
		*out = cw_value_null();
	} else if (cw_values_parse(s->values, batch, cw_text_decode(batch, bytes), out) < 0) {
		*out = cw_value_bytes(bytes);
		out->schema = cw_schema_of(CW_BYTES, false);
	}
	return CW_OK;
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	struct state *s = state;
	char *p;

	(void)place;
	(void)err;
	*out = cw_slice(NULL, 0);
	if (value->type == CW_NULL)
		return CW_OK;
	if (value->type == CW_STRING && value->u.bytes.n) {
		*out = cw_text_encode(batch, value->u.bytes);
		return CW_OK;
	}
	s->text.n = 0;
	cw_values_print(&s->text, value);
	p = cw_batch_alloc(batch, s->text.n);
	memcpy(p, s->text.p, s->text.n);
	*out = cw_text_encode(batch, cw_slice(p, s->text.n));
	return CW_OK;
}

static const struct cw_converter_ops ops = {
	.size = sizeof(ops),
	.start = start,
	.to_value = to_value,
	.from_value = from_value,
	.stop = stop,
};

const struct cw_plugin cw_simple_header_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_HEADER_CONVERTER),
	.class_name = "org.apache.kafka.connect.storage.SimpleHeaderConverter",
	.version = PACKAGE_VERSION,
	.doc = "Headers as text; numbers, booleans, dates, arrays and maps are recognised when they are read.",
	.config_def_size = sizeof(struct cw_config_def),
	.converter = &ops,
};
