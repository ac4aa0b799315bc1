#include "transform/found.h"

#include "data/value.h"
#include "transform/operating.h"

int cw_found_text(const struct cw_value *value, const char *purpose, struct cw_slice *text, struct cw_error *err)
{
	if (value->type != CW_STRING && value->type != CW_BYTES)
		return cw_error_set(err, CW_ERR_INVALID, "Only strings and bytes supported for [%s], found: %s",
				    purpose, cw_java_class(value));
	*text = value->u.bytes;
	return 0;
}

bool cw_found_as_struct(const struct cw_found_config *config, const struct cw_value *text)
{
	return config->output[0] == 'a' ? text->schema != NULL : config->output[0] == 's';
}

static struct cw_value make_struct(struct cw_batch *batch, const struct cw_schema *schema,
				   const struct cw_value *values)
{
	struct cw_value *items = cw_batch_alloc(batch, schema->n_fields * sizeof(*items));

	for (size_t i = 0; i < schema->n_fields; i++) {
		items[i] = values[i];
		items[i].schema = schema->fields[i].schema;
	}
	return cw_value_struct(schema, items);
}

struct cw_value cw_found_make(struct cw_batch *batch, const struct cw_schema *schema, const struct cw_value *values,
			      bool as_struct)
{
	struct cw_entry *entries;
	size_t n = 0;

	if (as_struct)
		return make_struct(batch, schema, values);
	entries = cw_batch_alloc(batch, schema->n_fields * sizeof(*entries));
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (values[i].type == CW_NULL)
			continue;
		entries[n].key = cw_value_string(schema->fields[i].name);
		entries[n++].value = values[i];
	}
	return cw_value_map(entries, n);
}

enum cw_result cw_found_mismatch(const struct cw_found_config *config, struct cw_error *err, const char *fmt, ...)
{
	char reason[900];
	va_list ap;

	if (config->on_mismatch[0] != 'f')
		return config->on_mismatch[0] == 'd' ? CW_DROP : CW_OK;
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	cw_error_set(err, CW_ERR_INVALID, "%s", reason);
	return CW_FAIL;
}
