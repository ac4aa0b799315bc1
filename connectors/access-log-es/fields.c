#include "fields.h"

/* The names of a line's fields in its document. */
static const char *const line_names[CW_LINE_FIELDS] = {
	[CW_LINE_CLIENT] = "ip",	 [CW_LINE_IDENT] = "ident",	  [CW_LINE_USER] = "user",
	[CW_LINE_TIME] = "timestamp",	 [CW_LINE_METHOD] = "method",	  [CW_LINE_ENDPOINT] = "endpoint",
	[CW_LINE_PROTOCOL] = "protocol", [CW_LINE_STATUS] = "status",	  [CW_LINE_SIZE] = "size",
	[CW_LINE_REFERRER] = "referrer", [CW_LINE_USER_AGENT] = "user_agent",
};

/* Takes the first name from "[a][b]". */
static struct cw_slice next_name(struct cw_slice *path)
{
	const char *close = memchr(path->p, ']', path->n);
	struct cw_slice name = cw_slice(path->p + 1, (size_t)(close - path->p - 1));

	path->n -= (size_t)(close + 1 - path->p);
	path->p = close + 1;
	return name;
}

static bool text_of(const struct cw_value *value, char digits[24], struct cw_slice *out)
{
	switch (value->type) {
	case CW_STRING: *out = value->u.bytes; break;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		*out = cw_slice(digits, (size_t)snprintf(digits, 24, "%lld", (long long)value->u.integer));
		break;
	case CW_BOOLEAN: *out = cw_slice_str(value->u.boolean ? "true" : "false"); break;
	default: return false;
	}
	return out->n > 0;
}

static const struct cw_value *inner_value(const struct cw_value *value, struct cw_slice name)
{
	if (value->type == CW_STRUCT) {
		for (size_t i = 0; i < value->schema->n_fields; i++)
			if (cw_slice_equal(value->schema->fields[i].name, name))
				return &value->u.array.items[i];
	} else if (value->type == CW_MAP) {
		for (size_t i = 0; i < value->u.map.n; i++)
			if (value->u.map.entries[i].key.type == CW_STRING &&
			    cw_slice_equal(value->u.map.entries[i].key.u.bytes, name))
				return &value->u.map.entries[i].value;
	}
	return NULL;
}

static bool in_value(const struct cw_value *value, struct cw_slice path, char digits[24], struct cw_slice *out)
{
	while (value && path.n)
		value = inner_value(value, next_name(&path));
	return value && text_of(value, digits, out);
}

static bool in_line(const struct cw_line *line, struct cw_slice path, struct cw_slice *out)
{
	struct cw_slice name = next_name(&path);

	if (path.n)
		return false; /* lines have no inner fields */
	for (size_t i = 0; i < CW_LINE_FIELDS; i++)
		if (line->field[i].p && cw_slice_equal(name, cw_slice_str(line_names[i]))) {
			*out = line->field[i];
			return out->n > 0;
		}
	for (size_t i = 0; i < line->n_extra; i++)
		if (line->extra[i].value.p && cw_slice_equal(name, cw_slice_str(line->extra[i].name))) {
			*out = line->extra[i].value;
			return out->n > 0;
		}
	return false;
}

int cw_fields_find(const struct cw_index_name *name, const struct cw_record *record, const struct cw_line *line,
		   struct cw_field_values *values, struct cw_error *err)
{
	size_t n = cw_index_name_fields(name);

	for (size_t i = 0; i < n; i++) {
		struct cw_slice path = cw_index_name_field(name, i);
		bool found = path.n == 0 ? text_of(&record->key, values->digits[i], &values->text[i]) :
			     line	 ? in_line(line, path, &values->text[i]) :
					   in_value(&record->value, path, values->digits[i], &values->text[i]);

		if (found)
			continue;
		if (path.n == 0)
			return cw_error_set(err, CW_ERR_INVALID, "the record's key is no text or whole number, which %s needs",
					    cw_index_name_key(name));
		return cw_error_set(err, CW_ERR_INVALID, "the record has no field %.*s with a text or a whole number, which %s "
				    "needs", (int)path.n, path.p, cw_index_name_key(name));
	}
	return 0;
}
