/* Equality of schemas and values: each may hold the other. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/seen.h"
#include "data/value.h"

/*
 * A pair of schemas that is being compared, or was, counts as equal: one difference anywhere decides against the
 * whole, so nothing has to be taken back.
 */
static bool schemas_equal(struct cw_seen *seen, const struct cw_schema *a, const struct cw_schema *b);
static bool contents_equal(struct cw_seen *seen, const struct cw_value *a, const struct cw_value *b);

static bool has_parameter(const struct cw_schema *schema, const struct cw_parameter *wanted)
{
	for (size_t i = 0; i < schema->n_parameters; i++)
		if (cw_slice_equal(schema->parameters[i].name, wanted->name))
			return cw_slice_equal(schema->parameters[i].value, wanted->value);
	return false;
}

bool cw_schema_parameters_equal(const struct cw_schema *a, const struct cw_schema *b)
{
	if (a->n_parameters != b->n_parameters)
		return false;
	for (size_t i = 0; i < a->n_parameters; i++)
		if (!has_parameter(b, &a->parameters[i]))
			return false;
	return true;
}

static bool texts_equal(struct cw_slice a, struct cw_slice b)
{
	return !a.p == !b.p && cw_slice_equal(a, b);
}

static bool fields_equal(struct cw_seen *seen, const struct cw_schema *a, const struct cw_schema *b)
{
	if (a->n_fields != b->n_fields)
		return false;
	for (size_t i = 0; i < a->n_fields; i++)
		if (!cw_slice_equal(a->fields[i].name, b->fields[i].name) ||
		    !schemas_equal(seen, a->fields[i].schema, b->fields[i].schema))
			return false;
	return true;
}

static bool schemas_equal(struct cw_seen *seen, const struct cw_schema *a, const struct cw_schema *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->type != b->type || a->optional != b->optional || a->version != b->version ||
	    !texts_equal(a->name, b->name) || !texts_equal(a->doc, b->doc) || !a->default_value != !b->default_value ||
	    !cw_schema_parameters_equal(a, b))
		return false;
	if (a->n_fields && !cw_seen_add(seen, a, b, NULL))
		return true;
	return fields_equal(seen, a, b) && schemas_equal(seen, a->key_schema, b->key_schema) &&
	       schemas_equal(seen, a->value_schema, b->value_schema) &&
	       (!a->default_value || contents_equal(seen, a->default_value, b->default_value));
}

static bool items_equal(struct cw_seen *seen, const struct cw_value *a, const struct cw_value *b)
{
	if (a->u.array.n != b->u.array.n)
		return false;
	for (size_t i = 0; i < a->u.array.n; i++)
		if (!contents_equal(seen, &a->u.array.items[i], &b->u.array.items[i]))
			return false;
	return true;
}

static bool entries_equal(struct cw_seen *seen, const struct cw_entry *a, const struct cw_entry *b)
{
	return contents_equal(seen, &a->key, &b->key) && contents_equal(seen, &a->value, &b->value);
}

struct hashed_entry {
	uint64_t hash;
	const struct cw_entry *entry; /* NULL: has its match */
};

static int by_hash(const void *a, const void *b)
{
	const struct hashed_entry *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The entries from `first` on, sorted by hash. New. */
static struct hashed_entry *hashed(const struct cw_value *map, size_t first)
{
	size_t n = map->u.map.n - first;
	struct hashed_entry *entries = cw_alloc(n * sizeof(*entries));

	for (size_t i = 0; i < n; i++) {
		entries[i].entry = &map->u.map.entries[first + i];
		entries[i].hash = cw_value_hash(&entries[i].entry->key);
	}
	qsort(entries, n, sizeof(*entries), by_hash);
	return entries;
}

static bool take_match(struct cw_seen *seen, const struct hashed_entry *a, struct hashed_entry *b, size_t n)
{
	for (size_t i = 0; i < n && b[i].hash == a->hash; i++)
		if (b[i].entry && entries_equal(seen, a->entry, b[i].entry)) {
			b[i].entry = NULL;
			return true;
		}
	return false;
}

/* From `first` on the two have their entries in different orders. */
static bool shuffled_equal(struct cw_seen *seen, const struct cw_value *a, const struct cw_value *b, size_t first)
{
	size_t n = a->u.map.n - first, run = 0;
	struct hashed_entry *as = hashed(a, first), *bs = hashed(b, first);
	bool equal = true;

	for (size_t i = 0; i < n && equal; i++) {
		if (i == 0 || as[i].hash != as[i - 1].hash)
			run = i; /* where this hash begins, in both of them */
		equal = take_match(seen, &as[i], &bs[run], n - run);
	}
	free(as);
	free(bs);
	return equal;
}

static bool maps_equal(struct cw_seen *seen, const struct cw_value *a, const struct cw_value *b)
{
	if (a->u.map.n != b->u.map.n)
		return false;
	for (size_t i = 0; i < a->u.map.n; i++)
		if (!entries_equal(seen, &a->u.map.entries[i], &b->u.map.entries[i]))
			return shuffled_equal(seen, a, b, i);
	return true;
}

static bool floats_equal(double a, double b)
{
	return (a != a && b != b) || memcmp(&a, &b, sizeof(a)) == 0;
}

/* Of schemas those of structs only: the others follow from the schema of the whole. */
static bool contents_equal(struct cw_seen *seen, const struct cw_value *a, const struct cw_value *b)
{
	if (a->type != b->type)
		return false;
	switch ((enum cw_type)a->type) {
	case CW_NULL:
		return true;
	case CW_BOOLEAN:
		return a->u.boolean == b->u.boolean;
	case CW_FLOAT32:
		return floats_equal((double)a->u.float32, (double)b->u.float32);
	case CW_FLOAT64:
		return floats_equal(a->u.float64, b->u.float64);
	case CW_STRING:
	case CW_BYTES:
		return cw_slice_equal(a->u.bytes, b->u.bytes);
	case CW_DECIMAL:
		return a->scale == b->scale &&
		       cw_slice_equal(cw_decimal_minimal(a->u.bytes), cw_decimal_minimal(b->u.bytes));
	case CW_ARRAY:
		return items_equal(seen, a, b);
	case CW_STRUCT:
		return schemas_equal(seen, a->schema, b->schema) && items_equal(seen, a, b);
	case CW_MAP:
		return maps_equal(seen, a, b);
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		break;
	}
	return a->u.integer == b->u.integer;
}

bool cw_schema_equal(const struct cw_schema *a, const struct cw_schema *b)
{
	struct cw_seen seen;
	bool equal;

	if (a == b)
		return true;
	seen = (struct cw_seen){ 0 };
	equal = schemas_equal(&seen, a, b);
	cw_seen_free(&seen);
	return equal;
}

bool cw_value_equal(const struct cw_value *a, const struct cw_value *b)
{
	struct cw_seen seen = { 0 };
	bool equal = schemas_equal(&seen, a->schema, b->schema) && contents_equal(&seen, a, b);

	cw_seen_free(&seen);
	return equal;
}
