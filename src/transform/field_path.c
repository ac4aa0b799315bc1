#include "transform/field_path.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/operating.h"

#define NESTED "nested field access"

static void add_step(struct cw_field_path *path, const char *start, const char *end)
{
	path->steps[path->n++] = cw_slice(start, (size_t)(end - start));
}

/* The place of a byte as Java counts it, in UTF-16 units. */
static size_t java_index(const char *text, const char *at)
{
	size_t n = 0;

	for (; text < at; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80 ? 1u + ((unsigned char)*text >= 0xf0) : 0;
	return n;
}

static int incomplete(const char *text, const char *backtick, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID,
			    "Incomplete backtick pair in path: [%s], consider adding a backslash before backtick at "
			    "position %zu to escape it", text, java_index(text, backtick));
}

/*
 * A name in backticks, p behind the first; *out is where names are written. A backtick that is not followed by a dot
 * or the end is part of the name. Where to go on, or NULL with the error.
 */
static const char *read_quoted(struct cw_field_path *path, const char *p, char **out, struct cw_error *err)
{
	const char *opening = p - 1;
	char *start = *out;

	for (;; p++) {
		bool escaped = p[-1] == '\\';

		if (*p == '\0' || (*p == '`' && p[1] == '\0' && escaped)) {
			incomplete(path->text, opening, err);
			return NULL;
		}
		if (*p == '`' && p[1] == '.' && escaped) {
			(*out)[-1] = '`'; /* over the backslash */
			continue;
		}
		if (*p == '`' && (p[1] == '\0' || p[1] == '.'))
			break;
		*(*out)++ = *p;
	}
	add_step(path, start, *out);
	return p[1] ? p + 2 : p + 1;
}

/* A name up to a dot or the end. Where to go on. */
static const char *read_plain(struct cw_field_path *path, const char *p, char **out)
{
	size_t n = strcspn(p, ".");

	memcpy(*out, p, n);
	add_step(path, *out, *out + n);
	*out += n;
	return p[n] ? p + n + 1 : p + n;
}

int cw_field_path_parse(struct cw_field_path *path, const char *text, bool nested, struct cw_error *err)
{
	size_t n = strlen(text);
	const char *p;
	char *out;

	memset(path, 0, sizeof(*path));
	path->text = cw_strdup(text);
	path->names = cw_alloc(n + 1);
	path->steps = cw_alloc((n + 2) * sizeof(*path->steps));
	out = path->names;
	if (!nested) {
		memcpy(out, text, n);
		add_step(path, out, out + n);
		return 0;
	}
	for (p = path->text; *p;) {
		p = *p == '`' ? read_quoted(path, p + 1, &out, err) : read_plain(path, p, &out);
		if (!p)
			return -1;
	}
	if (n && text[n - 1] == '.')
		add_step(path, out, out);
	return 0;
}

void cw_field_path_free(struct cw_field_path *path)
{
	free(path->text);
	free(path->names);
	free(path->steps);
	memset(path, 0, sizeof(*path));
}

static int no_steps(struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID, "fromIndex(0) > toIndex(-1)");
}

int cw_field_path_schema(const struct cw_field_path *path, const struct cw_schema *schema, const struct cw_schema **to,
			 struct cw_error *err)
{
	*to = NULL;
	if (path->n == 0)
		return no_steps(err);
	for (size_t i = 0; i < path->n; i++) {
		ptrdiff_t at;

		if (schema->type != CW_STRUCT)
			return cw_error_set(err, CW_ERR_INVALID, "Cannot look up fields on non-struct type");
		at = cw_schema_find(schema, path->steps[i]);
		if (at < 0)
			return 0;
		schema = schema->fields[at].schema;
	}
	*to = schema;
	return 0;
}

int cw_field_path_in_struct(const struct cw_field_path *path, const struct cw_value *value, bool with_default,
			    struct cw_value *out, struct cw_error *err)
{
	struct cw_value current = *value;

	for (size_t i = 0; i < path->n; i++) {
		bool last = i + 1 == path->n;
		ptrdiff_t at = cw_schema_find(current.schema, path->steps[i]);
		struct cw_value next;

		if (at < 0) {
			*out = cw_value_null();
			return 0;
		}
		cw_operating_field(&current, (size_t)at, with_default || !last, &next);
		current = next;
		if (!last && current.type == CW_NULL)
			break;
		if (!last && cw_require_struct(&current, NESTED, err) < 0)
			return -1;
	}
	*out = current;
	return 0;
}

int cw_field_path_in_map(const struct cw_field_path *path, const struct cw_value *map, struct cw_value *out,
			 struct cw_error *err)
{
	if (path->n == 0)
		return no_steps(err);
	*out = cw_value_null();
	for (size_t i = 0; i < path->n; i++) {
		const struct cw_value *next = cw_value_map_get(map, path->steps[i]);

		if (!next || next->type == CW_NULL)
			return 0;
		if (i + 1 == path->n) {
			*out = *next;
			return 0;
		}
		if (cw_require_map(next, NESTED, err) < 0)
			return -1;
		map = next;
	}
	return 0;
}
