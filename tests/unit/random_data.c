#include "random_data.h"

#include <math.h>
#include <stdlib.h>

#include "data/entries.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

#define FEW 4u /* fields, items, entries, characters: 0 to 3, more now and then */

struct generator {
	struct cw_random *random;
	struct cw_batch *memory;
	const struct cw_random_limits *limits;
};

static struct cw_value value_of(const struct generator *g, const struct cw_schema *schema);

/* splitmix64 */
uint64_t cw_random_next(struct cw_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t cw_random_below(struct cw_random *random, size_t n)
{
	return (size_t)(cw_random_next(random) % n);
}

static size_t below(const struct generator *g, size_t n)
{
	return cw_random_below(g->random, n);
}

static size_t few(const struct generator *g)
{
	return below(g, 20) == 0 ? below(g, 40) : below(g, FEW);
}

struct cw_slice cw_random_bytes(struct cw_random *random, struct cw_batch *memory, struct cw_slice like)
{
	size_t n = 0, length = cw_random_below(random, 2) ? like.n : cw_random_below(random, 64);
	char *p = cw_batch_alloc(memory, 2 * length + 1);

	for (size_t i = 0; i < length; i++) {
		uint64_t r = cw_random_next(random);
		char c = length == like.n && r % 16 ? like.p[i] : (char)(r >> 8);

		if (r >> 16 & 63)
			p[n++] = c;
		if ((r >> 22 & 63) == 0)
			p[n++] = c;
	}
	return cw_slice(p, n);
}

static struct cw_slice text_of(const struct generator *g)
{
	static const char *const pieces[] = {
		"a", "Z", "0", " ", "\"", "\\", "\n", "\x01", ",", ":", "[", "{", "null", "1.5", "\x7f",
		"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbd",
	};
	size_t n = few(g), length = 0;
	char *p = cw_batch_alloc(g->memory, 4 * n + 1);

	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[below(g, sizeof(pieces) / sizeof(*pieces))];
		size_t k = strlen(piece);

		memcpy(p + length, piece, k);
		length += k;
	}
	return cw_slice(p, length);
}

static struct cw_slice name_of(const struct generator *g, size_t i)
{
	char *p = cw_batch_alloc(g->memory, 24);

	return cw_slice(p, (size_t)snprintf(p, 24, "%c%zu", (int)('a' + below(g, 26)), i));
}

/* ---- schemas ------------------------------------------------------------------------------- */

static void add_details(const struct generator *g, struct cw_schema *schema)
{
	if (schema->type == CW_STRUCT && below(g, 2))
		schema->name = name_of(g, 0);
	if (g->limits->no_schema_details || below(g, 3))
		return;
	if (below(g, 2) && schema->type <= CW_STRUCT)
		schema->version = (int32_t)below(g, 5);
	if (below(g, 2))
		schema->doc = text_of(g);
	if (below(g, 2) && schema->n_parameters == 0) {
		struct cw_parameter *p = cw_batch_alloc(g->memory, 2 * sizeof(*p));

		for (size_t i = 0; i < 2; i++) {
			p[i].name = name_of(g, i);
			p[i].value = text_of(g);
		}
		schema->parameters = p;
		schema->n_parameters = 2;
	}
	if (below(g, 2) && schema->type != CW_STRUCT) {
		struct cw_value *value = cw_batch_alloc(g->memory, sizeof(*value));

		*value = value_of(g, schema);
		schema->default_value = value->type == CW_NULL ? NULL : value;
	}
}

static const struct cw_schema *schema_of(const struct generator *g, int depth);

static struct cw_schema *struct_schema(const struct generator *g, int depth)
{
	size_t n = few(g);
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(g->memory, n, &fields);

	for (size_t i = 0; i < n; i++) {
		fields[i].name = name_of(g, i);
		fields[i].schema = schema_of(g, depth);
	}
	return schema;
}

static const struct cw_schema *key_schema(const struct generator *g, int depth)
{
	return g->limits->string_keys_only ? cw_schema_of(CW_STRING, false) : schema_of(g, depth);
}

static const struct cw_schema *schema_of(const struct generator *g, int depth)
{
	static const enum cw_type scalars[] = { CW_INT8,    CW_INT16,   CW_INT32,  CW_INT64, CW_FLOAT32,
						CW_FLOAT64, CW_BOOLEAN, CW_STRING, CW_BYTES, CW_DATE,
						CW_TIME,    CW_TIMESTAMP, CW_DECIMAL };
	struct cw_schema *schema;
	enum cw_type type = scalars[below(g, sizeof(scalars) / sizeof(*scalars))];

	switch (depth > 0 ? below(g, 6) : 5) {
	case 0:
		schema = cw_schema_array(g->memory, schema_of(g, depth - 1));
		break;
	case 1:
		schema = cw_schema_map(g->memory, key_schema(g, 0), schema_of(g, depth - 1));
		break;
	case 2:
	case 3:
		schema = struct_schema(g, depth - 1);
		break;
	default:
		schema = type == CW_DECIMAL ? cw_schema_decimal(g->memory, (int32_t)below(g, 12) - 2, false)
					    : cw_schema_new(g->memory, type);
		break;
	}
	schema->optional = below(g, 3) == 0;
	add_details(g, schema);
	return schema;
}

const struct cw_schema *cw_random_schema(struct cw_random *random, struct cw_batch *memory,
					 const struct cw_random_limits *limits)
{
	struct generator g = { random, memory, limits };

	return schema_of(&g, limits->depth);
}

/* ---- values -------------------------------------------------------------------------------- */

/* Numbers of any size, and those at the ends. */
static int64_t integer_of(const struct generator *g, int bits)
{
	uint64_t n = cw_random_next(g->random) >> below(g, 64);

	switch (below(g, 8)) {
	case 0:
		return bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1));
	case 1:
		return bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - 1)) - 1;
	default:
		return (int64_t)(n << (64 - bits)) >> (64 - bits);
	}
}

static double double_of(const struct generator *g)
{
	static const double special[] = { 0.0, -0.0, 1.0, 0.1, 1e7, 1e-3, 1e300, 5e-324, INFINITY, -INFINITY, NAN };
	uint64_t bits = cw_random_next(g->random);
	size_t i = below(g, 2 * sizeof(special) / sizeof(*special));
	double d;

	if (i < sizeof(special) / sizeof(*special))
		d = special[i];
	else
		memcpy(&d, &bits, sizeof(d));
	return g->limits->finite && !isfinite(d) ? 0.5 : d;
}

static float float_of(const struct generator *g)
{
	uint32_t bits = (uint32_t)cw_random_next(g->random);
	float f;

	if (below(g, 2))
		f = (float)integer_of(g, 24) / 64;
	else
		memcpy(&f, &bits, sizeof(f));
	return !isfinite(f) && g->limits->finite ? 0.25f : f;
}

static int64_t scale_of(const struct cw_schema *schema)
{
	int64_t scale = 0;

	cw_integer_parse(cw_schema_parameter(schema, CW_DECIMAL_SCALE), INT32_MIN, INT32_MAX, &scale);
	return scale;
}

static struct cw_slice unscaled_of(const struct generator *g)
{
	size_t n = below(g, 8) ? 1 + below(g, 9) : 1 + below(g, 60);
	char *p = cw_batch_alloc(g->memory, n);

	for (size_t i = 0; i < n; i++)
		p[i] = (char)cw_random_next(g->random);
	return cw_decimal_minimal(cw_slice(p, n));
}

static struct cw_value items_of(const struct generator *g, const struct cw_schema *schema)
{
	size_t n = few(g);
	struct cw_value *items = cw_batch_alloc(g->memory, n * sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = value_of(g, schema->value_schema);
	return cw_value_array(items, n);
}

static struct cw_value entries_of(const struct generator *g, const struct cw_schema *schema)
{
	struct cw_entries entries = { .memory = g->memory };

	for (size_t n = few(g); n > 0; n--) {
		struct cw_value key = value_of(g, schema->key_schema), value = value_of(g, schema->value_schema);

		cw_entries_put(&entries, &key, &value);
	}
	return cw_value_map(entries.entries, entries.n);
}

static struct cw_value fields_of(const struct generator *g, const struct cw_schema *schema)
{
	struct cw_value *fields = cw_batch_alloc(g->memory, schema->n_fields * sizeof(*fields));

	for (size_t i = 0; i < schema->n_fields; i++)
		fields[i] = value_of(g, schema->fields[i].schema);
	return cw_value_struct(schema, fields);
}

static struct cw_value plain_value_of(const struct generator *g, const struct cw_schema *schema)
{
	switch ((enum cw_type)schema->type) {
	case CW_INT8:
		return cw_value_integer(CW_INT8, integer_of(g, 8));
	case CW_INT16:
		return cw_value_integer(CW_INT16, integer_of(g, 16));
	case CW_INT32:
		return cw_value_integer(CW_INT32, integer_of(g, 32));
	case CW_DATE:
		return cw_value_integer(CW_DATE, integer_of(g, 32) * 86400000);
	case CW_TIME:
		return cw_value_integer(CW_TIME, (int64_t)below(g, 86400001));
	case CW_INT64:
	case CW_TIMESTAMP:
		return cw_value_integer(schema->type, integer_of(g, 64));
	case CW_FLOAT32:
		return cw_value_float32(float_of(g));
	case CW_FLOAT64:
		return cw_value_float64(double_of(g));
	case CW_BOOLEAN:
		return cw_value_boolean(below(g, 2));
	case CW_BYTES:
		return cw_value_bytes(cw_random_bytes(g->random, g->memory, cw_slice("", 0)));
	case CW_DECIMAL:
		return cw_value_decimal(unscaled_of(g), (int32_t)scale_of(schema));
	case CW_ARRAY:
		return items_of(g, schema);
	case CW_MAP:
		return entries_of(g, schema);
	case CW_STRUCT:
		return fields_of(g, schema);
	default:
		return cw_value_string(text_of(g));
	}
}

static struct cw_value value_of(const struct generator *g, const struct cw_schema *schema)
{
	struct cw_value value = cw_value_null();

	if (!schema->optional || below(g, 4))
		value = plain_value_of(g, schema);
	value.schema = schema;
	return value;
}

struct cw_value cw_random_value(struct cw_random *random, struct cw_batch *memory, const struct cw_schema *schema,
				const struct cw_random_limits *limits)
{
	struct generator g = { random, memory, limits };

	return value_of(&g, schema);
}
