#include "transform/cast_spec.h"

#include <strings.h>

#include "data/schema.h"

/* The types that there are casts to. */
#define TARGETS "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]"

static struct cw_slice trim(struct cw_slice text)
{
	while (text.n && (unsigned char)text.p[0] <= ' ')
		text = cw_slice(text.p + 1, text.n - 1);
	while (text.n && (unsigned char)text.p[text.n - 1] <= ' ')
		text.n--;
	return text;
}

static int parse_type(struct cw_slice text, enum cw_type *type, struct cw_error *err)
{
	for (enum cw_type t = CW_INT8; t <= CW_STRUCT; t++) {
		const char *name = cw_type_name_upper(t);

		if (strlen(name) != text.n || strncasecmp(name, text.p, text.n) != 0)
			continue;
		*type = t;
		if (t <= CW_STRING)
			return 0;
		return cw_error_set(err, CW_ERR_INVALID,
				    "Cast transformation does not support casting to %s; supported types are "
				    TARGETS, name);
	}
	return cw_error_set(err, CW_ERR_INVALID, "Invalid type found in casting spec: %.*s", (int)text.n,
			    text.n ? text.p : "");
}

int cw_cast_parse(struct cw_slice item, struct cw_cast *cast, struct cw_error *err)
{
	struct cw_slice parts = item;
	const char *colon;

	while (parts.n && parts.p[parts.n - 1] == ':')
		parts.n--;
	colon = parts.n ? memchr(parts.p, ':', parts.n) : NULL;
	if (!colon) {
		cast->field = cw_slice(NULL, 0);
		return parse_type(trim(parts), &cast->type, err);
	}
	cast->field = trim(cw_slice(parts.p, (size_t)(colon - parts.p)));
	parts = cw_slice(colon + 1, parts.n - (size_t)(colon + 1 - parts.p));
	if (memchr(parts.p, ':', parts.n))
		return cw_error_set(err, CW_ERR_INVALID, "Invalid rename mapping: %.*s", (int)item.n, item.p);
	return parse_type(trim(parts), &cast->type, err);
}

int cw_cast_check_number(bool whole, size_t n, struct cw_error *err)
{
	if (whole && n > 1)
		return cw_error_set(err, CW_ERR_INVALID, "Cast transformations that specify a type to cast the entire "
							 "value to may only specify a single cast in their spec");
	return 0;
}

int cw_cast_check_spec(const char *value, struct cw_error *err)
{
	struct cw_slice rest = trim(cw_slice_str(value));
	bool whole = false;
	size_t n = 0;

	if (!rest.n)
		return cw_error_set(err, CW_ERR_INVALID, "Must specify at least one field to cast.");
	for (bool more = true; more; n++) {
		const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
		struct cw_slice item = cw_slice(rest.p, comma ? (size_t)(comma - rest.p) : rest.n);
		struct cw_cast cast;

		if (cw_cast_parse(trim(item), &cast, err) < 0)
			return -1;
		whole = whole || !cast.field.p;
		more = comma != NULL;
		if (more)
			rest = cw_slice(comma + 1, rest.n - item.n - 1);
	}
	return cw_cast_check_number(whole, n, err);
}
